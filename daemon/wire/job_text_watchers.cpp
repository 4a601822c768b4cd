// What reports on a job while it runs, and after: progress, metrics, rules, the warm pool.
#include <cstdint>
#include <optional>
#include <string>

#include "wire/job_text_parts.hpp"

namespace trainwatch::wire {
namespace {

// "3 of 10 (30 %)"
std::string of_text(const std::optional<std::int64_t>& at, const std::optional<std::int64_t>& all) {
    if (!at) return {};
    auto text = std::to_string(*at);
    if (!all) return text;
    text += " of " + std::to_string(*all);
    if (*all <= 0) return text;
    return text + " (" + percent(static_cast<double>(*at) / static_cast<double>(*all)) + ")";
}

std::string warm_pool_section(const job_sheet& page) {
    const auto& last = *page.job.last;
    const auto& pool = last.warm_pool;
    if (!pool && !last.keep_alive) return {};
    fact_lines facts(page.style);
    if (pool) {
        facts.add("status", pool->status);
        if (pool->retained_billable) {
            facts.add("billable", brief_duration(*pool->retained_billable));
        }
        facts.add("reused by", pool->reused_by);
    }
    // It is kept from the job's end on, until another job takes it.
    const bool waits = pool && pool->status == "Available" && page.job.ended;
    if (last.keep_alive && waits) {
        facts.add_time("kept until", *page.job.ended + *last.keep_alive, page.now);
    } else if (last.keep_alive) {
        facts.add("kept for", brief_duration(*last.keep_alive));
    }
    return section_head("Warm pool", page.style) + facts.take();
}

}  // namespace

std::string watchers_section(const job_sheet& page) {
    const auto& last = *page.job.last;
    std::string text;
    if (last.progress) {
        fact_lines facts(page.style);
        facts.add("epoch", of_text(last.progress->epoch, last.progress->epochs));
        facts.add("step", of_text(last.progress->step, last.progress->steps_per_epoch));
        text += section_head("Progress", page.style) + facts.take();
    }
    if (!last.final_metrics.empty()) {
        fact_lines facts(page.style);
        for (const auto& metric : last.final_metrics) {
            std::string value = metric.name + " = " + number_text(metric.value);
            if (metric.at) value += "  (" + clock_text(*metric.at) + ")";
            facts.add("", value);
        }
        text += section_head("Final metrics", page.style) + facts.take();
    }
    if (!last.rules.empty()) {
        fact_lines facts(page.style);
        for (const auto& rule : last.rules) {
            const bool bad = rule.status == "IssuesFound" || rule.status == "Error";
            std::string value = rule.name + ": " + rule.status;
            if (!rule.details.empty()) value += ". " + rule.details;
            if (rule.modified) value += "  (" + relative_time(*rule.modified, page.now) + ")";
            const bool profiler = rule.kind == domain::rule_kind::profiler;
            facts.add(profiler ? "profiler" : "debugger", value, bad ? ink::bad : ink::plain);
        }
        text += section_head("Rules", page.style) + facts.take();
    }
    return text + warm_pool_section(page);
}

}  // namespace trainwatch::wire
