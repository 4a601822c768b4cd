#include "tests/simulator/service.hpp"

#include <array>
#include <utility>

#include "base/text.hpp"
#include "tests/simulator/authorization.hpp"

namespace trainwatch::simulator {
namespace {

constexpr std::string_view target_prefix = "SageMaker.";
constexpr std::string_view json_type = "application/x-amz-json-1.1";

api_error unknown_operation() {
    return {.type = "UnknownOperationException"};
}
api_error throttling() {
    return {.type = "ThrottlingException", .message = "Rate exceeded"};
}

std::string operation_of(const wire::http_request& request) {
    const auto target = wire::find_header(request.headers, "X-Amz-Target");
    if (!target.starts_with(target_prefix)) return "";
    return std::string(target.substr(target_prefix.size()));
}

// As the caller claims it, for the faults and the log; the check comes later.
std::string claimed_region(const wire::http_request& request) {
    const auto given =
        parse_authorization(wire::find_header(request.headers, "Authorization"), true);
    return given ? given->region : "";
}

void set_header(wire::http_response& response, std::string_view name, std::string value) {
    for (auto& header : response.headers) {
        if (equal_ignoring_case(header.first, name)) {
            header.second = std::move(value);
            return;
        }
    }
    response.headers.emplace_back(name, std::move(value));
}

std::string replace_all(std::string text, const std::string& what, const std::string& by) {
    for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size())) {
        text.replace(at, what.size(), by);
    }
    return text;
}

// The same answer about a job of another name.
std::string about_another(std::string body, const std::string& job) {
    const auto other = job.substr(0, 58) + "-twin\"";
    body = replace_all(std::move(body), "\"" + job + "\"", "\"" + other);
    return replace_all(std::move(body), "/" + job + "\"", "/" + other);
}

}  // namespace

service::service(fleet jobs, sigv4_check check, service_options options, std::uint64_t seed)
    : jobs_(std::move(jobs))
    , check_(std::move(check))
    , options_(options)
    , faults_(seed)
    , random_(seed + 1) {}

std::string service::request_id() {
    std::array<unsigned char, 16> bytes{};
    for (std::size_t at = 0; at < bytes.size(); ++at) {
        bytes[at] = static_cast<unsigned char>(random_.below(256));
    }
    bytes[6] = static_cast<unsigned char>((bytes[6] & 0x0FU) | 0x40U);
    bytes[8] = static_cast<unsigned char>((bytes[8] & 0x3FU) | 0x80U);
    auto text = hex(bytes);
    for (const auto place : {20, 16, 12, 8})
        text.insert(static_cast<std::size_t>(place), "-");
    return text;
}

bool service::throttled(const request_record& record, wall_time now) {
    const bool describes = record.operation == "DescribeTrainingJob";
    const auto rate = describes ? options_.describe_rate : options_.list_rate;
    auto& bucket =
        buckets_.try_emplace({record.region, record.operation}, token_bucket(rate, options_.burst))
            .first->second;
    return !bucket.take(now);
}

api_result<std::string> service::serve(
    const wire::http_request& request, request_record& record, wall_time now
) {
    if (request.method != "POST" || request.target != "/" || !is_operation(record.operation)) {
        return unknown_operation();
    }
    // The content type chooses the protocol.
    const auto type = wire::find_header(request.headers, "Content-Type");
    if (!starts_with_ignoring_case(type, json_type)) return unknown_operation();
    const auto by = check_.verify(request, now);
    if (!by) return by.error();
    record.region = by->region;
    if (throttled(record, now)) return throttling();
    return perform(record.operation, request.body, jobs_, by->region, options_.api, now);
}

wire::http_response service::respond(const api_result<std::string>& outcome, wall_time now) {
    wire::http_response response;
    response.status = outcome ? 200 : outcome.error().status;
    response.headers = {
        {"x-amzn-RequestId", request_id()},
        {"Content-Type", std::string(json_type)},
        {"Date", http_date(now)}};
    response.body = outcome ? *outcome : error_body(outcome.error());
    return response;
}

exchange service::answer(const wire::http_request& request, wall_time now) {
    exchange result;
    auto& record = result.record;
    record.at = now;
    record.operation = operation_of(request);
    record.region = claimed_region(request);
    record.job = named_job(request.body);
    const auto chosen =
        faults_.choose({.operation = record.operation, .region = record.region, .job = record.job});
    // A rejection at the door does not reach the operation, nor its throttle.
    const auto kind = chosen.fault ? std::optional(chosen.fault->kind) : std::nullopt;
    const bool at_the_door = kind == fault_kind::status || kind == fault_kind::html ||
        kind == fault_kind::error || kind == fault_kind::throttle || kind == fault_kind::reset;
    if (!at_the_door) {
        const auto outcome = serve(request, record, now);
        record.code = outcome ? "200" : outcome.error().type;
        result.response = respond(outcome, now);
    }
    if (chosen.fault) result = faulty(*chosen.fault, std::move(result));
    result.delay = chosen.delay;
    log_.add(result.record);
    return result;
}

exchange service::faulty(const fault_rule& fault, exchange result) {
    auto& response = result.response;
    auto& record = result.record;
    const auto reply = [&](api_error error) {
        record.code = error.type;
        response = respond(error, record.at);
    };
    switch (fault.kind) {
        case fault_kind::throttle:
            reply(throttling());
            break;
        case fault_kind::error:
            reply({.status = fault.status, .type = fault.code, .message = fault.message});
            break;
        case fault_kind::status:
            reply({.status = fault.status, .type = fault.code, .message = fault.message});
            record.code = std::to_string(fault.status);
            if (!fault.json_body) response.body.clear();
            break;
        case fault_kind::html:
            record.code = std::to_string(fault.status);
            response = {
                .status = fault.status,
                .headers = {{"Content-Type", "text/html"}, {"Date", http_date(record.at)}},
                .body =
                    "<html><head><title>Bad Gateway</title></head><body><h1>Bad Gateway</h1>"
                    "<p>The proxy could not reach the server.</p></body></html>\n"};
            break;
        case fault_kind::reset:
            record.code = "reset";
            result.how = delivery::reset_before;
            break;
        case fault_kind::reset_body:
            record.code = "reset_body";
            result.how = delivery::reset_inside;
            break;
        case fault_kind::truncate:
            record.code = "truncate";
            result.how = delivery::cut_inside;
            break;
        case fault_kind::cut_json:
            record.code = "cut_json";
            response.body.resize(response.body.size() / 2);
            break;
        case fault_kind::wrong_job:
            record.code = "wrong_job";
            if (!record.job.empty()) response.body = about_another(response.body, record.job);
            break;
        case fault_kind::slow:
            break;
    }
    set_header(response, "x-amzn-RequestId", request_id());
    return result;
}

}  // namespace trainwatch::simulator
