#include "wire/credential_documents.hpp"

#include <cmath>
#include <cstdint>
#include <utility>

#include <boost/json.hpp>

#include "base/limits.hpp"
#include "base/text.hpp"
#include "wire/aws_error.hpp"
#include "wire/credential_values.hpp"

namespace trainwatch::wire {
namespace {

namespace json = boost::json;

constexpr std::string_view container = "the container credential service";
constexpr std::string_view container_answer = "the answer of the container credential service";
constexpr std::string_view instance_answer = "the answer of the instance metadata service";
constexpr std::string_view process_output = "the output of the credential process";
constexpr std::string_view sso_file = "the SSO token file";
constexpr std::string_view portal = "the SSO portal";
constexpr std::string_view portal_answer = "the answer of the SSO portal";

result<json::object> read_object(std::string_view text, std::string_view document) {
    if (text.size() > limits::credential_document_bytes_max) {
        return malformed_document(document, "is longer than credentials are");
    }
    boost::system::error_code broken;
    auto value = json::parse(json::string_view(text.data(), text.size()), broken);
    if (broken) return malformed_document(document, "is not JSON");
    if (!value.is_object()) return malformed_document(document, "is not a JSON object");
    return std::move(value.get_object());
}

// The name as it is documented wins over another spelling of it.
const json::value* find(const json::object& object, std::string_view name) {
    if (const auto* exact = object.if_contains(name)) return exact;
    for (const auto& [key, value] : object) {
        if (equal_ignoring_case({key.data(), key.size()}, name)) return &value;
    }
    return nullptr;
}

// Empty is absent. What is no text is absent too: nothing of it can be a key.
std::optional<std::string> text_in(const json::object& object, std::string_view name) {
    const auto* found = find(object, name);
    const auto* text = found != nullptr ? found->if_string() : nullptr;
    if (text == nullptr || trim({text->data(), text->size()}).empty()) return std::nullopt;
    return std::string(*text);
}

// An end that is no text, or an empty one, must not pass for "never".
bool has_other_expiration(const json::object& object) {
    const auto* found = find(object, "Expiration");
    return found != nullptr && !found->is_null() && !text_in(object, "Expiration");
}

result<domain::aws_credentials> read_keys(
    const json::object& object,
    std::string_view token_name,
    temporary kind,
    std::string_view document
) {
    if (has_other_expiration(object)) {
        return malformed_document(document, "has an expiration that is no time");
    }
    const credential_values values{
        .access_key_id = text_in(object, "AccessKeyId"),
        .secret_access_key = text_in(object, "SecretAccessKey"),
        .session_token = text_in(object, token_name),
        .expiration = text_in(object, "Expiration"),
        .account_id = text_in(object, "AccountId")};
    return to_credentials(values, kind, document);
}

// {"code":…,"message":…}, where an agent says that much.
failure container_refusal(const http_response& response) {
    aws_error error;
    if (const auto object = read_object(response.body, container_answer)) {
        error.code = text_in(*object, "code").value_or("");
        error.message = text_in(*object, "message").value_or("");
    }
    return credential_refusal(classify_aws_error(error, response), container);
}

std::optional<wall_time> milliseconds_in(const json::object& object, std::string_view name) {
    // The year 9999, in milliseconds.
    constexpr double latest = 253'402'300'799'999.0;
    const auto* found = find(object, name);
    if (found == nullptr || !found->is_number()) return std::nullopt;
    const auto number = found->to_number<double>();
    if (!(number >= 0 && number <= latest)) return std::nullopt;
    return from_unix_milliseconds(static_cast<std::int64_t>(std::floor(number)));
}

}  // namespace

result<domain::aws_credentials> read_container_credentials(const http_response& response) {
    if (response.status != 200) return container_refusal(response);
    const auto object = read_object(response.body, container_answer);
    if (!object) return object.error();
    auto keys = read_keys(*object, "Token", temporary::perhaps, container_answer);
    if (keys && keys->account_id.empty()) {
        keys->account_id = account_of_arn(text_in(*object, "RoleArn").value_or(""));
    }
    return keys;
}

result<domain::aws_credentials> read_instance_credentials(std::string_view body) {
    const auto object = read_object(body, instance_answer);
    if (!object) return object.error();
    const auto code = text_in(*object, "Code").value_or("Success");
    if (!equal_ignoring_case(code, "Success")) {
        const aws_error error{code, text_in(*object, "Message").value_or(""), {}};
        auto why = classify_aws_error(error, {});
        why.kind = error_class::denied;
        return credential_refusal(std::move(why), "the instance metadata service");
    }
    return read_keys(*object, "Token", temporary::always, instance_answer);
}

result<domain::aws_credentials> read_process_credentials(std::string_view output) {
    const auto object = read_object(output, process_output);
    if (!object) return object.error();
    const auto* version = find(*object, "Version");
    if (version == nullptr || !version->is_int64() || version->get_int64() != 1) {
        return malformed_document(process_output, "is not of Version 1");
    }
    return read_keys(*object, "SessionToken", temporary::perhaps, process_output);
}

result<sso_token> read_sso_token(std::string_view file) {
    const auto object = read_object(file, sso_file);
    if (!object) return object.error();
    auto token = text_in(*object, "accessToken");
    if (!token) return malformed_document(sso_file, "has no accessToken");
    // It travels in a header.
    if (token->find_first_of("\r\n") != std::string::npos) {
        return malformed_document(sso_file, "has a line break in its accessToken");
    }
    const auto expires = read_expiration(text_in(*object, "expiresAt").value_or(""));
    if (!expires) return malformed_document(sso_file, "has no time in expiresAt");
    return sso_token{std::move(*token), *expires};
}

result<domain::aws_credentials> read_sso_credentials(const http_response& response) {
    if (response.status != 200) return credential_refusal(decode_aws_error(response), portal);
    const auto object = read_object(response.body, portal_answer);
    if (!object) return object.error();
    const auto* found = find(*object, "roleCredentials");
    const auto* inner = found != nullptr ? found->if_object() : nullptr;
    if (inner == nullptr) return malformed_document(portal_answer, "has no roleCredentials");
    const credential_values values{
        .access_key_id = text_in(*inner, "accessKeyId"),
        .secret_access_key = text_in(*inner, "secretAccessKey"),
        .session_token = text_in(*inner, "sessionToken")};
    auto keys = to_credentials(values, temporary::perhaps, portal_answer);
    if (!keys) return keys;
    if (keys->session_token.empty()) {
        return malformed_document(portal_answer, "has no session token");
    }
    keys->expires = milliseconds_in(*inner, "expiration");
    if (!keys->expires) return malformed_document(portal_answer, "has no expiration");
    return keys;
}

}  // namespace trainwatch::wire
