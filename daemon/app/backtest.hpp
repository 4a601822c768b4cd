// `trainwatchd backtest`: what the rules would have paged for, had the daemon watched already.
//
// Reads an account's own history (app/history_reading) or saved answers (app/saved_history), lets
// the rules judge it (app/backtest_report) and prints the result. Sends nothing and keeps nothing.
#pragma once

#include "app/options.hpp"

namespace trainwatch::app {

// The exit code: 0; 1 when something could not be read; 130 when it was broken off with Ctrl-C.
// What was read until then is printed in either case.
int backtest(const options& chosen);

}  // namespace trainwatch::app
