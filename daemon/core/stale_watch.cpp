#include "core/stale_watch.hpp"

#include "base/limits.hpp"

namespace trainwatch::core {

promise_change stale_watch::measured(
    const promise_key& which, std::optional<milliseconds> age, milliseconds bound, mono_time now
) {
    auto& known = states_[which];
    const bool is_late = age && *age > bound;
    known.breaks_at.reset();
    if (age && !is_late) known.breaks_at = now + (bound - *age) + milliseconds(1);
    if (is_late == known.told_broken) {
        known.turns_at.reset();
        return promise_change::none;
    }
    if (!known.turns_at) {
        known.turns_at = now + (is_late ? bound / 2 : limits::stale_calm);
    }
    if (now < *known.turns_at) return promise_change::none;
    known.turns_at.reset();
    known.told_broken = is_late;
    return is_late ? promise_change::broken : promise_change::kept;
}

std::vector<promise_key> stale_watch::all() const {
    std::vector<promise_key> found;
    for (const auto& [which, known] : states_)
        found.push_back(which);
    return found;
}

std::optional<mono_time> stale_watch::next_wakeup() const {
    std::optional<mono_time> next;
    const auto consider = [&](const std::optional<mono_time>& at) {
        if (at && (!next || *at < *next)) next = at;
    };
    for (const auto& [which, known] : states_) {
        consider(known.turns_at);
        if (!known.told_broken && !known.turns_at) consider(known.breaks_at);
    }
    return next;
}

}  // namespace trainwatch::core
