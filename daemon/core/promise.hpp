// How old the picture of a lane may get, from how many jobs and pages there are and how many calls
// it may make: what `staleness_bound` can promise there, and what it costs.
//
// The floor of any policy is the sweep: pages that hold live jobs through the list rate; without
// lists, jobs through the describe rate. The factors between floor and what is kept come from the
// simulation (tests/sim).
#pragma once

#include <cstddef>
#include <optional>

#include "base/time.hpp"
#include "core/steering.hpp"
#include "domain/watch_plan.hpp"

namespace trainwatch::core {

struct lane_load {
    std::size_t live = 0;     // watched jobs that have not ended
    std::size_t windows = 0;  // pages that cover them; 0: not known, see expected_windows()
    double describe_rate = 0;
    double list_rate = 0;  // 0: the lane does not list
    // What goes to jobs with a tighter bound than the round keeps: the promise is to all others.
    steering steered{};

    bool operator==(const lane_load&) const = default;
};

struct lane_promise {
    milliseconds floor{};           // no policy is better
    milliseconds typical{};         // half of the changes are known within this
    milliseconds worst{};           // 99 of 100 changes
    milliseconds feasible_bound{};  // the oldest observation stays below this
    double calls_per_second = 0;    // of all operations

    bool operator==(const lane_promise&) const = default;
};

// `bound`: with pace_kind::bound no more calls than it needs.
lane_promise promise_of(
    const lane_load& load, domain::pace_kind pace, milliseconds staleness_bound
);

// Pages that cover so many live jobs when `finished_per_live` others were created between them.
std::size_t expected_windows(std::size_t live, double finished_per_live);

}  // namespace trainwatch::core
