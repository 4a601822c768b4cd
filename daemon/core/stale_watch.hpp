// Whether the promise of each (lane, watch list) is kept: no live job unobserved for longer than
// its staleness_bound.
//
// Broken for half a bound it is worth an alert, kept for some minutes the alert is over: an age
// that crosses the bound for a moment is neither. Breaches that are not parted by as long a calm as
// would end the alert count together, and are worth it when they come to a bound: where every round
// takes a little too long no single breach lasts. Pure; the alert itself is core/rules'.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/ids.hpp"
#include "base/time.hpp"

namespace trainwatch::core {

using promise_key = std::pair<lane_id, std::string>;  // and the watch list

enum class promise_change { none, broken, kept };

class stale_watch {
public:
    // `age`: of the oldest observation; nothing when there is no live job.
    promise_change measured(
        const promise_key& which, std::optional<milliseconds> age, milliseconds bound, mono_time now
    );
    // It was broken when the last run ended.
    void was_broken(const promise_key& which) { states_[which].told_broken = true; }
    // The list is gone.
    void forget(const promise_key& which) { states_.erase(which); }

    std::vector<promise_key> all() const;
    std::size_t size() const { return states_.size(); }
    // When a verdict may change without any news.
    std::optional<mono_time> next_wakeup() const;

private:
    struct state {
        bool told_broken = false;
        std::optional<mono_time> turns_at{};    // when the verdict turns, if nothing changes
        std::optional<mono_time> late_since{};  // of the breach that goes on, before it is told
        milliseconds late_before{};             // the breaches before it, since the last calm
        mono_time calm_at{};                    // they count no more from then on
        std::optional<mono_time> breaks_at{};   // when the age will pass the bound
    };
    static void count_breach(state& known, bool is_late, milliseconds bound, mono_time now);

    std::map<promise_key, state> states_{};
};

}  // namespace trainwatch::core
