#include <memory>
#include <string>

#include <openssl/x509v3.h>

#include "io/tls.hpp"

namespace trainwatch::io {

namespace {

struct free_memory {
    void operator()(BIO* value) const { BIO_free(value); }
    void operator()(GENERAL_NAMES* value) const { GENERAL_NAMES_free(value); }
};
using memory = std::unique_ptr<BIO, free_memory>;

std::string text_of(const memory& written) {
    char* data = nullptr;
    const long size = BIO_get_mem_data(written.get(), &data);
    return size > 0 ? std::string(data, static_cast<std::size_t>(size)) : std::string();
}

// RFC 2253 escapes control characters: a hostile name stays one line.
std::string name_of(const X509_NAME* name) {
    const memory written(BIO_new(BIO_s_mem()));
    X509_NAME_print_ex(written.get(), name, 0, XN_FLAG_RFC2253);
    return text_of(written);
}

std::string time_of(const ASN1_TIME* time) {
    const memory written(BIO_new(BIO_s_mem()));
    ASN1_TIME_print(written.get(), time);
    return text_of(written);
}

std::string printable(std::string_view text) {
    std::string out;
    for (const char c : text)
        out += c > ' ' && c < 127 ? c : '?';
    return out;
}

// The first DNS names of a certificate, for "you reached the wrong host".
std::string alternative_names(X509* certificate) {
    const std::unique_ptr<GENERAL_NAMES, free_memory> names(static_cast<GENERAL_NAMES*>(
        X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)
    ));
    std::string out;
    int left = 3;
    for (int i = 0; i < sk_GENERAL_NAME_num(names.get()) && left > 0; ++i) {
        const GENERAL_NAME* const name = sk_GENERAL_NAME_value(names.get(), i);
        if (name->type != GEN_DNS) continue;
        const std::string_view text(
            reinterpret_cast<const char*>(ASN1_STRING_get0_data(name->d.dNSName)),
            static_cast<std::size_t>(ASN1_STRING_length(name->d.dNSName))
        );
        out += (out.empty() ? "" : ", ") + printable(text);
        --left;
    }
    return out.empty() ? name_of(X509_get_subject_name(certificate)) : out;
}

// Whose word decides, and what it takes for it to be another.
tls_rejection untrusted(const tls_client_call& call, std::string detail) {
    const tls_client_options& options = call.context->options();
    const std::string key = options.is_of_receiver ? "ca_file" : "ca_bundle";
    if (!options.ca_bundle.empty()) {
        return {
            detail + ", judged by " + key + " " + options.ca_bundle,
            "add the issuer's certificate to that bundle, which is used instead of the system's",
        };
    }
    if (const auto trust = check_trust(*call.context); !trust) {
        return {detail + "; " + trust.error().detail, trust.error().cure};
    }
    return {
        detail + ", judged by the system's certificates (no " + key + ")",
        "if that issuer is yours, name its PEM file in " +
            std::string(
                options.is_of_receiver ? "tls_config.ca_file" : "ca_bundle or AWS_CA_BUNDLE"
            ) +
            ", or add it to the system's (update-ca-certificates)",
    };
}

}  // namespace

// The server's word may come only after our own side of the handshake is done, or be lost with the
// connection.
tls_rejection explain_refusal(const tls_client_call& call, std::string detail) {
    const tls_client_options& options = call.context->options();
    if (options.certificate_file.empty()) {
        return {
            detail + "; it asked for a client certificate, and there is none",
            options.is_of_receiver ? "give it one: tls_config.cert_file and tls_config.key_file"
                                   : "connections have none to show: check endpoint_url, and where "
                                     "the name service leads",
        };
    }
    return {
        detail + "; it was shown the client certificate of " + options.certificate_file,
        "see that its issuer is trusted there, and that it has not expired",
    };
}

tls_rejection explain_rejection(const tls_client_call& call, X509_STORE_CTX* verdict) {
    const int error = X509_STORE_CTX_get_error(verdict);
    X509* const certificate = X509_STORE_CTX_get_current_cert(verdict);
    const std::string whose = "certificate of " + call.host;
    const std::string reason = X509_verify_cert_error_string(error);
    if (certificate == nullptr) return {whose + " is not accepted: " + reason, {}};
    const std::string subject = name_of(X509_get_subject_name(certificate));
    switch (error) {
        case X509_V_ERR_HOSTNAME_MISMATCH:
        case X509_V_ERR_IP_ADDRESS_MISMATCH:
            return {
                whose + " is for another host: " + alternative_names(certificate),
                call.context->options().is_of_receiver
                    ? "check the address, or give a name of its certificate as "
                      "tls_config.server_name"
                    : "check endpoint_url, and where the name service leads",
            };
        case X509_V_ERR_CERT_HAS_EXPIRED:
            return {
                whose + " has expired on " + time_of(X509_get0_notAfter(certificate)) + " (" +
                    subject + ")",
                "have it renewed there, unless this machine's clock is wrong",
            };
        case X509_V_ERR_CERT_NOT_YET_VALID:
            return {
                whose + " is not valid before " + time_of(X509_get0_notBefore(certificate)),
                "check this machine's clock",
            };
        default:
            return untrusted(
                call,
                whose + " is not trusted: " + reason + " (subject " + subject + ", issuer " +
                    name_of(X509_get_issuer_name(certificate)) + ")"
            );
    }
}

}  // namespace trainwatch::io
