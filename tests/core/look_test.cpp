#include "core/look.hpp"

#include <gtest/gtest.h>

#include "base/limits.hpp"
#include "core/deadlines.hpp"
#include "core/tracker.hpp"
#include "tests/core/builders.hpp"

namespace trainwatch::core {
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

}  // namespace
}  // namespace trainwatch::core
