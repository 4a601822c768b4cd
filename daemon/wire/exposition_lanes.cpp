// Calls to AWS, how far sweeps have got, and how old what is known may be: by lane.
#include <chrono>
#include <map>
#include <optional>
#include <set>
#include <string>

#include <prometheus/metric_family.h>

#include "base/time.hpp"
#include "wire/exposition_parts.hpp"
#include "wire/lane_operations.hpp"

namespace trainwatch::wire {
namespace {

metric_labels with_lane(const domain::lane& lane, metric_labels more = {}) {
    metric_labels labels{{"connection", lane.connection}, {"aws_region", lane.region}};
    for (auto& label : more)
        labels.push_back(std::move(label));
    return labels;
}

// Calls f(lane of the plan, what the view knows of it) for each lane that is in use.
template <class Function>
void for_each_lane(const domain::view& view, const domain::watch_plan& plan, Function f) {
    for (std::size_t i = 0; i < plan.lanes.size(); ++i) {
        if (!plan.lanes[i].gone) f(plan.lanes[i], lane_of(view, i));
    }
}

// Calls f(lane, labels that name the operation too, the operation, what is known of it).
template <class Function>
void for_each_operation(const domain::view& view, const domain::watch_plan& plan, Function f) {
    for_each_lane(view, plan, [&](const auto& lane, const auto& known) {
        for (const auto operation : operations_of(lane, known)) {
            const auto labels = with_lane(lane, {{"operation", std::string(to_string(operation))}});
            f(lane, labels, operation, known.operation(operation));
        }
    });
}

void add_requests(metric_families& into, const domain::view& view, const domain::watch_plan& plan) {
    {
        family_builder requests(into, metric("trainwatchd_api_requests_total"));
        for_each_operation(view, plan, [&](auto&, const auto& labels, auto, const auto& known) {
            std::map<std::string, std::uint64_t> counts{{"ok", 0}};
            for (const auto each : all_error_classes)
                counts.emplace(to_string(each), 0);
            for (const auto& [code, count] : known.requests)
                counts[code] = count;
            for (const auto& [code, count] : counts) {
                auto with_code = labels;
                with_code.emplace_back("code", code);
                requests.add(with_code, count);
            }
        });
    }
    {
        family_builder durations(into, metric("trainwatchd_api_request_duration_seconds"));
        for_each_operation(view, plan, [&](auto&, const auto& labels, auto, const auto& known) {
            durations.add(labels, known.duration);
        });
    }
    {
        family_builder budget(into, metric("trainwatchd_api_budget_requests_per_second"));
        for_each_operation(
            view,
            plan,
            [&](const auto& lane, const auto& labels, auto operation, auto&) {
                budget.add(labels, budget_of(lane, operation));
            }
        );
    }
    const auto add_rates = [&](const metric_entry& what, double domain::operation_view::*rate) {
        family_builder rates(into, what);
        for_each_operation(view, plan, [&](auto&, const auto& labels, auto, const auto& known) {
            rates.add(labels, known.*rate);
        });
    };
    add_rates(
        metric("trainwatchd_api_rate_limit_requests_per_second"), &domain::operation_view::rate
    );
    add_rates(
        metric("trainwatchd_api_headroom_requests_per_second"), &domain::operation_view::headroom
    );
    add_rates(
        metric("trainwatchd_api_others_requests_per_second_estimate"),
        &domain::operation_view::others
    );
}

void add_sweeps(metric_families& into, const domain::view& view, const domain::watch_plan& plan) {
    const auto add = [&](const metric_entry& what, const auto& value_of) {
        family_builder family(into, what);
        for_each_lane(view, plan, [&](const auto& lane, const auto& known) {
            if (known.sweep) family.add(with_lane(lane), value_of(*known.sweep));
        });
    };
    const auto number = [](std::size_t value) { return static_cast<double>(value); };
    add(metric("trainwatchd_sweep_complete"), [](const auto& sweep) { return sweep.complete; });
    add(metric("trainwatchd_sweep_pages_total"), [](const auto& sweep) { return sweep.pages; });
    add(metric("trainwatchd_sweep_windows"),
        [&](const auto& sweep) { return number(sweep.windows); });
    add(metric("trainwatchd_known_jobs"), [&](const auto& sweep) { return number(sweep.known); });
    {
        family_builder undecided(into, metric("trainwatchd_undecided_jobs"));
        for_each_lane(view, plan, [&](const auto& lane, const auto& known) {
            if (known.sweep) undecided.add(with_lane(lane), number(known.undecided));
        });
    }
    {
        family_builder unexplained(into, metric("trainwatchd_unexplained_ends"));
        for_each_lane(view, plan, [&](const auto& lane, const auto& known) {
            if (known.sweep) unexplained.add(with_lane(lane), number(known.unexplained));
        });
    }
    family_builder feasible(into, metric("trainwatchd_feasible_staleness_bound_seconds"));
    for_each_lane(view, plan, [&](const auto& lane, const auto& known) {
        const bool is_half_counted =
            known.sweep && !known.sweep->is_measured && !known.sweep->stands;
        if (is_half_counted) return;
        const auto bound = known.sweep ? known.sweep->feasible_bound : known.described_bound;
        // Nothing is known of the load yet.
        if (bound > milliseconds(0)) feasible.add(with_lane(lane), in_seconds(bound));
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
            if (known.heard) up.add(with_lane(lane), known.works());
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
    // Of explicit names and of lists that discover; a list may have both.
    std::set<std::pair<std::uint64_t, std::string>> watched;
    for (const auto& target : plan.targets)
        watched.emplace(target.lane.value, target.watch_list);
    for (const auto& rule : plan.discovery) {
        for (const auto lane : rule.lanes)
            watched.emplace(lane.value, rule.watch_list);
    }
    family_builder bound(into, metric("trainwatchd_staleness_bound_seconds"));
    for (const auto& [lane, list] : watched) {
        if (lane >= plan.lanes.size() || plan.lanes[lane].gone) continue;
        bound.add(
            with_lane(plan.lanes[lane], {{"watch_list", list}}),
            in_seconds(
                plan.lists.count(list) > 0 ? plan.traits(list).staleness_bound
                                           : plan.global.staleness_bound
            )
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

}  // namespace

void add_polling_families(
    metric_families& into, const domain::view& view, const domain::watch_plan& plan
) {
    add_requests(into, view, plan);
    add_sweeps(into, view, plan);
    add_lane_health(into, view, plan);
    add_credentials(into, view, plan);
    add_freshness(into, view, plan);
    {
        family_builder lag(into, metric("trainwatchd_detection_lag_seconds"));
        lag.add({}, view.detection_lag);
    }
    add_unknown_values(into, view);
}

}  // namespace trainwatch::wire
