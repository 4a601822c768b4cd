// Bytes made small and back again: zlib's format (RFC 1950), which ends with a checksum.
//
// Pure; knows nothing of what it packs. Inflating is bounded, so that a few bytes cannot become
// gigabytes.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace trainwatch::wire {

std::string deflate_bytes(std::string_view plain);

// Nothing when `packed` is not whole, is damaged, or holds more than `bytes_max`.
std::optional<std::string> inflate_bytes(std::string_view packed, std::size_t bytes_max);

}  // namespace trainwatch::wire
