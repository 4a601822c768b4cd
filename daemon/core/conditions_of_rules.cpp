// TrainingJobRuleIssue: a rule of the debugger or the profiler has found something.
#include <string>

#include "base/plain_text.hpp"
#include "core/alert_text.hpp"
#include "core/condition_parts.hpp"

namespace trainwatch::core {
namespace {

std::string after_error(const domain::job_view& job) {
    return job.ending ? " The rule itself did not work; what it was to look for, nobody looked for."
                      : " The rule itself did not work; what it was to look for, nobody looks for.";
}

std::string after_issue(const domain::job_view& job) {
    if (!job.ending) return " The job goes on unless the rule has an action of its own.";
    return job.ending->outcome == domain::outcome::completed
        ? " The job completed all the same: see what the rule found before its model is used."
        : " What the rule found may be why the job did not complete.";
}

}  // namespace

void find_rule_issues(condition_finder& finder) {
    const auto& job = *finder.of.job.last;
    for (const auto& rule : job.rules) {
        const bool is_error = rule.status == "Error";
        if (!is_error && rule.status != "IssuesFound") continue;
        const std::string kind = rule.kind == domain::rule_kind::debugger ? "debugger" : "profiler";
        const auto details = headline_of(rule.details);
        condition_finder::holding issue;
        issue.alertname = "TrainingJobRuleIssue";
        issue.severity = "warning";
        issue.key = rule.name;
        issue.labels.emplace("rule_name", rule.name);
        issue.summary = "The " + kind + " rule " + rule.name +
            (is_error ? " of training job " + job.name + " ended in an error"
                      : " found an issue in training job " + job.name) +
            (details.empty() ? std::string(".") : ": " + details);
        issue.consequence = is_error ? after_error(finder.of.job) : after_issue(finder.of.job);
        issue.reason = "AWS says that the evaluation of the " + kind + " rule " + rule.name +
            " is " + rule.status + (rule.modified ? " at " + iso8601(*rule.modified) : "") + ".";
        issue.annotations.emplace("rule_status", rule.status);
        if (!rule.details.empty()) {
            issue.annotations.emplace("rule_details", plain_text(rule.details));
        }
        finder.add(std::move(issue));
    }
}

}  // namespace trainwatch::core
