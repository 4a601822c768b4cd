#include "base/limits.hpp"
#include "core/engine.hpp"
#include "core/rules_of_watcher.hpp"

namespace trainwatch::core {

// TrainwatchdStorageDegraded: as long as alerts leave without being on a disk, and until that has
// not happened for a while: a disk that takes every other batch is one trouble. While receivers are
// still being told that its last time is over, it fires a little later.
void engine::watch_storage() {
    const bool is_degraded = journal_.is_degraded();
    const bool believed =
        storage_alert_.holds.observe(is_degraded, now_.mono, milliseconds(0), limits::stale_calm);
    const bool may_fire = is_degraded && !drain_until_;
    if (believed && storage_alert_.identity.empty() && !may_fire) return;
    const auto make = [this] {
        return trainwatchd_storage_degraded(
            {storage_trouble_, plan_.replica}, now_.wall, plan_.global.labels
        );
    };
    follow(storage_alert_, believed, make, "recovered");
    if (is_degraded) renew(storage_alert_, make);
    if (!is_degraded) storage_trouble_.clear();
}

}  // namespace trainwatch::core
