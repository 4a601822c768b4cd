// TrainingJobNearDeadline, TrainingJobPastDeadline.
#include <optional>
#include <string>
#include <vector>

#include "base/limits.hpp"
#include "core/condition_parts.hpp"
#include "core/deadlines.hpp"

namespace trainwatch::core {
namespace {

using domain::observation;
using domain::secondary_status;

bool ends_the_work(secondary_status status) {
    return status == secondary_status::stopping || status == secondary_status::uploading;
}

// An older answer that still calls it training takes nothing back.
bool was_past_its_work(const job_facts& of) {
    const auto& job = *of.job.last;
    if (is_past_its_work(job)) return true;
    const auto& entries = of.history.empty() ? job.transitions : of.history;
    return !entries.empty() && ends_the_work(entries.back().status.value);
}

// "AWS stops it at 2026-11-24 09:12:00 UTC"; while a spot job is interrupted, nobody can say when.
std::string when_stopped(const domain::job_view& job, wall_time seen) {
    for (const auto& deadline : job.deadlines) {
        if (deadline.kind != domain::deadline_kind::max_runtime) continue;
        if (deadline.at <= seen)
            return "its time was up at " + utc_text(deadline.at) + ", and AWS stops it any minute";
        return "AWS stops it at " + utc_text(deadline.at);
    }
    return "AWS stops it once it has trained for so long";
}

// What its own progress promises, if it reports any.
std::string what_progress_says(const domain::job_view& job) {
    const auto& predicted = job.derived.predicted_end;
    if (!job.last->progress) return " It reports no progress that would tell when it is done.";
    if (!predicted || predicted->from != domain::predicted_end::basis::progress) {
        return " By the progress that it reports it will not be done by then.";
    }
    return " By the progress that it reports it will be done at " + utc_text(predicted->at) +
        ", before that.";
}

void add_near(
    condition_finder& finder, const char* severity, double part, milliseconds used, seconds limit
) {
    const auto& job = finder.of.job;
    const auto of_limit = percent_of(part) + " of its MaxRuntimeInSeconds of " + text_of(limit);
    condition_finder::holding near;
    near.alertname = "TrainingJobNearDeadline";
    near.severity = severity;
    near.key = severity;
    near.summary = "Training job " + job.last->name + " has used " + of_limit + ": " +
        when_stopped(job, finder.of.seen) + ", done or not.";
    near.consequence = what_progress_says(job) +
        " AWS does not extend the limit of a job that runs: see that it saves checkpoints, or what "
        "it has learned since the last one is lost.";
    near.reason = "The job had trained for " + text_of(used) + ", " + of_limit + ".";
    if (job.derived.predicted_end) {
        near.annotations.emplace("predicted_end", iso8601(job.derived.predicted_end->at));
    }
    for (const auto& deadline : job.deadlines) {
        if (deadline.kind != domain::deadline_kind::max_runtime) continue;
        near.annotations.emplace("deadline", iso8601(deadline.at));
    }
    finder.add(std::move(near));
}

const char* name_of(domain::deadline_kind kind) {
    switch (kind) {
        case domain::deadline_kind::max_runtime:
            return "MaxRuntimeInSeconds";
        case domain::deadline_kind::max_wait:
            return "MaxWaitTimeInSeconds";
        case domain::deadline_kind::max_pending:
            return "MaxPendingTimeInSeconds";
    }
    return "";
}

struct passed {
    domain::deadline_kind kind{};
    wall_time at{};
    milliseconds late{};
};

// Those that were over by then. An interruption takes nothing back: a spot job stays as late as it
// was when it was interrupted.
std::vector<passed> passed_deadlines(const domain::job_view& job, wall_time seen) {
    std::vector<passed> found;
    for (const auto& deadline : job.deadlines) {
        if (deadline.at <= seen) found.push_back({deadline.kind, deadline.at, seen - deadline.at});
    }
    const auto limit = runtime_limit_at(*job.last);
    const auto stopped = interrupted_since(*job.last);
    if (limit && stopped && *limit <= *stopped) {
        found.push_back({domain::deadline_kind::max_runtime, *limit, *stopped - *limit});
    }
    return found;
}

}  // namespace

// Both may hold: the shipped inhibit rule shows the critical one.
void find_near_deadline(condition_finder& finder) {
    const auto& last = *finder.of.job.last;
    if (!last.limits.max_runtime || last.limits.max_runtime->count() <= 0) return;
    if (was_past_its_work(finder.of)) return;
    const auto used = runtime_used(last, finder.of.seen);
    if (!used) return;
    const auto limit = *last.limits.max_runtime;
    const double part = std::chrono::duration<double>(*used) / std::chrono::duration<double>(limit);
    const auto& choice = finder.choice("TrainingJobNearDeadline");
    const auto look = [&](const char* severity, double least) {
        const bool fires = finder.fires("TrainingJobNearDeadline", severity);
        if (part >= (fires ? limits::used_at_least * least : least)) {
            add_near(finder, severity, part, *used, limit);
        }
    };
    look("warning", choice.warning_at.value_or(limits::near_deadline_warning));
    look("critical", choice.critical_at.value_or(limits::near_deadline_critical));
}

// AWS ends jobs minutes late, and uploads after that: neither is worth a page.
void find_past_deadline(condition_finder& finder) {
    const auto& job = finder.of.job;
    if (was_past_its_work(finder.of)) return;
    const auto& choice = finder.choice("TrainingJobPastDeadline");
    const auto patience = finder.fires("TrainingJobPastDeadline")
        ? milliseconds(0)
        : choice.after.value_or(limits::past_deadline_patience);
    std::optional<passed> first;
    for (const auto& each : passed_deadlines(job, finder.of.seen)) {
        if (each.late < patience) continue;
        if (!first || each.at < first->at) first = each;
    }
    if (!first) return;
    const auto late = text_of(first->late);
    const std::string limit = name_of(first->kind);
    condition_finder::holding past;
    past.alertname = "TrainingJobPastDeadline";
    past.severity = "critical";
    past.summary = "Training job " + job.last->name + " is " + late + " past its " + limit +
        " and still " + job.last->secondary.text + ".";
    past.consequence =
        " AWS ends a job some minutes after its limit and uploads what it made then; this one is "
        "neither being stopped nor uploading, and goes on costing. StopTrainingJob ends it by "
        "hand; AWS support can tell why it was not.";
    past.reason = "The job's " + limit + " passed at " + iso8601(first->at) + ", and " + late +
        " later AWS said that it is " + job.last->status.text + ", " + job.last->secondary.text +
        ".";
    past.annotations.emplace("deadline", iso8601(first->at));
    finder.add(std::move(past));
}

}  // namespace trainwatch::core
