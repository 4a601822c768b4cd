// Keys that stand in the environment or in a profile, taken as they are.
//
// Half a pair, and what could not stand in a header, is an error: no other source is tried then.
#pragma once

#include <optional>
#include <string>

#include "base/failure.hpp"
#include "domain/credential_plan.hpp"
#include "wire/aws_config.hpp"

namespace trainwatch::wire {

// AWS_ACCESS_KEY_ID and those that belong to it. Nothing when neither half is set.
result<std::optional<domain::static_keys>> environment_keys(const aws_config& config);

// Those of a profile; `where` stands before the message.
result<std::optional<domain::static_keys>> profile_keys(
    const aws_profile& profile, const std::string& where
);

}  // namespace trainwatch::wire
