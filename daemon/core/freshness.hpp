// The oldest observation of a live job in each (lane, watch list), kept while polls go by.
//
// A promise is measurable only if its worst case is published: one ordered set a list, so that a
// poll costs O(log jobs) and a scrape nothing.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "domain/view.hpp"
#include "domain/watch_plan.hpp"

namespace trainwatch::core {

class freshness {
public:
    // Writes to the lanes of `view`, which is the engine's.
    freshness(const domain::watch_plan& plan, domain::view& view);

    // `observed`: when the job was last heard of; nothing when it is not live.
    void update(std::size_t slot, std::optional<wall_time> observed);

private:
    using ordered = std::set<std::pair<wall_time, std::size_t>>;

    const domain::watch_plan& plan_;
    domain::view& view_;
    std::vector<std::map<std::string, ordered>> lanes_;
    std::vector<std::optional<wall_time>> present_;
};

}  // namespace trainwatch::core
