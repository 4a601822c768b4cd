// The words of the command line: which there are, and what a wrong one was probably meant to be.
//
// Private to app/options.
#pragma once

#include <string>
#include <string_view>

namespace trainwatch::app {

// What the parser could not place, in words that help. `wants_command`: none was given before it.
std::string explain_leftover(std::string_view word, bool wants_command);

// A value of the command line as messages repeat it.
std::string quoted_value(std::string_view value);

}  // namespace trainwatch::app
