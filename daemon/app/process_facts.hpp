// What this process uses, read from /proc/self for each scrape, and the documents that it keeps.
//
// Source: proc(5). The start time is the clock's at start: under ProcSubset=pid there is no
// /proc/stat to compute it from.
#pragma once

#include "app/document_shelf.hpp"
#include "base/time.hpp"
#include "wire/exposition.hpp"

namespace trainwatch::app {

// What is known once at start; gather() adds what changes.
wire::process_facts initial_process_facts(wall_time started);

// A figure that cannot be read stays 0.
wire::process_facts gather_process_facts(
    wire::process_facts known, const document_shelf& documents
);

}  // namespace trainwatch::app
