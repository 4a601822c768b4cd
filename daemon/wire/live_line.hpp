// A job on one line that is redrawn in place, for `wait` on a terminal.
//
// Pure, and as wide as it is told to be: what matters least goes first where there is no room.
// Knows no terminal; app/wait_screen writes.
#pragma once

#include <cstddef>
#include <string>

#include "domain/view.hpp"
#include "wire/terminal_text.hpp"

namespace trainwatch::wire {

// The columns for names of which the longest takes `longest`, so that all of them stand straight.
std::size_t name_columns(std::size_t longest, const text_style& style);

// One line of at most the style's width: name (in `columns`, its middle cut out), status, time in
// the phase, what is used of the next deadline, AWS' message where there is room for some of it.
std::string live_line(
    const domain::job_view& job, std::size_t columns, wall_time now, const text_style& style
);

// "no answer yet (throttled), trying again": of a job that was never seen.
std::string unanswered(const domain::job_view& job);

}  // namespace trainwatch::wire
