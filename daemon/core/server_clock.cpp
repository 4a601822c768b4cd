#include "core/server_clock.hpp"

#include <algorithm>
#include <vector>

namespace trainwatch::core {
namespace {

milliseconds since_start(mono_time at) {
    return std::chrono::floor<milliseconds>(at.time_since_epoch());
}

}  // namespace

void server_clock::measured(milliseconds offset, instant at) {
    samples_.push_back(at.wall.time_since_epoch() + offset - since_start(at.mono));
    if (samples_.size() > samples_max_) samples_.pop_front();
    std::vector<milliseconds> sorted(samples_.begin(), samples_.end());
    const auto middle = sorted.begin() + static_cast<std::ptrdiff_t>((sorted.size() - 1) / 2);
    std::nth_element(sorted.begin(), middle, sorted.end());
    median_ = *middle;
}

wall_time server_clock::at(instant moment) const {
    if (samples_.empty()) return moment.wall;
    const wall_time servers(median_ + since_start(moment.mono));
    const bool agrees = std::chrono::abs(servers - moment.wall) <= limits::clock_tolerance;
    return agrees ? moment.wall : servers;
}

}  // namespace trainwatch::core
