#include "tests/simulator/timeline.hpp"

#include <gtest/gtest.h>

#include "base/random.hpp"

namespace trainwatch::simulator::timeline_test {
namespace {

using std::chrono::minutes;

constexpr wall_time start = from_unix_milliseconds(1'795'000'000'000);

wall_time after(std::int64_t count) {
    return start + milliseconds(count);
}

TEST(Timeline, lengths_shrink_by_the_speed) {
    const timeline clock(start, 60);
    EXPECT_EQ(clock.wall_at(minutes(1)), after(1000));
    EXPECT_EQ(clock.wall_at(-std::chrono::hours(3)), start - minutes(3));
    EXPECT_EQ(clock.scenario_at(after(2000)), minutes(2));
}

TEST(Timeline, a_moment_is_reached_when_its_wall_time_has_come) {
    const timeline clock(start, 60);
    EXPECT_FALSE(clock.reached(minutes(1), after(999)));
    EXPECT_TRUE(clock.reached(minutes(1), after(1000)));
}

TEST(Timeline, a_new_speed_holds_from_now_on) {
    timeline clock(start, 60);
    clock.set_speed(after(1000), 1);
    EXPECT_EQ(clock.wall_at(seconds(30)), after(500));
    EXPECT_EQ(clock.wall_at(seconds(61)), after(2000));
    EXPECT_EQ(clock.speed_at(seconds(30)), 60);
    EXPECT_EQ(clock.speed_at(seconds(61)), 1);
}

TEST(Timeline, a_stopped_world_reaches_nothing_new) {
    timeline clock(start, 10);
    clock.set_speed(after(1000), 0);
    EXPECT_EQ(clock.scenario_at(after(999'000)), seconds(10));
    EXPECT_EQ(clock.wall_at(seconds(10)), after(1000));
    EXPECT_EQ(clock.wall_at(seconds(11)), std::nullopt);
    EXPECT_FALSE(clock.reached(seconds(11), after(999'000)));
    EXPECT_EQ(clock.speed_at(seconds(11)), 10);
}

TEST(Timeline, a_stopped_world_goes_on_where_it_stood) {
    timeline clock(start, 10);
    clock.set_speed(after(1000), 0);
    clock.set_speed(after(60'000), 1);
    EXPECT_EQ(clock.wall_at(seconds(12)), after(62'000));
}

TEST(Timeline, a_jump_happens_at_one_moment) {
    timeline clock(start, 10);
    clock.advance(after(1000), minutes(10));
    EXPECT_EQ(clock.wall_at(seconds(10)), after(1000));
    EXPECT_EQ(clock.wall_at(minutes(5)), after(1000));
    EXPECT_EQ(clock.wall_at(minutes(10) + seconds(10)), after(1000));
    EXPECT_EQ(clock.wall_at(minutes(10) + seconds(20)), after(2000));
}

TEST(Timeline, a_stopped_world_jumps_too) {
    timeline clock(start, 10);
    clock.set_speed(after(1000), 0);
    clock.advance(after(2000), minutes(1));
    EXPECT_EQ(clock.wall_at(seconds(40)), after(2000));
    EXPECT_EQ(clock.wall_at(seconds(70)), after(2000));
    EXPECT_EQ(clock.wall_at(seconds(71)), std::nullopt);
}

// Whatever happens to the clock, a moment that has been reached keeps its wall time.
TEST(Timeline, what_has_happened_keeps_its_moment) {
    random_source random(7);
    for (int run = 0; run < 200; ++run) {
        timeline clock(start, 0.5 + random.unit() * 100);
        auto now = start;
        std::vector<std::pair<milliseconds, wall_time>> seen;
        for (int step = 0; step < 20; ++step) {
            now += milliseconds(random.below(3000));
            const milliseconds moment(random.below(400'000));
            if (clock.reached(moment, now)) seen.emplace_back(moment, *clock.wall_at(moment));
            switch (random.below(4)) {
                case 0:
                    clock.set_speed(now, random.unit() * 90);
                    break;
                case 1:
                    clock.set_speed(now, 0);
                    break;
                case 2:
                    clock.advance(now, milliseconds(random.below(20'000)));
                    break;
                default:
                    break;
            }
            for (const auto& [past, wall] : seen)
                ASSERT_EQ(clock.wall_at(past), wall);
            ASSERT_LE(clock.wall_at(clock.scenario_at(now)), now);
        }
    }
}

}  // namespace
}  // namespace trainwatch::simulator::timeline_test
