// Text of others without what a terminal would obey: frameworks colour their messages, and AWS
// hands these on as they are.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace trainwatch {

// The bytes of the escape sequence (ECMA-48) that valid UTF-8 begins with: what moves, paints or
// asks (CSI, in both spellings), a string such as a title or a link (OSC, DCS, …) with its end, or
// a short one. 0 for any other text. Nothing of the next line is taken for a part of it.
std::size_t escape_sequence(std::string_view text);

// Valid UTF-8 on as many lines, without escape sequences and control characters (C0, DEL, C1) but
// newline and tab. A carriage return ends a line, as a progress bar means it.
std::string plain_text(std::string_view text);

}  // namespace trainwatch
