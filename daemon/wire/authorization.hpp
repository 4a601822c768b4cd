// Who we are to a server that asks, and what our documents are signed with.
//
// Sources: RFC 7617 (Basic), RFC 2104 (HMAC). Secrets go in, and stand in what comes out: neither
// belongs into a log.
#pragma once

#include <string>
#include <string_view>

namespace trainwatch::wire {

// RFC 4648, with padding.
std::string base64(std::string_view bytes);

// The value of Authorization or Proxy-Authorization.
std::string basic_authorization(std::string_view user, std::string_view password);

// "sha256=" and the HMAC-SHA256 of the document in hexadecimal digits, as GitHub signs its hooks.
std::string signature_of(std::string_view document, std::string_view secret);

}  // namespace trainwatch::wire
