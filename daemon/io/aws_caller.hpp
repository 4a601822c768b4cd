// One call of an AWS service: sign, exchange, tell a refusal from an answer, and once more where
// the refusal itself says what was wrong with the signature. One an endpoint.
//
// Knows neither operations nor what their answers mean: bodies come and go as text.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/failure.hpp"
#include "base/random.hpp"
#include "base/time.hpp"
#include "io/clock.hpp"
#include "io/credential_source.hpp"
#include "io/http_client.hpp"
#include "wire/sigv4.hpp"

namespace trainwatch::io {

struct aws_call {
    wire::http_request request{};  // as wire/ encodes it: without path, introduction, signature
    std::string_view action{};     // "sagemaker:DescribeTrainingJob"; lasts for good
};

struct aws_answer {
    result<wire::http_response> outcome;  // a 200, whatever it says
    nanoseconds took{};                   // the last attempt
    std::optional<milliseconds> clock_offset{};
};

struct aws_caller_options {
    wire::url endpoint{};
    std::string region{};
    std::string service{};  // as it is signed: "sagemaker"
    std::string user_agent{};
    http_client_options http{};
};

class aws_caller {
public:
    // `credentials` and `time` outlive the caller.
    aws_caller(aws_caller_options options, credential_source& credentials, const clock& time);

    // One attempt, signed by the clock that the last answer told. A second one follows at once, and
    // never a third, where the first refusal has told what was wrong with the signature: the keys,
    // and there are newer ones; or the time, and the answer says what it is. All other retries are
    // whoever calls to make.
    task<aws_answer> call(aws_call what, mono_time deadline);

    // With what a person can do about it, where it does not say so yet: for a 200 that is of no
    // use.
    failure with_cure(failure why, std::string_view action) const;

    // "api.sagemaker.eu-west-1.amazonaws.com", the Host header of requests.
    const std::string& host() const { return host_; }

    void close() { client_->close(); }

private:
    struct attempt {
        std::string id{};
        int number = 1;
        mono_time deadline{};
    };

    wire::http_request prepare(
        const wire::http_request& plain, const domain::aws_credentials& keys, const attempt& which
    );
    bool fits_signature(milliseconds told) const;
    aws_answer read(result<http_answer>& answer, std::string_view action);
    aws_answer late_keys() const;

    const std::string host_;
    const std::string hostname_;
    const std::string target_;
    const wire::signing_scope scope_;
    const std::string user_agent_;
    credential_source& credentials_;
    const clock& time_;
    std::unique_ptr<http_client> client_;
    wire::signing_key_cache signing_keys_{};
    random_source random_;
    std::optional<milliseconds> offset_{};
};

}  // namespace trainwatch::io
