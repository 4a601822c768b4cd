// What STS takes for a role: the forms of its ARN, its external id and its session name.
//
// Source: the STS API reference, AssumeRole.
#pragma once

#include <string>
#include <string_view>

namespace trainwatch::wire {

// Why this is no role's ARN ("arn:aws:iam::111122223333:role/watch"); empty when it is one.
std::string role_arn_problem(std::string_view text);
// Likewise; the text is not repeated, an external id is half a secret.
std::string external_id_problem(std::string_view text);
std::string session_name_problem(std::string_view text);

}  // namespace trainwatch::wire
