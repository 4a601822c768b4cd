// The Authorization header of SigV4, taken apart: AWS4-HMAC-SHA256 Credential=…, SignedHeaders=…,
// Signature=…. What cannot be taken apart becomes AWS' IncompleteSignatureException.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tests/simulator/api_error.hpp"

namespace trainwatch::simulator {

struct authorization {
    std::string access_key_id{};
    std::string date{};  // 20261124
    std::string region{};
    std::string service{};
    std::string terminator{};
    std::vector<std::string> signed_headers{};
    std::string signature{};

    bool operator==(const authorization&) const = default;
};

api_result<authorization> parse_authorization(std::string_view header, bool has_date);

}  // namespace trainwatch::simulator
