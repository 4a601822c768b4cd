#include "wire/alert_payload.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <openssl/evp.h>

#include "base/check.hpp"
#include "base/limits.hpp"
#include "base/text.hpp"
#include "wire/authorization.hpp"

namespace trainwatch::wire {
namespace {

namespace json = boost::json;

// Boost.JSON passes bytes through: what is no UTF-8 would make the document invalid.
json::object to_json(const domain::label_map& labels) {
    json::object object;
    for (const auto& [name, value] : labels)
        object[valid_utf8(name)] = valid_utf8(value);
    return object;
}

json::string text(std::string_view value) {
    return json::string(value);
}

std::string_view status_of(const domain::alert_message& alert) {
    return alert.state == domain::alert_state::firing ? "firing" : "resolved";
}

bool is_heartbeat(const domain::alert_message& alert) {
    const auto name = alert.labels.find("alertname");
    return name != alert.labels.end() && name->second == "TrainwatchdHeartbeat";
}

std::string sha256(std::string_view bytes) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned int size = 0;
    CHECK(EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, EVP_sha256(), nullptr) == 1);
    return hex(std::span(digest).first(size));
}

// The same alerts in the same state have the same key, however often and in whatever order they
// are sent; `ends_at` moves with each send and is left out. An alert that fires anew is another,
// and so is each beat of the heartbeat: whoever drops what has come before would miss it.
std::string idempotency_key(std::span<const domain::alert_message> alerts) {
    std::vector<std::string> parts;
    parts.reserve(alerts.size());
    for (const auto& alert : alerts) {
        std::string part = domain::identity(alert.labels);
        part += ' ';
        part += status_of(alert);
        part += ' ';
        part += iso8601(
            is_heartbeat(alert) ? alert.ends_at.value_or(alert.starts_at) : alert.starts_at
        );
        parts.push_back(std::move(part));
    }
    std::sort(parts.begin(), parts.end());
    std::string all;
    for (const auto& part : parts)
        all += part + "\n";
    return sha256(all);
}

http_request post(std::string_view host, std::string target, std::string body) {
    http_request request;
    request.method = "POST";
    request.target = std::move(target);
    request.headers = {
        {"Host", std::string(host)},
        {"User-Agent", "trainwatchd"},
        {"Accept", "application/json"},
        {"Content-Type", "application/json"}};
    request.body = std::move(body);
    return request;
}

// What Go's and nginx' servers answer to a plain request for their TLS port, with 400.
bool asks_for_tls(const http_response& response) {
    return response.body.find("HTTPS server") != std::string::npos ||
        response.body.find("sent to HTTPS port") != std::string::npos;
}

// `rejected` is about these alerts and nothing else: a batch is divided until the culprit is found.
error_class class_of(const http_response& response) {
    const int status = response.status;
    switch (status) {
        case 400:
            return asks_for_tls(response) ? error_class::not_found : error_class::rejected;
        case 413:
        case 422:
            return error_class::rejected;
        case 404:
        case 405:
        case 410:
            return error_class::not_found;
        case 401:
        case 403:
        case 407:
            return error_class::denied;
        case 408:
        case 425:
            return error_class::transient;
        case 429:
            return error_class::throttled;
        default:
            break;
    }
    if (status >= 500) return error_class::transient;
    // Alerts go where they were configured to go.
    return status >= 300 && status < 400 ? error_class::not_found : error_class::malformed;
}

// RFC 9110 section 10.2.3: seconds, or a date. The date is compared with the other side's own.
std::optional<milliseconds> retry_after(const http_response& response) {
    const auto value = trim(find_header(response.headers, "Retry-After"));
    if (value.empty()) return std::nullopt;
    std::int64_t number = 0;
    const char* const end = value.data() + value.size();
    const auto [stop, error] = std::from_chars(value.data(), end, number);
    milliseconds wait{};
    if (error == std::errc{} && stop == end) {
        if (number < 0) return std::nullopt;
        // Clamped before it is multiplied.
        wait =
            seconds(std::min(number, std::chrono::ceil<seconds>(limits::retry_after_max).count()));
    } else {
        const auto then = parse_http_date(value);
        const auto now = parse_http_date(find_header(response.headers, "Date"));
        if (!then || !now || *then < *now) return std::nullopt;
        wait = *then - *now;
    }
    return std::min(wait, limits::retry_after_max);
}

// One line of what the other side said, without what could forge a log line.
std::string detail_of(const http_response& response) {
    std::string detail = "HTTP " + std::to_string(response.status);
    if (const auto where = find_header(response.headers, "Location");
        response.status >= 300 && response.status < 400 && !where.empty()) {
        return detail + ": redirection to " + valid_utf8(where, 200) + " is not followed";
    }
    std::string said = valid_utf8(trim(response.body), 200);
    std::replace_if(
        said.begin(),
        said.end(),
        [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; },
        ' '
    );
    return said.empty() ? detail : detail + ": " + said;
}

}  // namespace

http_request encode_alertmanager_post(
    std::string_view host, std::string_view base_path, std::span<const domain::alert_message> alerts
) {
    json::array list;
    for (const auto& alert : alerts) {
        json::object object;
        object["labels"] = to_json(alert.labels);
        object["annotations"] = to_json(alert.annotations);
        object["startsAt"] = text(iso8601(alert.starts_at));
        if (alert.ends_at) object["endsAt"] = text(iso8601(*alert.ends_at));
        list.push_back(std::move(object));
    }
    while (base_path.ends_with('/'))
        base_path.remove_suffix(1);
    return post(host, std::string(base_path) + "/api/v2/alerts", json::serialize(list));
}

http_request encode_webhook_post(
    std::string_view host,
    std::string_view target,
    std::span<const domain::alert_message> alerts,
    std::string_view secret
) {
    const bool any_firing = std::any_of(alerts.begin(), alerts.end(), [](const auto& alert) {
        return alert.state == domain::alert_state::firing;
    });
    json::array list;
    for (const auto& alert : alerts) {
        json::object object;
        object["identity"] = text(valid_utf8(domain::identity(alert.labels)));
        object["status"] = text(status_of(alert));
        object["labels"] = to_json(alert.labels);
        object["annotations"] = to_json(alert.annotations);
        object["starts_at"] = text(iso8601(alert.starts_at));
        if (alert.ends_at) object["ends_at"] = text(iso8601(*alert.ends_at));
        list.push_back(std::move(object));
    }
    json::object document;
    document["version"] = "1";
    document["status"] = any_firing ? "firing" : "resolved";
    document["alerts"] = std::move(list);
    auto request = post(host, std::string(target), json::serialize(document));
    request.headers.emplace_back("Idempotency-Key", idempotency_key(alerts));
    if (!secret.empty()) {
        request.headers.emplace_back(
            "X-Trainwatchd-Signature-256", signature_of(request.body, secret)
        );
    }
    return request;
}

result<domain::receipt> read_receipt(const http_response& response) {
    if (response.status >= 200 && response.status < 300) {
        return domain::receipt{response.status};
    }
    failure error;
    error.kind = class_of(response);
    error.detail = detail_of(response);
    error.retry_after = retry_after(response);
    return error;
}

}  // namespace trainwatch::wire
