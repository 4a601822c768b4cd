// A connected stream of bytes, plain or TLS, without the reader knowing which.
//
// Every operation ends by the stream's deadline (expires_at), then with a `transient` failure;
// after that the stream only closes. One reader and one writer at a time. Owned by whoever opened
// or accepted it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include "base/failure.hpp"
#include "base/time.hpp"

namespace trainwatch::io {

template <class T>
using task = boost::asio::awaitable<T>;

class byte_stream {
public:
    virtual ~byte_stream() = default;

    // From now on, in time of the steady clock.
    virtual void expires_after(nanoseconds delay) = 0;
    // 0 at the end of the stream. `into` outlives the call.
    virtual task<result<std::size_t>> read_some(std::span<char> into) = 0;
    // Writes all of it. `bytes` outlives the call.
    virtual task<result<void>> write(std::string_view bytes) = 0;
    // Orderly for TLS where it costs no waiting. Idempotent.
    virtual void close() = 0;
    // For tests and fault injection: closes so that the peer sees a reset.
    virtual void reset() = 0;
};

struct peer {
    std::string host{};  // name or address, as verified against the certificate
    std::uint16_t port = 0;
    bool tls = false;
};

// What a client trusts. Made once a connection in the configuration; shares TLS sessions.
class tls_client_context;
// `ca_bundle`: path of a PEM file, or empty for the system's store. Failure: internal, naming it.
result<std::shared_ptr<tls_client_context>> create_tls_client_context(const std::string& ca_bundle);

// Resolves, connects, and does the TLS handshake (SNI, host name verified, TLS >= 1.2).
// `tls` may be null when the peer is plain.
task<result<std::unique_ptr<byte_stream>>> connect(
    peer to, std::shared_ptr<tls_client_context> tls, nanoseconds within
);

class listener {
public:
    virtual ~listener() = default;
    virtual std::uint16_t port() const = 0;
    // With TLS the handshake is done (within 10 s) before the stream is returned to `serve`;
    // a failed handshake is logged by nobody and simply not returned.
    virtual task<result<std::unique_ptr<byte_stream>>> accept() = 0;
    virtual void close() = 0;
};

struct listen_options {
    std::string address = "127.0.0.1";
    std::uint16_t port = 0;  // 0: a free one
    // PEM files; empty: plain.
    std::string certificate_file{};
    std::string private_key_file{};
};

result<std::unique_ptr<listener>> listen(
    const boost::asio::any_io_executor& executor, const listen_options& options
);

}  // namespace trainwatch::io
