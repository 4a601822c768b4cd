// The last DescribeTrainingJob document of each job, verbatim and deflated, within a bound.
//
// A cache beside the view, for people: nothing decides by it. When the bound is reached, documents
// of jobs that were put longest ago go first. Owned by wiring; the driver puts, the API gets.
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/time.hpp"

namespace trainwatch::app {

struct shelved_document {
    std::string text{};    // as AWS sent it
    wall_time observed{};  // when it was first received in this form
};

class document_shelf {
public:
    // `bytes_max` bounds the deflated documents together.
    explicit document_shelf(std::size_t bytes_max);

    // `slot`: the target's. `created`: CreationTime in the document; an older job's echo under a
    // re-used name is ignored. The same text again costs a hash, no compression.
    void put(std::size_t slot, wall_time created, std::string_view text, wall_time now);

    // Nothing when none was put or it had to go.
    std::optional<shelved_document> get(std::size_t slot) const;

    std::size_t documents() const;
    std::size_t bytes() const;
    std::uint64_t dropped() const;  // went because of the bound
};

}  // namespace trainwatch::app
