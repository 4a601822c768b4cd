#include "tests/simulator/request_reader.hpp"

#include <algorithm>
#include <cmath>

#include <boost/json.hpp>

namespace trainwatch::simulator {
namespace {

namespace json = boost::json;

std::string_view kind_of(const json::value& value) {
    switch (value.kind()) {
        case json::kind::string:
            return "STRING_VALUE";
        case json::kind::bool_:
            return value.get_bool() ? "TRUE_VALUE" : "FALSE_VALUE";
        case json::kind::array:
            return "START_ARRAY";
        case json::kind::object:
            return "START_OBJECT";
        case json::kind::double_:
            return "DECIMAL_VALUE";
        default:
            return "NUMBER_VALUE";
    }
}

// Messages spell members as the service's own code does: trainingJobName.
std::string spelled(std::string_view member) {
    std::string name(member);
    if (!name.empty() && name.front() >= 'A' && name.front() <= 'Z') name.front() += 'a' - 'A';
    return name;
}

std::string joined(std::span<const std::string_view> values) {
    std::string text;
    for (const auto value : values)
        text += (text.empty() ? "" : ", ") + std::string(value);
    return "[" + text + "]";
}

}  // namespace

api_error validation_error(std::string message) {
    return {.type = "ValidationException", .message = std::move(message)};
}

const json::value* request_reader::find(std::string_view member) const {
    const auto* value = input_.if_contains(json::string_view(member.data(), member.size()));
    return value == nullptr || value->is_null() ? nullptr : value;
}

void request_reader::wrong_type(const json::value& value, std::string_view wanted) {
    if (type_error_) return;
    type_error_ = api_error{
        .type = "SerializationException",
        .message = std::string(kind_of(value)) + " cannot be converted to " + std::string(wanted)};
}

void request_reader::broken(
    std::string_view member, const std::string& value, const std::string& constraint
) {
    broken_.push_back(
        "Value " + value + " at '" + spelled(member) + "' failed to satisfy constraint: Member " +
        constraint
    );
}

std::optional<std::string> request_reader::text(
    std::string_view member, const text_constraint& constraint
) {
    const auto* value = find(member);
    if (value == nullptr) {
        if (constraint.required) broken(member, "null", "must not be null");
        return std::nullopt;
    }
    if (!value->is_string()) {
        wrong_type(*value, "String");
        return std::nullopt;
    }
    const std::string text(value->get_string().data(), value->get_string().size());
    const auto quoted = "'" + text + "'";
    const auto before = broken_.size();
    if (text.size() > constraint.longest) {
        const auto most = std::to_string(constraint.longest);
        broken(member, quoted, "must have length less than or equal to " + most);
    }
    if (text.size() < constraint.shortest) {
        const auto least = std::to_string(constraint.shortest);
        broken(member, quoted, "must have length greater than or equal to " + least);
    }
    if (constraint.matches != nullptr && !constraint.matches(text)) {
        const auto pattern = std::string(constraint.pattern);
        broken(member, quoted, "must satisfy regular expression pattern: " + pattern);
    }
    const auto& values = constraint.values;
    if (!values.empty() && std::find(values.begin(), values.end(), text) == values.end()) {
        broken(member, quoted, "must satisfy enum value set: " + joined(values));
    }
    if (broken_.size() > before) return std::nullopt;
    return text;
}

std::optional<std::int64_t> request_reader::number(
    std::string_view member, const number_constraint& constraint
) {
    const auto* value = find(member);
    if (value == nullptr) return std::nullopt;
    if (!value->is_int64()) {
        wrong_type(*value, "Integer");
        return std::nullopt;
    }
    const auto number = value->get_int64();
    const auto quoted = "'" + std::to_string(number) + "'";
    if (number > constraint.most) {
        const auto most = std::to_string(constraint.most);
        broken(member, quoted, "must have value less than or equal to " + most);
        return std::nullopt;
    }
    if (number < constraint.least) {
        const auto least = std::to_string(constraint.least);
        broken(member, quoted, "must have value greater than or equal to " + least);
        return std::nullopt;
    }
    return number;
}

std::optional<wall_time> request_reader::time(std::string_view member) {
    const auto* value = find(member);
    if (value == nullptr) return std::nullopt;
    if (!value->is_number()) {
        wrong_type(*value, "Date");
        return std::nullopt;
    }
    return from_unix_milliseconds(std::llround(value->to_number<double>() * 1000.0));
}

std::optional<api_error> request_reader::error() const {
    if (type_error_) return type_error_;
    if (broken_.empty()) return std::nullopt;
    std::string message = std::to_string(broken_.size()) + " validation error" +
        (broken_.size() == 1 ? "" : "s") + " detected: ";
    for (std::size_t at = 0; at < broken_.size(); ++at)
        message += (at > 0 ? "; " : "") + broken_[at];
    return validation_error(std::move(message));
}

}  // namespace trainwatch::simulator
