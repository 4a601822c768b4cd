#include "tests/simulator/sign_on_portal.hpp"

#include <utility>

#include <boost/json.hpp>

#include "tests/simulator/held_keys.hpp"
#include "tests/simulator/json_text.hpp"
#include "wire/request_target.hpp"

namespace trainwatch::simulator {
namespace {

namespace json = boost::json;

constexpr std::string_view path = "/federation/credentials";

std::string parameter(const wire::parameter_list& given, std::string_view name) {
    for (const auto& [key, value] : given) {
        if (key == name) return value;
    }
    return "";
}

}  // namespace

bool sign_on_portal::is_for(const wire::http_request& request) {
    return request.target.starts_with("/federation/");
}

api_result<std::string> sign_on_portal::serve(
    const wire::http_request& request, request_record& record, const chosen_fault& fault
) {
    const auto& plan = plan_.portal;
    const auto target = wire::parse_request_target(request.target);
    if (request.method != "GET" || !target || !request.target.starts_with(path)) {
        return api_error{.status = 404, .type = "ResourceNotFoundException"};
    }
    const auto token = wire::find_header(request.headers, "x-amz-sso_bearer_token");
    if (plan.token.empty() || plan.expired || expired_ || token != plan.token) {
        return api_error{
            .status = 401,
            .type = "UnauthorizedException",
            .message = "Session token not found or invalid"};
    }
    const auto account = parameter(target->parameters, "account_id");
    const auto role = parameter(target->parameters, "role_name");
    if (account.empty() || role.empty()) {
        return api_error{
            .type = "InvalidRequestException", .message = "account_id and role_name are wanted"};
    }
    if (account != plan.account || role != plan.role) {
        return api_error{.status = 403, .type = "ForbiddenException", .message = "No access"};
    }
    const role_plan permission_set{
        .arn = "arn:aws:iam::" + account + ":role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_" +
            role + "_0123456789abcdef",
        .denies = plan.denies};
    record.job = permission_set.arn;
    const auto told = hand_out(
        shared_,
        {.holder = session_of(permission_set, "someone"), .source = "sso", .lasts = plan.session},
        fault,
        record
    );
    json::object keys{
        {"accessKeyId", told.access_key_id},
        {"secretAccessKey", told.secret_access_key},
        {"sessionToken", told.session_token},
        {"expiration", unix_milliseconds(*told.expires)}};
    return json_text(json::object{{"roleCredentials", std::move(keys)}});
}

wire::http_response sign_on_portal::respond(const api_result<std::string>& outcome, wall_time now) {
    wire::http_response response;
    response.headers = {
        {"x-amzn-RequestId", shared_.request_id()},
        {"Content-Type", "application/json"},
        {"Date", http_date(now)}};
    response.status = outcome ? 200 : outcome.error().status;
    if (outcome) {
        response.body = *outcome;
        return response;
    }
    const auto& error = outcome.error();
    response.headers.emplace_back("x-amzn-ErrorType", error.type);
    response.body = json_text(json::object{{"message", error.message}});
    return response;
}

exchange sign_on_portal::answer(const wire::http_request& request, wall_time now) {
    request_record asked{.at = now, .service = "portal", .operation = "GetRoleCredentials"};
    return shared_.attend(
        std::move(asked),
        [&](request_record& record, const chosen_fault& fault) {
            const auto outcome = serve(request, record, fault);
            record.code = outcome ? "200" : outcome.error().type;
            return respond(outcome, now);
        },
        [&](const api_error& error) { return respond(error, now); }
    );
}

}  // namespace trainwatch::simulator
