#include "core/promise.hpp"

#include <cmath>

#include <gtest/gtest.h>

#include "base/time.hpp"

namespace trainwatch::core::promise_test {
namespace {

using domain::pace_kind;
using std::chrono::minutes;

constexpr lane_load fleet(std::size_t live, std::size_t windows) {
    return {.live = live, .windows = windows, .describe_rate = 2, .list_rate = 1};
}

TEST(promise, the_floor_is_one_round_of_all_windows) {
    const auto promise = promise_of(fleet(1'000, 42), pace_kind::budget, minutes(1));
    EXPECT_NEAR(in_seconds(promise.floor), 42, 1);
    EXPECT_NEAR(in_seconds(promise.typical), 0.3 * 42, 1);
    EXPECT_NEAR(in_seconds(promise.worst), 1.05 * 42, 1);
    EXPECT_NEAR(in_seconds(promise.feasible_bound), 2 * 42, 1);
    EXPECT_NEAR(promise.calls_per_second * 3'600 / 1'000, 6.6, 0.3) << "calls a job and hour";
}

TEST(promise, a_small_fleet_is_promised_three_rounds) {
    const auto promise = promise_of(fleet(100, 5), pace_kind::budget, minutes(1));
    EXPECT_NEAR(in_seconds(promise.feasible_bound), 15, 1);
    EXPECT_NEAR(promise.calls_per_second * 3'600 / 100, 39, 1.5) << "calls a job and hour";
}

TEST(promise, describes_cannot_exceed_their_rate) {
    const auto promise = promise_of(fleet(10'000, 407), pace_kind::budget, minutes(10));
    EXPECT_NEAR(promise.calls_per_second * 3'600 / 10'000, 1.06, 0.05) << "calls a job and hour";
}

TEST(promise, windows_that_are_not_known_are_estimated) {
    const auto known = promise_of(fleet(1'000, 42), pace_kind::budget, minutes(1));
    const auto guessed = promise_of(fleet(1'000, 0), pace_kind::budget, minutes(1));
    EXPECT_NEAR(in_seconds(guessed.floor), in_seconds(known.floor), 2);
}

TEST(promise, saving_makes_fewer_calls_and_waits_longer) {
    const auto all = promise_of(fleet(1'000, 42), pace_kind::budget, minutes(2));
    const auto saved = promise_of(fleet(1'000, 42), pace_kind::bound, minutes(2));
    EXPECT_LT(saved.calls_per_second, 0.6 * all.calls_per_second);
    EXPECT_GT(saved.typical, all.typical);
    EXPECT_LE(saved.worst, minutes(2));
    EXPECT_EQ(saved.floor, all.floor);
}

TEST(promise, a_bound_below_a_round_saves_nothing) {
    EXPECT_EQ(
        promise_of(fleet(1'000, 42), pace_kind::bound, milliseconds(30'000)),
        promise_of(fleet(1'000, 42), pace_kind::budget, milliseconds(30'000))
    );
}

TEST(promise, is_to_the_others_where_few_jobs_go_before_them) {
    auto load = fleet(5'000, 205);
    const auto alone = promise_of(load, pace_kind::budget, minutes(1));
    load.steered = {.pages = 5, .lists = 0.25, .describes = 0.1};
    const auto others = promise_of(load, pace_kind::budget, minutes(1));
    EXPECT_EQ(others.floor, alone.floor);
    EXPECT_NEAR(in_seconds(others.feasible_bound), 2 * 200 / 0.75, 1);
    EXPECT_GT(others.typical, alone.typical);
    EXPECT_NEAR(others.calls_per_second, alone.calls_per_second, 0.01) << "both budgets were spent";
}

TEST(promise, without_lists_jobs_take_turns_at_the_describe_rate) {
    const lane_load load{.live = 1'000, .windows = 0, .describe_rate = 2, .list_rate = 0};
    const auto promise = promise_of(load, pace_kind::budget, minutes(1));
    EXPECT_NEAR(in_seconds(promise.floor), 500, 1);
    EXPECT_NEAR(in_seconds(promise.typical), 250, 1);
    EXPECT_NEAR(in_seconds(promise.worst), 500, 1);
    EXPECT_DOUBLE_EQ(promise.calls_per_second, 2);
}

TEST(promise, few_jobs_without_lists_are_looked_at_twice_a_bound) {
    const lane_load load{.live = 6, .windows = 0, .describe_rate = 2, .list_rate = 0};
    const auto promise = promise_of(load, pace_kind::budget, minutes(1));
    EXPECT_NEAR(in_seconds(promise.worst), 30, 1);
    EXPECT_DOUBLE_EQ(promise.calls_per_second, 0.2);
    EXPECT_LT(promise.feasible_bound, minutes(1));
}

TEST(promise, is_never_below_a_round_trip_nor_without_an_end) {
    for (const auto pace : {pace_kind::budget, pace_kind::bound})
        for (const std::size_t live : {0U, 1U, 100'000U})
            for (const double rate : {0.0, 1e-9, 1e9})
                for (const auto bound :
                     {milliseconds(0), milliseconds(100), milliseconds(86'400'000)}) {
                    const lane_load load{
                        .live = live, .windows = 0, .describe_rate = rate, .list_rate = rate};
                    const auto promise = promise_of(load, pace, bound);
                    EXPECT_GT(promise.floor, milliseconds(0));
                    EXPECT_LE(promise.floor, promise.feasible_bound);
                    EXPECT_LE(promise.typical, promise.worst);
                    EXPECT_TRUE(std::isfinite(promise.calls_per_second));
                }
}

TEST(promise, expects_as_many_windows_as_the_simulation_has) {
    EXPECT_EQ(expected_windows(0, 4), 0U);
    EXPECT_EQ(expected_windows(1, 4), 1U);
    EXPECT_NEAR(static_cast<double>(expected_windows(100, 4)), 4.6, 1.5);
    EXPECT_NEAR(static_cast<double>(expected_windows(1'000, 4)), 42, 1);
    EXPECT_NEAR(static_cast<double>(expected_windows(10'000, 4)), 407, 5);
    EXPECT_NEAR(static_cast<double>(expected_windows(1'000, 23)), 76, 3);
    EXPECT_EQ(expected_windows(1'000, 0), 10U);
}

TEST(promise, more_finished_jobs_never_need_fewer_windows) {
    for (double finished = 0; finished < 200; finished += 0.5)
        EXPECT_LE(expected_windows(1'000, finished), expected_windows(1'000, finished + 0.5));
}

}  // namespace
}  // namespace trainwatch::core::promise_test
