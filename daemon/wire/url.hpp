// http and https URLs, taken apart once and checked (Boost.URL inside).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/failure.hpp"

namespace trainwatch::wire {

struct url {
    bool tls = false;
    std::string host{};  // without brackets, lower case
    std::uint16_t port = 0;
    std::string path{};   // starts with '/', as written; without a trailing '/' unless it is alone
    std::string query{};  // without '?'

    // As the Host header has it: IPv6 in brackets, the port only when it is not the scheme's.
    std::string host_header() const;
    // path?query
    std::string target() const;

    bool operator==(const url&) const = default;
};

// `rejected` with a detail for people: other schemes, user names, fragments, empty hosts.
result<url> parse_url(std::string_view text);

// As parse_url takes it: without the scheme's own port and without a path that is only '/'.
std::string text_of(const url& from);

}  // namespace trainwatch::wire
