// How likely a job is to change in the next second, as far as its phase and its limits tell: what
// makes one job more worth looking at than another that was seen at the same time.
//
// Rates a second, from how long phases last: an image download half a minute, training hours, an
// upload minutes, a limit that has passed half a minute to ten. They order requests and promise
// nothing; nobody starves, because age counts with them (core/sweep, core/scheduler).
#pragma once

#include <optional>

#include "base/time.hpp"
#include "domain/job.hpp"

namespace trainwatch::core {

struct hazard_facts {
    domain::secondary_status phase = domain::secondary_status::unknown;
    mono_time phase_since{};              // when we first saw it in this phase
    std::optional<mono_time> limit_at{};  // the first of its deadlines, on our monotonic clock

    bool operator==(const hazard_facts&) const = default;
};

// Changes a second, never zero.
double hazard(const hazard_facts& job, mono_time now);

}  // namespace trainwatch::core
