// The truth about all jobs: what changed when, how each ends, which alerts it calls for.
//
// Tests compare what a client concluded against this, so it comes from the plans alone and not
// from the answers that were given.
#pragma once

#include <string>
#include <vector>

#include "tests/simulator/fleet.hpp"

namespace trainwatch::simulator {

// {"now": …, "account": …, "speed": …, "jobs": [{…}]}; README.md has the members.
// The first fleet is the simulator's own account's.
std::string truth_text(const std::vector<fleet*>& accounts, wall_time now);

}  // namespace trainwatch::simulator
