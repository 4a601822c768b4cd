#include "core/look.hpp"

#include <algorithm>
#include <vector>

#include <gtest/gtest.h>

#include "base/limits.hpp"
#include "core/deadlines.hpp"
#include "core/tracker.hpp"
#include "tests/core/builders.hpp"

namespace trainwatch::core::look_test {
namespace {

domain::job_view shown(const domain::observation& seen) {
    domain::job_view view;
    view.last = seen;
    view.deadlines = deadlines_of(seen);
    if (!seen.transitions.empty()) view.last_transition = seen.transitions.back().started;
    return view;
}

// The poll left at 1000 s and its answer came half a second later.
look_facts facts() {
    look_facts made;
    made.sent = mono(seconds(1000));
    made.now = at(milliseconds(1'000'500));
    made.staleness_bound = seconds(60);
    made.late_interval = seconds(5);
    return made;
}

TEST(look, live_job_is_due_after_half_its_bound) {
    const look expected{look_queue::live, mono(seconds(1030)), false};
    EXPECT_EQ(next_look(shown(running()), facts()), expected);
}

TEST(look, job_that_no_page_tells_of_is_described_before_its_bound_has_passed) {
    for (const bool is_kept : {false, true}) {
        const auto queue = is_kept ? look_queue::promised : look_queue::live;
        auto asked = facts();
        asked.listed = listing_facts{.described = mono(seconds(400))};
        asked.late = late_pages{seconds(42), is_kept};
        EXPECT_EQ(next_look(shown(running()), asked), (look{queue, mono(seconds(1042)), false}));
        asked.listed.reset();
        EXPECT_EQ(next_look(shown(running()), asked), (look{queue, mono(seconds(1030)), false}))
            << "each half of the bound, where none is waited for any more";
    }
}

TEST(look, ended_job_is_due_after_four_bounds) {
    auto job = shown(running().fails(seconds(900)));
    job.ending = domain::ending{domain::outcome::failed, domain::failure_class::algorithm};
    const look expected{look_queue::calm, mono(seconds(1240)), false};
    EXPECT_EQ(next_look(job, facts()), expected);
}

domain::job_view shown_after_its_end(const domain::observation& seen) {
    auto job = shown(seen);
    job.ending = domain::ending{domain::outcome::completed, domain::failure_class::none};
    job.ended = ended_at(seen);
    return job;
}

const auto once_a_bound = look{look_queue::calm, mono(seconds(1060)), false};
const auto rarely = look{look_queue::calm, mono(seconds(1240)), false};

TEST(look, ended_job_is_followed_each_bound_while_a_rule_is_at_work) {
    for (const auto& [status, expected] :
         {std::pair{"InProgress", once_a_bound},
          std::pair{"Stopping", once_a_bound},
          std::pair{"IssuesFound", rarely},
          std::pair{"Stopped", rarely}}) {
        const auto seen =
            running().ends("Completed", "Completed", seconds(900)).but([&](auto& told) {
                told.rules.push_back({domain::rule_kind::debugger, "Overfit", "NoIssuesFound"});
                told.rules.push_back({domain::rule_kind::profiler, "Report", status});
            });
        EXPECT_EQ(next_look(shown_after_its_end(seen), facts()), expected) << status;
    }
}

TEST(look, ended_job_is_followed_each_bound_while_its_warm_pool_lives) {
    for (const auto& [status, expected] :
         {std::pair{"InUse", once_a_bound},
          std::pair{"Available", once_a_bound},
          std::pair{"Reused", rarely},
          std::pair{"Terminated", rarely}}) {
        const auto seen =
            running().ends("Completed", "Completed", seconds(900)).but([&](auto& told) {
                told.warm_pool = domain::warm_pool{status};
            });
        EXPECT_EQ(next_look(shown_after_its_end(seen), facts()), expected) << status;
    }
}

TEST(look, ended_job_is_followed_each_bound_while_it_is_being_deleted) {
    const auto seen =
        running().ends("Completed", "Completed", seconds(900)).status("Deleting", "Completed");
    EXPECT_EQ(next_look(shown_after_its_end(seen), facts()), once_a_bound);
}

TEST(look, grace_after_the_end_is_over_after_an_hour) {
    auto seen = running().ends("Completed", "Completed", seconds(900)).but([](auto& told) {
        told.warm_pool = domain::warm_pool{"Available"};
    });
    auto late = facts();
    late.now.wall = later(seconds(900) + limits::grace_after_end);
    EXPECT_EQ(next_look(shown_after_its_end(seen), late), rarely);
    late.now.wall -= milliseconds(1);
    EXPECT_EQ(next_look(shown_after_its_end(seen), late), once_a_bound);
}

TEST(look, name_that_was_never_found_is_due_after_four_bounds) {
    auto asked = facts();
    asked.misses = 1;
    EXPECT_EQ(next_look({}, asked), (look{look_queue::calm, mono(seconds(1240)), false}));
}

TEST(look, running_job_that_is_not_found_is_asked_for_twice_more_at_the_usual_pace) {
    auto job = shown(running());
    job.missing = true;
    auto asked = facts();
    for (const unsigned misses : {1U, 2U}) {
        asked.misses = misses;
        EXPECT_EQ(next_look(job, asked).queue, look_queue::live) << misses;
    }
    asked.misses = limits::misses_believed;
    EXPECT_EQ(next_look(job, asked).queue, look_queue::calm);
}

TEST(look, just_after_a_deadline_there_is_an_extra_look) {
    // The limit ends at 1010 s: nothing can be seen before 1015 s, and that is before 1030 s.
    const auto job = shown(running().max_runtime(seconds(930)));
    const look expected{look_queue::live, mono(seconds(1015)), false};
    EXPECT_EQ(next_look(job, facts()), expected);
}

TEST(look, far_deadline_changes_nothing) {
    const auto job = shown(running().max_runtime(seconds(28 * 86'400)));
    EXPECT_EQ(next_look(job, facts()).due, mono(seconds(1030)));
}

TEST(look, past_its_deadline_a_job_is_looked_at_densely) {
    // The limit ended at 980 s.
    const auto job = shown(running().max_runtime(seconds(900)));
    const look expected{look_queue::live, mono(seconds(1005)), true};
    EXPECT_EQ(next_look(job, facts()), expected);
}

TEST(look, long_past_its_deadline_a_job_is_like_any_other) {
    const auto job = shown(running().max_runtime(seconds(10)));
    const look expected{look_queue::live, mono(seconds(1030)), false};
    EXPECT_EQ(next_look(job, facts()), expected);
}

TEST(look, distance_to_a_deadline_is_measured_on_the_servers_clock) {
    auto asked = facts();
    // Our monotonic clock started long after AWS' jobs.
    asked.sent = mono(seconds(10));
    asked.now.mono = mono(milliseconds(10'500));
    const auto job = shown(running().max_runtime(seconds(930)));
    EXPECT_EQ(next_look(job, asked).due, mono(milliseconds(10'500 + 14'500)));
}

TEST(look, job_that_is_being_stopped_is_followed_as_densely_as_a_late_one) {
    const auto job =
        shown(running().phase("Stopping", seconds(900)).status("Stopping", "Stopping"));
    EXPECT_EQ(next_look(job, facts()), (look{look_queue::live, mono(seconds(1005)), true}));
    auto much_later = facts();
    much_later.now.wall = later(seconds(900) + limits::late_window);
    EXPECT_EQ(next_look(job, much_later), (look{look_queue::live, mono(seconds(1030)), false}));
}

TEST(look, stopped_job_whose_secondary_status_lags_is_asked_again_soon) {
    const auto job = shown(running().status("Stopped", "Uploading"));
    EXPECT_EQ(next_look(job, facts()).due, mono(seconds(1005)));
}

// Its outcome is known, the last entry of its history is not.
TEST(look, completed_job_that_still_uploads_is_asked_again_soon) {
    const auto job = shown_after_its_end(
        running().phase("Uploading", seconds(990)).status("Completed", "Uploading")
    );
    EXPECT_EQ(next_look(job, facts()), (look{look_queue::live, mono(seconds(1005)), false}));
}

TEST(look, running_job_whose_secondary_status_runs_ahead_is_asked_again_soon) {
    const auto job = shown(
        running().phase("MaxRuntimeExceeded", seconds(990)).status("Stopping", "MaxRuntimeExceeded")
    );
    EXPECT_EQ(next_look(job, facts()).due, mono(seconds(1005)));
}

TEST(look, secondary_status_that_runs_ahead_for_long_is_no_reason_to_hurry) {
    const auto job = shown(running()
                               .phase("MaxRuntimeExceeded", seconds(800))
                               .status("InProgress", "MaxRuntimeExceeded"));
    EXPECT_EQ(next_look(job, facts()).due, mono(seconds(1030)));
}

// A page passed by at 1000 s; the last describe left at 400 s.
look_facts listed_facts(news_kind news = news_kind::none, nanoseconds since = seconds(1000)) {
    auto made = facts();
    listing_facts told;
    told.news = news;
    told.news_since = mono(since);
    told.described = mono(seconds(400));
    told.live = 100;
    told.describe_rate = 2;
    told.list_floor = seconds(40);
    made.listed = told;
    return made;
}

look_facts with_backlog(look_facts made, std::size_t jobs) {
    made.listed->backlog = jobs;
    return made;
}

TEST(listed_look, job_without_news_is_described_again_after_two_hours) {
    const look expected{look_queue::calm, mono(seconds(400) + hours(2)), false};
    EXPECT_EQ(next_look(shown(running()), listed_facts()), expected);
}

TEST(listed_look, job_that_describes_are_to_keep_fresh_stands_in_no_backlog) {
    auto asked = listed_facts();
    asked.listed->described_each = seconds(21);
    const look expected{look_queue::live, mono(seconds(1021)), false};
    EXPECT_EQ(next_look(shown(running()), asked), expected);
    auto news = with_backlog(listed_facts(news_kind::phase), 5'000);
    news.listed->described_each = seconds(21);
    EXPECT_EQ(next_look(shown(running()), news).queue, look_queue::live);
    EXPECT_LE(next_look(shown(running()), news).due, mono(seconds(1021)));
    news.listed->news = news_kind::ended;
    EXPECT_EQ(next_look(shown(running()), news).queue, look_queue::ended) << "that goes before all";
}

TEST(listed_look, refresh_of_many_jobs_takes_a_tenth_of_the_describes) {
    auto many = listed_facts();
    many.listed->live = 10'000;
    EXPECT_EQ(next_look(shown(running()), many).due, mono(seconds(400) + seconds(50'000)));
    many.listed->describe_rate = 0;
    EXPECT_GT(next_look(shown(running()), many).due, mono(hours(24))) << "and no overflow";
}

TEST(listed_look, end_that_a_page_told_is_described_at_once_and_before_all_others) {
    const look expected{look_queue::ended, mono(seconds(1000)), false};
    EXPECT_EQ(next_look(shown(running()), listed_facts(news_kind::ended)), expected);
    EXPECT_EQ(
        next_look(shown(running()), with_backlog(listed_facts(news_kind::ended), 5'000)), expected
    );
    auto new_job = listed_facts(news_kind::ended);
    new_job.listed->described.reset();
    EXPECT_EQ(next_look({}, new_job), expected);
}

// Nobody is woken for a completion: a failure is explained before those that were told earlier.
TEST(listed_look, failure_goes_before_completions_that_pages_told_earlier) {
    const auto told = [](const char* status, seconds since) {
        auto facts = listed_facts(news_kind::ended);
        facts.listed->news_since = mono(since);
        return next_look(shown(running().status(status, status)), facts);
    };
    const auto completed = told("Completed", seconds(600));
    const auto failed = told("Failed", seconds(1000));
    EXPECT_EQ(completed.queue, look_queue::ended);
    EXPECT_EQ(failed.queue, look_queue::ended);
    EXPECT_LT(failed.due, completed.due);
    EXPECT_LT(told("Stopped", seconds(1000)).due, completed.due) << "it may have met its limit";
    EXPECT_LT(completed.due, told("Failed", seconds(1300)).due) << "and none waits for ever";
}

TEST(listed_look, job_that_a_page_lacks_is_described_a_moment_later) {
    const look expected{look_queue::ended, mono(seconds(1005)), false};
    EXPECT_EQ(next_look(shown(running()), listed_facts(news_kind::absent)), expected);
}

TEST(listed_look, what_had_ended_before_we_came_is_not_described_in_bulk) {
    const auto old = shown_after_its_end(running().ends("Completed", "Completed", seconds(900)));
    auto never = listed_facts();
    never.listed->described.reset();
    const look expected{look_queue::calm, mono(seconds(1000)) + limits::refresh_ended, false};
    EXPECT_EQ(next_look(old, never), expected);
}

// Completed/Uploading is an end already; the last entry of the history is a few seconds off.
TEST(listed_look, half_of_an_end_is_described_again_until_the_other_half_is_there) {
    auto half = running().but([](auto& told) {
        told.status = domain::parse_primary("Completed");
        told.modified = at(seconds(990)).wall;
    });
    auto job = shown(half);
    job.ending = domain::ending{domain::outcome::completed, domain::failure_class::none};
    auto asked = listed_facts();
    asked.listed->described = mono(seconds(1000));
    EXPECT_EQ(next_look(job, asked), (look{look_queue::live, mono(seconds(1005)), false}));
    asked.now = at(seconds(990) + limits::settle_patience);
    EXPECT_EQ(next_look(job, asked).queue, look_queue::calm) << "AWS leaves it so";
    const auto whole = shown_after_its_end(running().ends("Completed", "Completed", seconds(995)));
    EXPECT_EQ(next_look(whole, listed_facts()).queue, look_queue::calm);
}

// The list says that it ended and the describe that it runs.
TEST(listed_look, end_that_describes_do_not_show_is_asked_for_each_five_seconds_for_two_minutes) {
    auto asked = listed_facts(news_kind::ended, seconds(990));
    asked.listed->described = mono(seconds(995));
    EXPECT_EQ(
        next_look(shown(running()), asked), (look{look_queue::ended, mono(seconds(1000)), false})
    );
    asked.listed->described = mono(seconds(990)) + limits::settle_patience;
    asked.now.mono = *asked.listed->described + milliseconds(200);
    EXPECT_EQ(
        next_look(shown(running()), asked),
        (look{look_queue::live, *asked.listed->described + seconds(30), false})
    );
}

TEST(listed_look, change_is_described_at_once_while_there_is_no_backlog) {
    for (const auto news :
         {news_kind::training, news_kind::phase, news_kind::start_up, news_kind::message}) {
        const look expected{look_queue::changed, mono(seconds(1000)), false};
        EXPECT_EQ(next_look(shown(running()), listed_facts(news)), expected);
        EXPECT_EQ(next_look(shown(running()), with_backlog(listed_facts(news), 9)), expected);
    }
}

// A hundred and eighty jobs wait: a minute and a half of describes.
TEST(listed_look, with_a_backlog_training_goes_first_and_a_message_last) {
    const auto due = [](news_kind news) {
        return next_look(shown(running()), with_backlog(listed_facts(news), 180)).due;
    };
    EXPECT_EQ(due(news_kind::training), mono(seconds(910)));
    EXPECT_EQ(due(news_kind::phase), mono(seconds(1000)));
    EXPECT_EQ(due(news_kind::message), mono(seconds(1090)));
}

TEST(listed_look, with_a_backlog_start_up_is_held_for_one_to_five_minutes) {
    const auto due = [](std::size_t backlog) {
        return next_look(shown(running()), with_backlog(listed_facts(news_kind::start_up), backlog))
            .due;
    };
    EXPECT_EQ(due(20), mono(seconds(1060)));
    EXPECT_EQ(due(180), mono(seconds(1090)));
    EXPECT_EQ(due(10'000), mono(seconds(1300)));
    // What follows the held phase does not wait with it.
    const auto now_trains = with_backlog(listed_facts(news_kind::training), 20);
    EXPECT_EQ(next_look(shown(running()), now_trains).due, mono(seconds(990)));
}

TEST(listed_look, frugal_lane_holds_start_up_and_messages_in_any_case) {
    auto asked = listed_facts(news_kind::start_up);
    asked.listed->frugal = true;
    EXPECT_EQ(next_look(shown(running()), asked).due, mono(seconds(1060)));
    asked.listed->news = news_kind::message;
    asked.staleness_bound = seconds(120);
    EXPECT_EQ(next_look(shown(running()), asked).due, mono(seconds(1120)));
    asked.listed->news = news_kind::phase;
    EXPECT_EQ(next_look(shown(running()), asked).due, mono(seconds(1000)));
}

TEST(listed_look, job_that_was_never_described_takes_turns_with_the_changed_ones) {
    auto asked = listed_facts(news_kind::phase);
    asked.listed->described.reset();
    for (const auto news : {news_kind::phase, news_kind::none}) {
        asked.listed->news = news;
        const auto first = next_look(shown(running()), asked);
        EXPECT_EQ(first.queue, look_queue::unseen);
        EXPECT_LE(first.due, mono(seconds(1000)));
        EXPECT_GE(first.due, mono(seconds(1000)) - limits::first_look_head_start);
    }
}

// The nearest to their limits, and those that have been stuck for longest.
TEST(listed_look, jobs_that_were_never_described_are_looked_at_oldest_first) {
    auto asked = listed_facts(news_kind::start_up);
    asked.listed->described.reset();
    std::vector<mono_time> due;
    for (const int age : {0, 10, 60, 23 * 60, 20 * 24 * 60}) {
        due.push_back(
            next_look(shown(running().created_at(asked.now.wall - minutes(age))), asked).due
        );
    }
    EXPECT_TRUE(std::is_sorted(due.rbegin(), due.rend()));
    EXPECT_EQ(due.front(), mono(seconds(1000)));
    EXPECT_LT(due[2] - due[3], limits::first_look_head_start);
    EXPECT_GT(due[2] - due[3], seconds(30));
}

TEST(listed_look, past_its_deadline_a_job_is_described_each_fifth_of_a_sweep) {
    const auto job = shown(running().max_runtime(seconds(900)));
    auto asked = listed_facts();
    EXPECT_EQ(next_look(job, asked), (look{look_queue::live, mono(seconds(1008)), true}));
    asked.listed->list_floor = seconds(4);
    asked.late_interval = limits::late_interval_min;
    EXPECT_EQ(next_look(job, asked).due, mono(seconds(1003)));
    asked.listed->list_floor = seconds(1'000);
    EXPECT_EQ(next_look(job, asked).due, mono(seconds(1045)));
    // No more than their share of the describes.
    asked.late_interval = seconds(100);
    EXPECT_EQ(next_look(job, asked).due, mono(seconds(1100)));
}

TEST(listed_look, news_of_a_late_job_does_not_wait_for_its_dense_look) {
    const auto job = shown(running().max_runtime(seconds(900)));
    EXPECT_EQ(
        next_look(job, listed_facts(news_kind::phase)),
        (look{look_queue::changed, mono(seconds(1000)), true})
    );
}

TEST(listed_look, far_deadline_is_not_slept_through) {
    // The limit ends at 5080 s: nothing else would look before two hours have passed.
    const auto job = shown(running().max_runtime(seconds(5'000)));
    EXPECT_EQ(
        next_look(job, listed_facts()), (look{look_queue::live, mono(seconds(5'085)), false})
    );
}

TEST(listed_look, job_whose_statuses_disagree_is_asked_again_soon_whatever_pages_pass_by) {
    auto asked = listed_facts();
    asked.listed->described = mono(seconds(996));
    EXPECT_EQ(
        next_look(shown(running().status("Stopped", "Uploading")), asked),
        (look{look_queue::live, mono(seconds(1001)), false})
    );
}

TEST(listed_look, job_that_is_being_stopped_is_followed_densely) {
    const auto job =
        shown(running().phase("Stopping", seconds(900)).status("Stopping", "Stopping"));
    EXPECT_EQ(next_look(job, listed_facts()), (look{look_queue::live, mono(seconds(1008)), true}));
}

TEST(listed_look, ended_job_is_described_once_a_day_and_each_bound_while_something_goes_on) {
    const auto ended = running().ends("Completed", "Completed", seconds(900));
    EXPECT_EQ(
        next_look(shown_after_its_end(ended), listed_facts()),
        (look{look_queue::calm, mono(seconds(400) + hours(24)), false})
    );
    auto pooled = ended;
    pooled.but([](auto& told) { told.warm_pool = domain::warm_pool{"Available"}; });
    EXPECT_EQ(
        next_look(shown_after_its_end(pooled), listed_facts()),
        (look{look_queue::calm, mono(seconds(460)), false})
    );
    EXPECT_EQ(
        next_look(shown_after_its_end(pooled), listed_facts(news_kind::message)).queue,
        look_queue::changed
    );
}

TEST(listed_look, job_that_is_not_found_is_asked_for_twice_more_and_believed_until_a_page_has_it) {
    auto job = shown(running());
    job.missing = true;
    auto asked = listed_facts(news_kind::absent, seconds(390));
    for (const unsigned misses : {1U, 2U}) {
        asked.misses = misses;
        EXPECT_EQ(next_look(job, asked), (look{look_queue::live, mono(seconds(430)), false}));
    }
    asked.misses = limits::misses_believed;
    EXPECT_EQ(
        next_look(job, asked), (look{look_queue::calm, mono(seconds(400) + hours(24)), false})
    );
    auto back = listed_facts(news_kind::phase);
    back.misses = limits::misses_believed;
    EXPECT_EQ(next_look(job, back), (look{look_queue::changed, mono(seconds(1000)), false}));
}

}  // namespace
}  // namespace trainwatch::core::look_test
