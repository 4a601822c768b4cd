// The JSON in which credentials arrive: from containers' agents, the instance metadata service,
// credential processes, and IAM Identity Center.
//
// Source: "Container credential provider", "IMDS credential provider", "Process credential
// provider" and "IAM Identity Center credential provider" of the AWS SDKs and Tools reference
// guide. Failures never repeat what was read: it may hold secrets.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/failure.hpp"
#include "domain/credentials.hpp"
#include "wire/http_message.hpp"

namespace trainwatch::wire {

// Any status. Names of members are compared without case; the account is AccountId's, else that of
// RoleArn.
result<domain::aws_credentials> read_container_credentials(const http_response& response);

// The body of a 200, of either path. `Code` other than Success is `denied` with its Message.
result<domain::aws_credentials> read_instance_credentials(std::string_view body);

// Standard output of a credential process.
result<domain::aws_credentials> read_process_credentials(std::string_view output);

// What `aws sso login` leaves behind.
struct sso_token {
    std::string access_token{};
    wall_time expires{};

    bool operator==(const sso_token&) const = default;
};
result<sso_token> read_sso_token(std::string_view file);

// GetRoleCredentials of the portal. 401 is `denied`: log in again.
result<domain::aws_credentials> read_sso_credentials(const http_response& response);

}  // namespace trainwatch::wire
