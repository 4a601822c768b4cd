// What is asked of SageMaker, one operation a function: encode, call, decode. One a lane
// (connection and region); its operations share keys, clock offset and connections.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/failure.hpp"
#include "base/time.hpp"
#include "domain/alert.hpp"
#include "domain/job_summary.hpp"
#include "domain/observation.hpp"
#include "io/clock.hpp"
#include "io/credential_source.hpp"
#include "io/http_client.hpp"

namespace trainwatch::io {

struct describe_answer {
    result<domain::observation> outcome;
    nanoseconds took{};
    std::optional<milliseconds> clock_offset{};
    std::string document{};  // the answer's body, when `outcome` has a value
};

struct list_answer {
    result<domain::job_page> outcome;
    nanoseconds took{};
    std::optional<milliseconds> clock_offset{};
};

struct tags_answer {
    result<domain::label_map> outcome;
    nanoseconds took{};
    std::optional<milliseconds> clock_offset{};
};

class sagemaker_client {
public:
    virtual ~sagemaker_client() = default;
    // Each is one attempt, with a second one only where the signature was refused (aws_caller). All
    // other retries are the caller's. `took` is the last attempt's.
    virtual task<describe_answer> describe(std::string job_name, mono_time deadline) = 0;
    // One page. A token that has expired, or that belongs to other bounds, is `rejected`.
    virtual task<list_answer> list(domain::list_query query, mono_time deadline) = 0;
    // Of one job; `not_found` when it is gone.
    virtual task<tags_answer> tags(std::string arn, mono_time deadline) = 0;
    virtual void close() = 0;
};

struct sagemaker_client_options {
    wire::url endpoint{};
    std::string region{};
    std::string user_agent{};
    http_client_options http{};
};

// `credentials` and `time` outlive the client.
std::unique_ptr<sagemaker_client> create_sagemaker_client(
    sagemaker_client_options options, credential_source& credentials, const clock& time
);

}  // namespace trainwatch::io
