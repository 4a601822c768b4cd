// Keys and certificates for tests, made by OpenSSL when the test runs and gone with it.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

namespace trainwatch::io {

class temporary_folder {
public:
    temporary_folder() {
        std::string name = (std::filesystem::temp_directory_path() / "trainwatch-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
        path_ = name;
    }
    ~temporary_folder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    temporary_folder(const temporary_folder&) = delete;
    temporary_folder& operator=(const temporary_folder&) = delete;

    std::string file(const std::string& name) const { return (path_ / name).string(); }

private:
    std::filesystem::path path_{};
};

struct free_openssl {
    void operator()(EVP_PKEY* value) const { EVP_PKEY_free(value); }
    void operator()(X509* value) const { X509_free(value); }
};
using private_key = std::unique_ptr<EVP_PKEY, free_openssl>;
using certificate = std::unique_ptr<X509, free_openssl>;

struct certificate_wish {
    std::string common_name = "a test";
    std::string alternative_names{};  // "DNS:localhost,IP:127.0.0.1"
    long begins_in_seconds = -3600;
    long ends_in_seconds = 3600;
    bool authority = false;
};

struct identity {
    private_key key{};
    certificate cert{};
};

inline void add_extension(X509* cert, X509* issuer, int kind, const std::string& value) {
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, cert, nullptr, nullptr, 0);
    X509_EXTENSION* const made = X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str());
    if (made == nullptr) throw std::runtime_error("certificate extension " + value);
    X509_add_ext(cert, made, -1);
    X509_EXTENSION_free(made);
}

// Signed by `issuer`, or by itself.
inline identity make_identity(const certificate_wish& wish, const identity* issuer = nullptr) {
    static long serial = 1;
    identity made{private_key(EVP_EC_gen("P-256")), certificate(X509_new())};
    X509* const cert = made.cert.get();
    X509* const signer = issuer != nullptr ? issuer->cert.get() : cert;
    X509_set_version(cert, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(cert), ++serial);
    X509_gmtime_adj(X509_getm_notBefore(cert), wish.begins_in_seconds);
    X509_gmtime_adj(X509_getm_notAfter(cert), wish.ends_in_seconds);
    X509_set_pubkey(cert, made.key.get());
    const auto* const text = reinterpret_cast<const unsigned char*>(wish.common_name.c_str());
    X509_NAME_add_entry_by_txt(X509_get_subject_name(cert), "CN", MBSTRING_UTF8, text, -1, -1, 0);
    X509_set_issuer_name(cert, X509_get_subject_name(signer));
    add_extension(
        cert, signer, NID_basic_constraints, wish.authority ? "critical,CA:TRUE" : "CA:FALSE"
    );
    if (!wish.alternative_names.empty()) {
        add_extension(cert, signer, NID_subject_alt_name, wish.alternative_names);
    }
    X509_sign(cert, (issuer != nullptr ? issuer->key : made.key).get(), EVP_sha256());
    return made;
}

inline void write_certificate(const std::string& path, const identity& from) {
    std::FILE* const file = std::fopen(path.c_str(), "w");
    if (file == nullptr) throw std::runtime_error("cannot write " + path);
    PEM_write_X509(file, from.cert.get());
    std::fclose(file);
}

inline void write_key(const std::string& path, const identity& from) {
    std::FILE* const file = std::fopen(path.c_str(), "w");
    if (file == nullptr) throw std::runtime_error("cannot write " + path);
    PEM_write_PrivateKey(file, from.key.get(), nullptr, nullptr, 0, nullptr, nullptr);
    std::fclose(file);
}

// A CA of its own and a server certificate signed by it, as files.
struct test_authority {
    explicit test_authority(
        certificate_wish leaf = {.alternative_names = "DNS:localhost,IP:127.0.0.1"}
    )
        : ca(make_identity({.common_name = "test authority", .authority = true}))
        , server(make_identity(leaf, &ca)) {
        write_certificate(ca_file(), ca);
        write_certificate(certificate_file(), server);
        write_key(key_file(), server);
    }

    std::string ca_file() const { return folder.file("ca.pem"); }
    std::string certificate_file() const { return folder.file("server.pem"); }
    std::string key_file() const { return folder.file("server.key"); }

    temporary_folder folder{};
    identity ca;
    identity server;
};

}  // namespace trainwatch::io
