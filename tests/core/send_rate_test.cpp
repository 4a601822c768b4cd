#include "core/send_rate.hpp"

#include <algorithm>
#include <vector>

#include <gtest/gtest.h>

#include "base/limits.hpp"
#include "base/random.hpp"
#include "tests/core/builders.hpp"

namespace trainwatch::core::send_rate_test {
namespace {

constexpr mono_time start = mono(seconds(100));

send_rate pace_of(double budget, aws_operation operation = aws_operation::describe) {
    send_rate pace(operation, budget);
    pace.start(start);
    return pace;
}

// Sends whenever it may, up to `until`; the answer comes at once.
template <class IsRefused>
std::vector<mono_time> play(send_rate& pace, mono_time from, mono_time until, IsRefused refused) {
    std::vector<mono_time> sent;
    for (auto now = std::max(from, pace.next_send()); now < until; now = pace.next_send()) {
        EXPECT_TRUE(pace.may_send(now)) << "next_send() is kept";
        sent.push_back(now);
        pace.sent(now);
        EXPECT_FALSE(pace.may_send(now)) << "never two at once";
        if (refused(now)) pace.throttled(now, now, {});
    }
    return sent;
}

std::size_t most_within(const std::vector<mono_time>& sent, nanoseconds window) {
    std::size_t most = 0;
    for (std::size_t first = 0, last = 0; last < sent.size(); ++last) {
        while (sent[last] - sent[first] >= window)
            ++first;
        most = std::max(most, last - first + 1);
    }
    return most;
}

TEST(send_rate, sends_at_the_budgets_pace_and_never_in_bursts) {
    auto pace = pace_of(2);
    const auto sent = play(pace, start, start + seconds(10), [](auto) { return false; });
    EXPECT_EQ(sent.size(), 20U);
    for (std::size_t i = 1; i < sent.size(); ++i)
        EXPECT_EQ(sent[i] - sent[i - 1], milliseconds(500));
}

TEST(send_rate, lost_time_is_not_caught_up) {
    auto pace = pace_of(2);
    pace.sent(start + minutes(5));
    EXPECT_EQ(pace.next_send(), start + minutes(5) + milliseconds(500));
}

TEST(send_rate, first_refusal_takes_a_third_and_later_ones_go_down_to_the_floor) {
    auto pace = pace_of(2);
    auto now = start;
    pace.throttled(now, now, {});
    EXPECT_DOUBLE_EQ(pace.rate(now), 1.4);
    for (int i = 0; i < 20; ++i) {
        now += seconds(1);
        pace.throttled(now, now, {});
    }
    EXPECT_DOUBLE_EQ(pace.rate(now), 0.5);

    auto lists = pace_of(1, aws_operation::list);
    for (int i = 0; i < 20; ++i) {
        now += seconds(1);
        lists.throttled(now, now, {});
    }
    EXPECT_DOUBLE_EQ(lists.rate(now), limits::list_rate_floor);
}

TEST(send_rate, is_cut_at_most_once_a_second) {
    auto pace = pace_of(100);
    for (int i = 0; i < 50; ++i) {
        const auto now = start + milliseconds(10 * i);
        pace.throttled(now, now, {});
    }
    EXPECT_DOUBLE_EQ(pace.rate(start + milliseconds(490)), 70);
    pace.throttled(start + seconds(1), start + seconds(1), {});
    EXPECT_DOUBLE_EQ(pace.rate(start + seconds(1)), 49);
}

// Forty calls were under way when AWS said stop: that is one piece of news, not forty.
TEST(send_rate, refusals_of_what_left_before_the_cut_do_not_cut_again) {
    auto pace = pace_of(2);
    pace.throttled(start, start + seconds(1), {});
    for (int i = 2; i < 8; ++i)
        pace.throttled(start, start + seconds(i), {});
    EXPECT_DOUBLE_EQ(pace.rate(start + seconds(8)), 1.4);
}

TEST(send_rate, rises_in_a_straight_line_after_a_quiet_time) {
    auto pace = pace_of(10);
    pace.throttled(start, start, {});
    EXPECT_DOUBLE_EQ(pace.rate(start + seconds(2)), 7);
    EXPECT_DOUBLE_EQ(pace.rate(start + seconds(4)), 8);
    EXPECT_DOUBLE_EQ(pace.rate(start + seconds(8)), 10);
    EXPECT_DOUBLE_EQ(pace.rate(start + hours(8)), 10);
}

TEST(send_rate, sends_what_the_rising_rate_adds_up_to) {
    auto pace = pace_of(10);
    pace.sent(start);
    pace.throttled(start, start, {});
    // Two seconds of 7, then six from 7 to 10, then two of 10.
    const auto sent = play(pace, start, start + seconds(10), [](auto) { return false; });
    EXPECT_NEAR(static_cast<double>(sent.size()), 14 + 51 + 20, 1);
    EXPECT_EQ(most_within(sent, seconds(1)), 10U);
}

TEST(send_rate, small_budget_waits_for_one_good_call_before_it_rises) {
    auto pace = pace_of(0.1);
    pace.throttled(start, start, {});
    const double cut = pace.rate(start);
    EXPECT_DOUBLE_EQ(cut, 0.07);
    EXPECT_DOUBLE_EQ(pace.rate(start + seconds(14)), cut);
    EXPECT_GT(pace.rate(start + seconds(16)), cut);
}

TEST(send_rate, honours_what_was_asked_up_to_a_cap) {
    auto pace = pace_of(2);
    pace.throttled(start, start, seconds(20));
    EXPECT_EQ(pace.next_send(), start + seconds(20));
    pace.throttled(start, start, hours(24 * 365));
    EXPECT_EQ(pace.next_send(), start + limits::retry_after_max);
}

TEST(send_rate, is_held_and_released_for_other_reasons) {
    auto pace = pace_of(2);
    pace.sent(start);
    pace.hold(start + seconds(30));
    EXPECT_EQ(pace.next_send(), start + seconds(30));
    EXPECT_EQ(pace.as_shared().next_send(), start + milliseconds(500));
    pace.release();
    EXPECT_EQ(pace.next_send(), start + milliseconds(500));
}

// Half an hour in which AWS refuses 95 of 100, whatever the budget: at most half of it is sent, and
// the full rate is back within half a minute, or two calls where these take longer.
TEST(send_rate, storm_is_met_with_less_than_half_of_the_budget) {
    for (const double budget : {0.01, 0.1, 1.0, 2.0, 10.0, 200.0}) {
        SCOPED_TRACE(budget);
        random_source random(7);
        auto pace = pace_of(budget);
        const auto storm_ends = start + hours(budget < 1 ? 100 : 1) / 2;
        const auto stormy =
            play(pace, start, storm_ends, [&](auto) { return random.unit() < 0.95; });
        const double allowed = budget * std::chrono::duration<double>(storm_ends - start).count();
        EXPECT_LE(static_cast<double>(stormy.size()), 0.5 * allowed);
        EXPECT_GE(static_cast<double>(stormy.size()), 0.2 * allowed);
        const nanoseconds two_calls(static_cast<std::int64_t>(8e9 / budget));
        EXPECT_DOUBLE_EQ(pace.rate(storm_ends + seconds(30) + two_calls), budget);
    }
}

TEST(send_rate, other_budget_keeps_what_was_learned_and_earned_in_proportion) {
    auto pace = pace_of(2);
    pace.sent(start);
    pace.throttled(start, start, {});
    pace.reconfigure(20, start);
    EXPECT_DOUBLE_EQ(pace.rate(start), 14);
    EXPECT_NEAR(std::chrono::duration<double>(pace.next_send() - start).count(), 1.0 / 14, 1e-6);
    for (int i = 1; i < 30; ++i)
        pace.throttled(start + seconds(i), start + seconds(i), {});
    EXPECT_DOUBLE_EQ(pace.rate(start + seconds(29)), 5) << "the new budget's floor";
    auto calm = pace_of(2);
    calm.sent(start);
    // Half of the next call was earned.
    calm.reconfigure(0.5, start + milliseconds(250));
    EXPECT_EQ(calm.next_send(), start + milliseconds(250) + seconds(1));
}

TEST(send_rate, headroom_is_what_was_not_sent_over_the_last_minute) {
    auto pace = pace_of(2);
    EXPECT_DOUBLE_EQ(pace.headroom(start), 2);
    play(pace, start, start + minutes(2), [](auto) { return false; });
    EXPECT_NEAR(pace.headroom(start + minutes(2)), 0, 0.04);
    EXPECT_NEAR(pace.headroom(start + minutes(2) + seconds(30)), 1, 0.1);
    EXPECT_DOUBLE_EQ(pace.headroom(start + minutes(3) + seconds(1)), 2);
}

// AWS grants us one list in four; two a second are all that it has.
TEST(send_rate, others_use_what_is_left_of_the_quota_for_lists) {
    auto lists = pace_of(1, aws_operation::list);
    EXPECT_DOUBLE_EQ(lists.others(start), 0);
    int sent = 0;
    const auto made = play(lists, start, start + minutes(5), [&](auto) { return ++sent % 4 != 0; });
    const double rate = static_cast<double>(most_within(made, minutes(1))) / 60;
    EXPECT_NEAR(lists.others(start + minutes(5)), 2 - rate / 4, 0.05);
    EXPECT_DOUBLE_EQ(lists.others(start + minutes(7)), 0) << "nothing was refused lately";
}

TEST(send_rate, quota_for_lists_is_at_least_the_budget) {
    auto lists = pace_of(5, aws_operation::list);
    lists.sent(start);
    lists.throttled(start, start, {});
    EXPECT_DOUBLE_EQ(lists.others(start), 5);
}

TEST(send_rate, others_use_at_least_what_describes_are_not_allowed_of_their_budget) {
    auto pace = pace_of(2);
    EXPECT_DOUBLE_EQ(pace.others(start), 0);
    pace.sent(start);
    pace.throttled(start, start, {});
    EXPECT_DOUBLE_EQ(pace.others(start), 0.6);
    EXPECT_DOUBLE_EQ(pace.others(start + minutes(1)), 0);
}

}  // namespace
}  // namespace trainwatch::core::send_rate_test
