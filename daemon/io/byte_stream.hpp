// A connected stream of bytes, plain or TLS, without the reader knowing which.
//
// Every operation ends by the stream's deadline (expires_after), then with a `transient` failure
// that names what timed out, and so do all that follow until the deadline is moved. A stream whose
// deadline passes while nothing is pending closes. One reader and one writer at a time. Owned by
// whoever opened or accepted it; destroyed only when no operation is pending.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include "base/failure.hpp"
#include "base/time.hpp"
#include "wire/proxy.hpp"

namespace trainwatch::io {

template <class T>
using task = boost::asio::awaitable<T>;

class interruption;

class byte_stream {
public:
    virtual ~byte_stream() = default;

    // From now on, in time of the steady clock; nanoseconds::max() is never. Cheap: call it for
    // every request. A new stream has what connect() had left, or 10 s from accept().
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
    // With TLS a tunnel through it (CONNECT), and the name is looked up by the proxy alone; plain,
    // the connection is one to the proxy, which wants its targets in absolute form.
    std::optional<wire::proxy_server> proxy{};
};

// What a client trusts. Made once a connection in the configuration; shares TLS sessions.
class tls_client_context;
struct tls_client_options {
    // Path of a PEM file, or of a folder with hashed names (openssl rehash); empty: the system's.
    std::string ca_bundle{};
    // PEM files, both or none: what is shown to a server that asks who we are. They are read for
    // each handshake, so that a renewed certificate needs no reload.
    std::string certificate_file{};
    std::string private_key_file{};
    std::string server_name{};  // to ask for and to verify; empty: the peer's host
    bool is_verified = true;
    bool needs_tls_1_3 = false;
    bool avoids_tls_1_3 = false;
    // Which keys of the configuration a cure names: a receiver's tls_config, or a connection's.
    bool is_of_receiver = false;
};
// Failure: internal, naming the file.
result<std::shared_ptr<tls_client_context>> create_tls_client_context(tls_client_options options);
result<std::shared_ptr<tls_client_context>> create_tls_client_context(const std::string& ca_bundle);
// Whether there is anything to trust: a system may lack its certificates. Failure: internal, with
// the cure. For whoever is going to speak TLS, at start.
result<void> check_trust(const tls_client_context& context);

// Resolves, connects to the addresses side by side (proto/address_race), opens the tunnel where
// there is a proxy, and does the TLS handshake (SNI, host name or address verified, TLS >= 1.2).
// `tls` may be null when the peer is plain. Failures: `transient` for the network's and the
// protocol's, `denied` for a certificate that is not accepted and a proxy that refuses. `by`, where
// there is one, outlives the call and ends it at any stage.
task<result<std::unique_ptr<byte_stream>>> connect(
    peer to, std::shared_ptr<tls_client_context> tls, nanoseconds within, interruption* by = nullptr
);

class listener {
public:
    virtual ~listener() = default;
    virtual std::uint16_t port() const = 0;
    // Does not wait for the TLS handshake, which happens in the stream's first read: a slow peer
    // keeps nobody else from being accepted. Failure: internal (closed, or out of descriptors).
    virtual task<result<std::unique_ptr<byte_stream>>> accept() = 0;
    virtual void close() = 0;
};

struct listen_options {
    std::string address = "127.0.0.1";  // an address, or empty for all of both families
    std::uint16_t port = 0;             // 0: a free one
    // PEM files; empty: plain.
    std::string certificate_file{};
    std::string private_key_file{};
};

result<std::unique_ptr<listener>> listen(
    const boost::asio::any_io_executor& executor, const listen_options& options
);

}  // namespace trainwatch::io
