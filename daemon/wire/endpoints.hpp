// Where a service lives: region and switches -> URL and the region to sign for, by AWS' partitions.
//
// Source: the endpoint rule sets of the SDKs. A rule, not a list: regions that AWS adds work. The
// legacy global endpoint of STS is not used; every call goes to its region.
#pragma once

#include <string>
#include <string_view>

#include "base/failure.hpp"
#include "wire/url.hpp"

namespace trainwatch::wire {

// sso: the portal of IAM Identity Center.
enum class aws_service { sagemaker, sts, sqs, sso };

// "sagemaker": the key in a services section, and in upper case the end of AWS_ENDPOINT_URL_….
std::string_view service_id(aws_service service);

struct endpoint_request {
    std::string_view region{};
    bool fips = false;
    bool dualstack = false;
    std::string_view custom{};  // a URL that replaces AWS' own; its path is kept
};

struct service_endpoint {
    url where{};
    std::string signing_region{};

    bool operator==(const service_endpoint&) const = default;
};

// `rejected` with place and cure: no region, a region that is no DNS label (it becomes part of a
// host name), a custom URL that is none or together with FIPS or dualstack.
result<service_endpoint> endpoint_of(aws_service service, const endpoint_request& request);

// A password before an @, or a token in a query: such a URL is not repeated in a message.
bool may_hold_secret(std::string_view endpoint_url);

// "fips-us-east-1" and "us-east-1-fips" are us-east-1 with FIPS switched on.
struct plain_region {
    std::string region{};
    bool fips = false;

    bool operator==(const plain_region&) const = default;
};
plain_region without_fips(std::string_view region);

}  // namespace trainwatch::wire
