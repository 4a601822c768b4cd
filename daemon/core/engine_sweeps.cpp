// What is shown and kept of how far lists have got.
#include <algorithm>

#include "base/limits.hpp"
#include "core/engine.hpp"
#include "core/promise.hpp"
#include "core/steering.hpp"

namespace trainwatch::core {

void engine::show_sweeps() {
    for (std::size_t i = 0; i < lanes_.size(); ++i) {
        const auto& lane = lanes_[i];
        auto& shown = view_.lanes[i];
        shown.finds_none = finds_none(lane_id{i});
        if (!lane.pages) {
            shown.sweep.reset();
            show_described_bound(lane_id{i});
            continue;
        }
        if (!shown.sweep) shown.sweep.emplace();
        auto& sweep = *shown.sweep;
        sweep.stands = !lists_work(lane_id{i});
        sweep.complete = !lane.discovers || (lane.pages->reached_horizon() && !sweep.stands);
        sweep.known = lane.pages->known();
        sweep.pages = lane.pages_told;
        // What was counted before counts until the sweep that begins anew has reached its end.
        const bool is_whole = !lane.discovers || lane.pages->reached_horizon();
        sweep.is_measured |= is_whole;
        if (sweep.is_measured && !is_whole && !sweep.stands) continue;
        sweep.windows = lane.pages->windows();
        const lane_load load{
            shown.live,
            sweep.windows,
            shown.operation(aws_operation::describe).rate,
            shown.operation(aws_operation::list).rate,
            lane.pages->steered()};
        const auto promise = promise_of(load, plan_.lanes[i].pace, lane.staleness_bound);
        sweep.floor = promise.floor;
        sweep.feasible_bound = promise.feasible_bound;
        sweep.kept = lane.pages->kept();
        if (are_pages_late(lane_id{i})) show_bounds_without_pages(lane_id{i});
    }
}

// Describes alone get through.
void engine::show_bounds_without_pages(lane_id lane) {
    const auto& state = lanes_[lane.value];
    auto& shown = view_.lanes[lane.value];
    const auto rate = shown.operation(aws_operation::describe).rate;
    const lane_load load{.live = shown.live, .describe_rate = rate};
    const auto promise = promise_of(load, plan_.lanes[lane.value].pace, state.staleness_bound);
    shown.sweep->feasible_bound = promise.feasible_bound;
    shown.sweep->kept.clear();
    for (const auto& [bound, jobs] : state.pages->bounds()) {
        if (kept_by_describes(state.pages->bounds(), bound, rate))
            shown.sweep->kept.emplace(bound, bound);
    }
}

void engine::show_described_bound(lane_id lane) {
    auto& shown = view_.lanes[lane.value];
    const auto rate = shown.operation(aws_operation::describe).rate;
    shown.described_bound = milliseconds(0);
    // Names that nobody has asked about yet are as good as live.
    if (shown.live == 0 || rate <= 0) return;
    const auto live = shown.live + lanes_[lane.value].untried;
    const lane_load load{.live = live, .describe_rate = rate};
    const auto& here = plan_.lanes[lane.value];
    const auto bound = lanes_[lane.value].staleness_bound;
    shown.described_bound = promise_of(load, here.pace, bound).feasible_bound;
}

// It is to find jobs, and cannot tell whose they are: one may have failed that nobody has seen.
bool engine::is_blind(lane_id lane) const {
    const auto& state = lanes_[lane.value];
    if (!state.pages || !state.discovers) return false;
    if (state.refused || (state.details_refused && scheduler_.is_down(lane))) return true;
    return state.tags_refused &&
        std::any_of(plan_.discovery.begin(), plan_.discovery.end(), [&](const auto& rule) {
               const bool is_here =
                   std::find(rule.lanes.begin(), rule.lanes.end(), lane) != rule.lanes.end();
               return is_here && (!rule.match.tags.empty() || !rule.exclude.tags.empty());
           });
}

// What ended before a time that every lane has told of is known: that is how far a restart has to
// look back.
void engine::keep_sweep() {
    // Nobody has told the time yet, and it cannot be taken back: dated by a clock that is ahead, it
    // would make the past of what ends from now on.
    if (!clock_.is_known() && now_.mono < started_.mono + limits::clock_patience) return;
    std::optional<instant> until;
    const auto consider = [&](const instant& at) {
        if (!until || at.mono < until->mono) until = at;
    };
    const auto on_our_clocks = [&](mono_time at) {
        return instant{at, our_now_.wall - std::chrono::floor<milliseconds>(now_.mono - at)};
    };
    if (in_rounds_ > 0) {
        if (!round_heard_) return;
        consider(*round_heard_);
    }
    bool by_pages = false;
    for (std::size_t i = 0; i < lanes_.size(); ++i) {
        const auto& lane = lanes_[i];
        if (is_blind(lane_id{i})) return;
        if (!lane.pages || lane.refused) continue;
        const auto told = lane.pages->complete_until();
        if (!told) return;
        consider(on_our_clocks(*told));
        by_pages = true;
    }
    if (!until) return;
    if (!unexplained_.empty()) consider(on_our_clocks(unexplained_.begin()->first));
    auto at = clock_.at(*until);
    const auto step = by_pages ? limits::sweep_kept_interval : milliseconds(1);
    if (last_sweep_ && at < *last_sweep_ + step) return;
    // A restart must not take what nobody has explained yet for the past.
    const auto look_back_to = [&](const std::optional<wall_time>& ended) {
        if (ended) at = std::min(at, *ended);
    };
    for (const auto& [since, slot] : unexplained_) {
        const auto& last = *view_.jobs[slot].last;
        look_back_to(last.training_ended ? last.training_ended : last.modified);
    }
    // Nor what has ended and waits for its tags or its description to tell whose it is. What never
    // trained has no TrainingEndTime.
    for (const auto& lane : lanes_) {
        look_back_to(lane.withheld.first_end());
        for (const auto& [name, slot] : lane.slots) {
            const auto& target = targets_[slot];
            if (target.use != slot_use::candidate || !target.summary) continue;
            const auto& told = *target.summary;
            if (domain::is_terminal(told.status.value)) {
                look_back_to(told.ended ? told.ended : told.modified);
            } else if (now_.mono - target.undecided_since < limits::settle_patience) {
                // What it has done so far is still to be counted: that is worth a short wait.
                look_back_to(told.created);
            }
        }
    }
    if (last_sweep_ && at < *last_sweep_ + step) return;
    last_sweep_ = at;
    journal_.put_sweep(at);
}

}  // namespace trainwatch::core
