// Small text tools that the standard library lacks.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace trainwatch {

// Lower-case hexadecimal.
std::string hex(std::span<const unsigned char> bytes);
// Of ASCII: a letter or digit of another script is none.
constexpr bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
constexpr bool is_hex(char c) {
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}
// Without blanks and tabs (and CR, LF) at both ends.
std::string_view trim(std::string_view text);
std::string lower(std::string_view text);
// ASCII case-insensitive comparison, as HTTP header names need.
bool equal_ignoring_case(std::string_view a, std::string_view b);
bool starts_with_ignoring_case(std::string_view text, std::string_view prefix);
// RFC 3986: everything but letters, digits and -._~ becomes %XX; '/' stays when asked for.
std::string percent_encode(std::string_view text, bool keep_slash = false);
// Replaces what is not UTF-8 by U+FFFD and cuts, on a character boundary, to `max_bytes`.
std::string valid_utf8(std::string_view text, std::size_t max_bytes = std::string_view::npos);
struct character {
    char32_t code = 0;
    std::size_t bytes = 0;
};
// The first one of valid UTF-8 that is not empty.
character first_character(std::string_view text);
// What reorders the text around it (Unicode's bidirectional controls), or hides in it.
constexpr bool is_direction_mark(char32_t code) {
    return code == 0x061C || code == 0x200E || code == 0x200F ||
        (code >= 0x202A && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069) ||
        code == 0xFEFF || (code >= 0xE0000 && code <= 0xE007F);
}
// C0, C1, DEL, and the separators of lines and paragraphs (U+2028, U+2029).
constexpr bool is_control_character(char32_t code) {
    return code < 0x20 || (code >= 0x7F && code < 0xA0) || code == 0x2028 || code == 0x2029;
}
// Of `known`, the entry that `word` was probably meant to be; empty when nothing is near.
std::string_view nearest(std::string_view word, std::span<const std::string_view> known);
// The whole text against a pattern: '*' is any number of characters, '?' is one (of UTF-8; of what
// is none, a byte).
bool matches_glob(std::string_view text, std::string_view pattern);
// 64-bit FNV-1a: the same on every machine and in every release, and no secret is safe with it.
std::uint64_t fnv1a(std::string_view text);

}  // namespace trainwatch
