// When a promise counts as broken, and when as kept again.
#include "core/stale_watch.hpp"

#include <gtest/gtest.h>

#include "base/limits.hpp"
#include "tests/core/builders.hpp"

namespace trainwatch::core::stale_watch_test {
namespace {

constexpr milliseconds bound = minutes(1);
const promise_key here{lane_id{0}, "all"};

TEST(stale_watch, is_broken_after_half_a_bound_beyond_the_bound) {
    stale_watch watch;
    EXPECT_EQ(watch.measured(here, seconds(10), bound, mono(seconds(0))), promise_change::none);
    EXPECT_EQ(watch.next_wakeup(), mono(seconds(50) + milliseconds(1)));
    EXPECT_EQ(watch.measured(here, seconds(61), bound, mono(seconds(51))), promise_change::none);
    EXPECT_EQ(watch.next_wakeup(), mono(seconds(81)));
    EXPECT_EQ(watch.measured(here, seconds(90), bound, mono(seconds(80))), promise_change::none);
    EXPECT_EQ(watch.measured(here, seconds(91), bound, mono(seconds(81))), promise_change::broken);
    EXPECT_EQ(watch.measured(here, seconds(95), bound, mono(seconds(85))), promise_change::none);
    EXPECT_EQ(watch.next_wakeup(), std::nullopt);
}

TEST(stale_watch, age_that_crosses_the_bound_for_a_moment_is_no_breach) {
    stale_watch watch;
    watch.measured(here, seconds(61), bound, mono(seconds(0)));
    watch.measured(here, seconds(5), bound, mono(seconds(29)));
    EXPECT_EQ(watch.measured(here, seconds(61), bound, mono(seconds(90))), promise_change::none);
    EXPECT_EQ(watch.measured(here, seconds(90), bound, mono(seconds(119))), promise_change::none);
    EXPECT_EQ(watch.measured(here, seconds(91), bound, mono(seconds(120))), promise_change::broken);
}

// As where a round over all jobs takes a little longer than the bound.
TEST(stale_watch, breaches_that_come_again_and_again_count_together) {
    stale_watch watch;
    for (int round = 0; round < 3; ++round) {
        const auto start = round * seconds(75);
        EXPECT_EQ(watch.measured(here, seconds(1), bound, mono(start)), promise_change::none);
        EXPECT_EQ(
            watch.measured(here, seconds(61), bound, mono(start + seconds(60))),
            promise_change::none
        );
        EXPECT_EQ(
            watch.measured(here, seconds(74), bound, mono(start + seconds(74))),
            promise_change::none
        );
    }
    watch.measured(here, seconds(1), bound, mono(seconds(225)));
    watch.measured(here, seconds(61), bound, mono(seconds(285)));
    // Three times 15 s until now.
    EXPECT_EQ(watch.next_wakeup(), mono(seconds(300)));
    EXPECT_EQ(watch.measured(here, seconds(76), bound, mono(seconds(299))), promise_change::none);
    EXPECT_EQ(watch.measured(here, seconds(76), bound, mono(seconds(300))), promise_change::broken);
    // It fires for as long as that goes on.
    for (int round = 4; round < 20; ++round) {
        const auto start = round * seconds(75);
        EXPECT_EQ(watch.measured(here, seconds(1), bound, mono(start)), promise_change::none);
        EXPECT_EQ(
            watch.measured(here, seconds(61), bound, mono(start + seconds(60))),
            promise_change::none
        );
    }
}

TEST(stale_watch, breaches_that_a_calm_parts_do_not_count_together) {
    stale_watch watch;
    for (int i = 0; i < 50; ++i) {
        const auto start = i * (seconds(29) + limits::stale_calm);
        EXPECT_EQ(watch.measured(here, seconds(61), bound, mono(start)), promise_change::none);
        EXPECT_EQ(
            watch.measured(here, seconds(1), bound, mono(start + seconds(29))), promise_change::none
        );
    }
}

// Five minutes after an observation nobody can say yet whether a bound of an hour is kept.
TEST(stale_watch, long_bound_is_kept_again_after_more_than_a_bound) {
    stale_watch watch;
    watch.measured(here, minutes(61), hours(1), mono(seconds(0)));
    EXPECT_EQ(
        watch.measured(here, minutes(91), hours(1), mono(minutes(30))), promise_change::broken
    );
    watch.measured(here, seconds(1), hours(1), mono(minutes(31)));
    EXPECT_EQ(watch.measured(here, minutes(60), hours(1), mono(minutes(91))), promise_change::none);
    EXPECT_EQ(watch.measured(here, minutes(61), hours(1), mono(minutes(92))), promise_change::none);
    watch.measured(here, seconds(1), hours(1), mono(minutes(93)));
    EXPECT_EQ(watch.next_wakeup(), mono(minutes(93) + minutes(75)));
    EXPECT_EQ(
        watch.measured(here, seconds(1), hours(1), mono(minutes(93) + minutes(75))),
        promise_change::kept
    );
}

TEST(stale_watch, is_kept_again_after_five_minutes_without_a_breach_and_breaks_anew) {
    stale_watch watch;
    watch.measured(here, seconds(61), bound, mono(seconds(0)));
    EXPECT_EQ(watch.measured(here, seconds(91), bound, mono(seconds(30))), promise_change::broken);
    watch.measured(here, seconds(1), bound, mono(seconds(100)));
    watch.measured(here, seconds(70), bound, mono(seconds(200)));
    EXPECT_EQ(watch.measured(here, seconds(1), bound, mono(seconds(250))), promise_change::none);
    EXPECT_EQ(watch.next_wakeup(), mono(seconds(250) + limits::stale_calm));
    EXPECT_EQ(
        watch.measured(here, std::nullopt, bound, mono(seconds(250) + limits::stale_calm)),
        promise_change::kept
    );
    watch.measured(here, seconds(61), bound, mono(seconds(900)));
    EXPECT_EQ(watch.measured(here, seconds(91), bound, mono(seconds(930))), promise_change::broken);
}

TEST(stale_watch, list_without_live_jobs_breaks_no_promise) {
    stale_watch watch;
    EXPECT_EQ(watch.measured(here, std::nullopt, bound, mono(hours(1))), promise_change::none);
    EXPECT_EQ(watch.next_wakeup(), std::nullopt);
}

TEST(stale_watch, list_that_is_gone_is_forgotten) {
    stale_watch watch;
    watch.measured(here, seconds(61), bound, mono(seconds(0)));
    watch.measured({lane_id{1}, "all"}, seconds(1), bound, mono(seconds(0)));
    EXPECT_EQ(watch.all(), (std::vector<promise_key>{here, {lane_id{1}, "all"}}));
    watch.forget(here);
    EXPECT_EQ(watch.all(), (std::vector<promise_key>{{lane_id{1}, "all"}}));
    EXPECT_EQ(watch.next_wakeup(), mono(seconds(59) + milliseconds(1)));
}

}  // namespace
}  // namespace trainwatch::core::stale_watch_test
