#include "core/scheduler.hpp"

#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/limits.hpp"
#include "tests/core/schedule.hpp"

namespace trainwatch::core::scheduler_test {
namespace {

using testing::ElementsAre;
using testing::Optional;

TEST(scheduler, first_poll_leaves_within_one_interval) {
    schedule polls(plan_for(names(1)));
    const auto first = polls.next();
    EXPECT_EQ(first.slot, 0U);
    EXPECT_GE(first.sent, mono(seconds(100)));
    EXPECT_LT(first.sent, mono(milliseconds(100'500)));
    EXPECT_EQ(first.deadline, first.sent + limits::describe_deadline);
}

TEST(scheduler, lanes_start_at_different_moments) {
    auto plan = plan_for({"a"});
    plan.lanes.push_back(plan.lanes[0]);
    plan.targets.push_back({lane_id{1}, "b", "nightly"});
    schedule polls(plan);
    const auto first = polls.next();
    const auto second = polls.next();
    EXPECT_NE(first.lane, second.lane);
    EXPECT_NE(first.sent, second.sent);
}

TEST(scheduler, polls_are_paced_and_never_sent_in_a_burst) {
    schedule polls(plan_for(names(20)));
    auto last = polls.next().sent;
    for (int i = 1; i < 20; ++i) {
        const auto sent = polls.next().sent;
        EXPECT_EQ(sent - last, milliseconds(500));
        last = sent;
    }
}

TEST(scheduler, lost_time_is_not_caught_up) {
    schedule polls(plan_for(names(20)));
    polls.next();
    polls.now += seconds(60);
    EXPECT_TRUE(polls.under_test.next_poll(polls.now).has_value());
    EXPECT_FALSE(polls.under_test.next_poll(polls.now).has_value());
    EXPECT_THAT(polls.under_test.next_send(), Optional(polls.now + milliseconds(500)));
}

// Of those that wait for a describe as well a hundred are due for longer.
TEST(scheduler, job_whose_bound_describes_keep_goes_before_what_is_new_of_others) {
    schedule polls(plan_for(names(101)));
    polls.under_test.want(7, {look_queue::promised, polls.now + seconds(5), false});
    polls.run(seconds(104), [&](const poll& done) {
        polls.under_test.place(done, live_at(seconds(1'000)));
    });
    polls.now = mono(seconds(105));
    EXPECT_EQ(polls.next().slot, 7U);
}

TEST(scheduler, one_lane_does_not_use_the_budget_of_another) {
    auto plan = plan_for(names(10));
    plan.lanes.push_back(plan.lanes[0]);
    for (int i = 0; i < 10; ++i) {
        plan.targets.push_back({lane_id{1}, "other-" + std::to_string(i), "nightly"});
    }
    schedule polls(plan);
    std::map<lane_id, int> sent;
    polls.run(seconds(104), [&](const poll& done) {
        ++sent[done.lane];
        polls.under_test.place(done, live_at(seconds(1000)));
    });
    EXPECT_NEAR(sent[lane_id{0}], 8, 1);
    EXPECT_NEAR(sent[lane_id{1}], 8, 1);
}

TEST(scheduler, job_in_flight_is_not_polled_again) {
    schedule polls(plan_for(names(1)));
    polls.next();
    EXPECT_EQ(polls.under_test.in_flight(), 1U);
    EXPECT_FALSE(polls.under_test.next_poll(polls.now + hours(1)).has_value());
    EXPECT_FALSE(polls.under_test.next_send().has_value());
}

TEST(scheduler, answer_is_taken_once) {
    schedule polls(plan_for(names(1)));
    const auto sent = polls.next();
    EXPECT_THAT(polls.under_test.take_answered(sent.id), Optional(sent));
    EXPECT_EQ(polls.under_test.take_answered(sent.id), std::nullopt);
    EXPECT_EQ(polls.under_test.take_answered(poll_id{99}), std::nullopt);
    EXPECT_EQ(polls.under_test.in_flight(), 0U);
}

TEST(scheduler, poll_without_an_answer_is_given_up_after_its_deadline_and_grace) {
    schedule polls(plan_for(names(1)));
    const auto sent = polls.next();
    const auto given_up = sent.deadline + limits::answer_grace;
    EXPECT_THAT(polls.under_test.next_overdue(), Optional(given_up));
    EXPECT_EQ(polls.under_test.take_overdue(given_up - nanoseconds(1)), std::nullopt);
    EXPECT_THAT(polls.under_test.take_overdue(given_up), Optional(sent));
    EXPECT_EQ(polls.under_test.next_overdue(), std::nullopt);
}

TEST(scheduler, longest_due_goes_first) {
    schedule polls(plan_for(names(3)));
    for (const int due : {130, 110, 120}) {
        const auto sent = polls.next();
        polls.under_test.take_answered(sent.id);
        polls.under_test.place(sent, live_at(seconds(due)));
    }
    polls.now = mono(seconds(500));
    EXPECT_THAT(
        (std::vector{polls.next().slot, polls.next().slot, polls.next().slot}),
        ElementsAre(1U, 2U, 0U)
    );
}

TEST(scheduler, job_is_polled_when_it_is_due_and_not_before) {
    schedule polls(plan_for(names(1)));
    const auto sent = polls.next();
    polls.under_test.take_answered(sent.id);
    polls.under_test.place(sent, live_at(seconds(130)));
    EXPECT_THAT(polls.under_test.next_send(), Optional(mono(seconds(130))));
    EXPECT_EQ(polls.next().sent, mono(seconds(130)));
}

TEST(scheduler, live_jobs_and_unseen_ones_take_turns) {
    schedule polls(plan_for(names(200)));
    std::size_t looks_at_live = 0;
    std::size_t looks_at_unseen = 0;
    // Slot 0 is live and due all the time; the others have not been seen.
    polls.run(seconds(120), [&](const poll& done) {
        if (done.slot == 0) {
            ++looks_at_live;
            polls.under_test.place(done, live_at(done.sent.time_since_epoch()));
        } else {
            ++looks_at_unseen;
            polls.under_test.place(done, calm_at(hours(10)));
        }
    });
    EXPECT_NEAR(static_cast<double>(looks_at_live), 20, 2);
    EXPECT_NEAR(static_cast<double>(looks_at_unseen), 20, 2);
}

TEST(scheduler, ended_jobs_get_one_send_in_eight_while_live_ones_wait) {
    schedule polls(plan_for(names(100)));
    std::map<look_queue, int> sends;
    // Half of the jobs live, half ended, all due all the time.
    polls.run(seconds(1000), [&](const poll& done) {
        if (done.sent > mono(seconds(300))) ++sends[done.wanted.queue];
        const auto due = done.sent.time_since_epoch();
        polls.under_test.place(done, done.slot % 2 == 0 ? live_at(due) : calm_at(due));
    });
    EXPECT_NEAR(sends[look_queue::live], 1225, 5);
    EXPECT_NEAR(sends[look_queue::calm], 175, 5);
}

// Wherever in their rounds the two shares stand: what ends leave is divided as it always is.
TEST(scheduler, many_ends_leave_nobody_without_a_turn) {
    for (const std::size_t jobs : {40U, 41U, 42U, 43U}) {
        schedule polls(plan_for(names(jobs)));
        std::map<std::size_t, int> sends;
        polls.run(seconds(1000), [&](const poll& done) {
            if (done.sent > mono(seconds(300))) ++sends[done.slot % 4];
            const auto due = done.sent;
            const look kinds[] = {
                {look_queue::ended, due, false},
                {look_queue::live, due, true},
                {look_queue::live, due, false},
                {look_queue::undecided_old, due, false}};
            polls.under_test.place(done, kinds[done.slot % 4]);
        });
        EXPECT_NEAR(sends[0], 1050, 5) << jobs;
        EXPECT_GE(sends[1], 80) << jobs << ": late ones";
        EXPECT_GE(sends[2], 80) << jobs << ": live ones";
        EXPECT_NEAR(sends[3], 44, 3) << jobs << ": an eighth of the rest";
    }
}

TEST(scheduler, ended_jobs_use_what_live_ones_leave) {
    schedule polls(plan_for(names(10)));
    const auto sent = polls.run(seconds(200), [&](const poll& done) {
        polls.under_test.place(done, calm_at(done.sent.time_since_epoch()));
    });
    EXPECT_NEAR(static_cast<double>(sent.size()), 200, 1);
}

TEST(scheduler, failure_is_retried_within_a_bound_that_doubles) {
    schedule polls(plan_for(names(1), 1000));
    for (const int bound : {500, 1'000, 2'000, 4'000, 8'000, 16'000, 32'000, 60'000, 60'000}) {
        const auto sent = polls.next();
        polls.under_test.take_answered(sent.id);
        polls.under_test.retry_with_backoff(sent, polls.now);
        const auto wait = *polls.under_test.next_send() - polls.now;
        EXPECT_LE(wait, milliseconds(bound));
        EXPECT_GE(wait, nanoseconds(0));
    }
    EXPECT_EQ(polls.under_test.failures(0), 9U);
}

TEST(scheduler, success_ends_the_series_of_failures) {
    schedule polls(plan_for(names(1), 1000));
    for (int i = 0; i < 5; ++i) {
        const auto sent = polls.next();
        polls.under_test.take_answered(sent.id);
        polls.under_test.retry_with_backoff(sent, polls.now);
    }
    const auto sent = polls.next();
    polls.under_test.take_answered(sent.id);
    polls.under_test.place(sent, live_at(seconds(0)));
    EXPECT_EQ(polls.under_test.failures(0), 0U);
}

TEST(scheduler, throttled_job_keeps_its_place) {
    schedule polls(plan_for(names(3)));
    const auto first = polls.next();
    polls.under_test.take_answered(first.id);
    polls.under_test.lane_throttled(first, polls.now, {});
    polls.under_test.retry_in_place(first);
    EXPECT_EQ(polls.next().slot, first.slot);
}

TEST(scheduler, throttle_pauses_the_whole_lane_as_long_as_asked) {
    schedule polls(plan_for(names(3)));
    const auto first = polls.next();
    polls.under_test.take_answered(first.id);
    polls.under_test.lane_throttled(first, polls.now, seconds(20));
    polls.under_test.retry_in_place(first);
    EXPECT_THAT(polls.under_test.next_send(), Optional(polls.now + seconds(20)));
}

TEST(scheduler, throttle_does_not_pause_other_lanes) {
    auto plan = plan_for({"a"});
    plan.lanes.push_back(plan.lanes[0]);
    plan.targets.push_back({lane_id{1}, "b", "nightly"});
    plan.targets.push_back({lane_id{1}, "c", "nightly"});
    schedule polls(plan);
    poll refused = polls.next();
    if (refused.lane != lane_id{0}) refused = polls.next();
    polls.under_test.take_answered(refused.id);
    polls.under_test.lane_throttled(refused, polls.now, minutes(4));
    polls.under_test.retry_in_place(refused);
    EXPECT_EQ(polls.next().lane, lane_id{1});
}

TEST(scheduler, absurd_wait_is_not_believed) {
    schedule polls(plan_for(names(1)));
    const auto first = polls.next();
    polls.under_test.take_answered(first.id);
    polls.under_test.lane_throttled(first, polls.now, hours(24 * 365));
    polls.under_test.retry_in_place(first);
    EXPECT_THAT(polls.under_test.next_send(), Optional(polls.now + limits::retry_after_max));
}

TEST(scheduler, throttling_lowers_the_pace_and_what_is_left_for_late_jobs) {
    schedule polls(plan_for(names(10)));
    for (int i = 0; i < 10; ++i) {
        const auto sent = polls.next();
        polls.under_test.take_answered(sent.id);
        auto late = live_at(polls.now.time_since_epoch());
        late.late = true;
        polls.under_test.place(sent, late);
    }
    const auto calm = polls.under_test.late_interval(lane_id{0}, minutes(60), polls.now);
    EXPECT_EQ(polls.under_test.rate(aws_operation::describe, lane_id{0}, polls.now), 2);
    for (int i = 0; i < 20; ++i) {
        const auto sent = polls.next();
        polls.under_test.take_answered(sent.id);
        polls.under_test.lane_throttled(sent, polls.now, {});
        polls.under_test.retry_in_place(sent);
    }
    EXPECT_EQ(polls.under_test.rate(aws_operation::describe, lane_id{0}, polls.now), 0.5);
    EXPECT_EQ(polls.under_test.late_interval(lane_id{0}, minutes(60), polls.now), 4 * calm);
}

// Forty polls were in flight when AWS said stop: that is one piece of news, not forty.
TEST(scheduler, throttles_of_polls_sent_before_the_first_lower_the_pace_once) {
    schedule polls(plan_for(names(40), 1000));
    std::vector<poll> sent;
    for (int i = 0; i < 40; ++i)
        sent.push_back(polls.next());
    const auto now = polls.now + seconds(1);
    for (const auto& refused : sent) {
        polls.under_test.take_answered(refused.id);
        polls.under_test.lane_throttled(refused, now, {});
        polls.under_test.retry_in_place(refused);
    }
    EXPECT_EQ(polls.under_test.rate(aws_operation::describe, lane_id{0}, now), 700);
}

// Each region of two connections; each lane has ten live jobs that are always due.
domain::watch_plan two_connections(double first_rate, double second_rate) {
    domain::watch_plan plan;
    plan.lanes = {
        {"one", "eu-west-1", {.describe_per_second = first_rate}},
        {"two", "eu-west-1", {.describe_per_second = second_rate}},
        {"two", "us-east-1", {.describe_per_second = second_rate}},
    };
    for (std::size_t lane = 0; lane < plan.lanes.size(); ++lane) {
        for (const auto& name : names(10))
            plan.targets.push_back({lane_id{lane}, name, "nightly"});
    }
    return plan;
}

std::map<std::size_t, std::size_t> sends_by_lane(schedule& polls, nanoseconds until) {
    std::map<std::size_t, std::size_t> counts;
    polls.run(until, [&](const poll& done) {
        ++counts[done.lane.value];
        polls.under_test.place(done, live_at(done.sent.time_since_epoch()));
    });
    return counts;
}

// Each account that is learned has the pools made anew: what the others sent last still counts.
TEST(scheduler, shared_pace_goes_on_whatever_accounts_are_learned) {
    schedule polls(two_connections(1, 1));
    for (const std::size_t lane : {0U, 1U})
        polls.under_test.account_known(lane_id{lane}, "111122223333");
    std::size_t shared = 0;
    for (int i = 0; i < 100; ++i) {
        auto counts = sends_by_lane(polls, seconds(101 + i));
        shared += counts[0] + counts[1];
        polls.under_test.account_known(lane_id{2}, i % 2 == 0 ? "444455556666" : "777788889999");
    }
    EXPECT_NEAR(static_cast<double>(shared), 100, 2);
}

TEST(scheduler, lanes_of_one_account_and_region_share_the_larger_budget) {
    schedule polls(two_connections(2, 4));
    auto apart = sends_by_lane(polls, seconds(200));
    EXPECT_NEAR(static_cast<double>(apart[0] + apart[1]), 600, 3) << "nothing is known yet";
    for (const std::size_t lane : {0U, 1U, 2U})
        polls.under_test.account_known(lane_id{lane}, "111122223333");
    auto shared = sends_by_lane(polls, seconds(300));
    EXPECT_NEAR(static_cast<double>(shared[0] + shared[1]), 400, 2);
    EXPECT_NEAR(static_cast<double>(shared[0]), 200, 2) << "neither starves";
    EXPECT_NEAR(static_cast<double>(shared[2]), 400, 2) << "another region has its own quota";
    // The keys of one are changed: they are strangers again.
    polls.under_test.account_known(lane_id{1}, "444455556666");
    auto strangers = sends_by_lane(polls, seconds(400));
    EXPECT_NEAR(static_cast<double>(strangers[0]), 200, 2);
    EXPECT_NEAR(static_cast<double>(strangers[1]), 400, 2);
}

TEST(scheduler, throttling_of_one_lane_slows_those_that_share_its_quota) {
    schedule polls(two_connections(2, 2));
    polls.under_test.account_known(lane_id{0}, "111122223333");
    polls.under_test.account_known(lane_id{1}, "111122223333");
    poll refused = polls.next();
    while (refused.lane != lane_id{0})
        refused = polls.next();
    polls.under_test.lane_throttled(refused, polls.now, {});
    EXPECT_EQ(polls.under_test.rate(aws_operation::describe, lane_id{1}, polls.now), 1.4);
    EXPECT_EQ(polls.under_test.rate(aws_operation::describe, lane_id{2}, polls.now), 2);
}

TEST(scheduler, new_keys_wake_what_was_refused_at_once) {
    schedule polls(plan_for(names(5)));
    for (int i = 0; i < 10; ++i) {
        const auto sent = polls.next();
        polls.under_test.take_answered(sent.id);
        polls.under_test.lane_failed(sent, polls.now, error_class::denied);
        polls.under_test.retry_slowly(sent, polls.now);
    }
    EXPECT_TRUE(polls.under_test.is_down(lane_id{0}));
    EXPECT_GT(*polls.under_test.next_send(), polls.now + seconds(10));
    polls.under_test.keys_renewed(lane_id{0}, polls.now);
    EXPECT_LE(*polls.under_test.next_send(), polls.now + milliseconds(500));
    // One try tells: until it is answered the others wait as before.
    const auto first = polls.next();
    EXPECT_GT(*polls.under_test.next_send(), polls.now + seconds(10));
    polls.under_test.take_answered(first.id);
    polls.under_test.lane_answered(first);
    polls.under_test.place(first, live_at(hours(1)));
    for (int i = 0; i < 4; ++i)
        EXPECT_LE(polls.next().sent - first.sent, seconds(3));
}

TEST(scheduler, three_denials_in_a_row_make_a_lane_down) {
    schedule polls(plan_for(names(10)));
    std::vector<lane_change> changes;
    for (int i = 0; i < 4; ++i) {
        const auto sent = polls.next();
        polls.under_test.take_answered(sent.id);
        changes.push_back(polls.under_test.lane_failed(sent, polls.now, error_class::denied));
        polls.under_test.retry_slowly(sent, polls.now);
    }
    EXPECT_THAT(
        changes,
        ElementsAre(lane_change::none, lane_change::none, lane_change::went_down, lane_change::none)
    );
    EXPECT_TRUE(polls.under_test.is_down(lane_id{0}));
    EXPECT_TRUE(polls.under_test.is_given_up(lane_id{0}, polls.now));
}

TEST(scheduler, one_denial_makes_a_lane_of_one_job_down) {
    schedule polls(plan_for(names(1)));
    const auto sent = polls.next();
    EXPECT_EQ(
        polls.under_test.lane_failed(sent, polls.now, error_class::denied), lane_change::went_down
    );
}

TEST(scheduler, one_forbidden_job_among_many_does_not_make_the_lane_down) {
    schedule polls(plan_for(names(5)));
    int slow = 0;
    const auto sent = polls.run(seconds(400), [&](const poll& done) {
        if (done.slot == 0) {
            ++slow;
            EXPECT_EQ(
                polls.under_test.lane_failed(done, polls.now, error_class::denied),
                lane_change::none
            );
            polls.under_test.retry_slowly(done, polls.now);
            return;
        }
        EXPECT_EQ(polls.under_test.lane_answered(done), lane_change::none);
        polls.under_test.place(done, live_at(done.sent.time_since_epoch() + seconds(30)));
    });
    // 300 s: ten looks at each of the others, a slow, jittered pace for this one.
    EXPECT_GE(slow, 300 / 60);
    EXPECT_LE(slow, 300 / 30 + 1);
    EXPECT_NEAR(static_cast<double>(sent.size() - static_cast<std::size_t>(slow)), 44, 4);
}

TEST(scheduler, lane_that_refuses_is_tried_slowly) {
    schedule polls(plan_for(names(50)));
    const auto sent = polls.run(seconds(1000), [&](const poll& done) {
        polls.under_test.lane_failed(done, polls.now, error_class::denied);
        polls.under_test.retry_slowly(done, polls.now);
    });
    // Fifteen to thirty seconds each.
    EXPECT_GE(sent.size(), 900U / 30);
    EXPECT_LE(sent.size(), 900U / 15 + 3);
    for (std::size_t i = 4; i < sent.size(); ++i) {
        EXPECT_GE(sent[i].sent - sent[i - 1].sent, limits::denied_pace / 2);
    }
}

TEST(scheduler, lane_comes_up_with_the_first_answer_and_takes_up_its_pace) {
    schedule polls(plan_for(names(10)));
    for (int i = 0; i < 3; ++i) {
        const auto sent = polls.next();
        polls.under_test.take_answered(sent.id);
        polls.under_test.lane_failed(sent, polls.now, error_class::denied);
        polls.under_test.retry_slowly(sent, polls.now);
    }
    const auto sent = polls.next();
    polls.under_test.take_answered(sent.id);
    EXPECT_EQ(polls.under_test.lane_answered(sent), lane_change::came_up);
    polls.under_test.place(sent, live_at(seconds(10'000)));
    EXPECT_FALSE(polls.under_test.is_down(lane_id{0}));
    EXPECT_EQ(polls.next().sent - sent.sent, milliseconds(500));
}

// An outage is no refusal: it may end any moment, and the backoff of each job is enough.
TEST(scheduler, lane_that_does_not_answer_is_down_but_not_slowed) {
    schedule polls(plan_for(names(10)));
    std::vector<mono_time> sent;
    for (int i = 0; i < 5; ++i) {
        const auto lost = polls.next();
        sent.push_back(lost.sent);
        polls.under_test.take_answered(lost.id);
        polls.under_test.lane_failed(lost, polls.now, error_class::transient);
        polls.under_test.retry_with_backoff(lost, polls.now);
    }
    EXPECT_TRUE(polls.under_test.is_down(lane_id{0}));
    EXPECT_EQ(sent[4] - sent[3], milliseconds(500));
}

TEST(scheduler, silent_lane_is_given_up_after_a_while_and_any_answer_begins_it_anew) {
    schedule polls(plan_for(names(10)));
    const auto lose = [&] {
        const auto lost = polls.next();
        polls.under_test.take_answered(lost.id);
        polls.under_test.lane_failed(lost, polls.now, error_class::transient);
        polls.under_test.retry_with_backoff(lost, polls.now);
    };
    lose();
    const auto began = polls.now;
    lose();
    EXPECT_FALSE(polls.under_test.is_given_up(lane_id{0}, began + hours(1))) << "it is not down";
    lose();
    const auto patience = limits::first_pass_patience;
    EXPECT_FALSE(polls.under_test.is_given_up(lane_id{0}, began + patience - milliseconds(1)));
    EXPECT_TRUE(polls.under_test.is_given_up(lane_id{0}, began + patience));

    const auto heard = polls.next();
    polls.under_test.take_answered(heard.id);
    polls.under_test.lane_answered(heard);
    polls.under_test.place(heard, live_at(seconds(10'000)));
    lose();
    const auto again = polls.now;
    lose();
    lose();
    EXPECT_FALSE(polls.under_test.is_given_up(lane_id{0}, again + patience - milliseconds(1)));
    EXPECT_TRUE(polls.under_test.is_given_up(lane_id{0}, again + patience));
}

TEST(scheduler, answer_to_an_old_poll_does_not_shorten_the_pace) {
    schedule polls(plan_for(names(10)));
    std::vector<poll> sent;
    for (int i = 0; i < 4; ++i)
        sent.push_back(polls.next());
    for (int i = 0; i < 3; ++i) {
        polls.under_test.take_answered(sent[static_cast<std::size_t>(i)].id);
        polls.under_test.lane_failed(
            sent[static_cast<std::size_t>(i)], polls.now, error_class::transient
        );
        polls.under_test.retry_with_backoff(sent[static_cast<std::size_t>(i)], polls.now);
    }
    EXPECT_EQ(polls.under_test.lane_answered(sent[3]), lane_change::came_up);
    EXPECT_GE(*polls.under_test.next_send(), sent[3].sent + milliseconds(500));
}

TEST(scheduler, late_jobs_share_a_quarter_of_the_budget) {
    schedule polls(plan_for(names(40)));
    const auto bound = seconds(60);
    EXPECT_EQ(
        polls.under_test.late_interval(lane_id{0}, bound, polls.now), limits::late_interval_min
    );
    for (int i = 0; i < 10; ++i) {
        const auto sent = polls.next();
        polls.under_test.take_answered(sent.id);
        auto late = live_at(hours(10));
        late.late = true;
        polls.under_test.place(sent, late);
    }
    // Ten jobs at half a poll a second.
    EXPECT_EQ(polls.under_test.late_interval(lane_id{0}, bound, polls.now), seconds(20));
    for (int i = 0; i < 10; ++i) {
        const auto sent = polls.next();
        polls.under_test.take_answered(sent.id);
        auto late = live_at(hours(10));
        late.late = true;
        polls.under_test.place(sent, late);
    }
    // No slower than any other live job.
    EXPECT_EQ(polls.under_test.late_interval(lane_id{0}, bound, polls.now), seconds(30));
}

TEST(scheduler, job_that_is_late_no_more_gives_its_share_back) {
    schedule polls(plan_for(names(20), 1));
    for (int round = 0; round < 2; ++round) {
        for (int i = 0; i < 20; ++i) {
            const auto sent = polls.next();
            polls.under_test.take_answered(sent.id);
            auto next = live_at(hours(round + 1));
            next.late = round == 0;
            polls.under_test.place(sent, next);
        }
    }
    EXPECT_EQ(
        polls.under_test.late_interval(lane_id{0}, minutes(60), polls.now),
        limits::late_interval_min
    );
}

TEST(scheduler, short_budget_serves_the_longest_unobserved_first) {
    // A hundred live jobs at one a second: each is seen once in a hundred seconds, in turn.
    schedule polls(plan_for(names(100), 1));
    std::map<std::size_t, mono_time> last;
    nanoseconds worst{0};
    polls.run(seconds(2000), [&](const poll& done) {
        if (last.count(done.slot) > 0) worst = std::max(worst, done.sent - last[done.slot]);
        last[done.slot] = done.sent;
        polls.under_test.place(done, live_at(done.sent.time_since_epoch() + seconds(30)));
    });
    EXPECT_EQ(last.size(), 100U);
    EXPECT_LE(worst, seconds(202));  // while there are unseen jobs, they take each second turn
}

TEST(scheduler, step_with_a_hundred_thousand_targets_touches_few) {
    schedule polls(plan_for(names(100'000), 1'000'000));
    // 200,000 polls: seconds if a step walked over all targets, far less if it does not.
    std::size_t sent = 0;
    for (; sent < 200'000; ++sent) {
        const auto next = polls.next();
        polls.under_test.take_answered(next.id);
        polls.under_test.place(next, live_at(polls.now.time_since_epoch() + milliseconds(1)));
    }
    EXPECT_EQ(sent, 200'000U);
}

TEST(scheduler, same_seed_gives_the_same_polls) {
    const auto play = [](std::uint64_t seed) {
        schedule polls(plan_for(names(10)), seed);
        std::vector<std::pair<mono_time, std::size_t>> log;
        for (const auto& sent : polls.run(seconds(200), [&](const poll& done) {
                 polls.under_test.retry_with_backoff(done, polls.now);
             })) {
            log.emplace_back(sent.sent, sent.slot);
        }
        return log;
    };
    EXPECT_EQ(play(5), play(5));
    EXPECT_NE(play(5), play(6));
}

}  // namespace
}  // namespace trainwatch::core::scheduler_test
