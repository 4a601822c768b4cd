// Decides where a connection's keys come from: the default chain of the SDKs as a pure function.
//
// The order: a profile that the configuration names, else the environment's keys, web identity of
// the environment, the profile in force, the container's agent, the instance metadata service.
// Source: "Standardized credential providers" of the AWS SDKs and Tools reference guide. A source
// that is configured but broken is an error and never a reason to take the next one.
#pragma once

#include <string>

#include "base/failure.hpp"
#include "domain/credential_plan.hpp"
#include "wire/aws_config.hpp"

namespace trainwatch::wire {

struct credential_selection {
    std::string profile{};  // named by the configuration or a flag; empty: nobody named one
    std::string naming{};   // how one is named, for the cure: "profile: in the configuration"
    std::string region{};   // of STS; empty: what environment and profile say
    // The connection's own role, taken on last; empty: none.
    std::string role_arn{};
    std::string external_id{};
};

// `denied` with place and cure.
result<domain::credential_plan> plan_credentials(
    const aws_config& config, const credential_selection& selection
);

// For a chain that ends without keys: where was looked and what to do.
std::string no_keys_text(const aws_config& config, const credential_selection& selection);

}  // namespace trainwatch::wire
