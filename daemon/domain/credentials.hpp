// What AWS requests are signed with, and what may be told of it.
//
// One immutable set: id, secret and token belong together and are replaced together. Only
// `credential_facts` may reach a log, a metric or a page.
#pragma once

#include <optional>
#include <string>

#include "base/time.hpp"

namespace trainwatch::domain {

struct aws_credentials {
    std::string access_key_id{};
    std::string secret_access_key{};
    std::string session_token{};  // empty for long-term keys
    std::string account_id{};     // where the source told it; else empty
    // On AWS' clock. Nothing: they do not expire.
    std::optional<wall_time> expires{};

    bool operator==(const aws_credentials&) const = default;
};

struct credential_facts {
    // "environment", "profile research", "web identity", "container", "instance metadata", …, and
    // the role assumed with them: "instance metadata, then arn:aws:iam::111122223333:role/watch".
    std::string source{};
    std::string account_id{};  // of the keys, once it is known without guessing
    std::optional<wall_time> expires{};
    // Past their end, which AWS takes as long as the service that gave them cannot renew them.
    bool is_extended = false;

    bool operator==(const credential_facts&) const = default;
};

}  // namespace trainwatch::domain
