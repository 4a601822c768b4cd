#include "proto/refresh.hpp"

#include <algorithm>

#include "base/limits.hpp"

namespace trainwatch::proto {

refresh::refresh(std::uint64_t seed)
    : random_(seed), spread_(random_.jitter(limits::keys_advisory_spread)) {}

refresh::action refresh::next(mono_time now) const {
    const bool early = not_before_ && now < *not_before_;
    if (!any_) return early ? action::fail : action::fetch;
    if (left(now) > advisory_) return action::use;
    if (early) return has_keys(now) ? action::use : action::fail;
    return left(now) > mandatory_ ? action::use_and_fetch : action::fetch;
}

bool refresh::has_keys(mono_time now) const {
    return any_ && (outlives_expiry_ || left(now) > nanoseconds(0));
}

refresh::outcome refresh::fetched(const instant& now, const renewal& what) {
    // Whoever writes the year 9999 means never; nanoseconds do not reach so far.
    milliseconds life = std::chrono::hours(24 * 366);
    if (what.expires) life = std::min(life, *what.expires - (now.wall + what.clock_offset));
    if (life <= nanoseconds(0) && !what.outlives_expiry) return failed(now.mono);
    any_ = true;
    outlives_expiry_ = what.outlives_expiry;
    end_ = what.expires ? now.mono + life : mono_time::max();
    if (life <= nanoseconds(0)) return extend(now.mono);
    // Keys near their end come again and again from a service that rotates late: each time half
    // of what is left passes before it is asked once more.
    const nanoseconds advisory = limits::keys_advisory - spread_;
    advisory_ = std::min<nanoseconds>(advisory, life / 2);
    mandatory_ = std::min<nanoseconds>(limits::keys_mandatory, life / 3);
    if (!what.expires) advisory_ = mandatory_ = nanoseconds(0);
    failures_ = 0;
    not_before_ = now.mono + limits::keys_backoff_base;
    return outcome::renewed;
}

refresh::outcome refresh::failed(mono_time now) {
    if (any_ && left(now) > nanoseconds(0)) {
        back_off(now);
        return outcome::kept;
    }
    if (has_keys(now)) return extend(now);
    back_off(now);
    return outcome::none;
}

bool refresh::force(mono_time now) {
    if (forced_ && now - *forced_ < limits::keys_forced_interval) return false;
    forced_ = now;
    return true;
}

void refresh::back_off(mono_time now) {
    const nanoseconds base = limits::keys_backoff_base;
    const nanoseconds wait = base * (1LL << std::min(failures_, 10U));
    not_before_ = now + std::min<nanoseconds>(wait, limits::keys_backoff_max);
    ++failures_;
}

refresh::outcome refresh::extend(mono_time now) {
    failures_ = 0;
    not_before_ =
        now + limits::keys_extension_least + random_.jitter(limits::keys_extension_spread);
    return outcome::extended;
}

}  // namespace trainwatch::proto
