#include <map>
#include <memory>
#include <optional>
#include <span>

#include <prometheus/metric_family.h>

#include "wire/exposition_parts.hpp"
#include "wire/metric_label_names.hpp"

namespace trainwatch::wire {
namespace {

// One series an instance type: two groups may have the same.
std::map<std::string, std::int64_t> instances_by_type(const domain::observation& job) {
    std::map<std::string, std::int64_t> counts;
    for (const auto& group : job.instances)
        counts[group.instance_type] += group.count;
    return counts;
}

std::string instance_type_label(const domain::observation& job) {
    const auto types = instances_by_type(job);
    if (types.empty()) return {};
    return types.size() == 1 ? types.begin()->first : "heterogeneous";
}

void add_info(metric_families& into, const jobs_shown& jobs) {
    family_builder info(into, metric("sagemaker_training_job_info"));
    for (const auto* const job : jobs) {
        const auto& last = *job->last;
        info.add(
            with_identity(
                last,
                {{"training_job_arn", last.arn},
                 {"watch_list", job->target.watch_list},
                 {"instance_type", instance_type_label(last)},
                 {"algorithm", last.algorithm},
                 {"spot", last.spot ? "true" : "false"},
                 {"tuning_job", last.tuning_job},
                 {"auto_ml_job", last.auto_ml_job},
                 {"labeling_job", last.labeling_job},
                 {"experiment", last.experiment},
                 {"trial", last.trial}}
            ),
            1.0
        );
    }
}

void add_configured_labels(
    metric_families& into, const jobs_shown& jobs, const domain::watch_plan& plan
) {
    family_builder family(into, metric("sagemaker_training_job_labels"));
    for (const auto* const job : jobs) {
        // As on the job's alerts: what its tags say wins.
        auto configured = job->tag_labels;
        const auto& of_list = plan.traits(job->target.watch_list).labels;
        configured.insert(of_list.begin(), of_list.end());
        if (configured.empty()) continue;
        const auto named = labels_of_labels(configured);
        family.add(with_identity(*job->last, {named.begin(), named.end()}), 1.0);
    }
}

// The present value as 1; the others as 0 where the watch list asks for them.
void add_state(
    family_builder& family,
    const domain::job_view& job,
    const domain::watch_plan& plan,
    std::string_view label,
    const std::string& present,
    std::span<const std::string_view> all
) {
    if (plan.traits(job.target.watch_list).metrics.state_sets) {
        for (const auto each : all) {
            if (each == present) continue;
            family.add(with_identity(*job.last, {{label, std::string(each)}}), 0.0);
        }
    }
    family.add(with_identity(*job.last, {{label, present}}), 1.0);
}

void add_statuses(metric_families& into, const jobs_shown& jobs, const domain::watch_plan& plan) {
    {
        family_builder status(into, metric("sagemaker_training_job_status"));
        for (const auto* const job : jobs) {
            const auto present = status_label(job->last->status.text);
            add_state(status, *job, plan, "status", present, domain::primary_status_names());
        }
    }
    family_builder secondary(into, metric("sagemaker_training_job_secondary_status"));
    for (const auto* const job : jobs) {
        const auto present = status_label(job->last->secondary.text);
        const auto all = domain::secondary_status_names();
        add_state(secondary, *job, plan, "secondary_status", present, all);
    }
}

void add_outcome(metric_families& into, const jobs_shown& jobs) {
    family_builder outcome(into, metric("sagemaker_training_job_outcome"));
    for (const auto* const job : jobs) {
        if (!job->ending) continue;
        outcome.add(
            with_identity(
                *job->last,
                {{"outcome", std::string(to_string(job->ending->outcome))},
                 {"failure_class", std::string(to_string(job->ending->failure_class))}}
            ),
            1.0
        );
    }
}

void add_times(metric_families& into, const jobs_shown& jobs) {
    using domain::job_view;
    add_each(
        into,
        metric("sagemaker_training_job_created_timestamp_seconds"),
        jobs,
        [](const job_view& job) { return job.last->created; }
    );
    add_each(
        into,
        metric("sagemaker_training_job_started_timestamp_seconds"),
        jobs,
        [](const job_view& job) { return job.last->training_started; }
    );
    add_each(
        into,
        metric("sagemaker_training_job_ended_timestamp_seconds"),
        jobs,
        [](const job_view& job) { return job.ended; }
    );
    add_each(
        into,
        metric("sagemaker_training_job_last_transition_timestamp_seconds"),
        jobs,
        [](const job_view& job) { return job.last_transition; }
    );
}

void add_deadlines(metric_families& into, const jobs_shown& jobs) {
    family_builder deadline(into, metric("sagemaker_training_job_deadline_timestamp_seconds"));
    for (const auto* const job : jobs) {
        std::map<domain::deadline_kind, wall_time> by_kind;
        for (const auto& limit : job->deadlines)
            by_kind.emplace(limit.kind, limit.at);
        for (const auto& [limit, at] : by_kind) {
            deadline.add(with_identity(*job->last, {{"limit", std::string(to_string(limit))}}), at);
        }
    }
}

void add_usage(metric_families& into, const jobs_shown& jobs) {
    using domain::job_view;
    add_each(
        into,
        metric("sagemaker_training_job_training_seconds"),
        jobs,
        [](const job_view& job) { return as_double(job.last->training_time); }
    );
    add_each(
        into,
        metric("sagemaker_training_job_billable_seconds"),
        jobs,
        [](const job_view& job) { return as_double(job.last->billable_time); }
    );
    {
        family_builder instances(into, metric("sagemaker_training_job_instances"));
        for (const auto* const job : jobs) {
            for (const auto& [type, count] : instances_by_type(*job->last)) {
                instances.add(
                    with_identity(*job->last, {{"instance_type", type}}), static_cast<double>(count)
                );
            }
        }
    }
    add_each(
        into,
        metric("sagemaker_training_job_interruptions_total"),
        jobs,
        [](const job_view& job) { return job.interruptions; }
    );
}

}  // namespace

void add_job_families(
    metric_families& into, const jobs_shown& jobs, const domain::watch_plan& plan
) {
    add_info(into, jobs);
    add_configured_labels(into, jobs, plan);
    add_statuses(into, jobs, plan);
    add_outcome(into, jobs);
    add_times(into, jobs);
    add_deadlines(into, jobs);
    add_usage(into, jobs);
}

}  // namespace trainwatch::wire
