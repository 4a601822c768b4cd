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
    explicit freshness(domain::view& view) : view_(view) {}

    // `target`: whose slot it is now. `observed`: when the job was last heard of; nothing when it
    // is not live.
    void update(std::size_t slot, const domain::target& target, std::optional<wall_time> observed);

private:
    using ordered = std::set<std::pair<wall_time, std::size_t>>;
    struct place {
        lane_id lane{};
        std::string watch_list{};
        wall_time observed{};
    };

    void leave(std::size_t slot);
    void publish(lane_id lane, const std::string& watch_list);

    domain::view& view_;
    std::map<std::pair<lane_id, std::string>, ordered> lists_{};
    std::vector<std::optional<place>> present_{};
};

}  // namespace trainwatch::core
