// What holds of a job for as long as it holds, rule by rule.
#include "core/conditions.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/deadlines.hpp"
#include "core/derived.hpp"
#include "core/siblings.hpp"
#include "core/tracker.hpp"
#include "tests/core/builders.hpp"

namespace trainwatch::core::conditions_test {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Key;
using testing::Not;
using testing::Pair;
using testing::SizeIs;
using testing::UnorderedElementsAre;

struct list {
    domain::alert_choices alerts{};
    domain::job_limits limits{};
    domain::price_map prices{};
};

// As the job is seen so long after its creation.
std::vector<condition> found_in(
    const domain::observation& seen,
    milliseconds since_creation,
    const list& of = {},
    const std::set<std::string>& firing = {}
) {
    domain::job_view view;
    view.target.watch_list = "nightly";
    job_memory memory;
    observe(view, memory, seen, {at(since_creation), created - hours(1), built_in_reasons()});
    const auto history = history_of(view, memory);
    view.derived = derive_facts(view, history, of.prices, later(since_creation));
    return conditions_of(
        {view, history, later(since_creation), {}, false, firing}, {of.alerts, of.limits, of.prices}
    );
}

std::vector<std::string> keys_in(
    const domain::observation& seen, milliseconds since_creation, const list& of = {}
) {
    std::vector<std::string> keys;
    for (const auto& each : found_in(seen, since_creation, of))
        keys.push_back(each.key);
    return keys;
}

domain::alert_row only_alert(
    const domain::observation& seen, milliseconds since_creation, const list& of = {}
) {
    const auto found = found_in(seen, since_creation, of);
    EXPECT_THAT(found, SizeIs(1));
    return found.empty() ? domain::alert_row{} : found.front().alert;
}

// Training since 80 s after its creation, for ten hours at most.
job ten_hours() {
    return running().max_runtime(hours(10));
}

constexpr milliseconds start = seconds(80);

// A spot job with ten hours that has trained until then.
job interrupted_at(milliseconds when) {
    return job()
        .spot()
        .started(start)
        .max_runtime(hours(10))
        .phase("Training", start, when)
        .phase("Interrupted", when);
}

TEST(near_deadline, says_that_the_time_is_up) {
    const auto found = found_in(ten_hours(), start + hours(10) + minutes(1));
    ASSERT_FALSE(found.empty());
    EXPECT_THAT(
        found.front().alert.alert.annotations.at("summary"),
        HasSubstr(
            " of 10h: its time was up at 2025-11-23 19:28:00 UTC, and AWS stops it any minute, "
        )
    );
}

// ---- near its deadline -------------------------------------------------------------------------

TEST(near_deadline, comes_at_80_percent_and_at_95_percent_of_the_limit) {
    EXPECT_THAT(keys_in(ten_hours(), start + hours(8) - milliseconds(1)), IsEmpty());
    EXPECT_THAT(
        keys_in(ten_hours(), start + hours(8)), ElementsAre("TrainingJobNearDeadline/warning")
    );
    EXPECT_THAT(
        keys_in(ten_hours(), start + minutes(570)),
        ElementsAre("TrainingJobNearDeadline/warning", "TrainingJobNearDeadline/critical")
    );
}

TEST(near_deadline, has_exactly_these_labels_and_says_when_it_is_stopped) {
    const auto row = only_alert(ten_hours(), start + hours(8) + minutes(12));
    EXPECT_EQ(
        row.alert.labels,
        (domain::label_map{
            {"alertname", "TrainingJobNearDeadline"},
            {"severity", "warning"},
            {"training_job", "resnet"},
            {"created", "2025-11-23T09:26:40.123Z"},
            {"account_id", "111122223333"},
            {"aws_region", "eu-west-1"},
            {"watch_list", "nightly"},
        })
    );
    EXPECT_EQ(
        row.alert.annotations.at("summary"),
        "Training job resnet has used 82 % of its MaxRuntimeInSeconds of 10h: AWS stops it at "
        "2025-11-23 19:28:00 UTC, done or not."
    );
    EXPECT_EQ(row.alert.annotations.at("deadline"), "2025-11-23T19:28:00.123Z");
    EXPECT_THAT(row.alert.annotations.at("description"), HasSubstr("It reports no progress"));
    EXPECT_EQ(row.reason, "The job had trained for 8h12m, 82 % of its MaxRuntimeInSeconds of 10h.");
}

TEST(near_deadline, tells_what_the_progress_of_the_job_promises) {
    const auto with = [](std::int64_t epoch) {
        return ten_hours().but([&](auto& seen) {
            seen.progress = domain::training_progress{epoch, 100, {}, {}};
        });
    };
    // 90 of 100 epochs in eight hours: the rest takes less than one.
    EXPECT_THAT(
        only_alert(with(91), start + hours(8)).alert.annotations.at("description"),
        HasSubstr("it will be done at 2025-11-23 18:21:20 UTC, before that")
    );
    EXPECT_THAT(
        only_alert(with(41), start + hours(8)).alert.annotations.at("description"),
        HasSubstr("it will not be done by then")
    );
}

TEST(near_deadline, takes_the_thresholds_of_the_list) {
    list of;
    of.alerts["TrainingJobNearDeadline"].warning_at = 0.5;
    of.alerts["TrainingJobNearDeadline"].critical_at = 0.6;
    EXPECT_THAT(
        keys_in(ten_hours(), start + hours(5), of), ElementsAre("TrainingJobNearDeadline/warning")
    );
    EXPECT_THAT(keys_in(ten_hours(), start + hours(6), of), SizeIs(2));
    of.alerts["TrainingJobNearDeadline"].enabled = false;
    EXPECT_THAT(keys_in(ten_hours(), start + hours(6), of), IsEmpty());
}

TEST(near_deadline, is_over_when_the_job_uploads_or_is_being_stopped) {
    const auto uploads = job()
                             .phase("Training", seconds(80), hours(9))
                             .phase("Uploading", hours(9))
                             .started(seconds(80))
                             .max_runtime(hours(10));
    EXPECT_THAT(keys_in(uploads, hours(9) + minutes(50)), IsEmpty());
    EXPECT_THAT(
        keys_in(ten_hours().status("Stopping", "Training"), start + hours(9) + minutes(50)),
        IsEmpty()
    );
}

// While it waits for machines its clock stands, and the alert neither comes nor goes.
TEST(near_deadline, does_not_count_the_time_that_a_spot_job_is_interrupted) {
    EXPECT_THAT(keys_in(interrupted_at(hours(7)), hours(30)), IsEmpty());
    EXPECT_THAT(
        keys_in(interrupted_at(hours(9)), hours(9) + minutes(1)),
        ElementsAre("TrainingJobNearDeadline/warning")
    );
    EXPECT_THAT(keys_in(interrupted_at(hours(9)), hours(30)), SizeIs(1));
    EXPECT_THAT(
        only_alert(interrupted_at(hours(9)), hours(30)).alert.annotations.at("summary"),
        HasSubstr("AWS stops it once it has trained for so long")
    );
}

TEST(near_deadline, needs_a_limit_and_a_start) {
    EXPECT_THAT(keys_in(running(), hours(1'000)), IsEmpty());
    EXPECT_THAT(
        keys_in(job().phase("Pending", seconds(0)).max_runtime(hours(1)), hours(1)), IsEmpty()
    );
}

// An interruption that is learned of late has stopped its clock a while ago.
TEST(near_deadline, that_fires_does_not_end_for_a_little_less) {
    const std::set<std::string> firing{"TrainingJobNearDeadline/warning"};
    const auto a_little_less = start + hours(8) - minutes(20);
    EXPECT_THAT(found_in(ten_hours(), a_little_less), IsEmpty());
    EXPECT_THAT(found_in(ten_hours(), a_little_less, {}, firing), SizeIs(1));
    EXPECT_THAT(found_in(ten_hours(), start + hours(7), {}, firing), IsEmpty());
}

TEST(past_deadline, that_fires_does_not_end_for_a_little_less) {
    const std::set<std::string> firing{"TrainingJobPastDeadline"};
    list of;
    of.alerts["TrainingJobNearDeadline"].enabled = false;
    const auto late = start + hours(10) + minutes(5);
    EXPECT_THAT(found_in(ten_hours(), late, of), IsEmpty());
    EXPECT_THAT(found_in(ten_hours(), late, of, firing), SizeIs(1));
    EXPECT_THAT(found_in(ten_hours(), start + hours(9), of, firing), IsEmpty());
}

// What it says stays as it is meanwhile.
TEST(over_budget, that_fires_does_not_end_for_a_little_less) {
    const std::set<std::string> firing{"TrainingJobOverBudget"};
    list of;
    of.limits.billable = hours(5);
    const auto a_little_less = start + hours(5) - minutes(10);
    EXPECT_THAT(found_in(ten_hours(), a_little_less, of), IsEmpty());
    const auto found = found_in(ten_hours(), a_little_less, of, firing);
    ASSERT_THAT(found, SizeIs(1));
    EXPECT_TRUE(found[0].is_marginal);
    EXPECT_FALSE(found_in(ten_hours(), start + hours(5), of, firing).at(0).is_marginal);
    EXPECT_THAT(found_in(ten_hours(), start + hours(4), of, firing), IsEmpty());
}

// ---- past its deadline -------------------------------------------------------------------------

// AWS ends jobs minutes late.
TEST(past_deadline, comes_a_quarter_of_an_hour_after_the_limit) {
    const auto limit = start + hours(10);
    EXPECT_THAT(
        keys_in(ten_hours(), limit + minutes(15) - milliseconds(1)),
        Not(Contains("TrainingJobPastDeadline"))
    );
    EXPECT_THAT(keys_in(ten_hours(), limit + minutes(15)), Contains("TrainingJobPastDeadline"));
    list of;
    of.alerts["TrainingJobPastDeadline"].after = minutes(1);
    EXPECT_THAT(keys_in(ten_hours(), limit + minutes(1), of), Contains("TrainingJobPastDeadline"));
}

TEST(past_deadline, is_critical_and_names_the_limit) {
    list of;
    of.alerts["TrainingJobNearDeadline"].enabled = false;
    const auto row = only_alert(ten_hours(), start + hours(10) + minutes(17), of);
    EXPECT_THAT(row.alert.labels, Contains(Pair("severity", "critical")));
    EXPECT_EQ(
        row.alert.annotations.at("summary"),
        "Training job resnet is 17m past its MaxRuntimeInSeconds and still Training."
    );
    EXPECT_EQ(
        row.reason,
        "The job's MaxRuntimeInSeconds passed at 2025-11-23T19:28:00.123Z, and 17m later AWS said "
        "that it is InProgress, Training."
    );
}

TEST(past_deadline, is_not_of_a_job_that_uploads_or_stops) {
    const auto late = start + hours(11);
    const auto uploads = job()
                             .phase("Training", seconds(80), hours(10))
                             .phase("Uploading", late - minutes(5))
                             .started(seconds(80))
                             .max_runtime(hours(10));
    EXPECT_THAT(keys_in(uploads, late), IsEmpty());
    EXPECT_THAT(keys_in(ten_hours().phase("Stopping", late - minutes(5)), late), IsEmpty());
}

// An interruption is no end: it would page anew with each return to Training.
TEST(past_deadline, neither_comes_nor_goes_with_an_interruption) {
    const auto late = start + hours(10) + minutes(20);
    EXPECT_THAT(
        keys_in(interrupted_at(late), late + hours(3)), Contains("TrainingJobPastDeadline")
    );
    const auto in_time = start + hours(10) - minutes(1);
    EXPECT_THAT(
        keys_in(interrupted_at(in_time), late + hours(3)), Not(Contains("TrainingJobPastDeadline"))
    );
    list of;
    of.alerts["TrainingJobNearDeadline"].enabled = false;
    EXPECT_EQ(
        only_alert(interrupted_at(late), late + hours(3), of).alert.annotations.at("summary"),
        "Training job resnet is 20m past its MaxRuntimeInSeconds and still Interrupted."
    );
}

TEST(past_deadline, knows_the_limits_for_waiting) {
    const auto waits = job().phase("Interrupted", seconds(0)).spot().max_wait(hours(3));
    EXPECT_THAT(
        only_alert(waits, hours(3) + minutes(15)).alert.annotations.at("summary"),
        HasSubstr("15m past its MaxWaitTimeInSeconds and still Interrupted")
    );
    list of;
    of.alerts["TrainingJobStuck"].enabled = false;
    const auto pending = job().phase("Pending", seconds(0)).max_pending(hours(2));
    EXPECT_THAT(
        only_alert(pending, hours(2) + minutes(20), of).alert.annotations.at("summary"),
        HasSubstr("20m past its MaxPendingTimeInSeconds and still Pending")
    );
}

// ---- stuck -------------------------------------------------------------------------------------

TEST(stuck, comes_when_a_phase_has_lasted_for_its_limit) {
    const auto starts = job().phase("Starting", seconds(0));
    EXPECT_THAT(keys_in(starts, minutes(30) - milliseconds(1)), IsEmpty());
    EXPECT_THAT(keys_in(starts, minutes(30)), ElementsAre("TrainingJobStuck/Starting"));
    EXPECT_THAT(
        keys_in(job().phase("Uploading", hours(5)), hours(6)),
        ElementsAre("TrainingJobStuck/Uploading")
    );
    EXPECT_THAT(keys_in(job().phase("Training", seconds(1)), hours(24 * 20)), IsEmpty());
}

TEST(stuck, says_since_when_and_in_the_words_of_aws_why) {
    const auto row = only_alert(
        job().phase("Starting", seconds(10), {}, "Preparing the instances for training"),
        minutes(35) + seconds(10)
    );
    EXPECT_THAT(
        row.alert.labels,
        AllOf(
            Contains(Pair("secondary_status", "Starting")),
            Contains(Pair("severity", "warning")),
            SizeIs(8)
        )
    );
    EXPECT_EQ(
        row.alert.annotations.at("summary"),
        "Training job resnet has been Starting for 35m, longer than the 30m that it may take; "
        "AWS says: Preparing the instances for training"
    );
    EXPECT_EQ(
        row.reason,
        "The job was Starting since 2025-11-23T09:26:50.123Z, which is 35m, and the limit of that "
        "phase is 30m."
    );
}

// It is the wait that Pending is for, under another name.
TEST(stuck, gives_a_wait_for_capacity_the_time_of_pending) {
    const auto waits = job().phase(
        "Starting",
        seconds(0),
        {},
        "Insufficient capacity error from EC2 while launching instances, retrying!"
    );
    EXPECT_THAT(keys_in(waits, minutes(119)), IsEmpty());
    EXPECT_THAT(keys_in(waits, minutes(120)), ElementsAre("TrainingJobStuck/Starting"));
    list of;
    of.limits.phases["Pending"] = minutes(45);
    EXPECT_THAT(keys_in(waits, minutes(45), of), SizeIs(1));
    of.limits.phases["Pending"] = milliseconds(0);
    EXPECT_THAT(keys_in(waits, hours(100), of), IsEmpty());
}

TEST(stuck, takes_the_limits_of_the_list) {
    list of;
    of.limits.phases["Training"] = hours(2);
    of.limits.phases["Starting"] = milliseconds(0);
    EXPECT_THAT(keys_in(job().phase("Training", seconds(0)), hours(2), of), SizeIs(1));
    EXPECT_THAT(keys_in(job().phase("Starting", seconds(0)), hours(20), of), IsEmpty());
}

// A page told that it has left the phase; when, only a describe tells.
TEST(stuck, waits_for_the_describe_that_dates_the_phase) {
    const auto moved_on = job().phase("Starting", seconds(0)).status("InProgress", "Downloading");
    EXPECT_THAT(keys_in(moved_on, hours(5)), IsEmpty());
}

// ---- interrupted over and over -----------------------------------------------------------------

// A minute of training in each round of `round`.
job looping(std::size_t times, milliseconds round, const char* checkpoints = "s3://b/c") {
    auto made = job().spot().started(seconds(0)).but([&](auto& seen) {
        seen.checkpoint_uri = checkpoints;
    });
    milliseconds now{};
    for (std::size_t i = 0; i < times; ++i) {
        made.phase("Starting", now, now + round - minutes(1));
        made.phase("Training", now + round - minutes(1), now + round);
        made.phase("Interrupted", now + round, now + round);
        now += round;
    }
    return made.phase("Starting", now);
}

TEST(spot_loop, comes_with_five_interruptions_within_two_hours) {
    EXPECT_THAT(keys_in(looping(5, minutes(20)), minutes(101)), Contains("TrainingJobSpotLoop"));
    // The first one is out of sight by then, and a phase of minutes is no standstill.
    const auto good = [] {
        auto made = job().spot().started(seconds(0)).but([](auto& seen) {
            seen.checkpoint_uri = "s3://b/c";
        });
        milliseconds now{};
        for (int i = 0; i < 5; ++i) {
            made.phase("Training", now, now + minutes(29));
            made.phase("Interrupted", now + minutes(29), now + minutes(30));
            now += minutes(30);
        }
        return made.phase("Training", now);
    }();
    EXPECT_THAT(keys_in(good, minutes(151)), IsEmpty());
    list of;
    of.alerts["TrainingJobSpotLoop"].interruptions = 3;
    of.alerts["TrainingJobSpotLoop"].within = hours(3);
    EXPECT_THAT(keys_in(good, minutes(151), of), ElementsAre("TrainingJobSpotLoop"));
}

TEST(spot_loop, tells_how_much_was_lost) {
    const auto found = found_in(looping(5, minutes(20)), minutes(101));
    ASSERT_THAT(found, Not(IsEmpty()));
    const auto& alert = found.front().alert.alert;
    EXPECT_EQ(
        alert.annotations.at("summary"),
        "Spot training job resnet was interrupted 5 times within 2h."
    );
    EXPECT_THAT(
        alert.annotations.at("description"),
        HasSubstr("It has trained for 5m and spent 1h36m on waiting, starting and downloading.")
    );
    EXPECT_THAT(alert.annotations, Contains(Pair("interruptions", "5")));
}

TEST(spot_loop, comes_when_three_runs_trained_less_than_it_took_to_get_there) {
    EXPECT_THAT(keys_in(looping(2, hours(3)), hours(6) + minutes(1)), IsEmpty());
    const auto found = found_in(looping(3, hours(3)), hours(9) + minutes(1));
    ASSERT_THAT(found, SizeIs(1));
    EXPECT_THAT(
        found.front().alert.reason,
        "In each of its last 3 runs it trained for less time than it took to get there."
    );
}

// Each of its runs begins from nothing: only a longer one gets further.
TEST(spot_loop, of_a_job_without_checkpoints_is_over_once_a_run_is_the_longest) {
    auto made = job().spot().started(seconds(0));
    milliseconds now{};
    for (const auto trained : {hours(4), hours(2), hours(1), hours(3)}) {
        made.phase("Training", now, now + trained);
        made.phase("Interrupted", now + trained, now + trained + minutes(5));
        now += trained + minutes(5);
    }
    made.phase("Training", now);
    EXPECT_THAT(keys_in(made, now + hours(4)), ElementsAre("TrainingJobSpotLoop"));
    EXPECT_THAT(
        only_alert(made, now + hours(1)).reason,
        HasSubstr("none of the last 3 runs has come further than the 4h of one before")
    );
    EXPECT_THAT(keys_in(made, now + hours(4) + milliseconds(1)), IsEmpty());
}

// Each gets further than those before it: slow, but no loop.
TEST(spot_loop, is_none_where_each_run_gets_further) {
    auto made = job().spot().started(seconds(0));
    milliseconds now{};
    for (const int trained : {3, 5, 8, 12, 16}) {
        made.phase("Training", now, now + hours(trained));
        made.phase("Interrupted", now + hours(trained), now + hours(trained) + minutes(5));
        now += hours(trained) + minutes(5);
        EXPECT_THAT(keys_in(job(made).phase("Training", now), now + minutes(1)), IsEmpty());
    }
}

// One each 29 minutes are five in two hours at the moment of each, and four in between.
TEST(spot_loop, does_not_come_and_go_with_each_interruption) {
    auto made =
        job().spot().started(seconds(0)).but([](auto& seen) { seen.checkpoint_uri = "s3://b/c"; });
    milliseconds now{};
    for (int i = 0; i < 8; ++i) {
        made.phase("Training", now, now + minutes(28));
        made.phase("Interrupted", now + minutes(28), now + minutes(29));
        now += minutes(29);
    }
    made.phase("Training", now);
    const auto last = now - minutes(1);
    EXPECT_THAT(keys_in(made, last + minutes(1)), ElementsAre("TrainingJobSpotLoop"));
    EXPECT_THAT(keys_in(made, last + minutes(119)), ElementsAre("TrainingJobSpotLoop"));
    EXPECT_THAT(keys_in(made, last + minutes(120)), IsEmpty());
}

TEST(spot_loop, is_of_spot_jobs_only) {
    EXPECT_THAT(
        keys_in(looping(9, minutes(10)).but([](auto& seen) { seen.spot = false; }), minutes(91)),
        IsEmpty()
    );
}

// ---- rules -------------------------------------------------------------------------------------

job with_rule(const char* status, domain::rule_kind kind = domain::rule_kind::debugger) {
    return running().but([&](auto& seen) {
        seen.rules.push_back({kind, "VanishingGradient", status, "see step 400", {}});
    });
}

TEST(rule_issue, comes_with_what_a_rule_found_and_with_its_own_errors) {
    EXPECT_THAT(
        keys_in(with_rule("IssuesFound"), hours(1)),
        ElementsAre("TrainingJobRuleIssue/VanishingGradient")
    );
    EXPECT_THAT(keys_in(with_rule("Error"), hours(1)), SizeIs(1));
    for (const auto* status : {"InProgress", "NoIssuesFound", "Stopping", "Stopped"}) {
        EXPECT_THAT(keys_in(with_rule(status), hours(1)), IsEmpty()) << status;
    }
}

TEST(rule_issue, names_the_rule) {
    const auto row = only_alert(with_rule("IssuesFound"), hours(1));
    EXPECT_THAT(row.alert.labels, Contains(Pair("rule_name", "VanishingGradient")));
    EXPECT_EQ(
        row.alert.annotations.at("summary"),
        "The debugger rule VanishingGradient found an issue in training job resnet: see step 400"
    );
    EXPECT_THAT(row.alert.annotations, Contains(Pair("rule_details", "see step 400")));
}

TEST(rule_issue, comes_without_the_colours_of_its_details) {
    auto rule = with_rule("IssuesFound");
    const auto row = only_alert(
        rule.but([](auto& seen) { seen.rules.back().details = "\x1b[31msee\x1b[0m step 400"; }),
        hours(1)
    );
    EXPECT_EQ(row.alert.annotations.at("rule_details"), "see step 400");
    EXPECT_THAT(row.alert.annotations.at("summary"), HasSubstr(": see step 400"));
}

// Rules are evaluated on after the end.
TEST(rule_issue, comes_after_the_end_of_a_job_as_well) {
    auto ended = with_rule("IssuesFound").ends("Completed", "Completed", hours(1));
    EXPECT_THAT(keys_in(ended, hours(1)), SizeIs(1));
}

std::string told_of(const domain::observation& seen) {
    return only_alert(seen, hours(1)).alert.annotations.at("description");
}

TEST(rule_issue, says_whether_the_job_goes_on) {
    const auto rule = with_rule("IssuesFound");
    EXPECT_THAT(
        told_of(rule),
        AllOf(HasSubstr(" has trained since "), HasSubstr(" The job goes on unless "))
    );
    auto completed = rule;
    completed.ends("Completed", "Completed", hours(1));
    auto failed = rule;
    failed.fails(hours(1));
    for (const auto& ended : {completed, failed}) {
        EXPECT_THAT(
            told_of(ended),
            AllOf(
                HasSubstr(", trained from "), HasSubstr(" and ended at "), Not(HasSubstr("goes on"))
            )
        );
    }
    EXPECT_THAT(told_of(completed), HasSubstr(" before its model is used."));
    EXPECT_THAT(told_of(failed), HasSubstr(" may be why "));
    auto broken = with_rule("Error");
    EXPECT_THAT(told_of(broken), HasSubstr("nobody looks for."));
    broken.ends("Completed", "Completed", hours(1));
    EXPECT_THAT(told_of(broken), HasSubstr("nobody looked for."));
}

// ---- budgets -----------------------------------------------------------------------------------

job with_instances(std::int64_t count) {
    return running().but([&](auto& seen) { seen.instances = {{"ml.p4d.24xlarge", count, {}}}; });
}

TEST(over_budget, counts_the_time_since_training_began) {
    list of;
    of.limits.billable = hours(24);
    EXPECT_THAT(keys_in(running(), start + hours(24) - milliseconds(1), of), IsEmpty());
    EXPECT_EQ(
        only_alert(running(), start + hours(25), of).alert.annotations.at("summary"),
        "Training job resnet goes on and has cost 1d1h of billable time, and its list allows 1d."
    );
}

TEST(over_budget, reckons_with_the_prices_of_all_instances) {
    list of;
    of.limits.cost = 500;
    of.prices = {{"ml.p4d.24xlarge", 40}};
    EXPECT_THAT(keys_in(with_instances(2), start + minutes(374), of), IsEmpty());
    const auto row = only_alert(with_instances(2), start + minutes(375), of);
    EXPECT_THAT(row.alert.annotations, Contains(Pair("cost", "500.00")));
    EXPECT_EQ(row.reason, "So far the job has cost 500.00, and its list allows 500.00.");
    of.prices = {{"ml.c5.xlarge", 0.2}};
    EXPECT_THAT(keys_in(with_instances(2), hours(900), of), IsEmpty());
}

TEST(over_budget, believes_aws_where_it_tells_the_time) {
    list of;
    of.limits.billable = hours(2);
    const auto told = running().but([](auto& seen) { seen.training_time = seconds(7'200); });
    EXPECT_THAT(keys_in(told, minutes(10), of), ElementsAre("TrainingJobOverBudget"));
}

// ---- suspicious limits -------------------------------------------------------------------------

TEST(suspicious_limit, is_one_that_jobs_of_its_kind_have_outlasted) {
    siblings known;
    known.ran(job("resnet-2026-11-22-03-00-00-000").started(seconds(0)).but([](auto& seen) {
        seen.training_time = seconds(100'000);
    }));
    const auto reasons = [&](const char* name, seconds limit) {
        domain::job_view view;
        view.target.watch_list = "nightly";
        job_memory memory;
        const auto seen = running(name).max_runtime(limit);
        observe(view, memory, seen, {at(hours(1)), created, built_in_reasons()});
        std::vector<std::string> found;
        const list of;
        const std::vector<domain::transition> history;
        const job_facts facts{view, history, later(hours(1)), known.longest(*view.last)};
        for (const auto& each : conditions_of(facts, {of.alerts, of.limits, of.prices}))
            found.push_back(each.alert.reason);
        return found;
    };
    EXPECT_THAT(
        reasons("resnet-2026-11-23-03-00-00-000", seconds(86'400)),
        ElementsAre(
            "MaxRuntimeInSeconds is 1d, and of the jobs whose names differ by dates and numbers "
            "only one completed after 1d3h46m40s."
        )
    );
    EXPECT_THAT(reasons("resnet-2026-11-23-03-00-00-000", seconds(100'000)), IsEmpty());
    EXPECT_THAT(reasons("bert-2026-11-23-03-00-00-000", seconds(86'400)), IsEmpty());
}

TEST(suspicious_limit, knows_a_kind_by_what_a_person_called_it) {
    EXPECT_EQ(family_of("resnet-nightly-2026-11-23-09-26-40-123"), "resnet-nightly");
    EXPECT_EQ(family_of("hpo-tune-007-5f3a9c1b"), "hpo-tune");
    EXPECT_EQ(family_of("resnet50-v2"), "resnet50-v2");
    EXPECT_EQ(family_of("2026-11-23"), "2026");
    EXPECT_EQ(family_of("bert"), "bert");
    EXPECT_EQ(family_of("bert-decade"), "bert-decade");
}

// ---- all of them -------------------------------------------------------------------------------

TEST(conditions, end_with_the_job) {
    auto ended = ten_hours().ends("Stopped", "MaxRuntimeExceeded", hours(11));
    EXPECT_THAT(keys_in(ended, hours(11)), IsEmpty());
}

TEST(conditions, are_recognised_by_the_labels_of_their_alerts) {
    list of;
    of.limits.billable = hours(1);
    const auto seen = ten_hours().but([](auto& one) {
        one.rules.push_back({domain::rule_kind::profiler, "LowGPU", "IssuesFound", "", {}});
    });
    const auto found = found_in(seen, start + hours(11), of);
    EXPECT_THAT(found, SizeIs(5));
    for (const auto& each : found)
        EXPECT_EQ(condition_key(each.alert.alert.labels), each.key);
    EXPECT_EQ(condition_key({{"alertname", "TrainingJobFailed"}}), "");
}

TEST(conditions, have_the_severity_that_the_list_wants) {
    list of;
    of.alerts["TrainingJobStuck"].severity = "page";
    const auto row = only_alert(job().phase("Starting", seconds(0)), hours(1), of);
    EXPECT_THAT(row.alert.labels, Contains(Pair("severity", "page")));
}

TEST(conditions, carry_what_a_person_needs_to_look_further) {
    const auto row = only_alert(ten_hours(), start + hours(8));
    for (const auto* name :
         {"training_job_arn", "console_url", "logs_url", "started_at", "seen_at"})
        EXPECT_THAT(row.alert.annotations, Contains(Key(name)));
}

}  // namespace
}  // namespace trainwatch::core::conditions_test
