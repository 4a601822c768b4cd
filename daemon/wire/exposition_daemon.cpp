#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <optional>
#include <set>

#include <prometheus/metric_family.h>

#include "wire/exposition_parts.hpp"

namespace trainwatch::wire {
namespace {

// The one operation that this version calls.
constexpr std::string_view describe_operation = "DescribeTrainingJob";

metric_labels with_lane(const domain::lane& lane, metric_labels more = {}) {
    metric_labels labels{{"connection", lane.connection}, {"aws_region", lane.region}};
    for (auto& label : more)
        labels.push_back(std::move(label));
    return labels;
}

// Calls f(lane of the plan, what the view knows of it) for each lane.
template <class Function>
void for_each_lane(const domain::view& view, const domain::watch_plan& plan, Function f) {
    static const domain::lane_view nothing{};
    for (std::size_t i = 0; i < plan.lanes.size(); ++i) {
        f(plan.lanes[i], i < view.lanes.size() ? view.lanes[i] : nothing);
    }
}

void add_requests(metric_families& into, const domain::view& view, const domain::watch_plan& plan) {
    const metric_labels operation{{"operation", std::string(describe_operation)}};
    {
        family_builder requests(into, metric("trainwatchd_api_requests_total"));
        for_each_lane(view, plan, [&](const auto& lane, const auto& known) {
            std::map<std::string, std::uint64_t> counts{{"ok", 0}};
            for (const auto each : all_error_classes)
                counts.emplace(to_string(each), 0);
            for (const auto& [code, count] :
                 known.operation(domain::aws_operation::describe).requests)
                counts[code] = count;
            for (const auto& [code, count] : counts) {
                requests.add(with_lane(lane, {operation[0], {"code", code}}), count);
            }
        });
    }
    {
        family_builder durations(into, metric("trainwatchd_api_request_duration_seconds"));
        for_each_lane(view, plan, [&](const auto& lane, const auto& known) {
            durations.add(
                with_lane(lane, operation),
                known.operation(domain::aws_operation::describe).duration
            );
        });
    }
    {
        family_builder budget(into, metric("trainwatchd_api_budget_requests_per_second"));
        for_each_lane(view, plan, [&](const auto& lane, const auto&) {
            budget.add(with_lane(lane, operation), lane.budget.describe_per_second);
        });
    }
    family_builder limit(into, metric("trainwatchd_api_rate_limit_requests_per_second"));
    for_each_lane(view, plan, [&](const auto& lane, const auto& known) {
        limit.add(
            with_lane(lane, operation), known.operation(domain::aws_operation::describe).rate
        );
    });
}

void add_credentials(
    metric_families& into, const domain::view& view, const domain::watch_plan& plan
) {
    std::map<std::string, domain::connection_view> connections;
    for (const auto& lane : plan.lanes)
        connections.try_emplace(lane.connection);
    for (const auto& [name, known] : view.connections)
        connections[name] = known;
    {
        family_builder expiry(into, metric("trainwatchd_credentials_expiry_timestamp_seconds"));
        for (const auto& [name, known] : connections) {
            const auto& expires = known.credentials.expires;
            if (expires) expiry.add({{"connection", name}}, *expires);
        }
    }
    family_builder fetches(into, metric("trainwatchd_credential_fetches_total"));
    for (const auto& [name, known] : connections) {
        std::map<std::string, std::uint64_t> counts{{"ok", 0}};
        for (const auto each : all_error_classes)
            counts.emplace(to_string(each), 0);
        for (const auto& [code, count] : known.credential_fetches)
            counts[code] = count;
        for (const auto& [code, count] : counts)
            fetches.add({{"connection", name}, {"code", code}}, count);
    }
}

void add_lane_health(
    metric_families& into, const domain::view& view, const domain::watch_plan& plan
) {
    {
        family_builder up(into, metric("trainwatchd_connection_up"));
        for_each_lane(view, plan, [&](const auto& lane, const auto& known) {
            if (known.heard) up.add(with_lane(lane), known.up);
        });
    }
    family_builder skew(into, metric("trainwatchd_clock_skew_seconds"));
    for_each_lane(view, plan, [&](const auto& lane, const auto& known) {
        if (!known.clock_offset) return;
        skew.add(with_lane(lane), static_cast<double>(known.clock_offset->count()) / 1000.0);
    });
}

void add_freshness(
    metric_families& into, const domain::view& view, const domain::watch_plan& plan
) {
    {
        family_builder oldest(into, metric("trainwatchd_oldest_observation_timestamp_seconds"));
        for_each_lane(view, plan, [&](const auto& lane, const auto& known) {
            for (const auto& [list, at] : known.oldest_observation) {
                oldest.add(with_lane(lane, {{"watch_list", list}}), at);
            }
        });
    }
    std::set<std::pair<std::uint64_t, std::string>> watched;
    for (const auto& target : plan.targets)
        watched.emplace(target.lane.value, target.watch_list);
    family_builder bound(into, metric("trainwatchd_staleness_bound_seconds"));
    for (const auto& [lane, list] : watched) {
        if (lane >= plan.lanes.size()) continue;
        bound.add(
            with_lane(plan.lanes[lane], {{"watch_list", list}}),
            std::chrono::duration<double>(plan.global.staleness_bound).count()
        );
    }
}

void add_unknown_values(metric_families& into, const domain::view& view) {
    // A new status is what people alert on: increase() sees its first one only if there was a zero
    // before. For the rest a zero for each of 200 members would be noise.
    std::map<std::string, std::uint64_t> counts{{"SecondaryStatus", 0}, {"TrainingJobStatus", 0}};
    for (const auto& [member, count] : view.unknown_values)
        counts[label_value(member)] += count;
    family_builder unknown(into, metric("trainwatchd_unknown_values_total"));
    for (const auto& [member, count] : counts)
        unknown.add({{"member", member}}, count);
}

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
        {"TrainingJobFailed", 0}, {"TrainingJobMaxRuntimeExceeded", 0}};
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

void add_polling_families(
    metric_families& into, const domain::view& view, const domain::watch_plan& plan
) {
    add_requests(into, view, plan);
    add_lane_health(into, view, plan);
    add_credentials(into, view, plan);
    add_freshness(into, view, plan);
    {
        family_builder lag(into, metric("trainwatchd_detection_lag_seconds"));
        lag.add({}, view.detection_lag);
    }
    add_unknown_values(into, view);
}

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
