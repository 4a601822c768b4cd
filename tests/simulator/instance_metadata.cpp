#include "tests/simulator/instance_metadata.hpp"

#include <charconv>
#include <utility>

#include <boost/json.hpp>

#include "base/text.hpp"
#include "tests/simulator/json_text.hpp"

namespace trainwatch::simulator {
namespace {

namespace json = boost::json;

constexpr std::string_view token_path = "/latest/api/token";
constexpr std::string_view keys_path = "/latest/meta-data/iam/security-credentials/";
constexpr std::string_view extended_path = "/latest/meta-data/iam/security-credentials-extended/";
constexpr std::string_view region_path = "/latest/meta-data/placement/region";
constexpr std::string_view zone_path = "/latest/meta-data/placement/availability-zone";
constexpr std::string_view ttl_header = "x-aws-ec2-metadata-token-ttl-seconds";
constexpr std::string_view token_header = "x-aws-ec2-metadata-token";
constexpr const char* instance_id = "i-0123456789abcdef0";
constexpr std::int64_t ttl_max = 21'600;

wire::http_response page(int status, std::string body, const char* type = "text/plain") {
    return {
        .status = status,
        .headers = {{"Content-Type", type}, {"Server", "EC2ws"}},
        .body = std::move(body)};
}

// As its small web server words it.
wire::http_response refused(int status, const std::string& title) {
    const auto code = std::to_string(status);
    return page(
        status,
        "<?xml version=\"1.0\" encoding=\"iso-8859-1\"?>\n<html><head><title>" + code + " - " +
            title + "</title></head><body><h1>" + code + " - " + title + "</h1></body></html>\n",
        "text/html"
    );
}

wire::http_response refused(int status) {
    switch (status) {
        case 400:
            return refused(status, "Bad Request");
        case 401:
            return refused(status, "Unauthorized");
        case 403:
            return refused(status, "Forbidden");
        case 404:
            return refused(status, "Not Found");
        case 405:
            return refused(status, "Method Not Allowed");
        default:
            return refused(status, "Internal Server Error");
    }
}

// What the role's document says instead of keys.
wire::http_response role_refused(const std::string& code, const std::string& why, wall_time now) {
    const json::object object{
        {"Code", code}, {"Message", why}, {"LastUpdated", iso8601_seconds(now)}};
    return page(200, json_text(object));
}

std::string operation_of(const wire::http_request& request) {
    const std::string_view target(request.target);
    if (target == token_path) return "Token";
    if (target == region_path) return "Region";
    if (target == zone_path) return "AvailabilityZone";
    for (const auto prefix : {keys_path, extended_path}) {
        if (target == prefix || target == prefix.substr(0, prefix.size() - 1)) return "Role";
        if (target.starts_with(prefix)) return "Credentials";
    }
    return "";
}

std::optional<std::int64_t> seconds_of(std::string_view text) {
    std::int64_t value = 0;
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || code != std::errc() || end != text.data() + text.size()) return {};
    return value;
}

}  // namespace

instance_metadata::instance_metadata(backstage& shared, const access_plan& plan)
    : shared_(shared), plan_(plan), keys_(shared) {}

wire::http_response instance_metadata::new_token(
    const wire::http_request& request, request_record& record
) {
    if (request.method != "PUT") return refused(405);
    const auto ttl = seconds_of(wire::find_header(request.headers, ttl_header));
    if (!ttl || *ttl < 1 || *ttl > ttl_max) return refused(400);
    // A token must not have been handed on by a proxy.
    if (!wire::find_header(request.headers, "X-Forwarded-For").empty()) return refused(403);
    const auto token = shared_.request_id() + "==";
    tokens_[token] = record.at + seconds(*ttl);
    auto response = page(200, token);
    response.headers.emplace_back(ttl_header, std::to_string(*ttl));
    return response;
}

bool instance_metadata::has_token(const wire::http_request& request, wall_time now) const {
    const auto found = tokens_.find(std::string(wire::find_header(request.headers, token_header)));
    return found != tokens_.end() && now < found->second;
}

wire::http_response instance_metadata::credentials(
    request_record& record, const chosen_fault& fault
) {
    const auto& plan = plan_.instance;
    if (!plan.refusal.empty()) {
        return role_refused(
            plan.refusal,
            "EC2 cannot assume the role " + plan.role +
                ". Please see documentation at https://docs.aws.amazon.com/IAM.",
            record.at
        );
    }
    const auto& role = *plan_.find_role(plan.role);
    const auto told = keys_.hand_out(
        {.holder = session_of(role, instance_id), .source = "imds", .lasts = plan.session},
        fault,
        record
    );
    json::object object{
        {"Code", "Success"},
        {"LastUpdated", iso8601_seconds(record.at)},
        {"Type", "AWS-HMAC"},
        {"AccessKeyId", told.access_key_id},
        {"SecretAccessKey", told.secret_access_key},
        {"Token", told.session_token},
        {"Expiration", iso8601_seconds(*told.expires)}};
    if (plan.extended) {
        object["AccountId"] = told.account_id;
        object["Expiration"] = iso8601(*told.expires);
        object["UnexpectedElement"] = json::object{{"name", "for readers that are too strict"}};
    }
    return page(200, json_text(object));
}

wire::http_response instance_metadata::serve(
    const wire::http_request& request, request_record& record, const chosen_fault& fault
) {
    const auto& plan = plan_.instance;
    if (!plan.enabled) return refused(403);
    if (record.operation == "Token") return new_token(request, record);
    if (request.method != "GET") return refused(405);
    if (!has_token(request, record.at)) return refused(401);
    if (record.operation == "Region") return page(200, plan.region);
    if (record.operation == "AvailabilityZone") return page(200, plan.availability_zone);
    const std::string_view target(request.target);
    const bool is_extended = target.find("credentials-extended") != std::string_view::npos;
    if (plan.role.empty() || record.operation.empty()) return refused(404);
    if (is_extended && !plan.extended) return refused(404);
    const auto name = plan_.find_role(plan.role)->name();
    if (record.operation == "Role") return page(200, name);
    const auto prefix = is_extended ? extended_path : keys_path;
    if (target.substr(prefix.size()) != name) return refused(404);
    record.job = plan.role;
    return credentials(record, fault);
}

exchange instance_metadata::answer(const wire::http_request& request, wall_time now) {
    request_record asked{.at = now, .service = "imds", .operation = operation_of(request)};
    const bool is_keys = asked.operation == "Credentials";
    return shared_.attend(
        std::move(asked),
        [&](request_record& record, const chosen_fault& fault) {
            auto response = serve(request, record, fault);
            record.code = std::to_string(response.status);
            return response;
        },
        [&](const api_error& error) {
            // A role's trouble is told in a good answer.
            const bool in_document = is_keys && error.status == 400;
            return in_document ? role_refused(error.type, error.message, now)
                               : refused(error.status);
        }
    );
}

}  // namespace trainwatch::simulator
