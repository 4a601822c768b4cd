// What AWS' SDKs put on every call beside its signature: an id that AWS support finds it by, and
// which attempt it is.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/random.hpp"
#include "base/time.hpp"
#include "wire/http_message.hpp"

namespace trainwatch::io {

// From OpenSSL's generator.
std::uint64_t random_seed();

// A UUID of version 4 (RFC 9562).
std::string invocation_id(random_source& random);

struct attempt_facts {
    int attempt = 1;
    int most = 1;
    // On AWS' clock, once it is known: it may drop what nobody waits for any more.
    std::optional<wall_time> end{};
};

// Adds amz-sdk-invocation-id and amz-sdk-request; before signing, both are signed.
void introduce(wire::http_request& request, const std::string& id, const attempt_facts& facts);

}  // namespace trainwatch::io
