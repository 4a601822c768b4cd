#include "core/server_clock.hpp"

#include <gtest/gtest.h>

#include "base/limits.hpp"
#include "tests/core/builders.hpp"

namespace trainwatch::core::server_clock_test {
namespace {

TEST(server_clock, is_our_own_before_anything_was_measured) {
    const server_clock clock;
    EXPECT_EQ(clock.at(at(seconds(5))), later(seconds(5)));
}

TEST(server_clock, half_a_second_of_difference_is_the_header_not_the_clock) {
    server_clock clock;
    clock.measured(milliseconds(500), at(seconds(1)));
    clock.measured(milliseconds(-1'500), at(seconds(2)));
    EXPECT_EQ(clock.at(at(seconds(5))), later(seconds(5)));
}

TEST(server_clock, corrects_a_clock_that_is_ten_minutes_slow) {
    server_clock clock;
    clock.measured(minutes(10), at(seconds(1)));
    EXPECT_EQ(clock.at(at(seconds(5))), later(seconds(5) + minutes(10)));
}

TEST(server_clock, one_server_that_is_wrong_is_outvoted) {
    server_clock clock;
    clock.measured(milliseconds(0), at(seconds(1)));
    clock.measured(hours(3), at(seconds(2)));
    clock.measured(milliseconds(0), at(seconds(3)));
    EXPECT_EQ(clock.at(at(seconds(5))), later(seconds(5)));
}

TEST(server_clock, of_two_that_disagree_the_slower_one_counts) {
    server_clock clock;
    clock.measured(hours(3), at(seconds(1)));
    clock.measured(hours(1), at(seconds(2)));
    EXPECT_EQ(clock.at(at(seconds(5))), later(seconds(5) + hours(1)));
}

TEST(server_clock, step_of_our_wall_clock_does_not_move_it) {
    server_clock clock;
    clock.measured(milliseconds(0), at(seconds(1)));
    const instant stepped{mono(seconds(5)), later(seconds(5) - hours(1))};
    EXPECT_EQ(clock.at(stepped), later(seconds(5)));
}

TEST(server_clock, forgets_what_is_older_than_its_samples) {
    server_clock clock;
    for (int i = 0; i < 3; ++i)
        clock.measured(hours(1), at(seconds(1)));
    for (std::size_t i = 0; i < limits::clock_samples; ++i) {
        clock.measured(milliseconds(0), at(seconds(2)));
    }
    EXPECT_EQ(clock.at(at(seconds(5))), later(seconds(5)));
}

}  // namespace
}  // namespace trainwatch::core::server_clock_test
