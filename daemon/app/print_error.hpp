// A line for people on standard error.
#pragma once

#include <string>

namespace trainwatch::app {

void print_error(const std::string& line);

}  // namespace trainwatch::app
