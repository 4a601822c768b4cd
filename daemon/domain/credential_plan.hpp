// Where a connection's keys come from: decided once, from the configuration, the environment and
// the AWS files, before anything is asked. wire/credential_plan decides, io/credential_source
// performs.
//
// Source: the order and the rules of the default credential provider chain ("Standardized
// credential providers" of the AWS SDKs and Tools reference guide). A source that is configured
// but broken is an error of the decision and never a reason to take the next one.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/time.hpp"
#include "domain/credentials.hpp"

namespace trainwatch::domain {

// A role to take on by STS.
struct assumed_role {
    std::string role_arn{};
    std::string session_name{};  // empty: one that this process makes
    std::string external_id{};   // empty: none is sent
    std::optional<std::chrono::seconds> duration{};

    bool operator==(const assumed_role&) const = default;
};

// Keys that stand in the environment or in a profile.
struct static_keys {
    aws_credentials keys{};

    bool operator==(const static_keys&) const = default;
};

// A token that an identity provider wrote into a file (IRSA): STS gives keys for it. The request
// is not signed; the file is read again for each.
struct web_identity {
    std::string token_file{};
    assumed_role role{};

    bool operator==(const web_identity&) const = default;
};

// The agent of ECS or of EKS Pod Identity. Never through a proxy.
struct container_endpoint {
    std::string url{};         // checked by the host rule
    std::string token_file{};  // for Authorization, read again for each request; or
    std::string token{};       // this one, or neither

    bool operator==(const container_endpoint&) const = default;
};

// EC2's instance metadata service, version 2 only. Never through a proxy.
struct instance_metadata {
    std::string url{};               // "http://169.254.169.254"
    std::string instance_profile{};  // empty: the one that the service names
    milliseconds timeout{1'000};     // of one request
    int attempts = 1;
    // Nobody asked for it: it is the last of the chain, and its absence says that there are no
    // keys at all.
    bool is_last_resort = false;
    std::string nothing_found{};  // what to say then: where was looked, and what to do

    bool operator==(const instance_metadata&) const = default;
};

// A program that prints keys as JSON. Run without a shell.
struct credential_process {
    std::vector<std::string> arguments{};  // the program first; never empty
    std::string account_id{};              // where the profile has one

    bool operator==(const credential_process&) const = default;
};

// IAM Identity Center: a token that `aws sso login` left in a file.
struct single_sign_on {
    std::string token_file{};
    std::string url{};  // of the portal, in the session's region
    std::string account_id{};
    std::string role_name{};
    std::string login{};  // the command that renews the token: "aws sso login --profile research"

    bool operator==(const single_sign_on&) const = default;
};

using credential_base = std::variant<
    static_keys,
    web_identity,
    container_endpoint,
    instance_metadata,
    credential_process,
    single_sign_on>;

// One regional endpoint of STS; it serves the web identity and all roles of a plan.
struct sts_endpoint {
    std::string region{};  // signed for
    std::string url{};

    bool operator==(const sts_endpoint&) const = default;
};

struct credential_plan {
    credential_base base{};
    std::vector<assumed_role> roles{};  // one after the other, each with the keys of the one before
    sts_endpoint sts{};
    std::string source{};  // of the base, as in credential_facts

    bool operator==(const credential_plan&) const = default;
};

}  // namespace trainwatch::domain
