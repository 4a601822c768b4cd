// How far a server's clock is from ours, measured from the Date header of its answers.
//
// Source: the cross-SDK clock skew rule: offset = Date - (sent + half the round trip), taken from
// every answer that has a Date, no Age, and took at most 15 minutes.
#pragma once

#include <optional>

#include "base/time.hpp"

namespace trainwatch::proto {

struct exchange_times {
    wall_time sent{};
    nanoseconds round_trip{};
};

// Server minus ours. Nothing for an answer without Date, with Age, too slow, or more than a day
// off. The Date header counts whole seconds, so the truth lies up to a second above.
std::optional<milliseconds> measure_clock_offset(
    std::optional<wall_time> date, bool has_age, const exchange_times& times
);

}  // namespace trainwatch::proto
