#include "proto/clock_offset.hpp"

namespace trainwatch::proto {

namespace {

constexpr nanoseconds round_trip_max = std::chrono::minutes(15);
// Behind an intercepting proxy the Date may be the proxy's: nothing sane is further off.
constexpr milliseconds offset_max = std::chrono::hours(24);

}  // namespace

std::optional<milliseconds> measure_clock_offset(
    std::optional<wall_time> date, bool has_age, const exchange_times& times
) {
    if (!date || has_age || times.round_trip > round_trip_max) return std::nullopt;
    const auto half = std::chrono::duration_cast<milliseconds>(times.round_trip / 2);
    const milliseconds offset = *date - (times.sent + half);
    if (offset > offset_max || offset < -offset_max) return std::nullopt;
    return offset;
}

}  // namespace trainwatch::proto
