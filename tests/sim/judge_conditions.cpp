// Alerts about what goes on: each is true of the job at the time that it rests on, by the life that
// was drawn for it.
#include <algorithm>
#include <optional>

#include "alert_labels.hpp"
#include "base/limits.hpp"
#include "core/conditions.hpp"
#include "judge.hpp"
#include "watching.hpp"

namespace trainwatch::sim {
namespace {

using domain::secondary_status;

// Answers may be of some minutes ago, and the clock that dates them a little off.
constexpr milliseconds slack = std::chrono::minutes(6);

std::optional<wall_time> training_began(const life& truth) {
    for (const auto& each : truth.phases) {
        if (each.status == secondary_status::training) return each.started;
    }
    return std::nullopt;
}

// Whether the job was in the phase for so long at some time around then.
bool was_in(const life& truth, const std::string& status, wall_time around, milliseconds lasting) {
    for (std::size_t i = 0; i + 1 < truth.phases.size(); ++i) {
        const auto& each = truth.phases[i];
        const bool is_it = domain::parse_secondary(status).value == each.status;
        const auto until = std::min(truth.phases[i + 1].started, around) + slack;
        if (is_it && each.started <= around + slack && until - each.started >= lasting) {
            return true;
        }
    }
    return false;
}

std::size_t interruptions_by(const life& truth, wall_time when) {
    return static_cast<std::size_t>(std::count_if(
        truth.phases.begin(),
        truth.phases.end(),
        [&](const auto& each) {
            return each.status == secondary_status::interrupted && each.started <= when;
        }
    ));
}

// The time that counts against MaxRuntimeInSeconds: none from an interruption until training goes
// on.
milliseconds trained_by(const life& truth, wall_time when) {
    milliseconds sum{0};
    std::optional<wall_time> from;
    for (const auto& each : truth.phases) {
        if (each.started > when) break;
        if (each.status == secondary_status::training && !from) from = each.started;
        if (each.status != secondary_status::interrupted || !from) continue;
        sum += each.started - *from;
        from.reset();
    }
    return from ? sum + (when - *from) : sum;
}

// It was said too early, because nobody had heard of an interruption: that is over with the news.
bool was_said_too_early(const life& truth, const domain::label_map& labels, wall_time when) {
    const auto& alertname = label(labels, "alertname");
    if (alertname == "TrainingJobOverBudget") return trained_by(truth, when) < billable_limit;
    if (alertname != "TrainingJobNearDeadline") return false;
    const double part = label(labels, "severity") == "critical" ? limits::near_deadline_critical
                                                                : limits::near_deadline_warning;
    const std::chrono::duration<double> limit = simulated_max_runtime;
    return trained_by(truth, when) < limit * part;
}

bool holds(const life& truth, const domain::label_map& labels, wall_time seen) {
    const auto& alertname = label(labels, "alertname");
    const std::chrono::duration<double> limit = simulated_max_runtime;
    const auto began = training_began(truth);
    if (alertname == "TrainingJobNearDeadline") {
        const double part = label(labels, "severity") == "critical" ? limits::near_deadline_critical
                                                                    : limits::near_deadline_warning;
        return began && seen + slack - *began >= limit * part;
    }
    if (alertname == "TrainingJobPastDeadline") {
        return began && seen + slack - *began >= limit + limits::past_deadline_patience;
    }
    if (alertname == "TrainingJobStuck") {
        const auto& status = label(labels, "secondary_status");
        const auto least = status == "Starting" ? starting_limit : core::phase_limit(status);
        return was_in(truth, status, seen, least);
    }
    if (alertname == "TrainingJobSpotLoop") {
        return interruptions_by(truth, seen + slack) >= limits::spot_loop_restarts;
    }
    if (alertname == "TrainingJobOverBudget") {
        return began && seen + slack - *began >= billable_limit;
    }
    if (alertname == "TrainingJobRuleIssue") {
        const auto found = truth.rule_found();
        return found && *found <= seen + slack;
    }
    // By what others did: the ledger may know more of them than this world still has.
    if (alertname == "TrainingJobSuspiciousLimit") return true;
    return false;
}

}  // namespace

void judge::check_condition(
    const domain::alert_message& alert, const std::string& identity, mono_time now
) {
    const auto job = job_of(alert.labels);
    const auto seen = parse_iso8601(label(alert.annotations, "seen_at"));
    if (!job || !seen) {
        violated("a condition of no job, or of no time: " + identity, now);
        return;
    }
    // A clock that nobody corrects, that jumps, or that stood still while the machine slept dates
    // what was told by hours off; and whoever calls an ended job running, as of now, makes anybody
    // believe that it is late.
    const auto& clock = scene_.drawn.clock;
    const bool is_dated =
        scene_.drawn.aws.clockless == 0 && clock.steps == 0 && clock.suspends == 0;
    if (!is_dated || scene_.drawn.aws.taken_back > 0) return;
    const auto& truth = scene_.jobs.jobs()[*job].truth;
    // What a rule has found is told for a day after the end.
    const bool is_held = label(alert.labels, "alertname") == "TrainingJobRuleIssue";
    const auto until = truth.ended() + (is_held ? limits::terminal_hold : milliseconds(0));
    const bool has_ended = *seen >= until + slack;
    if (has_ended) violated("a condition of a job that had ended: " + identity, now);
    if (!has_ended && !holds(truth, alert.labels, *seen)) {
        violated("a condition that did not hold: " + identity, now);
    }
}

// Most of what goes on in a job is over once, whatever an older answer of AWS shows afterwards: a
// page that comes and goes is worse than none. It may get stuck again, or be interrupted over and
// over again.
void judge::check_return(
    const domain::alert_message& alert, const std::string& identity, mono_time now
) {
    const auto& alertname = label(alert.labels, "alertname");
    if (alertname == "TrainingJobStuck" || alertname == "TrainingJobSpotLoop") return;
    if (alert.state == domain::alert_state::resolved) {
        const auto& because = label(alert.annotations, "resolved_because");
        const auto job = job_of(alert.labels);
        const auto ended = alert.ends_at.value_or(clocks::true_wall(now));
        const bool is_right_to_end = because == "over" && job &&
            was_said_too_early(scene_.jobs.jobs()[*job].truth, alert.labels, ended);
        if ((because == "over" && !is_right_to_end) || because == "job_ended")
            gone_.insert(identity);
        return;
    }
    // Whoever takes an end back, or writes history anew, makes of one job another.
    // Where nobody tells the time a clock that is set, or known no more after a restart, tells
    // another age.
    const auto& aws = scene_.drawn.aws;
    if (aws.taken_back > 0 || aws.rewritten > 0 || aws.scrambled > 0 || aws.shortened > 0) return;
    const auto& clock = scene_.drawn.clock;
    const bool is_wrong = clock.steps > 0 || clock.skew.count() != 0 || clock.drift != 0;
    if (aws.clockless > 0 && is_wrong) return;
    // A rule's finding changes no time of the job: an older answer looks like the newest.
    if (aws.stale > 0 && alertname == "TrainingJobRuleIssue") return;
    if (gone_.contains(identity)) violated("it was over, and is back: " + identity, now);
}

}  // namespace trainwatch::sim
