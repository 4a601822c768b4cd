// When AWS is going to stop a job, as far as its description tells.
//
// Source: StoppingCondition and SecondaryStatusTransitions of DescribeTrainingJob.
//   max_runtime  from TrainingStartTime. A managed spot job is stopped by its *training* time, so
//                the time between an interruption and the next download does not count; while
//                it is interrupted its clock stands, and there is no such deadline to name. Any
//                other job's retries count together (AWS' text), waiting included.
//   max_wait     from CreationTime, running or not.
//   max_pending  from CreationTime, only until training starts.
// None after the end, and none while the job is being stopped.
#pragma once

#include <optional>
#include <vector>

#include "domain/observation.hpp"
#include "domain/view.hpp"

namespace trainwatch::core {

// By a person or a limit: either of the two statuses may tell of it first.
bool is_stopping(const domain::observation& job);

// What it had to do is done, or it is told to stop: no limit will hurt it any more, and nothing
// calls it back to its training.
bool is_past_its_work(const domain::observation& job);

// How much of MaxRuntimeInSeconds a job had used by then: it goes on while the job is not
// interrupted. Nothing before training started.
std::optional<milliseconds> runtime_used(const domain::observation& job, wall_time by);

// When all of MaxRuntimeInSeconds is used, if no (further) interruption comes; of an interrupted
// job, if it had not been interrupted this time. Nothing before training started.
std::optional<wall_time> runtime_limit_at(const domain::observation& job);

// Of a managed spot job that has been interrupted and does not work again yet.
std::optional<wall_time> interrupted_since(const domain::observation& job);

// For a job that has not ended.
std::vector<domain::deadline> deadlines_of(const domain::observation& job);

}  // namespace trainwatch::core
