#include "core/rules.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "base/text.hpp"
#include "core/console_links.hpp"

namespace trainwatch::core {
namespace {

using domain::label_map;
using domain::observation;

// A headline, not the story: the whole reason is an annotation of its own.
constexpr std::size_t headline_bytes = 200;

// On one line: the first one is the same for each script that fails, the cause comes after it.
std::string headline_of(std::string_view reason) {
    std::string line;
    for (const char c : trim(reason)) {
        const bool blank = c == ' ' || c == '\t' || c == '\r' || c == '\n';
        if (!blank) {
            line += c;
        } else if (!line.empty() && line.back() != ' ') {
            line += ' ';
        }
    }
    auto shown = valid_utf8(line, headline_bytes);
    const bool cut = shown.size() < valid_utf8(line).size();
    return cut ? shown + "…" : shown;
}

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

void add(label_map& annotations, const char* name, std::string value) {
    if (!value.empty()) annotations.emplace(name, std::move(value));
}

// "2 x ml.p4d.24xlarge, 1 x ml.c5.xlarge"
std::string describe_instances(const observation& job) {
    std::map<std::string, std::int64_t> counts;
    for (const auto& group : job.instances)
        counts[group.instance_type] += group.count;
    std::string text;
    for (const auto& [type, count] : counts) {
        if (!text.empty()) text += ", ";
        text += std::to_string(count) + " x " + type;
    }
    return text;
}

// "after 1h2m" from creation to the end; empty when AWS did not say.
std::string after(const observation& job, const std::optional<wall_time>& ended) {
    if (!ended || *ended < job.created) return {};
    return " after " + format_duration(std::chrono::floor<seconds>(*ended - job.created));
}

label_map labels_of(
    const domain::job_view& job, const char* alertname, domain::failure_class reason
) {
    const auto& last = *job.last;
    label_map labels{
        {"alertname", alertname},
        {"severity", "critical"},
        {"training_job", last.name},
        {"created", iso8601(last.created)},
        {"account_id", last.account_id},
        {"aws_region", last.region},
        {"watch_list", job.target.watch_list},
        {"failure_class", std::string(domain::to_string(reason))},
    };
    // An empty label is no label to Prometheus; a child of a tuning job has one more.
    if (!last.tuning_job.empty()) labels.emplace("tuning_job", last.tuning_job);
    return labels;
}

label_map annotations_of(const domain::job_view& of, const std::optional<wall_time>& ended) {
    const auto& job = *of.last;
    label_map notes;
    add(notes, "failure_reason", valid_utf8(job.failure_reason));
    add(notes, "failure_fingerprint", of.derived.failure_fingerprint);
    if (ended) add(notes, "ended_at", iso8601(*ended));
    add(notes, "training_job_arn", job.arn);
    add(notes, "secondary_status", job.secondary.text);
    if (job.training_started) add(notes, "started_at", iso8601(*job.training_started));
    add(notes, "console_url", console_url(job));
    add(notes, "logs_url", logs_url(job));
    add(notes, "instances", describe_instances(job));
    if (job.training_time) add(notes, "training_time", format_duration(*job.training_time));
    return notes;
}

// "Job x in account 111122223333, region eu-west-1, on 2 x ml.p4d.24xlarge, created …, ended …."
std::string describe_place(const observation& job, const std::optional<wall_time>& ended) {
    std::string text =
        "Job " + job.name + " in account " + job.account_id + ", region " + job.region;
    if (const auto instances = describe_instances(job); !instances.empty()) {
        text += ", on " + instances;
    }
    text += ", created " + iso8601(job.created);
    text += job.training_started ? ", training since " + iso8601(*job.training_started)
                                 : ", which never started training";
    if (ended) text += ", ended " + iso8601(*ended);
    return text + ".";
}

// " at 2026-11-24T09:12:00.000Z"
std::string at_time(const std::optional<wall_time>& when) {
    return when ? " at " + iso8601(*when) : std::string();
}

std::string why_failed(const observation& job, const domain::job_ended& end) {
    const auto reason = std::string(to_string(end.ending.failure_class));
    return "AWS says that the job Failed" + at_time(end.ended) +
        (job.failure_reason.empty() ? ", without a FailureReason."
                                    : ", with a FailureReason of class " + reason + ".");
}

std::string why_out_of_time(const observation& job, const domain::job_ended& end) {
    return "AWS says that the job is " + job.status.text + " with the secondary status " +
        job.secondary.text + at_time(end.ended) + ".";
}

}  // namespace

std::optional<domain::alert_row> training_job_failed(
    const domain::job_view& job, const domain::job_ended& end, wall_time now
) {
    if (end.ending.outcome != domain::outcome::failed) return std::nullopt;
    const auto& last = *job.last;
    domain::alert alert;
    alert.labels = labels_of(job, "TrainingJobFailed", end.ending.failure_class);
    alert.annotations = annotations_of(job, end.ended);
    const auto headline = headline_of(last.failure_reason);
    alert.annotations["summary"] = "Training job " + last.name + " failed" +
        after(last, end.ended) + cause_of(end.ending.failure_class) +
        (headline.empty() ? "; AWS gave no reason." : ": " + headline);
    alert.annotations["description"] = describe_place(last, end.ended);
    alert.starts_at = now;
    return domain::alert_row{std::move(alert), why_failed(last, end)};
}

std::optional<domain::alert_row> training_job_max_runtime_exceeded(
    const domain::job_view& job, const domain::job_ended& end, wall_time now
) {
    if (end.ending.outcome != domain::outcome::max_runtime_exceeded) return std::nullopt;
    const auto& last = *job.last;
    const auto limit = last.limits.max_runtime ? " of " + format_duration(*last.limits.max_runtime)
                                               : std::string();
    domain::alert alert;
    alert.labels = labels_of(job, "TrainingJobMaxRuntimeExceeded", end.ending.failure_class);
    alert.annotations = annotations_of(job, end.ended);
    alert.annotations["summary"] = "Training job " + last.name +
        " was stopped by AWS at its runtime limit" + limit + after(last, end.ended) + ".";
    alert.annotations["description"] = describe_place(last, end.ended) +
        (last.model_artifacts.empty() ? " What it had trained may be lost."
                                      : " What it had trained is at " + last.model_artifacts + ".");
    alert.starts_at = now;
    return domain::alert_row{std::move(alert), why_out_of_time(last, end)};
}

domain::alert_row trainwatchd_stale(
    const stale_facts& facts, wall_time now, const domain::label_map& configured
) {
    domain::alert alert;
    alert.labels = {
        {"alertname", "TrainwatchdStale"},
        {"severity", "warning"},
        {"connection", facts.lane.connection},
        {"aws_region", facts.lane.region},
        {"watch_list", facts.watch_list}};
    if (!facts.replica.empty()) alert.labels.emplace("replica", facts.replica);
    alert.labels.insert(configured.begin(), configured.end());
    const auto bound = format_duration(std::chrono::floor<seconds>(facts.bound));
    alert.annotations["summary"] = "What is known of some live job of watch list " +
        facts.watch_list + " in " + facts.lane.region + " is older than the promised " + bound +
        ".";
    std::string cause = std::to_string(facts.live) + " live jobs there, and the oldest was seen " +
        format_duration(std::chrono::floor<seconds>(facts.age)) + " ago. ";
    if (facts.feasible_bound > facts.bound) {
        cause += "The budget of connection " + facts.lane.connection + " allows a bound of about " +
            format_duration(std::chrono::ceil<seconds>(facts.feasible_bound)) +
            ": raise staleness_bound or the budget, or watch fewer jobs.";
    } else {
        cause +=
            "The budget would do: AWS throttles or does not answer; see "
            "trainwatchd_api_requests_total and the log.";
    }
    alert.annotations["description"] = std::move(cause);
    alert.starts_at = now;
    return {
        std::move(alert),
        "The oldest observation of a live job was " +
            format_duration(std::chrono::floor<seconds>(facts.age)) +
            " old, and staleness_bound is " + bound + "."};
}

domain::alert_row trainwatchd_storage_degraded(
    const storage_facts& facts, wall_time now, const domain::label_map& configured
) {
    domain::alert alert;
    alert.labels = {{"alertname", "TrainwatchdStorageDegraded"}, {"severity", "warning"}};
    if (!facts.replica.empty()) alert.labels.emplace("replica", facts.replica);
    alert.labels.insert(configured.begin(), configured.end());
    alert.annotations["summary"] = "trainwatchd cannot write its ledger: " + facts.detail + ".";
    alert.annotations["description"] =
        "Jobs are watched and alerts leave as ever, but a restart now would not know which. Look "
        "at the disk under --storage.path: its space, its permissions, its health. Everything is "
        "written once it can be, without a restart.";
    alert.starts_at = now;
    return {std::move(alert), "A commit to the ledger failed: " + facts.detail + "."};
}

bool is_terminal_alert(const domain::alert& alert) {
    constexpr std::array names{
        "TrainingJobFailed",
        "TrainingJobMaxRuntimeExceeded",
        "TrainingJobMaxWaitExceeded",
        "TrainingJobStopped"};
    const auto name = alert.labels.find("alertname");
    return name != alert.labels.end() &&
        std::find(names.begin(), names.end(), name->second) != names.end();
}

std::vector<domain::alert_row> alerts_for(
    const domain::job_view& job,
    const std::vector<domain::finding>& findings,
    wall_time now,
    const domain::label_map& configured
) {
    constexpr std::array rules{training_job_failed, training_job_max_runtime_exceeded};
    std::vector<domain::alert_row> alerts;
    for (const auto& finding : findings) {
        const auto* end = std::get_if<domain::job_ended>(&finding);
        if (!end || end->seen == domain::seen_as::old) continue;
        for (const auto rule : rules) {
            auto alert = rule(job, *end, now);
            if (!alert) continue;
            alert->alert.labels.insert(configured.begin(), configured.end());
            alerts.push_back(std::move(*alert));
        }
    }
    return alerts;
}

}  // namespace trainwatch::core
