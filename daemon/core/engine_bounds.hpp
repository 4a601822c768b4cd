// How much the engine keeps, in memory and in the ledger. Tests reach the bounds with few jobs;
// everybody else takes them as they stand in base/limits.hpp, where their reasons are.
#pragma once

#include <cstddef>

#include "base/limits.hpp"
#include "base/time.hpp"

namespace trainwatch::core {

struct engine_bounds {
    std::size_t tracked_jobs = limits::tracked_jobs_max;
    std::size_t past_jobs = limits::past_jobs_max;
    std::size_t foreign_jobs = limits::foreign_jobs_max;
    milliseconds ledger_retention = limits::ledger_retention;
    std::size_t ledger_ended = limits::ledger_ended_max;
    std::size_t ledger_alerts = limits::ledger_alerts_max;
    std::size_t forgotten_per_step = limits::forgotten_per_step;
};

}  // namespace trainwatch::core
