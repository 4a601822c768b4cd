// What one DescribeTrainingJob answer said. A plain value: wire/ makes it, core/ reads it.
//
// Members are optional wherever AWS leaves them out, "required" ones included (an unfinished job
// has no ModelArtifacts). Times are AWS' own, in milliseconds. Names follow the API's.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "domain/job.hpp"

namespace trainwatch::domain {

// One entry of SecondaryStatusTransitions. The terminal entry has an `ended` equal to `started`;
// the message of the last entry is rewritten in place by AWS.
struct transition {
    open_secondary status{};
    wall_time started{};
    std::optional<wall_time> ended{};
    std::string message{};

    bool operator==(const transition&) const = default;
};

struct instance_group {
    std::string instance_type{};
    std::int64_t count = 0;
    std::string name{};  // InstanceGroupName; empty outside heterogeneous clusters

    bool operator==(const instance_group&) const = default;
};

// StoppingCondition. Absent members are absent limits.
struct stopping_condition {
    std::optional<seconds> max_runtime{};
    std::optional<seconds> max_wait{};
    std::optional<seconds> max_pending{};

    bool operator==(const stopping_condition&) const = default;
};

// One entry of FinalMetricDataList. AWS stamps it with whole seconds.
struct final_metric {
    std::string name{};
    double value = 0;
    std::optional<wall_time> at{};

    bool operator==(const final_metric&) const = default;
};

// DebugRuleEvaluationStatuses and ProfilerRuleEvaluationStatuses; they change after the job's end.
enum class rule_kind { debugger, profiler };

struct rule_evaluation {
    rule_kind kind = rule_kind::debugger;
    std::string name{};     // RuleConfigurationName
    std::string status{};   // InProgress, NoIssuesFound, IssuesFound, Error, Stopping, Stopped, …
    std::string details{};  // free text of up to 1,024 characters
    std::optional<wall_time> modified{};

    bool operator==(const rule_evaluation&) const = default;
};

// WarmPoolStatus: the instances that AWS keeps after the end (KeepAlivePeriodInSeconds).
struct warm_pool {
    std::string status{};  // Available, Terminated, Reused, InUse, …
    std::optional<seconds> retained_billable{};
    std::string reused_by{};  // the name of another job

    bool operator==(const warm_pool&) const = default;
};

// ProgressInfo: steps within an epoch, epochs within the job. Serverless jobs only, so far.
struct training_progress {
    std::optional<std::int64_t> epoch{};
    std::optional<std::int64_t> epochs{};  // MaxEpoch
    std::optional<std::int64_t> step{};
    std::optional<std::int64_t> steps_per_epoch{};

    bool operator==(const training_progress&) const = default;
};

// Something in the answer that this release does not know: a member, the value of an enumeration,
// or a value of another type than AWS' model gives. The document keeps it verbatim.
struct unknown_value {
    std::string member{};  // its path without indices: "ResourceConfig.InstanceGroups.InstanceType"
    std::string value{};   // the text of an unknown enumeration value; else empty

    auto operator<=>(const unknown_value&) const = default;
};

struct observation {
    std::string name{};
    std::string arn{};
    std::string account_id{};  // the ARN's
    std::string region{};      // the ARN's
    std::string partition{};   // the ARN's: aws, aws-cn, aws-us-gov, …
    wall_time created{};

    open_primary status{};
    open_secondary secondary{};
    std::vector<transition> transitions{};  // oldest first, as AWS sent them
    std::string failure_reason{};           // free text of up to 1,024 characters, any of them

    std::optional<wall_time> training_started{};
    std::optional<wall_time> training_ended{};
    std::optional<wall_time> modified{};
    std::optional<seconds> training_time{};  // wall-clock, not multiplied by instances
    std::optional<seconds> billable_time{};  // likewise

    stopping_condition limits{};
    // InstanceGroups where there are any, else SelectedInstanceType/Count, else
    // InstanceType/Count; empty when the answer names no instance (serverless).
    std::vector<instance_group> instances{};
    bool spot = false;  // EnableManagedSpotTraining

    std::string algorithm{};  // AlgorithmName, else the repository:tag of TrainingImage
    std::string tuning_job{};
    std::string auto_ml_job{};
    std::string labeling_job{};
    std::string experiment{};
    std::string trial{};
    std::string model_artifacts{};       // S3 URI
    std::string output_path{};           // S3OutputPath
    std::string output_model_package{};  // ARN

    std::vector<final_metric> final_metrics{};
    std::vector<rule_evaluation> rules{};
    std::optional<domain::warm_pool> warm_pool{};
    std::optional<training_progress> progress{};
    std::optional<seconds> keep_alive{};               // KeepAlivePeriodInSeconds
    std::optional<std::int64_t> retry_attempts_max{};  // RetryStrategy
    std::optional<std::int64_t> volume_gb{};           // VolumeSizeInGB, an instance
    std::optional<std::int64_t> billable_tokens{};     // BillableTokenCount
    std::optional<bool> network_isolation{};
    std::optional<bool> traffic_encryption{};  // EnableInterContainerTrafficEncryption
    std::string checkpoint_uri{};              // CheckpointConfig.S3Uri
    std::string training_plan{};               // TrainingPlanArn

    std::vector<unknown_value> unknown{};  // each once, ordered

    bool operator==(const observation&) const = default;
};

}  // namespace trainwatch::domain
