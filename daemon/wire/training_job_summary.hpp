// What ListTrainingJobs and ListTags answer, typed: AWS' structures and members under their own
// names, as wire/training_job has those of DescribeTrainingJob. Views into the text that was read.
//
// Private to wire/. Source: the SageMaker API reference and its model.
#pragma once

#include <optional>
#include <vector>

#include "wire/training_job.hpp"

namespace trainwatch::wire::aws {

struct training_job_summary {
    text training_job_name{};
    text training_job_arn{};
    moment creation_time{};
    moment training_end_time{};
    moment last_modified_time{};
    text training_job_status{};
    text secondary_status{};
    std::optional<aws::warm_pool_status> warm_pool_status{};
    text training_plan_arn{};
};

struct training_job_list {
    // Absent is not empty: an object of somebody else's must not pass for an empty account.
    std::optional<std::vector<training_job_summary>> training_job_summaries{};
    text next_token{};
};

struct tag {
    text key{};
    text value{};
};

struct tag_list {
    std::vector<tag> tags{};
    text next_token{};
};

}  // namespace trainwatch::wire::aws
