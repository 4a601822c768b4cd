// What SageMaker's awsJson1.1 calls have in common: the request around a body, and what a status
// other than 200 or a body that cannot be used means. Private to wire/.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "base/failure.hpp"
#include "wire/aws_error.hpp"
#include "wire/http_message.hpp"

namespace trainwatch::wire {

// POST / with X-Amz-Target SageMaker.OPERATION; `host` as it is sent and signed.
http_request sagemaker_request(
    std::string_view host, std::string_view operation, std::string json_body
);

// A JSON text with its quotes.
std::string json_quoted(std::string_view text);

// `detail` is one line for people.
failure malformed_answer(std::string detail);

// 200 -> decode(body), anything else -> decode_aws_error. A 200 that cannot be used keeps its
// request id, so that AWS can be asked about it.
template <class Decode>
auto read_sagemaker_answer(const http_response& response, Decode decode)
    -> decltype(decode(std::string_view(response.body))) {
    if (response.status != 200) return decode_aws_error(response);
    auto seen = decode(std::string_view(response.body));
    if (seen) return seen;
    failure error = seen.error();
    error.request_id = std::string(find_header(response.headers, "x-amzn-RequestId"));
    return error;
}

}  // namespace trainwatch::wire
