// What follows from a job's description: phases, interruptions, saving, instances, cost, its end.
//
// Pure arithmetic over AWS' own times; ages are left to the reader, so that nothing here grows
// while a job stands still. Sources: the field texts of DescribeTrainingJob (both *TimeInSeconds
// are wall-clock time, not multiplied by instances) and of managed spot training.
#pragma once

#include <vector>

#include "domain/observation.hpp"
#include "domain/settings.hpp"
#include "domain/view.hpp"

namespace trainwatch::core {

// Of the job as it is: `last`, `ending`, `ended` and `deadlines` are set. `history`: its entries,
// those that AWS has dropped since included, oldest first. `now`: when the description was true.
domain::derived_facts derive_facts(
    const domain::job_view& job,
    const std::vector<domain::transition>& history,
    const domain::price_map& prices,
    wall_time now
);

}  // namespace trainwatch::core
