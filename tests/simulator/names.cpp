#include "tests/simulator/names.hpp"

#include <algorithm>

namespace trainwatch::simulator {
namespace {

// Not std::isalnum: SageMaker's letters are ASCII whatever the locale.
bool is_letter_or_digit(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

}  // namespace

bool is_resource_name(std::string_view name, std::size_t longest) {
    if (name.empty() || name.size() > longest) return false;
    if (!is_letter_or_digit(name.front()) || !is_letter_or_digit(name.back())) return false;
    return std::all_of(name.begin(), name.end(), [](char c) {
        return c == '-' || is_letter_or_digit(c);
    });
}

}  // namespace trainwatch::simulator
