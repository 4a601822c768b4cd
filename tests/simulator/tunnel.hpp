// Bytes in both directions between a proxy's client and the far side, until one of them ends.
#pragma once

#include <memory>
#include <string>

#include "io/byte_stream.hpp"
#include "tests/simulator/exchange.hpp"

namespace trainwatch::simulator {

// Connects, greets and carries. `early` is what the client sent behind its CONNECT. A far side that
// is not there is a 502.
io::task<void> run_tunnel(
    std::unique_ptr<io::byte_stream> client, tunnel_order order, std::string early
);

}  // namespace trainwatch::simulator
