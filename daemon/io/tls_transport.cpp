#include <string>
#include <utility>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "io/tls.hpp"

namespace trainwatch::io {

namespace {

class tls_transport : public transport {
public:
    tls_transport(int descriptor, tls_connection connection)
        : socket_{.descriptor = descriptor}, connection_(std::move(connection)) {
        BIO* const bio = create_tls_bio(socket_);
        SSL_set_bio(connection_.get(), bio, bio);
    }

    ~tls_transport() override {
        // OpenSSL would take a connection that just ends for a reason to distrust its session.
        constexpr int orderly = SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN;
        if (!failed_) SSL_set_shutdown(connection_.get(), orderly);
    }

    attempt handshake() override {
        ERR_clear_error();
        const attempt tried = judge(SSL_do_handshake(connection_.get()), 0);
        const bool closed =
            tried.what == attempt::outcome::done && SSL_is_init_finished(connection_.get()) == 0;
        return closed ? fail("closed by the other side") : tried;
    }

    attempt read(std::span<char> into) override {
        ERR_clear_error();
        std::size_t size = 0;
        const int done = SSL_read_ex(connection_.get(), into.data(), into.size(), &size);
        return judge(done, size);
    }

    attempt write(std::string_view bytes) override {
        ERR_clear_error();
        std::size_t size = 0;
        const int done = SSL_write_ex(connection_.get(), bytes.data(), bytes.size(), &size);
        return judge(done, size);
    }

    void goodbye() override {
        if (failed_ || SSL_is_init_finished(connection_.get()) == 0) return;
        ERR_clear_error();
        SSL_shutdown(connection_.get());
    }

    bool buffered() const override { return SSL_has_pending(connection_.get()) == 1; }

    failure why(std::string_view doing) const override {
        return {
            .kind = error_class::transient,
            .code = code_,
            .detail = std::string(doing) + ": " + reason_,
        };
    }

protected:
    SSL* connection() const { return connection_.get(); }

private:
    attempt judge(int returned, std::size_t size) {
        if (returned == 1) return {attempt::outcome::done, size};
        switch (SSL_get_error(connection_.get(), returned)) {
            case SSL_ERROR_WANT_READ:
                return {attempt::outcome::wait_readable};
            case SSL_ERROR_WANT_WRITE:
                return {attempt::outcome::wait_writable};
            case SSL_ERROR_ZERO_RETURN:
                return {attempt::outcome::done, 0};
            default:
                return fail("closed by the other side");
        }
    }

    attempt fail(const char* otherwise) {
        failed_ = true;
        if (socket_.error != 0) {
            code_.assign(socket_.error, boost::system::system_category());
            reason_ = code_.message();
        } else {
            code_ = make_error_code(boost::system::errc::protocol_error);
            reason_ = take_tls_error(otherwise);
        }
        ERR_clear_error();
        return {attempt::outcome::failed};
    }

    tls_socket socket_;
    tls_connection connection_;
    boost::system::error_code code_{};
    std::string reason_{};
    bool failed_ = false;
};

class tls_server_transport final : public tls_transport {
public:
    tls_server_transport(
        int descriptor, tls_connection connection, std::shared_ptr<tls_server_context> context
    )
        : tls_transport(descriptor, std::move(connection)), context_(std::move(context)) {
        SSL_set_accept_state(this->connection());
    }

private:
    std::shared_ptr<tls_server_context> context_;
};

class tls_client_transport final : public tls_transport {
public:
    tls_client_transport(
        int descriptor,
        tls_connection connection,
        const peer& to,
        std::shared_ptr<tls_client_context> context
    )
        : tls_transport(descriptor, std::move(connection))
        , context_(std::move(context))
        , call_{
              .host = verified_name(to),
              .session_name = session_name(to),
              .context = context_.get()} {
        SSL_set_app_data(this->connection(), &call_);
        SSL_set_connect_state(this->connection());
        verify(call_.host);
        if (auto* const known = context_->session(call_.session_name)) {
            SSL_set_session(this->connection(), known);
        }
    }

    ~tls_client_transport() override { SSL_set_app_data(connection(), nullptr); }

    attempt handshake() override {
        const attempt tried = tls_transport::handshake();
        // Should it have been the session's fault, the next attempt starts without.
        if (tried.what == attempt::outcome::failed) context_->forget(call_.session_name);
        return tried;
    }

    attempt read(std::span<char> into) override {
        const attempt tried = tls_transport::read(into);
        has_heard_ = has_heard_ || (tried.what == attempt::outcome::done && tried.size > 0);
        return tried;
    }

    failure why(std::string_view doing) const override {
        failure error = tls_transport::why(doing);
        if (!call_.rejection.detail.empty()) {
            error.kind = error_class::denied;
            error.detail = call_.rejection.detail;
            error.cure = call_.rejection.cure;
        } else if (call_.is_asked_who && !has_heard_) {
            tls_rejection refusal = explain_refusal(call_, std::move(error.detail));
            error.detail = std::move(refusal.detail);
            error.cure = std::move(refusal.cure);
        }
        return error;
    }

private:
    // What answers through one proxy need not be what answers through another.
    static std::string session_name(const peer& to) {
        const std::string name = to.host + ' ' + std::to_string(to.port);
        return to.proxy ? name + ' ' + to.proxy->name() : name;
    }

    std::string verified_name(const peer& to) const {
        const std::string& given = context_->options().server_name;
        return given.empty() ? to.host : given;
    }

    // Addresses are looked for among the certificate's addresses and get no SNI (RFC 6066).
    void verify(const std::string& host) {
        X509_VERIFY_PARAM* const rules = SSL_get0_param(connection());
        if (X509_VERIFY_PARAM_set1_ip_asc(rules, host.c_str()) == 1) return;
        ERR_clear_error();
        X509_VERIFY_PARAM_set_hostflags(rules, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
        X509_VERIFY_PARAM_set1_host(rules, host.data(), host.size());
        SSL_set_tlsext_host_name(connection(), host.c_str());
    }

    std::shared_ptr<tls_client_context> context_;
    tls_client_call call_;
    bool has_heard_ = false;
};

// Null only without memory.
result<tls_connection> create_connection(SSL_CTX* settings) {
    tls_connection connection(SSL_new(settings));
    if (connection != nullptr) return connection;
    return failure{.kind = error_class::internal, .detail = take_tls_error("no TLS connection")};
}

}  // namespace

result<std::unique_ptr<transport>> create_tls_client_transport(
    int descriptor, const peer& to, std::shared_ptr<tls_client_context> context
) {
    auto connection = create_connection(context->settings());
    if (!connection) return connection.error();
    return std::make_unique<tls_client_transport>(
        descriptor, std::move(*connection), to, std::move(context)
    );
}

result<std::unique_ptr<transport>> create_tls_server_transport(
    int descriptor, std::shared_ptr<tls_server_context> context
) {
    auto connection = create_connection(context->settings());
    if (!connection) return connection.error();
    return std::make_unique<tls_server_transport>(
        descriptor, std::move(*connection), std::move(context)
    );
}

}  // namespace trainwatch::io
