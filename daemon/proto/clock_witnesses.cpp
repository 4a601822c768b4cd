#include "proto/clock_witnesses.hpp"

#include <chrono>
#include <utility>

#include "base/limits.hpp"
#include "proto/clock_offset.hpp"

namespace trainwatch::proto {

namespace {

nanoseconds since_start(milliseconds offset, const instant& at) {
    return at.wall.time_since_epoch() + offset - at.mono.time_since_epoch();
}

}  // namespace

void clock_witnesses::heard_aws(const std::optional<milliseconds>& offset, const instant& at) {
    if (offset) aws_ = since_start(*offset, at);
}

std::optional<milliseconds> clock_witnesses::believed(
    const std::optional<milliseconds>& offset, const instant& at
) {
    if (!offset || std::chrono::abs(*offset) <= far_off) return offset;
    const auto theirs = since_start(*offset, at);
    const auto before = std::exchange(far_, theirs);
    const bool is_confirmed = aws_
        ? std::chrono::abs(theirs - *aws_) <= far_off
        : before && std::chrono::abs(theirs - *before) <= limits::clock_skew_suspect;
    return is_confirmed ? offset : std::nullopt;
}

}  // namespace trainwatch::proto
