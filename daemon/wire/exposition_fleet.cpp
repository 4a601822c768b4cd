#include <map>
#include <memory>
#include <optional>
#include <tuple>

#include <prometheus/metric_family.h>

#include "wire/exposition_parts.hpp"

namespace trainwatch::wire {
namespace {

metric_labels with_fleet(const domain::fleet_key& fleet, metric_labels more) {
    metric_labels labels{
        {"account_id", fleet.account_id},
        {"aws_region", fleet.region},
        {"watch_list", fleet.watch_list}};
    for (auto& label : more)
        labels.push_back(std::move(label));
    return labels;
}

void add_jobs_by_status(metric_families& into, const std::vector<const domain::job_view*>& jobs) {
    std::map<std::tuple<domain::fleet_key, std::string, std::string>, std::uint64_t> counts;
    for (const auto* const job : jobs) {
        const auto& last = *job->last;
        ++counts[{
            {last.account_id, last.region, job->target.watch_list},
            status_label(last.status.text),
            status_label(last.secondary.text)}];
    }
    family_builder family(into, metric("sagemaker_training_jobs"));
    for (const auto& [key, count] : counts) {
        const auto& [fleet, status, secondary] = key;
        family.add(with_fleet(fleet, {{"status", status}, {"secondary_status", secondary}}), count);
    }
}

void add_counters(metric_families& into, const domain::fleet_view& fleet) {
    {
        family_builder transitions(into, metric("sagemaker_training_job_transitions_total"));
        for (const auto& [key, count] : fleet.transitions) {
            const auto& [where, status] = key;
            transitions.add(with_fleet(where, {{"secondary_status", status_label(status)}}), count);
        }
    }
    {
        family_builder finished(into, metric("sagemaker_training_jobs_finished_total"));
        for (const auto& [key, count] : fleet.finished) {
            const auto& [where, outcome, failure] = key;
            finished.add(
                with_fleet(
                    where,
                    {{"outcome", std::string(to_string(outcome))},
                     {"failure_class", std::string(to_string(failure))}}
                ),
                count
            );
        }
    }
    family_builder billable(into, metric("sagemaker_training_billable_instance_seconds_total"));
    for (const auto& [key, amount] : fleet.billable_instance_seconds) {
        const auto& [where, type, spot] = key;
        billable.add(
            with_fleet(where, {{"instance_type", type}, {"spot", spot ? "true" : "false"}}), amount
        );
    }
}

void add_durations(metric_families& into, const domain::fleet_view& fleet) {
    {
        family_builder last(
            into, metric("sagemaker_training_job_last_completed_timestamp_seconds")
        );
        for (const auto& [list, at] : fleet.last_completed)
            last.add({{"watch_list", list}}, at);
    }
    {
        family_builder phases(into, metric("sagemaker_training_job_phase_duration_seconds"));
        for (const auto& [status, histogram] : fleet.phase_duration) {
            phases.add({{"secondary_status", status_label(status)}}, histogram);
        }
    }
    family_builder durations(into, metric("sagemaker_training_job_duration_seconds"));
    for (const auto& [outcome, histogram] : fleet.duration) {
        durations.add({{"outcome", std::string(to_string(outcome))}}, histogram);
    }
}

}  // namespace

void add_fleet_families(
    metric_families& into,
    const domain::view& view,
    const std::vector<const domain::job_view*>& jobs
) {
    // A count of some of the jobs would look like jobs that went away.
    if (view.first_pass_complete) add_jobs_by_status(into, jobs);
    add_counters(into, view.fleet);
    add_durations(into, view.fleet);
}

}  // namespace trainwatch::wire
