// Where a service lives: region -> URL, by AWS' partitions.
//
// Source: the endpoint rule sets of the SDKs. FIPS, dualstack and the services sections follow.
#pragma once

#include <string_view>

#include "base/failure.hpp"
#include "wire/url.hpp"

namespace trainwatch::wire {

// `region` is checked as a DNS label before it becomes part of a host name.
result<url> sagemaker_endpoint(std::string_view region);

}  // namespace trainwatch::wire
