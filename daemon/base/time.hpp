// Two kinds of time that never mix: monotonic time schedules, wall time is compared with AWS.
//
// Neither clock has a now(): time comes in as an argument (io/clock.hpp is the one place that
// asks the machine). Text forms: ISO 8601 in UTC with milliseconds, and Unix epoch numbers.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace trainwatch {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;

struct mono_clock {
    using rep = std::int64_t;
    using period = std::nano;
    using duration = nanoseconds;
    using time_point = std::chrono::time_point<mono_clock, duration>;
    static constexpr bool is_steady = true;
};

struct wall_clock {
    using rep = std::int64_t;
    using period = std::milli;
    using duration = milliseconds;
    using time_point = std::chrono::time_point<wall_clock, duration>;
    static constexpr bool is_steady = false;
};

// Nanoseconds since an arbitrary start that survives suspend (CLOCK_BOOTTIME). Schedules.
using mono_time = mono_clock::time_point;
// Milliseconds since the Unix epoch, UTC, as AWS counts. For AWS' times and signatures.
using wall_time = wall_clock::time_point;

// One moment on both clocks.
struct instant {
    mono_time mono{};
    wall_time wall{};

    bool operator==(const instant&) const = default;
};

constexpr wall_time from_unix_milliseconds(std::int64_t value) {
    return wall_time(milliseconds(value));
}
constexpr std::int64_t unix_milliseconds(wall_time value) {
    return value.time_since_epoch().count();
}
constexpr double unix_seconds(wall_time value) {
    return static_cast<double>(unix_milliseconds(value)) / 1000.0;
}
constexpr double in_seconds(milliseconds value) {
    return static_cast<double>(value.count()) / 1000.0;
}

// "2026-11-24T09:12:00.123Z"
std::string iso8601(wall_time value);
// "2026-11-24 09:12:00 UTC": within a sentence, for people.
std::string utc_text(wall_time value);
// Accepts the form of iso8601, with or without a fraction, with Z or a numeric offset.
std::optional<wall_time> parse_iso8601(std::string_view text);
// "20261124T091200Z": the form of x-amz-date.
std::string iso8601_basic(wall_time value);
// The Date header of HTTP (RFC 9110 section 5.6.7, the IMF-fixdate form).
std::optional<wall_time> parse_http_date(std::string_view text);
std::string http_date(wall_time value);

// Durations as Prometheus writes them: "90s", "1h30m", "2d", "500ms", "0".
std::optional<milliseconds> parse_duration(std::string_view text);
// The shortest such form: "1h30m".
std::string format_duration(milliseconds value);

}  // namespace trainwatch
