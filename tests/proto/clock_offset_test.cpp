#include "proto/clock_offset.hpp"

#include <gtest/gtest.h>

namespace trainwatch::proto::clock_offset_test {
namespace {

constexpr wall_time sent = from_unix_milliseconds(1'767'225'600'000);  // 2026-01-01T00:00:00Z
constexpr exchange_times two_seconds{sent, seconds(2)};

TEST(ClockOffset, agreeing_clocks_are_zero_apart) {
    // The server answered half way.
    EXPECT_EQ(measure_clock_offset(sent + seconds(1), false, two_seconds), milliseconds(0));
}

TEST(ClockOffset, server_ahead_is_positive) {
    const wall_time date = sent + std::chrono::minutes(5) + seconds(1);
    EXPECT_EQ(measure_clock_offset(date, false, two_seconds), std::chrono::minutes(5));
}

TEST(ClockOffset, server_behind_is_negative) {
    const wall_time date = sent - std::chrono::minutes(10) + seconds(1);
    EXPECT_EQ(measure_clock_offset(date, false, two_seconds), -std::chrono::minutes(10));
}

TEST(ClockOffset, half_the_round_trip_counts) {
    EXPECT_EQ(measure_clock_offset(sent, false, {sent, milliseconds(300)}), milliseconds(-150));
}

TEST(ClockOffset, answer_without_date_says_nothing) {
    EXPECT_EQ(measure_clock_offset(std::nullopt, false, two_seconds), std::nullopt);
}

TEST(ClockOffset, cached_answer_says_nothing) {
    EXPECT_EQ(measure_clock_offset(sent, true, two_seconds), std::nullopt);
}

TEST(ClockOffset, slow_answer_says_nothing) {
    const std::chrono::minutes limit(15);
    EXPECT_EQ(measure_clock_offset(sent + limit, false, {sent, limit}), seconds(450));
    EXPECT_EQ(
        measure_clock_offset(sent + limit, false, {sent, limit + milliseconds(1)}), std::nullopt
    );
}

TEST(ClockOffset, any_distance_is_told) {
    const std::chrono::hours years(24 * 365 * 20);
    EXPECT_EQ(measure_clock_offset(sent + years, false, {sent, seconds(0)}), years);
    EXPECT_EQ(measure_clock_offset(sent - years, false, {sent, seconds(0)}), -years);
}

}  // namespace
}  // namespace trainwatch::proto::clock_offset_test
