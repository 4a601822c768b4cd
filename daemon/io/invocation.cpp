#include "io/invocation.hpp"

#include <array>

#include <openssl/rand.h>

#include "base/check.hpp"
#include "base/text.hpp"

namespace trainwatch::io {

std::uint64_t random_seed() {
    std::uint64_t seed = 0;
    CHECK(RAND_bytes(reinterpret_cast<unsigned char*>(&seed), sizeof seed) == 1);
    return seed;
}

std::string invocation_id(random_source& random) {
    std::array<unsigned char, 16> bytes{};
    for (std::size_t i = 0; i < bytes.size(); i += 8) {
        const std::uint64_t drawn = random.next();
        for (std::size_t k = 0; k < 8; ++k) {
            bytes[i + k] = static_cast<unsigned char>(drawn >> (8 * k));
        }
    }
    bytes[6] = (bytes[6] & 0x0FU) | 0x40U;
    bytes[8] = (bytes[8] & 0x3FU) | 0x80U;
    std::string id = hex(bytes);
    for (const std::size_t at : {8U, 13U, 18U, 23U})
        id.insert(at, 1, '-');
    return id;
}

void introduce(wire::http_request& request, const std::string& id, const attempt_facts& facts) {
    std::string attempt =
        "attempt=" + std::to_string(facts.attempt) + "; max=" + std::to_string(facts.most);
    if (facts.end) attempt = "ttl=" + iso8601_basic(*facts.end) + "; " + attempt;
    request.headers.emplace_back("amz-sdk-invocation-id", id);
    request.headers.emplace_back("amz-sdk-request", std::move(attempt));
}

}  // namespace trainwatch::io
