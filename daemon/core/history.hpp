// The part of the tracker that follows SecondaryStatusTransitions: two lists in, findings out.
//
// Private to core/tracker; apart from it because this is where the subtle cases are.
#pragma once

#include <vector>

#include "core/tracker.hpp"

namespace trainwatch::core {

// Merges AWS' list into the memory of the job and reports what is new. `incoming` may be amended:
// an end or a message that AWS takes back stays. `first_sight`: nothing was known before.
void follow_history(
    const std::vector<domain::transition>& known,
    std::vector<domain::transition>& incoming,
    job_memory& memory,
    const sighting& seen,
    bool first_sight,
    std::vector<domain::finding>& findings
);

// Statuses that end a job; such an entry is never "left".
bool is_terminal_entry(domain::secondary_status status);

}  // namespace trainwatch::core
