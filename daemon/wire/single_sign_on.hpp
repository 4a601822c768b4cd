// What a profile says of IAM Identity Center: which token `aws sso login` left, and what it is for.
//
// Source: "IAM Identity Center credential provider" of the AWS SDKs and Tools reference guide. A
// person signs in; this only reads what is left of it.
#pragma once

#include <string>

#include "base/failure.hpp"
#include "domain/credential_plan.hpp"
#include "wire/aws_config.hpp"

namespace trainwatch::wire {

// By any of its keys, so that half of them is an error and not a reason to look further.
bool has_single_sign_on(const aws_profile& profile);

// `denied` with place and cure. Both forms: an [sso-session x], and everything in the profile.
result<domain::single_sign_on> single_sign_on_of(
    const aws_config& config, const std::string& profile
);

}  // namespace trainwatch::wire
