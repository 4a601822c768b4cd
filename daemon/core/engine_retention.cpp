// For how long the ledger keeps what is over, and what is to hold of a job whose row is gone.
//
// A row may be forgotten once a complete sweep has passed the end that it tells of and no lookback
// reaches back to it: who hears of that job again hears of the past, and `forgotten_until_`, which
// is kept in the same batch, says so even where the configuration looks back further one day.
#include <algorithm>
#include <cmath>

#include "core/engine.hpp"
#include "core/label_of.hpp"
#include "core/tracker.hpp"

namespace trainwatch::core {
namespace {

// Among the counters, because it is one number of the whole ledger.
constexpr const char* forgotten_metric = "trainwatchd_ledger_forgotten_until_timestamp_seconds";

// A job as the labels of an alert name it.
using job_labels = std::tuple<std::string, std::string, std::string, std::string>;

job_labels labels_of(const domain::job_identity& job) {
    return {job.account_id, job.region, job.name, iso8601(job.created)};
}

// Those that an alert fires about.
std::set<job_labels> alerting(const std::vector<domain::alert>& alerts) {
    std::set<job_labels> jobs;
    for (const auto& alert : alerts) {
        if (alert.state == domain::alert_state::resolved) continue;
        const auto& of = alert.labels;
        jobs.emplace(
            label_of(of, "account_id"),
            label_of(of, "aws_region"),
            label_of(of, "training_job"),
            label_of(of, "created")
        );
    }
    return jobs;
}

}  // namespace

// ---- what nothing in the engine stands for any more --------------------------------------------

// The slot is about to be another's, or nobody's.
void engine::let_go_of_rows(std::size_t slot) {
    const auto& job = view_.jobs[slot];
    const auto& target = targets_[slot];
    if (!job.last) return;
    let_go_.put(key_of(slot), job.ended.value_or(*job.last_observed));
    remember_what_was_told(*job.last, job.ending && target.memory.is_end_counted());
}

// So that the list that finds the job next does not tell of it again. `is_over`: its end, too.
void engine::remember_what_was_told(const domain::observation& job, bool is_over) {
    std::optional<wall_time> until;
    if (is_over) until = wall_time::max();
    for (const auto& entry : job.transitions)
        until = std::max(until.value_or(entry.started), entry.started);
    if (!until) return;
    told_until_.insert_or_assign(identity_of(job), *until);
    if (told_until_.size() > bounds_.foreign_jobs) told_until_.erase(told_until_.begin());
}

void engine::restore_let_go(const domain::job_row& row) {
    let_go_.put({row.connection, row.identity}, row.ended.value_or(row.last_observed));
    remember_what_was_told(row.last, row.ending && row.counted);
    // Its list may come back with a reload; what became of its jobs meanwhile is news, as it would
    // be after another start.
    if (!row.ending && plan_.left_out.contains(row.watch_list)) {
        alive_at_.insert_or_assign(row.identity, row.last_observed);
    }
}

void engine::restore_forgotten(const std::vector<domain::counter_row>& counters) {
    for (const auto& row : counters) {
        if (row.metric != forgotten_metric || !std::isfinite(row.value)) continue;
        forgotten_until_ = from_unix_milliseconds(std::llround(row.value * 1000));
    }
}

// Everybody knows: it leaves the book, and its row may go one day.
void engine::forget_alert(alert_number alert) {
    over_alerts_.put(book_.key(alert), book_.alert(alert).resolved_at.value_or(now_.wall));
    standing_.remove(book_.alert(alert).labels, alert);
    book_.forget(alert);
}

// ---- what goes ---------------------------------------------------------------------------------

// A commit at a time, and none while the disk is in trouble: there is no hurry.
void engine::forget_old_rows() {
    if (drain_until_ || journal_.is_degraded() || !journal_.is_idle()) return;
    if (now_.mono < forget_again_) return;
    forget_again_ = now_.mono + limits::forget_interval;
    expire_alerts();
    auto left = bounds_.forgotten_per_step;
    left -= forget_jobs(left);
    left -= forget_alerts(left);
    if (left == 0) forget_again_ = now_.mono;
}

// Every end before this is known, or was none of our business, and stays so after a restart.
std::optional<wall_time> engine::past_for_sure() const {
    if (!last_sweep_) return std::nullopt;
    const auto past = std::min(*last_sweep_, now_.wall - plan_.global.lookback);
    // A region that is refused for good holds the sweep back, but not the ledger's size.
    return std::max(past, now_.wall - 2 * bounds_.ledger_retention);
}

bool engine::is_forgotten(const domain::job_summary& told) const {
    const auto at = told.ended ? told.ended : told.modified;
    return forgotten_until_ && at && *at < *forgotten_until_;
}

void engine::forget_row(const domain::job_row_key& key, wall_time over) {
    let_go_.remove(key);
    journal_.forget(key);
    told_until_.erase(key.identity);
    if (forgotten_until_ && over < *forgotten_until_) return;
    forgotten_until_ = over + milliseconds(1);
    journal_.put(domain::counter_row{forgotten_metric, {}, unix_seconds(*forgotten_until_), {}});
}

// The longest ended first, whether they are in the view or not; those that a list names stay.
std::size_t engine::forget_jobs(std::size_t most) {
    const auto past = past_for_sure();
    if (!past) return 0;
    const auto too_old = std::min(*past, now_.wall - bounds_.ledger_retention);
    const auto before = [&] {
        const bool too_many = ended_.size() + let_go_.size() > bounds_.ledger_ended;
        return too_many ? *past : too_old;
    };
    std::optional<std::set<job_labels>> alerted;
    const auto may_go = [&](const domain::job_row_key& key) {
        if (!alerted) alerted = alerting(view_.alerts);
        return !alerted->contains(labels_of(key.identity));
    };
    std::size_t count = 0;
    auto shown = ended_.begin();
    while (count < most) {
        while (shown != ended_.end() && shown->first < before() && !may_go(key_of(shown->second)))
            ++shown;
        const auto gone = let_go_.oldest(before(), may_go);
        const bool is_shown = shown != ended_.end() && shown->first < before();
        if (is_shown && (!gone || shown->first <= gone->second)) {
            const auto slot = (shown++)->second;
            release_slot(slot);
            continue;
        }
        if (!gone) break;
        forget_row(gone->first, gone->second);
        ++count;
    }
    return count;
}

std::size_t engine::forget_alerts(std::size_t most) {
    const auto any = [](const std::string&) { return true; };
    std::size_t count = 0;
    for (; count < most; ++count) {
        const bool too_many = over_alerts_.size() > bounds_.ledger_alerts;
        const auto before = too_many ? wall_time::max() : now_.wall - bounds_.ledger_retention;
        const auto oldest = over_alerts_.oldest(before, any);
        if (!oldest) break;
        over_alerts_.remove(oldest->first);
        journal_.forget_alert(oldest->first);
    }
    return count;
}

// Told to nobody for so long: a receiver of the configuration that is not there. The alert ends,
// and leaves without it.
void engine::expire_alerts() {
    std::vector<alert_number> old;
    for (const auto& [key, alert] : book_.numbers()) {
        const auto& known = book_.alert(alert);
        const bool of_job = known.labels.contains("training_job");
        if (of_job && now_.wall - known.starts_at >= bounds_.ledger_retention) old.push_back(alert);
    }
    for (const auto alert : old) {
        end_alert(alert, "expired");
        for (std::size_t i = 0; i < plan_.endpoints.size() && book_.knows(alert); ++i) {
            const endpoint_id endpoint{i};
            if (!outbox_.waits(endpoint, alert)) continue;
            // One that knows of it is told that it is over, if it can be told within a day.
            const auto& known = outbox_.known(endpoint, alert);
            const bool knows = known.first_confirmed || known.accepted;
            const auto over_for = now_.wall - book_.alert(alert).resolved_at.value_or(now_.wall);
            if (!knows || over_for >= limits::terminal_hold) finish(endpoint, alert);
        }
    }
}

}  // namespace trainwatch::core
