// One job on a page of text, for a person: what it is, how it stands, where its time went, when it
// will end, why it failed, and all that AWS said.
//
// A pure function of the view; nothing is computed here that the view could know. Plain text
// without escape sequences unless the style has colour. Times are UTC; `now` is AWS' time.
#pragma once

#include <string>
#include <string_view>

#include "domain/view.hpp"
#include "wire/terminal_text.hpp"

namespace trainwatch::wire {

struct job_sheet {
    const domain::job_view& job;  // has an observation
    const domain::job_links& links;
    std::string_view document{};  // as AWS sent it; empty when it is not at hand
    wall_time now{};
    text_style style{};
};

std::string render_job_text(const job_sheet& page);

// ---- the parts, also for `wait` ----------------------------------------------------------------
// What the status is called: the secondary one, where AWS gives it.
std::string status_word(const domain::job_view& job);
ink ink_of(const domain::job_view& job);
// "failed after 1h 12m: the training code failed", "training for 3m". One line.
std::string standing_sentence(const domain::job_view& job, wall_time now);
// The present entry of SecondaryStatusTransitions; nothing without any.
const domain::transition* present_entry(const domain::job_view& job);

// The next of its deadlines, with what of its limit is used.
struct deadline_use {
    domain::deadline next{};
    milliseconds limit{};
    double used = 0;  // 0.61 is 61 %; beyond 1 when AWS is late
};
std::optional<deadline_use> next_deadline(const domain::job_view& job, wall_time now);

}  // namespace trainwatch::wire
