// The target of a request, taken apart: path by path and parameter by parameter, decoded.
//
// Source: RFC 3986, and the form encoding of HTML for '+' in a query (Boost.URL inside). A slash
// that is written as %2F does not divide a path.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/failure.hpp"

namespace trainwatch::wire {

using parameter_list = std::vector<std::pair<std::string, std::string>>;  // in order

struct request_target {
    std::vector<std::string> path{};  // "/api/v1" -> {"api", "v1"}; "/" -> {}
    parameter_list parameters{};

    bool operator==(const request_target&) const = default;
};

// `rejected` when it is no origin form (path and query).
result<request_target> parse_request_target(std::string_view target);

// The other way: "/api/v1/jobs/a%20b?x=1". `path` has no encoding yet.
std::string format_request_target(const request_target& target);

}  // namespace trainwatch::wire
