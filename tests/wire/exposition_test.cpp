#include "wire/exposition.hpp"

#include <algorithm>
#include <set>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/wire/exposition_examples.hpp"
#include "tests/wire/vector_files.hpp"

namespace trainwatch::wire::exposition_test {
namespace {

using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;

std::string vector_named(const std::string& name) {
    return read_file(std::string(TRAINWATCH_TESTS_DIR) + "/vectors/exposition/" + name);
}

TEST(Exposition, of_the_example_is_the_vector) {
    EXPECT_EQ(example_text(), vector_named("example.txt"));
}

TEST(Exposition, of_every_group_is_the_vector) {
    EXPECT_EQ(rich_text(), vector_named("every_group.txt"));
}

TEST(Exposition, of_the_example_pleases_promtool) {
    expect_promtool_is_content(example_text());
}

TEST(Exposition, of_every_group_pleases_promtool) {
    expect_promtool_is_content(rich_text());
}

TEST(Exposition, before_the_first_answer_pleases_promtool) {
    domain::view view;
    expect_promtool_is_content(render_metrics(view, example_plan(), example_process()));
}

TEST(Exposition, has_no_series_twice) {
    const auto plan = rich_plan();
    auto view = rich_view(plan);
    // Two connections that reach one account: the same job in two slots.
    view.jobs.push_back(rich_end(plan));
    view.jobs.back().target.watch_list = "weekly";
    const auto series = series_of(render_metrics(view, plan, example_process()));
    const std::set<std::string> unique(series.begin(), series.end());
    EXPECT_EQ(unique.size(), series.size());
}

TEST(Exposition, gives_a_reused_name_to_the_newest_job) {
    const auto plan = example_plan();
    domain::view view;
    view.jobs = {completed(plan), completed(plan), completed(plan)};
    view.jobs[1].last->created = at(10'000);
    view.jobs[1].last->algorithm = "the-new-one";
    const auto text = render_metrics(view, plan, example_process());
    EXPECT_THAT(text, HasSubstr("algorithm=\"the-new-one\""));
    EXPECT_THAT(text, Not(HasSubstr("algorithm=\"pytorch")));
}

// Two connections name it, and one of them hears nothing any more.
TEST(Exposition, shows_a_job_of_two_connections_as_the_one_that_knows_more_has_it) {
    const auto plan = example_plan();
    domain::view view;
    view.jobs = {completed(plan), completed(plan)};
    view.jobs[0].ending.reset();
    view.jobs[0].last->algorithm = "out-of-date";
    const auto ended = render_metrics(view, plan, example_process());
    EXPECT_THAT(ended, Not(HasSubstr("algorithm=\"out-of-date\"")));
    view.jobs[1].ending.reset();
    view.jobs[0].trouble = error_class::denied;
    const auto heard = render_metrics(view, plan, example_process());
    EXPECT_THAT(heard, Not(HasSubstr("algorithm=\"out-of-date\"")));
}

TEST(Exposition, lets_a_finished_job_leave_after_its_time) {
    const auto plan = example_plan();
    auto view = example_view(plan);
    view.jobs[0].retired = true;
    const auto text = render_metrics(view, plan, example_process());
    EXPECT_THAT(text, Not(HasSubstr("training_job=\"resnet\"")));
    EXPECT_THAT(text, HasSubstr("training_job=\"broken\""));
    // The gauge counts what is shown, the counters all that ever ended.
    EXPECT_THAT(text, Not(ContainsRegex("sagemaker_training_jobs\\{[^}]*status=\"Completed\"")));
    EXPECT_THAT(
        text, ContainsRegex("sagemaker_training_jobs_finished_total\\{[^}]*\"completed\"[^}]*\\} 1")
    );
}

TEST(Exposition, tells_the_feasible_bound_also_where_jobs_are_not_listed) {
    const auto plan = example_plan();
    auto view = example_view(plan);
    constexpr auto name = "\ntrainwatchd_feasible_staleness_bound_seconds{";
    const auto unknown = render_metrics(view, plan, example_process());
    EXPECT_THAT(unknown, Not(HasSubstr(name)));
    view.lanes[1].described_bound = milliseconds(14'500);
    const auto known = render_metrics(view, plan, example_process());
    EXPECT_THAT(
        known,
        HasSubstr(
            name + ("connection=\"" + plan.lanes[1].connection) + "\",aws_region=\"" +
            plan.lanes[1].region + "\"} 14.5\n"
        )
    );
}

TEST(Exposition, does_not_bring_back_an_older_job_when_the_newest_leaves) {
    const auto plan = example_plan();
    domain::view view;
    view.jobs = {completed(plan), completed(plan)};
    view.jobs[1].last->created = at(10'000);
    view.jobs[1].retired = true;
    const auto text = render_metrics(view, plan, example_process());
    EXPECT_THAT(text, Not(HasSubstr("training_job=")));
}

TEST(Exposition, counts_the_fleet_only_after_a_complete_pass) {
    const auto plan = example_plan();
    auto view = example_view(plan);
    view.first_pass_complete = false;
    const auto text = render_metrics(view, plan, example_process());
    EXPECT_THAT(text, Not(HasSubstr("sagemaker_training_jobs{")));
    EXPECT_THAT(text, HasSubstr("sagemaker_training_job_status{"));
}

TEST(Exposition, starts_at_zero_for_what_may_happen) {
    const domain::view nothing;
    const auto text = render_metrics(nothing, example_plan(), example_process());
    for (const char* const line : {
             "trainwatchd_alerts_firing{alert=\"TrainingJobFailed\"} 0\n",
             "trainwatchd_alerts_firing{alert=\"TrainingJobMaxRuntimeExceeded\"} 0\n",
             "trainwatchd_alerts_firing{alert=\"TrainingJobMaxWaitExceeded\"} 0\n",
             "trainwatchd_alerts_firing{alert=\"TrainingJobStopped\"} 0\n",
             "trainwatchd_alerts_firing{alert=\"TrainwatchdStale\"} 0\n",
             "trainwatchd_notifications_total{receiver=\"hook\"} 0\n",
             "trainwatchd_unknown_values_total{member=\"SecondaryStatus\"} 0\n",
             "trainwatchd_unknown_values_total{member=\"TrainingJobStatus\"} 0\n",
             "trainwatchd_notifications_failed_total{receiver=\"main\",reason=\"denied\"} 0\n",
             "trainwatchd_api_requests_total{connection=\"research\",aws_region=\"us-east-1\","
             "operation=\"DescribeTrainingJob\",code=\"throttled\"} 0\n",
         }) {
        EXPECT_THAT(text, HasSubstr(line));
    }
    // What is not known yet is absent: 0 would be a lie.
    EXPECT_THAT(text, Not(HasSubstr("trainwatchd_connection_up{")));
    EXPECT_THAT(text, Not(HasSubstr("trainwatchd_oldest_observation_timestamp_seconds{")));
}

TEST(Exposition, never_shows_free_text) {
    EXPECT_THAT(rich_text(), Not(HasSubstr("exit code")));
    EXPECT_THAT(rich_text(), Not(HasSubstr("free text")));
    EXPECT_EQ(rich_text().find('\x1b'), std::string::npos);
}

TEST(Exposition, does_not_change_with_the_number_of_polls) {
    const auto plan = rich_plan();
    domain::view view;
    view.jobs = {rich_run(plan)};
    const auto before = render_metrics(view, plan, example_process());
    view.jobs[0].last_observed = at(9'999);
    view.jobs[0].revision = 77;
    EXPECT_EQ(render_metrics(view, plan, example_process()), before);
}

TEST(Exposition, of_an_answer_without_a_status_says_unknown) {
    const auto plan = example_plan();
    domain::view view;
    view.jobs = {spot(plan)};
    view.jobs[0].last->secondary = {};
    EXPECT_THAT(
        render_metrics(view, plan, example_process()), HasSubstr("secondary_status=\"Unknown\"")
    );
}

// The promise of the README: 14 series and 2.6 KB for a job with a name of 48 characters.
class ExpositionBudget : public testing::TestWithParam<bool> {};

TEST_P(ExpositionBudget, holds_for_a_job) {
    const std::string name = "image-classification-resnet-2026-11-23-09-12-000";
    ASSERT_EQ(name.size(), 48U);
    auto plan = example_plan();
    plan.lists["nightly"].labels = {{"team", "vision"}, {"owner", "ml-platform"}};
    const bool ended = GetParam();
    const auto job_named = [&](const std::string& job) {
        auto made = ended ? completed(plan) : spot(plan);
        const auto like = observed(job, "", "");
        made.last->name = like.name;
        made.last->arn = like.arn;
        made.last->instances = like.instances;
        made.last->tuning_job = "hyperparameter-tuning-20261123";
        made.deadlines.resize(std::min<std::size_t>(made.deadlines.size(), 2));
        return made;
    };
    domain::view one;
    one.jobs = {job_named(name)};
    domain::view two = one;
    two.jobs.push_back(job_named(name.substr(0, 47) + "1"));
    const auto first = render_metrics(one, plan, example_process());
    const auto second = render_metrics(two, plan, example_process());
    EXPECT_LE(series_of(second).size() - series_of(first).size(), 14U);
    EXPECT_LE(second.size() - first.size(), 2'600U);
}

TEST(ExpositionOfGroups, costs_one_series_for_each_further_type) {
    const auto plan = example_plan();
    domain::view one;
    one.jobs = {completed(plan)};
    one.jobs[0].last->instances = {{"ml.m5.large", 1, "a"}};
    auto five = one;
    for (const auto* const type : {"ml.m5.xlarge", "ml.g5.xlarge", "ml.g5.2xlarge", "ml.m5.large"})
        five.jobs[0].last->instances.push_back({type, 2, "b"});
    const auto first = series_of(render_metrics(one, plan, example_process())).size();
    const auto second = series_of(render_metrics(five, plan, example_process())).size();
    EXPECT_EQ(second - first, 3U);
}

INSTANTIATE_TEST_SUITE_P(Jobs, ExpositionBudget, testing::Bool(), [](const auto& each) {
    return each.param ? "that_ended" : "that_runs";
});

}  // namespace
}  // namespace trainwatch::wire::exposition_test
