#include "disk.hpp"

#include <utility>

#include "base/check.hpp"
#include "base/limits.hpp"

namespace trainwatch::sim {
namespace {

constexpr milliseconds hang_most = std::chrono::minutes(10);
constexpr milliseconds calm_latency_most{5};

}  // namespace

disk::plan disk::begin(domain::ledger_batch batch, instant now) {
    CHECK(!in_flight_);
    const bool is_full = !calm_ && full_until_ && now.mono < *full_until_;
    const auto most = calm_ ? calm_latency_most : faults_.latency_max;
    plan made;
    made.fails = is_full || chance(faults_.fails);
    made.done =
        now.mono + milliseconds(random_.below(static_cast<std::uint64_t>(most.count()) + 1));
    if (chance(faults_.hangs)) {
        made.done += milliseconds(random_.below(static_cast<std::uint64_t>(hang_most.count())));
    }
    made.is_trouble = made.fails || made.done - now.mono >= limits::commit_deadline;
    const bool lands_all_the_same = !is_full && faults_.half_failures && random_.below(2) == 0;
    in_flight_ = flight{std::move(batch), !made.fails || lands_all_the_same, !made.fails, now.wall};
    return made;
}

void disk::finish() {
    CHECK(in_flight_);
    if (in_flight_->lands) land();
    in_flight_.reset();
}

void disk::lose_power() {
    if (!in_flight_) return;
    if (in_flight_->lands && random_.below(2) == 0) land();
    in_flight_.reset();
}

void disk::land() {
    durable_.apply(in_flight_->batch);
    written_ = in_flight_->at;
}

// Pages of the file are lost, and rows with them: an alert without its deliveries, or the reverse.
void disk::salvage() {
    const auto all = durable_.load().rows;
    domain::ledger_batch saved;
    const auto is_readable = [this] { return random_.unit() < faults_.readable; };
    for (const auto& row : all.alerts) {
        if (is_readable()) saved.alerts.push_back(row);
    }
    for (const auto& row : all.deliveries) {
        if (is_readable()) saved.deliveries.push_back(row);
    }
    durable_ = {};
    durable_.begin_with(saved);
}

// Until something is kept again, each start finds what the first one found.
domain::ledger disk::load(wall_time now) {
    if (std::exchange(damaged_, false)) {
        salvage();
        lost_ = true;
    }
    auto loaded = durable_.load();
    if (written_ == wall_time{}) written_ = now;
    if (lost_ && loaded.first_start) {
        loaded.damaged.emplace().detail = "is damaged";
        loaded.rows.last_complete_sweep = written_;
    }
    return loaded;
}

}  // namespace trainwatch::sim
