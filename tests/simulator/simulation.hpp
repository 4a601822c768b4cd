// One run of the simulator: the simulated AWS, its ports, and what tells others that it is ready.
//
// Owns the io_context and everything on it, in order of construction.
#pragma once

#include <string>

#include "base/failure.hpp"
#include "tests/simulator/options.hpp"

namespace trainwatch::simulator {

// Runs until SIGTERM, SIGINT or a /shutdown. Failure: what kept it from starting.
result<void> run(const options& wanted);

}  // namespace trainwatch::simulator
