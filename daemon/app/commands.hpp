// The commands that talk to AWS: `run`, the daemon, and `once`, one pass over the watch lists.
//
// Each gives the exit code: 0, or 1 when it could not start (both) or not see every job (once).
#pragma once

#include "app/options.hpp"

namespace trainwatch::app {

int run(const options& chosen);

// Metrics text on standard output, would-be alerts on standard error; nothing is sent.
int once(const options& chosen);

}  // namespace trainwatch::app
