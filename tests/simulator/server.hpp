// Coroutines between a listening socket and a handler: read a request, answer it, keep the
// connection. Delays, resets and cut answers happen here, as the exchange asks for them.
//
// Everything runs on one io_context's thread. A connection owns its stream and ends with it.
#pragma once

#include <functional>

#include "io/byte_stream.hpp"
#include "tests/simulator/exchange.hpp"

namespace trainwatch::simulator {

using exchange_handler = std::function<exchange(const wire::http_request&)>;

// Accepts until the listener is closed. The handler outlives the io_context's run.
io::task<void> serve(io::listener& where, const exchange_handler& handler);

}  // namespace trainwatch::simulator
