// The groups of metrics that a watch list switches on, and the labels that it gives.
#include <algorithm>
#include <limits>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/wire/exposition_examples.hpp"
#include "wire/metric_label_names.hpp"

namespace trainwatch::wire::exposition_groups_test {
namespace {

using domain::label_map;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

const std::string resnet =
    "training_job=\"resnet\",account_id=\"111122223333\",aws_region=\"eu-west-1\"";

// The samples of one family, without its name and the labels that name the job: `{rest} value`.
std::vector<std::string> samples_of(const std::string& text, const std::string& family) {
    std::vector<std::string> samples;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        const std::string start = "sagemaker_training_job_" + family + "{" + resnet;
        if (!line.starts_with(start)) continue;
        line.erase(0, start.size());
        if (line.front() == ',') line.erase(0, 1);
        samples.push_back("{" + line);
    }
    return samples;
}

// What is shown of one job, with these groups.
std::string text_of(const domain::job_view& job, const domain::metric_groups& groups) {
    auto plan = example_plan();
    plan.lists["nightly"].metrics = groups;
    domain::view view;
    view.jobs = {job};
    return render_metrics(view, plan, example_process());
}

constexpr domain::metric_groups phases{.phases = true};
constexpr domain::metric_groups results{.final_metrics = true};
constexpr domain::metric_groups details{.details = true};
constexpr domain::metric_groups state_sets{.state_sets = true};

TEST(MetricGroups, are_switched_by_the_list_of_the_job) {
    auto plan = example_plan();
    plan.lists["weekly"].metrics = {true, true, true, true};
    domain::view view;
    view.jobs = {rich_end(plan)};
    EXPECT_THAT(
        series_of(render_metrics(view, plan, example_process())),
        testing::Each(Not(HasSubstr("_phase_seconds{")))
    );
    const auto without = render_metrics(view, plan, example_process());
    view.jobs[0].target.watch_list = "weekly";
    const auto with = render_metrics(view, plan, example_process());
    EXPECT_THAT(samples_of(without, "limit_seconds"), IsEmpty());
    EXPECT_THAT(samples_of(with, "limit_seconds"), SizeIs(4));
    EXPECT_THAT(samples_of(with, "status"), SizeIs(6));
}

TEST(MetricGroups, do_not_switch_each_other) {
    const auto plan = example_plan();
    const auto job = rich_end(plan);
    EXPECT_THAT(samples_of(text_of(job, phases), "phase_seconds"), SizeIs(3));
    EXPECT_THAT(samples_of(text_of(job, phases), "final_metric"), IsEmpty());
    EXPECT_THAT(samples_of(text_of(job, results), "final_metric"), SizeIs(3));
    EXPECT_THAT(samples_of(text_of(job, results), "volume_bytes"), IsEmpty());
    EXPECT_THAT(samples_of(text_of(job, details), "volume_bytes"), SizeIs(1));
    EXPECT_THAT(samples_of(text_of(job, details), "status"), SizeIs(1));
    EXPECT_THAT(samples_of(text_of(job, state_sets), "status"), SizeIs(6));
    EXPECT_THAT(samples_of(text_of(job, state_sets), "phase_seconds"), IsEmpty());
}

TEST(PhaseMetrics, count_stays_that_have_ended_only) {
    const auto plan = example_plan();
    auto job = completed(plan);
    job.derived.phases = {
        {"Starting", milliseconds(61'500), 2, at(90)}, {"Training", milliseconds(0), 1, at(61)}};
    EXPECT_THAT(
        samples_of(text_of(job, phases), "phase_seconds"),
        ElementsAre("{secondary_status=\"Starting\"} 61.5")
    );
}

TEST(FinalMetrics, of_one_name_are_one_series_with_the_latest_value) {
    auto job = completed(example_plan());
    job.last->final_metrics = {
        {"loss", 3, at(30)}, {"loss", 1, at(90)}, {"loss", 2, at(60)}, {"accuracy", 0.5, {}}};
    const auto text = text_of(job, results);
    EXPECT_THAT(
        samples_of(text, "final_metric"),
        ElementsAre("{metric=\"accuracy\"} 0.5", "{metric=\"loss\"} 1")
    );
}

TEST(FinalMetrics, print_infinities_and_nan_as_prometheus_does) {
    EXPECT_THAT(
        samples_of(text_of(rich_end(example_plan()), results), "final_metric"),
        ElementsAre(
            "{metric=\"grad:norm\"} +Inf",
            "{metric=\"train:loss\"} 0.25",
            "{metric=\"validation:accuracy\"} NaN"
        )
    );
    auto job = rich_end(example_plan());
    job.last->final_metrics[0].value = -std::numeric_limits<double>::infinity();
    EXPECT_THAT(
        samples_of(text_of(job, results), "final_metric"),
        testing::Contains("{metric=\"train:loss\"} -Inf")
    );
}

TEST(FinalMetrics, without_a_time_have_none) {
    EXPECT_THAT(
        samples_of(text_of(rich_end(example_plan()), results), "final_metric_timestamp_seconds"),
        ElementsAre(
            "{metric=\"train:loss\"} 1763893000", "{metric=\"validation:accuracy\"} 1763893060"
        )
    );
}

TEST(FinalMetrics, of_one_name_are_one_series) {
    auto job = completed(example_plan());
    const std::string longer(300, 'x');
    job.last->final_metrics = {
        {"loss", 1, {}}, {"loss", 2, {}}, {longer + "1", 3, {}}, {longer + "2", 4, {}}};
    EXPECT_THAT(
        samples_of(text_of(job, results), "final_metric"),
        ElementsAre("{metric=\"loss\"} 2", "{metric=\"" + longer.substr(0, 256) + "\"} 4")
    );
}

TEST(FinalMetrics, are_as_many_as_aws_allows) {
    auto job = completed(example_plan());
    for (int i = 0; i < 50; ++i)
        job.last->final_metrics.push_back({"metric-" + std::to_string(i), 1, {}});
    EXPECT_THAT(samples_of(text_of(job, results), "final_metric"), SizeIs(40));
}

TEST(JobDetails, name_each_limit_that_there_is) {
    auto job = completed(example_plan());
    job.last->limits.max_runtime = seconds(86'400);
    EXPECT_THAT(
        samples_of(text_of(job, details), "limit_seconds"),
        ElementsAre("{limit=\"max_runtime\"} 86400")
    );
    job.last->limits = {{}, seconds(90'000), seconds(7'200)};
    job.last->keep_alive = seconds(0);
    EXPECT_THAT(
        samples_of(text_of(job, details), "limit_seconds"),
        ElementsAre(
            "{limit=\"max_wait\"} 90000", "{limit=\"max_pending\"} 7200", "{limit=\"keep_alive\"} 0"
        )
    );
}

TEST(JobDetails, tell_rules_of_one_name_apart_by_kind) {
    EXPECT_THAT(
        samples_of(text_of(rich_end(example_plan()), details), "rule_status"),
        ElementsAre(
            "{rule_kind=\"debugger\",rule_name=\"LossNotDecreasing\",status=\"IssuesFound\"} 1",
            "{rule_kind=\"profiler\",rule_name=\"LossNotDecreasing\",status=\"NoIssuesFound\"} 1"
        )
    );
}

TEST(JobDetails, show_a_rule_that_aws_tells_twice_once) {
    auto job = completed(example_plan());
    job.last->rules = {
        {domain::rule_kind::debugger, "Overfit", "InProgress", "", {}},
        {domain::rule_kind::debugger, "Overfit", "InProgress", "", {}}};
    EXPECT_THAT(samples_of(text_of(job, details), "rule_status"), SizeIs(1));
}

TEST(JobDetails, use_base_units) {
    const auto text = text_of(rich_end(example_plan()), details);
    EXPECT_THAT(samples_of(text, "volume_bytes"), ElementsAre("{} 53687091200"));
    EXPECT_THAT(samples_of(text, "interruption_lost_seconds"), ElementsAre("{} 140.5"));
    EXPECT_THAT(samples_of(text, "spot_saving_ratio"), ElementsAre("{} 0.75"));
    EXPECT_THAT(samples_of(text, "billable_instance_seconds"), ElementsAre("{} 6062"));
    EXPECT_THAT(samples_of(text, "cost"), ElementsAre("{} 63.5"));
    EXPECT_THAT(samples_of(text, "warm_pool_retained_billable_seconds"), ElementsAre("{} 300"));
    EXPECT_THAT(samples_of(text, "warm_pool_status"), ElementsAre("{status=\"Available\"} 1"));
}

TEST(JobDetails, are_absent_where_aws_said_nothing) {
    const auto text = text_of(completed(example_plan()), details);
    for (const char* const family :
         {"limit_seconds",
          "rule_status",
          "warm_pool_status",
          "warm_pool_retained_billable_seconds",
          "progress_epoch",
          "cost",
          "billable_instance_seconds",
          "spot_saving_ratio",
          "interruption_lost_seconds",
          "volume_bytes",
          "network_isolation",
          "traffic_encryption",
          "retry_attempts_max",
          "billable_tokens",
          "predicted_end_timestamp_seconds"}) {
        EXPECT_THAT(samples_of(text, family), IsEmpty()) << family;
    }
    // No CheckpointConfig is an answer: no checkpoints.
    EXPECT_THAT(samples_of(text, "checkpointing"), ElementsAre("{} 0"));
}

TEST(JobDetails, say_no_where_aws_said_no) {
    auto job = completed(example_plan());
    job.last->network_isolation = false;
    job.last->traffic_encryption = true;
    const auto text = text_of(job, details);
    EXPECT_THAT(samples_of(text, "network_isolation"), ElementsAre("{} 0"));
    EXPECT_THAT(samples_of(text, "traffic_encryption"), ElementsAre("{} 1"));
}

TEST(JobDetails, predict_no_end_of_what_has_ended) {
    auto job = completed(example_plan());
    job.derived.predicted_end = {at(9'000), domain::predicted_end::basis::limit};
    EXPECT_THAT(samples_of(text_of(job, details), "predicted_end_timestamp_seconds"), IsEmpty());
    job.ending.reset();
    EXPECT_THAT(
        samples_of(text_of(job, details), "predicted_end_timestamp_seconds"),
        ElementsAre("{basis=\"limit\"} 1763899000")
    );
}

TEST(StateSets, have_one_value_of_all_at_one) {
    const auto samples =
        samples_of(text_of(completed(example_plan()), state_sets), "secondary_status");
    EXPECT_THAT(samples, SizeIs(domain::secondary_status_names().size()));
    EXPECT_THAT(samples, testing::Contains("{secondary_status=\"Completed\"} 1"));
    EXPECT_EQ(
        std::count_if(
            samples.begin(),
            samples.end(),
            [](const auto& sample) { return sample.ends_with(" 1"); }
        ),
        1
    );
}

TEST(StateSets, add_a_value_that_nobody_knew) {
    auto job = completed(example_plan());
    job.last->secondary = domain::parse_secondary("Dreaming");
    job.last->status = {};
    const auto text = text_of(job, state_sets);
    const auto secondary = samples_of(text, "secondary_status");
    EXPECT_THAT(secondary, SizeIs(domain::secondary_status_names().size() + 1));
    EXPECT_EQ(secondary.back(), "{secondary_status=\"Dreaming\"} 1");
    EXPECT_EQ(samples_of(text, "status").back(), "{status=\"Unknown\"} 1");
}

TEST(LabelsSeries, is_there_for_lists_with_labels_only) {
    EXPECT_THAT(samples_of(text_of(completed(example_plan()), {}), "labels"), IsEmpty());
    EXPECT_THAT(
        samples_of(rich_text(), "labels"),
        ElementsAre("{label_cost_centre=\"4711\",label_team=\"vision\"} 1")
    );
}

TEST(LabelsSeries, has_the_tags_of_a_job_which_win_over_the_labels_of_its_list) {
    auto job = completed(example_plan());
    job.tag_labels = {{"team", "speech"}, {"owner", "ann"}};
    EXPECT_THAT(
        samples_of(text_of(job, {}), "labels"),
        ElementsAre("{label_owner=\"ann\",label_team=\"speech\"} 1")
    );
}

TEST(LabelsSeries, names_labels_as_kube_state_metrics_does) {
    EXPECT_EQ(
        labels_of_labels(
            {{"team", "a"}, {"costCentre", "b"}, {"S3Bucket", "c"}, {"app.io/x-y", "d"}}
        ),
        (label_map{
            {"label_team", "a"},
            {"label_cost_centre", "b"},
            {"label_s3_bucket", "c"},
            {"label_app_io_x_y", "d"}})
    );
    EXPECT_EQ(
        labels_of_labels({{"fooBar", "a"}, {"foo_bar", "b"}, {"other", "c"}}),
        (label_map{
            {"label_foo_bar_conflict1", "a"},
            {"label_foo_bar_conflict2", "b"},
            {"label_other", "c"}})
    );
}

}  // namespace
}  // namespace trainwatch::wire::exposition_groups_test
