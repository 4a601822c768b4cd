#include "wire/html_text.hpp"

#include <array>
#include <cstdint>

#include "base/text.hpp"

namespace trainwatch::wire {
namespace {

// U+200E, U+200F, U+202A to U+202E, U+2066 to U+2069: they reorder what stands around them.
bool is_direction_mark(std::string_view three) {
    if (three.size() < 3 || three[0] != '\xE2') return false;
    const auto last = static_cast<unsigned char>(three[2]);
    if (three[1] == '\x80') {
        return last == 0x8E || last == 0x8F || (last >= 0xAA && last <= 0xAE);
    }
    return three[1] == '\x81' && last >= 0xA6 && last <= 0xA9;
}

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
    for (std::size_t at = 0; at < valid.size(); ++at) {
        const char c = valid[at];
        const auto byte = static_cast<unsigned char>(c);
        if (is_direction_mark(std::string_view(valid).substr(at, 3))) {
            at += 2;
        } else if (c == '&') {
            escaped += "&amp;";
        } else if (c == '<') {
            escaped += "&lt;";
        } else if (c == '>') {
            escaped += "&gt;";
        } else if (c == '"') {
            escaped += "&quot;";
        } else if (c == '\'') {
            escaped += "&#39;";
        } else if ((byte >= 0x20 && byte != 0x7F) || c == '\n') {
            escaped += c;
        } else {
            escaped += ' ';
        }
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
