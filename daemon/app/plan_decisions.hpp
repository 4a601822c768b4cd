// What `check-config --plan` tells of the calls that say whose a new job is: descriptions and tags,
// which lists of names and statuses do not have. So many new jobs a minute can be told apart.
//
// Pure. The rates are those of the scheduler (core/scheduler_lanes), where tags have one of their
// own, as high as that of describes.
#pragma once

#include <string>

#include "domain/watch_plan.hpp"

namespace trainwatch::app {

// Lines, each with its end; none where name and status decide everything.
std::string plan_decisions(const domain::watch_plan& plan, lane_id lane);

}  // namespace trainwatch::app
