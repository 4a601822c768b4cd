// How much of its limits a job has used, and when it will end.
#include <cmath>
#include <string>

#include "wire/job_text_parts.hpp"

namespace trainwatch::wire {
namespace {

std::string_view member_of(domain::deadline_kind kind) {
    switch (kind) {
        case domain::deadline_kind::max_runtime:
            return "MaxRuntimeInSeconds";
        case domain::deadline_kind::max_wait:
            return "MaxWaitTimeInSeconds";
        case domain::deadline_kind::max_pending:
            return "MaxPendingTimeInSeconds";
    }
    return {};
}

// The gauge of what is used.
std::string used_line(const deadline_use& use, const text_style& style) {
    const auto with = use.used >= 0.95 ? ink::bad : use.used >= 0.8 ? ink::warn : ink::busy;
    const auto used = milliseconds(std::llround(use.used * static_cast<double>(use.limit.count())));
    return "  " + painted(gauge(use.used, 30, style), with, style) + "  " +
        painted(percent(use.used), with, style) + ", " + brief_duration(used) + " of " +
        brief_duration(use.limit) + "\n";
}

}  // namespace

std::string deadline_section(const job_sheet& page) {
    const auto now = page.now;
    const auto use = next_deadline(page.job, now);
    // A moment that has passed is no prediction.
    auto predicted = page.job.derived.predicted_end;
    if (predicted && predicted->at <= now) predicted.reset();
    if (!use && !predicted) return {};
    fact_lines facts(page.style);
    const bool by_limit = predicted && predicted->from == domain::predicted_end::basis::limit;
    if (use) facts.add("limit", member_of(use->next.kind));
    if (use && use->next.at <= now) {
        facts.add(
            "was due",
            clock_text(use->next.at) + "  (overdue by " + brief_duration(now - use->next.at) +
                ": AWS stops jobs late, often by minutes)",
            ink::bad
        );
    } else if (use && !(by_limit && predicted->at == use->next.at)) {
        facts.add_time("AWS ends it", use->next.at, now);
    }
    if (predicted) {
        const bool too_late = use && !by_limit && predicted->at > use->next.at;
        facts.add(
            by_limit ? "at the latest" : "likely end",
            clock_text(predicted->at) + "  (" + relative_time(predicted->at, now) + "), by its " +
                (by_limit ? "limit" : "progress") + (too_late ? ": too late for its limit" : ""),
            too_late ? ink::bad : ink::plain
        );
    }
    return section_head("Deadline", page.style) +
        (use ? used_line(*use, page.style) : std::string()) + facts.take();
}

}  // namespace trainwatch::wire
