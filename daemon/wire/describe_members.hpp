// The members of a DescribeTrainingJob answer that we read, as AWS spelled them.
//
// Between JSON and domain/observation: picks members, judges none of them. Absent, null and of
// the wrong type are the same; nesting, huge and broken JSON are errors. Private to wire/.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/system/error_code.hpp>

namespace trainwatch::wire {

struct transition_members {
    std::string status{};
    std::string message{};
    std::optional<double> started{};  // epoch seconds
    std::optional<double> ended{};
};

struct instance_members {
    std::string type{};
    std::string group{};
    std::optional<double> count{};
};

struct describe_members {
    std::string name{};
    std::string arn{};
    std::string status{};
    std::string secondary{};
    std::string failure_reason{};
    std::optional<double> created{};
    std::optional<double> training_started{};
    std::optional<double> training_ended{};
    std::optional<double> modified{};
    std::optional<double> training_time{};
    std::optional<double> billable_time{};
    std::optional<double> max_runtime{};
    std::optional<double> max_wait{};
    std::optional<double> max_pending{};
    bool spot = false;
    std::string algorithm_name{};
    std::string training_image{};
    std::string tuning_job_arn{};
    std::string auto_ml_job_arn{};
    std::string labeling_job_arn{};
    std::string experiment{};
    std::string trial{};
    std::string model_artifacts{};
    instance_members instance{};           // InstanceType, InstanceCount
    instance_members selected_instance{};  // SelectedInstanceType, SelectedInstanceCount
    std::vector<instance_members> instance_groups{};
    std::vector<transition_members> transitions{};
};

// One JSON object in `body`. On an error `members` is half filled.
boost::system::error_code read_describe_members(std::string_view body, describe_members& members);

}  // namespace trainwatch::wire
