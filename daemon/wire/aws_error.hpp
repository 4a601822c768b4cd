// What an answer other than a success means, whichever protocol of AWS it came by. Pure.
//
// Source: the errors of AWS JSON 1.0 and 1.1, REST JSON and query ("Common error types" of the
// API references, and the codes that the SDKs retry). The class is decided here, once, by code and
// then by status; the code itself stays in `failure::remote_code`.
#pragma once

#include <string>

#include "base/failure.hpp"
#include "wire/http_message.hpp"

namespace trainwatch::wire {

// As an answer of any protocol tells it; each member may be empty.
struct aws_error {
    std::string code{};
    std::string message{};
    std::string request_id{};

    bool operator==(const aws_error&) const = default;
};

// Status and headers are those of `response`; its body is not looked at. Never fails.
failure classify_aws_error(const aws_error& error, const http_response& response);

// Of JSON protocols: `__type`, else x-amzn-ErrorType, else x-amzn-query-error. An empty or HTML
// body leaves the status.
failure decode_aws_error(const http_response& response);

}  // namespace trainwatch::wire
