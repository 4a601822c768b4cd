// How a proxy is asked for a tunnel (CONNECT), and what its answer means for people.
//
// The proxy hears the host and port that are wanted, its own user and password, and nothing of the
// request inside: TLS begins right behind its answer. Source: RFC 9110, sections 9.3.6 and 11.7;
// the request is as curl sends it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/failure.hpp"
#include "wire/http_message.hpp"
#include "wire/proxy.hpp"

namespace trainwatch::wire {

// "host:443", IPv6 in brackets; the port always.
std::string authority_of(std::string_view host, std::uint16_t port);

// The value of Proxy-Authorization; empty for a proxy without user and password.
std::string proxy_authorization(const proxy_server& proxy);

std::string encode_connect(std::string_view authority, const proxy_server& proxy);

// `beyond` is what the proxy sent behind the header of its answer, as far as it has come. 2xx is
// success, unless something came behind it. Failures: `denied` for a proxy that refuses (407,
// 403, …) and for what is none, `throttled` for 429, `transient` for 408 and 5xx, `malformed` for
// bytes behind the answer.
result<void> judge_connect_answer(
    const http_response& answer,
    std::string_view beyond,
    std::string_view authority,
    const proxy_server& proxy
);

// Of 407, to CONNECT or to a request in absolute form, and of what proxies say instead of it.
failure refused_by_proxy(const http_response& answer, const proxy_server& proxy);

}  // namespace trainwatch::wire
