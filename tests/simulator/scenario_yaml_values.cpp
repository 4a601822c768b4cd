#include "tests/simulator/scenario_yaml_values.hpp"

#include <charconv>
#include <set>
#include <system_error>

#include <boost/json.hpp>
#include <yaml-cpp/yaml.h>

#include "base/text.hpp"

namespace trainwatch::simulator {
namespace {

template <class Number>
std::optional<Number> number(std::string_view text) {
    Number value{};
    const auto* end = text.data() + text.size();
    const auto [stopped, code] = std::from_chars(text.data(), end, value);
    if (code != std::errc() || stopped != end || text.empty()) return std::nullopt;
    return value;
}

boost::json::value typed_scalar(const YAML::Node& node) {
    const auto text = node.Scalar();
    const bool quoted = node.Tag() == "!";
    if (quoted) return boost::json::value(text);
    if (text == "true" || text == "false") return boost::json::value(text == "true");
    if (text == "null" || text == "~") return nullptr;
    if (const auto whole = number<std::int64_t>(text)) return *whole;
    if (const auto real = number<double>(text)) return *real;
    return boost::json::value(text);
}

boost::json::value to_json(const YAML::Node& node) {
    if (node.IsScalar()) return typed_scalar(node);
    if (node.IsSequence()) {
        boost::json::array list;
        for (const auto& item : node)
            list.push_back(to_json(item));
        return list;
    }
    if (node.IsMap()) {
        boost::json::object object;
        for (const auto& entry : node)
            object[entry.first.Scalar()] = to_json(entry.second);
        return object;
    }
    return nullptr;
}

}  // namespace

void yaml_values::error(const YAML::Node& at, const std::string& path, const std::string& message) {
    const auto mark = at.Mark();
    error(mark.line, mark.column, path, message);
}

void yaml_values::error(int line, int column, const std::string& path, const std::string& message) {
    errors_.push_back(
        file_ + ":" + std::to_string(line + 1) + ":" + std::to_string(column + 1) + ": " + path +
        ": " + message
    );
}

std::optional<std::string> yaml_values::scalar(const YAML::Node& node, const std::string& path) {
    if (node.IsScalar()) return node.Scalar();
    error(node, path, "a single value is wanted here");
    return std::nullopt;
}

void yaml_values::read(const YAML::Node& node, const std::string& path, std::string& into) {
    if (auto text = scalar(node, path)) into = std::move(*text);
}

void yaml_values::read(const YAML::Node& node, const std::string& path, int& into) {
    const auto text = scalar(node, path);
    if (!text) return;
    const auto value = number<int>(*text);
    if (!value || *value < 0) return error(node, path, "\"" + *text + "\" is not a whole number");
    into = *value;
}

void yaml_values::read(const YAML::Node& node, const std::string& path, double& into) {
    const auto text = scalar(node, path);
    if (!text) return;
    const auto value = number<double>(*text);
    if (!value) return error(node, path, "\"" + *text + "\" is not a number");
    into = *value;
}

void yaml_values::read(const YAML::Node& node, const std::string& path, bool& into) {
    const auto text = scalar(node, path);
    if (!text) return;
    if (*text != "true" && *text != "false") {
        return error(node, path, "\"" + *text + "\" is neither true nor false");
    }
    into = *text == "true";
}

void yaml_values::read(
    const YAML::Node& node, const std::string& path, milliseconds& into, bool below_zero
) {
    const auto text = scalar(node, path);
    if (!text) return;
    const bool negative = below_zero && text->starts_with('-');
    const auto value = parse_duration(negative ? std::string_view(*text).substr(1) : *text);
    if (!value) {
        return error(node, path, "\"" + *text + "\" is not a duration such as 90s or 1h30m");
    }
    into = negative ? -*value : *value;
}

void yaml_values::read(
    const YAML::Node& node, const std::string& path, std::vector<std::string>& into
) {
    std::vector<std::string> list;
    each_item(node, path, [&](const std::string& where, const YAML::Node& item) {
        read(item, where, list.emplace_back());
    });
    into = std::move(list);
}

void yaml_values::read(
    const YAML::Node& node, const std::string& path, std::map<std::string, std::string>& into
) {
    each_entry(node, path, [&](const std::string& key, const YAML::Node& value) {
        read(value, path + "." + key, into[key]);
    });
}

void yaml_values::each_entry(
    const YAML::Node& node, const std::string& path, const entry_visitor& visit
) {
    if (!node.IsMap()) return error(node, path, "a mapping (key: value) is wanted here");
    std::set<std::string> seen;
    for (const auto& entry : node) {
        if (!entry.first.IsScalar()) {
            error(entry.first, path, "a key is a single word");
            continue;
        }
        const auto key = entry.first.Scalar();
        if (!seen.insert(key).second) {
            error(entry.first, path, "\"" + key + "\" stands here twice");
            continue;
        }
        visit(key, entry.second);
    }
}

void yaml_values::each_item(
    const YAML::Node& node, const std::string& path, const item_visitor& visit
) {
    if (!node.IsSequence()) return error(node, path, "a list is wanted here");
    std::size_t index = 0;
    for (const auto& item : node)
        visit(path + "[" + std::to_string(index++) + "]", item);
}

std::string yaml_values::json(const YAML::Node& node) {
    return boost::json::serialize(to_json(node));
}

std::string did_you_mean(std::string_view word, const std::vector<std::string_view>& known) {
    const auto near = nearest(word, known);
    return near.empty() ? "" : " (did you mean \"" + std::string(near) + "\"?)";
}

}  // namespace trainwatch::simulator
