// Our own HTTP server: request in, response out, on the same io_context as everything else.
//
// Bounds: header 5 s, read and write 60 s, idle 5 min, body 64 KB, 256 connections (503 beyond).
// Knows nothing of metrics: wiring gives it a handler.
#pragma once

#include <functional>
#include <memory>

#include "io/byte_stream.hpp"
#include "wire/http_message.hpp"

namespace trainwatch::io {

// Runs on the io_context's thread and does not block.
using http_handler = std::function<wire::http_response(const wire::http_request&)>;

class http_server {
public:
    virtual ~http_server() = default;
    // Accepts until close(); then finishes what is in flight.
    virtual task<void> serve() = 0;
    virtual void close() = 0;
};

std::unique_ptr<http_server> create_http_server(
    std::unique_ptr<listener> where, http_handler handler
);

}  // namespace trainwatch::io
