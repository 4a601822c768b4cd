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
    std::string model_artifacts{};  // S3 URI

    bool operator==(const observation&) const = default;
};

}  // namespace trainwatch::domain
