// describe(job): encode, sign, exchange, decode. One a lane (connection and region).
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/failure.hpp"
#include "base/time.hpp"
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

class sagemaker_client {
public:
    virtual ~sagemaker_client() = default;
    // One attempt, signed by the clock that the last answer told. A second one follows at once, and
    // never a third, where the first refusal has told what was wrong with the signature: the keys,
    // and there are newer ones; or the time, and the answer says what it is. All other retries are
    // the caller's. `took` is the last attempt's.
    virtual task<describe_answer> describe(std::string job_name, mono_time deadline) = 0;
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
