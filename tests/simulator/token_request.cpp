#include "tests/simulator/token_request.hpp"

#include <algorithm>
#include <charconv>

namespace trainwatch::simulator {
namespace {

constexpr std::int64_t duration_least = 900;
constexpr std::int64_t duration_most = 43'200;

bool is_letter_or_digit(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

// RoleArn is told as roleArn.
std::string member(std::string_view name) {
    std::string text(name);
    if (!text.empty() && text.front() >= 'A' && text.front() <= 'Z') text.front() += 'a' - 'A';
    return text;
}

}  // namespace

std::string_view token_request::find(std::string_view name) const {
    for (const auto& [key, value] : given_) {
        if (key == name) return value;
    }
    return {};
}

void token_request::broken(
    std::string_view name, std::string_view value, const std::string& constraint
) {
    const auto shown = value.empty() ? "null" : "'" + std::string(value) + "'";
    broken_.push_back(
        "Value " + shown + " at '" + member(name) + "' failed to satisfy constraint: Member must " +
        constraint
    );
}

std::string token_request::text(std::string_view name, const bounds& allowed) {
    const auto value = find(name);
    if (value.empty()) {
        if (allowed.required) broken(name, value, "not be null");
        return "";
    }
    const auto before = broken_.size();
    if (value.size() < allowed.shortest) {
        broken(
            name, value, "have length greater than or equal to " + std::to_string(allowed.shortest)
        );
    }
    if (value.size() > allowed.longest) {
        broken(name, value, "have length less than or equal to " + std::to_string(allowed.longest));
    }
    const auto fits = [&](char c) {
        return is_letter_or_digit(c) || allowed.signs->find(c) != std::string_view::npos;
    };
    if (allowed.signs && !std::all_of(value.begin(), value.end(), fits)) {
        broken(name, value, "satisfy regular expression pattern: " + std::string(allowed.pattern));
    }
    return broken_.size() == before ? std::string(value) : "";
}

std::optional<seconds> token_request::duration() {
    const auto value = find("DurationSeconds");
    if (value.empty()) return std::nullopt;
    std::int64_t number = 0;
    const auto [end, code] = std::from_chars(value.data(), value.data() + value.size(), number);
    if (code != std::errc() || end != value.data() + value.size()) {
        broken("DurationSeconds", value, "be a whole number");
        return std::nullopt;
    }
    if (number < duration_least) {
        broken("DurationSeconds", value, "have value greater than or equal to 900");
    }
    if (number > duration_most) {
        broken("DurationSeconds", value, "have value less than or equal to 43200");
    }
    return seconds(number);
}

std::optional<api_error> token_request::error() const {
    if (broken_.empty()) return std::nullopt;
    const auto count = broken_.size();
    std::string message =
        std::to_string(count) + " validation error" + (count > 1 ? "s" : "") + " detected: ";
    for (const auto& one : broken_)
        message += (&one == &broken_.front() ? "" : "; ") + one;
    return api_error{.type = "ValidationError", .message = std::move(message)};
}

}  // namespace trainwatch::simulator
