// The other half of judge_conditions.cpp: what holds of a job is told. Asked for once faults have
// stopped, when what AWS says is what is so, and only of what has held beyond doubt.
#include <algorithm>
#include <string>
#include <tuple>
#include <vector>

#include "alert_labels.hpp"
#include "base/limits.hpp"
#include "judge.hpp"
#include "watching.hpp"

namespace trainwatch::sim {
namespace {

using domain::secondary_status;
using std::chrono::minutes;

// AWS' clock has whole seconds, and answers take their time.
constexpr milliseconds beyond_doubt = minutes(1);
// From the description that shows it: tags may have to be read first, another alert of the same
// name may have to end.
constexpr milliseconds patience = minutes(5);

struct due_alert {
    const char* alertname;
    const char* label_name;
    std::string value;
};

const phase* phase_at(const life& truth, wall_time when) {
    const phase* present = nullptr;
    for (const auto& each : truth.phases) {
        if (each.started <= when) present = &each;
    }
    return present;
}

std::size_t interruptions(const life& truth, wall_time from, wall_time until) {
    return static_cast<std::size_t>(std::count_if(
        truth.phases.begin(),
        truth.phases.end(),
        [&](const auto& each) {
            return each.status == secondary_status::interrupted && each.started > from &&
                each.started <= until;
        }
    ));
}

// Of the time for which it was interrupted no limit counts: those are left out here.
void add_limits(std::vector<due_alert>& due, const life& truth, wall_time when, bool is_budgeted) {
    if (interruptions(truth, truth.created, when) > 0) return;
    const auto& present = *phase_at(truth, when);
    if (present.status != secondary_status::training) return;
    const std::chrono::duration<double> limit = simulated_max_runtime;
    const auto trained = when - beyond_doubt - present.started;
    if (is_budgeted && trained >= billable_limit) {
        due.push_back({"TrainingJobOverBudget", "severity", "warning"});
    }
    if (trained >= limit * limits::near_deadline_warning) {
        due.push_back({"TrainingJobNearDeadline", "severity", "warning"});
    }
    if (trained >= limit * limits::near_deadline_critical) {
        due.push_back({"TrainingJobNearDeadline", "severity", "critical"});
    }
    if (trained >= limit + limits::past_deadline_patience) {
        due.push_back({"TrainingJobPastDeadline", "severity", "critical"});
    }
}

// What its life calls for at that time.
std::vector<due_alert> due_at(const life& truth, wall_time when, bool is_budgeted) {
    std::vector<due_alert> due;
    const auto* present = phase_at(truth, when);
    // The primary status may turn a little earlier, and then it is over too.
    if (present == nullptr || when >= truth.ended() - truth.primary_early) return due;
    add_limits(due, truth, when, is_budgeted);
    const auto found = truth.rule_found();
    if (found && *found + beyond_doubt <= when) {
        due.push_back({"TrainingJobRuleIssue", "rule_name", "LossNotDecreasing"});
    }
    if (present->status == secondary_status::starting &&
        when - beyond_doubt - present->started >= starting_limit) {
        due.push_back({"TrainingJobStuck", "secondary_status", "Starting"});
    }
    const auto recent = when - limits::spot_loop_window + beyond_doubt;
    if (interruptions(truth, recent, when) >= limits::spot_loop_interruptions) {
        due.push_back({"TrainingJobSpotLoop", "severity", "warning"});
    }
    return due;
}

}  // namespace

// The daemon was told the truth about the job, with all that it needs to judge it.
void judge::described_truly(std::size_t job, wall_time as_of, mono_time now) {
    if (as_of >= scene_.jobs.jobs()[job].truth.ended()) completed_truly(job, now);
    for (const auto& each :
         due_at(scene_.jobs.jobs()[job].truth, as_of, scene_.lists.is_budgeted())) {
        due_since_.try_emplace({job, each.alertname, each.value}, now);
    }
}

// What holds of a job that is watched fires, for as long as it holds.
void judge::check_due(const domain::view& shown, mono_time now) {
    for (const auto& [what, since] : due_since_) {
        const auto& [index, alertname, value] = what;
        const auto& job = scene_.jobs.jobs()[index];
        if (now < since + patience || job.deleted) continue;
        const auto still = due_at(job.truth, clocks::true_wall(now), scene_.lists.is_budgeted());
        const auto same = std::find_if(still.begin(), still.end(), [&](const auto& each) {
            return each.alertname == std::get<1>(what) && each.value == std::get<2>(what);
        });
        if (same == still.end() || !is_surely_watched(job)) continue;
        const auto fires = [&](const auto& row) {
            return row.state == domain::alert_state::firing &&
                label(row.labels, "alertname") == same->alertname &&
                label(row.labels, same->label_name) == same->value && job_of(row.labels) == index;
        };
        if (std::any_of(shown.alerts.begin(), shown.alerts.end(), fires)) continue;
        violated(
            "nobody is told that " + job.truth.name + " calls for " + alertname + ", " + value, now
        );
    }
}

// By every way to read a filter of status, of a job that exists: some list has it.
bool judge::is_surely_watched(const true_job& job) const {
    using seen = watching::status_filter;
    const auto& config = scene_.lists.config();
    return scene_.lists.owner(config, job, seen::fits) &&
        scene_.lists.owner(config, job, seen::fits_not);
}

}  // namespace trainwatch::sim
