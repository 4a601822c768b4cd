// DescribeTrainingJob in SageMaker's awsJson1.1: request out, answers and errors in. No socket, no
// signature. The other calls: wire/training_job_list, wire/training_job_tags.
//
// Source: the SageMaker API reference and its model. Unknown members and nulls are skipped;
// unknown enum values are kept verbatim.
#pragma once

#include <string_view>

#include "base/failure.hpp"
#include "domain/observation.hpp"
#include "wire/aws_error.hpp"
#include "wire/http_message.hpp"

namespace trainwatch::wire {

// POST / with X-Amz-Target SageMaker.DescribeTrainingJob; `host` as it is sent and signed.
http_request encode_describe_training_job(std::string_view host, std::string_view job_name);

// The answer of a 200. `malformed` when it is not JSON, lacks name, ARN or creation time (a job's
// identity), or names another job than `asked`.
result<domain::observation> decode_describe_training_job(
    std::string_view body, std::string_view asked
);

// 200 -> decode_describe_training_job, anything else -> decode_aws_error.
result<domain::observation> read_describe_training_job(
    const http_response& response, std::string_view asked
);

}  // namespace trainwatch::wire
