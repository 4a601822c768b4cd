#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "wire/settings_yaml_reader.hpp"

namespace trainwatch::wire {
namespace {

// Of valid UTF-8, by its first byte.
std::size_t utf8_length(char first) {
    const auto byte = static_cast<unsigned char>(first);
    return byte < 0x80 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
}

char32_t code_point(std::string_view piece) {
    const auto first = static_cast<unsigned char>(piece.front());
    char32_t value = piece.size() == 1 ? first : first & (0xFFU >> (piece.size() + 1));
    for (const char c : piece.substr(1))
        value = value << 6U | (static_cast<unsigned char>(c) & 0x3FU);
    return value;
}

// False for what a terminal obeys, hides or turns around instead of showing it: a name that looks
// right but is refused would puzzle, and one that turns the line around would lie.
bool is_shown(char32_t c) {
    struct range {
        char32_t first;
        char32_t last;
    };
    static constexpr std::array<range, 15> hidden{
        {{0x00, 0x1F},
         {0x7F, 0xA0},
         {0xAD, 0xAD},
         {0x034F, 0x034F},
         {0x061C, 0x061C},
         {0x115F, 0x1160},
         {0x180B, 0x180F},
         {0x2000, 0x200F},
         {0x2028, 0x202F},
         {0x205F, 0x206F},
         {0x3164, 0x3164},
         {0xFE00, 0xFE0F},
         {0xFEFF, 0xFEFF},
         {0xFFF0, 0xFFFB},
         {0xE0000, 0xE0FFF}}};
    return std::none_of(hidden.begin(), hidden.end(), [&](range each) {
        return c >= each.first && c <= each.last;
    });
}

// Byte by byte, so that the message says exactly what the file holds.
std::string escaped(std::string_view piece) {
    std::string text;
    for (const char c : piece) {
        const std::array<unsigned char, 1> byte{static_cast<unsigned char>(c)};
        text += "\\x" + hex(byte);
    }
    return text;
}

}  // namespace

std::string quoted(std::string_view text) {
    constexpr std::size_t shown_max = 80;
    std::string shown = "\"";
    const std::string valid = valid_utf8(text, shown_max);
    for (std::string_view rest = valid; !rest.empty();) {
        const auto piece = rest.substr(0, utf8_length(rest.front()));
        rest.remove_prefix(piece.size());
        shown += is_shown(code_point(piece)) ? std::string(piece) : escaped(piece);
    }
    return shown + (text.size() > shown_max ? "…\"" : "\"");
}

}  // namespace trainwatch::wire
