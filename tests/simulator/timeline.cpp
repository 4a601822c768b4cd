#include "tests/simulator/timeline.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "base/check.hpp"

namespace trainwatch::simulator {

timeline::timeline(wall_time start, double speed)
    : segments_{{.wall = start, .scenario = milliseconds(0), .speed = speed}} {
    CHECK(speed > 0);
}

void timeline::set_speed(wall_time now, double speed) {
    CHECK(speed >= 0);
    segments_.push_back({.wall = now, .scenario = scenario_at(now), .speed = speed});
}

void timeline::advance(wall_time now, milliseconds by) {
    CHECK(by >= milliseconds(0));
    segments_.push_back({.wall = now, .scenario = scenario_at(now) + by, .speed = speed()});
}

milliseconds timeline::scenario_at(wall_time now) const {
    auto found = segments_.size() - 1;
    while (found > 0 && segments_[found].wall > now)
        --found;
    const auto& in = segments_[found];
    const auto passed = static_cast<double>((now - in.wall).count()) * in.speed;
    return in.scenario + milliseconds(static_cast<std::int64_t>(std::floor(passed)));
}

std::size_t timeline::segment_of(milliseconds scenario) const {
    auto found = segments_.size() - 1;
    while (found > 0 && segments_[found].scenario > scenario)
        --found;
    // A moment that was the present when the world stopped belongs to before the standstill.
    while (found > 0 && segments_[found].scenario == scenario)
        --found;
    return found;
}

// Rounded up, so that a moment that has been reached stays reached when the speed changes.
std::optional<wall_time> timeline::wall_at(milliseconds scenario) const {
    const auto at = segment_of(scenario);
    const auto& in = segments_[at];
    std::optional<wall_time> moment;
    if (in.speed > 0 || scenario <= in.scenario) {
        const auto distance = static_cast<double>((scenario - in.scenario).count());
        const auto passed = in.speed > 0 ? std::ceil(distance / in.speed) : 0.0;
        moment = in.wall + milliseconds(static_cast<std::int64_t>(passed));
    }
    // A change of speed or a jump ends the segment: nothing in it happens later than that.
    if (at + 1 < segments_.size()) {
        const auto end = segments_[at + 1].wall;
        return moment ? std::min(*moment, end) : end;
    }
    return moment;
}

bool timeline::reached(milliseconds scenario, wall_time now) const {
    const auto moment = wall_at(scenario);
    return moment && *moment <= now;
}

double timeline::speed_at(milliseconds scenario) const {
    auto at = segment_of(scenario);
    while (at > 0 && segments_[at].speed <= 0)
        --at;
    return segments_[at].speed;
}

}  // namespace trainwatch::simulator
