// What a person may write for a training job: its name, or its ARN taken apart and checked.
//
// Source: the SageMaker model (TrainingJobName, TrainingJobArn). Knows no settings and no AWS.
#pragma once

#include <string>
#include <string_view>

#include "base/failure.hpp"

namespace trainwatch::wire {

struct job_reference {
    std::string name{};
    // Of an ARN; empty for a bare name.
    std::string partition{};
    std::string region{};
    std::string account_id{};

    bool operator==(const job_reference&) const = default;
};

// `rejected` with one line for people: no name, another thing's ARN, half an ARN.
result<job_reference> read_job_reference(std::string_view text);

// Why this cannot be a training job's name; empty when it can.
std::string job_name_problem(std::string_view text);

}  // namespace trainwatch::wire
