#include "wire/url.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <system_error>

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include "base/text.hpp"

namespace trainwatch::wire {

namespace {

// Never quotes the whole text: it may hold a password.
failure refused(std::string detail) {
    failure error;
    error.kind = error_class::rejected;
    error.detail = std::move(detail);
    return error;
}

std::uint16_t default_port(bool tls) {
    return tls ? 443 : 80;
}

// Boost.URL 1.81 lets a number beyond 16 bits wrap around: 99999 would become 34463.
std::optional<std::uint16_t> parse_port(std::string_view text) {
    std::uint16_t port = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, port);
    if (error != std::errc{} || stop != end || port == 0) return std::nullopt;
    return port;
}

// RFC 3986 allows more in a registered name than any resolver understands.
bool is_host_name(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
    });
}

}  // namespace

std::string url::host_header() const {
    const bool is_ipv6 = host.find(':') != std::string::npos;
    std::string text = is_ipv6 ? "[" + host + "]" : host;
    if (port != default_port(tls)) {
        text += ':';
        text += std::to_string(port);
    }
    return text;
}

std::string url::target() const {
    return query.empty() ? path : path + "?" + query;
}

std::string text_of(const url& from) {
    const std::string origin = (from.tls ? "https://" : "http://") + from.host_header();
    const auto target = from.target();
    return target == "/" ? origin : origin + target;
}

result<url> parse_url(std::string_view text) {
    if (text.empty()) return refused("empty URL");
    const auto parsed = boost::urls::parse_uri(boost::urls::string_view(text.data(), text.size()));
    if (parsed.has_error()) return refused("not a URL: want http://host or https://host");
    const boost::urls::url_view& from = *parsed;

    url to;
    const std::string scheme = lower(std::string_view(from.scheme()));
    if (scheme != "http" && scheme != "https") {
        return refused("scheme \"" + scheme + "\" is not supported: want http or https");
    }
    to.tls = scheme == "https";
    if (from.has_userinfo()) return refused("a URL with a user name or password is not accepted");
    if (from.has_fragment()) return refused("a URL with a fragment (#) is not accepted");

    if (from.host_type() == boost::urls::host_type::ipv6) {
        to.host = from.host_ipv6_address().to_string();
    } else {
        to.host = lower(std::string_view(from.encoded_host()));
        if (to.host.empty()) return refused("the URL has no host");
        if (!is_host_name(to.host)) return refused("\"" + to.host + "\" is not a host name");
    }

    to.port = default_port(to.tls);
    if (from.has_port() && !from.port().empty()) {
        const auto port = parse_port(std::string_view(from.port().data(), from.port().size()));
        if (!port) return refused("port " + std::string(from.port()) + " is not in 1..65535");
        to.port = *port;
    }

    to.path = std::string(from.encoded_path());
    // Boost.URL 1.81 reads "http://h:x" as an empty port and the path "x".
    if (!to.path.empty() && to.path.front() != '/') return refused("the port is not a number");
    while (!to.path.empty() && to.path.back() == '/')
        to.path.pop_back();
    if (to.path.empty()) to.path = "/";
    to.query = std::string(from.encoded_query());
    return to;
}

}  // namespace trainwatch::wire
