#include "tests/simulator/page_token.hpp"

#include <array>
#include <charconv>
#include <vector>

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "base/text.hpp"

namespace trainwatch::simulator {
namespace {

// Not a secret: it keeps clients from building tokens, or from mixing them up, unnoticed.
constexpr std::string_view seal_key = "sagemaker-sim page token 1";

std::string seal(std::string_view text, std::string_view binding) {
    const auto message = std::string(text) + '\n' + std::string(binding);
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned int length = 0;
    HMAC(
        EVP_sha256(),
        seal_key.data(),
        static_cast<int>(seal_key.size()),
        reinterpret_cast<const unsigned char*>(message.data()),
        message.size(),
        digest.data(),
        &length
    );
    return hex({digest.data(), 16});
}

std::string base64(std::string_view text) {
    std::string out(4 * ((text.size() + 2) / 3) + 1, '\0');
    const auto* from = reinterpret_cast<const unsigned char*>(text.data());
    auto* into = reinterpret_cast<unsigned char*>(out.data());
    const auto length = EVP_EncodeBlock(into, from, static_cast<int>(text.size()));
    out.resize(static_cast<std::size_t>(length));
    return out;
}

std::optional<std::string> from_base64(std::string_view text) {
    if (text.empty() || text.size() % 4 != 0) return std::nullopt;
    std::string out(text.size() / 4 * 3 + 1, '\0');
    const auto* from = reinterpret_cast<const unsigned char*>(text.data());
    auto* into = reinterpret_cast<unsigned char*>(out.data());
    const auto length = EVP_DecodeBlock(into, from, static_cast<int>(text.size()));
    if (length < 0) return std::nullopt;
    // The decoder counts the padding as zero bytes.
    std::size_t padding = 0;
    while (padding < 2 && text[text.size() - 1 - padding] == '=')
        ++padding;
    out.resize(static_cast<std::size_t>(length) - padding);
    return out;
}

}  // namespace

std::string write_page_token(const page_position& position, std::string_view binding) {
    const auto text = std::to_string(position.time) + ' ' + position.status + ' ' + position.name;
    return base64(seal(text, binding) + ' ' + text);
}

std::optional<page_position> read_page_token(std::string_view token, std::string_view binding) {
    const auto sealed = from_base64(token);
    if (!sealed || sealed->size() < 33) return std::nullopt;
    const auto text = std::string_view(*sealed).substr(33);
    if (seal(text, binding) + ' ' != sealed->substr(0, 33)) return std::nullopt;
    const auto first = text.find(' ');
    const auto second = text.find(' ', first + 1);
    if (first == std::string_view::npos || second == std::string_view::npos) return std::nullopt;
    page_position position;
    std::from_chars(text.data(), text.data() + first, position.time);
    position.status = text.substr(first + 1, second - first - 1);
    position.name = text.substr(second + 1);
    return position;
}

}  // namespace trainwatch::simulator
