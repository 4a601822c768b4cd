// Where the services of the machine itself give keys: the agent of ECS or EKS Pod Identity, and
// EC2's instance metadata. Decides addresses and limits; nothing is asked here.
//
// Source: "Container credential provider" and "IMDS credential provider" of the AWS SDKs and Tools
// reference guide. Their addresses get keys without proof, so only what the rules allow is used.
#pragma once

#include <optional>
#include <string>

#include "base/failure.hpp"
#include "domain/credential_plan.hpp"
#include "wire/aws_config.hpp"

namespace trainwatch::wire {

// Nothing when no variable names one. `denied` when a full URI is neither https nor of this
// machine, or when the token could not stand in a header.
result<std::optional<domain::container_endpoint>> container_of(const aws_config& config);

// AWS_EC2_METADATA_DISABLED=true.
bool is_instance_metadata_off(const aws_config& config);
// With the variables' and the profile's endpoint, mode and limits. `denied` when one is wrong.
result<domain::instance_metadata> instance_metadata_of(
    const aws_config& config, const std::string& profile
);

}  // namespace trainwatch::wire
