#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include <openssl/conf.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include "base/check.hpp"
#include "io/tls.hpp"

namespace trainwatch::io {

namespace {

// What both sides share.
tls_settings create_settings(const SSL_METHOD* method) {
    tls_settings settings(SSL_CTX_new(method));
    CHECK(settings != nullptr);
    SSL_CTX_set_min_proto_version(settings.get(), TLS1_2_VERSION);
    // A peer that closes without close_notify after a whole answer did nothing wrong; an answer
    // cut short is found by HTTP.
    SSL_CTX_set_options(
        settings.get(),
        SSL_OP_IGNORE_UNEXPECTED_EOF | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION
    );
    // Idle connections give their 34 KB back; a busy one reads a whole record by one call.
    SSL_CTX_set_mode(
        settings.get(),
        SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
            SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER
    );
    SSL_CTX_set_read_ahead(settings.get(), 1);
    return settings;
}

failure unusable(const std::string& what) {
    return {.kind = error_class::internal, .detail = what};
}

int keep_new_session(SSL* connection, SSL_SESSION* session) {
    auto* const context =
        static_cast<tls_client_context*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(connection)));
    const auto* const call = static_cast<const tls_client_call*>(SSL_get_app_data(connection));
    if (context == nullptr || call == nullptr) return 0;
    context->keep(call->session_name, tls_session(session));
    return 1;  // the reference is ours now
}

// Only takes notes: what is accepted stays OpenSSL's decision.
int note_verdict(int accepted, X509_STORE_CTX* verdict) {
    if (accepted == 1) return accepted;
    const auto* const connection =
        static_cast<SSL*>(X509_STORE_CTX_get_ex_data(verdict, SSL_get_ex_data_X509_STORE_CTX_idx())
        );
    auto* const call = static_cast<tls_client_call*>(SSL_get_app_data(connection));
    // Who does not verify goes on in spite of it.
    if (call != nullptr && call->context->options().is_verified) {
        call->rejection = explain_rejection(*call, verdict);
    }
    return accepted;
}

bool has_certificates(SSL_CTX* settings) {
    auto* const objects = X509_STORE_get0_objects(SSL_CTX_get_cert_store(settings));
    for (int i = 0; i < sk_X509_OBJECT_num(objects); ++i) {
        if (X509_OBJECT_get_type(sk_X509_OBJECT_value(objects, i)) == X509_LU_X509) return true;
    }
    return false;
}

// The names by which OpenSSL finds a certificate in a folder: "5ad8a5d6.0".
bool holds_hashed_certificates(const std::string& folder) {
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator(folder, ignored)) {
        const std::string name = entry.path().filename().string();
        const bool hashed = name.size() > 9 && name[8] == '.' &&
            name.find_first_not_of("0123456789abcdef") == 8 &&
            name.find_first_not_of("0123456789", 9) == std::string::npos;
        if (hashed) return true;
    }
    return false;
}

bool trusts_nothing(SSL_CTX* settings) {
    if (has_certificates(settings)) return false;
    // OpenSSL looks into these only when it needs a certificate. The first is its own variable
    // SSL_CERT_DIR, read as its configuration reads variables.
    const char* const said = NCONF_get_string(nullptr, "ENV", X509_get_default_cert_dir_env());
    ERR_clear_error();
    const std::string folders = said != nullptr ? said : X509_get_default_cert_dir();
    for (std::size_t at = 0; at <= folders.size();) {
        const auto end = std::min(folders.find(':', at), folders.size());
        if (holds_hashed_certificates(folders.substr(at, end - at))) return false;
        at = end + 1;
    }
    return true;
}

// `key`: the configuration's word for it.
result<void> load_bundle(SSL_CTX* settings, const std::string& key, const std::string& ca_bundle) {
    const std::string name = key + " " + ca_bundle + ": ";
    std::error_code ignored;
    if (std::filesystem::is_directory(ca_bundle, ignored)) {
        if (!holds_hashed_certificates(ca_bundle)) {
            return unusable(name + "holds no certificate by its hash (openssl rehash)");
        }
        if (SSL_CTX_load_verify_dir(settings, ca_bundle.c_str()) == 1) return {};
        return unusable(name + take_tls_error("cannot be read"));
    }
    if (SSL_CTX_load_verify_file(settings, ca_bundle.c_str()) != 1) {
        return unusable(name + take_tls_error("cannot be read"));
    }
    if (has_certificates(settings)) return {};
    return unusable(name + "holds no certificate");
}

}  // namespace

