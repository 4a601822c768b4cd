#include "wire/control_message.hpp"

#include <utility>

#include <boost/json.hpp>

#include "base/text.hpp"

namespace trainwatch::wire {
namespace {

namespace json = boost::json;

// A request is flat, an answer has lists of texts.
constexpr std::size_t depth_max = 3;

result<json::object> read_object(std::string_view line, error_class otherwise) {
    json::parse_options strict;
    strict.max_depth = depth_max;
    boost::system::error_code broken;
    auto value = json::parse(json::string_view(line.data(), line.size()), broken, {}, strict);
    if (!broken && value.is_object()) return std::move(value.get_object());
    return failure{.kind = otherwise, .code = broken, .detail = "not a JSON object on one line"};
}

std::string text_of(const json::string& text) {
    return {text.data(), text.size()};
}

std::vector<std::string> texts_in(const json::object& object, json::string_view name) {
    std::vector<std::string> texts;
    const auto* const found = object.if_contains(name);
    if (found == nullptr || !found->is_array()) return texts;
    for (const auto& each : found->get_array()) {
        if (each.is_string()) texts.push_back(text_of(each.get_string()));
    }
    return texts;
}

json::array array_of(const std::vector<std::string>& texts) {
    json::array out;
    for (const auto& each : texts)
        out.emplace_back(valid_utf8(each));
    return out;
}

std::string line_of(const json::object& object) {
    return json::serialize(object) + "\n";
}

}  // namespace

std::string encode(const control_request& request) {
    json::object out{{"command", valid_utf8(request.command)}};
    for (const auto& [name, value] : request.arguments)
        out[valid_utf8(name)] = valid_utf8(value);
    return line_of(out);
}

std::string encode(const control_answer& answer) {
    json::object out{{"ok", answer.ok}};
    if (!answer.errors.empty()) out["errors"] = array_of(answer.errors);
    if (!answer.warnings.empty()) out["warnings"] = array_of(answer.warnings);
    if (!answer.text.empty()) out["text"] = valid_utf8(answer.text);
    return line_of(out);
}

result<control_request> read_control_request(std::string_view line) {
    auto object = read_object(line, error_class::rejected);
    if (!object) return object.error();
    control_request request;
    for (const auto& [name, value] : *object) {
        const std::string key(name.data(), name.size());
        if (!value.is_string()) {
            return failure{
                .kind = error_class::rejected,
                .detail = "\"" + valid_utf8(key, 80) + "\" is not a text"};
        }
        auto& into = key == "command" ? request.command : request.arguments[key];
        into = text_of(value.get_string());
    }
    if (!request.command.empty()) return request;
    return failure{.kind = error_class::rejected, .detail = "there is no \"command\" in it"};
}

result<control_answer> read_control_answer(std::string_view line) {
    const auto object = read_object(line, error_class::malformed);
    if (!object) return object.error();
    const auto* const ok = object->if_contains("ok");
    if (ok == nullptr || !ok->is_bool()) {
        return failure{.kind = error_class::malformed, .detail = "there is no \"ok\" in it"};
    }
    control_answer answer{
        ok->get_bool(), texts_in(*object, "errors"), texts_in(*object, "warnings")};
    const auto* const text = object->if_contains("text");
    if (text != nullptr && text->is_string()) answer.text = text_of(text->get_string());
    return answer;
}

}  // namespace trainwatch::wire
