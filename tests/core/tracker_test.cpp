#include "core/tracker.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/limits.hpp"
#include "tests/core/builders.hpp"

namespace trainwatch::core::tracker_test {
namespace {

using domain::failure_class;
using domain::finding;
using domain::outcome;
using domain::seen_as;
using testing::ElementsAre;
using testing::IsEmpty;

// One watched name. Each step is one answer and the whole list of what is new about it.
class watched {
public:
    explicit watched(milliseconds lookback = hours(1)) : horizon(created - lookback) {}

    std::vector<finding> hear(const domain::observation& answer, milliseconds when = hours(1)) {
        const auto heard = observe(view, memory, answer, {at(when), horizon, built_in_reasons()});
        changed = heard.changed;
        return heard.findings;
    }

    wall_time horizon;
    domain::job_view view{};
    job_memory memory{};
    bool changed = false;
};

finding entered(std::size_t index, domain::transition step, seen_as seen = seen_as::live) {
    return domain::transition_entered{index, std::move(step), seen};
}
finding left(std::size_t index, domain::transition step, seen_as seen = seen_as::live) {
    return domain::transition_left{index, std::move(step), seen};
}
finding ended(outcome how, failure_class why, milliseconds when, seen_as seen = seen_as::live) {
    return domain::job_ended{{how, why}, later(when), seen};
}
finding status(const char* from, const char* to) {
    return domain::status_changed{domain::parse_primary(from), domain::parse_primary(to)};
}

// ---- a life, told as it happens -----------------------------------------------------------------

TEST(tracker, first_answer_reports_the_job_and_where_it_stands) {
    watched name;
    EXPECT_THAT(
        name.hear(job().phase("Starting", seconds(0))),
        ElementsAre(
            finding(domain::job_appeared{false}),
            entered(0, entry("Starting", seconds(0)), seen_as::history)
        )
    );
    EXPECT_TRUE(name.changed);
}

TEST(tracker, same_answer_again_is_no_news) {
    watched name;
    name.hear(running());
    EXPECT_THAT(name.hear(running()), IsEmpty());
    EXPECT_FALSE(name.changed);
    EXPECT_EQ(name.view.last_observed, later(hours(1)));
}

TEST(tracker, next_phase_is_left_and_entered) {
    watched name;
    name.hear(job().phase("Starting", seconds(0)));
    EXPECT_THAT(
        name.hear(job().phase("Starting", seconds(0), seconds(80)).phase("Training", seconds(80))),
        ElementsAre(
            left(0, entry("Starting", seconds(0), seconds(80))),
            entered(1, entry("Training", seconds(80)))
        )
    );
}

TEST(tracker, status_too_short_to_be_polled_is_seen_through_the_list) {
    watched name;
    name.hear(job().phase("Starting", seconds(0)));
    EXPECT_THAT(
        name.hear(job()
                      .phase("Starting", seconds(0), seconds(80))
                      .phase("Downloading", seconds(80), seconds(82))
                      .phase("Training", seconds(82))),
        ElementsAre(
            left(0, entry("Starting", seconds(0), seconds(80))),
            entered(1, entry("Downloading", seconds(80), seconds(82))),
            left(1, entry("Downloading", seconds(80), seconds(82))),
            entered(2, entry("Training", seconds(82)))
        )
    );
}

// The waiters of the SDKs miss exactly this: the last message is the same as before.
TEST(tracker, whole_spot_cycle_between_two_polls_is_seen) {
    watched name;
    const auto before = job()
                            .phase("Starting", seconds(0), seconds(80))
                            .phase("Training", seconds(80), {}, "in progress");
    name.hear(before);
    const auto after = job()
                           .phase("Starting", seconds(0), seconds(80))
                           .phase("Training", seconds(80), seconds(100), "in progress")
                           .phase("Interrupted", seconds(100), seconds(110))
                           .phase("Starting", seconds(110), seconds(120))
                           .phase("Training", seconds(120), {}, "in progress");
    EXPECT_THAT(
        name.hear(after),
        ElementsAre(
            left(1, entry("Training", seconds(80), seconds(100), "in progress")),
            entered(2, entry("Interrupted", seconds(100), seconds(110))),
            left(2, entry("Interrupted", seconds(100), seconds(110))),
            entered(3, entry("Starting", seconds(110), seconds(120))),
            left(3, entry("Starting", seconds(110), seconds(120))),
            entered(4, entry("Training", seconds(120), {}, "in progress"))
        )
    );
    EXPECT_EQ(name.view.interruptions, 1U);
}

TEST(tracker, message_rewritten_in_place_is_told_with_what_it_replaced) {
    watched name;
    name.hear(job().phase("Starting", seconds(0), {}, "Starting the training job"));
    EXPECT_THAT(
        name.hear(job().phase("Starting", seconds(0), {}, "Preparing the instances")),
        ElementsAre(finding(domain::message_changed{
            0,
            entry("Starting", seconds(0), {}, "Preparing the instances"),
            "Starting the training job"}))
    );
    EXPECT_TRUE(name.changed);
}

TEST(tracker, message_may_change_while_the_phase_is_left) {
    watched name;
    name.hear(job().phase("Starting", seconds(0), {}, "one"));
    const auto now = entry("Starting", seconds(0), seconds(80), "two");
    EXPECT_THAT(
        name.hear(job().with(now)),
        ElementsAre(left(0, now), finding(domain::message_changed{0, now, "one"}))
    );
}

TEST(tracker, message_that_is_taken_back_stays) {
    watched name;
    name.hear(job().phase("Starting", seconds(0), {}, "one"));
    EXPECT_THAT(name.hear(job().phase("Starting", seconds(0), {}, "")), IsEmpty());
    EXPECT_EQ(name.view.last->transitions[0].message, "one");
    EXPECT_FALSE(name.changed);
}

TEST(tracker, same_status_twice_in_a_row_is_two_entries) {
    watched name;
    name.hear(job().phase("Starting", seconds(0)));
    EXPECT_THAT(
        name.hear(job().phase("Starting", seconds(0), seconds(50)).phase("Starting", seconds(50))),
        ElementsAre(
            left(0, entry("Starting", seconds(0), seconds(50))),
            entered(1, entry("Starting", seconds(50)))
        )
    );
}

TEST(tracker, changed_primary_status_is_told) {
    watched name;
    name.hear(running());
    EXPECT_THAT(
        name.hear(running().status("Stopping", "Training")),
        ElementsAre(status("InProgress", "Stopping"))
    );
}

TEST(tracker, answer_without_transitions_is_an_answer) {
    watched name;
    EXPECT_THAT(name.hear(job()), ElementsAre(finding(domain::job_appeared{false})));
    EXPECT_EQ(name.view.last_transition, std::nullopt);
}

// ---- the end ------------------------------------------------------------------------------------

TEST(tracker, failed_job_ends_with_the_class_of_its_reason) {
    watched name;
    name.hear(running());
    auto failed = running().fails(seconds(900), "ClientError: no such bucket");
    EXPECT_THAT(
        name.hear(failed),
        ElementsAre(
            entered(3, entry("Failed", seconds(900), seconds(900))),
            status("InProgress", "Failed"),
            ended(outcome::failed, failure_class::client, seconds(900))
        )
    );
    EXPECT_EQ(name.view.ending, (domain::ending{outcome::failed, failure_class::client}));
    EXPECT_EQ(name.view.ended, later(seconds(900)));
}

TEST(tracker, end_is_told_once) {
    watched name;
    name.hear(running());
    name.hear(running().fails(seconds(900)));
    EXPECT_THAT(name.hear(running().fails(seconds(900))), IsEmpty());
}

TEST(tracker, terminal_entry_is_entered_and_never_left) {
    watched name;
    const auto found = name.hear(job().ends("Completed", "Completed", seconds(10)));
    for (const auto& each : found) {
        EXPECT_FALSE(std::holds_alternative<domain::transition_left>(each));
    }
}

TEST(tracker, runtime_limit_is_an_end_of_its_own) {
    watched name;
    name.hear(running());
    name.hear(running().hits_max_runtime(seconds(4000)));
    EXPECT_EQ(
        name.view.ending, (domain::ending{outcome::max_runtime_exceeded, failure_class::timeout})
    );
}

TEST(tracker, end_time_is_the_terminal_entrys) {
    watched name;
    name.hear(running().fails(seconds(900)).but([](auto& seen) {
        seen.training_ended = later(seconds(800));
    }));
    EXPECT_EQ(name.view.ended, later(seconds(900)));
}

TEST(tracker, end_time_without_an_end_is_the_entrys_start) {
    EXPECT_EQ(ended_at(job().phase("Failed", seconds(900))), std::optional(later(seconds(900))));
}

TEST(tracker, end_time_without_a_terminal_entry_is_the_end_of_training) {
    watched name;
    name.hear(job().status("Failed", "Failed").but([](auto& seen) {
        seen.training_ended = later(seconds(700));
    }));
    EXPECT_EQ(name.view.ended, later(seconds(700)));
}

TEST(tracker, end_time_that_comes_later_is_taken) {
    watched name;
    name.hear(job().status("Failed", "Failed"));
    EXPECT_EQ(name.view.ended, std::nullopt);
    EXPECT_THAT(
        name.hear(job().status("Failed", "Failed").but([](auto& seen) {
            seen.training_ended = later(seconds(700));
        })),
        IsEmpty()
    );
    EXPECT_EQ(name.view.ended, later(seconds(700)));
}

TEST(tracker, ended_job_has_no_deadlines) {
    watched name;
    name.hear(running().max_runtime(seconds(3600)));
    EXPECT_EQ(name.view.deadlines.size(), 1U);
    name.hear(running().max_runtime(seconds(3600)).fails(seconds(900)));
    EXPECT_THAT(name.view.deadlines, IsEmpty());
}

TEST(tracker, what_changes_after_the_end_is_kept_and_is_no_second_end) {
    watched name;
    name.hear(running().fails(seconds(900)));
    EXPECT_THAT(
        name.hear(running().fails(seconds(900)).but([](auto& seen) {
            seen.billable_time = seconds(300);
        })),
        IsEmpty()
    );
    EXPECT_TRUE(name.changed);
    EXPECT_EQ(name.view.last->billable_time, seconds(300));
}

// ---- the two statuses do not change in one step -----------------------------------------------

TEST(tracker, stopped_is_no_end_before_aws_says_why) {
    watched name;
    name.hear(running());
    EXPECT_THAT(
        name.hear(running().phase("Uploading", seconds(900)).status("Stopped", "Uploading")),
        ElementsAre(entered(3, entry("Uploading", seconds(900))), status("InProgress", "Stopped"))
    );
    EXPECT_EQ(name.view.ending, std::nullopt);
    EXPECT_THAT(name.view.deadlines, IsEmpty());
    const auto told =
        running().phase("Uploading", seconds(900), seconds(920)).hits_max_runtime(seconds(920));
    EXPECT_THAT(
        name.hear(told, hours(1) + seconds(5)),
        ElementsAre(
            left(3, entry("Uploading", seconds(900), seconds(920))),
            entered(4, entry("MaxRuntimeExceeded", seconds(920), seconds(920))),
            ended(outcome::max_runtime_exceeded, failure_class::timeout, seconds(920))
        )
    );
}

TEST(tracker, failure_with_a_reason_does_not_wait_for_the_secondary_status) {
    watched name;
    name.hear(running());
    name.hear(running().status("Failed", "Training").but([](auto& seen) {
        seen.failure_reason = "CapacityError: none";
    }));
    EXPECT_EQ(name.view.ending, (domain::ending{outcome::failed, failure_class::capacity}));
}

// The secondary status may follow later than the history does.
TEST(tracker, newest_entry_of_the_history_explains_an_end) {
    watched name;
    name.hear(running());
    const auto found =
        name.hear(running().hits_max_runtime(seconds(900)).status("Stopped", "Stopping"));
    ASSERT_FALSE(found.empty());
    EXPECT_EQ(
        found.back(), ended(outcome::max_runtime_exceeded, failure_class::timeout, seconds(900))
    );
}

TEST(tracker, entry_of_the_history_before_the_newest_explains_nothing) {
    watched name;
    name.hear(running());
    name.hear(running()
                  .phase("Failed", seconds(900), seconds(900))
                  .phase("Starting", seconds(910))
                  .status("Stopped", "Starting"));
    EXPECT_EQ(name.view.ending, std::nullopt);
}

TEST(tracker, history_that_comes_after_the_patience_corrects_the_end) {
    watched name;
    name.hear(running());
    name.hear(running().status("Stopped", "Stopping"), hours(1));
    name.hear(running().status("Stopped", "Stopping"), hours(1) + limits::settle_patience);
    ASSERT_TRUE(name.view.ending);
    name.hear(running().hits_max_runtime(seconds(900)).status("Stopped", "Stopping"), hours(2));
    EXPECT_EQ(name.view.ending->outcome, outcome::max_runtime_exceeded);
}

TEST(tracker, patience_with_a_missing_cause_ends) {
    watched name;
    name.hear(running());
    const auto silent = running().status("Stopped", "Uploading");
    name.hear(silent, hours(1));
    name.hear(silent, hours(1) + limits::settle_patience - milliseconds(1));
    EXPECT_EQ(name.view.ending, std::nullopt);
    EXPECT_THAT(
        name.hear(silent, hours(1) + limits::settle_patience),
        ElementsAre(finding(domain::job_ended{
            {outcome::stopped, failure_class::unknown}, {}, seen_as::live}))
    );
    EXPECT_TRUE(name.changed);
}

TEST(tracker, cause_that_comes_after_the_patience_corrects_the_end) {
    watched name;
    name.hear(running());
    const auto silent = running().status("Stopped", "Uploading");
    name.hear(silent, hours(1));
    name.hear(silent, hours(1) + limits::settle_patience);
    const auto found = name.hear(running().hits_max_runtime(seconds(900)), hours(2));
    ASSERT_FALSE(found.empty());
    EXPECT_EQ(
        found.back(),
        finding(domain::job_ended{
            {outcome::max_runtime_exceeded, failure_class::timeout},
            later(seconds(900)),
            seen_as::live,
            true})
    );
    EXPECT_THAT(name.hear(running().hits_max_runtime(seconds(900)), hours(3)), IsEmpty());
}

TEST(tracker, cause_that_was_told_is_not_corrected) {
    watched name;
    name.hear(running().ends("Stopped", "Stopped", seconds(900)));
    EXPECT_THAT(
        name.hear(running()
                      .ends("Stopped", "Stopped", seconds(900))
                      .status("Stopped", "MaxRuntimeExceeded")),
        IsEmpty()
    );
    EXPECT_EQ(name.view.ending, (domain::ending{outcome::stopped, failure_class::none}));
}

TEST(tracker, only_one_terminal_status_is_settling) {
    EXPECT_TRUE(is_settling(job().status("Stopped", "Stopping")));
    EXPECT_TRUE(is_settling(job().status("Stopping", "Stopped")));
    EXPECT_TRUE(is_settling(job().status("Completed", "Uploading")));
    EXPECT_FALSE(is_settling(job().status("Stopped", "Stopped")));
    EXPECT_FALSE(is_settling(job().status("InProgress", "Training")));
}

TEST(tracker, terminality_is_the_primary_statuses) {
    EXPECT_EQ(terminal_status(job().status("InProgress", "Failed")), std::nullopt);
    EXPECT_EQ(terminal_status(job().status("Failed", "Training")), domain::parse_primary("Failed"));
    EXPECT_EQ(terminal_status(job().status("Quantum", "Completed")), std::nullopt);
}

// Only ended jobs can be deleted, and the secondary status still tells how they ended.
TEST(tracker, job_that_is_being_deleted_has_ended) {
    watched name;
    const auto found =
        name.hear(job().phase("Failed", seconds(9), seconds(9)).status("Deleting", "Failed"));
    ASSERT_FALSE(found.empty());
    EXPECT_EQ(
        found.back(), ended(outcome::failed, failure_class::unknown, seconds(9), seen_as::history)
    );
    EXPECT_EQ(
        terminal_status(job().status("Deleting", "MaxRuntimeExceeded")),
        domain::parse_primary("Stopped")
    );
    EXPECT_EQ(
        terminal_status(job().status("Deleting", "Completed")), domain::parse_primary("Completed")
    );
    EXPECT_EQ(terminal_status(job().status("Deleting", "Training")), std::nullopt);
}

TEST(tracker, ended_job_that_is_deleted_keeps_its_end) {
    watched name;
    name.hear(running().fails(seconds(900)));
    EXPECT_THAT(
        name.hear(running().fails(seconds(900)).status("Deleting", "Failed")),
        ElementsAre(status("Failed", "Deleting"))
    );
    EXPECT_EQ(name.view.ending->outcome, outcome::failed);
}

// ---- an end that AWS takes back
// ------------------------------------------------------------------

TEST(tracker, ended_job_called_running_is_inconsistent_once_and_stays_ended) {
    watched name;
    name.hear(running().fails(seconds(900)));
    const auto kept = name.view;
    EXPECT_THAT(
        name.hear(running()),
        ElementsAre(finding(domain::inconsistent{
            domain::parse_primary("Failed"), domain::parse_primary("InProgress")}))
    );
    EXPECT_EQ(name.view.last, kept.last);
    EXPECT_EQ(name.view.ending, kept.ending);
    EXPECT_EQ(name.view.contradicted_by, domain::parse_primary("InProgress"));
    EXPECT_THAT(name.hear(running()), IsEmpty());
    EXPECT_THAT(name.hear(running().status("Stopping", "Stopping")), IsEmpty());
    EXPECT_EQ(name.view.contradicted_by, domain::parse_primary("Stopping"));
}

TEST(tracker, contradiction_ends_when_aws_agrees_again) {
    watched name;
    name.hear(running().fails(seconds(900)));
    name.hear(running());
    EXPECT_THAT(name.hear(running().fails(seconds(900))), IsEmpty());
    EXPECT_EQ(name.view.contradicted_by, std::nullopt);
    EXPECT_TRUE(name.changed);
}

// ---- history that AWS rewrites
// -------------------------------------------------------------------

job full() {
    return job()
        .phase("Starting", seconds(0), seconds(80))
        .phase("Downloading", seconds(80), seconds(120))
        .phase("Training", seconds(120));
}

TEST(tracker, shorter_list_is_a_rewrite_and_the_longer_one_coming_back_is_no_news) {
    watched name;
    name.hear(full());
    EXPECT_THAT(
        name.hear(job().phase("Starting", seconds(0), seconds(80))),
        ElementsAre(finding(domain::history_rewritten{1}))
    );
    EXPECT_THAT(name.hear(full()), IsEmpty());
}

TEST(tracker, rewrite_at_the_same_place_is_told_once) {
    watched name;
    name.hear(full());
    const auto shorter = job().phase("Starting", seconds(0), seconds(80));
    name.hear(shorter);
    name.hear(full());
    EXPECT_THAT(name.hear(shorter), IsEmpty());
    EXPECT_THAT(name.hear(full()), IsEmpty());
}

TEST(tracker, entry_that_comes_back_with_an_end_is_left) {
    watched name;
    name.hear(full());
    name.hear(job().phase("Starting", seconds(0), seconds(80)));
    const auto back = job()
                          .phase("Starting", seconds(0), seconds(80))
                          .phase("Downloading", seconds(80), seconds(120))
                          .phase("Training", seconds(120), seconds(500));
    EXPECT_THAT(
        name.hear(back), ElementsAre(left(2, entry("Training", seconds(120), seconds(500))))
    );
}

TEST(tracker, reordered_list_repeats_nothing) {
    watched name;
    name.hear(full());
    EXPECT_THAT(
        name.hear(job()
                      .phase("Downloading", seconds(80), seconds(120))
                      .phase("Starting", seconds(0), seconds(80))
                      .phase("Training", seconds(120))),
        ElementsAre(finding(domain::history_rewritten{0}))
    );
}

// Nobody documents a cap on the list, and nobody excludes one.
TEST(tracker, list_that_lost_its_first_entry_repeats_nothing) {
    watched name;
    name.hear(full());
    EXPECT_THAT(
        name.hear(job()
                      .phase("Downloading", seconds(80), seconds(120))
                      .phase("Training", seconds(120), seconds(500))
                      .phase("Uploading", seconds(500))),
        ElementsAre(
            finding(domain::history_rewritten{0}),
            left(2, entry("Training", seconds(120), seconds(500))),
            entered(2, entry("Uploading", seconds(500)))
        )
    );
}

TEST(tracker, replaced_entry_is_followed_anew) {
    watched name;
    name.hear(full());
    EXPECT_THAT(
        name.hear(job()
                      .phase("Starting", seconds(0), seconds(80))
                      .phase("Downloading", seconds(80), seconds(120))
                      .phase("Training", seconds(121))),
        ElementsAre(
            finding(domain::history_rewritten{2}), entered(2, entry("Training", seconds(121)))
        )
    );
}

TEST(tracker, end_that_is_taken_back_stays) {
    watched name;
    name.hear(full());
    EXPECT_THAT(
        name.hear(job()
                      .phase("Starting", seconds(0), seconds(80))
                      .phase("Downloading", seconds(80))
                      .phase("Training", seconds(120))),
        ElementsAre(finding(domain::history_rewritten{1}))
    );
    EXPECT_EQ(name.view.last->transitions[1].ended, later(seconds(120)));
    EXPECT_THAT(name.hear(full()), IsEmpty());
}

TEST(tracker, end_that_moves_is_a_rewrite_and_no_second_leaving) {
    watched name;
    name.hear(full());
    EXPECT_THAT(
        name.hear(job()
                      .phase("Starting", seconds(0), seconds(81))
                      .phase("Downloading", seconds(80), seconds(120))
                      .phase("Training", seconds(120))),
        ElementsAre(finding(domain::history_rewritten{0}))
    );
    EXPECT_EQ(name.view.last->transitions[0].ended, later(seconds(81)));
}

TEST(tracker, entry_told_twice_happened_once) {
    watched name;
    name.hear(full());
    const auto twice = job()
                           .phase("Starting", seconds(0), seconds(80))
                           .phase("Starting", seconds(0), seconds(80))
                           .phase("Downloading", seconds(80), seconds(120))
                           .phase("Training", seconds(120));
    EXPECT_THAT(name.hear(twice), ElementsAre(finding(domain::history_rewritten{1})));
    EXPECT_THAT(name.hear(full()), IsEmpty());
    EXPECT_THAT(name.hear(twice), IsEmpty());
}

TEST(tracker, entry_told_twice_is_left_once) {
    watched name;
    name.hear(job().phase("Starting", seconds(0)).phase("Starting", seconds(0)));
    EXPECT_THAT(
        name.hear(job()
                      .phase("Starting", seconds(0), seconds(80))
                      .phase("Starting", seconds(0), seconds(80))),
        ElementsAre(left(0, entry("Starting", seconds(0), seconds(80))))
    );
}

TEST(tracker, entry_told_twice_and_then_dropped_is_kept_once) {
    watched name;
    name.hear(job()
                  .phase("Starting", seconds(0), seconds(80))
                  .phase("Starting", seconds(0), seconds(80))
                  .phase("Training", seconds(80)));
    name.hear(job().phase("Training", seconds(80)));
    const auto rows = transition_rows_of(name.view, name.memory);
    ASSERT_EQ(rows.size(), 2U);
    for (const auto& row : rows)
        EXPECT_TRUE(row.counted) << row.entry.status.text;
}

TEST(tracker, interruptions_count_the_whole_list_and_never_fall) {
    watched name;
    const auto spot = job()
                          .phase("Training", seconds(0), seconds(10))
                          .phase("Interrupted", seconds(10), seconds(20))
                          .phase("Training", seconds(20), seconds(30))
                          .phase("Interrupted", seconds(30));
    name.hear(spot);
    EXPECT_EQ(name.view.interruptions, 2U);
    name.hear(job().phase("Training", seconds(0), seconds(10)));
    EXPECT_EQ(name.view.interruptions, 2U);
    name.hear(spot);
    EXPECT_EQ(name.view.interruptions, 2U);
}

TEST(tracker, last_transition_is_the_newest_start) {
    watched name;
    name.hear(full());
    EXPECT_EQ(name.view.last_transition, later(seconds(120)));
}

// ---- what was before we came -----------------------------------------------------------------

TEST(tracker, job_that_ended_before_the_horizon_is_old) {
    watched name(seconds(-1000));
    EXPECT_THAT(
        name.hear(job().phase("Starting", seconds(0), seconds(100)).fails(seconds(900))),
        ElementsAre(
            finding(domain::job_appeared{true}),
            entered(0, entry("Starting", seconds(0), seconds(100)), seen_as::old),
            left(0, entry("Starting", seconds(0), seconds(100)), seen_as::old),
            entered(1, entry("Failed", seconds(900), seconds(900)), seen_as::old),
            ended(outcome::failed, failure_class::algorithm, seconds(900), seen_as::old)
        )
    );
    EXPECT_FALSE(name.memory.counted);
}

TEST(tracker, job_that_ended_at_the_horizon_is_history) {
    watched name(seconds(-900));
    const auto found =
        name.hear(job().phase("Starting", seconds(0), seconds(100)).fails(seconds(900)));
    EXPECT_EQ(
        found.back(),
        ended(outcome::failed, failure_class::algorithm, seconds(900), seen_as::history)
    );
    EXPECT_EQ(found[1], entered(0, entry("Starting", seconds(0), seconds(100)), seen_as::old));
    EXPECT_TRUE(name.memory.counted);
}

TEST(tracker, job_seen_live_always_ends_live) {
    // The horizon lies after the end: the clocks of AWS and ours may tell so.
    watched name(seconds(-5000));
    name.hear(running());
    EXPECT_EQ(
        name.hear(running().fails(seconds(900))).back(),
        ended(outcome::failed, failure_class::algorithm, seconds(900), seen_as::live)
    );
}

TEST(tracker, end_without_any_time_is_not_taken_for_the_past) {
    watched name(seconds(-1000));
    EXPECT_EQ(
        name.hear(job().status("Failed", "Failed")).back(),
        finding(domain::job_ended{{outcome::failed, failure_class::unknown}, {}, seen_as::history})
    );
}

TEST(tracker, end_without_a_time_is_dated_by_the_last_change) {
    watched name(seconds(-1000));
    EXPECT_EQ(
        name.hear(job().status("Failed", "Failed").but([](auto& seen) {
                seen.modified = later(seconds(900));
            })
        ).back(),
        finding(domain::job_ended{{outcome::failed, failure_class::unknown}, {}, seen_as::old})
    );
}

TEST(tracker, entry_of_an_ended_job_that_shows_up_later_is_no_live_one) {
    watched name;
    name.hear(job().phase("Starting", seconds(0), seconds(80)).fails(seconds(900)));
    EXPECT_THAT(
        name.hear(job()
                      .phase("Starting", seconds(0), seconds(80))
                      .phase("Training", seconds(80), seconds(900))
                      .fails(seconds(900))),
        ElementsAre(
            finding(domain::history_rewritten{1}),
            entered(1, entry("Training", seconds(80), seconds(900)), seen_as::history),
            left(1, entry("Training", seconds(80), seconds(900)), seen_as::history)
        )
    );
}

// ---- names that go and come back ---------------------------------------------------------------

TEST(tracker, older_creation_is_a_stale_answer_and_changes_nothing) {
    watched name;
    name.hear(running());
    const auto before = name.view;
    const auto stale = job().created_at(created - hours(5)).fails(seconds(1));
    EXPECT_THAT(
        name.hear(stale, hours(2)), ElementsAre(finding(domain::stale_answer{identity_of(stale)}))
    );
    EXPECT_EQ(name.view, before);
    EXPECT_FALSE(name.changed);
}

TEST(tracker, newer_creation_owns_the_name) {
    watched name;
    name.hear(running().fails(seconds(900)));
    name.view.missing = true;
    auto next = job().created_at(created + hours(2));
    EXPECT_THAT(
        name.hear(next, hours(3)),
        ElementsAre(
            finding(domain::name_reused{identity_of(running())}),
            finding(domain::job_appeared{false})
        )
    );
    EXPECT_EQ(name.view.ending, std::nullopt);
    EXPECT_EQ(name.view.ended, std::nullopt);
    EXPECT_FALSE(name.view.missing);
    EXPECT_EQ(name.view.last->created, created + hours(2));
    EXPECT_EQ(name.memory.first_observed, later(hours(3)));
}

TEST(tracker, job_of_another_account_is_another_job_whatever_its_age) {
    watched name;
    name.hear(running());
    const auto found = name.hear(job().created_at(created - hours(1)).but([](auto& seen) {
        seen.account_id = "999999999999";
    }));
    EXPECT_EQ(found.front(), finding(domain::name_reused{identity_of(running())}));
}

TEST(tracker, missing_job_keeps_its_last_state) {
    watched name;
    name.hear(running());
    const auto before = name.view.last;
    EXPECT_TRUE(mark_missing(name.view));
    EXPECT_FALSE(mark_missing(name.view));
    EXPECT_EQ(name.view.last, before);
}

TEST(tracker, missing_job_that_comes_back_has_reappeared) {
    watched name;
    name.hear(running());
    mark_missing(name.view);
    EXPECT_THAT(name.hear(running()), ElementsAre(finding(domain::reappeared{})));
    EXPECT_FALSE(name.view.missing);
    EXPECT_TRUE(name.changed);
}

TEST(tracker, stale_answer_does_not_find_a_missing_job) {
    watched name;
    name.hear(running());
    mark_missing(name.view);
    name.hear(job().created_at(created - hours(5)));
    EXPECT_TRUE(name.view.missing);
}

// ---- an end that AWS explains late, or never ----------------------------------------------------

TEST(tracker, end_that_aws_left_unexplained_for_long_is_established_at_first_sight) {
    watched name;
    const auto found = name.hear(job().status("Stopped", "Napping").but([](auto& seen) {
        seen.modified = later(minutes(10));
    }));
    EXPECT_THAT(
        name.view.ending,
        testing::Optional(domain::ending{domain::outcome::stopped, domain::failure_class::unknown})
    );
    watched fresh;
    fresh.hear(job().status("Stopped", "Napping").but([](auto& seen) {
        seen.modified = later(hours(1) - seconds(30));
    }));
    EXPECT_EQ(fresh.view.ending, std::nullopt) << "the reason may still come";
}

TEST(tracker, completion_needs_no_explanation) {
    watched name;
    name.hear(job().status("Completed", "Uploading"));
    EXPECT_THAT(
        name.view.ending,
        testing::Optional(domain::ending{domain::outcome::completed, domain::failure_class::none})
    );
}

// ---- values of the future
// ------------------------------------------------------------------------

TEST(tracker, unknown_statuses_are_told_once_each) {
    watched name;
    const auto strange = job()
                             .phase("Entangling", seconds(0))
                             .status("Quantum", "Entangling")
                             .unknown("TrainingJobStatus", "Quantum")
                             .unknown("SecondaryStatus", "Entangling");
    const auto found = name.hear(strange);
    ASSERT_EQ(found.size(), 4U);
    EXPECT_EQ(found[2], finding(domain::unknown_value_seen{"TrainingJobStatus", "Quantum"}));
    EXPECT_EQ(found[3], finding(domain::unknown_value_seen{"SecondaryStatus", "Entangling"}));
    EXPECT_THAT(name.hear(strange), IsEmpty());
    EXPECT_EQ(name.view.ending, std::nullopt);
}

TEST(tracker, unknown_value_is_told_when_it_comes_and_not_when_it_stays) {
    watched name;
    name.hear(job().phase("Starting", seconds(0)).unknown("FutureBlock"));
    EXPECT_THAT(
        name.hear(job()
                      .phase("Starting", seconds(0))
                      .unknown("FutureBlock")
                      .unknown("ResourceConfig.InstanceType", "ml.p9.96xlarge")),
        ElementsAre(finding(domain::unknown_value_seen{
            "ResourceConfig.InstanceType", "ml.p9.96xlarge"}))
    );
}

TEST(tracker, job_that_shows_something_new_each_time_is_told_of_up_to_a_bound) {
    watched name;
    std::size_t told = 0;
    for (std::size_t i = 0; i < 3 * limits::unknown_values_max; ++i) {
        for (const auto& found : name.hear(job().unknown("Block" + std::to_string(i)))) {
            told += std::holds_alternative<domain::unknown_value_seen>(found) ? 1 : 0;
        }
    }
    EXPECT_EQ(told, limits::unknown_values_max);
}

TEST(tracker, absent_status_is_not_an_unknown_one) {
    watched name;
    EXPECT_THAT(
        name.hear(job().status("InProgress", "")), ElementsAre(finding(domain::job_appeared{false}))
    );
}

// ---- the ledger
// ------------------------------------------------------------------------------------

// What an earlier run kept, as it comes back.
watched restarted(const watched& before) {
    watched after;
    after.view.target = before.view.target;
    restore(
        after.view,
        after.memory,
        row_of(before.view, before.memory, "main"),
        transition_rows_of(before.view, before.memory)
    );
    return after;
}

TEST(tracker, row_has_all_that_is_to_be_kept) {
    watched name;
    name.view.target.watch_list = "nightly";
    name.hear(running(), minutes(5));
    name.hear(running().fails(seconds(900)), minutes(20));
    const auto row = row_of(name.view, name.memory, "main");
    EXPECT_EQ(row.identity, identity_of(running()));
    EXPECT_EQ(row.connection, "main");
    EXPECT_EQ(row.watch_list, "nightly");
    EXPECT_EQ(row.last, domain::observation(running().fails(seconds(900))));
    EXPECT_EQ(row.first_observed, later(minutes(5)));
    EXPECT_EQ(row.last_observed, later(minutes(20)));
    EXPECT_FALSE(row.already_ended);
    EXPECT_EQ(row.ending, (domain::ending{outcome::failed, failure_class::algorithm}));
    EXPECT_EQ(row.ended, later(seconds(900)));
    EXPECT_TRUE(row.counted);
    EXPECT_FALSE(row.missing);
}

TEST(tracker, rows_keep_each_entry_and_when_it_was_seen) {
    watched name;
    name.hear(job().phase("Starting", seconds(0)), minutes(1));
    name.hear(
        job().phase("Starting", seconds(0), seconds(80)).phase("Training", seconds(80)), minutes(2)
    );
    const auto identity = identity_of(running());
    EXPECT_THAT(
        transition_rows_of(name.view, name.memory),
        ElementsAre(
            domain::transition_row{
                identity, 0, entry("Starting", seconds(0), seconds(80)), later(minutes(1)), true},
            domain::transition_row{
                identity, 1, entry("Training", seconds(80)), later(minutes(2)), true}
        )
    );
}

TEST(tracker, restart_hears_nothing_new_in_the_same_answer) {
    watched before;
    before.hear(running());
    auto after = restarted(before);
    EXPECT_EQ(after.view, before.view);
    EXPECT_THAT(after.hear(running()), IsEmpty());
    EXPECT_FALSE(after.changed);
}

TEST(tracker, restart_tells_what_happened_meanwhile_as_live) {
    watched before;
    before.hear(running());
    auto after = restarted(before);
    after.horizon = later(hours(50));
    EXPECT_EQ(
        after.hear(running().fails(seconds(900)), hours(50)).back(),
        ended(outcome::failed, failure_class::algorithm, seconds(900), seen_as::live)
    );
}

TEST(tracker, restart_does_not_end_a_job_again) {
    watched before;
    before.hear(running().fails(seconds(900)));
    auto after = restarted(before);
    EXPECT_EQ(after.view, before.view);
    EXPECT_THAT(after.hear(running().fails(seconds(900))), IsEmpty());
}

TEST(tracker, restart_knows_entries_that_aws_has_dropped) {
    watched before;
    before.hear(full());
    before.hear(job().phase("Starting", seconds(0), seconds(80)));
    auto after = restarted(before);
    EXPECT_EQ(after.memory.retired, before.memory.retired);
    EXPECT_THAT(after.hear(full()), IsEmpty());
}

TEST(tracker, restart_knows_a_duplicate_for_one) {
    watched before;
    const auto twice = job().phase("Starting", seconds(0)).phase("Starting", seconds(0));
    before.hear(twice);
    EXPECT_EQ(transition_rows_of(before.view, before.memory).size(), 1U);
    auto after = restarted(before);
    EXPECT_THAT(after.hear(twice), IsEmpty());
}

TEST(tracker, restart_keeps_an_end_that_its_statuses_do_not_tell) {
    watched before;
    before.hear(running().fails(seconds(900)));
    before.hear(running().fails(seconds(900)).status("Deleting", "Deleting"));
    auto after = restarted(before);
    EXPECT_EQ(after.view.ending, before.view.ending);
    EXPECT_EQ(after.view.ended, before.view.ended);
}

TEST(tracker, restart_tells_no_unknown_status_again) {
    watched before;
    const auto strange = job().phase("Entangling", seconds(0));
    before.hear(strange);
    auto after = restarted(before);
    EXPECT_THAT(after.hear(strange), IsEmpty());
}

TEST(tracker, restart_keeps_that_a_job_is_missing) {
    watched before;
    before.hear(running());
    mark_missing(before.view);
    EXPECT_TRUE(restarted(before).view.missing);
}

}  // namespace
}  // namespace trainwatch::core::tracker_test
