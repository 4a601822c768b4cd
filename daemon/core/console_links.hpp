// Where a person looks at a job: pages of the AWS console, by partition.
//
// Empty for partitions whose console is not public.
#pragma once

#include <string>

#include "domain/observation.hpp"
#include "domain/view.hpp"

namespace trainwatch::core {

// The page of the training job.
std::string console_url(const domain::observation& job);

// Its log streams: group /aws/sagemaker/TrainingJobs, prefix "<job>/".
std::string logs_url(const domain::observation& job);

// All of it. The log group and the prefix hold in every partition.
domain::job_links links_of(const domain::observation& job);

}  // namespace trainwatch::core
