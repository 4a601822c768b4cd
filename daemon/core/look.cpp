#include "core/look.hpp"

#include <algorithm>

#include "base/limits.hpp"
#include "core/deadlines.hpp"
#include "core/tracker.hpp"

namespace trainwatch::core {
namespace {

bool is_calm(const domain::job_view& job, unsigned misses) {
    if (!job.last || job.ending) return true;
    return misses >= limits::misses_believed;
}

// AWS lists these after the end of a job, and they change for a while.
bool goes_on_after_its_end(const domain::observation& job) {
    if (job.status.value == domain::primary_status::deleting) return true;
    if (job.warm_pool && (job.warm_pool->status == "InUse" || job.warm_pool->status == "Available"))
        return true;
    return std::any_of(job.rules.begin(), job.rules.end(), [](const auto& rule) {
        return rule.status == "InProgress" || rule.status == "Stopping";
    });
}

bool is_in_grace(const domain::job_view& job, wall_time now) {
    if (!job.ending || !job.ended || job.missing) return false;
    return now - *job.ended < limits::grace_after_end && goes_on_after_its_end(*job.last);
}

// The second status is about to follow the first. A running job whose secondary status has been
// terminal for long is no longer "about to".
bool is_worth_waiting_for(const domain::job_view& job, wall_time now) {
    if (!is_settling(*job.last)) return false;
    if (terminal_status(*job.last)) return true;
    return job.last_transition && now - *job.last_transition < limits::settle_patience;
}

// A stop takes two minutes and an upload: its end is near, and why it was
// stopped is told only then.
bool is_being_stopped(const domain::job_view& job, wall_time now) {
    return is_stopping(*job.last) && job.last_transition &&
        now - *job.last_transition < limits::late_window;
}

}  // namespace

look next_look(const domain::job_view& job, const look_facts& facts) {
    if (is_calm(job, facts.misses)) {
        const int bounds = is_in_grace(job, facts.now.wall) ? 1 : limits::calm_factor;
        return {look_queue::calm, facts.sent + bounds * facts.staleness_bound};
    }
    look next{look_queue::live, facts.sent + facts.staleness_bound / 2};
    if (is_worth_waiting_for(job, facts.now.wall)) {
        next.due = std::min<mono_time>(next.due, facts.sent + limits::settle_interval);
    }
    if (is_being_stopped(job, facts.now.wall)) {
        next.late = true;
        next.due = std::min<mono_time>(next.due, facts.sent + facts.late_interval);
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
