#include "tests/simulator/token_service.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.hpp"
#include "tests/simulator/authorization.hpp"
#include "tests/simulator/held_keys.hpp"
#include "tests/simulator/token_request.hpp"
#include "tests/simulator/xml_text.hpp"

namespace trainwatch::simulator {
namespace {

constexpr std::string_view form_type = "application/x-www-form-urlencoded";
constexpr std::string_view version = "2011-06-15";
constexpr const char* xml_namespace = "https://sts.amazonaws.com/doc/2011-06-15/";
// Of a role that a role's session takes on, whatever the role allows.
constexpr auto chained_max = std::chrono::hours(1);
constexpr auto usual_length = std::chrono::hours(1);

constexpr token_request::bounds arn_bounds{.shortest = 20, .longest = 2048, .signs = std::nullopt};
constexpr token_request::bounds name_bounds{
    .shortest = 2, .longest = 64, .signs = "+=,.@-", .pattern = "[\\w+=,.@-]*"};
constexpr token_request::bounds external_id_bounds{
    .shortest = 2,
    .longest = 1224,
    .required = false,
    .signs = "+=,.@:/-",
    .pattern = "[\\w+=,.@:\\/-]*"};
constexpr token_request::bounds token_bounds{
    .shortest = 4, .longest = 20'000, .signs = std::nullopt};

std::string value_of(const wire::parameter_list& form, std::string_view name) {
    for (const auto& [key, value] : form) {
        if (key == name) return value;
    }
    return "";
}

wire::parameter_list parse_form(const std::string& body) {
    auto parsed = wire::parse_request_target("/?" + body);
    return parsed ? std::move(parsed->parameters) : wire::parameter_list{};
}

api_error denied(std::string message) {
    return {.status = 403, .type = "AccessDenied", .message = std::move(message)};
}

api_error invalid(std::string message) {
    return {.type = "ValidationError", .message = std::move(message)};
}

// The query protocol has its own names for what is wrong with a signature.
struct wording {
    std::string_view json{};
    int status = 403;
    std::string_view query{};
};
constexpr std::array<wording, 7> wordings{{
    {"UnrecognizedClientException", 403, "InvalidClientTokenId"},
    {"InvalidSignatureException", 403, "SignatureDoesNotMatch"},
    {"MissingAuthenticationTokenException", 403, "MissingAuthenticationToken"},
    {"IncompleteSignatureException", 400, "IncompleteSignature"},
    {"ThrottlingException", 400, "Throttling"},
    {"UnknownOperationException", 400, "InvalidAction"},
    {"ExpiredTokenException", 403, "ExpiredToken"},
}};

api_error in_query_words(api_error error) {
    for (const auto& known : wordings) {
        if (error.type != known.json) continue;
        error.type = known.query;
        error.status = known.status;
    }
    return error;
}

std::string error_document(const api_error& error, const std::string& request_id) {
    const auto sender = error.status < 500 ? "Sender" : "Receiver";
    const auto inner = xml_text("Type", sender) + xml_text("Code", error.type) +
        xml_text("Message", error.message);
    return std::string("<ErrorResponse xmlns=\"") + xml_namespace + "\">\n" +
        xml_element("Error", "\n" + inner) + xml_text("RequestId", request_id) +
        "</ErrorResponse>\n";
}

std::string result_document(
    const std::string& operation, const std::string& result, const std::string& request_id
) {
    return "<" + operation + "Response xmlns=\"" + xml_namespace + "\">\n" +
        xml_element(operation + "Result", "\n" + result) +
        xml_element("ResponseMetadata", "\n" + xml_text("RequestId", request_id)) + "</" +
        operation + "Response>\n";
}

}  // namespace

struct token_service::call {
    const wire::http_request& request;
    const wire::parameter_list& form;
    request_record& record;
    const chosen_fault& fault;
    wall_time now;
};

token_service::token_service(backstage& shared, sigv4_check& check, const access_plan& plan)
    : shared_(shared), check_(check), plan_(plan) {}

bool token_service::is_for(const wire::http_request& request) {
    const auto type = wire::find_header(request.headers, "Content-Type");
    return starts_with_ignoring_case(type, form_type);
}

api_result<caller> token_service::verify(const call& of) {
    auto by = check_.verify(of.request, of.now, "sts");
    if (!by) return in_query_words(by.error());
    of.record.region = by->region;
    of.record.by = by->key->keys.access_key_id;
    return by;
}

std::string token_service::session(
    const call& of, const role_plan& role, const std::string& name, seconds asked
) {
    key_order order{
        .holder = session_of(role, name),
        .source = of.record.operation,
        .lasts = role.session.value_or(asked)};
    const auto user =
        xml_text("AssumedRoleId", order.holder.user_id) + xml_text("Arn", order.holder.arn);
    const auto told = hand_out(shared_, std::move(order), of.fault, of.record);
    const auto keys = xml_text("AccessKeyId", told.access_key_id) +
        xml_text("SecretAccessKey", told.secret_access_key) +
        xml_text("SessionToken", told.session_token) +
        xml_text("Expiration", iso8601_seconds(*told.expires));
    return xml_element("Credentials", "\n" + keys) + xml_element("AssumedRoleUser", "\n" + user);
}

api_result<std::string> token_service::assume_role(const call& of) {
    const auto by = verify(of);
    if (!by) return by.error();
    token_request request(of.form);
    const auto arn = request.text("RoleArn", arn_bounds);
    const auto name = request.text("RoleSessionName", name_bounds);
    const auto external_id = request.text("ExternalId", external_id_bounds);
    const auto asked = request.duration();
    if (auto error = request.error()) return *error;
    if (!arn.starts_with("arn:aws") || arn.find(":role/") == std::string::npos) {
        return invalid(arn + " is invalid");
    }
    const auto& who = by->key->holder;
    const auto* role = plan_.find_role(arn);
    // A role that is not there is told like one that may not be taken on.
    if (role == nullptr || !trusts(*role, who) || !who.may("sts:AssumeRole") ||
        (!role->external_id.empty() && external_id != role->external_id)) {
        return denied(
            "User: " + who.arn + " is not authorized to perform: sts:AssumeRole on resource: " + arn
        );
    }
    const bool chained = !who.role.empty();
    if (chained && asked && *asked > chained_max) {
        return invalid(
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by "
            "role chaining."
        );
    }
    if (asked && *asked > role->max_session) {
        return invalid(
            "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."
        );
    }
    return session(of, *role, name, asked.value_or(usual_length));
}

api_result<std::string> token_service::assume_role_with_web_identity(const call& of) {
    token_request request(of.form);
    const auto arn = request.text("RoleArn", arn_bounds);
    const auto name = request.text("RoleSessionName", name_bounds);
    const auto token = request.text("WebIdentityToken", token_bounds);
    const auto asked = request.duration();
    if (auto error = request.error()) return *error;
    const auto& known = plan_.web_identities;
    const auto found = std::find_if(known.begin(), known.end(), [&](const auto& identity) {
        return identity.token == token;
    });
    if (found == known.end()) {
        return api_error{
            .type = "InvalidIdentityToken",
            .message =
                "The ID Token provided is not a valid JWT. (You may see this error if you sent an "
                "Access Token)"};
    }
    if (found->expired) {
        return api_error{
            .type = "ExpiredTokenException",
            .message = "Token expired: current date/time " + iso8601_seconds(of.now) +
                " must be before the expiration date/time " +
                iso8601_seconds(of.now - std::chrono::hours(1))};
    }
    const auto* role = plan_.find_role(arn);
    const bool listed = found->roles.empty() ||
        std::find(found->roles.begin(), found->roles.end(), arn) != found->roles.end();
    if (role == nullptr || !listed) {
        return denied("Not authorized to perform sts:AssumeRoleWithWebIdentity");
    }
    if (asked && *asked > role->max_session) {
        return invalid(
            "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."
        );
    }
    return session(of, *role, name, asked.value_or(usual_length)) +
        xml_text("SubjectFromWebIdentityToken", found->subject) +
        xml_text("Audience", found->audience) + xml_text("Provider", found->provider);
}

api_result<std::string> token_service::caller_identity(const call& of) {
    const auto by = verify(of);
    if (!by) return by.error();
    const auto& who = by->key->holder;
    return xml_text("Arn", who.arn) + xml_text("UserId", who.user_id) +
        xml_text("Account", who.account);
}

api_result<std::string> token_service::serve(const call& of) {
    const auto& operation = of.record.operation;
    const auto given_version = value_of(of.form, "Version");
    if (of.request.method == "POST" && given_version == version) {
        if (operation == "AssumeRole") return assume_role(of);
        if (operation == "AssumeRoleWithWebIdentity") return assume_role_with_web_identity(of);
        if (operation == "GetCallerIdentity") return caller_identity(of);
    }
    return api_error{
        .type = "InvalidAction",
        .message = "Could not find operation " + operation + " for version " + given_version};
}

wire::http_response token_service::respond(
    const api_result<std::string>& outcome, const std::string& operation, wall_time now
) {
    const auto id = shared_.request_id();
    wire::http_response response;
    response.headers = {
        {"x-amzn-RequestId", id}, {"Content-Type", "text/xml"}, {"Date", http_date(now)}};
    response.status = outcome ? 200 : outcome.error().status;
    response.body =
        outcome ? result_document(operation, *outcome, id) : error_document(outcome.error(), id);
    return response;
}

exchange token_service::answer(const wire::http_request& request, wall_time now) {
    const auto form = parse_form(request.body);
    request_record asked{
        .at = now,
        .service = "sts",
        .operation = value_of(form, "Action"),
        .job = value_of(form, "RoleArn")};
    const auto given =
        parse_authorization(wire::find_header(request.headers, "Authorization"), true);
    if (given) asked.region = given->region;
    return shared_.attend(
        std::move(asked),
        [&](request_record& record, const chosen_fault& fault) {
            const auto outcome = serve({request, form, record, fault, now});
            record.code = outcome ? "200" : outcome.error().type;
            return respond(outcome, record.operation, now);
        },
        [&](const api_error& error) { return respond(error, "", now); }
    );
}

}  // namespace trainwatch::simulator
