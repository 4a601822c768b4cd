#include "core/clock_watch.hpp"

#include "base/limits.hpp"

namespace trainwatch::core {

clock_change clock_watch::measured(lane_id lane, milliseconds offset, instant at) {
    auto& here = lanes_[lane.value];
    here.clock.measured(offset, at);
    const auto is_far = [](milliseconds off) {
        return std::chrono::abs(off) > limits::clock_skew_told;
    };
    const bool wrong = is_far(offset);
    if (wrong == here.wrong || wrong != is_far(here.clock.at(at) - at.wall)) {
        return clock_change::none;
    }
    here.wrong = wrong;
    if (wrong) return ++wrong_ == 1 ? clock_change::went_wrong : clock_change::none;
    return --wrong_ == 0 ? clock_change::came_right : clock_change::none;
}

}  // namespace trainwatch::core
