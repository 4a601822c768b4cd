// TLS over a non-blocking socket, by OpenSSL: what a client trusts, what a server shows, and the
// transport that both make. Nothing here waits; OpenSSL's headers stay in the .cpp files.
//
// Bytes go from SSL straight to the socket (no pair of memory buffers), one system call a record.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "base/failure.hpp"
#include "io/byte_stream.hpp"
#include "io/transport.hpp"

struct ssl_st;
struct ssl_ctx_st;
struct ssl_session_st;
struct bio_st;
struct x509_store_ctx_st;

namespace trainwatch::io {

struct tls_free {
    void operator()(ssl_st* value) const;
    void operator()(ssl_ctx_st* value) const;
    void operator()(ssl_session_st* value) const;
};
using tls_connection = std::unique_ptr<ssl_st, tls_free>;
using tls_settings = std::unique_ptr<ssl_ctx_st, tls_free>;
using tls_session = std::unique_ptr<ssl_session_st, tls_free>;

// Keeps the newest session of each peer: a resumed handshake costs about half a new one.
class tls_client_context {
public:
    tls_client_context(tls_settings settings, tls_client_options options);
    ~tls_client_context();
    tls_client_context(const tls_client_context&) = delete;
    tls_client_context& operator=(const tls_client_context&) = delete;

    ssl_ctx_st* settings() const { return settings_.get(); }
    const tls_client_options& options() const { return options_; }
    // Null when there is none.
    ssl_session_st* session(const std::string& name) const;
    void keep(const std::string& name, tls_session session);
    void forget(const std::string& name);

private:
    tls_settings settings_;
    const tls_client_options options_;
    std::map<std::string, tls_session> sessions_{};
};

class tls_server_context {
public:
    explicit tls_server_context(tls_settings settings) : settings_(std::move(settings)) {}
    ssl_ctx_st* settings() const { return settings_.get(); }

private:
    tls_settings settings_;
};

// PEM files, the chain with the leaf first. Failure: internal, naming the file.
result<std::shared_ptr<tls_server_context>> create_tls_server_context(
    const std::string& certificate_file, const std::string& private_key_file
);

// A certificate that is not accepted is `denied`: trying again does not help.
result<std::unique_ptr<transport>> create_tls_client_transport(
    int descriptor, const peer& to, std::shared_ptr<tls_client_context> context
);
// The handshake happens with the first read.
result<std::unique_ptr<transport>> create_tls_server_transport(
    int descriptor, std::shared_ptr<tls_server_context> context
);

// ---- shared by the tls_*.cpp files -------------------------------------------------------------

// What a BIO of ours reads and writes. OpenSSL's own socket BIO would raise SIGPIPE.
struct tls_socket {
    int descriptor = -1;
    int error = 0;  // errno of the call that failed for good
    bool ended = false;
};
// `socket` outlives it.
bio_st* create_tls_bio(tls_socket& socket);

// Why a certificate was not accepted: one line for people, and what they can do.
struct tls_rejection {
    std::string detail{};
    std::string cure{};
};
// What the callbacks of a client's handshake know of it (SSL_get_app_data).
struct tls_client_call {
    std::string host{};
    std::string session_name{};
    const tls_client_context* context = nullptr;
    tls_rejection rejection{};
    bool is_asked_who = false;  // the server wants to see a certificate of ours
};
// Takes both files into `connection` or, where that is null, into `settings`. The detail names the
// file that is wrong.
result<void> load_client_identity(
    const tls_client_options& options, ssl_ctx_st* settings, ssl_st* connection
);
// OpenSSL's callback for a server that asks who we are.
int show_client_identity(ssl_st* connection, void* data);
void ask_for_no_passphrase(ssl_ctx_st* settings);
tls_rejection explain_rejection(const tls_client_call& call, x509_store_ctx_st* verdict);

// `detail`, and what our own certificate may have to do with it, for a server that asked who we are
// and ended the connection before it said anything.
tls_rejection explain_refusal(const tls_client_call& call, std::string detail);

// The reason on top of OpenSSL's error queue, which is emptied; `otherwise` when it is empty.
std::string take_tls_error(std::string_view otherwise);

}  // namespace trainwatch::io
