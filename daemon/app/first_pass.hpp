// When one look at everything is over, and whether it saw everything: for `once`.
//
// It reads the view alone. What AWS refuses is not waited for: it would be as refused in an hour.
#pragma once

#include "domain/view.hpp"

namespace trainwatch::app {

// Every name was asked for, pages went back to the horizon, and each job that they told of was
// described, or cannot be.
bool is_first_pass_over(const domain::view& view);

// A name that AWS does not know was seen to be missing; a job, a list or tags that AWS refuses
// were not seen.
bool was_everything_seen(const domain::view& view);

}  // namespace trainwatch::app
