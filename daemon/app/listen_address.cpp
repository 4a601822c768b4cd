#include "app/listen_address.hpp"

#include <charconv>
#include <string>

#include <boost/asio/ip/address.hpp>

namespace trainwatch::app {
namespace {

std::optional<std::uint16_t> parse_port(std::string_view text) {
    std::uint16_t port = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return port;
}

std::string_view without_brackets(std::string_view host) {
    if (host.starts_with('[') && host.ends_with(']')) return host.substr(1, host.size() - 2);
    return host;
}

}  // namespace

std::optional<io::listen_options> parse_listen_address(std::string_view text) {
    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos) return std::nullopt;
    const auto port = parse_port(text.substr(colon + 1));
    if (!port) return std::nullopt;
    const auto host = text.substr(0, colon);
    io::listen_options options;
    options.port = *port;
    options.address = host.empty() ? "::" : std::string(without_brackets(host));
    boost::system::error_code error;
    const auto address = boost::asio::ip::make_address(options.address, error);
    // "::1:9717" is ambiguous: an IPv6 address needs its brackets.
    if (error || (address.is_v6() && !host.empty() && !host.starts_with('['))) return std::nullopt;
    return options;
}

}  // namespace trainwatch::app
