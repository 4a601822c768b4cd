#include <cstddef>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "io/tls.hpp"

namespace trainwatch::io {

namespace {

// Nobody is there to be asked for a passphrase; OpenSSL would ask on the terminal.
int no_passphrase(char* /*buffer*/, int /*size*/, int /*writing*/, void* /*data*/) {
    return -1;
}

failure unusable(const std::string& key, const std::string& file, std::string_view otherwise) {
    return {
        .kind = error_class::internal,
        .detail = key + " " + file + ": " + take_tls_error(otherwise),
        .cure =
            "see that both files are PEM and belong together, and that the key has no "
            "passphrase",
    };
}

}  // namespace

result<void> load_client_identity(
    const tls_client_options& options, SSL_CTX* settings, SSL* connection
) {
    const char* const certificate = options.certificate_file.c_str();
    const char* const key = options.private_key_file.c_str();
    ERR_clear_error();
    // The certificate comes first: a key that is not its own is refused then.
    const int shown = connection != nullptr
        ? SSL_use_certificate_chain_file(connection, certificate)
        : SSL_CTX_use_certificate_chain_file(settings, certificate);
    if (shown != 1) return unusable("cert_file", options.certificate_file, "cannot be read");
    const int kept = connection != nullptr
        ? SSL_use_PrivateKey_file(connection, key, SSL_FILETYPE_PEM)
        : SSL_CTX_use_PrivateKey_file(settings, key, SSL_FILETYPE_PEM);
    if (kept != 1) return unusable("key_file", options.private_key_file, "cannot be read");
    return {};
}

int show_client_identity(SSL* connection, void* /*data*/) {
    auto* const call = static_cast<tls_client_call*>(SSL_get_app_data(connection));
    if (call == nullptr) return 1;
    call->is_asked_who = true;
    const tls_client_options& options = call->context->options();
    if (options.certificate_file.empty()) return 1;
    const auto loaded = load_client_identity(options, nullptr, connection);
    if (loaded) return 1;
    call->rejection = {loaded.error().detail, loaded.error().cure};
    return 0;
}

void ask_for_no_passphrase(SSL_CTX* settings) {
    SSL_CTX_set_default_passwd_cb(settings, no_passphrase);
}

}  // namespace trainwatch::io
