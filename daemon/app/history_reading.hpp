// Asks AWS for the history of all connections and regions at once: the shell around
// app/lane_history.
//
// Each has its own calls, one at a time, each with a deadline. Descriptions begin when all pages
// are read, so that it can be told before what they cost. SIGINT and SIGTERM end the reading early;
// what came until then stays. No engine runs, and nothing is kept.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <vector>

#include "app/lane_history.hpp"
#include "app/wiring_inputs.hpp"
#include "core/claims.hpp"
#include "domain/watch_plan.hpp"

namespace trainwatch::app {

struct reading_progress {
    std::size_t listed = 0;  // jobs, so far
    std::size_t total = 0;   // to describe, once the pages are read
    std::size_t left = 0;
    milliseconds time_left{};
    bool are_pages_read = false;

    bool operator==(const reading_progress&) const = default;
};

struct history_listener {
    // Once, when it is known what is to be described.
    std::function<void(const reading_progress&)> estimated{};
    // Now and then.
    std::function<void(const reading_progress&)> going_on{};
};

struct history_reading {
    std::vector<std::unique_ptr<lane_history>> lanes{};
    bool interrupted = false;
};

// `plan` and `claims` are of the inputs' settings, and outlive the result.
history_reading read_history(
    const wiring_inputs& inputs,
    const domain::watch_plan& plan,
    const core::claims& claims,
    const history_wishes& wishes,
    const history_listener& listener
);

}  // namespace trainwatch::app
