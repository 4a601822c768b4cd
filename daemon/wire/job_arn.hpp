// What a person may write for a training job: its name, or its ARN taken apart and checked.
//
// Source: the SageMaker model (TrainingJobName, TrainingJobArn). Knows no settings and no AWS.
#pragma once

#include <optional>
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

// The places that a training job's ARN names; views into it.
struct job_arn_places {
    std::string_view partition{};
    std::string_view region{};
    std::string_view account_id{};

    bool operator==(const job_arn_places&) const = default;
};

// Of an ARN that AWS sent: no region or partition is unheard of. Nothing when it is another
// thing's, or none.
std::optional<job_arn_places> split_job_arn(std::string_view arn);

// `rejected` with one line for people: no name, another thing's ARN, half an ARN.
result<job_reference> read_job_reference(std::string_view text);

// Why this cannot be a training job's name; empty when it can.
std::string job_name_problem(std::string_view text);

}  // namespace trainwatch::wire
