// An error of the API as a document: application/problem+json.
//
// Source: RFC 9457. The type is about:blank, so the title is HTTP's phrase for the status; what is
// wrong and what would be right stands in `detail` and, for parameters, one by one in `errors`.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "wire/http_message.hpp"

namespace trainwatch::wire {

struct parameter_error {
    std::string parameter{};
    std::string detail{};  // what is wrong with it, and what is allowed

    bool operator==(const parameter_error&) const = default;
};

// `instance`: the target of the request.
http_response problem_answer(int status, std::string_view detail, std::string_view instance);

// 400, with each error.
http_response bad_parameters_answer(
    const std::vector<parameter_error>& errors, std::string_view instance
);

}  // namespace trainwatch::wire
