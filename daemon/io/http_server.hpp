// Our own HTTP server: request in, response out, on the same io_context as everything else.
//
// Bounds: header 5 s, read and write 60 s, idle 5 min, body 64 KB, 256 connections (503 beyond);
// all are of the whole thing, so that a peer gains nothing by sending slowly. A TLS handshake
// counts as part of the first header. Knows nothing of metrics: wiring gives it a handler.
#pragma once

#include <functional>
#include <memory>

#include "base/limits.hpp"
#include "base/time.hpp"
#include "io/byte_stream.hpp"
#include "wire/http_message.hpp"

namespace trainwatch::io {

// Runs on the io_context's thread and does not block. A HEAD request is answered like a GET: the
// server leaves the body out. Date and Connection are the server's.
using http_handler = std::function<wire::http_response(const wire::http_request&)>;
// Asked first. True when it takes the request on: then it replies, once, when it can, within the
// time for reading a request. False leaves it to the other.
using http_reply = std::function<void(wire::http_response)>;
using late_http_handler = std::function<bool(const wire::http_request&, http_reply)>;

class http_server {
public:
    virtual ~http_server() = default;
    // Accepts until close(); then finishes what is in flight. Once. To be over before destruction,
    // or the executor with it.
    virtual task<void> serve() = 0;
    virtual void close() = 0;
};

struct http_server_limits {
    milliseconds header = limits::server_header_deadline;
    milliseconds read = limits::server_read_deadline;
    milliseconds write = limits::server_write_deadline;
    milliseconds idle = limits::server_idle_deadline;
    // After close(): for what is in flight.
    milliseconds drain = limits::server_drain_deadline;
    // After a refusal: for the peer to read it before the connection goes.
    milliseconds linger = limits::server_linger_deadline;
    std::size_t header_bytes_max = limits::server_header_bytes_max;
    std::size_t body_bytes_max = limits::server_body_bytes_max;
    std::size_t connections_max = limits::server_connections_max;
};

std::unique_ptr<http_server> create_http_server(
    std::unique_ptr<listener> where,
    http_handler handler,
    const http_server_limits& limits = {},
    late_http_handler late = {}
);

}  // namespace trainwatch::io
