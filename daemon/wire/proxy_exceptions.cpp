#include "wire/proxy_exceptions.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <system_error>

#include <boost/url/ipv4_address.hpp>
#include <boost/url/ipv6_address.hpp>

#include "base/text.hpp"

namespace trainwatch::wire {

namespace {

// Both families in one form: IPv4 as ::ffff:a.b.c.d.
struct address {
    std::array<unsigned char, 16> bytes{};
    bool is_v4 = false;

    bool operator==(const address&) const = default;
};

constexpr std::array<unsigned char, 12> mapped_prefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

std::optional<address> parse_address(std::string_view text) {
    const boost::urls::string_view view(text.data(), text.size());
    address out;
    if (const auto v4 = boost::urls::parse_ipv4_address(view)) {
        const auto bytes = v4->to_bytes();
        std::copy(mapped_prefix.begin(), mapped_prefix.end(), out.bytes.begin());
        std::copy(bytes.begin(), bytes.end(), out.bytes.begin() + mapped_prefix.size());
        out.is_v4 = true;
        return out;
    }
    const auto v6 = boost::urls::parse_ipv6_address(view);
    if (!v6) return std::nullopt;
    const auto bytes = v6->to_bytes();
    std::copy(bytes.begin(), bytes.end(), out.bytes.begin());
    out.is_v4 = std::equal(mapped_prefix.begin(), mapped_prefix.end(), out.bytes.begin());
    return out;
}

bool share_prefix(const address& a, const address& b, unsigned bits) {
    for (std::size_t i = 0; i < a.bytes.size(); ++i, bits -= 8) {
        if (bits < 8) {
            const unsigned mask = 0xff00U >> bits & 0xffU;
            return (a.bytes[i] & mask) == (b.bytes[i] & mask);
        }
        if (a.bytes[i] != b.bytes[i]) return false;
    }
    return true;
}

std::optional<unsigned> parse_number(std::string_view text, unsigned most) {
    unsigned value = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value);
    if (error != std::errc{} || stop != end || value > most) return std::nullopt;
    return value;
}

struct range {
    address first{};
    unsigned bits = 0;
};

std::optional<range> parse_range(std::string_view text) {
    const auto slash = text.find('/');
    if (slash == std::string_view::npos) return std::nullopt;
    const auto first = parse_address(text.substr(0, slash));
    if (!first) return std::nullopt;
    const auto bits = parse_number(text.substr(slash + 1), first->is_v4 ? 32 : 128);
    if (!bits) return std::nullopt;
    return range{*first, *bits + (first->is_v4 ? 96 : 0)};
}

struct host_and_port {
    std::string_view host{};
    std::optional<unsigned> port{};
};

// "name", "name:443", "10.1.2.3:443", "fd00::1", "[fd00::1]", "[fd00::1]:443".
host_and_port split_port(std::string_view entry) {
    if (entry.starts_with('[')) {
        const auto close = entry.find(']');
        if (close == std::string_view::npos) return {entry, std::nullopt};
        const std::string_view host = entry.substr(1, close - 1);
        const std::string_view rest = entry.substr(close + 1);
        if (rest.empty()) return {host, std::nullopt};
        const auto port = rest[0] == ':' ? parse_number(rest.substr(1), 65535) : std::nullopt;
        return port ? host_and_port{host, port} : host_and_port{entry, std::nullopt};
    }
    const auto colon = entry.find(':');
    if (colon == std::string_view::npos || entry.find(':', colon + 1) != std::string_view::npos) {
        return {entry, std::nullopt};
    }
    const auto port = parse_number(entry.substr(colon + 1), 65535);
    return port ? host_and_port{entry.substr(0, colon), port} : host_and_port{entry, std::nullopt};
}

std::string_view without_trailing_dot(std::string_view name) {
    if (name.ends_with('.')) name.remove_suffix(1);
    return name;
}

// The name that an entry stands for, its subdomains included.
std::string_view bare_name(std::string_view name) {
    if (name.starts_with("*.")) name.remove_prefix(1);
    if (name.starts_with('.')) name.remove_prefix(1);
    return without_trailing_dot(name);
}

bool is_name(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) {
        return c >= 0x80 || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
            c == '.' || c == '_';
    });
}

// "10." and "169.254" are prefixes to those who write them, and names to everybody else.
bool is_number_list(std::string_view text) {
    return text.find_first_not_of("0123456789.") == std::string_view::npos;
}

bool is_within(std::string_view host, std::string_view name) {
    if (host == name) return true;
    return host.size() > name.size() && host.ends_with(name) &&
        host[host.size() - name.size() - 1] == '.';
}

}  // namespace

bool is_never_proxied(std::string_view host) {
    const auto is = parse_address(host);
    if (!is) return is_within(without_trailing_dot(host), "localhost");
    if (share_prefix(*is, *parse_address("127.0.0.0"), 96 + 8)) return true;
    constexpr std::array<std::string_view, 6> ours{
        "::1",
        "169.254.169.254",  // IMDS
        "fd00:ec2::254",
        "169.254.170.2",   // ECS
        "169.254.170.23",  // EKS Pod Identity
        "fd00:ec2::23"};
    return std::any_of(ours.begin(), ours.end(), [&is](std::string_view one) {
        return parse_address(one) == is;
    });
}

std::vector<std::string> split_proxy_exceptions(std::string_view text) {
    constexpr std::string_view separators = ", \t\r\n";
    std::vector<std::string> entries;
    for (std::size_t at = 0; at < text.size();) {
        const auto end = std::min(text.find_first_of(separators, at), text.size());
        if (end > at) entries.push_back(lower(text.substr(at, end - at)));
        at = end + 1;
    }
    return entries;
}

bool is_proxy_exception(std::string_view entry, std::string_view host, std::uint16_t port) {
    if (entry == "*") return true;
    const auto target = parse_address(host);
    if (const auto within = parse_range(entry)) {
        return target && target->is_v4 == within->first.is_v4 &&
            share_prefix(*target, within->first, within->bits);
    }
    const auto wanted = split_port(entry);
    if (wanted.port && *wanted.port != port) return false;
    if (const auto one = parse_address(wanted.host)) return target == one;
    const std::string_view name = bare_name(wanted.host);
    return !target && is_name(name) && is_within(without_trailing_dot(host), name);
}

std::string mistake_in_proxy_exception(std::string_view entry) {
    if (entry == "*" || parse_range(entry)) return {};
    const std::string quoted = "\"" + std::string(entry.substr(0, 80)) + "\" matches nothing: ";
    if (entry.find("://") != std::string_view::npos || entry.find('@') != std::string_view::npos) {
        // A URL may hold a password: it is not quoted.
        return "an entry that is a URL matches nothing: write the host alone";
    }
    const auto wanted = split_port(entry);
    if (parse_address(wanted.host)) return {};
    if (entry.find('/') != std::string_view::npos) {
        return quoted + "write a host without a path, or a range as in 10.0.0.0/8";
    }
    const std::string_view name = bare_name(wanted.host);
    if (name.find('*') != std::string_view::npos) {
        return quoted + "a * stands alone or as in *.example.com";
    }
    if (!is_name(name)) return quoted + "write a host name, an address or a range as in 10.0.0.0/8";
    if (is_number_list(name)) return quoted + "write a range as in 10.0.0.0/8";
    return {};
}

}  // namespace trainwatch::wire
