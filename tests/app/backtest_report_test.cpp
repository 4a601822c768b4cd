// What a history comes to, in values, on a page and as JSON.
#include "app/backtest_report.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/backtest_text.hpp"
#include "base/limits.hpp"

namespace trainwatch::app::backtest_report_test {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

// 2025-11-23T12:00:00Z
constexpr wall_time noon = from_unix_milliseconds(1'763'899'200'000);

domain::transition entry(const char* status, wall_time from, wall_time to) {
    domain::transition made;
    made.status = domain::parse_secondary(status);
    made.started = from;
    made.ended = to;
    return made;
}

// Trained for so long, on two machines.
past_job job(
    const std::string& name,
    wall_time created,
    milliseconds took,
    const char* primary,
    const char* secondary
) {
    past_job made;
    auto& whole = made.whole;
    whole.name = name;
    whole.account_id = "111122223333";
    whole.region = "eu-west-1";
    whole.created = created;
    whole.training_started = created;
    whole.instances = {{"ml.p4d.24xlarge", 2, {}}};
    const auto end = created + took;
    whole.transitions = {entry("Training", created, end), entry(secondary, end, end)};
    whole.status = domain::parse_primary(primary);
    whole.secondary = domain::parse_secondary(secondary);
    whole.training_ended = end;
    made.until = noon;
    made.watch_list = "everything";
    return made;
}

past_job failure_of(
    const std::string& name, hours before, const std::string& reason = "AlgorithmError: no"
) {
    auto made = job(name, noon - before, hours(1), "Failed", "Failed");
    made.whole.failure_reason = reason;
    return made;
}

past_job cut_off(const std::string& name, hours before) {
    auto made = job(name, noon - before, hours(10), "Stopped", "MaxRuntimeExceeded");
    made.whole.limits.max_runtime = hours(10);
    return made;
}

backtest_report report_of(
    const std::vector<past_job>& jobs, const domain::watch_plan& plan = {}, hours back = hours(672)
) {
    return make_backtest_report(jobs, plan, noon - back, noon);
}

std::vector<std::string> fired(const backtest_report& report) {
    std::vector<std::string> lines;
    for (const auto& each : report.alerts) {
        lines.push_back(
            each.alert.labels.at("alertname") + " of " + each.alert.labels.at("training_job")
        );
    }
    return lines;
}

TEST(BacktestReport, has_the_newest_alert_first) {
    const auto report =
        report_of({failure_of("b", hours(20)), failure_of("a", hours(30)), cut_off("c", hours(25))}
        );
    EXPECT_THAT(
        fired(report),
        ElementsAre(
            "TrainingJobMaxRuntimeExceeded of c",
            "TrainingJobNearDeadline of c",
            "TrainingJobNearDeadline of c",
            "TrainingJobFailed of b",
            "TrainingJobFailed of a"
        )
    );
    EXPECT_EQ(report.alerted_jobs, 3);
    EXPECT_EQ(report.jobs, (backtest_jobs{.replayed = 3, .failed = 2, .cut_off = 1}));
}

TEST(BacktestReport, counts_by_rule_and_severity_the_gravest_first) {
    const auto report =
        report_of({failure_of("b", hours(20)), failure_of("a", hours(30)), cut_off("c", hours(25))}
        );
    EXPECT_THAT(
        report.rules,
        ElementsAre(
            backtest_rule{"TrainingJobFailed", "critical", 2},
            backtest_rule{"TrainingJobMaxRuntimeExceeded", "critical", 1},
            backtest_rule{"TrainingJobNearDeadline", "critical", 1},
            backtest_rule{"TrainingJobNearDeadline", "warning", 1}
        )
    );
    EXPECT_EQ(report.a_week(8), 2);
    EXPECT_EQ(report_of({}, {}, hours(100)).a_week(8), std::nullopt);
}

// As the routes of deploy/alertmanager group them.
TEST(BacktestReport, counts_what_is_told_together_as_one_notification) {
    auto soon = failure_of("b", hours(30));
    soon.whole.training_ended = *soon.whole.training_ended + minutes(2);
    soon.whole.transitions.back().started += minutes(2);
    auto elsewhere = failure_of("c", hours(30));
    elsewhere.watch_list = "other";
    const auto report = report_of({failure_of("a", hours(30)), soon, failure_of("d", hours(20))});
    EXPECT_EQ(report.alerts.size(), 3);
    EXPECT_EQ(report.notifications, 2);
    EXPECT_THAT(
        render_backtest_text(report, {}, {200, false, true}),
        HasSubstr(", told by Alertmanager in 2 notifications:")
    );
    const auto apart = report_of({failure_of("a", hours(30)), elsewhere});
    EXPECT_EQ(apart.notifications, 2);
    EXPECT_THAT(
        render_backtest_text(apart, {}, {200, false, true}), Not(HasSubstr("notifications"))
    );
}

TEST(BacktestReport, tells_which_failures_have_one_cause) {
    const std::string memory = "AlgorithmError: CUDA out of memory, exit code 1";
    const auto report = report_of(
        {failure_of("a", hours(30), memory),
         failure_of("b", hours(20), memory),
         failure_of("c", hours(10), "ClientError: no such bucket")}
    );
    EXPECT_THAT(
        report.causes, ElementsAre(backtest_cause{memory, 2, noon - hours(29), noon - hours(19)})
    );
    EXPECT_EQ(
        report.alerts[1].alert.annotations.at("same_reason"),
        "same reason as 1 other since 2025-11-22 07:00:00 UTC"
    );
    EXPECT_EQ(report.alerts[1].others, 1);
    EXPECT_THAT(
        report.alerts[1].alert.annotations.at("description"),
        testing::EndsWith("It failed for the same reason as 1 other since 2025-11-22 07:00:00 UTC.")
    );
    EXPECT_THAT(
        render_backtest_text(report, {}, {80, false, true}),
        HasSubstr(
            "\n    b failed after 1h (out of memory), as did 1 other before it: AlgorithmError"
        )
    );
    EXPECT_EQ(report.alerts[0].alert.annotations.count("same_reason"), 0);
    EXPECT_EQ(report.alerts[2].alert.annotations.count("same_reason"), 0);
}

TEST(BacktestReport, weighs_what_was_lost_and_has_a_whole_sum_of_money_or_none) {
    auto billed = failure_of("a", hours(30));
    billed.whole.billable_time = hours(3);
    domain::watch_plan plan;
    plan.prices = {{"ml.p4d.24xlarge", 10.0}};
    auto lost = report_of({billed, failure_of("b", hours(20))}, plan).lost;
    EXPECT_EQ(lost.jobs, 2);
    EXPECT_DOUBLE_EQ(lost.instance_hours, 8);
    EXPECT_EQ(lost.money, 80.0);
    auto other = failure_of("c", hours(10));
    other.whole.instances = {{"ml.m5.large", 1, {}}};
    lost = report_of({billed, other}, plan).lost;
    EXPECT_EQ(lost.money, std::nullopt);
    EXPECT_THAT(lost.unpriced, ElementsAre("ml.m5.large"));
    EXPECT_THAT(report_of({billed}).lost.unpriced, testing::IsEmpty());
}

TEST(BacktestReport, tells_how_long_before_a_limit_a_warning_would_have_come) {
    auto late = cut_off("b", hours(40));
    domain::watch_plan plan;
    EXPECT_EQ(report_of({cut_off("a", hours(25)), late}).notice, (backtest_notice{2, 2, hours(2)}));
    plan.lists["quiet"].alerts["TrainingJobNearDeadline"].enabled = false;
    late.watch_list = "quiet";
    EXPECT_EQ(
        report_of({cut_off("a", hours(25)), late}, plan).notice, (backtest_notice{2, 1, hours(2)})
    );
}

TEST(BacktestReport, weighs_a_stuck_phase_from_its_beginning_to_its_end) {
    auto stuck = job("a", noon - hours(50), hours(9), "Completed", "Completed");
    stuck.whole.transitions.front().status = domain::parse_secondary("Pending");
    const auto report = report_of({stuck});
    EXPECT_THAT(fired(report), ElementsAre("TrainingJobStuck of a"));
    EXPECT_EQ(report.stuck.jobs, 1);
    EXPECT_EQ(report.stuck.time, hours(9));
}

TEST(BacktestReport, takes_choices_and_labels_of_the_list_and_of_tags) {
    domain::watch_plan plan;
    plan.global.labels = {{"site", "north"}};
    auto& list = plan.lists["vision"];
    list.labels = {{"team", "vision"}};
    list.labels_from_tags = {{"owner", "Owner"}, {"stage", "Stage"}};
    list.alerts["TrainingJobFailed"].severity = "warning";
    auto failed = failure_of("a", hours(30));
    failed.watch_list = "vision";
    failed.tags = {{"Owner", "ada"}};
    const auto labels = report_of({failed}, plan).alerts.at(0).alert.labels;
    EXPECT_EQ(labels.at("severity"), "warning");
    EXPECT_EQ(labels.at("team"), "vision");
    EXPECT_EQ(labels.at("site"), "north");
    EXPECT_EQ(labels.at("owner"), "ada");
    EXPECT_EQ(labels.count("stage"), 0);
}

TEST(BacktestReport, judges_a_limit_by_the_siblings_that_had_completed_by_then) {
    const auto before = job("nightly-1", noon - hours(60), hours(12), "Completed", "Completed");
    const auto short_limit = cut_off("nightly-2", hours(25));
    EXPECT_THAT(
        fired(report_of({short_limit, before})),
        testing::Contains("TrainingJobSuspiciousLimit of nightly-2")
    );
    const auto after = job("nightly-3", noon - hours(24), hours(12), "Completed", "Completed");
    EXPECT_THAT(
        fired(report_of({short_limit, after})),
        Not(testing::Contains("TrainingJobSuspiciousLimit of nightly-2"))
    );
}

TEST(BacktestReport, judges_what_a_list_expects_when_all_completions_are_known) {
    domain::watch_plan plan;
    plan.lists["nightly"].completed_within = hours(400);
    auto done = job("a", noon - hours(300), hours(1), "Completed", "Completed");
    done.watch_list = "nightly";
    const std::vector<past_completion> told{
        {"nightly", noon - hours(672)}, {"other", noon - hours(5)}};
    const auto make = [&](const std::vector<past_completion>* completions) {
        return make_backtest_report({done}, plan, noon - hours(720), noon, completions);
    };
    EXPECT_TRUE(make(&told).alerts.empty());
    plan.lists["nightly"].completed_within = hours(100);
    EXPECT_TRUE(make(nullptr).alerts.empty());
    const auto report = make(&told);
    ASSERT_EQ(report.alerts.size(), 2);
    EXPECT_EQ(report.alerts[0].alert.starts_at, noon - hours(199));
    EXPECT_EQ(report.alerts[1].ended, noon - hours(299));
    EXPECT_THAT(
        render_backtest_text(report, {}, {wire::unwrapped, false, true}),
        HasSubstr("critical  TrainingJobOverdue  nightly  No training job of watch list nightly has"
        )
    );
}

TEST(BacktestReport, leaves_out_what_fired_before) {
    EXPECT_THAT(
        fired(report_of({failure_of("a", hours(30)), failure_of("b", hours(20))}, {}, hours(25))),
        ElementsAre("TrainingJobFailed of b")
    );
}

// ---- the page ----------------------------------------------------------------------------------

wire::text_style plain(std::size_t width) {
    return {width, false, true};
}

TEST(BacktestPage, has_an_alert_on_a_line_and_what_they_come_to) {
    const auto text = render_backtest_text(
        report_of({failure_of("resnet", hours(30)), cut_off("bert", hours(25))}),
        {.where = "eu-west-1", .counts = {.listed = 9, .short_lived = 7}},
        plain(wire::unwrapped)
    );
    EXPECT_THAT(
        text,
        testing::StartsWith(
            "2025-11-22 21:00  critical  TrainingJobMaxRuntimeExceeded  bert    was stopped by AWS "
            "after 10h, at its runtime limit of 10h.\n"
            "2025-11-22 20:30  critical  TrainingJobNearDeadline        bert    has used 95 % of "
            "its "
            "MaxRuntimeInSeconds of 10h: AWS stops it at 2025-11-22 21:00:00 UTC, done or not.\n"
        )
    );
    EXPECT_THAT(
        text,
        HasSubstr(
            "\n2025-11-22 07:00  critical  TrainingJobFailed              resnet  failed after "
            "1h: AlgorithmError: no\n\n4 alerts about 2 jobs would have fired between "
            "2025-10-26 12:00 and 2025-11-23 12:00 UTC, 1.0 a week:\n"
            "      1  critical  TrainingJobFailed                0.2 a week\n"
        )
    );
    EXPECT_THAT(
        text, HasSubstr("  2 jobs had used 22 instance-hours when they failed or met a limit")
    );
    EXPECT_THAT(
        text,
        HasSubstr("  The job that AWS ended at MaxRuntimeInSeconds would have been announced, 2h "
                  "before.\n")
    );
    EXPECT_THAT(
        text, HasSubstr("  9 jobs created since 2025-10-26 12:00 UTC in eu-west-1; 2 jobs ")
    );
    EXPECT_THAT(text, HasSubstr("7 jobs that completed within 15m were not described"));
}

TEST(BacktestPage, is_never_wider_than_it_may_be) {
    auto failed =
        failure_of("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa-001", hours(30));
    failed.whole.failure_reason.assign(900, 'x');
    failed.whole.failure_reason += "\n\x1b[31m and more words, as many as there may be";
    const auto report = report_of({failed, failure_of("b", hours(2)), cut_off("c", hours(90))});
    for (const std::size_t width : {40, 60, 80, 119, 120, 160}) {
        const auto text = render_backtest_text(report, {.where = "eu-west-1"}, plain(width));
        std::size_t from = 0;
        for (auto at = text.find('\n'); at != std::string::npos; at = text.find('\n', from)) {
            const auto line = text.substr(from, at - from);
            EXPECT_LE(wire::display_width(line), width) << line;
            from = at + 1;
        }
        EXPECT_THAT(text, Not(HasSubstr("\x1b")));
    }
}

TEST(BacktestPage, has_colours_only_where_they_are_wanted) {
    const auto report = report_of({failure_of("b", hours(2))});
    auto style = plain(80);
    EXPECT_THAT(render_backtest_text(report, {}, style), Not(HasSubstr("\x1b")));
    style.color = true;
    EXPECT_THAT(render_backtest_text(report, {}, style), HasSubstr("\x1b["));
}

TEST(BacktestPage, without_alerts_says_so_and_what_was_looked_at) {
    const auto quiet = job("a", noon - hours(30), hours(1), "Completed", "Completed");
    const auto text = render_backtest_text(
        report_of({quiet}), {.where = "the saved answers in x", .is_folder = true}, plain(80)
    );
    EXPECT_THAT(text, testing::StartsWith("Nothing would have fired between 2025-10-26 12:00"));
    EXPECT_THAT(text, HasSubstr("1 job replayed from its description in the saved answers in x"));
    EXPECT_THAT(text, Not(HasSubstr("at stake")));
}

TEST(BacktestPage, says_what_is_missing) {
    backtest_source source;
    source.interrupted = true;
    source.has_lists = true;
    source.counts = {.unwatched = 1, .undecided = 2, .gone = 3, .unread = 4, .waiting = 5};
    const auto text = render_backtest_text(report_of({}), source, plain(wire::unwrapped));
    for (const auto* const part :
         {"1 job of no watch list.",
          "2 jobs may be of a watch list that goes by tags",
          "3 jobs deleted meanwhile.",
          "4 jobs could not be read.",
          "It was broken off: 5 jobs are missing here.",
          "The rules are those of the configuration file's watch lists."})
        EXPECT_THAT(text, HasSubstr(part));
}

TEST(BacktestJson, has_all_of_it) {
    const auto report = report_of({failure_of("resnet", hours(30)), cut_off("bert", hours(25))});
    const auto text = render_backtest_json(report, {.counts = {.listed = 9}});
    const auto json = boost::json::parse(text).as_object();
    EXPECT_EQ(json.at("alerts").as_array().size(), 4);
    const auto& first = json.at("alerts").at(3).as_object();
    EXPECT_EQ(first.at("fired_at"), "2025-11-22T07:00:00.000Z");
    EXPECT_EQ(first.at("ended_at"), "2025-11-23T07:00:00.000Z");
    EXPECT_EQ(first.at("labels").at("alertname"), "TrainingJobFailed");
    EXPECT_EQ(json.at("jobs").at("listed"), 9);
    EXPECT_EQ(json.at("complete"), true);
    EXPECT_EQ(json.at("rules").at(0).at("alerts_a_week").as_double(), 0.25);
    EXPECT_EQ(json.at("stakes").at("failed_or_cut_off").at("instance_hours"), 22);
    EXPECT_EQ(json.at("stakes").at("runtime_limits").at("announced"), 1);
    EXPECT_TRUE(text.ends_with("}\n"));
}

TEST(BacktestEstimate, says_what_it_takes) {
    EXPECT_EQ(
        estimate_text(482, 60, milliseconds(30'000)),
        "482 jobs listed, 60 to describe, which takes 30s within the budget"
    );
    EXPECT_EQ(estimate_text(1, 0, {}), "1 job listed, none to describe");
}

}  // namespace
}  // namespace trainwatch::app::backtest_report_test
