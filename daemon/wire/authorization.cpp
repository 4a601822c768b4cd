#include "wire/authorization.hpp"

#include <array>
#include <cstddef>
#include <span>

#include <openssl/evp.h>

#include "base/check.hpp"
#include "base/text.hpp"

namespace trainwatch::wire {

std::string base64(std::string_view bytes) {
    // OpenSSL ends it with a zero.
    std::string encoded((bytes.size() + 2) / 3 * 4 + 1, '\0');
    const int size = EVP_EncodeBlock(
        reinterpret_cast<unsigned char*>(encoded.data()),
        reinterpret_cast<const unsigned char*>(bytes.data()),
        static_cast<int>(bytes.size())
    );
    encoded.resize(static_cast<std::size_t>(size));
    return encoded;
}

std::string basic_authorization(std::string_view user, std::string_view password) {
    return "Basic " + base64(std::string(user) + ":" + std::string(password));
}

std::string signature_of(std::string_view document, std::string_view secret) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    std::size_t size = 0;
    const auto* const made = EVP_Q_mac(
        nullptr,
        "HMAC",
        nullptr,
        "SHA256",
        nullptr,
        secret.data(),
        secret.size(),
        reinterpret_cast<const unsigned char*>(document.data()),
        document.size(),
        digest.data(),
        digest.size(),
        &size
    );
    CHECK(made != nullptr);
    return "sha256=" + hex(std::span(digest).first(size));
}

}  // namespace trainwatch::wire
