// A backtest as a page for people: each alert on a line, newest first, then what they come to.
//
// Pure. Text of AWS is made harmless; nothing is wider than the style's width, and on a narrow one
// an alert's reason has a line of its own. Times are UTC.
#pragma once

#include <string>

#include "app/backtest_report.hpp"
#include "wire/terminal_text.hpp"

namespace trainwatch::app {

// What the report was made of.
struct backtest_source {
    std::string where{};  // "eu-west-1", "the saved answers in history/"
    bool is_folder = false;
    bool expects = false;      // a list has expect.completed_within, which a folder cannot tell of
    bool has_lists = false;    // of a configuration file; else every job and the default rules
    bool interrupted = false;  // or it broke off: what was not read is missing
    history_counts counts{};

    bool operator==(const backtest_source&) const = default;
};

std::string render_backtest_text(
    const backtest_report& report, const backtest_source& source, const wire::text_style& style
);

// The same for programs: one object on one line.
std::string render_backtest_json(const backtest_report& report, const backtest_source& source);

// "482 jobs, 60 of them to describe: 30s at 2 calls a second"
std::string estimate_text(std::size_t listed, std::size_t to_describe, milliseconds takes);

}  // namespace trainwatch::app
