#include "app/print_error.hpp"

#include <cstdio>

namespace trainwatch::app {

void print_error(const std::string& line) {
    std::fprintf(stderr, "%s\n", line.c_str());
}

}  // namespace trainwatch::app
