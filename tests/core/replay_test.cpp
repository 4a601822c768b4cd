// A whole life in, what would have fired and when out; and that the engine, which sees the same
// life go by, says the same.
#include "core/replay.hpp"

#include <algorithm>
#include <set>

#include "tests/core/script.hpp"

namespace trainwatch::core::replay_test {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// The list of the tests' jobs.
struct list {
    domain::alert_choices alerts{};
    domain::job_limits limits{};
    domain::price_map prices{};
    domain::label_map labels{};
    std::optional<seconds> longest_sibling{};
};

life life_of(const domain::observation& whole, milliseconds until) {
    return {whole, later(until), {lane_id{0}, whole.name, "nightly"}};
}

std::vector<replayed_alert> replayed(
    const domain::observation& whole, milliseconds until, const list& of = {}
) {
    const list_wishes wishes{of.alerts, of.limits, of.prices};
    return replay(
        life_of(whole, until), {wishes, of.labels, built_in_reasons(), of.longest_sibling}
    );
}

// "TrainingJobStuck warning 2h to 3h", times since the creation.
std::vector<std::string> told(
    const domain::observation& whole, milliseconds until, const list& of = {}
) {
    std::vector<std::string> lines;
    for (const auto& each : replayed(whole, until, of)) {
        const auto& alert = each.row.alert;
        auto line = alert.labels.at("alertname") + " " + alert.labels.at("severity") + " " +
            format_duration(alert.starts_at - created);
        if (each.ended) line += " to " + format_duration(*each.ended - created);
        lines.push_back(std::move(line));
    }
    return lines;
}

// Training from 80 s on, for ten hours at most.
job ten_hours() {
    return job()
        .phase("Starting", seconds(0), seconds(80))
        .phase("Training", seconds(80), hours(9))
        .started(seconds(80))
        .max_runtime(hours(10));
}

// ---- as it was ---------------------------------------------------------------------------------

TEST(past_description, has_only_what_had_happened) {
    const auto whole = ten_hours()
                           .fails(hours(9))
                           .but([](auto& seen) {
                               seen.billable_time = hours(9);
                               seen.model_artifacts = "s3://somewhere";
                           })
                           .seen();
    const auto of = life_of(whole, hours(20));
    EXPECT_FALSE(as_of(of, later(milliseconds(-1))));
    const auto first = as_of(of, later(seconds(10)));
    ASSERT_TRUE(first);
    EXPECT_EQ(first->status.text, "InProgress");
    EXPECT_EQ(first->secondary.text, "Starting");
    EXPECT_FALSE(first->training_started);
    EXPECT_FALSE(first->transitions.front().ended);
    const auto then = as_of(of, later(hours(9) - milliseconds(1)));
    ASSERT_TRUE(then);
    EXPECT_EQ(then->secondary.text, "Training");
    EXPECT_THAT(then->transitions, testing::SizeIs(2));
    EXPECT_EQ(then->failure_reason, "");
    EXPECT_EQ(then->model_artifacts, "");
    EXPECT_FALSE(then->billable_time);
    EXPECT_FALSE(then->training_ended);
    EXPECT_EQ(as_of(of, later(hours(9))), whole);
}

TEST(past_description, of_a_job_that_goes_on_is_the_whole_one_in_the_end) {
    const auto whole =
        running().but([](auto& seen) {
                     seen.progress = domain::training_progress{3, 9, {}, {}};
                 }
        ).seen();
    EXPECT_EQ(as_of(life_of(whole, hours(3)), later(hours(3))), whole);
    EXPECT_FALSE(as_of(life_of(whole, hours(3)), later(hours(2)))->progress);
}

TEST(past_description, of_a_job_that_is_told_to_stop_says_so) {
    const auto whole = ten_hours()
                           .phase("Stopping", hours(9), hours(10))
                           .ends("Stopped", "Stopped", hours(10))
                           .seen();
    EXPECT_EQ(as_of(life_of(whole, hours(12)), later(hours(9)))->status.text, "Stopping");
}

TEST(past_description, knows_a_rule_since_it_changed) {
    const auto whole = ten_hours()
                           .but([](auto& seen) {
                               domain::rule_evaluation rule;
                               rule.name = "LossNotDecreasing";
                               rule.status = "IssuesFound";
                               rule.modified = later(hours(3));
                               seen.rules.push_back(rule);
                           })
                           .seen();
    EXPECT_THAT(as_of(life_of(whole, hours(8)), later(hours(3) - seconds(1)))->rules, IsEmpty());
    EXPECT_THAT(as_of(life_of(whole, hours(8)), later(hours(3)))->rules, testing::SizeIs(1));
}

// ---- rule by rule ------------------------------------------------------------------------------

TEST(replay, of_a_quiet_life_is_silent) {
    EXPECT_THAT(
        told(
            running()
                .phase("Uploading", hours(1), hours(1))
                .ends("Completed", "Completed", hours(1)),
            hours(9)
        ),
        IsEmpty()
    );
    EXPECT_THAT(told(running(), hours(9)), IsEmpty());
}

TEST(replay, tells_a_failure_at_the_time_of_the_end) {
    const auto found = replayed(running().fails(hours(2)), hours(40));
    ASSERT_THAT(found, testing::SizeIs(1));
    EXPECT_EQ(
        domain::identity(found.front().row.alert.labels),
        "TrainingJobFailed{account_id=\"111122223333\",aws_region=\"eu-west-1\","
        "created=\"2025-11-23T09:26:40.123Z\",failure_class=\"algorithm\",severity=\"critical\","
        "training_job=\"resnet\",watch_list=\"nightly\"}"
    );
    EXPECT_EQ(found.front().row.alert.starts_at, later(hours(2)));
    EXPECT_EQ(found.front().ended, later(hours(26)));
    EXPECT_THAT(found.front().row.reason, HasSubstr("AWS says that the job Failed"));
}

TEST(replay, leaves_open_what_still_fires) {
    EXPECT_THAT(
        told(running().fails(hours(2)), hours(3)), ElementsAre("TrainingJobFailed critical 2h")
    );
    EXPECT_THAT(
        told(ten_hours().but([](auto& seen) { seen.transitions.back().ended.reset(); }), hours(9)),
        ElementsAre("TrainingJobNearDeadline warning 8h1m20s")
    );
}

TEST(replay, tells_both_thresholds_of_a_limit_once_each_until_the_end) {
    EXPECT_THAT(
        told(
            job()
                .phase("Starting", seconds(0), seconds(80))
                .phase("Training", seconds(80), hours(10))
                .started(seconds(80))
                .max_runtime(hours(10))
                .phase("Uploading", hours(10), hours(10) + minutes(5))
                .hits_max_runtime(hours(10) + minutes(5)),
            hours(40)
        ),
        ElementsAre(
            "TrainingJobNearDeadline warning 8h1m20s to 10h",
            "TrainingJobNearDeadline critical 9h31m20s to 10h",
            "TrainingJobMaxRuntimeExceeded critical 10h5m to 1d10h5m"
        )
    );
}

TEST(replay, tells_that_a_job_went_on_beyond_its_limit) {
    const auto whole = job()
                           .phase("Starting", seconds(0), seconds(80))
                           .phase("Training", seconds(80), hours(12))
                           .started(seconds(80))
                           .max_runtime(hours(10))
                           .ends("Completed", "Completed", hours(12));
    const list quiet{{{"TrainingJobNearDeadline", {.enabled = false}}}};
    EXPECT_THAT(
        told(whole, hours(40), quiet),
        ElementsAre("TrainingJobPastDeadline critical 10h16m20s to 12h")
    );
}

TEST(replay, tells_each_phase_that_took_too_long) {
    const auto whole = job()
                           .phase("Pending", seconds(0), hours(5))
                           .phase("Downloading", hours(5), hours(5) + minutes(10))
                           .phase("Training", hours(5) + minutes(10), hours(6))
                           .phase("Uploading", hours(6), hours(8))
                           .ends("Completed", "Completed", hours(8));
    EXPECT_THAT(
        told(whole, hours(40)),
        ElementsAre("TrainingJobStuck warning 2h to 5h", "TrainingJobStuck warning 7h to 8h")
    );
    list patient;
    patient.limits.phases = {{"Pending", hours(6)}, {"Downloading", minutes(5)}};
    patient.alerts["TrainingJobStuck"].severity = "critical";
    EXPECT_THAT(
        told(whole, hours(40), patient),
        ElementsAre("TrainingJobStuck critical 5h5m to 5h10m", "TrainingJobStuck critical 7h to 8h")
    );
}

// Training for five minutes after ten of getting there, over and over.
job interrupted(int times) {
    job spot;
    spot.spot().started(minutes(10));
    for (int i = 0; i < times; ++i) {
        const auto from = minutes(20) * i;
        spot.phase("Starting", from, from + minutes(10))
            .phase("Training", from + minutes(10), from + minutes(15))
            .phase("Interrupted", from + minutes(15), from + minutes(20));
    }
    return spot;
}

TEST(replay, tells_a_spot_loop_from_the_interruption_that_is_too_many) {
    const auto end = minutes(20) * 5 + hours(5);
    auto whole = interrupted(5)
                     .phase("Training", minutes(100), end)
                     .but([](auto& seen) { seen.checkpoint_uri = "s3://checkpoints"; })
                     .ends("Completed", "Completed", end);
    list of;
    of.alerts["TrainingJobSpotLoop"] = {.interruptions = 2, .within = hours(1)};
    // The last of five interruptions came after 95 minutes, and was the second within an hour: it
    // is over an hour later.
    EXPECT_THAT(
        told(whole, hours(40), of), ElementsAre("TrainingJobSpotLoop warning 35m to 2h35m")
    );
}

TEST(replay, finds_the_moment_at_which_a_run_comes_further_than_those_before) {
    const auto end = hours(5);
    const auto whole =
        interrupted(4).phase("Training", minutes(80), end).ends("Completed", "Completed", end);
    EXPECT_THAT(
        told(whole, hours(40)), ElementsAre("TrainingJobSpotLoop warning 1h15m to 1h25m1ms")
    );
}

job with_rule(const char* status, std::optional<milliseconds> modified) {
    return ten_hours().ends("Completed", "Completed", hours(9)).but([&](auto& seen) {
        domain::rule_evaluation rule;
        rule.name = "LossNotDecreasing";
        rule.status = status;
        if (modified) rule.modified = later(*modified);
        seen.rules.push_back(rule);
    });
}

TEST(replay, holds_what_a_rule_found_for_a_while_after_the_end) {
    const list quiet{{{"TrainingJobNearDeadline", {.enabled = false}}}};
    EXPECT_THAT(
        told(with_rule("IssuesFound", hours(3)), hours(80), quiet),
        ElementsAre("TrainingJobRuleIssue warning 3h to 1d9h")
    );
    EXPECT_THAT(
        told(with_rule("Error", hours(10)), hours(11), quiet),
        ElementsAre("TrainingJobRuleIssue warning 10h")
    );
    EXPECT_THAT(
        told(with_rule("Error", {}), hours(80), quiet),
        ElementsAre("TrainingJobRuleIssue warning 9h to 1d9h")
    );
    EXPECT_THAT(told(with_rule("NoIssuesFound", hours(3)), hours(80), quiet), IsEmpty());
    EXPECT_THAT(told(with_rule("Error", hours(50)), hours(80), quiet), IsEmpty());
}

TEST(replay, knows_the_budgets_and_the_labels_of_the_list) {
    list of;
    of.limits.billable = hours(4);
    of.labels = {{"team", "vision"}};
    const auto found = replayed(running().ends("Completed", "Completed", hours(6)), hours(40), of);
    ASSERT_THAT(found, testing::SizeIs(1));
    EXPECT_EQ(found.front().row.alert.labels.at("alertname"), "TrainingJobOverBudget");
    EXPECT_EQ(found.front().row.alert.labels.at("team"), "vision");
    EXPECT_EQ(found.front().row.alert.starts_at, later(hours(4) + seconds(80)));
    EXPECT_EQ(found.front().ended, later(hours(6)));
}

TEST(replay, tells_a_limit_below_what_its_siblings_took_for_as_long_as_the_job_goes_on) {
    list of;
    of.longest_sibling = hours(11);
    of.alerts["TrainingJobNearDeadline"].enabled = false;
    EXPECT_THAT(
        told(ten_hours().ends("Completed", "Completed", hours(9)), hours(40), of),
        ElementsAre("TrainingJobSuspiciousLimit info 0s to 9h")
    );
}

TEST(replay, tells_a_stop_only_where_the_list_wants_it) {
    const auto whole = running().ends("Stopped", "Stopped", hours(1));
    EXPECT_THAT(told(whole, hours(2)), IsEmpty());
    const list wanted{{{"TrainingJobStopped", {.enabled = true}}}};
    EXPECT_THAT(told(whole, hours(2), wanted), ElementsAre("TrainingJobStopped info 1h"));
}

TEST(replay, takes_an_end_that_aws_never_explained) {
    const auto whole = running().status("Failed", "Training").but([](auto& seen) {
        seen.training_ended = later(hours(2));
    });
    EXPECT_THAT(told(whole, hours(80)), ElementsAre("TrainingJobFailed critical 2h to 1d2h"));
}

TEST(replay, of_a_job_with_very_many_changes_comes_to_its_end) {
    auto spot = job().spot().started(seconds(0));
    const auto count = static_cast<int>(limits::replay_changes_max) / 2;
    for (int i = 0; i < count; ++i) {
        spot.phase("Training", seconds(2 * i), seconds(2 * i + 1));
    }
    list of;
    of.alerts["TrainingJobSpotLoop"].enabled = false;
    const auto found = told(spot.fails(hours(50)), hours(60), of);
    ASSERT_FALSE(found.empty());
    EXPECT_EQ(found.back(), "TrainingJobFailed critical 2d2h");
}

// ---- a list as a whole -------------------------------------------------------------------------

std::vector<std::string> overdue(const std::vector<wall_time>& completions, milliseconds until) {
    const std::string name = "nightly";
    const domain::alert_choice choice;
    const domain::label_map labels{{"team", "vision"}};
    std::vector<std::string> lines;
    for (const auto& each :
         replay_expectation({name, hours(26), choice, labels, completions, created, later(until)}
         )) {
        EXPECT_EQ(each.row.alert.labels.at("alertname"), "TrainingJobOverdue");
        EXPECT_EQ(each.row.alert.labels.at("team"), "vision");
        auto line = format_duration(each.row.alert.starts_at - created);
        if (each.ended) line += " to " + format_duration(*each.ended - created);
        lines.push_back(std::move(line));
    }
    return lines;
}

TEST(replayed_expectation, is_met_by_each_completion_in_time) {
    EXPECT_THAT(overdue({later(hours(20)), later(hours(45))}, hours(70)), IsEmpty());
    EXPECT_THAT(overdue({later(-hours(3)), later(hours(20))}, hours(40)), IsEmpty());
}

TEST(replayed_expectation, is_not_met_until_the_next_one) {
    EXPECT_THAT(
        overdue({later(hours(20)), later(hours(50))}, hours(60)), ElementsAre("1d22h to 2d2h")
    );
    EXPECT_THAT(overdue({later(hours(20))}, hours(60)), ElementsAre("1d22h"));
    EXPECT_THAT(overdue({}, hours(60)), ElementsAre("1d2h"));
}

// ---- worth a call ------------------------------------------------------------------------------

TEST(worth_a_description, is_all_but_what_completed_quickly) {
    domain::job_summary summary;
    summary.created = created;
    summary.status = domain::parse_primary("Completed");
    summary.ended = later(limits::backtest_short_life - seconds(1));
    EXPECT_FALSE(may_have_alerted(summary, {}));
    EXPECT_TRUE(may_have_alerted(summary, {.phases = {{"Starting", minutes(5)}}}));
    EXPECT_FALSE(may_have_alerted(summary, {.phases = {{"Starting", milliseconds(0)}}}));
    summary.ended = later(limits::backtest_short_life);
    EXPECT_TRUE(may_have_alerted(summary, {}));
    summary.ended.reset();
    EXPECT_TRUE(may_have_alerted(summary, {}));
    summary.ended = later(seconds(1));
    for (const auto* const other : {"Failed", "Stopped", "InProgress", "Tomorrow"}) {
        summary.status = domain::parse_primary(other);
        EXPECT_TRUE(may_have_alerted(summary, {})) << other;
    }
}

// ---- the engine, which sees the same life go by ------------------------------------------------

// What it fires while AWS tells the job as it was at each moment: identities and when.
std::map<std::string, wall_time> fired_by_engine(
    const domain::observation& whole, milliseconds until
) {
    script play(quick_plan({whole.name}), {}, at(seconds(0)));
    const auto of = life_of(whole, until);
    play.aws = [&](const describe&) -> result<domain::observation> {
        auto then = as_of(of, play.now().wall);
        if (!then) return failed(error_class::not_found);
        return std::move(*then);
    };
    std::map<std::string, wall_time> fired;
    for (const auto& [when, asked] : play.play(until)) {
        const auto* batch = std::get_if<commit>(&asked);
        if (!batch) continue;
        for (const auto& row : batch->batch.alerts) {
            fired.emplace(domain::identity(row.alert.labels), row.alert.starts_at);
        }
    }
    return fired;
}

// The engine is later than the replay by the age of its last look, a minute at most while a job
// goes on.
void expect_agreement(
    const char* what,
    const domain::observation& whole,
    milliseconds until,
    milliseconds late = minutes(1)
) {
    const testing::ScopedTrace trace(__FILE__, __LINE__, what);
    const auto by_engine = fired_by_engine(whole, until);
    std::map<std::string, wall_time> by_replay;
    for (const auto& each : replayed(whole, until)) {
        by_replay.emplace(domain::identity(each.row.alert.labels), each.row.alert.starts_at);
    }
    EXPECT_FALSE(by_replay.empty());
    for (const auto& [identity, when] : by_replay) {
        const auto found = by_engine.find(identity);
        ASSERT_NE(found, by_engine.end()) << identity;
        EXPECT_GE(found->second, when) << identity;
        EXPECT_LE(found->second - when, late) << identity;
    }
    EXPECT_EQ(by_engine.size(), by_replay.size());
}

TEST(replay, says_what_the_engine_says_that_saw_it_go_by) {
    const auto past = minutes(30);
    expect_agreement(
        "a failure near its limit", ten_hours().fails(hours(9)).seen(), hours(9) + past
    );
    expect_agreement(
        "a limit",
        job()
            .phase("Starting", seconds(0), seconds(80))
            .phase("Training", seconds(80), hours(2))
            .started(seconds(80))
            .max_runtime(hours(2))
            .phase("Uploading", hours(2), hours(4))
            .hits_max_runtime(hours(4))
            .seen(),
        hours(4) + past
    );
    expect_agreement(
        "no machines for hours, and then none",
        job()
            .phase("Pending", seconds(0), hours(3))
            .max_wait(hours(3))
            .spot()
            .ends("Stopped", "MaxWaitTimeExceeded", hours(3))
            .seen(),
        hours(3) + past
    );
    expect_agreement(
        "a spot loop", interrupted(7).phase("Training", minutes(140)).seen(), hours(4)
    );
    expect_agreement("beyond its limit", running().max_runtime(hours(1)).seen(), hours(2));
    const auto found_later = with_rule("IssuesFound", hours(9) + minutes(10));
    expect_agreement("a rule after the end", found_later.seen(), hours(9) + past, minutes(5));
}

}  // namespace
}  // namespace trainwatch::core::replay_test
