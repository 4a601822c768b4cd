// Moments and lengths of time, as a person reads them.
#include <algorithm>
#include <cstdint>
#include <string>

#include "wire/terminal_text.hpp"

namespace trainwatch::wire {
namespace {

std::string two_units(
    std::int64_t value, std::int64_t size, char large, std::int64_t part, char small
) {
    std::string text = std::to_string(value / size) + large;
    const auto rest = value % size / part;
    return rest == 0 ? text : text + " " + std::to_string(rest) + small;
}

}  // namespace

std::string brief_duration(milliseconds value) {
    constexpr std::int64_t minute = 60;
    constexpr std::int64_t hour = 60 * minute;
    constexpr std::int64_t day = 24 * hour;
    const auto total = std::chrono::floor<seconds>(std::max(value, milliseconds(0))).count();
    if (total < minute) return std::to_string(total) + "s";
    if (total < hour) return two_units(total, minute, 'm', 1, 's');
    if (total < 2 * day) return two_units(total, hour, 'h', minute, 'm');
    return two_units(total, day, 'd', hour, 'h');
}

std::string relative_time(wall_time at, wall_time now) {
    return at > now ? "in " + brief_duration(at - now) : brief_duration(now - at) + " ago";
}

std::string clock_text(wall_time at) {
    auto text = iso8601(std::chrono::floor<seconds>(at));
    const auto t = text.find('T');
    text[t] = ' ';
    return text.substr(0, text.find('.')) + "Z";
}

}  // namespace trainwatch::wire
