#include "wire/html_text.hpp"

#include <cstdint>

#include "base/text.hpp"

namespace trainwatch::wire {
namespace {

std::string two_units(
    std::int64_t value, std::int64_t size, const char* large, std::int64_t part, const char* small
) {
    std::string text = std::to_string(value / size) + " " + large;
    const auto rest = value % size / part;
    return rest == 0 ? text : text + " " + std::to_string(rest) + " " + small;
}

}  // namespace

std::string html_escape(std::string_view text) {
    const std::string valid = valid_utf8(text);
    std::string escaped;
    escaped.reserve(valid.size());
    for (std::string_view rest = valid; !rest.empty();) {
        const auto [code, bytes] = first_character(rest);
        if (code == '&') {
            escaped += "&amp;";
        } else if (code == '<') {
            escaped += "&lt;";
        } else if (code == '>') {
            escaped += "&gt;";
        } else if (code == '"') {
            escaped += "&quot;";
        } else if (code == '\'') {
            escaped += "&#39;";
        } else if (code != '\n' && is_control_character(code)) {
            escaped += ' ';
        } else if (!is_direction_mark(code)) {
            escaped += rest.substr(0, bytes);
        }
        rest.remove_prefix(bytes);
    }
    return escaped;
}

std::string spoken_duration(milliseconds value) {
    constexpr std::int64_t minute = 60;
    constexpr std::int64_t hour = 60 * minute;
    constexpr std::int64_t day = 24 * hour;
    const auto total = std::chrono::duration_cast<seconds>(value).count();
    if (total < minute) return std::to_string(total) + " s";
    if (total < hour) return std::to_string(total / minute) + " min";
    if (total < 2 * day) return two_units(total, hour, "h", minute, "min");
    return two_units(total, day, "d", hour, "h");
}

std::string html_time(wall_time at, wall_time now) {
    const std::string exact = iso8601(at);
    const std::string spoken =
        at > now ? "in " + spoken_duration(at - now) : spoken_duration(now - at) + " ago";
    return "<time datetime=\"" + exact + "\" title=\"" + exact + "\">" + spoken + "</time>";
}

}  // namespace trainwatch::wire
