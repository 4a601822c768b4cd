#include "wire/training_job_tags.hpp"

#include <string>

#include "base/limits.hpp"
#include "wire/sagemaker_call.hpp"
#include "wire/training_job_reader.hpp"

namespace trainwatch::wire {

http_request encode_list_tags(std::string_view host, std::string_view arn) {
    return sagemaker_request(
        host,
        "ListTags",
        "{\"ResourceArn\":" + json_quoted(arn) +
            ",\"MaxResults\":" + std::to_string(limits::tags_asked_for) + "}"
    );
}

result<domain::label_map> decode_list_tags(std::string_view body) {
    if (body.size() > limits::answer_bytes_max) return malformed_answer("answer is too long");
    tag_list_answer answer;
    const auto error = read_tag_list(body, answer);
    if (error) return malformed_answer("answer is not a JSON object: " + error.message());
    domain::label_map tags;
    for (const auto& tag : answer.list.tags) {
        if (!tag.key || tag.key->empty()) continue;
        tags.emplace(*tag.key, tag.value.value_or(std::string_view()));
    }
    return tags;
}

result<domain::label_map> read_list_tags(const http_response& response) {
    return read_sagemaker_answer(response, decode_list_tags);
}

}  // namespace trainwatch::wire
