// Where the past begins: what ended before is shown, and never alerted.
#include <algorithm>
#include <cmath>
#include <utility>

#include "base/limits.hpp"
#include "core/engine.hpp"
#include "core/notes.hpp"
#include "core/tracker.hpp"

namespace trainwatch::core {
namespace {

// Among the counters, because it is one number of the whole ledger.
constexpr const char* first_start_metric = "trainwatchd_ledger_first_start_timestamp_seconds";
constexpr milliseconds undated_start_most = std::chrono::hours(14 * 24);

}  // namespace

void engine::restore_horizon(const domain::ledger& known) {
    last_sweep_ = known.rows.last_complete_sweep;
    restored_sweep_ = last_sweep_;
    is_ledger_damaged_ = known.damaged.has_value();
    if (is_ledger_damaged_) {
        // The new file does not have it: date_horizon() writes what comes of it.
        last_sweep_.reset();
        // Whatever is written makes the new file a sound one, which a restart does not look behind.
        // The clock may be a day ahead, and no answer has told so yet.
        journal_.put_sweep(horizon() - limits::terminal_hold);
        say(note_of_damaged_ledger(*known.damaged, horizon()));
        return;
    }
    for (const auto& row : known.rows.counters) {
        if (row.metric != first_start_metric || !std::isfinite(row.value)) continue;
        first_start_ = from_unix_milliseconds(std::llround(row.value * 1000));
    }
    is_first_start_ = known.first_start;
}

// AWS has told of nothing yet, and the run may end before it does.
void engine::keep_first_start() {
    if (last_sweep_ || !std::exchange(is_first_start_, false)) return;
    journal_.put(domain::counter_row{first_start_metric, {}, unix_seconds(started_.wall), {}});
}

// An end before this is the past: shown, neither counted nor alerted. It stays where it was at the
// start: that pages have told of an end does not mean that a describe has.
//
// Without the former ledger nobody knows what was alerted. What ended within the hold is alerted
// again: a receiver that was told then still holds it, under the same identity, so it merges and
// pages nobody; one that was not would never hear of it. What ended before has had its time.
//
// The very first run may have heard of nothing before it ended: what ended since it began is news,
// for as long as somebody may take to notice (its clock may have stood anywhere).
//
// Of what ended so long ago that its row was forgotten, a complete sweep has told before: whoever
// tells of it again tells of the past.
wall_time engine::horizon() const {
    const auto& lookback = plan_.global.lookback;
    const auto at_start = clock_.at(started_) -
        (is_ledger_damaged_ ? std::max(lookback, limits::terminal_hold) : lookback);
    auto at = restored_sweep_ ? std::min(*restored_sweep_, at_start) : at_start;
    if (!restored_sweep_ && first_start_) {
        at = std::min(at, std::max(*first_start_ - lookback, at_start - undated_start_most));
    }
    return forgotten_until_ ? std::max(at, *forgotten_until_) : at;
}

// Of a job that nothing is known of here.
wall_time engine::horizon_without(const domain::job_identity& job) const {
    const auto alive = alive_at_.find(job);
    return alive == alive_at_.end() ? horizon() : std::min(horizon(), alive->second);
}

// A restart or a reload moves the horizon. Of a job that was seen before, what was not the past
// then is not the past now: AWS may have left it out, or nobody could describe the job.
wall_time engine::horizon_of(std::size_t slot, const domain::job_identity& job) const {
    const auto& last = view_.jobs[slot].last;
    if (!last || identity_of(*last) != job) return horizon_without(job);
    const auto& memory = targets_[slot].memory;
    auto then = memory.first_horizon.value_or(memory.first_observed - plan_.global.lookback);
    // Its end was not the past, so nothing of it that came then was.
    const auto& ended = view_.jobs[slot].ended;
    if (memory.counted && ended) then = std::min(then, *ended);
    return std::min(horizon(), then);
}

// The first start's horizon, as soon as an answer has dated it: a restart before the first complete
// sweep must not look back less far.
void engine::date_horizon() {
    if (last_sweep_) return;
    last_sweep_ = horizon();
    journal_.put_sweep(*last_sweep_);
}

}  // namespace trainwatch::core
