// What this process uses, read from /proc/self for each scrape.
//
// Source: proc(5). The start time is the clock's at start: under ProcSubset=pid there is no
// /proc/stat to compute it from.
#pragma once

#include "base/time.hpp"
#include "wire/exposition.hpp"

namespace trainwatch::app {

// What is known once at start; gather() adds what changes.
wire::process_facts initial_process_facts(wall_time started);

// A figure that cannot be read stays 0.
wire::process_facts gather_process_facts(wire::process_facts known);

}  // namespace trainwatch::app
