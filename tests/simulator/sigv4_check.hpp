// Is a request signed as AWS wants it? If not, the error that AWS would answer.
//
// Source: "Troubleshooting Signature Version 4" in the IAM User Guide for the messages. The
// signature is computed by wire/sigv4's stages from the headers that the caller says it signed.
#pragma once

#include <set>
#include <string>
#include <string_view>

#include "tests/simulator/api_error.hpp"
#include "tests/simulator/key_ring.hpp"
#include "wire/http_message.hpp"
#include "wire/sigv4.hpp"

namespace trainwatch::simulator {

struct caller {
    std::string region{};            // as the credential scope says
    const known_key* key = nullptr;  // of the ring
};

class sigv4_check {
public:
    // `keys` outlives it.
    sigv4_check(key_ring& keys, std::set<std::string> regions);

    // `now` is the service's clock. The errors are in SageMaker's words, those of JSON services.
    api_result<caller> verify(
        const wire::http_request& request, wall_time now, std::string_view service = "sagemaker"
    );

    const std::set<std::string>& regions() const { return regions_; }

private:
    key_ring& keys_;
    std::set<std::string> regions_;
    wire::signing_key_cache cache_{};
};

}  // namespace trainwatch::simulator
