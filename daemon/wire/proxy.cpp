#include "wire/proxy.hpp"

#include <algorithm>
#include <charconv>
#include <system_error>
#include <utility>

#include <boost/url/authority_view.hpp>
#include <boost/url/parse.hpp>

#include "base/text.hpp"
#include "wire/proxy_exceptions.hpp"

namespace trainwatch::wire {

namespace {

failure refused(std::string detail) {
    return {.kind = error_class::rejected, .detail = std::move(detail)};
}

// Without the scheme; a failure where it is one that is not spoken here.
result<std::string_view> without_scheme(std::string_view text) {
    const auto at = text.find("://");
    if (at == std::string_view::npos) {
        if (text.starts_with("//")) text.remove_prefix(2);
        return text;
    }
    const std::string scheme = lower(text.substr(0, at));
    if (scheme == "http") return text.substr(at + 3);
    if (scheme == "https") {
        return refused(
            "a proxy that is spoken to by TLS (https://) is not supported: want http://host:port"
        );
    }
    if (scheme.starts_with("socks")) {
        return refused("SOCKS proxies are not supported: want an HTTP proxy, http://host:port");
    }
    return refused("not a proxy: want http://host:port");
}

// Boost.URL 1.81 lets a number beyond 16 bits wrap around.
std::optional<std::uint16_t> parse_port(std::string_view text) {
    std::uint16_t port = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, port);
    if (error != std::errc{} || stop != end || port == 0) return std::nullopt;
    return port;
}

// RFC 3986 allows more in a registered name than any resolver understands.
bool is_host(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](unsigned char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
            c == '_' || c == ':';
    });
}

std::string value_of(const variable_lookup& lookup, const char* name) {
    const auto value = lookup(name);
    return value ? std::string(trim(*value)) : std::string();
}

struct variable {
    const char* name = nullptr;
    std::string value{};  // empty: neither is set
};

variable first_of(const variable_lookup& lookup, const char* name, const char* other) {
    if (auto value = value_of(lookup, name); !value.empty()) return {name, std::move(value)};
    return {other, value_of(lookup, other)};
}

result<std::optional<proxy_server>> proxy_of(const variable& from) {
    if (from.value.empty()) return std::optional<proxy_server>();
    auto parsed = parse_proxy_url(from.value);
    if (parsed) return std::optional<proxy_server>(std::move(*parsed));
    failure error = std::move(parsed.error());
    error.detail = std::string(from.name) + ": " + error.detail;
    return error;
}

result<proxy_rules> read_proxies(const variable_lookup& lookup, const std::string& explicit_url) {
    proxy_rules rules;
    const std::string_view said = trim(explicit_url);
    if (equal_ignoring_case(said, "none")) return rules;
    if (!said.empty()) {
        auto parsed = parse_proxy_url(said);
        if (!parsed) return std::move(parsed.error());
        rules.for_https = *parsed;
        rules.for_http = std::move(*parsed);
        return rules;
    }
    auto for_https = proxy_of(first_of(lookup, "https_proxy", "HTTPS_PROXY"));
    if (!for_https) return std::move(for_https.error());
    auto for_http = proxy_of(first_of(lookup, "http_proxy", "HTTP_PROXY"));
    if (!for_http) return std::move(for_http.error());
    rules.for_https = std::move(*for_https);
    rules.for_http = std::move(*for_http);
    return rules;
}

}  // namespace

std::string proxy_server::name() const {
    const bool is_v6 = host.find(':') != std::string::npos;
    return (is_v6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

result<proxy_server> parse_proxy_url(std::string_view text) {
    const auto rest = without_scheme(trim(text));
    if (!rest) return rest.error();
    // "http://proxy:3128/" is how many write it; a path means nothing to a proxy.
    std::string_view written = *rest;
    if (written.ends_with('/')) written.remove_suffix(1);
    const boost::urls::string_view view(written.data(), written.size());
    const auto parsed = boost::urls::parse_authority(view);
    if (parsed.has_error()) {
        return refused(
            "not a proxy: want http://user:password@host:port, with special characters of user "
            "and password as %XX"
        );
    }
    proxy_server out;
    out.host = parsed->host_type() == boost::urls::host_type::ipv6
        ? std::string(parsed->host_ipv6_address().to_string())
        : lower(std::string_view(parsed->encoded_host()));
    if (out.host.empty()) return refused("the proxy has no host: want http://host:port");
    if (!is_host(out.host)) return refused("the proxy's host is not a host name");
    if (!parsed->has_port() || parsed->port().empty()) {
        return refused("the proxy's port is missing: write http://host:port, often 3128 or 8080");
    }
    const auto port = parse_port({parsed->port().data(), parsed->port().size()});
    if (!port) return refused("the proxy's port is not in 1..65535");
    out.port = *port;
    out.user = parsed->user();
    out.password = parsed->password();
    return out;
}

result<proxy_reading> read_proxy_rules(
    const variable_lookup& lookup, const std::string& explicit_url
) {
    proxy_reading out;
    auto rules = read_proxies(lookup, explicit_url);
    if (!rules) return std::move(rules.error());
    out.rules = std::move(*rules);
    // Where nothing is proxied, exceptions say nothing.
    if (!out.rules.for_https && !out.rules.for_http) return out;
    const variable exceptions = first_of(lookup, "no_proxy", "NO_PROXY");
    out.rules.exceptions = split_proxy_exceptions(exceptions.value);
    for (const std::string& entry : out.rules.exceptions) {
        const std::string mistake = mistake_in_proxy_exception(entry);
        if (!mistake.empty()) out.warnings.push_back(std::string(exceptions.name) + ": " + mistake);
    }
    return out;
}

std::optional<proxy_server> proxy_for(const url& target, const proxy_rules& rules) {
    const auto& proxy = target.tls ? rules.for_https : rules.for_http;
    if (!proxy || is_never_proxied(target.host)) return std::nullopt;
    const auto matches = [&target](const std::string& entry) {
        return is_proxy_exception(entry, target.host, target.port);
    };
    if (std::any_of(rules.exceptions.begin(), rules.exceptions.end(), matches)) {
        return std::nullopt;
    }
    return proxy;
}

}  // namespace trainwatch::wire
