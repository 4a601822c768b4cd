// How urgent it is to learn whose a job is that a page told of: one pure function.
//
// An account may hold thousands of jobs of others, and filters by tags or by what only a describe
// tells have to ask about each. One that has failed is asked about first, because somebody may be
// waiting for the alert; then what has ended otherwise; then what was created a moment ago. What
// ran before we came has waited already.
#pragma once

#include <array>
#include <cstdint>

#include "base/time.hpp"
#include "domain/job_summary.hpp"

namespace trainwatch::core {

// The most urgent first. A timeout is a stop, too: `failed` includes every end but a completion.
enum class urgency : std::uint8_t { failed, ended, fresh, old };

inline constexpr std::array urgencies{
    urgency::failed, urgency::ended, urgency::fresh, urgency::old};

// `now`: AWS' time.
urgency urgency_of(const domain::job_summary& told, wall_time now);

}  // namespace trainwatch::core
