// TrainingJobOverdue, of a list as a whole: told when, and only when, none of its jobs has
// completed for as long as the list expects. A list that is new is given its time first.
#include <algorithm>
#include <cstdlib>

#include "alert_labels.hpp"
#include "base/limits.hpp"
#include "judge.hpp"
#include "watching.hpp"

namespace trainwatch::sim {
namespace {

// Until what was told is in the view, or what is over is over at its receivers.
constexpr milliseconds patience = std::chrono::minutes(5);
// Answers may be of some minutes ago, and lanes that were down have to be believed again.
constexpr milliseconds slack = std::chrono::minutes(6);

bool is_overdue(const domain::label_map& labels) {
    return label(labels, "alertname") == domain::overdue_alert;
}

}  // namespace

// How far off the daemon's own clock may be at any time.
milliseconds judge::clock_error(mono_time now) const {
    const auto off = scene_.time.error(now);
    return std::max(std::chrono::abs(off), std::chrono::abs(scene_.drawn.clock.skew));
}

// Nobody has to guess when it was that the daemon looked, or what it was told.
bool judge::times_are_known() const {
    const auto& clock = scene_.drawn.clock;
    return scene_.drawn.aws.clockless == 0 && clock.steps == 0 && clock.suspends == 0 &&
        scene_.drawn.aws.taken_back == 0;
}

void judge::completed_truly(std::size_t index, mono_time now) {
    const auto& job = scene_.jobs.jobs()[index];
    const auto list = scene_.lists.only_owner(job);
    if (!list || job.truth.primary_end != "Completed") return;
    auto& known = completed_told_[*list];
    if (known.at < job.truth.ended()) known = {job.truth.ended(), now};
}

// Nobody is told that a list is late whose job has completed in time, nor before its time is over.
void judge::check_overdue(
    const domain::alert_message& alert, const std::string& identity, mono_time now
) {
    if (!is_overdue(alert.labels) || alert.state != domain::alert_state::firing) return;
    if (!times_are_known()) return;
    const auto& list = label(alert.labels, "watch_list");
    const auto within = scene_.lists.completed_within();
    if (!within) {
        violated("late, and nobody expects anything: " + identity, now);
        return;
    }
    const auto off = slack + clock_error(now);
    const auto since = scene_.lists.in_force_since(list);
    if (since && clocks::true_wall(now) + off < clocks::true_wall(*since) + *within) {
        violated("late before its time: " + identity, now);
    }
    const auto known = completed_told_.find(list);
    if (known == completed_told_.end() || now < known->second.told + patience) return;
    if (clocks::true_wall(now) + off < known->second.at + *within) {
        violated("late, and a job has completed in time: " + identity, now);
    }
}

// Once all is calm, whoever is late is told of, once.
void judge::check_overdue_at_end(const domain::view& shown, mono_time now) {
    const auto within = scene_.lists.completed_within();
    if (!within || !times_are_known()) return;
    for (const auto& list : scene_.lists.config().watch_lists) {
        if (!scene_.lists.has_jobs_of_its_own(list)) continue;
        const auto fires =
            std::count_if(shown.alerts.begin(), shown.alerts.end(), [&](const auto& row) {
                return row.state == domain::alert_state::firing && is_overdue(row.labels) &&
                    label(row.labels, "watch_list") == list.name;
            });
        if (fires > 1) violated("late more than once: " + list.name, now);
        if (fires > 0) continue;
        auto from = std::max(scene_.lists.in_force_since(list.name).value_or(now), run_began_);
        for (std::size_t i = 0; i < scene_.jobs.jobs().size(); ++i) {
            const auto& truth = scene_.jobs.jobs()[i].truth;
            const bool counts = truth.primary_end == "Completed" && may_be_of(list.name, i);
            if (counts) from = std::max(from, clocks::mono_of(truth.ended()));
        }
        if (now > from + *within + patience + slack + clock_error(now)) {
            violated("late, and nobody is told: " + list.name, now);
        }
    }
}

}  // namespace trainwatch::sim
