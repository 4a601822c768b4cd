#include "core/rules_of_watcher.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "base/plain_text.hpp"
#include "base/text.hpp"
#include "core/alert_text.hpp"

namespace trainwatch::core {
namespace {

// What every alert of the daemon about itself has.
domain::alert own_alert(
    const char* alertname,
    const char* severity,
    const std::string& replica,
    wall_time now,
    const domain::label_map& configured
) {
    domain::alert alert;
    alert.labels = {{"alertname", alertname}, {"severity", severity}};
    if (!replica.empty()) alert.labels.emplace("replica", replica);
    alert.labels.insert(configured.begin(), configured.end());
    alert.starts_at = now;
    return alert;
}

domain::alert_row unswept_list(
    const stale_facts& facts,
    domain::alert alert,
    const std::string& place,
    const std::string& bound
) {
    const auto since = format_duration(std::chrono::floor<seconds>(*facts.unswept));
    alert.annotations["summary"] = "New jobs of watch list " + place +
        " may be unknown for longer than the promised " + bound + ".";
    std::string text = "AWS throttles ListTrainingJobs there: what was created in the last " +
        since + " may not be known, nor that it has failed. Jobs that are known are described";
    if (facts.feasible_bound > milliseconds(0)) {
        text += ", which can keep a bound of about " +
            format_duration(std::chrono::ceil<seconds>(facts.feasible_bound));
    }
    text +=
        ". Others may use up the account's quota; see "
        "trainwatchd_api_others_requests_per_second_estimate.";
    alert.annotations["description"] = std::move(text);
    return {
        std::move(alert),
        "Pages told of all new jobs " + since + " ago for the last time, and staleness_bound is " +
            bound + "."};
}

domain::alert_row unlisted_connection(
    const connection_facts& facts,
    domain::alert alert,
    const std::string& place,
    const std::string& patience
) {
    alert.annotations["summary"] = "trainwatchd finds no new training jobs of " + place +
        (facts.detail.empty() ? std::string(".") : ": " + headline_of(facts.detail));
    alert.annotations["description"] = "For " + patience +
        " and more AWS has not answered ListTrainingJobs there, or only to refuse. Jobs that are "
        "known are described as ever; what is created meanwhile is not seen, nor its failure, and "
        "is told once lists work again. \"trainwatchd check-config --online\" tries them, "
        "\"trainwatchd print-iam-policy\" prints what the keys need.";
    return {
        std::move(alert),
        "No ListTrainingJobs had succeeded there for " + patience +
            (facts.detail.empty() ? std::string(".") : "; the last one said: " + facts.detail)};
}

}  // namespace

domain::alert_row trainwatchd_stale(
    const stale_facts& facts, wall_time now, const domain::label_map& configured
) {
    auto alert = own_alert("TrainwatchdStale", "warning", facts.replica, now, configured);
    alert.labels.insert_or_assign("connection", facts.lane.connection);
    alert.labels.insert_or_assign("aws_region", facts.lane.region);
    alert.labels.insert_or_assign("watch_list", facts.watch_list);
    const auto bound = format_duration(std::chrono::floor<seconds>(facts.bound));
    const auto place = facts.watch_list + " in " + facts.lane.region;
    if (facts.unswept && *facts.unswept > std::max(facts.age, facts.bound)) {
        return unswept_list(facts, std::move(alert), place, bound);
    }
    alert.annotations["summary"] = "What is known of some live job of watch list " + place +
        " is older than the promised " + bound + ".";
    std::string cause = std::to_string(facts.live) + " live jobs there, and the oldest was seen " +
        format_duration(std::chrono::ceil<seconds>(facts.age)) + " ago. ";
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
    return {
        std::move(alert),
        "The oldest observation of a live job was " +
            format_duration(std::chrono::ceil<seconds>(facts.age)) +
            " old, and staleness_bound is " + bound + "."};
}

domain::alert_row trainwatchd_storage_degraded(
    const storage_facts& facts, wall_time now, const domain::label_map& configured
) {
    auto alert = own_alert("TrainwatchdStorageDegraded", "warning", facts.replica, now, configured);
    alert.annotations["summary"] = "trainwatchd cannot write its ledger: " + facts.detail + ".";
    alert.annotations["description"] =
        "Jobs are watched and alerts leave as ever, but a restart now would not know which. Look "
        "at the disk under --storage.path: its space, its permissions, its health. Everything is "
        "written once it can be, without a restart.";
    return {std::move(alert), "A commit to the ledger failed: " + facts.detail + "."};
}

domain::alert_row trainwatchd_connection_down(
    const connection_facts& facts, wall_time now, const domain::label_map& configured
) {
    auto alert = own_alert("TrainwatchdConnectionDown", "warning", facts.replica, now, configured);
    const auto place = "connection " + facts.lane.connection + " in " + facts.lane.region;
    const auto patience = format_duration(std::chrono::floor<seconds>(facts.patience));
    alert.labels.insert_or_assign("connection", facts.lane.connection);
    alert.labels.insert_or_assign("aws_region", facts.lane.region);
    if (facts.lists_only) return unlisted_connection(facts, std::move(alert), place, patience);
    alert.annotations["summary"] = "trainwatchd hears nothing of training jobs from " + place +
        (facts.detail.empty() ? std::string(".") : ": " + headline_of(facts.detail));
    alert.annotations["description"] = "For " + patience +
        " and more AWS has not answered there, or only to refuse. Jobs go on, and nobody sees how: "
        "what ends meanwhile is told once AWS answers again. Look at the way to AWS, at the keys "
        "and at what they may do; \"trainwatchd check-config --online\" tries each connection.";
    return {
        std::move(alert),
        "No call to AWS had succeeded there for " + patience +
            (facts.detail.empty() ? std::string(".") : "; the last one said: " + facts.detail)};
}

domain::alert_row trainwatchd_unknown_status(
    const unknown_status_facts& facts, wall_time now, const domain::label_map& configured
) {
    auto alert = own_alert("TrainwatchdUnknownStatus", "warning", facts.replica, now, configured);
    const auto value = valid_utf8(facts.value, headline_bytes);
    alert.labels.insert_or_assign("member", facts.member);
    alert.labels.insert_or_assign("value", value);
    alert.annotations["summary"] = "AWS reports the " + facts.member + " " + plain_text(value) +
        ", which trainwatchd does not know.";
    const auto job = facts.job.name + " in account " + facts.job.account_id + ", region " +
        facts.job.region + ",";
    alert.annotations["training_job_arn"] = facts.job.arn;
    alert.annotations["description"] = "It was seen first at job " + job +
        " which counts as running, so that no end is made up: should this status mean an end, that "
        "goes unseen. Look at the job, and for a newer release of trainwatchd.";
    return {
        std::move(alert),
        "AWS said that job " + job + " has the " + facts.member + " " + value + "."};
}

domain::alert_row trainwatchd_heartbeat(
    const std::string& replica, wall_time now, const domain::label_map& configured
) {
    auto alert = own_alert("TrainwatchdHeartbeat", "none", replica, now, configured);
    alert.annotations["summary"] = "trainwatchd is alive and can reach this receiver.";
    alert.annotations["description"] =
        "It fires for as long as the daemon lives, for a dead man's switch: that it stops is the "
        "news.";
    return {std::move(alert), "A receiver asks for a heartbeat."};
}

domain::alert_row training_job_overdue(
    const overdue_facts& facts, wall_time now, const domain::label_map& configured
) {
    domain::alert alert;
    alert.labels = {
        {"alertname", std::string(domain::overdue_alert)},
        {"severity", facts.severity.empty() ? "critical" : facts.severity},
        {"watch_list", facts.watch_list}};
    alert.labels.insert(configured.begin(), configured.end());
    alert.starts_at = now;
    const auto within = format_duration(std::chrono::floor<seconds>(facts.within));
    const auto since = facts.last_completed
        ? "the last one did at " + utc_text(*facts.last_completed)
        : "none did since the list is watched, " + utc_text(facts.watched_since);
    alert.annotations["summary"] = "No training job of watch list " + facts.watch_list +
        " has completed for more than " + within + ": " + since + ".";
    alert.annotations["description"] = "expect.completed_within of the list is " + within +
        ". Either nothing was started, or what was started runs late, failed or was stopped: see "
        "what starts these jobs, and the other alerts of the list.";
    if (facts.last_completed) {
        alert.annotations["last_completed_at"] = iso8601(*facts.last_completed);
    }
    return {
        std::move(alert),
        "completed_within of the list is " + within + ", and of its jobs " + since + "."};
}

}  // namespace trainwatch::core
