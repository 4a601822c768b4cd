// Jobs with a bound that a round of all pages would not keep, among others.
#include <algorithm>
#include <string>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/limits.hpp"
#include "tests/core/sweep_player.hpp"

namespace trainwatch::core::sweep_steering_test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

constexpr milliseconds tight{30'000};

// Each fifth of 25,000 jobs is alive: 250 pages. `few` of them have the tight bound, one each
// `apart` live ones from the thirtieth on.
sweep_player five_thousand(int few, int apart, milliseconds bound = tight) {
    sweep_player player({.describe_rate = 2});
    for (int i = 0; i < 25'000; ++i)
        player.create(
            player.ago(minutes(1) + seconds(4) * i), "job-" + std::to_string(i), i % 5 == 0
        );
    auto at = std::prev(player.live.end(), 30);
    for (int i = 0; i < few; ++i, std::advance(at, -apart))
        player.bounds[*at] = bound;
    player.settle();
    return player;
}

struct ages {
    nanoseconds few{};
    nanoseconds others{};
};

ages worst(sweep_player& player, nanoseconds lasting, milliseconds bound = tight) {
    ages most;
    for (const auto end = player.time + lasting; player.time < end;) {
        player.play(player.time + seconds(1));
        most.few = std::max(most.few, player.oldest(bound));
        most.others = std::max(most.others, player.oldest());
    }
    return most;
}

nanoseconds others_without() {
    auto player = five_thousand(0, 1);
    player.play(player.time + minutes(10));
    return worst(player, minutes(20)).others;
}

TEST(steered_sweep, twenty_scattered_jobs_keep_their_bound_among_five_thousand) {
    auto player = five_thousand(20, 240);
    player.play(player.time + minutes(10));
    ASSERT_THAT(player.lists.kept(), ElementsAre(Pair(tight, tight)));
    const auto& share = player.lists.steered();
    EXPECT_LE(share.lists, limits::steer_list_share * player.rate + 1e-6);
    EXPECT_LE(share.describes, limits::steer_describe_share * 2 + 1e-6);
    EXPECT_GT(share.pages, 0U);
    EXPECT_GT(share.describes, 0) << "both give of what they have";
    player.described = 0;
    const auto most = worst(player, minutes(20));
    EXPECT_LE(most.few, tight);
    // A round and a half of what is left is what the others get.
    EXPECT_LE(most.others, others_without() / (1 - limits::steer_list_share));
    EXPECT_NEAR(
        static_cast<double>(player.described), share.describes * 20 * 60, share.describes * 2 * 60
    );
}

TEST(steered_sweep, twenty_jobs_that_stand_together_cost_the_others_next_to_nothing) {
    auto player = five_thousand(20, 1);
    player.play(player.time + minutes(10));
    ASSERT_THAT(player.lists.kept(), ElementsAre(Pair(tight, tight)));
    EXPECT_LE(player.lists.steered().pages, 2U);
    EXPECT_EQ(player.lists.steered().describes, 0) << "pages are cheaper";
    const auto most = worst(player, minutes(20));
    EXPECT_LE(most.few, tight);
    EXPECT_LE(most.others, others_without() * 115 / 100);
}

TEST(steered_sweep, bound_that_is_out_of_reach_is_kept_as_nearly_as_can_be) {
    auto player = five_thousand(60, 80);
    player.play(player.time + minutes(10));
    ASSERT_EQ(player.lists.kept().size(), 1U);
    const auto kept = player.lists.kept().at(tight);
    EXPECT_GT(kept, 2 * tight);
    EXPECT_LE(kept, 4 * tight);
    const auto most = worst(player, minutes(20));
    EXPECT_LE(most.few, kept);
    EXPECT_LE(most.others, others_without() / (1 - limits::steer_list_share));
}

TEST(steered_sweep, bound_that_can_be_kept_goes_before_a_tighter_one_that_cannot) {
    auto player = five_thousand(60, 80);
    constexpr milliseconds minute{60'000};
    auto at = std::prev(player.live.end(), 2'001);
    player.bounds[*at] = minute;
    player.play(player.time + minutes(12));
    ASSERT_EQ(player.lists.kept().size(), 2U);
    EXPECT_EQ(player.lists.kept().at(minute), minute);
    EXPECT_GT(player.lists.kept().at(tight), tight);
    EXPECT_LE(worst(player, minutes(10), minute).few, minute);
}

TEST(steered_sweep, a_bound_that_all_jobs_have_steers_nothing) {
    auto player = five_thousand(0, 1);
    for (const auto& key : player.live)
        player.bounds[key] = tight;
    player.play(player.time + minutes(10));
    EXPECT_THAT(player.lists.kept(), IsEmpty());
    EXPECT_EQ(player.lists.steered(), steering{});
    EXPECT_EQ(player.described, 0U);
}

TEST(steered_sweep, a_bound_that_a_round_keeps_steers_nothing) {
    constexpr auto wide = minutes(10);
    auto player = five_thousand(20, 240, wide);
    player.play(player.time + minutes(10));
    EXPECT_THAT(player.lists.kept(), IsEmpty());
    EXPECT_EQ(player.described, 0U);
}

TEST(steered_sweep, others_on_a_page_are_not_left_alone_when_its_tight_job_ends) {
    auto player = five_thousand(20, 240);
    player.play(player.time + minutes(10));
    for (const auto& [key, bound] : std::exchange(player.bounds, {})) {
        player.live.erase(key);
        player.lists.release(key);
    }
    EXPECT_LE(worst(player, minutes(20)).others, others_without() / (1 - limits::steer_list_share));
    EXPECT_THAT(player.lists.kept(), IsEmpty());
    EXPECT_EQ(player.lists.steered(), steering{});
}

// Whoever shows how many pages there are must not take the place of the one who asks for them.
TEST(steered_sweep, keeps_a_bound_of_a_fleet_that_stands_still_whoever_counts_its_pages) {
    sweep_player player({.describe_rate = 30});
    for (int i = 0; i < 3'000; ++i)
        player.create(player.ago(minutes(100) + seconds(10) * i), "job-" + std::to_string(i), true);
    auto at = std::prev(player.live.end(), 30);
    for (int i = 0; i < 5; ++i, std::advance(at, -240))
        player.bounds[*at] = tight;
    for (int i = 0; i < 200; ++i) {
        player.play(player.time + seconds(1));
        player.lists.windows();
    }
    EXPECT_THAT(player.lists.kept(), ElementsAre(Pair(tight, tight)));
}

TEST(steered_sweep, tells_whose_describes_have_changed) {
    auto player = five_thousand(20, 240);
    player.play(player.time + minutes(10));
    for (const auto& key : player.lists.take_moved())
        EXPECT_TRUE(player.bounds.contains(key));
    EXPECT_THAT(player.lists.take_moved(), IsEmpty());
    std::vector<job_key> described;
    for (const auto& [key, bound] : player.bounds)
        if (player.lists.described_each(key)) described.push_back(key);
    ASSERT_FALSE(described.empty());
    // Their list promises something else now.
    for (const auto& [key, bound] : std::exchange(player.bounds, {}))
        player.lists.watch(key, player.facts, player.now().mono, hours(1));
    player.play(player.time + seconds(1));
    EXPECT_EQ(player.lists.take_moved(), described);
    EXPECT_FALSE(player.lists.described_each(described.front()));
}

TEST(steered_sweep, pages_that_are_due_leave_every_second_one_to_others) {
    auto player = five_thousand(20, 240);
    player.play(player.time + minutes(10));
    player.pages.clear();
    // Nothing was asked for in a while: all of them are due at once.
    player.time += minutes(3);
    player.play(player.time + seconds(20));
    const auto is_steered = [&](const sweep_request& page) {
        return std::ranges::any_of(player.bounds, [&](const auto& job) {
            return player.aws.selects(page.query, job.first.created);
        });
    };
    ASSERT_EQ(player.pages.size(), 20U);
    EXPECT_LE(std::ranges::count_if(player.pages, is_steered), 12);
    EXPECT_GE(std::ranges::count_if(player.pages, is_steered), 9);
}

TEST(steered_sweep, is_over_where_aws_selects_too_late) {
    auto player = five_thousand(20, 240);
    player.play(player.time + minutes(10));
    ASSERT_FALSE(player.lists.kept().empty());
    std::optional<sweep_request> window;
    while (!window) {
        player.time += seconds(1);
        auto asked = player.ask();
        ASSERT_TRUE(asked);
        if (asked->why == reason::window)
            window = asked;
        else
            player.answer(*asked);
    }
    domain::job_page empty;
    empty.next_token = "more";
    EXPECT_TRUE(player.hand_over(*window, empty).fell_back);
    EXPECT_THAT(player.lists.kept(), IsEmpty());
    EXPECT_EQ(player.lists.steered(), steering{});
    for (const auto& [key, bound] : player.bounds)
        EXPECT_FALSE(player.lists.described_each(key));
}

}  // namespace
}  // namespace trainwatch::core::sweep_steering_test
