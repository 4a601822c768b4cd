// Scenario time <-> wall time: how fast the simulated world plays, and when what happened.
//
// A scenario is written in AWS-like durations. At speed N every one of them takes an N-th of its
// length, so that each timestamp the simulator reports is the real moment at which it happened.
// The speed may change, stand still (0) or jump; what has happened keeps its moment.
#pragma once

#include <optional>
#include <vector>

#include "base/time.hpp"

namespace trainwatch::simulator {

class timeline {
public:
    // Scenario time 0 is `start`. `speed` > 0.
    timeline(wall_time start, double speed);

    // From `now` on. 0 stops the world; `now` never goes back.
    void set_speed(wall_time now, double speed);
    // All of the next `by` of scenario time happens at this moment.
    void advance(wall_time now, milliseconds by);

    double speed() const { return segments_.back().speed; }
    milliseconds scenario_at(wall_time now) const;
    // Nothing for a moment that a stopped world does not reach.
    std::optional<wall_time> wall_at(milliseconds scenario) const;
    bool reached(milliseconds scenario, wall_time now) const;
    // The speed in force at a moment, or the last one before a standstill: always above 0.
    double speed_at(milliseconds scenario) const;

private:
    struct segment {
        wall_time wall{};
        milliseconds scenario{};
        double speed = 1;
    };
    // Index of the segment that a scenario moment plays in.
    std::size_t segment_of(milliseconds scenario) const;

    std::vector<segment> segments_;
};

}  // namespace trainwatch::simulator
