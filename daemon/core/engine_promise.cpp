#include <algorithm>

#include "base/limits.hpp"
#include "core/engine.hpp"
#include "core/notes.hpp"
#include "core/notes_of_lists.hpp"
#include "core/rules_of_watcher.hpp"

namespace trainwatch::core {

// TrainwatchdStale: the picture of some list is older than it was promised to be.
void engine::watch_promise() {
    if (drain_until_) return;
    std::size_t promises = 0;
    for (std::size_t i = 0; i < view_.lanes.size(); ++i) {
        const lane_id id{i};
        const auto& lists = lists_of_lane_[i];
        for (const auto& list : lists)
            watch_promise_of(id, list);
        promises += lists.size();
        // A job stays with a list that is gone until it is known whose it is.
        for (const auto& [list, oldest] : view_.lanes[i].oldest_observation) {
            if (lists.contains(list)) continue;
            watch_promise_of(id, list);
            ++promises;
        }
    }
    // The last job of a list that is gone has found another one.
    if (stale_watch_.size() != promises) end_promises();
}

void engine::watch_promise_of(lane_id lane, const std::string& list) {
    const auto& oldest = view_.lanes[lane.value].oldest_observation;
    const auto at = oldest.find(list);
    std::optional<milliseconds> age;
    if (at != oldest.end()) age = now_.wall - at->second;
    const auto bound = plan_.staleness_bound(list);
    const auto seen = age.value_or(milliseconds(0));
    // What was created since nobody knows; it may live, and have failed.
    if (const auto unswept = unswept_for(lane, list)) age = std::max(seen, *unswept);
    switch (stale_watch_.measured({lane, list}, age, bound, now_.mono)) {
        case promise_change::none:
            if (age && *age > bound) renew_stale(lane, list, seen);
            break;
        case promise_change::broken:
            fire_stale(lane, list, seen);
            break;
        case promise_change::kept:
            end_stale(lane, list, "fresh_again");
            break;
    }
}

// While pages are throttled: since they told of all that is new. Nothing where the list finds no
// jobs there, or where AWS refuses (TrainwatchdConnectionDown).
std::optional<milliseconds> engine::unswept_for(lane_id lane, const std::string& list) const {
    const auto& state = lanes_[lane.value];
    if (!state.failing_since || !are_pages_late(lane) || finds_none(lane)) return {};
    const bool finds = std::ranges::any_of(plan_.discovery, [&](const auto& rule) {
        return rule.watch_list == list && std::ranges::find(rule.lanes, lane) != rule.lanes.end();
    });
    if (!finds) return {};
    const auto until = state.pages->found_until().value_or(*state.failing_since);
    return std::chrono::floor<milliseconds>(now_.mono - until);
}

domain::alert_row engine::stale_alert(lane_id lane, const std::string& list, milliseconds age)
    const {
    const auto& known = view_.lanes[lane.value];
    const auto bound = plan_.staleness_bound(list);
    const stale_facts facts{
        plan_.lanes[lane.value],
        list,
        bound,
        age,
        known.feasible(bound),
        known.live,
        plan_.replica,
        unswept_for(lane, list)};
    return trainwatchd_stale(facts, now_.wall, plan_.alert_labels(list));
}

void engine::fire_stale(lane_id lane, const std::string& list, milliseconds age) {
    const auto number = fire(stale_alert(lane, list, age));
    if (!number) {
        // Receivers are still being told that the last one is over: again in half a bound.
        stale_watch_.forget({lane, list});
        return;
    }
    stale_alerts_[{lane, list}] = book_.key(*number);
}

void engine::renew_stale(lane_id lane, const std::string& list, milliseconds age) {
    if (!renewing_) return;
    const auto fires = stale_alerts_.find({lane, list});
    if (fires == stale_alerts_.end()) return;
    if (const auto number = book_.find(fires->second)) {
        renew(*number, stale_alert(lane, list, age).alert.annotations);
    }
}

void engine::end_stale(lane_id lane, const std::string& list, const char* because) {
    // By the labels that it fired with: the configuration may have others by now.
    const auto fired = stale_alerts_.extract(promise_key(lane, list));
    if (fired.empty()) return;
    if (const auto number = book_.find(fired.mapped())) end_alert(*number, because);
}

void engine::tell_now(alert_number alert) {
    for (std::size_t i = 0; i < plan_.endpoints.size(); ++i) {
        if (!plan_.endpoints[i].gone) outbox_.hasten(endpoint_id{i}, alert, now_.mono);
    }
}

// For all receivers at once: those that it was sent to are told.
void engine::end_alert(alert_number alert, const char* because) {
    if (book_.alert(alert).state == domain::alert_state::resolved) return;
    book_.end(alert, because, now_.wall);
    say(note_of_alert(note_level::info, "alert_resolved", book_.alert(alert)));
    journal_.put(book_.row(alert));
    tell_now(alert);
    if (has_receivers()) return;
    unreceived_.erase({book_.alert(alert).starts_at + limits::terminal_hold, alert});
    forget_alert(alert);
}

}  // namespace trainwatch::core
