#include "wire/alertmanager_alerts.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include <boost/json.hpp>

#include "base/text.hpp"
#include "wire/alert_payload.hpp"
#include "wire/alertmanager_matcher.hpp"

namespace trainwatch::wire {
namespace {

namespace json = boost::json;

constexpr int http_not_found = 404;
constexpr int http_method_not_allowed = 405;
constexpr int http_not_implemented = 501;

failure no_alertmanager(std::string detail) {
    failure why;
    why.kind = error_class::malformed;
    why.detail = std::move(detail);
    why.cure = "check the address and its path: what answers there is no Alertmanager";
    return why;
}

std::string text_of(const json::value* value) {
    const auto* const text = value != nullptr ? value->if_string() : nullptr;
    return text != nullptr ? std::string(*text) : std::string();
}

bool has_items(const json::object& object, std::string_view name) {
    const auto* const found = object.if_contains(name);
    const auto* const list = found != nullptr ? found->if_array() : nullptr;
    return list != nullptr && !list->empty();
}

// Nothing of it has to be there: a member that is missing is empty.
held_alert read_held_alert(const json::object& object) {
    held_alert alert;
    if (const auto* labels = object.if_contains("labels"); labels && labels->is_object()) {
        for (const auto& [name, value] : labels->get_object())
            alert.labels.emplace(std::string(name), text_of(&value));
    }
    if (const auto ends = parse_iso8601(text_of(object.if_contains("endsAt")))) {
        alert.ends_at = *ends;
    }
    if (const auto* receivers = object.if_contains("receivers");
        receivers && receivers->is_array()) {
        for (const auto& each : receivers->get_array()) {
            const auto* const receiver = each.if_object();
            if (receiver == nullptr) continue;
            alert.receivers.push_back(text_of(receiver->if_contains("name")));
        }
    }
    if (const auto* status = object.if_contains("status"); status && status->is_object()) {
        alert.is_silenced = has_items(status->get_object(), "silencedBy");
        alert.is_inhibited = has_items(status->get_object(), "inhibitedBy");
    }
    return alert;
}

http_request ask(
    std::string_view host, std::string_view base_path, const std::vector<std::string>& matchers
) {
    while (base_path.ends_with('/'))
        base_path.remove_suffix(1);
    http_request request;
    request.target = std::string(base_path) + "/api/v2/alerts";
    char separator = '?';
    for (const auto& matcher : matchers) {
        request.target += separator;
        request.target += "filter=" + percent_encode(matcher);
        separator = '&';
    }
    request.headers = {
        {"Host", std::string(host)}, {"User-Agent", "trainwatchd"}, {"Accept", "application/json"}};
    return request;
}

// An alert without that label has the empty value, as to Alertmanager.
std::set<std::string> values_of(
    std::span<const domain::label_map> alerts, const std::string& name
) {
    std::set<std::string> values;
    for (const auto& labels : alerts) {
        const auto found = labels.find(name);
        values.insert(found == labels.end() ? std::string() : found->second);
    }
    return values;
}

}  // namespace

http_request encode_alerts_question(
    std::string_view host, std::string_view base_path, const domain::label_map& labels
) {
    std::vector<std::string> matchers;
    for (const auto& [name, value] : labels)
        matchers.push_back(matcher_text(name, value));
    return ask(host, base_path, matchers);
}

http_request encode_alerts_question(
    std::string_view host, std::string_view base_path, std::span<const domain::label_map> alerts
) {
    return ask(
        host,
        base_path,
        {matcher_text("alertname", values_of(alerts, "alertname")),
         matcher_text("training_job", values_of(alerts, "training_job"))}
    );
}

result<std::vector<held_alert>> read_held_alerts(const http_response& response) {
    if (response.status == http_not_found) return no_alertmanager("HTTP 404 for /api/v2/alerts");
    const bool is_for_posts_alone =
        response.status == http_method_not_allowed || response.status == http_not_implemented;
    if (is_for_posts_alone) {
        return failure{
            .kind = error_class::rejected,
            .detail = "HTTP " + std::to_string(response.status) + " for GET /api/v2/alerts",
            .cure = "let whatever stands before the Alertmanager pass that on"};
    }
    if (const auto receipt = read_receipt(response); receipt.has_error()) return receipt.error();
    boost::system::error_code broken;
    const auto document = json::parse(response.body, broken);
    if (broken || !document.is_array()) {
        return no_alertmanager("its answer for /api/v2/alerts is no list of alerts");
    }
    std::vector<held_alert> held;
    for (const auto& each : document.get_array()) {
        if (const auto* const object = each.if_object()) held.push_back(read_held_alert(*object));
    }
    return held;
}

const held_alert* find_held(std::span<const held_alert> held, const domain::label_map& labels) {
    const auto at = std::find_if(held.begin(), held.end(), [&](const auto& each) {
        return std::all_of(labels.begin(), labels.end(), [&](const auto& label) {
            const auto same = each.labels.find(label.first);
            // An empty label is none to an Alertmanager.
            if (same == each.labels.end()) return label.second.empty();
            return same->second == label.second;
        });
    });
    return at == held.end() ? nullptr : &*at;
}

}  // namespace trainwatch::wire
