#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include <boost/json.hpp>

#include "tests/simulator/faults.hpp"
#include "tests/simulator/json_text.hpp"

namespace trainwatch::simulator {
namespace {

namespace json = boost::json;

constexpr std::array<std::pair<std::string_view, fault_kind>, 18> kind_names{{
    {"status", fault_kind::status},
    {"html", fault_kind::html},
    {"error", fault_kind::error},
    {"throttle", fault_kind::throttle},
    {"reset", fault_kind::reset},
    {"reset_body", fault_kind::reset_body},
    {"truncate", fault_kind::truncate},
    {"cut_json", fault_kind::cut_json},
    {"slow", fault_kind::slow},
    {"wrong_job", fault_kind::wrong_job},
    {"hang", fault_kind::hang},
    {"expired_token", fault_kind::expired_token},
    {"short_page", fault_kind::short_page},
    {"expired_keys", fault_kind::expired_keys},
    {"brief_keys", fault_kind::brief_keys},
    {"cut_tunnel", fault_kind::cut_tunnel},
    {"early_bytes", fault_kind::early_bytes},
    {"content_length", fault_kind::content_length},
}};

bool set_kind(fault_rule& rule, const json::value& value) {
    if (!value.is_string()) return false;
    for (const auto& [name, kind] : kind_names) {
        if (value.get_string() != name) continue;
        rule.kind = kind;
        if (kind == fault_kind::html) rule.status = 502;
        if (kind == fault_kind::error) rule.status = 400;
        return true;
    }
    return false;
}

bool set_text(std::string& into, const json::value& value) {
    if (!value.is_string()) return false;
    into.assign(value.get_string().data(), value.get_string().size());
    return true;
}

bool set_number(fault_rule& rule, std::string_view key, const json::value& value) {
    if (!value.is_number()) return false;
    const auto number = value.to_number<double>();
    if (number < 0) return false;
    if (key == "probability") {
        rule.probability = number;
        return number <= 1.0;
    }
    if (!value.is_int64()) return false;
    if (key == "next") rule.next = value.get_int64();
    if (key == "bytes") rule.bytes = value.get_int64();
    if (key == "milliseconds") rule.delay = milliseconds(value.get_int64());
    if (key != "status") return true;
    rule.status = static_cast<int>(value.get_int64());
    return rule.status >= 200 && rule.status <= 599;
}

bool set_lifetime(fault_rule& rule, const json::value& value) {
    std::string text;
    if (!set_text(text, value)) return false;
    const auto length = parse_duration(text);
    if (length) rule.lifetime = *length;
    return length.has_value();
}

bool set_service(fault_rule& rule, const json::value& value) {
    constexpr std::array<std::string_view, 7> known{
        "sagemaker", "sts", "portal", "imds", "container", "proxy", "*"};
    return set_text(rule.service, value) &&
        std::find(known.begin(), known.end(), rule.service) != known.end();
}

bool set_body(fault_rule& rule, const json::value& value) {
    if (value != "json" && value != "empty") return false;
    rule.json_body = value == "json";
    return true;
}

// False when the key is not known or its value does not fit.
bool set(fault_rule& rule, std::string_view key, const json::value& value) {
    if (key == "kind") return true;  // read first: it sets the usual status
    if (key == "service") return set_service(rule, value);
    if (key == "lifetime") return set_lifetime(rule, value);
    if (key == "host" || key == "role") return set_text(rule.job, value);
    if (key == "operation") return set_text(rule.operation, value);
    if (key == "region") return set_text(rule.region, value);
    if (key == "job") return set_text(rule.job, value);
    if (key == "code") return set_text(rule.code, value);
    if (key == "message") return set_text(rule.message, value);
    if (key == "body") return set_body(rule, value);
    for (const auto* number : {"probability", "next", "status", "milliseconds", "bytes"}) {
        if (key == number) return set_number(rule, key, value);
    }
    return false;
}

boost::system::result<fault_rule, std::string> read_rule(const json::value& value) {
    if (!value.is_object()) return std::string("a fault is a JSON object");
    const auto& object = value.get_object();
    fault_rule rule;
    const auto* kind = object.if_contains("kind");
    if (kind == nullptr || !set_kind(rule, *kind)) {
        std::string names;
        for (const auto& known : kind_names)
            names += " " + std::string(known.first);
        return "kind is one of" + names;
    }
    for (const auto& member : object) {
        const std::string_view key(member.key().data(), member.key().size());
        if (!set(rule, key, member.value())) {
            return "\"" + std::string(key) + "\" is not known, or its value does not fit";
        }
    }
    return rule;
}

}  // namespace

boost::system::result<std::vector<fault_rule>, std::string> read_faults(std::string_view text) {
    boost::system::error_code code;
    const auto value = json::parse(json::string_view(text.data(), text.size()), code);
    if (code) return "not JSON: " + code.message();
    std::vector<fault_rule> rules;
    const auto* object = value.if_object();
    const auto* list = object == nullptr ? nullptr : object->if_contains("faults");
    if (list != nullptr && list->is_array()) {
        for (const auto& item : list->get_array()) {
            auto rule = read_rule(item);
            if (!rule) return rule.error();
            rules.push_back(std::move(*rule));
        }
        return rules;
    }
    auto rule = read_rule(value);
    if (!rule) return rule.error();
    rules.push_back(std::move(*rule));
    return rules;
}

std::string faults_text(const fault_book& book) {
    json::array list;
    for (const auto& rule : book.rules()) {
        json::object object;
        for (const auto& [name, kind] : kind_names) {
            if (kind == rule.kind) object["kind"] = json::string_view(name.data(), name.size());
        }
        if (rule.service != "sagemaker") object["service"] = rule.service;
        if (!rule.operation.empty()) object["operation"] = rule.operation;
        if (!rule.region.empty()) object["region"] = rule.region;
        if (!rule.job.empty()) object["job"] = rule.job;
        object["probability"] = rule.probability;
        if (rule.next) object["next"] = *rule.next;
        object["hits"] = rule.hits;
        list.push_back(std::move(object));
    }
    return json_text(json::object{{"faults", std::move(list)}});
}

}  // namespace trainwatch::simulator
