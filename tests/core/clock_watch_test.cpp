#include "core/clock_watch.hpp"

#include <gtest/gtest.h>

#include "base/limits.hpp"
#include "tests/core/builders.hpp"

namespace trainwatch::core::clock_watch_test {
namespace {

constexpr lane_id first{0};
constexpr lane_id second{1};

TEST(clock_watch, finds_a_clock_wrong_once_and_right_once) {
    clock_watch watch(1);
    EXPECT_EQ(watch.measured(first, minutes(30), at(seconds(1))), clock_change::went_wrong);
    for (int i = 2; i < 100; ++i)
        EXPECT_EQ(watch.measured(first, minutes(30), at(seconds(i))), clock_change::none);
    // Somebody set it: the answers agree from now on.
    const instant set{mono(seconds(100)), later(seconds(100) + minutes(30))};
    EXPECT_EQ(watch.measured(first, milliseconds(0), set), clock_change::came_right);
    EXPECT_EQ(watch.measured(first, milliseconds(0), set), clock_change::none);
}

TEST(clock_watch, bears_a_minute_in_both_directions) {
    clock_watch watch(2);
    const auto most = limits::clock_skew_told;
    EXPECT_EQ(watch.measured(first, most, at(seconds(1))), clock_change::none);
    EXPECT_EQ(watch.measured(second, -most, at(seconds(1))), clock_change::none);
    clock_watch other(1);
    EXPECT_EQ(
        other.measured(first, -most - milliseconds(1), at(seconds(1))), clock_change::went_wrong
    );
}

TEST(clock_watch, one_odd_header_is_no_news_in_either_state) {
    clock_watch watch(1);
    EXPECT_EQ(watch.measured(first, milliseconds(0), at(seconds(1))), clock_change::none);
    EXPECT_EQ(watch.measured(first, hours(3), at(seconds(2))), clock_change::none);
    EXPECT_EQ(watch.measured(first, milliseconds(0), at(seconds(3))), clock_change::none);
    clock_watch wrong(1);
    EXPECT_EQ(wrong.measured(first, hours(1), at(seconds(1))), clock_change::went_wrong);
    EXPECT_EQ(wrong.measured(first, hours(1), at(seconds(2))), clock_change::none);
    EXPECT_EQ(wrong.measured(first, milliseconds(0), at(seconds(3))), clock_change::none);
    EXPECT_EQ(wrong.measured(first, hours(1), at(seconds(4))), clock_change::none);
}

TEST(clock_watch, two_lanes_see_one_clock) {
    clock_watch watch(2);
    EXPECT_EQ(watch.measured(first, hours(1), at(seconds(1))), clock_change::went_wrong);
    EXPECT_EQ(watch.measured(second, hours(1), at(seconds(2))), clock_change::none);
    const instant set{mono(seconds(3)), later(seconds(3) + hours(1))};
    EXPECT_EQ(watch.measured(second, milliseconds(0), set), clock_change::none);
    EXPECT_EQ(watch.measured(first, milliseconds(0), set), clock_change::came_right);
}

}  // namespace
}  // namespace trainwatch::core::clock_watch_test
