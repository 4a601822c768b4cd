// `trainwatchd explain JOB` and `ack JOB`: what the ledger knows of a job, and the end of its
// terminal alerts. Through the running daemon; `explain` reads the file where none runs.
#pragma once

#include "app/options.hpp"

namespace trainwatch::app {

int explain(const options& chosen);
int acknowledge(const options& chosen);

}  // namespace trainwatch::app
