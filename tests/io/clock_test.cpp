#include "io/clock.hpp"

#include <gtest/gtest.h>

namespace trainwatch::io::clock_test {
namespace {

TEST(SystemClock, mono_never_goes_back) {
    const auto time = create_system_clock();
    const instant before = time->now();
    const instant after = time->now();
    EXPECT_GT(before.mono, mono_time{});
    EXPECT_GE(after.mono, before.mono);
}

TEST(SystemClock, wall_is_the_unix_time) {
    const auto now = create_system_clock()->now().wall;
    const auto reference =
        std::chrono::floor<milliseconds>(std::chrono::system_clock::now().time_since_epoch());
    EXPECT_LE(now.time_since_epoch(), reference);
    EXPECT_GT(now.time_since_epoch(), reference - seconds(60));
}

}  // namespace
}  // namespace trainwatch::io::clock_test
