#include "proto/clock_offset.hpp"

namespace trainwatch::proto {

namespace {

constexpr nanoseconds round_trip_max = std::chrono::minutes(15);

}  // namespace

std::optional<milliseconds> measure_clock_offset(
    std::optional<wall_time> date, bool has_age, const exchange_times& times
) {
    if (!date || has_age || times.round_trip > round_trip_max) return std::nullopt;
    const auto half = std::chrono::duration_cast<milliseconds>(times.round_trip / 2);
    return *date - (times.sent + half);
}

}  // namespace trainwatch::proto
