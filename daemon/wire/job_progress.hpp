// How jobs get on, line by line, for `wait`: a line for each change (wire/live_line has those that
// are redrawn in place).
//
// Pure: what was told before is a value that comes back in. Knows no terminal; app/wait writes.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "domain/view.hpp"
#include "wire/terminal_text.hpp"

namespace trainwatch::wire {

// What has been told of a job.
struct told_progress {
    std::optional<wall_time> created{};  // of the job that was told of; nothing yet
    std::size_t entries = 0;             // of SecondaryStatusTransitions
    std::string status{};
    std::string secondary{};
    std::string message{};  // of the last entry

    bool operator==(const told_progress&) const = default;
};

// What is new since `told`, oldest first, without line ends; `told` then says so. The first time
// only the present phase is told, and the end of a job never (final_words). Each line leads with
// `now`; the moment that AWS gives it stands behind, where that is another.
std::vector<std::string> progress_lines(
    const domain::job_view& job, told_progress& told, wall_time now
);

// The last word on a job that has ended: outcome and reason, on one line.
std::string final_words(const domain::job_view& job, wall_time now);
// The same for a terminal: the name and the painted outcome, then the reason below them, wrapped.
std::vector<std::string> final_lines(
    const domain::job_view& job, wall_time now, const text_style& style
);

// "2026-11-24T09:12:00Z name: what"
std::string stamped_line(wall_time at, const std::string& name, const std::string& what);

}  // namespace trainwatch::wire
