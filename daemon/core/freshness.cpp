#include "core/freshness.hpp"

namespace trainwatch::core {

void freshness::update(
    std::size_t slot, const domain::target& target, std::optional<wall_time> observed
) {
    if (slot >= present_.size()) present_.resize(slot + 1);
    auto& known = present_[slot];
    const bool same_list =
        known && known->lane == target.lane && known->watch_list == target.watch_list;
    if (same_list && observed == known->observed) return;
    if (known) leave(slot);
    if (observed) {
        lists_[{target.lane, target.watch_list}].emplace(*observed, slot);
        known = place{target.lane, target.watch_list, *observed};
        publish(target.lane, target.watch_list);
    }
}

void freshness::leave(std::size_t slot) {
    const place before = *std::exchange(present_[slot], std::nullopt);
    lists_[{before.lane, before.watch_list}].erase({before.observed, slot});
    publish(before.lane, before.watch_list);
}

void freshness::publish(lane_id lane, const std::string& watch_list) {
    auto& oldest = view_.lanes[lane.value].oldest_observation;
    const auto& times = lists_[{lane, watch_list}];
    if (times.empty()) {
        oldest.erase(watch_list);
    } else {
        oldest[watch_list] = times.begin()->first;
    }
}

}  // namespace trainwatch::core
