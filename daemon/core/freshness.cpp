#include "core/freshness.hpp"

namespace trainwatch::core {

freshness::freshness(const domain::watch_plan& plan, domain::view& view)
    : plan_(plan), view_(view), lanes_(plan.lanes.size()), present_(plan.targets.size()) {}

void freshness::update(std::size_t slot, std::optional<wall_time> observed) {
    if (present_[slot] == observed) return;
    const auto& target = plan_.targets[slot];
    auto& times = lanes_[target.lane.value][target.watch_list];
    if (present_[slot]) times.erase({*present_[slot], slot});
    if (observed) times.emplace(*observed, slot);
    present_[slot] = observed;
    auto& oldest = view_.lanes[target.lane.value].oldest_observation;
    if (times.empty()) {
        oldest.erase(target.watch_list);
    } else {
        oldest[target.watch_list] = times.begin()->first;
    }
}

}  // namespace trainwatch::core
