#include "tests/simulator/options.hpp"

#include <charconv>
#include <system_error>

namespace trainwatch::simulator {

std::optional<io::listen_options> parse_address(const std::string& text) {
    const auto colon = text.rfind(':');
    if (colon == std::string::npos || colon == 0) return std::nullopt;
    io::listen_options where;
    where.address = text.substr(0, colon);
    if (where.address.front() == '[' && where.address.back() == ']') {
        where.address = where.address.substr(1, where.address.size() - 2);
    }
    const auto* end = text.data() + text.size();
    const auto [stopped, code] = std::from_chars(text.data() + colon + 1, end, where.port);
    if (code != std::errc() || stopped != end) return std::nullopt;
    return where;
}

std::optional<milliseconds> parse_offset(const std::string& text) {
    const bool negative = text.starts_with('-');
    const auto length = parse_duration(negative ? text.substr(1) : text);
    if (!length) return std::nullopt;
    return negative ? -*length : *length;
}

}  // namespace trainwatch::simulator
