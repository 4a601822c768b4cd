// The exit code of `wait`, which scripts branch on: how jobs ended, and of several the worst.
//
// Pure. The codes are documented in the command's --help and in deploy/README.md.
#pragma once

#include "domain/job.hpp"

namespace trainwatch::app {

enum class verdict {
    completed = 0,
    error = 1,  // cannot be waited for
    failed = 2,
    stopped = 3,
    timed_out_at_aws = 4,  // MaxRuntimeInSeconds or MaxWaitTimeInSeconds
    gave_up = 5,           // our own --timeout
};

verdict verdict_of(const domain::ending& ending);

// An error says nothing about the jobs and comes first; then what is known to have ended worst;
// an open end is better than a bad one and worse than a good one.
verdict worse(verdict a, verdict b);

int exit_code(verdict value);

}  // namespace trainwatch::app
