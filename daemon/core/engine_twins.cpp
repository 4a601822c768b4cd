// The same job through two connections that have the same account: it is one job, and one alert.
//
// A list that names it has it before one that finds it, then the earlier list, then the earlier
// connection. What a filter found elsewhere gives way; where both name it, both rows are shown and
// each thing is told once. A connection that AWS refuses or that is down holds nothing back from
// another.
#include <algorithm>
#include <tuple>

#include "core/engine.hpp"
#include "core/tracker.hpp"

namespace trainwatch::core {

// Other connections into the same region: their account may turn out to be the same.
void engine::follow_neighbours() {
    for (std::size_t i = 0; i < lanes_.size(); ++i) {
        auto& neighbours = lanes_[i].neighbours;
        neighbours.clear();
        for (std::size_t k = 0; k < lanes_.size(); ++k) {
            const bool is_other = k != i && plan_.lanes[k].region == plan_.lanes[i].region;
            if (is_other && !plan_.lanes[k].gone && !plan_.lanes[i].gone) {
                neighbours.emplace_back(k);
            }
        }
    }
}

std::vector<std::size_t> engine::twins_of(lane_id lane, const domain::job_identity& job) const {
    std::vector<std::size_t> twins;
    for (const auto other : lanes_[lane.value].neighbours) {
        const auto slot = slot_of(other, job.name);
        if (!slot || !is_watched(*slot) || !view_.jobs[*slot].last) continue;
        if (identity_of(*view_.jobs[*slot].last) == job) twins.push_back(*slot);
    }
    return twins;
}

// The lower one comes first.
engine::precedence engine::precedence_of(slot_use use, const std::string& watch_list, lane_id lane)
    const {
    const auto& rules = plan_.discovery;
    const auto rule = std::find_if(rules.begin(), rules.end(), [&](const auto& each) {
        return each.watch_list == watch_list;
    });
    return {use != slot_use::explicit_name, rule - rules.begin(), lane.value};
}

engine::precedence engine::precedence_of(std::size_t slot) const {
    const auto& target = view_.jobs[slot].target;
    return precedence_of(targets_[slot].use, target.watch_list, target.lane);
}

bool engine::is_reachable(lane_id lane) const {
    return !scheduler_.is_down(lane) && !lanes_[lane.value].refused;
}

// What `watch_list` finds here is another connection's already, and rightly so.
bool engine::is_claimed_elsewhere(
    lane_id lane, const std::string& watch_list, const domain::job_identity& job
) const {
    const auto twins = twins_of(lane, job);
    const auto here = precedence_of(slot_use::discovered, watch_list, lane);
    return std::any_of(twins.begin(), twins.end(), [&](std::size_t twin) {
        return comes_before(twin, lane, here);
    });
}

// Who can tell of a job comes before who cannot, whatever the lists: else each page would take it
// back.
bool engine::comes_before(std::size_t twin, lane_id lane, const precedence& here) const {
    const bool is_there = is_reachable(targets_[twin].lane);
    if (is_there != is_reachable(lane)) return is_there;
    return precedence_of(twin) < here;
}

// Here it has found its place: what a filter found elsewhere goes, and takes along what it told.
void engine::release_elsewhere(lane_id lane, const domain::job_identity& job) {
    for (const auto twin : twins_of(lane, job)) {
        if (targets_[twin].use != slot_use::discovered) continue;
        const auto here = slot_of(lane, job.name);
        const bool comes_first =
            here && is_watched(*here) && comes_before(twin, lane, precedence_of(*here));
        if (!comes_first) release_slot(twin);
    }
}

// After a restart, or with other lists, both may have found a place.
void engine::release_twins() {
    for (std::size_t slot = 0; slot < targets_.size(); ++slot) {
        if (!is_watched(slot) || !view_.jobs[slot].last) continue;
        release_elsewhere(targets_[slot].lane, identity_of(*view_.jobs[slot].last));
    }
}

// It is not reachable any more: who has been turned away because it is watched there is to be found
// again here.
void engine::offer_to_neighbours(lane_id lane) {
    const auto& account_id = view_.lanes[lane.value].account_id;
    for (const auto other : lanes_[lane.value].neighbours) {
        const bool is_same = view_.lanes[other.value].account_id == account_id;
        if (is_same && lanes_[other.value].pages) begin_sweep(other);
    }
}

// Two lists name it: whoever sees something first tells it, and the other does not. Nobody waits
// for a connection that may never answer.
void engine::heed_twins(std::size_t slot, const domain::job_identity& job, sighting& sight) const {
    for (const auto twin : twins_of(targets_[slot].lane, job)) {
        sight.is_end_told = sight.is_end_told || targets_[twin].memory.is_end_counted();
        for (const auto& entry : view_.jobs[twin].last->transitions)
            sight.told_until = std::max(sight.told_until, entry.started);
    }
}

}  // namespace trainwatch::core
