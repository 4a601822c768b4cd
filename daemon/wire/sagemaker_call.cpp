#include "wire/sagemaker_call.hpp"

#include <boost/json/serialize.hpp>

namespace trainwatch::wire {

http_request sagemaker_request(
    std::string_view host, std::string_view operation, std::string json_body
) {
    http_request request;
    request.method = "POST";
    request.target = "/";
    // Room for what signing adds. One by one: a braced list would be copied.
    request.headers.reserve(10);
    request.headers.emplace_back("Host", host);
    request.headers.emplace_back("Content-Type", "application/x-amz-json-1.1");
    request.headers.emplace_back("X-Amz-Target", "SageMaker." + std::string(operation));
    request.body = std::move(json_body);
    return request;
}

std::string json_quoted(std::string_view text) {
    return boost::json::serialize(boost::json::string_view(text.data(), text.size()));
}

failure malformed_answer(std::string detail) {
    failure error;
    error.kind = error_class::malformed;
    error.detail = std::move(detail);
    return error;
}

}  // namespace trainwatch::wire
