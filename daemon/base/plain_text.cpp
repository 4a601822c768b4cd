#include "base/plain_text.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace trainwatch {
namespace {

constexpr char escape = '\x1b';

std::size_t length_within(std::string_view text, std::size_t at, char low, char high) {
    const auto from = at;
    while (at < text.size() && text[at] >= low && text[at] <= high)
        ++at;
    return at - from;
}

// Parameters 0x30 to 0x3F, intermediates 0x20 to 0x2F, one final byte: cut short, as far as it is.
std::size_t control_sequence(std::string_view text) {
    std::size_t at = 2;
    at += length_within(text, at, '0', '?');
    at += length_within(text, at, ' ', '/');
    return at + std::min<std::size_t>(length_within(text, at, '@', '~'), 1);
}

// Up to BEL or ST. Without its end it must not take the message with it.
std::size_t control_string(std::string_view text) {
    for (std::size_t at = 2; at < text.size() && text[at] != '\n'; ++at) {
        if (text[at] == '\a') return at + 1;
        if (text.substr(at).starts_with("\x1b\\") || text.substr(at).starts_with("\xC2\x9C")) {
            return at + 2;
        }
    }
    return 2;
}

// Intermediates and one final byte.
std::size_t short_sequence(std::string_view text) {
    const std::size_t at = 1 + length_within(text, 1, ' ', '/');
    return at + std::min<std::size_t>(length_within(text, at, '0', '~'), 1);
}

// In UTF-8, C1 is 0xC2 and one byte.
bool is_c1(std::string_view text) {
    return text.size() >= 2 && text[0] == '\xC2' && static_cast<unsigned char>(text[1]) < 0xA0;
}

// LF, and Unicode's separators of lines and paragraphs.
bool is_line_end(char32_t code) {
    return code == '\n' || code == 0x2028 || code == 0x2029;
}

}  // namespace

std::size_t escape_sequence(std::string_view text) {
    constexpr std::string_view strings = "]PX^_";
    constexpr std::string_view c1_strings = "\x9D\x90\x98\x9E\x9F";
    if (is_c1(text)) {
        if (text[1] == '\x9B') return control_sequence(text);
        return c1_strings.find(text[1]) == std::string_view::npos ? 0 : control_string(text);
    }
    if (text.empty() || text.front() != escape) return 0;
    if (text.size() == 1) return 1;
    if (text[1] == '[') return control_sequence(text);
    return strings.find(text[1]) == std::string_view::npos ? short_sequence(text)
                                                           : control_string(text);
}

std::string plain_text(std::string_view text) {
    const std::string valid = valid_utf8(text);
    std::string_view rest = valid;
    std::string plain;
    plain.reserve(valid.size());
    while (!rest.empty()) {
        if (const auto sequence = escape_sequence(rest); sequence > 0) {
            rest.remove_prefix(sequence);
            continue;
        }
        const auto [code, bytes] = first_character(rest);
        const auto whole = rest.substr(0, bytes);
        rest.remove_prefix(bytes);
        if (code == '\r') {
            if (!rest.starts_with('\n')) plain += '\n';
        } else if (is_line_end(code)) {
            plain += '\n';
        } else if (code == '\t' || (!is_control_character(code) && !is_direction_mark(code))) {
            plain += whole;
        }
    }
    return plain;
}

}  // namespace trainwatch
