// What of the engine's state stands in the ledger.
#include "core/engine.hpp"
#include "core/tracker.hpp"

namespace trainwatch::core {

// The counters go with the rows that were counted, or neither does.
void engine::write() {
    for (auto& row : tally_.take_changed())
        journal_.put(std::move(row));
    // Whatever is kept makes the next start no first one.
    if (journal_.has_rows()) keep_first_start();
    const bool everything = journal_.wants_snapshot(now_.mono);
    if (everything) put_everything();
    if (auto next = journal_.open(now_.mono, everything)) {
        acknowledge_with(next->id);
        out_.emplace_back(commit{next->id, std::move(next->batch)});
    }
}

domain::job_row engine::row_of_slot(std::size_t slot) const {
    const auto& target = targets_[slot];
    auto row = row_of(view_.jobs[slot], target.memory, plan_.lanes[target.lane.value].connection);
    if (target.tags_told) row.tags = target.tags;
    return row;
}

domain::job_row_key engine::key_of(std::size_t slot) const {
    const auto& job = view_.jobs[slot];
    return {plan_.lanes[job.target.lane.value].connection, identity_of(*job.last)};
}

void engine::put_everything() {
    journal_.set_aside();
    for (std::size_t slot = 0; slot < targets_.size(); ++slot) {
        const auto& job = view_.jobs[slot];
        if (!job.last) continue;
        journal_.put(row_of_slot(slot));
        for (auto& row : transition_rows_of(job, targets_[slot].memory))
            journal_.put(std::move(row));
    }
    for (const auto& [key, alert] : book_.numbers())
        journal_.put(book_.row(alert));
    for (const auto& [endpoint, alert] : outbox_.with_rows())
        journal_.put(row_of_delivery(endpoint, alert));
    for (auto& row : tally_.all())
        journal_.put(std::move(row));
    put_expectations();
    if (last_sweep_) journal_.put_sweep(*last_sweep_);
}

}  // namespace trainwatch::core
