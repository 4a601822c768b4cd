// When a promise counts as broken, and when as kept again.
#include "core/stale_watch.hpp"

#include <gtest/gtest.h>

#include "base/limits.hpp"
#include "tests/core/builders.hpp"

namespace trainwatch::core {
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
}  // namespace trainwatch::core
