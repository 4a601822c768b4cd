// What a profile says about keys: static ones, a program, a token, a sign-on, and the roles to take
// on with them, following source_profile and credential_source.
//
// Source: "Assume role credential provider" and its neighbours in the AWS SDKs and Tools reference
// guide; where the SDKs differ, tests/README.md says what is done here.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/failure.hpp"
#include "domain/credential_plan.hpp"
#include "wire/aws_config.hpp"

namespace trainwatch::wire {

struct profile_credentials {
    domain::credential_base base{};
    std::vector<domain::assumed_role> roles{};  // the base's keys first
    std::string source{};                       // of the base, as in credential_facts

    bool operator==(const profile_credentials&) const = default;
};

// Nothing when the profile says nothing about keys. `denied` with place and cure when there is no
// such profile or what it says is broken.
result<std::optional<profile_credentials>> credentials_of_profile(
    const aws_config& config, const std::string& profile
);

}  // namespace trainwatch::wire
