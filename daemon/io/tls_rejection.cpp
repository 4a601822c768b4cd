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

}  // namespace

std::string explain_rejection(const std::string& host, X509_STORE_CTX* verdict) {
    const int error = X509_STORE_CTX_get_error(verdict);
    X509* const certificate = X509_STORE_CTX_get_current_cert(verdict);
    const std::string whose = "certificate of " + host;
    const std::string reason = X509_verify_cert_error_string(error);
    if (certificate == nullptr) return whose + " is not accepted: " + reason;
    switch (error) {
        case X509_V_ERR_HOSTNAME_MISMATCH:
        case X509_V_ERR_IP_ADDRESS_MISMATCH:
            return whose + " is for another host: " + alternative_names(certificate);
        case X509_V_ERR_CERT_HAS_EXPIRED:
            return whose + " has expired on " + time_of(X509_get0_notAfter(certificate)) + " (" +
                name_of(X509_get_subject_name(certificate)) + ")";
        case X509_V_ERR_CERT_NOT_YET_VALID:
            return whose + " is not valid before " + time_of(X509_get0_notBefore(certificate)) +
                "; check this machine's clock";
        default:
            return whose + " is not trusted: " + reason + " (issuer " +
                name_of(X509_get_issuer_name(certificate)) + "); set ca_bundle";
    }
}

}  // namespace trainwatch::io
