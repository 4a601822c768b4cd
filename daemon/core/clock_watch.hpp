// Whether this machine's clock is so far off that somebody should set it.
//
// Each lane's own answers decide: a receiver beside us may have our own wrong clock. The machine
// has one clock, so the first lane that finds it wrong is news, and the last that finds it right
// again. One odd Date header is neither: the last one and the median have to agree.
#pragma once

#include <cstddef>
#include <vector>

#include "base/ids.hpp"
#include "base/time.hpp"
#include "core/server_clock.hpp"

namespace trainwatch::core {

enum class clock_change { none, went_wrong, came_right };

class clock_watch {
public:
    explicit clock_watch(std::size_t lanes) : lanes_(lanes) {}

    void resize(std::size_t lanes) { lanes_.resize(lanes); }

    // `offset`: the wall time of the lane's AWS minus ours at `at`, which is on our clocks.
    clock_change measured(lane_id lane, milliseconds offset, instant at);

private:
    struct lane_state {
        server_clock clock{};
        bool wrong = false;
    };

    std::vector<lane_state> lanes_;
    std::size_t wrong_ = 0;  // lanes
};

}  // namespace trainwatch::core
