#include "core/sweep.hpp"

#include <algorithm>
#include <cmath>
#include <ctime>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/limits.hpp"
#include "base/random.hpp"
#include "tests/core/sweep_player.hpp"

namespace trainwatch::core::sweep_test {
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

TEST(sweep, every_live_job_is_seen_within_a_round_and_a_half) {
    sweep_player player;
    fill(player, 3'000, minutes(5), minutes(1), 5);
    player.settle();
    const auto round = seconds(player.lists.windows());
    player.play(player.time + 3 * round);
    for (int i = 0; i < 200; ++i) {
        player.play(player.time + seconds(1));
        EXPECT_LE(player.oldest(), 3 * round / 2 + seconds(2));
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

// However little is to be expected of the newest page: whose a job is, is known once it is seen.
TEST(sweep, a_job_that_arrives_beside_very_many_is_found_within_the_bound) {
    sweep_player player(sweep_settings{.staleness_bound = seconds(20)});
    fill(player, 5'000, minutes(10), minutes(1), 1);
    player.settle();
    player.play(player.time + minutes(5));
    for (int i = 0; i < 20; ++i) {
        player.create(player.ago(milliseconds(10)), "new-" + std::to_string(i), true);
        player.play(player.time + seconds(20));
        EXPECT_EQ(player.unseen(), 0U) << i;
    }
}

// While lists were refused, describes told of newer ones.
TEST(sweep, a_job_that_arrived_before_others_that_are_known_otherwise_is_found_by_the_head) {
    sweep_player player;
    player.settle();
    player.play(player.time + minutes(1));
    player.create(player.ago(seconds(30)), "unseen", false);
    for (int i = 0; i < 100; ++i) {
        const auto when = player.ago(seconds(20)) + milliseconds(i);
        const auto name = "named-" + std::to_string(i);
        player.create(when, name, true);
        player.lists.watch({.created = when, .name = name}, player.facts, player.now().mono);
    }
    player.play(player.time + minutes(3));
    const auto found = std::any_of(player.seen.begin(), player.seen.end(), [](const auto& job) {
        return job.first.name == "unseen";
    });
    EXPECT_TRUE(found);
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

TEST(sweep, a_lone_quiet_job_costs_a_page_each_five_seconds_and_a_starting_one_more) {
    const auto pages_in_ten_minutes = [](domain::secondary_status phase) {
        sweep_player player({.discovers = false});
        player.facts.phase = phase;
        player.create(player.ago(hours(1)), "alone", true);
        player.lists.watch(*player.live.begin(), player.facts, player.now().mono);
        player.play(minutes(10));
        return static_cast<double>(player.pages.size());
    };
    EXPECT_NEAR(pages_in_ten_minutes(domain::secondary_status::training), 120, 2);
    EXPECT_NEAR(pages_in_ten_minutes(domain::secondary_status::starting), 300, 5);
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
                        random.below(20) == 0
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
            if (player.time.count() % 1'000'000'000 != 0) continue;
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

TEST(sweep, discovery_does_not_pass_a_gap) {
    sweep_player player;
    fill(player, 50, minutes(5), minutes(1), 5);
    player.live.clear();
    player.settle();
    player.play(player.time + seconds(30));
    const auto before = player.lists.complete_until();
    ASSERT_TRUE(before);
    for (int i = 0; i < 250; ++i)
        player.create(player.ago(milliseconds(4 * i)), "new-" + std::to_string(i), true);
    std::optional<mono_time> overflowed;
    for (int i = 0; i < 60 && player.unseen() > 0; ++i) {
        player.time += seconds(1);
        const auto asked = player.ask();
        if (!asked) continue;
        if (asked->why == reason::gap && !overflowed) {
            overflowed = player.now().mono;
            player.lists.failed(*asked, false);
            EXPECT_LT(*player.lists.complete_until(), *overflowed - seconds(1));
        } else {
            player.answer(*asked);
        }
    }
    EXPECT_TRUE(overflowed);
    EXPECT_EQ(player.unseen(), 0U);
    player.play(player.time + seconds(20));
    EXPECT_GT(*player.lists.complete_until(), *overflowed);
}

TEST(sweep, a_gap_that_fails_for_ever_does_not_stop_the_rest) {
    sweep_player player;
    fill(player, 500, minutes(5), minutes(1), 5);
    player.settle();
    for (int i = 0; i < 300; ++i)
        player.create(player.ago(milliseconds(4 * i)), "new-" + std::to_string(i), false);
    const auto end = player.time + minutes(5);
    for (; player.time < end; player.time += seconds(1)) {
        const auto asked = player.ask();
        if (!asked) continue;
        if (asked->why == reason::gap)
            player.lists.failed(*asked, false);
        else
            player.answer(*asked);
    }
    EXPECT_LT(player.oldest(), 4 * seconds(player.lists.windows()));
}

TEST(sweep, more_jobs_in_one_millisecond_than_a_page_holds_are_read_by_token) {
    for (const bool inclusive : {false, true}) {
        sweep_player player;
        player.aws.bounds_are_inclusive = inclusive;
        fill(player, 150, minutes(5), minutes(1), 5);
        for (int i = 0; i < 250; ++i)
            player.create(player.ago(hours(5)), "past-" + std::to_string(i), i % 2 == 0);
        player.settle();
        EXPECT_EQ(player.unseen(), 0U);
        for (int i = 0; i < 250; ++i)
            player.create(player.now().wall, "new-" + std::to_string(i), i % 2 == 0);
        player.play(player.time + seconds(60));
        EXPECT_EQ(player.unseen(), 0U);
        player.play(player.time + minutes(2));
        EXPECT_LT(player.oldest(), seconds(60));
    }
}

TEST(sweep, a_token_that_expired_costs_a_page_and_no_job) {
    sweep_player player;
    fill(player, 50, minutes(5), minutes(1), 5);
    player.settle();
    for (int i = 0; i < 450; ++i)
        player.create(player.now().wall, "new-" + std::to_string(i), true);
    int refused = 0;
    for (int i = 0; i < 200 && player.unseen() > 0; ++i) {
        player.time += seconds(1);
        auto asked = player.ask();
        if (asked && !asked->query.token.empty() && refused < 2) {
            ++refused;
            const auto range = asked->query;
            player.lists.failed(*asked, true);
            asked = player.ask();
            ASSERT_TRUE(asked);
            EXPECT_EQ(asked->query.created_before, range.created_before);
            EXPECT_EQ(asked->query.token, "") << "the range is asked for anew";
        }
        if (asked) player.answer(*asked);
    }
    EXPECT_EQ(refused, 2);
    EXPECT_EQ(player.unseen(), 0U);
}

TEST(sweep, a_name_that_is_used_again_is_another_job) {
    sweep_player player;
    player.create(player.ago(hours(3)), "nightly", true);
    fill(player, 120, minutes(1), minutes(5), 1'000);
    player.settle();
    player.live.clear();
    const job_key second{.created = player.ago(milliseconds(0)), .name = "nightly"};
    player.create(second.created, second.name, true);
    player.play(player.time + seconds(30));
    EXPECT_TRUE(player.seen.contains(second));
    EXPECT_EQ(player.lists.live(), 1U);
    player.lists.release({.created = player.ago(hours(3)), .name = "nightly"});
    EXPECT_EQ(player.lists.live(), 1U) << "the first one's end is not the second one's";
}

TEST(sweep, short_pages_are_continued_and_nothing_is_left_out) {
    for (const std::size_t size : {2U, 7U, 40U, 99U}) {
        sweep_player player;
        player.aws.page_size = size;
        fill(player, 200, minutes(5), minutes(1), 4);
        player.settle();
        EXPECT_EQ(player.unseen(), 0U) << size;
        for (int i = 0; i < 30; ++i)
            player.create(player.now().wall, "new-" + std::to_string(i), true);
        player.play(player.time + seconds(1'000));
        EXPECT_EQ(player.unseen(), 0U) << size;
        EXPECT_EQ(player.count(reason::whole), 0U) << "a short page proves nothing";
        EXPECT_LT(player.oldest(), seconds(size == 2 ? 600 : 100)) << size;
    }
}

TEST(sweep, an_empty_page_with_a_token_is_not_the_end_of_the_head) {
    sweep_player player;
    fill(player, 30, minutes(5), minutes(1), 5);
    const auto first = player.ask();
    ASSERT_TRUE(first);
    domain::job_page empty;
    empty.next_token = "more";
    EXPECT_EQ(player.hand_over(*first, empty), sweep_news());
    player.time += seconds(1);
    const auto second = player.ask();
    ASSERT_TRUE(second);
    auto expected = first->query;
    expected.token = "more";
    EXPECT_EQ(second->query, expected);
    EXPECT_TRUE(player.hand_over(*second, player.aws.answer(first->query)).reached_horizon);
    EXPECT_EQ(player.unseen(), 0U);
}

TEST(sweep, a_live_job_that_a_complete_page_does_not_show_is_absent) {
    sweep_player player;
    fill(player, 50, minutes(5), minutes(1), 5);
    player.settle();
    const auto gone = *player.live.begin();
    player.aws.jobs.erase(gone);
    player.time += seconds(10);
    const auto asked = player.ask();
    ASSERT_TRUE(asked);
    EXPECT_THAT(player.answer(*asked).absent, ElementsAre(gone));
}

TEST(sweep, what_a_page_may_not_have_shown_is_not_absent) {
    sweep_player player;
    fill(player, 46, minutes(5), minutes(1), 5);
    player.settle();
    const auto gone = *player.live.begin();
    player.aws.jobs.erase(gone);
    player.time += seconds(10);
    auto asked = player.ask();
    ASSERT_TRUE(asked);
    auto page = player.aws.answer(asked->query);
    page.unreadable = 1;
    EXPECT_THAT(player.hand_over(*asked, page).absent, IsEmpty()) << "it may be the unreadable one";
    player.time += seconds(10);
    asked = player.ask();
    ASSERT_TRUE(asked);
    page = player.aws.answer(asked->query);
    page.next_token = "more";
    EXPECT_THAT(player.hand_over(*asked, page).absent, IsEmpty()) << "it may be on the next page";
}

TEST(sweep, what_a_describe_told_after_the_page_had_left_is_not_absent) {
    sweep_player player;
    fill(player, 50, minutes(5), minutes(1), 5);
    player.settle();
    const auto known = *player.live.begin();
    player.aws.jobs.erase(known);
    player.time += seconds(10);
    const auto asked = player.ask();
    ASSERT_TRUE(asked);
    player.time += milliseconds(100);
    player.lists.watch(known, player.facts, player.now().mono);
    EXPECT_THAT(player.answer(*asked).absent, IsEmpty());
}

TEST(sweep, where_pages_are_cut_before_they_are_selected_whole_sweeps_take_over) {
    sweep_player player;
    player.aws.cuts_first = true;
    fill(player, 2'000, minutes(5), minutes(1), 5);
    int fell_back = 0;
    int reached = 0;
    for (int i = 0; i < 200; ++i) {
        if (const auto asked = player.ask()) {
            const auto news = player.answer(*asked);
            fell_back += news.fell_back ? 1 : 0;
            reached += news.reached_horizon ? 1 : 0;
            EXPECT_THAT(news.absent, IsEmpty());
        }
        player.time += seconds(1);
    }
    EXPECT_EQ(fell_back, 1);
    EXPECT_EQ(reached, 1);
    EXPECT_EQ(player.unseen(), 0U);
    EXPECT_LE(player.oldest(), seconds(45));
    EXPECT_GT(*player.lists.complete_until(), player.now().mono - seconds(45));
    player.create(player.ago(milliseconds(1)), "new", true);
    player.play(player.time + seconds(45));
    EXPECT_EQ(player.unseen(), 0U);
}

TEST(sweep, a_whole_sweep_ends_below_the_oldest_live_job) {
    sweep_player player;
    player.aws.cuts_first = true;
    fill(player, 2'000, minutes(5), minutes(1), 5);
    player.play(seconds(100));
    ASSERT_GT(player.count(reason::whole), 0U);
    const auto cutoff = player.ago(minutes(5 * 150));
    std::erase_if(player.live, [&](const auto& key) { return key.created < cutoff; });
    player.play(player.time + seconds(60));
    player.pages.clear();
    player.play(player.time + seconds(60));
    EXPECT_EQ(player.lists.windows(), 2U);
    std::size_t begun = 0;
    for (const auto& page : player.pages)
        begun += page.query.token.empty() ? 1 : 0;
    EXPECT_NEAR(static_cast<double>(begun), static_cast<double>(player.pages.size()) / 2, 1);
}

TEST(sweep, a_whole_sweep_whose_token_expired_begins_again_and_keeps_what_it_learned) {
    sweep_player player;
    player.aws.cuts_first = true;
    fill(player, 2'000, minutes(5), minutes(1), 5);
    player.play(seconds(10));
    const auto known = player.lists.known();
    auto asked = player.ask();
    ASSERT_TRUE(asked);
    ASSERT_FALSE(asked->query.token.empty());
    player.lists.failed(*asked, true);
    asked = player.ask();
    ASSERT_TRUE(asked);
    EXPECT_EQ(asked->query, domain::list_query());
    EXPECT_GE(player.lists.known(), known);
    player.answer(*asked);
    player.settle();
    EXPECT_EQ(player.unseen(), 0U);
}

TEST(sweep, a_whole_sweep_reads_the_gaps_that_were_open_when_it_took_over) {
    sweep_player player;
    fill(player, 50, minutes(5), minutes(1), 5);
    player.live.clear();
    player.settle();
    player.play(player.time + seconds(30));
    for (int i = 0; i < 350; ++i)
        player.create(player.ago(milliseconds(4 * i)), "new-" + std::to_string(i), false);
    std::optional<sweep_request> gap;
    for (int i = 0; i < 60 && !gap; ++i) {
        player.time += seconds(1);
        const auto asked = player.ask();
        if (asked && asked->why == reason::gap)
            gap = asked;
        else if (asked)
            player.answer(*asked);
    }
    ASSERT_TRUE(gap);
    domain::job_page empty;
    empty.next_token = "more";
    EXPECT_TRUE(player.hand_over(*gap, empty).fell_back);
    player.aws.cuts_first = true;
    const auto fell_back = player.now().mono;
    EXPECT_LT(*player.lists.complete_until(), fell_back - seconds(2));
    player.play(player.time + seconds(60));
    EXPECT_EQ(player.unseen(), 0U);
    EXPECT_GT(*player.lists.complete_until(), fell_back);
}

TEST(sweep, without_discovery_only_windows_around_watched_jobs_are_asked_for) {
    sweep_player player({.discovers = false});
    fill(player, 1'000, minutes(5), minutes(1), 10);
    EXPECT_FALSE(player.ask()) << "nobody is watched";
    for (const auto& key : player.live)
        player.lists.watch(key, player.facts, {});
    EXPECT_FALSE(player.lists.complete_until()) << "not every one was seen";
    player.play(player.time + minutes(2));
    EXPECT_EQ(player.count(reason::window) + player.count(reason::gap), player.pages.size())
        << "pages around jobs that nobody knew of are longer than planned";
    EXPECT_EQ(player.lists.windows(), 10U);
    EXPECT_GT(player.lists.known(), 900U) << "other jobs of these pages are known, too";
    ASSERT_TRUE(player.lists.complete_until());
    EXPECT_GT(*player.lists.complete_until(), player.now().mono - seconds(30));
    EXPECT_LE(player.oldest(), seconds(20));
}

TEST(sweep, with_nobody_to_watch_and_no_discovery_all_is_known_until_now) {
    sweep lists(sweep_settings{.discovers = false});
    EXPECT_FALSE(lists.complete_until()) << "it was told no time yet";
    for (const auto at : {hours(1), hours(2)}) {
        const instant now{mono_time(at), wall_time(hours(24 * 365)) + at};
        EXPECT_FALSE(lists.next(now, 1.0));
        EXPECT_EQ(lists.complete_until(), now.mono);
    }
}

TEST(sweep, nothing_is_complete_before_the_horizon_was_reached) {
    sweep_player player;
    fill(player, 1'000, minutes(5), minutes(1), 10);
    while (!player.lists.reached_horizon()) {
        EXPECT_FALSE(player.lists.complete_until());
        player.play(player.time + seconds(1));
    }
    EXPECT_TRUE(player.lists.complete_until());
}

TEST(sweep, discovery_that_is_switched_on_reads_the_past) {
    sweep_player player({.discovers = false});
    fill(player, 500, minutes(5), minutes(1), 10);
    player.play(seconds(10));
    EXPECT_TRUE(player.pages.empty());
    player.lists.configure({});
    player.settle();
    EXPECT_EQ(player.unseen(), 0U);
    player.lists.configure({.discovers = false});
    player.pages.clear();
    player.play(player.time + minutes(1));
    EXPECT_EQ(player.count(reason::window), player.pages.size());
}

TEST(sweep, saving_asks_for_each_page_just_before_its_bound) {
    sweep_player player({.staleness_bound = milliseconds(60'000), .frugal = true});
    fill(player, 1'000, minutes(5), minutes(1), 10);
    player.settle();
    player.play(player.time + minutes(3));
    player.pages.clear();
    const auto end = player.time + minutes(20);
    while (player.time < end) {
        player.play(player.time + seconds(1));
        EXPECT_LE(player.oldest(), seconds(60));
    }
    // Eleven windows, each 48 s.
    EXPECT_NEAR(static_cast<double>(player.pages.size()), 11.0 * 20 * 60 / 48, 15);
}

TEST(sweep, a_window_whose_jobs_change_soon_is_asked_for_more_often) {
    sweep_player player;
    fill(player, 2'000, minutes(5), hours(10), 5);
    player.settle();
    const auto busy = *std::next(player.live.begin(), 200);
    const auto watch_busy = [&] {
        player.lists.watch(
            busy,
            {.phase = domain::secondary_status::downloading, .phase_since = {}, .limit_at = {}},
            player.seen.at(busy)
        );
    };
    player.pages.clear();
    const auto end = player.time + minutes(10);
    std::size_t with_busy = 0;
    for (; player.time < end; player.time += seconds(1)) {
        watch_busy();
        const auto asked = player.ask();
        ASSERT_TRUE(asked);
        player.answer(*asked);
        with_busy += player.aws.selects(asked->query, busy.created) ? 1 : 0;
    }
    const auto fair = player.pages.size() / player.lists.windows();
    EXPECT_GT(with_busy, 5 * fair / 4);
    EXPECT_LE(player.oldest(), 2 * seconds(player.lists.windows())) << "and nobody starves";
}

TEST(sweep, keys_that_serve_nobody_are_forgotten) {
    sweep_player player;
    fill(player, 3'000, minutes(5), minutes(1), 10);
    player.settle();
    player.play(player.time + minutes(1));
    EXPECT_EQ(player.lists.known(), 2'991U) << "back to the oldest live job";
    player.live.clear();
    for (const auto& [key, seen] : player.seen)
        player.lists.release(key);
    player.play(player.time + minutes(1));
    EXPECT_EQ(player.lists.known(), limits::list_head_size);
}

TEST(sweep, the_same_answers_lead_to_the_same_pages) {
    const auto pages = [] {
        sweep_player player;
        fill(player, 1'000, minutes(5), minutes(1), 5);
        player.play(minutes(5));
        return player.pages;
    };
    EXPECT_EQ(pages(), pages());
}

TEST(sweep, a_hundred_times_the_known_jobs_cost_little_more_each) {
    const auto seconds_for = [](int jobs) {
        sweep_player player;
        fill(player, jobs, seconds(40), minutes(1), jobs / 50);
        player.rate = 2;
        double least = 1e9;
        for (int i = 0; i < 3; ++i) {
            auto fresh = sweep_player();
            std::swap(fresh.aws, player.aws);
            std::swap(fresh.live, player.live);
            const auto begin = std::clock();
            fresh.settle();
            least = std::min(least, static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC);
            EXPECT_EQ(fresh.unseen(), 0U);
            std::swap(fresh.aws, player.aws);
            std::swap(fresh.live, player.live);
        }
        return least;
    };
    const double few = seconds_for(1'000);
    const double many = seconds_for(100'000);
    EXPECT_LT(std::log(many / few) / std::log(100), 1.4);
}

}  // namespace
}  // namespace trainwatch::core::sweep_test
