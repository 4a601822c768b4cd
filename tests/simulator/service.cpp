#include "tests/simulator/service.hpp"

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

// What the caller lacks, told as IAM tells it.
api_error access_denied(const principal& who, const request_record& record) {
    const auto action = "sagemaker:" + record.operation;
    const auto resource = "arn:aws:sagemaker:" + record.region + ":" + who.account +
        ":training-job/" + (record.job.empty() ? "*" : record.job);
    return {
        .type = "AccessDeniedException",
        .message = "User: " + who.arn + " is not authorized to perform: " + action +
            " on resource: " + resource + " because no identity-based policy allows the " + action +
            " action"};
}

}  // namespace

service::service(fleet jobs, backstage& shared, sigv4_check& check, service_options options)
    : jobs_(std::move(jobs)), shared_(shared), check_(check), options_(options) {}

fleet& service::jobs_of(const std::string& account) {
    if (account.empty() || account == jobs_.account()) return jobs_;
    return other_jobs_.try_emplace(account, jobs_.clock(), account).first->second;
}

std::vector<fleet*> service::all_jobs() {
    std::vector<fleet*> all{&jobs_};
    for (auto& [account, jobs] : other_jobs_)
        all.push_back(&jobs);
    return all;
}

bool service::throttled(const request_record& record, const std::string& account, wall_time now) {
    const bool describes = record.operation == "DescribeTrainingJob";
    const auto rate = describes ? options_.describe_rate : options_.list_rate;
    auto& bucket = buckets_
                       .try_emplace(
                           {account + "/" + record.region, record.operation},
                           token_bucket(rate, options_.burst)
                       )
                       .first->second;
    return !bucket.take(now);
}

api_result<std::string> service::serve(
    const wire::http_request& request,
    request_record& record,
    const chosen_fault& chosen,
    wall_time now
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
    record.by = by->key->keys.access_key_id;
    const auto& who = by->key->holder;
    if (!who.may("sagemaker:" + record.operation)) return access_denied(who, record);
    if (throttled(record, who.account, now)) return throttling();
    auto options = options_.api;
    options.short_pages = chosen.fault && chosen.fault->kind == fault_kind::short_page;
    return perform(record.operation, request.body, jobs_of(who.account), by->region, options, now);
}

wire::http_response service::respond(const api_result<std::string>& outcome, wall_time now) {
    wire::http_response response;
    response.status = outcome ? 200 : outcome.error().status;
    response.headers = {
        {"x-amzn-RequestId", shared_.request_id()},
        {"Content-Type", std::string(json_type)},
        {"Date", http_date(now)}};
    response.body = outcome ? *outcome : error_body(outcome.error());
    return response;
}

exchange service::answer(const wire::http_request& request, wall_time now) {
    request_record asked{
        .at = now,
        .operation = operation_of(request),
        .region = claimed_region(request),
        .job = named_job(request.body),
        .has_token = has_page_token(request.body)};
    return shared_.attend(
        std::move(asked),
        [&](request_record& record, const chosen_fault& chosen) {
            const auto outcome = serve(request, record, chosen, now);
            record.code = outcome ? "200" : outcome.error().type;
            return respond(outcome, now);
        },
        [&](const api_error& error) { return respond(error, now); }
    );
}

}  // namespace trainwatch::simulator
