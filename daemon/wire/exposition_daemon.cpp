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

using kind = family_builder::kind;

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
        family_builder requests(
            into,
            kind::counter,
            "trainwatchd_api_requests_total",
            "Requests to AWS by result: \"ok\" or the class of the failure."
        );
        for_each_lane(view, plan, [&](const auto& lane, const auto& known) {
            std::map<std::string, std::uint64_t> counts{{"ok", 0}};
            for (const auto each : all_error_classes)
                counts.emplace(to_string(each), 0);
            for (const auto& [code, count] : known.describe_requests)
                counts[code] = count;
            for (const auto& [code, count] : counts) {
                requests.add(with_lane(lane, {operation[0], {"code", code}}), count);
            }
        });
    }
    {
        family_builder durations(
            into,
            kind::histogram,
            "trainwatchd_api_request_duration_seconds",
            "Time from a request to AWS to its answer or failure."
        );
        for_each_lane(view, plan, [&](const auto& lane, const auto& known) {
            durations.add(with_lane(lane, operation), known.request_duration);
        });
    }
    family_builder budget(
        into,
        kind::gauge,
        "trainwatchd_api_budget_requests_per_second",
        "Requests a second that the configuration allows (budget); AWS' quota is per account and "
        "region and shared with everybody there."
    );
    for_each_lane(view, plan, [&](const auto& lane, const auto&) {
        budget.add(with_lane(lane, operation), lane.budget.describe_per_second);
    });
}

void add_lane_health(
    metric_families& into, const domain::view& view, const domain::watch_plan& plan
) {
    {
        family_builder up(
            into,
            kind::gauge,
            "trainwatchd_connection_up",
            "Whether AWS answered the last request and did not refuse it; absent before the first."
        );
        for_each_lane(view, plan, [&](const auto& lane, const auto& known) {
            if (known.heard) up.add(with_lane(lane), known.up);
        });
    }
    family_builder skew(
        into,
        kind::gauge,
        "trainwatchd_clock_skew_seconds",
        "AWS' clock minus ours, by the Date header of the last answer."
    );
    for_each_lane(view, plan, [&](const auto& lane, const auto& known) {
        if (!known.clock_offset) return;
        skew.add(with_lane(lane), static_cast<double>(known.clock_offset->count()) / 1000.0);
    });
}

void add_freshness(
    metric_families& into, const domain::view& view, const domain::watch_plan& plan
) {
    {
        family_builder oldest(
            into,
            kind::gauge,
            "trainwatchd_oldest_observation_timestamp_seconds",
            "When the live job that was not heard of for longest was heard of last. Polling goes "
            "on in the background because of the API quota; alert when this is older than "
            "trainwatchd_staleness_bound_seconds."
        );
        for_each_lane(view, plan, [&](const auto& lane, const auto& known) {
            for (const auto& [list, at] : known.oldest_observation) {
                oldest.add(with_lane(lane, {{"watch_list", list}}), at);
            }
        });
    }
    std::set<std::pair<std::uint64_t, std::string>> watched;
    for (const auto& target : plan.targets)
        watched.emplace(target.lane.value, target.watch_list);
    family_builder bound(
        into,
        kind::gauge,
        "trainwatchd_staleness_bound_seconds",
        "The promised age of an observation of a live job (global.staleness_bound)."
    );
    for (const auto& [lane, list] : watched) {
        if (lane >= plan.lanes.size()) continue;
        bound.add(
            with_lane(plan.lanes[lane], {{"watch_list", list}}),
            std::chrono::duration<double>(plan.global.staleness_bound).count()
        );
    }
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
    family_builder firing(
        into, kind::gauge, "trainwatchd_alerts_firing", "Alerts that are firing, by name."
    );
    for (const auto& [name, count] : counts)
        firing.add({{"alert", name}}, count);
}

}  // namespace

void add_polling_families(
    metric_families& into, const domain::view& view, const domain::watch_plan& plan
) {
    add_requests(into, view, plan);
    add_lane_health(into, view, plan);
    add_freshness(into, view, plan);
    family_builder lag(
        into,
        kind::histogram,
        "trainwatchd_detection_lag_seconds",
        "Time from a transition, by AWS' clock, to the answer in which it was seen."
    );
    lag.add({}, view.detection_lag);
}

void add_alert_families(
    metric_families& into, const domain::view& view, const domain::watch_plan& plan
) {
    add_alerts_firing(into, view);
    const auto known = receivers(view, plan);
    {
        family_builder sent(
            into,
            kind::counter,
            "trainwatchd_notifications_total",
            "Alerts handed to a receiver, re-sends included, whatever became of them."
        );
        for (const auto& [name, state] : known) {
            sent.add({{"receiver", name}}, state->notifications);
        }
    }
    {
        family_builder failed(
            into,
            kind::counter,
            "trainwatchd_notifications_failed_total",
            "Alerts that a receiver did not take, by reason. They are sent again."
        );
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
        family_builder latency(
            into,
            kind::histogram,
            "trainwatchd_notification_latency_seconds",
            "Time from the first observation behind an alert to its first confirmed delivery."
        );
        for (const auto& [name, state] : known)
            latency.add({{"receiver", name}}, state->latency);
    }
    family_builder unconfirmed(
        into,
        kind::gauge,
        "trainwatchd_notifications_unconfirmed",
        "Firing alerts that no endpoint of the receiver has taken yet."
    );
    for (const auto& [name, state] : known) {
        unconfirmed.add({{"receiver", name}}, state->unconfirmed);
    }
}

void add_process_families(
    metric_families& into, const domain::view& view, const process_facts& process
) {
    const auto gauge = [&](std::string_view name, std::string_view help, double value) {
        family_builder(into, kind::gauge, name, help).add({}, value);
    };
    gauge(
        "trainwatchd_config_last_reload_successful",
        "Whether the last attempt to load the configuration succeeded.",
        process.config_loaded ? 1 : 0
    );
    gauge(
        "trainwatchd_config_last_reload_success_timestamp_seconds",
        "When the configuration that is in force was loaded.",
        process.config_loaded_at_seconds
    );
    gauge(
        "trainwatchd_storage_degraded",
        "Whether the ledger cannot be written: alerts leave, but would not survive a restart.",
        view.storage_degraded ? 1 : 0
    );
    family_builder(
        into, kind::gauge, "trainwatchd_build_info", "Which build of trainwatchd this is; always 1."
    )
        .add(
            {{"version", process.version},
             {"revision", process.revision},
             {"compiler", process.compiler}},
            1.0
        );
    family_builder(
        into, kind::counter, "process_cpu_seconds_total", "User and system CPU time in seconds."
    )
        .add({}, process.cpu_seconds);
    gauge("process_resident_memory_bytes", "Resident memory in bytes.", process.resident_bytes);
    gauge("process_virtual_memory_bytes", "Virtual memory in bytes.", process.virtual_bytes);
    gauge("process_open_fds", "Open file descriptors.", process.open_fds);
    gauge("process_max_fds", "Most file descriptors that may be open.", process.max_fds);
    gauge(
        "process_start_time_seconds",
        "When the process started, in Unix time.",
        process.start_time_seconds
    );
}

}  // namespace trainwatch::wire
