#include "wire/json_repair.hpp"

#include <charconv>
#include <optional>

#include "base/text.hpp"

namespace trainwatch::wire {

namespace {

constexpr std::size_t escape_size = 6;  // \uXXXX

// The code unit of the \uXXXX that `text` begins with.
std::optional<unsigned> code_unit(std::string_view text) {
    if (text.size() < escape_size || !text.starts_with("\\u")) return {};
    unsigned unit = 0;
    const char* const end = text.data() + escape_size;
    const auto [stop, error] = std::from_chars(text.data() + 2, end, unit, 16);
    if (error != std::errc() || stop != end) return {};
    return unit;
}

bool is_leading(std::optional<unsigned> unit) {
    return unit && *unit >= 0xd800 && *unit < 0xdc00;
}
bool is_trailing(std::optional<unsigned> unit) {
    return unit && *unit >= 0xdc00 && *unit < 0xe000;
}

}  // namespace

std::string repair_json_text(std::string_view json) {
    const std::string text = valid_utf8(json);
    std::string_view rest = text;
    std::string out;
    out.reserve(text.size());
    while (!rest.empty()) {
        const auto unit = code_unit(rest);
        std::size_t size = 1;
        if (unit) {
            size = escape_size;
            const bool paired = is_leading(unit) && is_trailing(code_unit(rest.substr(size)));
            if (paired) {
                size += escape_size;
            } else if (is_leading(unit) || is_trailing(unit)) {
                out += "\\ufffd";
                rest.remove_prefix(size);
                continue;
            }
        } else if (rest.front() == '\\' && rest.size() > 1) {
            size = 2;  // an escaped backslash does not begin another escape
        }
        out += rest.substr(0, size);
        rest.remove_prefix(size);
    }
    return out;
}

}  // namespace trainwatch::wire
