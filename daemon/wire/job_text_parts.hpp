// The sections of a job's page (wire/job_text). Private to wire/.
#pragma once

#include <string>
#include <string_view>

#include "wire/job_text.hpp"

namespace trainwatch::wire {

// Collects lines "  label      value", values wrapped and hanging in one column.
class fact_lines {
public:
    explicit fact_lines(const text_style& style) : style_(style) {}
    // Nothing for an empty value.
    void add(std::string_view label, std::string_view value, ink with = ink::plain);
    void add_time(std::string_view label, const std::optional<wall_time>& at, wall_time now);
    std::string take() { return std::move(text_); }

private:
    const text_style& style_;
    std::string text_{};
};

// "3" or "0.25": the shortest text that reads back as the same number.
std::string number_text(double value);
std::string section_head(std::string_view title, const text_style& style);
std::string identity_section(const job_sheet& page);
std::string timeline_section(const job_sheet& page);
std::string deadline_section(const job_sheet& page);
std::string reason_section(const job_sheet& page);
std::string results_section(const job_sheet& page);
std::string watchers_section(const job_sheet& page);  // rules, warm pool, progress, metrics

}  // namespace trainwatch::wire
