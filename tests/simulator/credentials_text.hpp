// What the control port tells of keys and of the calls that were about them. No secrets: a test
// knows its own, and has those that were handed out from where they were handed out.
#pragma once

#include <string>

#include "tests/simulator/backstage.hpp"

namespace trainwatch::simulator {

// {"now": …, "keys": […], "calls": […], "under_way": {…}}; README.md has the members.
std::string credentials_text(const backstage& shared, wall_time now);

}  // namespace trainwatch::simulator
