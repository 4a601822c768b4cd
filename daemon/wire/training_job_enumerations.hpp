// The enumerations of DescribeTrainingJob with the values that this release knows.
//
// All of them are open: a value that is not here is kept, counted and never an error. Source: the
// SageMaker model of 2026-08 (botocore 1.43.67) with the newer values of the JavaScript SDK 3.1142.
#pragma once

#include <algorithm>
#include <span>
#include <string_view>

namespace trainwatch::wire {

struct enumeration {
    std::string_view name{};                     // AWS' name of the type
    std::span<const std::string_view> values{};  // sorted

    bool knows(std::string_view value) const {
        return std::binary_search(values.begin(), values.end(), value);
    }
};

namespace enumerations {

extern const enumeration training_repository_access_mode;
extern const enumeration training_input_mode;
extern const enumeration processing_instance_type;
extern const enumeration rule_evaluation_status;
extern const enumeration file_system_access_mode;
extern const enumeration file_system_type;
extern const enumeration s3_data_type;
extern const enumeration s3_data_distribution;
extern const enumeration compression_type;
extern const enumeration record_wrapper;
extern const enumeration output_compression_type;
extern const enumeration training_instance_type;
extern const enumeration secondary_status;
extern const enumeration customization_technique;
extern const enumeration evaluation_type;
extern const enumeration serverless_job_type;
extern const enumeration peft;
extern const enumeration warm_pool_resource_status;
extern const enumeration training_job_status;
extern const enumeration profiling_status;

}  // namespace enumerations

}  // namespace trainwatch::wire
