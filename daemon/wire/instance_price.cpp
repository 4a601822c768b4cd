#include "wire/instance_price.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/limits.hpp"
#include "wire/settings_yaml_reader.hpp"

namespace trainwatch::wire {
namespace {

bool is_piece(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
    });
}

// ml.p4d.24xlarge: "ml", a family and a size. The types themselves are AWS' to add to.
bool is_instance_type(std::string_view text) {
    if (!text.starts_with("ml.") || text.size() > 63) return false;
    const auto rest = text.substr(3);
    const auto dot = rest.find('.');
    return dot != std::string_view::npos && is_piece(rest.substr(0, dot)) &&
        is_piece(rest.substr(dot + 1));
}

}  // namespace

std::string instance_type_problem(std::string_view text) {
    if (is_instance_type(text)) return {};
    if (!text.starts_with("ml.") && is_instance_type("ml." + std::string(text))) {
        return quoted(text) + " is a type of EC2; SageMaker's is " +
            quoted("ml." + std::string(text));
    }
    return quoted(text) + " is no instance type; one looks like ml.p4d.24xlarge";
}

std::string price_problem(double price) {
    if (price > 0 && price <= limits::price_most) return {};
    return "the price of an hour must be more than 0 and at most 1e9";
}

std::variant<std::pair<std::string, double>, std::string> parse_instance_price(std::string_view text
) {
    const auto sign = text.find('=');
    if (sign == std::string_view::npos) {
        return quoted(text) + " is no price; write one as ml.p4d.24xlarge=37.688";
    }
    const auto type = text.substr(0, sign);
    if (auto problem = instance_type_problem(type); !problem.empty()) return problem;
    const auto number = text.substr(sign + 1);
    double price = 0;
    const char* const end = number.data() + number.size();
    const auto [stop, error] = std::from_chars(number.data(), end, price);
    if (error != std::errc{} || stop != end || !std::isfinite(price)) {
        return quoted(number) + " is no number; write one such as 37.688";
    }
    if (auto problem = price_problem(price); !problem.empty()) return problem;
    return std::pair{std::string(type), price};
}

}  // namespace trainwatch::wire
