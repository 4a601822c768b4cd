// ListTags of one training job: the request, and the tags that the answer tells.
//
// One call has them all: a resource has at most fifty tags of its own, and a page is asked for
// that holds twice as many, for what AWS itself adds. A NextToken is therefore not followed.
#pragma once

#include <string_view>

#include "base/failure.hpp"
#include "domain/alert.hpp"
#include "wire/http_message.hpp"

namespace trainwatch::wire {

http_request encode_list_tags(std::string_view host, std::string_view arn);

// The answer of a 200: values by key. A job without tags has none; `malformed` when the answer is
// no JSON object.
result<domain::label_map> decode_list_tags(std::string_view body);

// 200 -> decode_list_tags, anything else -> decode_aws_error.
result<domain::label_map> read_list_tags(const http_response& response);

}  // namespace trainwatch::wire
