#include "disk.hpp"

#include <utility>

#include "base/check.hpp"
#include "base/limits.hpp"

namespace trainwatch::sim {
namespace {

constexpr milliseconds hang_most = std::chrono::minutes(10);
constexpr milliseconds calm_latency_most{5};

// A store that can say so tells why it is empty.
template <class Ledger>
void mark_damaged(Ledger& loaded) {
    if constexpr (requires { loaded.damaged.emplace(); }) loaded.damaged.emplace();
}

}  // namespace

disk::plan disk::begin(domain::ledger_batch batch, mono_time now) {
    CHECK(!in_flight_);
    const bool is_full = !calm_ && full_until_ && now < *full_until_;
    const auto most = calm_ ? calm_latency_most : faults_.latency_max;
    plan made;
    made.fails = is_full || chance(faults_.fails);
    made.done = now + milliseconds(random_.below(static_cast<std::uint64_t>(most.count()) + 1));
    if (chance(faults_.hangs)) {
        made.done += milliseconds(random_.below(static_cast<std::uint64_t>(hang_most.count())));
    }
    made.is_trouble = made.fails || made.done - now >= limits::commit_deadline;
    const bool lands_all_the_same = !is_full && faults_.half_failures && random_.below(2) == 0;
    in_flight_ = flight{std::move(batch), !made.fails || lands_all_the_same, !made.fails};
    return made;
}

void disk::finish() {
    CHECK(in_flight_);
    if (in_flight_->lands) durable_.apply(in_flight_->batch);
    in_flight_.reset();
}

void disk::lose_power() {
    if (!in_flight_) return;
    if (in_flight_->lands && random_.below(2) == 0) durable_.apply(in_flight_->batch);
    in_flight_.reset();
}

// Until something is kept again, each start finds what the first one found: nothing, and the
// damaged file beside it.
domain::ledger disk::load() {
    if (std::exchange(damaged_, false)) {
        durable_ = {};
        lost_ = true;
    }
    auto loaded = durable_.load();
    if (lost_ && loaded.first_start) mark_damaged(loaded);
    return loaded;
}

}  // namespace trainwatch::sim
