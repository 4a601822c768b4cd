// When one look at everything is over, and whether it saw everything: for `once`.
//
// It reads the view alone. What AWS refuses is not waited for: it would be as refused in an hour.
#pragma once

#include <string>
#include <vector>

#include "domain/view.hpp"
#include "domain/watch_plan.hpp"

namespace trainwatch::app {

// Every name was asked for, pages went back to the horizon, and each job that they told of was
// described, or cannot be.
bool is_first_pass_over(const domain::view& view);

// A name that AWS does not know was seen to be missing; a job, a list or tags that AWS refuses
// were not seen.
bool was_everything_seen(const domain::view& view);

// For people, a line for each lane some of whose tags were not read. Those that a policy may well
// keep from us on purpose do not count against `was_everything_seen`.
std::vector<std::string> unread_tags(const domain::view& view, const domain::watch_plan& plan);

}  // namespace trainwatch::app
