// Through which HTTP proxy a request goes, if any: the variables of the environment and the
// configuration as values, and the rules of NO_PROXY.
//
// Source: the behaviour of curl, Go and botocore, whose union the NO_PROXY rules are. Loopback and
// the addresses of the metadata and container services are never proxied.
#pragma once

#include <cstdint>
#include <functional>
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

// "http://user:password@proxy:3128", without the scheme too. The port has to be said: programs
// differ in what they take for it. `rejected` with what is wrong, never quoting the text, which
// may hold a password.
result<proxy_server> parse_proxy_url(std::string_view text);

struct proxy_reading {
    proxy_rules rules{};
    std::vector<std::string> warnings{};  // entries of NO_PROXY that match nothing, one line each

    bool operator==(const proxy_reading&) const = default;
};

using variable_lookup = std::function<std::optional<std::string>(const char* name)>;

// The variables, lower case before upper case, blank ones as unset: https_proxy for https,
// http_proxy for http, no_proxy for both. `explicit_url`, the configuration's, comes before the
// two proxies: "none" is no proxy, empty is what the environment says. A failure names the
// variable; the caller names the key where the text is the configuration's.
result<proxy_reading> read_proxy_rules(
    const variable_lookup& lookup, const std::string& explicit_url
);

// Nothing: directly.
std::optional<proxy_server> proxy_for(const url& target, const proxy_rules& rules);

}  // namespace trainwatch::wire
