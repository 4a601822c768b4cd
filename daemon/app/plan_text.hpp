// How `check-config --plan` writes numbers and names.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"

namespace trainwatch::app {

// 12345 -> "12,345"
std::string grouped(std::uint64_t number);
// To two or three digits: nobody can promise more.
std::string rounded(milliseconds time);
// 2 -> "2", 0.25 -> "0.25"
std::string plain(double rate);
// With blanks in front, up to `width`.
std::string right(std::string_view text, std::size_t width);
// "a, b"
std::string joined(const std::vector<std::string>& words);

}  // namespace trainwatch::app
