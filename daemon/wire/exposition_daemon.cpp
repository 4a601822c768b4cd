#include <map>
#include <string>

#include <prometheus/metric_family.h>

#include "wire/exposition_parts.hpp"

namespace trainwatch::wire {
namespace {

// Every receiver of the plan, with what the view knows of it.
std::map<std::string, const domain::receiver_view*> receivers(
    const domain::view& view, const domain::watch_plan& plan
) {
    static const domain::receiver_view nothing{};
    std::map<std::string, const domain::receiver_view*> known;
    for (const auto& endpoint : plan.endpoints)
        known.emplace(endpoint.receiver, &nothing);
    for (const auto& [name, receiver] : view.receivers)
        known[name] = &receiver;
    return known;
}

void add_alerts_firing(metric_families& into, const domain::view& view) {
    std::map<std::string, std::uint64_t> counts{
        {"TrainingJobFailed", 0},
        {"TrainingJobMaxRuntimeExceeded", 0},
        {"TrainingJobMaxWaitExceeded", 0},
        {"TrainingJobStopped", 0},
        {"TrainwatchdStale", 0}};
    for (const auto& alert : view.alerts) {
        if (alert.state != domain::alert_state::firing) continue;
        if (const auto name = alert.labels.find("alertname"); name != alert.labels.end()) {
            ++counts[name->second];
        }
    }
    family_builder firing(into, metric("trainwatchd_alerts_firing"));
    for (const auto& [name, count] : counts)
        firing.add({{"alert", name}}, count);
}

}  // namespace

void add_alert_families(
    metric_families& into, const domain::view& view, const domain::watch_plan& plan
) {
    add_alerts_firing(into, view);
    const auto known = receivers(view, plan);
    {
        family_builder sent(into, metric("trainwatchd_notifications_total"));
        for (const auto& [name, state] : known) {
            sent.add({{"receiver", name}}, state->notifications);
        }
    }
    {
        family_builder failed(into, metric("trainwatchd_notifications_failed_total"));
        for (const auto& [name, state] : known) {
            for (const auto reason : all_error_classes) {
                const auto count = state->failed.find(reason);
                failed.add(
                    {{"receiver", name}, {"reason", std::string(to_string(reason))}},
                    count == state->failed.end() ? std::uint64_t{0} : count->second
                );
            }
        }
    }
    {
        family_builder latency(into, metric("trainwatchd_notification_latency_seconds"));
        for (const auto& [name, state] : known)
            latency.add({{"receiver", name}}, state->latency);
    }
    family_builder unconfirmed(into, metric("trainwatchd_notifications_unconfirmed"));
    for (const auto& [name, state] : known) {
        unconfirmed.add({{"receiver", name}}, state->unconfirmed);
    }
}

namespace {

void add_watch_list_files(metric_families& into, const process_facts& process) {
    family_builder files(into, metric("trainwatchd_watch_list_file_ok"));
    for (const auto& [file, is_ok] : process.watch_list_files)
        files.add({{"file", file}}, is_ok ? 1.0 : 0.0);
}

}  // namespace

void add_process_families(
    metric_families& into, const domain::view& view, const process_facts& process
) {
    const auto one = [&](const metric_entry& what, double value) {
        family_builder(into, what).add({}, value);
    };
    one(metric("trainwatchd_documents"), process.documents);
    one(metric("trainwatchd_document_bytes"), process.document_bytes);
    one(metric("trainwatchd_document_bytes_max"), process.document_bytes_max);
    one(metric("trainwatchd_documents_dropped_total"), process.documents_dropped);
    one(metric("trainwatchd_config_last_reload_successful"), process.config_loaded ? 1 : 0);
    one(metric("trainwatchd_config_last_reload_success_timestamp_seconds"),
        process.config_loaded_at_seconds);
    add_watch_list_files(into, process);
    one(metric("trainwatchd_storage_degraded"), view.storage_degraded ? 1 : 0);
    family_builder(into, metric("trainwatchd_build_info"))
        .add(
            {{"version", process.version},
             {"revision", process.revision},
             {"compiler", process.compiler}},
            1.0
        );
    one(metric("process_cpu_seconds_total"), process.cpu_seconds);
    one(metric("process_resident_memory_bytes"), process.resident_bytes);
    one(metric("process_virtual_memory_bytes"), process.virtual_bytes);
    one(metric("process_open_fds"), process.open_fds);
    one(metric("process_max_fds"), process.max_fds);
    one(metric("process_start_time_seconds"), process.start_time_seconds);
}

}  // namespace trainwatch::wire
