#include "core/look.hpp"

#include <algorithm>

#include "base/limits.hpp"
#include "core/tracker.hpp"

namespace trainwatch::core {
namespace {

bool is_calm(const domain::job_view& job, unsigned misses) {
    if (!job.last || job.ending) return true;
    return misses >= limits::misses_believed;
}

// The second status is about to follow the first. A running job whose secondary status has been
// terminal for long is no longer "about to".
bool is_worth_waiting_for(const domain::job_view& job, wall_time now) {
    if (!is_settling(*job.last)) return false;
    if (terminal_status(*job.last)) return true;
    return job.last_transition && now - *job.last_transition < limits::settle_patience;
}

}  // namespace

look next_look(const domain::job_view& job, const look_facts& facts) {
    if (is_calm(job, facts.misses)) {
        return {look_queue::calm, facts.sent + limits::calm_factor * facts.staleness_bound};
    }
    look next{look_queue::live, facts.sent + facts.staleness_bound / 2};
    if (is_worth_waiting_for(job, facts.now.wall)) {
        next.due = std::min<mono_time>(next.due, facts.sent + limits::settle_interval);
    }
    for (const auto& deadline : job.deadlines) {
        const auto look_at = deadline.at + limits::deadline_slack;
        if (facts.now.wall < look_at) {
            if (look_at - facts.now.wall > facts.staleness_bound) continue;
            // The distance on AWS' clock, walked on ours.
            next.due = std::min<mono_time>(next.due, facts.now.mono + (look_at - facts.now.wall));
        } else if (facts.now.wall < deadline.at + limits::late_window) {
            next.late = true;
            next.due = std::min<mono_time>(next.due, facts.sent + facts.late_interval);
        }
    }
    return next;
}

}  // namespace trainwatch::core
