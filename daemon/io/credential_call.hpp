// A call that brings keys, tried again as the SDKs do (proto/retry): to STS, to the portal of IAM
// Identity Center, to a container's agent.
//
// One caller a plan and endpoint: it keeps the retry quota, and how far AWS' clock is from ours.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/failure.hpp"
#include "base/random.hpp"
#include "domain/credential_plan.hpp"
#include "io/credential_world.hpp"
#include "proto/retry.hpp"
#include "wire/sigv4.hpp"

namespace trainwatch::io {

using credential_reader = result<domain::aws_credentials> (*)(const wire::http_response& response);

struct call_settings {
    wire::url to{};
    route how = route::as_configured;
    nanoseconds within{};    // of one attempt
    bool introduces = true;  // amz-sdk-* headers: for AWS' own services
    wire::signing_scope scope{};
    std::string user_agent{};
    proto::retry_constants retries = proto::standard_2026;
};

class credential_caller {
public:
    // `world` outlives it.
    credential_caller(call_settings settings, credential_world& world);

    // `keys` may be null: not signed. `reader` decides what an answer means.
    task<result<domain::aws_credentials>> call(
        wire::http_request request,
        std::shared_ptr<const domain::aws_credentials> keys,
        credential_reader reader
    );

    // With what a person can do about it, where the failure does not say so. `action` is what IAM
    // calls the call, or empty.
    failure advised(failure why, std::string_view action) const;

    const wire::url& to() const { return settings_.to; }
    milliseconds clock_offset() const { return offset_.value_or(milliseconds(0)); }

private:
    wire::http_request prepare(
        wire::http_request request,
        const std::string& id,
        const proto::retry_attempts& tries,
        const domain::aws_credentials* keys
    );

    const call_settings settings_;
    credential_world& world_;
    random_source random_;
    proto::retry_quota quota_;
    wire::signing_key_cache signing_keys_{};
    std::optional<milliseconds> offset_{};
};

// AssumeRole and AssumeRoleWithWebIdentity at the one STS endpoint of a plan.
class sts_caller {
public:
    sts_caller(
        const domain::sts_endpoint& endpoint,
        wire::url url,
        const std::string& user_agent,
        std::string session_name,
        const proto::retry_constants& retries,
        credential_world& world
    );

    task<result<domain::aws_credentials>> assume(
        domain::assumed_role role, std::shared_ptr<const domain::aws_credentials> keys
    );
    task<result<domain::aws_credentials>> assume_with_token(
        domain::assumed_role role, std::string token
    );
    milliseconds clock_offset() const { return caller_.clock_offset(); }
    std::string where_to_look() const;

private:
    failure advised(failure why, std::string_view action) const;

    const std::string session_name_;
    credential_caller caller_;
};

}  // namespace trainwatch::io
