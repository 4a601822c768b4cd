// What the daemon says of itself.
#include <string>
#include <utility>

#include "core/rules.hpp"

namespace trainwatch::core {

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

}  // namespace trainwatch::core
