// What SageMaker's answers say about a job: the bodies of Describe, of a list's entry, of an error.
//
// Source: the API's model; members that SageMaker leaves out (before the start, without an end)
// are left out here.
#pragma once

#include <string>
#include <string_view>

#include <boost/json/fwd.hpp>

#include "tests/simulator/job_plan.hpp"

namespace trainwatch::simulator {

std::string arn_of(const job_plan& plan, std::string_view account);

boost::json::object describe_answer(
    const job_plan& plan, const job_state& state, const timeline& clock, std::string_view account
);
boost::json::object summary_answer(
    const job_plan& plan, const job_state& state, std::string_view account
);
// An entry of ListTrainingJobsForHyperParameterTuningJob.
boost::json::object child_summary_answer(
    const job_plan& plan, const job_state& state, std::string_view account
);
boost::json::object tags_answer(const job_plan& plan);

}  // namespace trainwatch::simulator
