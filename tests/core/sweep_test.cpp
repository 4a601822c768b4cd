#include "core/sweep.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/limits.hpp"
#include "base/random.hpp"
#include "tests/core/sweep_player.hpp"

namespace trainwatch::core {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// `count` jobs, one each `apart`, the newest so long ago; each `live_each`-th is alive.
void fill(
    sweep_player& player,
    int count,
    nanoseconds apart,
    nanoseconds newest,
    int live_each,
    const std::string& prefix = "job-"
) {
    for (int i = 0; i < count; ++i)
        player.create(
            player.ago(newest + apart * i), prefix + std::to_string(i), i % live_each == 0
        );
}

TEST(sweep, begins_with_the_newest_page_and_fills_the_past_down_to_the_horizon) {
    sweep_player player;
    fill(player, 450, minutes(10), minutes(5), 1'000);
    const auto first = player.ask();
    ASSERT_TRUE(first);
    EXPECT_EQ(first->why, reason::head);
    EXPECT_FALSE(first->query.created_before);
    EXPECT_EQ(*first->query.created_after, player.ago(limits::list_horizon) - milliseconds(1));
    EXPECT_FALSE(player.answer(*first).reached_horizon);
    std::vector<bool> reached;
    while (!player.lists.reached_horizon()) {
        player.time += seconds(1);
        const auto asked = player.ask();
        ASSERT_TRUE(asked);
        EXPECT_EQ(asked->why, reason::backfill);
        reached.push_back(player.answer(*asked).reached_horizon);
    }
    EXPECT_THAT(reached, ElementsAre(false, false, false, true));
    EXPECT_EQ(player.unseen(), 0U);
}

TEST(sweep, what_is_older_than_the_horizon_costs_nothing) {
    sweep_player player;
    fill(player, 50, hours(1), minutes(5), 10);
    fill(player, 5'000, minutes(10), limits::list_horizon + hours(1), 10'000, "old-");
    player.settle();
    EXPECT_EQ(player.pages.size(), 1U);
    EXPECT_LE(player.lists.known(), 50U);
}

TEST(sweep, the_past_and_live_windows_take_turns) {
    sweep_player player;
    fill(player, 5'000, minutes(10), minutes(5), 20);
    player.play(seconds(40));
    EXPECT_GE(player.count(reason::backfill), 19U);
    EXPECT_GE(player.count(reason::window) + player.count(reason::head), 10U);
}

TEST(sweep, every_live_job_is_seen_within_a_round_and_a_quarter) {
    sweep_player player;
    fill(player, 3'000, minutes(5), minutes(1), 5);
    player.settle();
    const auto round = seconds(player.lists.windows());
    player.play(player.time + 3 * round);
    for (int i = 0; i < 200; ++i) {
        player.play(player.time + seconds(1));
        EXPECT_LE(player.oldest(), 5 * round / 4 + seconds(2));
    }
}

TEST(sweep, a_job_that_arrives_is_found_by_the_head) {
    sweep_player player;
    fill(player, 500, minutes(5), minutes(1), 5);
    player.settle();
    player.play(player.time + minutes(1));
    player.create(player.ago(milliseconds(10)), "new", true);
    player.play(player.time + seconds(20));
    EXPECT_EQ(player.unseen(), 0U);
}

TEST(sweep, a_lane_without_live_jobs_asks_for_its_head_only_and_rarely) {
    sweep_player player;
    fill(player, 500, hours(2), hours(1), 1'000'000);
    player.live.clear();
    player.settle();
    player.pages.clear();
    player.play(player.time + minutes(10));
    EXPECT_EQ(player.count(reason::head), player.pages.size());
    EXPECT_LE(player.pages.size(), 61U);
    EXPECT_GE(player.pages.size(), 55U);
}

TEST(sweep, next_due_says_when_next_will_have_something) {
    sweep_player player;
    fill(player, 300, hours(1), minutes(1), 50);
    player.settle();
    int waits = 0;
    for (int i = 0; i < 200; ++i) {
        const auto due = player.lists.next_due(player.now(), 1);
        ASSERT_TRUE(due);
        if (*due > player.now().mono) {
            ++waits;
            player.time += *due - player.now().mono - milliseconds(2);
            EXPECT_FALSE(player.ask()) << "not before";
            player.time += milliseconds(3);
        }
        const auto asked = player.ask();
        ASSERT_TRUE(asked);
        player.answer(*asked);
    }
    EXPECT_GT(waits, 10);
}

TEST(sweep, a_page_under_way_is_not_asked_for_again) {
    sweep_player player;
    fill(player, 1'000, minutes(5), minutes(1), 5);
    player.settle();
    player.time += minutes(2);
    std::vector<sweep_request> asked;
    while (const auto next = player.ask()) {
        for (const auto& other : asked)
            EXPECT_NE(other.query, next->query);
        asked.push_back(*next);
        player.time += seconds(1);
        ASSERT_LE(asked.size(), 20U);
    }
    EXPECT_EQ(asked.size(), player.lists.windows());
}

TEST(sweep, a_page_that_was_refused_is_asked_for_again_at_once) {
    sweep_player player;
    fill(player, 1'000, minutes(5), minutes(1), 5);
    player.settle();
    player.play(player.time + minutes(1));
    player.time += seconds(1);
    const auto refused = player.ask();
    ASSERT_TRUE(refused);
    player.lists.failed(*refused, false);
    const auto again = player.ask();
    ASSERT_TRUE(again);
    EXPECT_EQ(again->query, refused->query);
}

TEST(sweep, a_gap_that_was_refused_is_asked_again_and_no_job_is_lost) {
    for (std::uint64_t seed = 1; seed <= 40; ++seed) {
        random_source random(seed);
        sweep_player player;
        player.aws.bounds_are_inclusive = seed % 2 == 0;
        fill(player, 300, minutes(5), minutes(1), 5);
        std::vector<std::pair<nanoseconds, sweep_request>> under_way;
        nanoseconds burst = seconds(30);
        int created_count = 0;
        for (; player.time < minutes(12); player.time += milliseconds(100)) {
            // 300 jobs within 20 s, again and again, and one now and then.
            const bool in_burst = player.time >= burst && player.time < burst + seconds(20);
            if (player.time > burst + seconds(60)) burst += seconds(120);
            const bool ends = player.time > minutes(9);
            for (int i = 0; i < 3 && !ends; ++i)
                if (random.below(1'000) < (in_burst ? 500U : 1U))
                    player.create(
                        player.ago(milliseconds(random.below(3) == 0 ? 0 : random.below(100))),
                        "new-" + std::to_string(++created_count),
                        random.below(3) > 0
                    );
            // Answers come late and out of order, are refused, or never come.
            std::erase_if(under_way, [&](const auto& flight) {
                if (flight.first > player.time) return false;
                const auto lot = random.below(10);
                if (lot < 4)
                    player.lists.failed(flight.second, false);
                else
                    player.answer(flight.second);
                return true;
            });
            if (player.time.count() % 500'000'000 != 0) continue;
            if (const auto asked = player.ask())
                under_way.emplace_back(
                    player.time +
                        milliseconds(50 + random.below(random.below(8) == 0 ? 10'000 : 400)),
                    *asked
                );
        }
        EXPECT_EQ(player.unseen(), 0U) << "seed " << seed << " of " << created_count;
        EXPECT_GT(created_count, 600);
        EXPECT_GT(player.count(reason::gap), 0U);
        const auto until = player.lists.complete_until();
        ASSERT_TRUE(until);
        EXPECT_GT(*until, player.now().mono - minutes(2)) << "seed " << seed;
    }
}

}  // namespace
}  // namespace trainwatch::core
