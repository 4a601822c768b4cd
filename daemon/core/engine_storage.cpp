#include <utility>

#include "core/engine.hpp"
#include "core/rules_of_watcher.hpp"

namespace trainwatch::core {

// TrainwatchdStorageDegraded: as long as alerts leave without being on a disk. While receivers are
// still being told that its last time is over, it fires a little later.
void engine::watch_storage() {
    const bool fires = !storage_alert_.empty();
    if (fires == journal_.is_degraded() || (drain_until_ && !fires)) return;
    if (!fires) {
        const storage_facts facts{storage_trouble_, plan_.replica};
        auto alert = trainwatchd_storage_degraded(facts, now_.wall, plan_.global.labels);
        if (const auto number = fire(std::move(alert))) storage_alert_ = book_.key(*number);
        return;
    }
    storage_trouble_.clear();
    const auto identity = std::exchange(storage_alert_, {});
    if (const auto number = book_.find(identity)) end_alert(*number, "recovered");
}

}  // namespace trainwatch::core
