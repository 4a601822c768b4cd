#include "core/stale_watch.hpp"

#include <algorithm>
#include <chrono>

#include "base/limits.hpp"

namespace trainwatch::core {
namespace {

// Just after an observation an age proves nothing: it takes a bound until it can be too high again.
milliseconds calm_of(milliseconds bound) {
    return std::max(limits::stale_calm, bound + bound / 4);
}

}  // namespace

promise_change stale_watch::measured(
    const promise_key& which, std::optional<milliseconds> age, milliseconds bound, mono_time now
) {
    auto& known = states_[which];
    const bool is_late = age && *age > bound;
    known.breaks_at.reset();
    if (age && !is_late) known.breaks_at = now + (bound - *age) + milliseconds(1);
    if (known.told_broken) {
        if (is_late) known.turns_at.reset();
        if (!is_late && !known.turns_at) known.turns_at = now + calm_of(bound);
    } else {
        count_breach(known, is_late, bound, now);
    }
    if (!known.turns_at || now < *known.turns_at) return promise_change::none;
    known.turns_at.reset();
    known.late_since.reset();
    known.late_before = milliseconds(0);
    known.told_broken = is_late;
    return is_late ? promise_change::broken : promise_change::kept;
}

void stale_watch::count_breach(state& known, bool is_late, milliseconds bound, mono_time now) {
    if (is_late && !known.late_since) {
        if (now >= known.calm_at) known.late_before = milliseconds(0);
        known.late_since = now;
        const auto left = std::max(bound - known.late_before, milliseconds(0));
        known.turns_at = now + std::min(bound / 2, left);
    }
    if (is_late || !known.late_since) return;
    known.late_before += std::chrono::floor<milliseconds>(now - *known.late_since);
    known.late_since.reset();
    known.turns_at.reset();
    known.calm_at = now + calm_of(bound);
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
