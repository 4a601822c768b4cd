// `trainwatchd explain JOB`: what the ledger tells of a job, as text for a person. What was seen
// and when we saw it, what followed from it, who was told of that, and why it ended.
//
// Pure, and safe for a terminal whatever AWS wrote into a name or a message. Two clocks meet here:
// what AWS dates (since, ended) is AWS' own time, the rest is ours as corrected by AWS' answers.
#pragma once

#include <string>

#include "base/time.hpp"
#include "domain/ledger.hpp"
#include "wire/terminal_text.hpp"

namespace trainwatch::wire {

struct explanation_sheet {
    const domain::ledger_batch& rows;  // about one name or ARN, oldest job first
    wall_time now{};
    text_style style{};
};

// Empty without a row about a job or an alert.
std::string render_explanation(const explanation_sheet& sheet);

}  // namespace trainwatch::wire
