// Known jobs in order of creation, and the ranges of creation time that are asked for: windows of
// at most one page, cut from the newest to the oldest so that they hold every live job.
//
// Greedy is optimal here: a window starts at the next live job, reaches back as far as one page
// does, and shrinks to the oldest live job inside. Everything counts in whole milliseconds,
// because that is how AWS' bounds work. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <string_view>
#include <vector>

#include "base/time.hpp"

namespace trainwatch::core {

// Both ends belong to it.
struct creation_range {
    wall_time oldest{};
    wall_time newest{};

    bool contains(wall_time when) const { return when >= oldest && when <= newest; }
    bool operator==(const creation_range&) const = default;
};

// Every job that some page showed, finished and foreign ones too. A name is kept as its hash: it
// only tells jobs of one millisecond apart, and a clash makes a page one job longer than planned.
class roster {
public:
    // False: it was known.
    bool insert(wall_time created, std::string_view name);
    void drop_before(wall_time oldest);

    std::size_t size() const { return keys_.size(); }
    bool holds_any(const creation_range& range) const;
    // The creation time of the n-th newest job, or of the oldest when there are fewer.
    std::optional<wall_time> nth_newest(std::size_t n) const;
    // The newest job that a page of `size` jobs created at `newest` or before does not reach.
    std::optional<wall_time> first_beyond(wall_time newest, std::size_t size) const;

private:
    struct entry {
        wall_time created{};
        std::uint64_t name_hash = 0;

        auto operator<=>(const entry&) const = default;
    };
    std::set<entry> keys_{};
};

// `live`: creation times, newest first.
std::vector<creation_range> cut_windows(
    const roster& known, std::span<const wall_time> live, std::size_t page_size
);

}  // namespace trainwatch::core
