// Which promises are kept though a round over all pages of a lane takes longer: those that few
// enough jobs have. The rest of the lane pays for them, so they get a part of its calls and no
// more (limits::steer_list_share, steer_describe_share).
//
// A page costs one list call a period however many tight jobs stand on it, and shows up to a
// hundred others on the way, which then need no other page. A describe shows one job. So pages
// carry what stands together, and describes carry what stands so scattered that they take less of
// their own rate than pages would of theirs, so that both give the same part of what they may. A
// bound is carried for all of its jobs: a promise that is kept for half of a list is a broken one.
// The tightest comes first, of those that can be kept; of the others each is then kept as nearly as
// what is left allows.
//
// Pure; rates are calls a second. What is asked when is core/sweep's and core/look's.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "base/time.hpp"

namespace trainwatch::core {

// The oldest observation stays below so many rounds of all pages, where nothing is steered.
double rounds_kept(std::size_t live);

// A page of jobs with the bound is asked for each so often, or such a job described, so that the
// answer is here in time; nothing where the calls that go before it may take all of the bound.
std::optional<nanoseconds> steered_page_period(milliseconds bound, double list_rate);
std::optional<nanoseconds> steered_describe_period(milliseconds bound, double describe_rate);

// While pages do not come: a job with the bound is described each so often, and its bound is kept.
// The tightest come first, each for all of its jobs; nothing: there is no room for it. `live`: how
// many jobs have each bound.
std::optional<nanoseconds> kept_by_describes(
    const std::map<milliseconds, std::size_t>& live, milliseconds bound, double describe_rate
);

// What is steered, all bounds together.
struct steering {
    std::size_t pages = 0;  // that are asked for each period
    double lists = 0;       // calls a second
    double describes = 0;   // likewise

    bool operator==(const steering&) const = default;
};

class steering_room {
public:
    // `pages`: that cover all live jobs of the lane.
    steering_room(double list_rate, double describe_rate, std::size_t pages)
        : list_rate_(list_rate), describe_rate_(describe_rate), pages_(pages) {}

    // The tight jobs of the bound on each of the pages that cover them, fewest first. How many of
    // these pages, from the first, are left to describes; nothing: there is no room for all.
    std::optional<std::size_t> take(milliseconds bound, std::span<const std::size_t> jobs);
    // The shortest bound between these that there is room for, to a tenth.
    std::optional<milliseconds> nearest(
        milliseconds bound, milliseconds most, std::span<const std::size_t> jobs
    ) const;
    const steering& taken() const { return taken_; }

private:
    double list_rate_;
    double describe_rate_;
    std::size_t pages_;
    steering taken_{};
};

// Where it is not known on which pages the jobs stand: scattered, which is the worst case.
std::vector<std::size_t> scattered(std::size_t jobs, std::size_t pages);

}  // namespace trainwatch::core
