// A small fleet for the tests of the API: one job in each state, and what they have to tell.
#pragma once

#include <string>

#include "domain/view.hpp"
#include "domain/watch_plan.hpp"

namespace trainwatch::wire {

inline constexpr wall_time api_now = from_unix_milliseconds(1'795'511'520'000);  // 09:12:00Z

inline wall_time ago(seconds length) {
    return api_now - length;
}

inline domain::job_view seen_job(
    const domain::watch_plan& plan, std::size_t slot, const char* status, const char* secondary
) {
    domain::job_view job;
    job.target = plan.targets[slot];
    auto& last = job.last.emplace();
    last.name = job.target.name;
    last.account_id = "111122223333";
    last.region = plan.lanes[job.target.lane.value].region;
    last.arn = "arn:aws:sagemaker:" + last.region + ":111122223333:training-job/" + job.target.name;
    last.partition = "aws";
    last.status = domain::parse_primary(status);
    last.secondary = domain::parse_secondary(secondary);
    last.created = ago(seconds(3600 + static_cast<int>(slot)));
    job.last_observed = ago(seconds(2));
    return job;
}

inline domain::watch_plan api_plan() {
    domain::watch_plan plan;
    plan.lanes = {{"research", "eu-west-1", {}}, {"production", "us-east-1", {}}};
    for (const char* name : {"bert", "resnet", "whisper", "absent", "new"})
        plan.targets.push_back({lane_id{0}, name, "nightly"});
    plan.targets.push_back({lane_id{1}, "ranker", "releases"});
    plan.lists = {{"nightly", {}}, {"releases", {}}};
    plan.endpoints = {
        {"hook", domain::receiver_kind::webhook, "http://127.0.0.1/secret"},
        {"main", domain::receiver_kind::alertmanager, "http://127.0.0.1:9093"}};
    return plan;
}

inline domain::alert alert_of(const domain::job_view& job, const char* name) {
    domain::alert alert;
    alert.labels = {
        {"alertname", name},
        {"severity", "critical"},
        {"training_job", job.last->name},
        {"created", iso8601(job.last->created)},
        {"account_id", job.last->account_id},
        {"aws_region", job.last->region},
        {"watch_list", job.target.watch_list},
        {"failure_class", "algorithm"}};
    alert.annotations = {{"summary", "It failed."}};
    alert.starts_at = ago(seconds(60));
    return alert;
}

inline domain::view api_view(const domain::watch_plan& plan) {
    domain::view view;
    auto live = seen_job(plan, 0, "InProgress", "Training");
    live.last->training_started = ago(seconds(3000));
    live.last->transitions = {
        {domain::parse_secondary("Starting"), ago(seconds(3600)), ago(seconds(3000)), "Starting"},
        {domain::parse_secondary("Training"), ago(seconds(3000)), std::nullopt, "In progress"}};
    live.deadlines = {
        {domain::deadline_kind::max_wait, api_now + seconds(900)},
        {domain::deadline_kind::max_runtime, api_now + seconds(600)}};
    live.derived.phases = {
        {"Starting", milliseconds(600'000), 1, std::nullopt},
        {"Training", milliseconds(0), 1, ago(seconds(3000))}};
    auto failed = seen_job(plan, 1, "Failed", "Failed");
    failed.ending = {domain::outcome::failed, domain::failure_class::algorithm};
    failed.ended = ago(seconds(120));
    failed.last->failure_reason = "AlgorithmError: \"exit 1\"\n\xff";
    failed.derived.failure_fingerprint = "0123456789abcdef";
    failed.derived.cost = 12.5;
    auto done = seen_job(plan, 2, "Completed", "Completed");
    done.ending = {domain::outcome::completed, domain::failure_class::none};
    done.ended = ago(seconds(240));
    done.missing = true;  // deleted since
    domain::job_view absent;
    absent.target = plan.targets[3];
    absent.missing = true;
    absent.trouble = error_class::not_found;
    absent.trouble_detail = "ValidationException: Requested resource not found.";
    domain::job_view unseen;
    unseen.target = plan.targets[4];
    auto odd = seen_job(plan, 5, "Pausing", "Hibernating");  // values of tomorrow
    view.alerts = {alert_of(failed, "TrainingJobFailed")};
    view.jobs = {live, failed, done, absent, unseen, odd};
    view.lanes.resize(2);
    view.receivers["main"];
    view.receivers["hook"].failed[error_class::transient] = 2;
    return view;
}

}  // namespace trainwatch::wire
