// "--web.listen-address" as Prometheus writes it: ":9717", "127.0.0.1:9717", "[::1]:9717".
#pragma once

#include <optional>
#include <string_view>

#include "io/byte_stream.hpp"

namespace trainwatch::app {

// Without a host: all addresses of both families. Names are not resolved: an address is meant.
std::optional<io::listen_options> parse_listen_address(std::string_view text);

}  // namespace trainwatch::app
