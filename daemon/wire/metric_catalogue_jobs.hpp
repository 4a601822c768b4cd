// The default metrics of each job: at most 14 series and 2.6 KB of text for a job with a name of
// 48 characters, which tests hold. Anything more goes into a group.
#pragma once

#include <array>

#include "wire/metric_entry.hpp"

namespace trainwatch::wire {

inline constexpr auto metrics_of_jobs = std::to_array<metric_entry>({
    {"sagemaker_training_job_info",
     metric_type::gauge,
     metric_group::standard,
     "1",
     "training_job_arn watch_list instance_type algorithm spot tuning_job auto_ml_job labeling_job "
     "experiment trial",
     "What does not change about a training job. Jobs are polled in the background, within the API "
     "quota of the account; a scrape never calls AWS."},
    {"sagemaker_training_job_labels",
     metric_type::gauge,
     metric_group::standard,
     "1",
     "label_…",
     "The labels that the configuration gives to the job's watch list, and to the job by its tags "
     "(labels_from_tags); absent without any."},
    {"sagemaker_training_job_status",
     metric_type::gauge,
     metric_group::standard,
     "1",
     "status",
     "1 for the present TrainingJobStatus, as of the last answer to a background poll. The others "
     "are absent, or 0 with the group state_sets."},
    {"sagemaker_training_job_secondary_status",
     metric_type::gauge,
     metric_group::standard,
     "1",
     "secondary_status",
     "1 for the present SecondaryStatus, as of the last answer to a background poll. The others "
     "are absent, or 0 with the group state_sets."},
    {"sagemaker_training_job_outcome",
     metric_type::gauge,
     metric_group::standard,
     "1",
     "outcome failure_class",
     "1 with how the job ended, once it has. A timeout is an outcome of its own, although AWS "
     "calls it Stopped."},
    {"sagemaker_training_job_created_timestamp_seconds",
     metric_type::gauge,
     metric_group::standard,
     "Unix time",
     "",
     "When the job was created, by AWS' clock."},
    {"sagemaker_training_job_started_timestamp_seconds",
     metric_type::gauge,
     metric_group::standard,
     "Unix time",
     "",
     "When training started (TrainingStartTime); absent before that."},
    {"sagemaker_training_job_ended_timestamp_seconds",
     metric_type::gauge,
     metric_group::standard,
     "Unix time",
     "",
     "When the job ended, by AWS' clock; absent before that."},
    {"sagemaker_training_job_last_transition_timestamp_seconds",
     metric_type::gauge,
     metric_group::standard,
     "Unix time",
     "",
     "When the job entered its present secondary status, by AWS' clock."},
    {"sagemaker_training_job_deadline_timestamp_seconds",
     metric_type::gauge,
     metric_group::standard,
     "Unix time",
     "limit",
     "When AWS will stop the job by its own limits; absent before the start and after the end. "
     "AWS is late by minutes, and uploads the model after it."},
    {"sagemaker_training_job_training_seconds",
     metric_type::gauge,
     metric_group::standard,
     "seconds",
     "",
     "Time in training by AWS' account (TrainingTimeInSeconds), not multiplied by instances."},
    {"sagemaker_training_job_billable_seconds",
     metric_type::gauge,
     metric_group::standard,
     "seconds",
     "",
     "Time that AWS bills (BillableTimeInSeconds), not multiplied by instances."},
    {"sagemaker_training_job_instances",
     metric_type::gauge,
     metric_group::standard,
     "instances",
     "instance_type",
     "Instances of the job by type; absent for jobs without any (serverless)."},
    {"sagemaker_training_job_interruptions_total",
     metric_type::counter,
     metric_group::standard,
     "interruptions",
     "",
     "Interruptions of a managed spot job so far."},
});

}  // namespace trainwatch::wire
