// The calls that SageMaker counts against a quota of their own, an account and region each.
#pragma once

#include <array>
#include <string_view>

namespace trainwatch::domain {

enum class aws_operation { describe, list, tags };

inline constexpr std::array<aws_operation, 3> aws_operations{
    aws_operation::describe, aws_operation::list, aws_operation::tags};

// As AWS spells it: "DescribeTrainingJob", the value of label `operation`.
constexpr std::string_view to_string(aws_operation value) {
    switch (value) {
        case aws_operation::describe:
            return "DescribeTrainingJob";
        case aws_operation::list:
            return "ListTrainingJobs";
        case aws_operation::tags:
            return "ListTags";
    }
    return "DescribeTrainingJob";
}

}  // namespace trainwatch::domain
