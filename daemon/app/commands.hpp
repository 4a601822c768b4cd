// The commands that need a whole configuration: `run`, the daemon, `once`, one pass over the watch
// lists, and `check-config --online`.
//
// Each gives the exit code: 0, 78 when `run` cannot work with its configuration, or 1 when it could
// not start, not see every job (once), or when something would fail (check-config --online).
#pragma once

#include "app/options.hpp"

namespace trainwatch::app {

int run(const options& chosen);

// Metrics text on standard output, would-be alerts on standard error; nothing is sent.
int once(const options& chosen);

// One line a connection and region and a receiver's address, on standard output.
int check_online_files(const options& chosen);

}  // namespace trainwatch::app
