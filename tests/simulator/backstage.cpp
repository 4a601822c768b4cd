#include "tests/simulator/backstage.hpp"

#include <array>
#include <utility>

#include "base/text.hpp"
#include "tests/simulator/request_reader.hpp"

namespace trainwatch::simulator {
namespace {

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

// A rejection at the door does not reach the operation, nor its throttle.
bool is_at_the_door(fault_kind kind) {
    switch (kind) {
        case fault_kind::status:
        case fault_kind::html:
        case fault_kind::error:
        case fault_kind::throttle:
        case fault_kind::reset:
        case fault_kind::hang:
        case fault_kind::expired_token:
            return true;
        default:
            return false;
    }
}

wire::http_response proxy_page(int status, wall_time now) {
    return {
        .status = status,
        .headers = {{"Content-Type", "text/html"}, {"Date", http_date(now)}},
        .body =
            "<html><head><title>Bad Gateway</title></head><body><h1>Bad Gateway</h1>"
            "<p>The proxy could not reach the server.</p></body></html>\n"};
}

void strike(const fault_rule& fault, exchange& result, const backstage::error_function& refuse) {
    auto& response = result.response;
    auto& record = result.record;
    const auto reply = [&](const api_error& error) {
        record.code = error.type;
        response = refuse(error);
    };
    switch (fault.kind) {
        case fault_kind::throttle:
            // The query protocol has its own name for it.
            reply(
                {.type = record.service == "sts" ? "Throttling" : "ThrottlingException",
                 .message = "Rate exceeded"}
            );
            break;
        case fault_kind::error:
            reply({.status = fault.status, .type = fault.code, .message = fault.message});
            break;
        case fault_kind::status:
            reply({.status = fault.status, .type = fault.code, .message = fault.message});
            record.code = std::to_string(fault.status);
            response.status = fault.status;
            if (!fault.json_body) response.body.clear();
            break;
        case fault_kind::html:
            record.code = std::to_string(fault.status);
            response = proxy_page(fault.status, record.at);
            break;
        case fault_kind::expired_token:
            reply(validation_error("The NextToken has expired."));
            break;
        case fault_kind::reset:
            record.code = "reset";
            result.how = delivery::reset_before;
            break;
        case fault_kind::hang:
            record.code = "hang";
            result.how = delivery::never;
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
        // Waits, or has changed what was answered or handed out, or is the proxy's own.
        case fault_kind::slow:
        case fault_kind::short_page:
        case fault_kind::expired_keys:
        case fault_kind::brief_keys:
        case fault_kind::cut_tunnel:
        case fault_kind::early_bytes:
        case fault_kind::content_length:
            break;
    }
}

}  // namespace

exchange backstage::attend(
    request_record record, const serve_function& serve, const error_function& refuse
) {
    exchange result;
    result.record = std::move(record);
    result.under_way = log.begin(result.record);
    const auto chosen = faults.choose(
        {.service = result.record.service,
         .operation = result.record.operation,
         .region = result.record.region,
         .job = result.record.job,
         .has_token = result.record.has_token}
    );
    if (!chosen.fault || !is_at_the_door(chosen.fault->kind)) {
        result.response = serve(result.record, chosen);
    }
    if (chosen.fault) strike(*chosen.fault, result, refuse);
    result.delay = chosen.delay;
    log.add(result.record);
    return result;
}

std::string backstage::request_id() {
    std::array<unsigned char, 16> bytes{};
    for (std::size_t at = 0; at < bytes.size(); ++at) {
        bytes[at] = static_cast<unsigned char>(random.below(256));
    }
    bytes[6] = static_cast<unsigned char>((bytes[6] & 0x0FU) | 0x40U);
    bytes[8] = static_cast<unsigned char>((bytes[8] & 0x3FU) | 0x80U);
    auto text = hex(bytes);
    for (const auto place : {20, 16, 12, 8})
        text.insert(static_cast<std::size_t>(place), "-");
    return text;
}

}  // namespace trainwatch::simulator
