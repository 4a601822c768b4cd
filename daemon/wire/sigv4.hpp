// AWS Signature Version 4 in its three visible stages, each with its own text.
//
// Source: "Create a signed AWS API request" in the IAM User Guide. Header signing only; credentials
// and the time are arguments. The signing key of the last (secret, date, region, service) is kept
// in a `signing_key_cache`, which the caller owns.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <string_view>

#include "base/time.hpp"
#include "domain/credentials.hpp"
#include "wire/http_message.hpp"

namespace trainwatch::wire {

using domain::aws_credentials;

struct signing_scope {
    std::string region{};
    std::string service{};  // "sagemaker"

    bool operator==(const signing_scope&) const = default;
};

struct signing_options {
    bool normalize_path = true;       // all services but S3
    bool sign_body = false;           // adds and signs x-amz-content-sha256
    bool omit_session_token = false;  // the token travels, unsigned
};

// Stage 1. `request` carries Host, X-Amz-Date and every header that is to be signed.
std::string canonical_request(const http_request& request, const signing_options& options = {});
std::string signed_header_names(const http_request& request);
// Stage 2.
std::string string_to_sign(std::string_view canonical, wall_time now, const signing_scope& scope);

class signing_key_cache {
public:
    signing_key_cache();
    ~signing_key_cache();
    signing_key_cache(signing_key_cache&&) noexcept;
    signing_key_cache& operator=(signing_key_cache&&) noexcept;

    // Stage 3: 64 lower-case hexadecimal digits.
    std::string signature(
        std::string_view to_sign,
        wall_time now,
        const aws_credentials& keys,
        const signing_scope& scope
    );

private:
    class implementation;
    std::unique_ptr<implementation> self_;
};

// All three: adds X-Amz-Date, X-Amz-Security-Token and Authorization to a request that has Host.
void sign(
    http_request& request,
    wall_time now,
    const aws_credentials& keys,
    const signing_scope& scope,
    signing_key_cache& cache,
    const signing_options& options = {}
);

}  // namespace trainwatch::wire
