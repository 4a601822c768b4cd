#include <map>
#include <memory>
#include <optional>

#include <prometheus/metric_family.h>

#include "wire/exposition_parts.hpp"

namespace trainwatch::wire {
namespace {

using jobs_shown = std::vector<const domain::job_view*>;
using kind = family_builder::kind;

metric_labels with_identity(const domain::observation& job, metric_labels more = {}) {
    metric_labels labels{
        {"training_job", job.name}, {"account_id", job.account_id}, {"aws_region", job.region}};
    for (auto& label : more)
        labels.push_back(std::move(label));
    return labels;
}

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
    family_builder info(
        into,
        kind::gauge,
        "sagemaker_training_job_info",
        "What does not change about a training job. Jobs are polled in the background, within the "
        "API quota of the account; a scrape never calls AWS."
    );
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

void add_statuses(metric_families& into, const jobs_shown& jobs) {
    {
        family_builder status(
            into,
            kind::gauge,
            "sagemaker_training_job_status",
            "1 for the present TrainingJobStatus, as of the last answer to a background poll."
        );
        for (const auto* const job : jobs) {
            const auto text = status_label(job->last->status.text);
            status.add(with_identity(*job->last, {{"status", text}}), 1.0);
        }
    }
    {
        family_builder secondary(
            into,
            kind::gauge,
            "sagemaker_training_job_secondary_status",
            "1 for the present SecondaryStatus, as of the last answer to a background poll."
        );
        for (const auto* const job : jobs) {
            const auto text = status_label(job->last->secondary.text);
            secondary.add(with_identity(*job->last, {{"secondary_status", text}}), 1.0);
        }
    }
    family_builder outcome(
        into,
        kind::gauge,
        "sagemaker_training_job_outcome",
        "1 with how the job ended, once it has. A timeout is an outcome of its own, although AWS "
        "calls it Stopped."
    );
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

template <class Value>
void add_each(
    metric_families& into,
    const jobs_shown& jobs,
    kind type,
    std::string_view name,
    std::string_view help,
    Value value
) {
    family_builder family(into, type, name, help);
    for (const auto* const job : jobs)
        family.add(with_identity(*job->last), value(*job));
}

void add_times(metric_families& into, const jobs_shown& jobs) {
    add_each(
        into,
        jobs,
        kind::gauge,
        "sagemaker_training_job_created_timestamp_seconds",
        "When the job was created, by AWS' clock.",
        [](const domain::job_view& job) { return job.last->created; }
    );
    add_each(
        into,
        jobs,
        kind::gauge,
        "sagemaker_training_job_started_timestamp_seconds",
        "When training started (TrainingStartTime); absent before that.",
        [](const domain::job_view& job) { return job.last->training_started; }
    );
    add_each(
        into,
        jobs,
        kind::gauge,
        "sagemaker_training_job_ended_timestamp_seconds",
        "When the job ended, by AWS' clock; absent before that.",
        [](const domain::job_view& job) { return job.ended; }
    );
    add_each(
        into,
        jobs,
        kind::gauge,
        "sagemaker_training_job_last_transition_timestamp_seconds",
        "When the job entered its present secondary status, by AWS' clock.",
        [](const domain::job_view& job) { return job.last_transition; }
    );
}

void add_deadlines(metric_families& into, const jobs_shown& jobs) {
    family_builder deadline(
        into,
        kind::gauge,
        "sagemaker_training_job_deadline_timestamp_seconds",
        "When AWS will stop the job by its own limits; absent before the start and after the end. "
        "AWS is late by minutes, and uploads the model after it."
    );
    for (const auto* const job : jobs) {
        std::map<domain::deadline_kind, wall_time> by_kind;
        for (const auto& limit : job->deadlines)
            by_kind.emplace(limit.kind, limit.at);
        for (const auto& [limit, at] : by_kind) {
            deadline.add(with_identity(*job->last, {{"limit", std::string(to_string(limit))}}), at);
        }
    }
}

void add_seconds(
    metric_families& into,
    const jobs_shown& jobs,
    std::string_view name,
    std::string_view help,
    std::optional<seconds> domain::observation::*member
) {
    family_builder family(into, kind::gauge, name, help);
    for (const auto* const job : jobs) {
        const auto& value = (*job->last).*member;
        if (!value) continue;
        family.add(with_identity(*job->last), static_cast<double>(value->count()));
    }
}

void add_usage(metric_families& into, const jobs_shown& jobs) {
    add_seconds(
        into,
        jobs,
        "sagemaker_training_job_training_seconds",
        "Time in training by AWS' account (TrainingTimeInSeconds), not multiplied by instances.",
        &domain::observation::training_time
    );
    add_seconds(
        into,
        jobs,
        "sagemaker_training_job_billable_seconds",
        "Time that AWS bills (BillableTimeInSeconds), not multiplied by instances.",
        &domain::observation::billable_time
    );
    {
        family_builder instances(
            into,
            kind::gauge,
            "sagemaker_training_job_instances",
            "Instances of the job by type; absent for jobs without any (serverless)."
        );
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
        jobs,
        kind::counter,
        "sagemaker_training_job_interruptions_total",
        "Interruptions of a managed spot job so far.",
        [](const domain::job_view& job) { return job.interruptions; }
    );
}

}  // namespace

void add_job_families(metric_families& into, const jobs_shown& jobs) {
    add_info(into, jobs);
    add_statuses(into, jobs);
    add_times(into, jobs);
    add_deadlines(into, jobs);
    add_usage(into, jobs);
}

}  // namespace trainwatch::wire
