// A command line taken apart as a shell would, without a shell: blanks separate, quotes and
// backslashes keep together. Nothing is expanded.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/failure.hpp"

namespace trainwatch::wire {

// `rejected` for quotes that are not closed, a backslash at the end, and operators that only a
// shell would understand (a "|" of its own, say). The text is not repeated: it may hold secrets.
result<std::vector<std::string>> split_command(std::string_view text);

}  // namespace trainwatch::wire
