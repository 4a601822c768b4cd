// Which hosts are spoken to directly although a proxy is set: the entries of NO_PROXY and the
// addresses that no proxy can reach for us. Names are never resolved.
//
// An entry is "*", a name (with its subdomains; a leading "." or "*." and a trailing "." change
// nothing), an address, or a range (10.0.0.0/8); a name or an address may have a port. Source: the
// union of what curl, Go and botocore take for a match.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace trainwatch::wire {

// Loopback, and where AWS gives credentials and metadata on the machine itself. `host` as in url.
bool is_never_proxied(std::string_view host);

// Separated by commas and blanks; lower case.
std::vector<std::string> split_proxy_exceptions(std::string_view text);

// `entry` in lower case.
bool is_proxy_exception(std::string_view entry, std::string_view host, std::uint16_t port);

// Why an entry matches nothing, with the cure; empty for one that can match.
std::string mistake_in_proxy_exception(std::string_view entry);

}  // namespace trainwatch::wire
