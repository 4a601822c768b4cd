#include "proto/refresh.hpp"

#include <gtest/gtest.h>

#include "base/limits.hpp"

namespace trainwatch::proto::refresh_test {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using action = refresh::action;
using outcome = refresh::outcome;

constexpr wall_time epoch = from_unix_milliseconds(1'767'225'600'000);  // 2026-01-01T00:00:00Z

instant at(nanoseconds when) {
    return {mono_time(hours(1)) + when, epoch + std::chrono::duration_cast<milliseconds>(when)};
}

mono_time mono(nanoseconds when) {
    return at(when).mono;
}

// The wall time of keys that arrive at 0 and last so long.
renewal lasting(milliseconds life) {
    return {.expires = epoch + life};
}

TEST(Refresh, without_keys_the_first_use_fetches) {
    const refresh machine(1);
    EXPECT_EQ(machine.next(mono({})), action::fetch);
    EXPECT_FALSE(machine.has_keys(mono({})));
}

TEST(Refresh, keys_that_do_not_expire_are_fetched_once) {
    refresh machine(1);
    EXPECT_EQ(machine.fetched(at({}), {}), outcome::renewed);
    EXPECT_EQ(machine.next(mono({})), action::use);
    EXPECT_EQ(machine.next(mono(hours(24 * 365 * 200))), action::use);
}

TEST(Refresh, keys_until_the_year_9999_are_no_trouble) {
    refresh machine(1);
    machine.fetched(at({}), {.expires = parse_iso8601("9999-12-31T23:59:59Z")});
    EXPECT_EQ(machine.next(mono(hours(24 * 30))), action::use);
}

TEST(Refresh, renews_beside_its_users_before_it_makes_them_wait) {
    refresh machine(1);
    machine.fetched(at({}), lasting(hours(1)));
    EXPECT_EQ(machine.next(mono(minutes(45) - seconds(1))), action::use);
    EXPECT_EQ(machine.next(mono(minutes(50) - seconds(1))), action::use_and_fetch);
    EXPECT_EQ(machine.next(mono(minutes(50))), action::fetch);
    EXPECT_TRUE(machine.has_keys(mono(minutes(50))));
}

TEST(Refresh, daemons_do_not_renew_together) {
    // Each seed has its own moment within five minutes.
    int early = 0;
    int late = 0;
    for (std::uint64_t seed = 1; seed <= 100; ++seed) {
        refresh machine(seed);
        machine.fetched(at({}), lasting(hours(1)));
        EXPECT_EQ(machine.next(mono(minutes(45) - seconds(1))), action::use);
        early += machine.next(mono(minutes(46))) == action::use_and_fetch;
        late += machine.next(mono(minutes(49))) == action::use;
    }
    EXPECT_GT(early, 5);
    EXPECT_GT(late, 5);
    EXPECT_LT(early + late, 70);
}

TEST(Refresh, short_lived_keys_are_not_fetched_for_each_use) {
    refresh machine(1);
    machine.fetched(at({}), lasting(minutes(6)));
    EXPECT_EQ(machine.next(mono(minutes(3) - seconds(1))), action::use);
    EXPECT_EQ(machine.next(mono(minutes(3))), action::use_and_fetch);
    EXPECT_EQ(machine.next(mono(minutes(4))), action::fetch);
}

TEST(Refresh, same_keys_again_near_their_end_are_asked_for_ever_later) {
    // The service rotates five minutes before the end: half of what is left passes each time.
    refresh machine(1);
    machine.fetched(at({}), lasting(hours(6)));
    nanoseconds now = hours(6) - minutes(9);
    int fetches = 0;
    while (now < hours(6) - minutes(1)) {
        if (machine.next(mono(now)) != action::use) {
            ++fetches;
            machine.fetched(at(now), lasting(hours(6)));
        }
        now += milliseconds(500);
    }
    EXPECT_GE(fetches, 3);
    EXPECT_LE(fetches, 5);
}

TEST(Refresh, failed_renewals_back_off_and_the_keys_go_on) {
    refresh machine(1);
    machine.fetched(at({}), lasting(hours(1)));
    nanoseconds now = minutes(51);
    for (const int pause : {1, 2, 4, 8, 16, 32, 60, 60}) {
        EXPECT_EQ(machine.next(mono(now)), action::fetch) << pause;
        EXPECT_EQ(machine.failed(mono(now)), outcome::kept) << pause;
        now += seconds(pause);
        EXPECT_EQ(machine.next(mono(now - milliseconds(1))), action::use) << pause;
    }
}

TEST(Refresh, without_any_keys_a_broken_source_is_asked_once_a_minute) {
    refresh machine(1);
    nanoseconds now{};
    int fetches = 0;
    for (; now < minutes(30); now += milliseconds(500)) {
        if (machine.next(mono(now)) != action::fetch) continue;
        EXPECT_EQ(machine.failed(mono(now)), outcome::none);
        ++fetches;
    }
    EXPECT_EQ(machine.next(mono(now - milliseconds(500))), action::fail);
    EXPECT_EQ(fetches, 6 + 29);
}

TEST(Refresh, expired_keys_are_no_keys) {
    refresh machine(1);
    machine.fetched(at({}), lasting(hours(1)));
    EXPECT_EQ(machine.failed(mono(hours(1) - seconds(1))), outcome::kept);
    EXPECT_FALSE(machine.has_keys(mono(hours(1))));
    EXPECT_EQ(machine.next(mono(hours(1))), action::fetch);
    EXPECT_EQ(machine.failed(mono(hours(1))), outcome::none);
    EXPECT_EQ(machine.next(mono(hours(1))), action::fail);
}

TEST(Refresh, success_forgets_the_failures_before) {
    refresh machine(1);
    machine.failed(mono({}));
    machine.failed(mono(seconds(2)));
    machine.fetched(at(seconds(5)), lasting(minutes(2)));
    machine.failed(mono(minutes(3)));
    EXPECT_EQ(machine.next(mono(minutes(3) + seconds(1))), action::fetch);
}

TEST(Refresh, answer_that_has_expired_brings_nothing) {
    refresh machine(1);
    EXPECT_EQ(machine.fetched(at(seconds(1)), lasting(seconds(1))), outcome::none);
    EXPECT_EQ(machine.next(mono(seconds(1))), action::fail);
}

TEST(Refresh, expired_answer_takes_no_good_keys_away) {
    refresh machine(1);
    machine.fetched(at({}), lasting(hours(1)));
    EXPECT_EQ(machine.fetched(at(minutes(50)), lasting(minutes(1))), outcome::kept);
    EXPECT_TRUE(machine.has_keys(mono(minutes(50))));
}

TEST(Refresh, expiry_is_told_by_aws_clock) {
    // Our clock is an hour behind: what we would give an hour has ended.
    refresh machine(1);
    renewal what = lasting(hours(1));
    what.clock_offset = hours(1);
    EXPECT_EQ(machine.fetched(at({}), what), outcome::none);
    what.clock_offset = -hours(1);
    EXPECT_EQ(machine.fetched(at({}), what), outcome::renewed);
    EXPECT_EQ(machine.next(mono(minutes(100))), action::use);
}

TEST(Refresh, jump_of_the_wall_clock_expires_nothing) {
    refresh machine(1);
    machine.fetched(at({}), lasting(hours(1)));
    // Only the steady clock is asked: there is no wall time to pass.
    EXPECT_EQ(machine.next(mono(minutes(30))), action::use);
}

TEST(Refresh, metadata_keys_outlive_their_expiry) {
    refresh machine(1);
    renewal what = lasting(hours(1));
    what.outlives_expiry = true;
    machine.fetched(at({}), what);
    EXPECT_EQ(machine.failed(mono(minutes(59))), outcome::kept);
    EXPECT_EQ(machine.next(mono(hours(1))), action::fetch);
    EXPECT_EQ(machine.failed(mono(hours(1))), outcome::extended);
    // Nobody asks for at least five minutes, and for fifteen at most.
    EXPECT_EQ(machine.next(mono(hours(1) + minutes(5) - seconds(1))), action::use);
    EXPECT_EQ(machine.next(mono(hours(1) + minutes(15))), action::fetch);
    EXPECT_TRUE(machine.has_keys(mono(hours(48))));
}

TEST(Refresh, metadata_service_may_hand_out_expired_keys) {
    refresh machine(1);
    renewal what = lasting(-hours(1));
    what.outlives_expiry = true;
    EXPECT_EQ(machine.fetched(at({}), what), outcome::extended);
    EXPECT_EQ(machine.next(mono(minutes(4))), action::use);
    EXPECT_TRUE(machine.has_keys(mono(minutes(4))));
}

TEST(Refresh, forced_fetches_keep_their_distance) {
    refresh machine(1);
    EXPECT_TRUE(machine.force(mono({})));
    EXPECT_FALSE(machine.force(mono(limits::keys_forced_interval - milliseconds(1))));
    EXPECT_TRUE(machine.force(mono(limits::keys_forced_interval)));
}

}  // namespace
}  // namespace trainwatch::proto::refresh_test
