// The invariants of what a person has acknowledged.
#include <algorithm>

#include "alert_labels.hpp"
#include "judge.hpp"

namespace trainwatch::sim {
namespace {

// As the control socket takes it: a name, which may be that of several jobs, or an ARN.
bool is_meant(const domain::alert& alert, const std::string& job) {
    return !comes_and_goes(alert.labels) &&
        (label(alert.labels, "training_job") == job ||
         label(alert.annotations, "training_job_arn") == job);
}

}  // namespace

void judge::acknowledging(const std::string& job, const domain::view& shown, mono_time) {
    question asked{job, {}};
    for (const auto& alert : shown.alerts) {
        if (alert.state == domain::alert_state::firing && is_meant(alert, job)) {
            asked.fires.insert(domain::identity(alert.labels));
        }
    }
    seen_.insert(asked.fires.begin(), asked.fires.end());
    over_in_this_run_.insert(asked.fires.begin(), asked.fires.end());
    unanswered_.push_back(std::move(asked));
}

// Each question is answered once, in the order of asking, with what fired; and what the answer
// calls kept is on the disk by then.
void judge::acknowledged(const core::acknowledgement& what, mono_time now) {
    if (unanswered_.empty() || unanswered_.front().job != what.job) {
        violated("an answer that nobody asked for: " + what.job, now);
        return;
    }
    const auto asked = std::move(unanswered_.front());
    unanswered_.pop_front();
    const std::set<std::string> ended(what.ended.begin(), what.ended.end());
    if (ended != asked.fires)
        violated("another alert was acknowledged than fired: " + what.job, now);
    if (!ended.empty() && !what.known) violated("ended, and not known: " + what.job, now);
    if (!what.kept) return;
    for (const auto& identity : ended) {
        const auto& kept = scene_.ledger.durable().alerts();
        const auto row = kept.find(identity);
        const bool is_over =
            row != kept.end() && row->second.alert.state == domain::alert_state::resolved;
        if (!is_over) violated("acknowledged, and not on the disk: " + identity, now);
        over_.insert(identity);
    }
}

// A damaged ledger keeps what could be saved of it: where that has no word of the end, the alert
// fires again, under its old identity. Without damage nothing that was answered is lost.
void judge::forget_acknowledged(const domain::ledger& known) {
    unanswered_.clear();
    over_in_this_run_.clear();
    if (!known.damaged) return;
    std::erase_if(over_, [&](const auto& identity) {
        return std::none_of(
            known.rows.alerts.begin(),
            known.rows.alerts.end(),
            [&](const auto& row) {
                return domain::identity(row.alert.labels) == identity &&
                    row.alert.state == domain::alert_state::resolved;
            }
        );
    });
}

// What is acknowledged does not fire: not in this run, and in no later one once it was answered.
void judge::check_acknowledged(
    const domain::alert_message& alert, const std::string& identity, mono_time now
) {
    if (alert.state != domain::alert_state::firing) return;
    if (over_.contains(identity) || over_in_this_run_.contains(identity)) {
        violated("fires although it is acknowledged: " + identity, now);
    }
}

// Neither is it shown as firing.
void judge::check_acknowledged_end(const domain::view& shown, mono_time now) {
    if (!unanswered_.empty()) violated("no answer: " + unanswered_.front().job, now);
    for (const auto& alert : shown.alerts) {
        const auto identity = domain::identity(alert.labels);
        if (alert.state == domain::alert_state::firing && over_.contains(identity)) {
            violated("shown as firing although it is acknowledged: " + identity, now);
        }
    }
}

}  // namespace trainwatch::sim
