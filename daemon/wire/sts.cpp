#include "wire/sts.hpp"

#include <array>
#include <optional>
#include <span>
#include <utility>

#include "base/text.hpp"
#include "wire/aws_error.hpp"
#include "wire/credential_values.hpp"
#include "wire/xml_tree.hpp"

namespace trainwatch::wire {
namespace {

constexpr std::string_view service = "STS";
constexpr std::string_view answer = "the answer of STS";

class form {
public:
    explicit form(std::string_view action) {
        add("Action", action);
        add("Version", "2011-06-15");
    }

    void add(std::string_view name, std::string_view value) {
        if (!text_.empty()) text_ += '&';
        text_.append(name).append("=").append(percent_encode(value));
    }

    void add_role(const domain::assumed_role& role) {
        add("RoleArn", role.role_arn);
        add("RoleSessionName", role.session_name);
    }

    void add_duration(const domain::assumed_role& role) {
        if (role.duration) add("DurationSeconds", std::to_string(role.duration->count()));
    }

    http_request post_to(const url& endpoint) && {
        return {
            .method = "POST",
            .target = endpoint.target(),
            .headers =
                {{"Host", endpoint.host_header()},
                 {"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"}},
            .body = std::move(text_)};
    }

private:
    std::string text_{};
};

failure read_refusal(const http_response& response) {
    const auto root = read_xml(response.body);
    // Something between us and STS speaks JSON, or nothing that can be read.
    if (!root || root->name != "ErrorResponse") {
        return credential_refusal(decode_aws_error(response), service);
    }
    aws_error error{.request_id = std::string(root->text_of("RequestId"))};
    if (const auto* told = root->child("Error")) {
        error.code = told->text_of("Code");
        error.message = told->text_of("Message");
    }
    return credential_refusal(classify_aws_error(error, response), service);
}

// <ActionResponse><ActionResult>…: the inner one, of the first action that it is an answer to.
result<xml_element> read_result(
    const http_response& response, std::span<const std::string_view> actions
) {
    if (response.status != 200) return read_refusal(response);
    const auto root = read_xml(response.body);
    if (!root) return malformed_document(answer, "is not XML");
    for (const std::string_view action : actions) {
        const std::string stem(action);
        if (root->name != stem + "Response") continue;
        const auto* inner = root->child(stem + "Result");
        if (inner == nullptr) return malformed_document(answer, "has no " + stem + "Result");
        return *inner;
    }
    return malformed_document(answer, "is not what was asked for");
}

std::optional<std::string> text_in(const xml_element& element, std::string_view name) {
    const auto text = element.text_of(name);
    if (text.empty()) return std::nullopt;
    return std::string(text);
}

}  // namespace

http_request encode_assume_role(const url& endpoint, const domain::assumed_role& role) {
    form fields("AssumeRole");
    fields.add_role(role);
    fields.add_duration(role);
    if (!role.external_id.empty()) fields.add("ExternalId", role.external_id);
    return std::move(fields).post_to(endpoint);
}

http_request encode_assume_role_with_web_identity(
    const url& endpoint, const domain::assumed_role& role, std::string_view token
) {
    form fields("AssumeRoleWithWebIdentity");
    fields.add_role(role);
    fields.add("WebIdentityToken", token);
    fields.add_duration(role);
    return std::move(fields).post_to(endpoint);
}

http_request encode_get_caller_identity(const url& endpoint) {
    return form("GetCallerIdentity").post_to(endpoint);
}

result<domain::aws_credentials> read_assumed_role(const http_response& response) {
    constexpr std::array<std::string_view, 2> actions{"AssumeRole", "AssumeRoleWithWebIdentity"};
    const auto told = read_result(response, actions);
    if (!told) return told.error();
    const auto* keys = told->child("Credentials");
    if (keys == nullptr) return malformed_document(answer, "has no Credentials");
    const auto* user = told->child("AssumedRoleUser");
    const credential_values values{
        .access_key_id = text_in(*keys, "AccessKeyId"),
        .secret_access_key = text_in(*keys, "SecretAccessKey"),
        .session_token = text_in(*keys, "SessionToken"),
        .expiration = text_in(*keys, "Expiration"),
        .account_id = user != nullptr ? account_of_arn(user->text_of("Arn")) : std::string()};
    return to_credentials(values, temporary::always, answer);
}

result<caller_identity> read_caller_identity(const http_response& response) {
    constexpr std::array<std::string_view, 1> actions{"GetCallerIdentity"};
    const auto told = read_result(response, actions);
    if (!told) return told.error();
    caller_identity who{std::string(told->text_of("Account")), std::string(told->text_of("Arn"))};
    if (!is_account_id(who.account_id)) {
        return malformed_document(answer, "has no account of twelve digits");
    }
    return who;
}

}  // namespace trainwatch::wire
