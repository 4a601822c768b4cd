#include <algorithm>

#include "base/limits.hpp"
#include "wire/settings_yaml_sections.hpp"

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

std::string type_problem(const std::string& text) {
    if (is_instance_type(text)) return {};
    if (!text.starts_with("ml.") && is_instance_type("ml." + text)) {
        return quoted(text) + " is a type of EC2; SageMaker's is " + quoted("ml." + text);
    }
    return quoted(text) + " is no instance type; one looks like ml.p4d.24xlarge";
}

}  // namespace

domain::price_map read_prices(settings_reader& reader, const yaml_value& where) {
    domain::price_map prices;
    const auto entries = reader.entries(
        where, "instance types and prices of an hour, such as {ml.p4d.24xlarge: 37.688}"
    );
    for (const auto& [type, value] : entries) {
        if (auto problem = type_problem(type.text); !problem.empty()) {
            reader.fail(type.where, std::move(problem));
            continue;
        }
        const auto price = reader.number(value, "37.688");
        if (!price) continue;
        if (*price <= 0 || *price > limits::price_most) {
            reader.fail(value, "the price of an hour must be more than 0 and at most 1e9");
            continue;
        }
        prices.emplace(type.text, *price);
    }
    return prices;
}

}  // namespace trainwatch::wire
