// AWS Security Token Service's query protocol: forms out, XML in. No socket, no signature.
//
// Source: the STS API reference, version 2011-06-15. Unknown elements are skipped. Errors never
// repeat a key or a token.
#pragma once

#include <string>
#include <string_view>

#include "base/failure.hpp"
#include "domain/credential_plan.hpp"
#include "domain/credentials.hpp"
#include "wire/http_message.hpp"
#include "wire/url.hpp"

namespace trainwatch::wire {

// `role.session_name` is set by now. To be signed.
http_request encode_assume_role(const url& endpoint, const domain::assumed_role& role);
// Not to be signed: the token says who asks.
http_request encode_assume_role_with_web_identity(
    const url& endpoint, const domain::assumed_role& role, std::string_view token
);
// To be signed.
http_request encode_get_caller_identity(const url& endpoint);

// Of either AssumeRole; the account is that of AssumedRoleUser's ARN.
result<domain::aws_credentials> read_assumed_role(const http_response& response);

struct caller_identity {
    std::string account_id{};
    std::string arn{};

    bool operator==(const caller_identity&) const = default;
};
result<caller_identity> read_caller_identity(const http_response& response);

}  // namespace trainwatch::wire
