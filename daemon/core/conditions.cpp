#include "core/conditions.hpp"

#include <array>
#include <utility>

#include "core/alert_text.hpp"
#include "core/condition_parts.hpp"
#include "core/label_of.hpp"

namespace trainwatch::core {
namespace {

// What tells two conditions of one alertname apart is a label.
struct key_label {
    std::string_view alertname{};
    const char* label = "";  // empty: a job has one such condition
};
constexpr std::array key_labels{
    key_label{"TrainingJobNearDeadline", "severity"},
    key_label{"TrainingJobPastDeadline", ""},
    key_label{"TrainingJobStuck", "secondary_status"},
    key_label{"TrainingJobSpotLoop", ""},
    key_label{"TrainingJobRuleIssue", "rule_name"},
    key_label{"TrainingJobOverBudget", ""},
    key_label{"TrainingJobSuspiciousLimit", ""},
};

std::string key_of(std::string_view alertname, std::string_view key) {
    std::string whole(alertname);
    if (!key.empty()) whole.append("/").append(key);
    return whole;
}

}  // namespace

const domain::alert_choice& condition_finder::choice(std::string_view alertname) const {
    static const domain::alert_choice none{};
    const auto found = wishes.alerts.find(alertname);
    return found == wishes.alerts.end() ? none : found->second;
}

bool condition_finder::wants(std::string_view alertname) const {
    return choice(alertname).enabled.value_or(true);
}

bool condition_finder::fires(std::string_view alertname, std::string_view key) const {
    return of.firing.contains(key_of(alertname, key));
}

void condition_finder::add(holding what) {
    const auto& chosen = choice(what.alertname).severity;
    const auto& runbook = choice(what.alertname).runbook_url;
    const auto& job = of.job;
    condition found;
    auto& alert = found.alert.alert;
    alert.labels = labels_of_job(job, what.alertname, chosen.empty() ? what.severity : chosen);
    alert.labels.merge(what.labels);
    alert.annotations = annotations_of_job(job);
    alert.annotations.merge(what.annotations);
    alert.annotations["summary"] = std::move(what.summary);
    alert.annotations["description"] =
        place_of_job(*job.last, job.ended) + std::move(what.consequence);
    alert.annotations["seen_at"] = iso8601(of.seen);
    if (!runbook.empty()) alert.annotations["runbook_url"] = runbook;
    found.alert.reason = std::move(what.reason);
    found.key = key_of(what.alertname, what.key);
    found.is_marginal = what.is_marginal;
    found_.push_back(std::move(found));
}

std::string text_of(milliseconds duration) {
    return format_duration(std::chrono::floor<seconds>(duration));
}

std::string percent_of(double part) {
    return std::to_string(static_cast<std::int64_t>(part * 100)) + " %";
}

std::vector<condition> conditions_of(const job_facts& of, const list_wishes& wishes) {
    std::vector<condition> found;
    if (!of.job.last || of.job.summarised) return found;
    condition_finder finder(of, wishes, found);
    // What a rule says may come after the end; all else is of a job that goes on.
    if (finder.wants("TrainingJobRuleIssue")) find_rule_issues(finder);
    if (of.job.ending) return found;
    if (finder.wants("TrainingJobNearDeadline")) find_near_deadline(finder);
    if (finder.wants("TrainingJobPastDeadline")) find_past_deadline(finder);
    if (finder.wants("TrainingJobStuck")) find_stuck(finder);
    if (finder.wants("TrainingJobSpotLoop")) find_spot_loop(finder);
    if (finder.wants("TrainingJobOverBudget")) find_over_budget(finder);
    if (finder.wants("TrainingJobSuspiciousLimit")) find_suspicious_limit(finder);
    return found;
}

std::string condition_key(const domain::label_map& labels) {
    const auto alertname = label_of(labels, "alertname");
    for (const auto& each : key_labels) {
        if (each.alertname != alertname) continue;
        const std::string label = each.label;
        return label.empty() ? alertname : alertname + "/" + label_of(labels, each.label);
    }
    return {};
}

}  // namespace trainwatch::core
