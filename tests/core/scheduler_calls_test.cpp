// Lists, tags, slots that come and go, and other budgets while it runs.
#include <algorithm>
#include <map>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/limits.hpp"
#include "tests/core/schedule.hpp"

namespace trainwatch::core::scheduler_calls_test {
namespace {

using testing::DoubleEq;
using testing::DoubleNear;
using testing::Optional;

constexpr lane_id here{0};

// The next call of the operation, whenever it may leave.
poll next_call(schedule& polls, aws_operation operation, std::size_t slot = 0) {
    polls.now = std::max(polls.now, polls.under_test.next_call(operation, here));
    const auto sent = polls.under_test.start_call(operation, here, slot, polls.now);
    EXPECT_TRUE(sent.has_value()) << "next_call() is kept";
    return sent.value_or(poll{});
}

TEST(scheduler_slots, removed_job_is_polled_no_more_and_its_slot_serves_another) {
    schedule polls(plan_for(names(3)));
    const auto first = polls.next();
    polls.under_test.take_answered(first.id);
    polls.under_test.remove(first.slot);
    std::map<std::size_t, int> sent;
    const auto count = [&](const poll& done) {
        ++sent[done.slot];
        polls.under_test.place(done, live_at(done.sent.time_since_epoch()));
    };
    polls.run(seconds(110), count);
    EXPECT_EQ(sent.count(first.slot), 0U);
    EXPECT_EQ(sent.size(), 2U);
    polls.under_test.add(first.slot, here, {look_queue::unseen, polls.now});
    EXPECT_EQ(polls.under_test.failures(first.slot), 0U);
    polls.run(seconds(120), count);
    EXPECT_GT(sent[first.slot], 0);
}

TEST(scheduler_slots, waiting_job_is_removed_from_wherever_it_stands) {
    schedule polls(plan_for(names(50)));
    for (std::size_t slot = 0; slot < 49; ++slot)
        polls.under_test.remove(slot);
    EXPECT_EQ(polls.next().slot, 49U);
    EXPECT_EQ(polls.under_test.next_send(), std::nullopt);
}

TEST(scheduler_slots, late_job_that_is_removed_gives_its_share_back) {
    schedule polls(plan_for({}));
    for (std::size_t slot = 0; slot < 10; ++slot) {
        polls.under_test.add(slot, here, {look_queue::live, mono(hours(1)), true});
    }
    EXPECT_EQ(polls.under_test.late_interval(here, minutes(60), polls.now), seconds(20));
    for (std::size_t slot = 0; slot < 10; ++slot)
        polls.under_test.remove(slot);
    EXPECT_EQ(
        polls.under_test.late_interval(here, minutes(60), polls.now), limits::late_interval_min
    );
}

TEST(scheduler_slots, slot_is_in_flight_until_its_answer_is_taken) {
    schedule polls(plan_for(names(2)));
    const auto sent = polls.next();
    EXPECT_TRUE(polls.under_test.is_in_flight(sent.slot));
    EXPECT_FALSE(polls.under_test.is_in_flight(1 - sent.slot));
    polls.under_test.take_answered(sent.id);
    EXPECT_FALSE(polls.under_test.is_in_flight(sent.slot));
    polls.under_test.place(sent, live_at(hours(1)));
    EXPECT_FALSE(polls.under_test.is_in_flight(sent.slot));
}

TEST(scheduler_slots, slot_whose_tags_are_being_read_is_in_flight_and_waits_for_its_describe) {
    schedule polls(plan_for(names(1)));
    const auto tags = next_call(polls, aws_operation::tags);
    EXPECT_TRUE(polls.under_test.is_in_flight(0));
    const auto sent = polls.next();
    EXPECT_EQ(sent.operation, aws_operation::describe);
    polls.under_test.take_answered(sent.id);
    EXPECT_TRUE(polls.under_test.is_in_flight(0));
    EXPECT_THAT(polls.under_test.take_answered(tags.id), Optional(tags));
    EXPECT_FALSE(polls.under_test.is_in_flight(0));
    polls.under_test.place(sent, live_at(hours(1)));
}

TEST(scheduler_slots, wanted_job_is_moved_while_it_waits) {
    schedule polls(plan_for({}));
    polls.under_test.add(0, here, live_at(hours(2)));
    polls.under_test.add(1, here, live_at(hours(3)));
    polls.under_test.want(1, live_at(hours(1)));
    EXPECT_EQ(polls.next().slot, 1U);
    EXPECT_EQ(polls.now, mono(hours(1)));
    polls.under_test.want(0, live_at(hours(4)));
    EXPECT_EQ(polls.next().slot, 0U);
    EXPECT_EQ(polls.now, mono(hours(4)));
}

TEST(scheduler_slots, wish_for_a_job_that_is_being_described_says_nothing) {
    schedule polls(plan_for(names(1)));
    const auto sent = polls.next();
    polls.under_test.want(0, {look_queue::ended, polls.now});
    EXPECT_EQ(polls.under_test.next_send(), std::nullopt);
    polls.under_test.take_answered(sent.id);
    polls.under_test.want(0, {look_queue::ended, polls.now});
    EXPECT_EQ(polls.under_test.next_send(), std::nullopt);
    polls.under_test.place(sent, live_at(hours(1)));
    EXPECT_THAT(polls.under_test.next_send(), Optional(mono(hours(1))));
}

TEST(scheduler_slots, wish_does_not_cut_a_backoff_short) {
    schedule polls(plan_for(names(1)));
    for (int i = 0; i < 10; ++i) {
        const auto lost = polls.next();
        polls.under_test.take_answered(lost.id);
        polls.under_test.retry_with_backoff(lost, polls.now);
    }
    const auto until = *polls.under_test.next_send();
    polls.under_test.want(0, {look_queue::ended, polls.now});
    EXPECT_THAT(polls.under_test.next_send(), Optional(until));
    EXPECT_EQ(polls.next().wanted.queue, look_queue::ended) << "but it says what for";
}

// What a page tells says nothing about why the last describe failed.
TEST(scheduler_slots, wish_does_not_put_a_retry_off) {
    schedule polls(plan_for(names(1)));
    const auto lost = polls.next();
    polls.under_test.take_answered(lost.id);
    polls.under_test.retry_with_backoff(lost, polls.now);
    const auto until = *polls.under_test.next_send();
    polls.under_test.want(0, live_at(hours(24)));
    EXPECT_THAT(polls.under_test.next_send(), Optional(until));
}

TEST(scheduler_queues, job_that_ended_goes_before_all_others) {
    schedule polls(plan_for({}));
    polls.under_test.add(0, here, {look_queue::live, polls.now - hours(1), true});
    polls.under_test.add(1, here, {look_queue::changed, polls.now - hours(1)});
    polls.under_test.add(2, here, {look_queue::unseen, polls.now - hours(1)});
    polls.under_test.add(3, here, live_at(seconds(0)));
    polls.under_test.add(4, here, calm_at(seconds(0)));
    for (std::size_t slot = 5; slot < 20; ++slot) {
        polls.under_test.add(slot, here, {look_queue::ended, polls.now + seconds(slot)});
    }
    EXPECT_EQ(polls.under_test.backlog(here), 16U);
    polls.now += minutes(1);
    std::vector<std::size_t> ended;
    std::vector<std::size_t> others;
    for (int i = 0; i < 20; ++i) {
        const auto slot = polls.next().slot;
        (slot < 5 ? others : ended).push_back(slot);
        // Three of four, and the first three of all.
        EXPECT_GE(ended.size(), std::min<std::size_t>(15, 3 * others.size()));
        EXPECT_LE(ended.size(), 3 * others.size() + 3);
    }
    EXPECT_TRUE(std::is_sorted(ended.begin(), ended.end()));
    EXPECT_THAT(others, testing::UnorderedElementsAre(0, 1, 2, 3, 4));
    EXPECT_EQ(polls.under_test.backlog(here), 0U);
}

// A list that only a describe can find a job for hears of its failure, whatever others lose.
TEST(scheduler_queues, end_that_is_undecided_stands_behind_no_row_of_others) {
    schedule polls(plan_for({}));
    for (std::size_t slot = 0; slot < 200; ++slot) {
        polls.under_test.add(slot, here, {look_queue::ended, polls.now - hours(1)});
    }
    polls.under_test.add(200, here, {look_queue::undecided_end, polls.now});
    polls.under_test.add(201, here, {look_queue::undecided, polls.now});
    polls.now += minutes(1);
    std::vector<std::size_t> sent;
    for (int i = 0; i < 8; ++i)
        sent.push_back(polls.next().slot);
    EXPECT_THAT(std::vector(sent.begin(), sent.begin() + 2), testing::Contains(200U));
    EXPECT_THAT(sent, testing::Contains(201U));
}

// All of them due at all times: how many sends each queue gets of a thousand.
std::map<look_queue, int> shares(const std::vector<look>& kinds, int& late) {
    schedule polls(plan_for({}));
    for (std::size_t slot = 0; slot < 10 * kinds.size(); ++slot) {
        auto first = kinds[slot % kinds.size()];
        first.due = polls.now;
        polls.under_test.add(slot, here, first);
    }
    std::map<look_queue, int> sends;
    late = 0;
    const auto until = seconds(100) + seconds(500);
    polls.run(until, [&](const poll& done) {
        ++(done.wanted.late ? late : sends[done.wanted.queue]);
        auto again = done.wanted;
        again.due = done.sent;
        polls.under_test.place(done, again);
    });
    return sends;
}

TEST(scheduler_queues, changed_unseen_and_live_jobs_take_turns) {
    int late = 0;
    auto sends =
        shares({{look_queue::changed, {}}, {look_queue::unseen, {}}, {look_queue::live, {}}}, late);
    for (const auto queue : {look_queue::changed, look_queue::unseen, look_queue::live})
        EXPECT_NEAR(sends[queue], 333, 2);
    sends = shares({{look_queue::changed, {}}, {look_queue::live, {}}}, late);
    EXPECT_NEAR(sends[look_queue::changed], 500, 2) << "an empty queue's turn is shared, too";
}

TEST(scheduler_queues, late_jobs_get_a_quarter_and_calm_ones_an_eighth_before_others) {
    int late = 0;
    const auto sends = shares(
        {{look_queue::changed, {}}, {look_queue::calm, {}}, {look_queue::live, {}, true}}, late
    );
    EXPECT_NEAR(sends.at(look_queue::calm), 125, 2);
    // They have the turns of the live ones, of which there are none; late_interval() bounds them.
    EXPECT_NEAR(late, 500, 3);
    const auto busy = shares(
        {{look_queue::changed, {}},
         {look_queue::unseen, {}},
         {look_queue::live, {}},
         {look_queue::live, {}, true}},
        late
    );
    EXPECT_NEAR(busy.at(look_queue::changed), 250, 3);
    EXPECT_GE(late, 250);
    EXPECT_NEAR(late + busy.at(look_queue::live), 500, 3);
}

TEST(scheduler_queues, forbidden_jobs_do_not_take_the_turns_of_what_has_ended) {
    schedule polls(plan_for({}));
    for (std::size_t slot = 0; slot < 1000; ++slot) {
        polls.under_test.add(slot, here, {look_queue::ended, polls.now});
    }
    for (std::size_t slot = 0; slot < 1000; ++slot) {
        const auto sent = polls.next();
        polls.under_test.take_answered(sent.id);
        polls.under_test.retry_slowly(sent, polls.now);
    }
    polls.now += minutes(2);
    polls.under_test.add(1000, here, live_at(seconds(0)));
    polls.under_test.want(5, {look_queue::ended, polls.now});
    std::vector<std::size_t> sent{polls.next().slot, polls.next().slot};
    EXPECT_THAT(sent, testing::Contains(1000U));
    EXPECT_THAT(sent, testing::Not(testing::Contains(5U)));
}

TEST(scheduler_calls, list_calls_are_paced_by_their_own_budget) {
    auto plan = plan_for(names(10));
    plan.lanes[0].budget.list_per_second = 1;
    schedule polls(plan);
    auto last = next_call(polls, aws_operation::list);
    EXPECT_GE(last.sent, mono(seconds(100)));
    EXPECT_LE(last.sent, mono(seconds(101)));
    EXPECT_EQ(last.deadline, last.sent + limits::describe_deadline);
    EXPECT_EQ(last.operation, aws_operation::list);
    for (int i = 0; i < 5; ++i) {
        EXPECT_FALSE(
            polls.under_test.start_call(aws_operation::list, here, 0, polls.now).has_value()
        );
        const auto sent = next_call(polls, aws_operation::list);
        EXPECT_EQ(sent.sent - last.sent, seconds(1));
        last = sent;
    }
    // Describes went on as if there were no lists.
    const auto sent = polls.run(seconds(110), [&](const poll& done) {
        polls.under_test.place(done, live_at(done.sent.time_since_epoch()));
    });
    EXPECT_GE(sent.size(), 7U);
}

TEST(scheduler_calls, unanswered_list_call_is_given_up_after_its_deadline_and_grace) {
    schedule polls(plan_for({}));
    const auto sent = next_call(polls, aws_operation::list);
    const auto given_up = sent.deadline + limits::answer_grace;
    EXPECT_THAT(polls.under_test.next_overdue(), Optional(given_up));
    EXPECT_THAT(polls.under_test.take_overdue(given_up), Optional(sent));
    EXPECT_EQ(polls.under_test.take_answered(sent.id), std::nullopt);
}

TEST(scheduler_calls, refused_list_call_takes_lists_down_and_not_describes) {
    schedule polls(plan_for(names(3)));
    const auto sent = next_call(polls, aws_operation::list);
    polls.under_test.take_answered(sent.id);
    EXPECT_EQ(
        polls.under_test.lane_failed(sent, polls.now, error_class::denied), lane_change::went_down
    );
    EXPECT_TRUE(polls.under_test.is_down(here, aws_operation::list));
    EXPECT_TRUE(polls.under_test.is_given_up(here, polls.now, aws_operation::list));
    EXPECT_FALSE(polls.under_test.is_down(here));
    EXPECT_LE(*polls.under_test.next_send(), polls.now + milliseconds(500));
    // It is tried slowly, and comes back with the first answer.
    const auto again = next_call(polls, aws_operation::list);
    EXPECT_GE(again.sent - sent.sent, limits::denied_pace / 2);
    EXPECT_LE(again.sent - sent.sent, limits::denied_pace);
    polls.under_test.take_answered(again.id);
    EXPECT_EQ(polls.under_test.lane_answered(again), lane_change::came_up);
    EXPECT_EQ(next_call(polls, aws_operation::list).sent - again.sent, seconds(1));
}

TEST(scheduler_calls, lost_list_call_is_no_news_and_the_third_is) {
    schedule polls(plan_for(names(3)));
    for (const auto expected : {lane_change::none, lane_change::none, lane_change::went_down}) {
        const auto sent = next_call(polls, aws_operation::list);
        polls.under_test.take_answered(sent.id);
        EXPECT_EQ(polls.under_test.lane_failed(sent, polls.now, error_class::transient), expected);
    }
    EXPECT_FALSE(polls.under_test.is_down(here));
    EXPECT_FALSE(polls.under_test.is_given_up(here, polls.now, aws_operation::list));
}

TEST(scheduler_calls, new_keys_let_refused_lists_go_at_once) {
    schedule polls(plan_for(names(3)));
    const auto sent = next_call(polls, aws_operation::list);
    polls.under_test.take_answered(sent.id);
    polls.under_test.lane_failed(sent, polls.now, error_class::denied);
    polls.under_test.keys_renewed(here, polls.now);
    EXPECT_EQ(polls.under_test.next_call(aws_operation::list, here), sent.sent + seconds(1));
}

TEST(scheduler_calls, throttled_lists_do_not_slow_describes) {
    schedule polls(plan_for(names(3)));
    const auto sent = next_call(polls, aws_operation::list);
    polls.under_test.take_answered(sent.id);
    polls.under_test.lane_throttled(sent, polls.now, {});
    EXPECT_EQ(polls.under_test.rate(aws_operation::list, here, polls.now), limits::list_rate_floor);
    EXPECT_EQ(polls.under_test.rate(aws_operation::describe, here, polls.now), 2);
    EXPECT_EQ(polls.under_test.rate(aws_operation::tags, here, polls.now), 2);
}

TEST(scheduler_calls, lists_of_one_account_and_region_share_the_larger_budget) {
    auto plan = plan_for({});
    plan.lanes.push_back(plan.lanes[0]);
    plan.lanes[1].budget.list_per_second = 2;
    schedule polls(plan);
    for (const std::size_t lane : {0U, 1U})
        polls.under_test.account_known(lane_id{lane}, "111122223333");
    std::map<std::size_t, int> sent;
    for (int i = 0; i < 100; ++i) {
        const auto first = polls.under_test.next_call(aws_operation::list, lane_id{0});
        const auto second = polls.under_test.next_call(aws_operation::list, lane_id{1});
        const std::size_t lane = first <= second ? 0 : 1;
        polls.now = std::max(polls.now, std::min(first, second));
        EXPECT_TRUE(polls.under_test.start_call(aws_operation::list, lane_id{lane}, 0, polls.now));
        ++sent[lane];
    }
    EXPECT_NEAR(std::chrono::duration<double>(polls.now - mono(seconds(100))).count(), 50, 1.5);
    EXPECT_THAT(
        polls.under_test.headroom(aws_operation::list, lane_id{0}, polls.now), DoubleNear(0, 0.05)
    );
}

TEST(scheduler_budgets, other_budget_keeps_what_was_learned_in_proportion) {
    auto plan = plan_for(names(3));
    schedule polls(plan);
    const auto sent = polls.next();
    polls.under_test.take_answered(sent.id);
    polls.under_test.lane_throttled(sent, polls.now, {});
    polls.under_test.retry_in_place(sent);
    EXPECT_EQ(polls.under_test.rate(aws_operation::describe, here, polls.now), 1.4);
    plan.lanes[0].budget.describe_per_second = 10;
    polls.under_test.reconfigure(plan, polls.now);
    EXPECT_THAT(polls.under_test.rate(aws_operation::describe, here, polls.now), DoubleEq(7));
    const auto next = polls.next();
    EXPECT_LE(next.sent - sent.sent, milliseconds(143)) << "from now on at the new pace";
}

TEST(scheduler_budgets, lane_that_is_gone_sends_nothing_and_a_new_one_starts) {
    auto plan = plan_for(names(3));
    schedule polls(plan);
    polls.next();
    plan.lanes[0].gone = true;
    plan.lanes.push_back(plan.lanes[0]);
    plan.lanes[1].gone = false;
    plan.lanes[1].connection = "other";
    polls.under_test.reconfigure(plan, polls.now);
    EXPECT_EQ(polls.under_test.next_send(), std::nullopt);
    EXPECT_EQ(polls.under_test.next_poll(polls.now + hours(1)), std::nullopt);
    EXPECT_EQ(polls.under_test.next_call(aws_operation::list, here), mono_time::max());
    EXPECT_EQ(
        polls.under_test.start_call(aws_operation::list, here, 0, polls.now + hours(1)),
        std::nullopt
    );
    polls.under_test.add(3, lane_id{1}, {look_queue::unseen, polls.now});
    const auto since = polls.now;
    EXPECT_EQ(polls.next().lane, lane_id{1});
    EXPECT_LE(polls.now - since, milliseconds(500));
}

TEST(scheduler_budgets, headroom_is_what_was_not_sent_lately) {
    schedule polls(plan_for(names(3)));
    EXPECT_EQ(polls.under_test.headroom(aws_operation::describe, here, polls.now), 2);
    // Each job every six seconds: half a call a second.
    polls.run(seconds(400), [&](const poll& done) {
        polls.under_test.place(done, live_at(done.sent.time_since_epoch() + seconds(6)));
    });
    EXPECT_NEAR(polls.under_test.headroom(aws_operation::describe, here, polls.now), 1.5, 0.05);
    EXPECT_EQ(polls.under_test.others(aws_operation::describe, here, polls.now), 0);
}

}  // namespace
}  // namespace trainwatch::core::scheduler_calls_test
