// How far a server's clock is from ours, measured from the Date header of its answers.
//
// Source: the cross-SDK clock skew rule: offset = Date - (sent + half the round trip), taken from
// every answer that has a Date, no Age, and took at most 15 minutes.
#pragma once

#include <chrono>
#include <optional>

#include "base/time.hpp"

namespace trainwatch::proto {

struct exchange_times {
    wall_time sent{};
    nanoseconds round_trip{};
};

// Behind an intercepting proxy the Date may be the proxy's. Further off than this it wants another
// witness: AWS, which checks the time of a signature, or a second answer (proto/clock_witnesses).
inline constexpr milliseconds far_off = std::chrono::hours(24);

// Server minus ours, however far off. Nothing for an answer without Date, with Age, or too slow.
// The Date header counts whole seconds, so the truth lies up to a second above.
std::optional<milliseconds> measure_clock_offset(
    std::optional<wall_time> date, bool has_age, const exchange_times& times
);

}  // namespace trainwatch::proto