void tls_free::operator()(SSL* value) const {
    SSL_free(value);
}
void tls_free::operator()(SSL_CTX* value) const {
    SSL_CTX_free(value);
}
void tls_free::operator()(SSL_SESSION* value) const {
    SSL_SESSION_free(value);
}

std::string take_tls_error(std::string_view otherwise) {
    const unsigned long code = ERR_peek_last_error();
    const char* const reason = code == 0 ? nullptr : ERR_reason_error_string(code);
    ERR_clear_error();
    return reason == nullptr ? std::string(otherwise) : std::string(reason);
}

tls_client_context::tls_client_context(tls_settings settings, tls_client_options options)
    : settings_(std::move(settings)), options_(std::move(options)) {
    SSL_CTX_set_app_data(settings_.get(), this);
    SSL_CTX_set_session_cache_mode(
        settings_.get(), SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL
    );
    SSL_CTX_sess_set_new_cb(settings_.get(), keep_new_session);
}

tls_client_context::~tls_client_context() {
    SSL_CTX_set_app_data(settings_.get(), nullptr);
}

SSL_SESSION* tls_client_context::session(const std::string& name) const {
    const auto found = sessions_.find(name);
    return found == sessions_.end() ? nullptr : found->second.get();
}

void tls_client_context::keep(const std::string& name, tls_session session) {
    sessions_.insert_or_assign(name, std::move(session));
}

void tls_client_context::forget(const std::string& name) {
    sessions_.erase(name);
}

result<std::shared_ptr<tls_client_context>> create_tls_client_context(tls_client_options options) {
    tls_settings settings = create_settings(TLS_client_method());
    SSL_CTX* const made = settings.get();
    if (options.needs_tls_1_3) SSL_CTX_set_min_proto_version(made, TLS1_3_VERSION);
    if (options.avoids_tls_1_3) SSL_CTX_set_max_proto_version(made, TLS1_2_VERSION);
    SSL_CTX_set_verify(made, options.is_verified ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, note_verdict);
    SSL_CTX_set_cert_cb(made, show_client_identity, nullptr);
    ask_for_no_passphrase(made);
    ERR_clear_error();
    const std::string key = options.is_of_receiver ? "ca_file" : "ca_bundle";
    if (options.ca_bundle.empty()) {
        // Succeeds even where nothing is found: check_trust() tells.
        SSL_CTX_set_default_verify_paths(made);
    } else if (const auto loaded = load_bundle(made, key, options.ca_bundle); !loaded) {
        return loaded.error();
    }
    // Only to see that they are good: each handshake takes them anew.
    if (!options.certificate_file.empty()) {
        const auto loaded = load_client_identity(options, made, nullptr);
        if (!loaded) return loaded.error();
    }
    ERR_clear_error();
    return std::make_shared<tls_client_context>(std::move(settings), std::move(options));
}

result<std::shared_ptr<tls_client_context>> create_tls_client_context(const std::string& ca_bundle
) {
    tls_client_options options;
    options.ca_bundle = ca_bundle;
    return create_tls_client_context(std::move(options));
}

result<void> check_trust(const tls_client_context& context) {
    const tls_client_options& options = context.options();
    if (!options.is_verified || !options.ca_bundle.empty()) return {};
    if (!trusts_nothing(context.settings())) return {};
    return failure{
        .kind = error_class::internal,
        .detail = "this system has no certificates to trust",
        .cure = std::string("install the package ca-certificates, or set ") +
            (options.is_of_receiver ? "tls_config.ca_file" : "ca_bundle (AWS_CA_BUNDLE)"),
    };
}

result<std::shared_ptr<tls_server_context>> create_tls_server_context(
    const std::string& certificate_file, const std::string& private_key_file
) {
    tls_settings settings = create_settings(TLS_server_method());
    ERR_clear_error();
    if (SSL_CTX_use_certificate_chain_file(settings.get(), certificate_file.c_str()) != 1) {
        return unusable(
            "certificate file " + certificate_file + ": " + take_tls_error("cannot be read")
        );
    }
    const char* const key = private_key_file.c_str();
    if (SSL_CTX_use_PrivateKey_file(settings.get(), key, SSL_FILETYPE_PEM) != 1) {
        return unusable(
            "private key file " + private_key_file + ": " + take_tls_error("cannot be read")
        );
    }
    constexpr unsigned char id[] = "trainwatch";
    SSL_CTX_set_session_id_context(settings.get(), id, sizeof id - 1);
    return std::make_shared<tls_server_context>(std::move(settings));
}

}  // namespace trainwatch::io
