#include "tests/simulator/container_credentials.hpp"

#include <utility>

#include <boost/json.hpp>

#include "tests/simulator/json_text.hpp"

namespace trainwatch::simulator {
namespace {

namespace json = boost::json;

constexpr const char* session_name = "eks-training-trainwatchd-0123456789";

wire::http_response respond(const api_result<std::string>& outcome) {
    wire::http_response response;
    response.headers = {{"Content-Type", "application/json"}};
    response.status = outcome ? 200 : outcome.error().status;
    if (outcome) {
        response.body = *outcome;
    } else {
        const auto& error = outcome.error();
        response.body = json_text(json::object{{"code", error.type}, {"message", error.message}});
    }
    return response;
}

}  // namespace

container_credentials::container_credentials(backstage& shared, const access_plan& plan)
    : shared_(shared), plan_(plan), authorization_(plan.container.authorization), keys_(shared) {}

api_result<std::string> container_credentials::serve(
    const wire::http_request& request, request_record& record, const chosen_fault& fault
) {
    const auto& plan = plan_.container;
    if (request.method != "GET" || plan.role.empty() || request.target != plan.path) {
        return api_error{
            .status = 404,
            .type = "NoIdFound",
            .message = "no credentials for the container of this path"};
    }
    const auto given = wire::find_header(request.headers, "Authorization");
    if (!authorization_.empty() && given != authorization_) {
        return api_error{
            .status = 401,
            .type = "InvalidTokenException",
            .message = given.empty() ? "no Authorization header" : "the token is not accepted"};
    }
    record.job = plan.role;
    const auto& role = *plan_.find_role(plan.role);
    const auto told = keys_.hand_out(
        {.holder = session_of(role, session_name), .source = "container", .lasts = plan.session},
        fault,
        record
    );
    return json_text(json::object{
        {"RoleArn", plan.role},
        {"AccessKeyId", told.access_key_id},
        {"SecretAccessKey", told.secret_access_key},
        {"Token", told.session_token},
        {"Expiration", iso8601_seconds(*told.expires)},
        {"AccountId", told.account_id}});
}

exchange container_credentials::answer(const wire::http_request& request, wall_time now) {
    request_record asked{.at = now, .service = "container", .operation = "Credentials"};
    return shared_.attend(
        std::move(asked),
        [&](request_record& record, const chosen_fault& fault) {
            const auto outcome = serve(request, record, fault);
            record.code = outcome ? "200" : outcome.error().type;
            return respond(outcome);
        },
        [](const api_error& error) { return respond(error); }
    );
}

}  // namespace trainwatch::simulator
