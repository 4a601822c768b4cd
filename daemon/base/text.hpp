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
// Of `known`, the entry that `word` was probably meant to be; empty when nothing is near.
std::string_view nearest(std::string_view word, std::span<const std::string_view> known);
// The whole text against a pattern: '*' is any number of characters, '?' is one, bytes alike.
bool matches_glob(std::string_view text, std::string_view pattern);
// 64-bit FNV-1a: the same on every machine and in every release, and no secret is safe with it.
std::uint64_t fnv1a(std::string_view text);

}  // namespace trainwatch
