#include "wire/alertmanager_matcher.hpp"

#include "base/text.hpp"

namespace trainwatch::wire {

namespace {

std::string in_quotes(std::string_view value) {
    std::string text = "\"";
    for (const char c : valid_utf8(value)) {
        if (c == '"' || c == '\\') text += '\\';
        if (c == '\n') {
            text += "\\n";
        } else {
            text += c;
        }
    }
    return text + '"';
}

// What means something in a regular expression of Go stands for itself.
std::string as_pattern(std::string_view value) {
    constexpr std::string_view special = "\\.+*?()|[]{}^$";
    std::string text;
    for (const char c : value) {
        if (special.find(c) != std::string_view::npos) text += '\\';
        text += c;
    }
    return text;
}

}  // namespace

std::string matcher_text(std::string_view name, std::string_view value) {
    return std::string(name) + "=" + in_quotes(value);
}

std::string matcher_text(std::string_view name, const std::set<std::string>& values) {
    if (values.size() == 1) return matcher_text(name, *values.begin());
    std::string pattern;
    for (const auto& value : values)
        pattern += (&value == &*values.begin() ? "" : "|") + as_pattern(value);
    return std::string(name) + "=~" + in_quotes(pattern);
}

}  // namespace trainwatch::wire
