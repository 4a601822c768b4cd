// The time as the servers have it, whatever our wall clock does.
//
// Alertmanager takes an alert of a sender that is ten minutes slow as resolved at once, with a
// 200. So alerts are dated by the Date headers of AWS and of the receivers. Each sample ties the
// server's time to our monotonic clock, so a step of our wall clock changes nothing. The median
// outvotes one server that is wrong. Knows nothing of HTTP: offsets come measured.
#pragma once

#include <cstddef>
#include <deque>

#include "base/limits.hpp"
#include "base/time.hpp"

namespace trainwatch::core {

class server_clock {
public:
    // The median of the last so many; 1 for a server that need not be outvoted.
    explicit server_clock(std::size_t samples = limits::clock_samples) : samples_max_(samples) {}

    // `offset`: the server's wall time minus ours at `at`.
    void measured(milliseconds offset, instant at);

    bool is_known() const { return !samples_.empty(); }
    // The servers' time at `moment`; our own while it differs by less than Date headers resolve,
    // or nothing was measured.
    wall_time at(instant moment) const;

private:
    std::size_t samples_max_;
    std::deque<milliseconds> samples_{};  // server's time minus monotonic time, newest last
    milliseconds median_{};
};

}  // namespace trainwatch::core
