#include "wire/metric_label_names.hpp"

#include <string_view>
#include <utility>
#include <vector>

namespace trainwatch::wire {
namespace {

constexpr bool is_upper(char c) {
    return c >= 'A' && c <= 'Z';
}
constexpr bool is_lower_or_digit(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

std::string series_name(std::string_view chosen) {
    std::string name = "label_";
    char before = '_';
    for (const char c : chosen) {
        if (is_upper(c)) {
            if (is_lower_or_digit(before)) name += '_';
            name += static_cast<char>(c - 'A' + 'a');
        } else {
            name += is_lower_or_digit(c) ? c : '_';
        }
        before = c;
    }
    return name;
}

}  // namespace

domain::label_map labels_of_labels(const domain::label_map& chosen) {
    std::map<std::string, std::vector<std::string_view>> by_name;
    for (const auto& [name, value] : chosen)
        by_name[series_name(name)].push_back(value);
    domain::label_map labels;
    for (const auto& [name, values] : by_name) {
        if (values.size() == 1) {
            labels.emplace(name, values.front());
            continue;
        }
        for (std::size_t i = 0; i < values.size(); ++i)
            labels.emplace(name + "_conflict" + std::to_string(i + 1), values[i]);
    }
    return labels;
}

}  // namespace trainwatch::wire
