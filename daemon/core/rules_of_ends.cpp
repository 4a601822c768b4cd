// What the end of a job calls for: one rule an outcome.
#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "base/text.hpp"
#include "core/alert_text.hpp"
#include "core/rules.hpp"

namespace trainwatch::core {
namespace {

using domain::label_map;
using domain::observation;

// " (out of memory)", where the class says more than the reason's first word.
std::string cause_of(domain::failure_class value) {
    switch (value) {
        case domain::failure_class::none:
        case domain::failure_class::unknown:
        case domain::failure_class::algorithm:
        case domain::failure_class::client:
        case domain::failure_class::internal_server:
            return {};
        default:
            break;
    }
    std::string words(to_string(value));
    std::replace(words.begin(), words.end(), '_', ' ');
    return " (" + words + ")";
}

// "after 1h2m" from creation to the end; empty when AWS did not say.
std::string after(const observation& job, const std::optional<wall_time>& ended) {
    if (!ended || *ended < job.created) return {};
    return " after " + format_duration(std::chrono::floor<seconds>(*ended - job.created));
}

label_map labels_of(
    const domain::job_view& job,
    const std::string& alertname,
    const std::string& severity,
    domain::failure_class reason
) {
    auto labels = labels_of_job(job, alertname, severity);
    labels.emplace("failure_class", std::string(domain::to_string(reason)));
    return labels;
}

// " at 2026-11-24T09:12:00.000Z"
std::string at_time(const std::optional<wall_time>& when) {
    return when ? " at " + iso8601(*when) : std::string();
}

// Where the model is, if AWS uploaded any. One that never trained has nothing to lose, and AWS
// tells where its model would be all the same.
std::string what_is_left(const observation& job) {
    if (!job.training_started) return {};
    if (job.model_artifacts.empty()) return " What it had trained may be lost.";
    return " What it had trained is at " + job.model_artifacts + ".";
}

std::string of_limit(const std::optional<seconds>& limit) {
    return limit ? " of " + format_duration(*limit) : std::string();
}

// What one outcome is told as.
struct end_rule {
    domain::outcome outcome{};
    const char* alertname = "";
    const char* severity = "";  // unless the list wants another one
    bool enabled = true;        // likewise
    // What and why in one sentence.
    std::string (*summary)(const domain::job_view& job, const domain::job_ended& end);
    // Beyond where and when.
    std::string (*consequence)(const observation& job);
};

std::string summary_of_failure(const domain::job_view& of, const domain::job_ended& end) {
    const auto& job = *of.last;
    const auto headline = headline_of(job.failure_reason);
    const auto* without = of.summarised ? "; AWS could not be asked for the reason in time."
                                        : "; AWS gave no reason.";
    return "Training job " + job.name + " failed" + after(job, end.ended) +
        cause_of(end.ending.failure_class) + (headline.empty() ? without : ": " + headline);
}

std::string summary_of_runtime(const domain::job_view& of, const domain::job_ended& end) {
    const auto& job = *of.last;
    return "Training job " + job.name + " was stopped by AWS" + after(job, end.ended) +
        ", at its runtime limit" + of_limit(job.limits.max_runtime) + ".";
}

std::string summary_of_wait(const domain::job_view& of, const domain::job_ended& end) {
    const auto& job = *of.last;
    return "Training job " + job.name + " was given up by AWS" + after(job, end.ended) +
        ", at its limit" + of_limit(job.limits.max_wait) + " for waiting and training together.";
}

std::string summary_of_stop(const domain::job_view& of, const domain::job_ended& end) {
    const auto& job = *of.last;
    return "Training job " + job.name + " was stopped" + after(job, end.ended) +
        ", by somebody or something that called StopTrainingJob.";
}

std::string nothing_more(const observation&) {
    return {};
}

// The severities of the field: somebody has to act on a failure and on a run that was cut off; a
// spot job that never got its capacity can wait for the morning; a stop was wanted by somebody,
// and tuning jobs stop their children by the dozen.
constexpr std::array end_rules{
    end_rule{
        domain::outcome::failed,
        "TrainingJobFailed",
        "critical",
        true,
        summary_of_failure,
        nothing_more},
    end_rule{
        domain::outcome::max_runtime_exceeded,
        "TrainingJobMaxRuntimeExceeded",
        "critical",
        true,
        summary_of_runtime,
        what_is_left},
    end_rule{
        domain::outcome::max_wait_exceeded,
        "TrainingJobMaxWaitExceeded",
        "warning",
        true,
        summary_of_wait,
        what_is_left},
    end_rule{
        domain::outcome::stopped,
        "TrainingJobStopped",
        "info",
        false,
        summary_of_stop,
        nothing_more},
};

// In one sentence, for whoever asks the ledger later.
std::string reason_of(const domain::job_view& of, const domain::job_ended& end) {
    const auto& job = *of.last;
    if (end.ending.outcome != domain::outcome::failed) {
        return "AWS says that the job is " + job.status.text + " with the secondary status " +
            job.secondary.text + at_time(end.ended) + ".";
    }
    const auto reason = std::string(to_string(end.ending.failure_class));
    return "AWS says that the job Failed" + at_time(end.ended) +
        (job.failure_reason.empty()
             ? (of.summarised ? ", in its list; nobody could describe it in time."
                              : ", without a FailureReason.")
             : ", with a FailureReason of class " + reason + ".");
}

}  // namespace

std::optional<domain::alert_row> alert_of_end(
    const domain::job_view& job,
    const domain::job_ended& end,
    wall_time now,
    const domain::alert_choices& choices
) {
    const auto rule = std::find_if(end_rules.begin(), end_rules.end(), [&](const auto& each) {
        return each.outcome == end.ending.outcome;
    });
    if (rule == end_rules.end()) return std::nullopt;
    domain::alert_choice chosen;
    const auto choice = choices.find(std::string_view(rule->alertname));
    if (choice != choices.end()) chosen = choice->second;
    if (!chosen.enabled.value_or(rule->enabled)) return std::nullopt;
    const auto& last = *job.last;
    const auto severity = chosen.severity.empty() ? rule->severity : chosen.severity;
    domain::alert alert;
    alert.labels = labels_of(job, rule->alertname, severity, end.ending.failure_class);
    alert.annotations = annotations_of_job(job);
    if (end.ended) alert.annotations["ended_at"] = iso8601(*end.ended);
    if (!chosen.runbook_url.empty()) alert.annotations["runbook_url"] = chosen.runbook_url;
    alert.annotations["summary"] = rule->summary(job, end);
    alert.annotations["description"] = place_of_job(last, end.ended) + rule->consequence(last);
    alert.starts_at = now;
    return domain::alert_row{std::move(alert), reason_of(job, end)};
}

}  // namespace trainwatch::core
