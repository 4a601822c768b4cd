// How one job of a fleet lives: its length and fate, then change by change what happens to it.
//
// The shape is that of real accounts as far as it is known: log-normal lengths, image downloads of
// half a minute, spot interruptions spread over the training, limits that AWS keeps minutes late.
#pragma once

#include <vector>

#include "base/random.hpp"
#include "workload.hpp"

namespace trainwatch::sim {

// `job` has its time of creation; the rest is drawn, and its changes are appended.
void write_life(random_source& random, fleet_job& job, std::vector<change>& changes);

// How long a job lives on average: so many seconds between arrivals keep one alive.
double mean_life_s();

}  // namespace trainwatch::sim
