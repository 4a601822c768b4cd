// One origin (scheme, host, port) spoken to over a few keep-alive connections, directly or through
// one proxy: another proxy, another client. Requests come in origin form in any case.
//
// exchange() is one attempt, plus the free reconnect when a reused connection turns out dead
// before the first byte of an answer. Retries are the caller's.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/failure.hpp"
#include "base/limits.hpp"
#include "base/time.hpp"
#include "io/byte_stream.hpp"
#include "io/clock.hpp"
#include "wire/http_message.hpp"
#include "wire/proxy.hpp"
#include "wire/url.hpp"

namespace trainwatch::io {

struct http_answer {
    wire::http_response response{};
    nanoseconds took{};  // connecting included, waiting for a free connection not
    std::optional<milliseconds> clock_offset{};  // server minus ours (proto/clock_offset)
};

class http_client {
public:
    virtual ~http_client() = default;
    // Any status is an answer; a failure means that there was none by `deadline`.
    // Beyond the connections of the pool exchanges wait for their turn.
    virtual task<result<http_answer>> exchange(wire::http_request request, mono_time deadline) = 0;
    // Exchanges under way end with a failure. Run the executor until they have before destroying.
    virtual void close() = 0;
};

struct http_client_limits {
    milliseconds idle_max = limits::connection_idle_max;
    milliseconds age_max = limits::connection_age_max;
    std::size_t connections_max = limits::connections_per_origin;
};

struct http_client_options {
    std::shared_ptr<tls_client_context> tls{};  // may be null for a plain origin
    std::optional<wire::proxy_server> proxy{};  // nothing: directly
    http_client_limits limits{};
    std::string authorization{};  // the header of each request to the origin; empty: none
};

// `time` outlives the client.
std::unique_ptr<http_client> create_http_client(
    const wire::url& origin, http_client_options options, const clock& time
);

}  // namespace trainwatch::io
