// The true time, and the daemon's wall clock beside it: skewed, drifting, stepped.
//
// The monotonic clock is the world's own and counts through a suspend (CLOCK_BOOTTIME).
#pragma once

#include <chrono>

#include "base/time.hpp"

namespace trainwatch::sim {

class clocks {
public:
    static constexpr wall_time epoch_wall = from_unix_milliseconds(1'763'890'000'000);

    clocks() = default;
    clocks(milliseconds skew, double drift) : skew_(skew), drift_(drift) {}

    static wall_time true_wall(mono_time at) {
        return epoch_wall + std::chrono::floor<milliseconds>(at.time_since_epoch());
    }
    static mono_time mono_of(wall_time at) { return mono_time(at - epoch_wall); }

    // Our wall clock minus the true one.
    milliseconds error(mono_time at) const {
        const auto gained = static_cast<double>(at.time_since_epoch().count()) / 1e6 * drift_;
        return skew_ + milliseconds(static_cast<std::int64_t>(gained));
    }
    instant ours(mono_time at) const { return {at, true_wall(at) + error(at)}; }

    void set_skew(milliseconds skew) { skew_ = skew; }

private:
    milliseconds skew_{};
    double drift_ = 0;
};

}  // namespace trainwatch::sim
