#include "wire/query_parameters.hpp"

#include <algorithm>
#include <charconv>

#include "base/text.hpp"

namespace trainwatch::wire {
namespace {

constexpr std::size_t quoted_bytes_max = 100;
// A request has 16 KB: what is wrong with the first few tells the story.
constexpr std::size_t errors_max = 20;

bool is_one_of(std::string_view text, std::span<const std::string_view> choices) {
    return std::find(choices.begin(), choices.end(), text) != choices.end();
}

}  // namespace

std::string any_of(std::span<const std::string_view> choices) {
    std::string text;
    for (std::size_t i = 0; i < choices.size(); ++i) {
        if (i > 0) text += i + 1 == choices.size() ? " or " : ", ";
        text += choices[i];
    }
    return text.empty() ? "nothing, so far" : text;
}

std::string in_quotes(std::string_view text) {
    std::string shown = valid_utf8(text, quoted_bytes_max);
    std::replace_if(
        shown.begin(),
        shown.end(),
        [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; },
        ' '
    );
    return "\"" + shown + "\"";
}

query_parameters::query_parameters(
    const parameter_list& given, std::span<const std::string_view> known
)
    : given_(given) {
    for (const auto& [name, value] : given) {
        if (is_one_of(name, known)) continue;
        const auto meant = nearest(name, known);
        const auto hint =
            meant.empty() ? std::string() : "; did you mean \"" + std::string(meant) + "\"?";
        fail(
            valid_utf8(name, quoted_bytes_max),
            "there is no such parameter" + hint + "; allowed are " + any_of(known)
        );
    }
}

void query_parameters::fail(std::string_view name, std::string detail) {
    if (errors_.size() < errors_max) errors_.push_back({std::string(name), std::move(detail)});
}

std::vector<std::string> query_parameters::all(std::string_view name) {
    std::vector<std::string> values;
    for (const auto& [given, value] : given_) {
        if (given != name) continue;
        if (value.empty()) {
            fail(name, "has no value; leave it out where it is not to narrow the answer");
        } else {
            values.push_back(value);
        }
    }
    return values;
}

void query_parameters::only(
    std::string_view name,
    std::vector<std::string>& values,
    std::span<const std::string_view> allowed
) {
    std::erase_if(values, [&](const std::string& value) {
        if (is_one_of(value, allowed)) return false;
        fail(name, in_quotes(value) + " is not allowed; it is " + any_of(allowed));
        return true;
    });
}

std::optional<std::string> query_parameters::one(std::string_view name) {
    auto values = all(name);
    if (values.empty()) return std::nullopt;
    if (values.size() > 1) fail(name, "is given more than once");
    return std::move(values.front());
}

std::size_t query_parameters::count(
    std::string_view name, std::size_t otherwise, std::size_t most
) {
    const auto text = one(name);
    if (!text) return otherwise;
    std::size_t number = 0;
    const char* const end = text->data() + text->size();
    const auto [stop, error] = std::from_chars(text->data(), end, number);
    if (error == std::errc() && stop == end && number >= 1 && number <= most) return number;
    fail(name, in_quotes(*text) + " is not a whole number from 1 to " + std::to_string(most));
    return otherwise;
}

}  // namespace trainwatch::wire
