#include "wire/terminal_text.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "base/plain_text.hpp"
#include "base/text.hpp"

namespace trainwatch::wire {
namespace {

using range = std::pair<char32_t, char32_t>;
// The large blocks only: enough to keep columns straight in what job messages hold.
constexpr std::array<range, 10> wide{
    range{0x1100, 0x115F},
    {0x2E80, 0xA4CF},
    {0xAC00, 0xD7A3},
    {0xF900, 0xFAFF},
    {0xFE30, 0xFE6F},
    {0xFF00, 0xFF60},
    {0xFFE0, 0xFFE6},
    {0x1F300, 0x1F64F},
    {0x1F900, 0x1F9FF},
    {0x20000, 0x3FFFD}};
constexpr std::array<range, 5> combining{
    range{0x0300, 0x036F}, {0x200B, 0x200D}, {0x20D0, 0x20FF}, {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F}};

template <std::size_t Size>
bool is_in(const std::array<range, Size>& ranges, char32_t code) {
    return std::any_of(ranges.begin(), ranges.end(), [code](const range& each) {
        return each.first <= code && code <= each.second;
    });
}

std::size_t columns_of(char32_t code) {
    if (is_in(combining, code)) return 0;
    return is_in(wide, code) ? 2 : 1;
}

// How many bytes of `text` take at most `columns`.
std::size_t bytes_within(std::string_view text, std::size_t columns) {
    std::size_t at = 0;
    std::size_t used = 0;
    while (at < text.size()) {
        const auto [code, bytes] = first_character(text.substr(at));
        used += columns_of(code);
        if (used > columns) break;
        at += bytes;
    }
    return at;
}

// An ARN, an address, a path: to be copied, clicked and found by grep.
bool is_kept_whole(std::string_view word) {
    return word.find('/') != std::string_view::npos || word.find("arn:") != std::string_view::npos;
}

// Where the first line of `text`, which does not fit as a whole, ends.
std::size_t line_end(std::string_view text, std::size_t columns) {
    const auto fits = bytes_within(text, columns);
    // At the last blank that still fits; within a word when only indentation is before it.
    const auto blank = text.rfind(' ', fits);
    const auto word = std::min(text.find_first_not_of(' '), text.size());
    if (blank != std::string_view::npos && word <= blank) return blank;
    const auto word_end = std::min(text.find(' ', word), text.size());
    return is_kept_whole(text.substr(word, word_end - word)) ? word_end : fits;
}

void wrap_line(std::string_view text, std::size_t columns, std::vector<std::string>& lines) {
    while (bytes_within(text, columns) < text.size()) {
        const auto end = line_end(text, columns);
        const auto line = text.substr(0, end);
        lines.emplace_back(line.substr(0, line.find_last_not_of(' ') + 1));
        text = text.substr(end);
        while (text.starts_with(' '))
            text.remove_prefix(1);
        if (text.empty()) return;
    }
    lines.emplace_back(text);
}

std::string_view code_of(ink with) {
    switch (with) {
        case ink::plain:
            return {};
        case ink::strong:
            return "1";
        case ink::soft:
            return "2";
        case ink::good:
            return "32";
        case ink::bad:
            return "31";
        case ink::busy:
            return "34";
        case ink::warn:
            return "33";
    }
    return {};
}

std::size_t place_in(std::size_t columns, double share) {
    const auto at = std::clamp(share, 0.0, 1.0) * static_cast<double>(columns);
    return static_cast<std::size_t>(std::lround(at));
}

std::string drawn(
    std::size_t begin, std::size_t end, std::size_t columns, const text_style& style
) {
    std::string text;
    for (std::size_t i = 0; i < columns; ++i) {
        const bool filled = begin <= i && i < end;
        if (style.unicode) {
            text += filled ? "█" : "·";
        } else {
            text += filled ? '#' : '.';
        }
    }
    return text;
}

}  // namespace

std::string painted(std::string_view text, ink with, const text_style& style) {
    const auto code = code_of(with);
    if (!style.color || code.empty() || text.empty()) return std::string(text);
    return "\x1b[" + std::string(code) + "m" + std::string(text) + "\x1b[0m";
}

std::string terminal_safe(std::string_view text) {
    const std::string valid = valid_utf8(text);
    std::string_view rest = valid;
    std::string safe;
    safe.reserve(valid.size());
    while (!rest.empty()) {
        if (const auto sequence = escape_sequence(rest); sequence > 0) {
            rest.remove_prefix(sequence);
            continue;
        }
        const auto [code, bytes] = first_character(rest);
        if (is_control_character(code)) {
            safe += ' ';
        } else if (!is_direction_mark(code)) {
            safe += rest.substr(0, bytes);
        }
        rest.remove_prefix(bytes);
    }
    return safe;
}

std::size_t display_width(std::string_view text) {
    std::size_t columns = 0;
    while (!text.empty()) {
        const auto [code, bytes] = first_character(text);
        columns += columns_of(code);
        text.remove_prefix(bytes);
    }
    return columns;
}

std::string fitted(std::string_view text, std::size_t columns, const text_style& style) {
    if (bytes_within(text, columns) == text.size()) return std::string(text);
    const std::string_view mark = style.unicode ? "…" : "...";
    const auto taken = style.unicode ? std::size_t{1} : mark.size();
    if (columns <= taken) return std::string(columns, '.');
    return std::string(text.substr(0, bytes_within(text, columns - taken))) + std::string(mark);
}

std::string elided(std::string_view text, std::size_t columns, const text_style& style) {
    if (bytes_within(text, columns) == text.size()) return std::string(text);
    const std::string_view mark = style.unicode ? "…" : "...";
    const auto taken = style.unicode ? std::size_t{1} : mark.size();
    if (columns < taken + 2) return fitted(text, columns, style);
    const auto room = columns - taken;
    // The end tells the jobs of a sweep apart: of an odd number it gets the larger half.
    const auto head = bytes_within(text, room / 2);
    auto tail = head;
    while (display_width(text.substr(tail)) > room - room / 2)
        tail += first_character(text.substr(tail)).bytes;
    return std::string(text.substr(0, head)) + std::string(mark) + std::string(text.substr(tail));
}

std::string padded(std::string text, std::size_t columns) {
    const auto used = display_width(text);
    if (used < columns) text.append(columns - used, ' ');
    return text;
}

std::string right_aligned(std::string text, std::size_t columns) {
    const auto used = display_width(text);
    if (used < columns) text.insert(0, columns - used, ' ');
    return text;
}

std::vector<std::string> wrapped(std::string_view text, std::size_t columns) {
    // Room for the widest character, so that each line holds one.
    columns = std::max<std::size_t>(columns, 2);
    std::vector<std::string> lines;
    while (true) {
        const auto end = text.find('\n');
        // Blanks at the front stay: they are the indentation of a traceback.
        auto line = terminal_safe(text.substr(0, end));
        line.resize(line.find_last_not_of(' ') + 1);
        wrap_line(line, columns, lines);
        if (end == std::string_view::npos) break;
        text.remove_prefix(end + 1);
    }
    while (lines.size() > 1 && lines.back().empty())
        lines.pop_back();
    return lines;
}

std::string hung(std::string_view text, std::size_t indent, std::size_t width) {
    // A narrow terminal breaks lines itself; a column of three letters would help nobody.
    constexpr std::size_t least = 20;
    const auto columns = width > indent + least ? width - indent : least;
    std::string out;
    bool first = true;
    for (const auto& line : wrapped(text, columns)) {
        if (!std::exchange(first, false)) out += "\n";
        if (!out.empty() && !line.empty()) out.append(indent, ' ');
        out += line;
    }
    return out;
}

std::string hung_whole(std::string_view text, std::size_t indent, std::size_t width) {
    const bool is_one_word = text.find_first_of(" \t\r\n") == std::string_view::npos;
    return is_one_word ? terminal_safe(text) : hung(text, indent, width);
}

std::string hanging(
    std::string_view label, std::size_t indent, std::string_view text, std::size_t width
) {
    return padded(std::string(label), indent) + hung(text, indent, width) + "\n";
}

std::string bar(double from, double to, std::size_t columns, const text_style& style) {
    const auto begin = std::min(place_in(columns, from), columns - 1);
    return drawn(begin, std::max(place_in(columns, to), begin + 1), columns, style);
}

std::string gauge(double used, std::size_t columns, const text_style& style) {
    constexpr double one_percent = 0.01;
    if (used < one_percent / 2) return drawn(0, 0, columns, style);
    return bar(0, used, columns, style);
}

std::string percent(double ratio) {
    return std::to_string(std::lround(ratio * 100)) + " %";
}

}  // namespace trainwatch::wire
