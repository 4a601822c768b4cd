#include "tests/simulator/certificates.hpp"

#include <filesystem>
#include <memory>
#include <system_error>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>

namespace trainwatch::simulator {
namespace {

template <auto Free>
struct freed_by {
    template <class T>
    void operator()(T* pointer) const {
        Free(pointer);
    }
};
using key_pointer = std::unique_ptr<EVP_PKEY, freed_by<EVP_PKEY_free>>;
using certificate_pointer = std::unique_ptr<X509, freed_by<X509_free>>;
using file_pointer = std::unique_ptr<BIO, freed_by<BIO_free_all>>;

constexpr long day = 24L * 3600L;

struct identity {
    key_pointer key{};
    certificate_pointer certificate{};
};

failure failed(const std::string& what) {
    const auto code = ERR_get_error();
    const char* reason = code == 0 ? nullptr : ERR_reason_error_string(code);
    auto detail = what + (reason == nullptr ? "" : std::string(": ") + reason);
    return {.kind = error_class::internal, .detail = std::move(detail)};
}

bool add_extension(X509* certificate, X509* issuer, int kind, const std::string& value) {
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
    auto* extension = X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str());
    if (extension == nullptr) return false;
    const bool added = X509_add_ext(certificate, extension, -1) == 1;
    X509_EXTENSION_free(extension);
    return added;
}

bool set_serial(X509* certificate) {
    unsigned char bytes[8];
    if (RAND_bytes(bytes, sizeof bytes) != 1) return false;
    std::uint64_t serial = 0;
    for (const auto byte : bytes)
        serial = (serial << 8U) | byte;
    return ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), serial >> 1U) == 1;
}

// Valid from yesterday, so that a client with a slow clock can use it.
identity unsigned_identity(const std::string& name, long days) {
    identity made{
        .key = key_pointer(EVP_EC_gen("P-256")), .certificate = certificate_pointer(X509_new())};
    auto* certificate = made.certificate.get();
    if (made.key == nullptr || certificate == nullptr) return {};
    auto* subject = X509_get_subject_name(certificate);
    const auto* text = reinterpret_cast<const unsigned char*>(name.c_str());
    const bool good = X509_set_version(certificate, X509_VERSION_3) == 1 &&
        set_serial(certificate) &&
        X509_gmtime_adj(X509_getm_notBefore(certificate), -day) != nullptr &&
        X509_gmtime_adj(X509_getm_notAfter(certificate), days * day) != nullptr &&
        X509_set_pubkey(certificate, made.key.get()) == 1 &&
        X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, text, -1, -1, 0) == 1;
    return good ? std::move(made) : identity{};
}

bool sign_by(identity& subject, const identity& issuer) {
    auto* certificate = subject.certificate.get();
    return X509_sign(certificate, issuer.key.get(), EVP_sha256()) > 0;
}

identity make_authority() {
    auto made = unsigned_identity("sagemaker-sim authority", 3650);
    auto* certificate = made.certificate.get();
    if (certificate == nullptr) return {};
    const bool good = X509_set_issuer_name(certificate, X509_get_subject_name(certificate)) == 1 &&
        add_extension(certificate, certificate, NID_basic_constraints, "critical,CA:TRUE") &&
        add_extension(certificate, certificate, NID_key_usage, "critical,keyCertSign,cRLSign") &&
        add_extension(certificate, certificate, NID_subject_key_identifier, "hash") &&
        sign_by(made, made);
    return good ? std::move(made) : identity{};
}

identity make_server(const identity& authority, const std::vector<std::string>& names) {
    std::string alternatives = "DNS:localhost,IP:127.0.0.1,IP:::1";
    for (const auto& name : names)
        alternatives += ",DNS:" + name;
    auto made = unsigned_identity("sagemaker-sim", 800);
    auto* certificate = made.certificate.get();
    if (certificate == nullptr) return {};
    auto* issuer = authority.certificate.get();
    const bool good = X509_set_issuer_name(certificate, X509_get_subject_name(issuer)) == 1 &&
        add_extension(certificate, issuer, NID_basic_constraints, "critical,CA:FALSE") &&
        add_extension(certificate, issuer, NID_key_usage, "critical,digitalSignature") &&
        add_extension(certificate, issuer, NID_ext_key_usage, "serverAuth") &&
        add_extension(certificate, issuer, NID_subject_key_identifier, "hash") &&
        add_extension(certificate, issuer, NID_authority_key_identifier, "keyid:always") &&
        add_extension(certificate, issuer, NID_subject_alt_name, alternatives) &&
        sign_by(made, authority);
    return good ? std::move(made) : identity{};
}

bool write_key(const std::string& path, const identity& of) {
    // Created for its owner alone; an older file keeps nothing of its mode.
    std::error_code ignored;
    std::filesystem::remove(path, ignored);
    const auto mask = ::umask(0077);
    const file_pointer file(BIO_new_file(path.c_str(), "w"));
    ::umask(mask);
    if (file == nullptr) return false;
    auto* key = of.key.get();
    return PEM_write_bio_PrivateKey(file.get(), key, nullptr, nullptr, 0, nullptr, nullptr) == 1;
}

bool write_certificate(const std::string& path, const identity& of) {
    const file_pointer file(BIO_new_file(path.c_str(), "w"));
    return file != nullptr && PEM_write_bio_X509(file.get(), of.certificate.get()) == 1;
}

// Empty when there is none, or when its two files do not belong together.
identity read_authority(const std::string& certificate_path, const std::string& key_path) {
    std::error_code ignored;
    if (!std::filesystem::exists(certificate_path, ignored)) return {};
    const file_pointer certificate_file(BIO_new_file(certificate_path.c_str(), "r"));
    const file_pointer key_file(BIO_new_file(key_path.c_str(), "r"));
    if (certificate_file == nullptr || key_file == nullptr) return {};
    identity read{
        .key = key_pointer(PEM_read_bio_PrivateKey(key_file.get(), nullptr, nullptr, nullptr)),
        .certificate =
            certificate_pointer(PEM_read_bio_X509(certificate_file.get(), nullptr, nullptr, nullptr)
            )};
    if (read.key == nullptr || read.certificate == nullptr) return {};
    if (X509_check_private_key(read.certificate.get(), read.key.get()) != 1) return {};
    return read;
}

}  // namespace

result<certificate_files> make_certificates(
    const std::string& directory, const std::vector<std::string>& names
) {
    std::error_code code;
    std::filesystem::create_directories(directory, code);
    const certificate_files files{
        .authority = directory + "/ca.pem",
        .certificate = directory + "/server.pem",
        .private_key = directory + "/server.key"};
    const auto authority_key = directory + "/ca.key";
    auto authority = read_authority(files.authority, authority_key);
    if (authority.certificate == nullptr) {
        authority = make_authority();
        if (authority.certificate == nullptr) return failed("making a certificate authority");
        if (!write_key(authority_key, authority) ||
            !write_certificate(files.authority, authority)) {
            return failed("writing into " + directory);
        }
    }
    const auto server = make_server(authority, names);
    if (server.certificate == nullptr) return failed("making a server certificate");
    if (!write_key(files.private_key, server) || !write_certificate(files.certificate, server)) {
        return failed("writing into " + directory);
    }
    return files;
}

}  // namespace trainwatch::simulator
