// Text for a terminal: colours, columns, wrapping, and hostile text made harmless.
//
// Pure: what the terminal is like comes in as a text_style (app/terminal asks). Knows no job.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"

namespace trainwatch::wire {

// The width of what is no terminal: nothing is wrapped there, for grep and for logs.
inline constexpr std::size_t unwrapped = 1'000'000;

struct text_style {
    std::size_t width = 80;  // columns
    bool color = false;      // escape sequences may be used
    bool unicode = true;     // bars and marks beyond ASCII may be used

    bool operator==(const text_style&) const = default;
};

enum class ink { plain, strong, soft, good, bad, busy, warn };
// `text` itself when the style has no colour or there is nothing to paint.
std::string painted(std::string_view text, ink with, const text_style& style);

// Valid UTF-8 on one line, without control characters (C0, DEL, C1: no escape sequence survives)
// and without the characters that reorder a line.
std::string terminal_safe(std::string_view text);

// Columns that safe text takes: wide characters two, combining ones none.
std::size_t display_width(std::string_view text);
// At most `columns` of safe text; what is cut is told by the ellipsis.
std::string fitted(std::string_view text, std::size_t columns, const text_style& style);
// The same with the middle cut out, so that names that differ at their ends stay apart.
std::string elided(std::string_view text, std::size_t columns, const text_style& style);
// With blanks behind (or in front) up to `columns`.
std::string padded(std::string text, std::size_t columns);
std::string right_aligned(std::string text, std::size_t columns);
// Any text as safe lines of at most `columns`: its own line breaks stay, words are kept whole where
// they fit. An address, an ARN or a path that does not fit stands whole on a line of its own. At
// least one line.
std::vector<std::string> wrapped(std::string_view text, std::size_t columns);
// The wrapped text with every line but the first indented, without the last line end.
std::string hung(std::string_view text, std::size_t indent, std::size_t width);
// The same, but text without a blank (a URL, an ARN) stays whole, to be copied and clicked.
std::string hung_whole(std::string_view text, std::size_t indent, std::size_t width);
// `label` in its column, then the wrapped text with a hanging indent, line ends included.
std::string hanging(
    std::string_view label, std::size_t indent, std::string_view text, std::size_t width
);

// A share of a bar of `columns`; `from` and `to` in 0..1. At least one column is filled.
std::string bar(double from, double to, std::size_t columns, const text_style& style);

// What is used of something, from the left: empty at 0 %.
std::string gauge(double used, std::size_t columns, const text_style& style);
// "80 %"
std::string percent(double ratio);

// "45s", "12m 10s", "3h 20m", "5d 3h": two units at most.
std::string brief_duration(milliseconds value);
// "3m 5s ago", "in 3h 20m"
std::string relative_time(wall_time at, wall_time now);
// "2026-11-24 09:12:00Z"
std::string clock_text(wall_time at);

}  // namespace trainwatch::wire
