#include "base/time.hpp"

#include <array>
#include <charconv>
#include <cstdio>
#include <utility>

namespace trainwatch {
namespace {

using days = std::chrono::sys_days;

struct civil {
    std::chrono::year_month_day date{};
    std::chrono::hh_mm_ss<milliseconds> clock{};
};

civil split(wall_time value) {
    const std::chrono::sys_time<milliseconds> at{value.time_since_epoch()};
    const auto day = std::chrono::floor<std::chrono::days>(at);
    return {std::chrono::year_month_day{day}, std::chrono::hh_mm_ss{at - day}};
}

// Takes exactly `width` digits from the front of `text`.
std::optional<int> take_digits(std::string_view& text, std::size_t width) {
    if (text.size() < width) return std::nullopt;
    int value = 0;
    for (char c : text.substr(0, width)) {
        if (c < '0' || c > '9') return std::nullopt;
        value = value * 10 + (c - '0');
    }
    text.remove_prefix(width);
    return value;
}

bool take(std::string_view& text, char expected) {
    if (text.empty() || text.front() != expected) return false;
    text.remove_prefix(1);
    return true;
}

std::optional<wall_time> join(int year, int month, int day, int hour, int minute, int second) {
    const std::chrono::year_month_day date{
        std::chrono::year{year},
        std::chrono::month{static_cast<unsigned>(month)},
        std::chrono::day{static_cast<unsigned>(day)}};
    // A leap second reads as the second before it: the epoch has no place for it.
    if (!date.ok() || hour > 23 || minute > 59 || second > 60) return std::nullopt;
    const auto time_of_day = std::chrono::hours(hour) + std::chrono::minutes(minute) +
        seconds(second == 60 ? 59 : second);
    return wall_time((days{date} + time_of_day).time_since_epoch());
}

// The milliseconds of ".5", ".123", ".123456": further digits are dropped.
std::optional<milliseconds> take_fraction(std::string_view& text) {
    int value = 0;
    int scale = 100;
    std::size_t digits = 0;
    for (; digits < text.size() && text[digits] >= '0' && text[digits] <= '9'; ++digits) {
        value += scale * (text[digits] - '0');
        scale /= 10;
    }
    if (digits == 0) return std::nullopt;
    text.remove_prefix(digits);
    return milliseconds(value);
}

std::optional<milliseconds> take_offset(std::string_view& text) {
    if (take(text, 'Z') || take(text, 'z')) return milliseconds(0);
    const bool west = !text.empty() && text.front() == '-';
    if (!west && (text.empty() || text.front() != '+')) return std::nullopt;
    text.remove_prefix(1);
    const auto hours = take_digits(text, 2);
    take(text, ':');
    const auto minutes = take_digits(text, 2);
    if (!hours || !minutes || *hours > 23 || *minutes > 59) return std::nullopt;
    const milliseconds offset = std::chrono::hours(*hours) + std::chrono::minutes(*minutes);
    return west ? -offset : offset;
}

// At least `width` digits.
void append_digits(std::string& text, std::int64_t value, std::size_t width) {
    std::array<char, 20> digits{};
    const auto end = std::to_chars(digits.begin(), digits.end(), value).ptr;
    const auto size = static_cast<std::size_t>(end - digits.begin());
    if (size < width) text.append(width - size, '0');
    text.append(digits.data(), size);
}

constexpr std::array<std::string_view, 12> month_names{
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
constexpr std::array<const char*, 7> day_names{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};

}  // namespace

std::string iso8601(wall_time value) {
    const auto [date, clock] = split(value);
    std::array<char, 40> text{};
    std::snprintf(
        text.data(),
        text.size(),
        "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ",
        static_cast<int>(date.year()),
        static_cast<unsigned>(date.month()),
        static_cast<unsigned>(date.day()),
        static_cast<int>(clock.hours().count()),
        static_cast<int>(clock.minutes().count()),
        static_cast<int>(clock.seconds().count()),
        static_cast<int>(clock.subseconds().count())
    );
    return text.data();
}

// Each request has two of these: printf would be the dearest part of it.
std::string iso8601_basic(wall_time value) {
    const auto [date, clock] = split(value);
    std::string text;
    text.reserve(std::string_view("20261124T091200Z").size());
    append_digits(text, static_cast<int>(date.year()), 4);
    append_digits(text, static_cast<unsigned>(date.month()), 2);
    append_digits(text, static_cast<unsigned>(date.day()), 2);
    text += 'T';
    append_digits(text, clock.hours().count(), 2);
    append_digits(text, clock.minutes().count(), 2);
    append_digits(text, clock.seconds().count(), 2);
    text += 'Z';
    return text;
}

std::string utc_text(wall_time value) {
    auto text = iso8601(value);
    text.resize(text.find('.'));
    text[text.find('T')] = ' ';
    return text + " UTC";
}

std::optional<wall_time> parse_iso8601(std::string_view text) {
    const auto year = take_digits(text, 4);
    if (!year || !take(text, '-')) return std::nullopt;
    const auto month = take_digits(text, 2);
    if (!month || !take(text, '-')) return std::nullopt;
    const auto day = take_digits(text, 2);
    if (!day || !(take(text, 'T') || take(text, 't') || take(text, ' '))) return std::nullopt;
    const auto hour = take_digits(text, 2);
    if (!hour || !take(text, ':')) return std::nullopt;
    const auto minute = take_digits(text, 2);
    if (!minute || !take(text, ':')) return std::nullopt;
    const auto second = take_digits(text, 2);
    if (!second) return std::nullopt;
    milliseconds fraction{0};
    if (take(text, '.')) {
        const auto taken = take_fraction(text);
        if (!taken) return std::nullopt;
        fraction = *taken;
    }
    const auto offset = take_offset(text);
    const auto whole = join(*year, *month, *day, *hour, *minute, *second);
    if (!offset || !whole || !text.empty()) return std::nullopt;
    return *whole + fraction - *offset;
}

std::string http_date(wall_time value) {
    const auto [date, clock] = split(value);
    const std::chrono::weekday weekday{days{date}};
    std::array<char, 48> text{};
    std::snprintf(
        text.data(),
        text.size(),
        "%s, %02u %s %04d %02d:%02d:%02d GMT",
        day_names[weekday.c_encoding()],
        static_cast<unsigned>(date.day()),
        month_names[static_cast<unsigned>(date.month()) - 1].data(),
        static_cast<int>(date.year()),
        static_cast<int>(clock.hours().count()),
        static_cast<int>(clock.minutes().count()),
        static_cast<int>(clock.seconds().count())
    );
    return text.data();
}

std::optional<wall_time> parse_http_date(std::string_view text) {
    const auto comma = text.find(", ");
    if (comma != 3) return std::nullopt;
    text.remove_prefix(comma + 2);
    const auto day = take_digits(text, 2);
    if (!day || !take(text, ' ')) return std::nullopt;
    int month = 0;
    for (std::size_t i = 0; i < month_names.size(); ++i) {
        if (text.starts_with(month_names[i])) month = static_cast<int>(i) + 1;
    }
    if (month == 0) return std::nullopt;
    text.remove_prefix(3);
    if (!take(text, ' ')) return std::nullopt;
    const auto year = take_digits(text, 4);
    if (!year || !take(text, ' ')) return std::nullopt;
    const auto hour = take_digits(text, 2);
    if (!hour || !take(text, ':')) return std::nullopt;
    const auto minute = take_digits(text, 2);
    if (!minute || !take(text, ':')) return std::nullopt;
    const auto second = take_digits(text, 2);
    if (!second || text != " GMT") return std::nullopt;
    return join(*year, month, *day, *hour, *minute, *second);
}

namespace {

struct duration_unit {
    std::string_view name;
    std::int64_t milliseconds;
};

// Largest first, as Prometheus demands them in a duration: each at most once, in this order.
constexpr std::array<duration_unit, 7> duration_units{{
    {"y", 365LL * 86'400'000},
    {"w", 7LL * 86'400'000},
    {"d", 86'400'000},
    {"h", 3'600'000},
    {"m", 60'000},
    {"s", 1'000},
    {"ms", 1},
}};

std::string_view take_unit(std::string_view& text) {
    std::size_t length = 0;
    while (length < text.size() && text[length] >= 'a' && text[length] <= 'z')
        ++length;
    const auto unit = text.substr(0, length);
    text.remove_prefix(length);
    return unit;
}

}  // namespace

std::optional<milliseconds> parse_duration(std::string_view text) {
    if (text == "0") return milliseconds(0);
    if (text.empty()) return std::nullopt;
    std::int64_t total = 0;
    std::size_t next_unit = 0;
    while (!text.empty()) {
        std::int64_t number = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
        if (error != std::errc{} || number < 0) return std::nullopt;
        text.remove_prefix(static_cast<std::size_t>(end - text.data()));
        const auto unit = take_unit(text);
        while (next_unit < duration_units.size() && duration_units[next_unit].name != unit) {
            ++next_unit;
        }
        if (next_unit == duration_units.size()) return std::nullopt;
        std::int64_t part = 0;
        if (__builtin_mul_overflow(number, duration_units[next_unit].milliseconds, &part) ||
            __builtin_add_overflow(total, part, &total)) {
            return std::nullopt;
        }
        ++next_unit;
    }
    return milliseconds(total);
}

std::string format_duration(milliseconds value) {
    if (value.count() == 0) return "0s";
    std::string text = value.count() < 0 ? "-" : "";
    std::int64_t left = value.count() < 0 ? -value.count() : value.count();
    for (const auto& [name, size] : duration_units) {
        // Years and weeks read worse than days.
        if (name == "y" || name == "w" || left < size) continue;
        text += std::to_string(left / size);
        text += name;
        left %= size;
    }
    return text;
}

}  // namespace trainwatch
