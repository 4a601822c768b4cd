// Through which HTTP proxy a request goes, if any: the variables of the environment and the
// configuration as values, and the rules of NO_PROXY.
//
// Source: the behaviour of curl, Go and botocore, whose union the NO_PROXY rules are. Loopback and
// the addresses of the metadata and container services are never proxied.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/failure.hpp"
#include "wire/url.hpp"

namespace trainwatch::wire {

// Spoken to in plain HTTP. User and password are decoded; both may be empty.
struct proxy_server {
    std::string host{};
    std::uint16_t port = 0;
    std::string user{};
    std::string password{};

    // "proxy.example:3128": without user and password, for texts.
    std::string name() const;

    bool operator==(const proxy_server&) const = default;
};

struct proxy_rules {
    std::optional<proxy_server> for_https{};
    std::optional<proxy_server> for_http{};
    std::vector<std::string> exceptions{};  // entries of NO_PROXY, lower case, as written

    bool operator==(const proxy_rules&) const = default;
};

// Nothing: directly.
std::optional<proxy_server> proxy_for(const url& target, const proxy_rules& rules);

}  // namespace trainwatch::wire
