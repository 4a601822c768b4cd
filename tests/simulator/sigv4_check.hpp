// Is a request signed as AWS wants it? If not, the error that AWS would answer.
//
// Source: "Troubleshooting Signature Version 4" in the IAM User Guide for the messages. The
// signature is computed by wire/sigv4's stages from the headers that the caller says it signed.
#pragma once

#include <set>
#include <string>

#include "tests/simulator/api_error.hpp"
#include "wire/http_message.hpp"
#include "wire/sigv4.hpp"

namespace trainwatch::simulator {

struct caller {
    std::string region{};  // as the credential scope says
};

class sigv4_check {
public:
    sigv4_check(wire::aws_credentials keys, std::set<std::string> regions);

    // `now` is the service's clock.
    api_result<caller> verify(const wire::http_request& request, wall_time now);

    const wire::aws_credentials& keys() const { return keys_; }
    const std::set<std::string>& regions() const { return regions_; }

private:
    wire::aws_credentials keys_;
    std::set<std::string> regions_;
    wire::signing_key_cache cache_{};
};

}  // namespace trainwatch::simulator
