// The operations: one JSON input to one JSON answer or error. No HTTP, no signature, no throttle.
//
// DescribeTrainingJob, ListTrainingJobs, ListTrainingJobsForHyperParameterTuningJob, ListTags.
#pragma once

#include <string>
#include <string_view>

#include "tests/simulator/api_error.hpp"
#include "tests/simulator/fleet.hpp"

namespace trainwatch::simulator {

struct api_options {
    bool creation_time_filters_after_paging = false;
    bool short_pages = false;  // half of what a page may hold
};

bool is_operation(std::string_view name);

// `body` is what the caller sent.
api_result<std::string> perform(
    std::string_view operation,
    std::string_view body,
    const fleet& jobs,
    std::string_view region,
    const api_options& options,
    wall_time now
);

// {"__type": …, "message": …}
std::string error_body(const api_error& error);
// The TrainingJobName that a body asks for; empty when it asks for none.
std::string named_job(std::string_view body);
// Whether a body goes on with a list.
bool has_page_token(std::string_view body);

}  // namespace trainwatch::simulator
