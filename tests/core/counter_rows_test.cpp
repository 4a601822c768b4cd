#include "core/counter_rows.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/histograms.hpp"
#include "tests/core/builders.hpp"

namespace trainwatch::core::counter_rows_test {
namespace {

using domain::failure_class;
using domain::fleet_view;
using domain::outcome;
using testing::IsEmpty;
using testing::SizeIs;

const domain::fleet_key nightly{"111122223333", "eu-west-1", "nightly"};
const domain::fleet_key research{"444455556666", "us-east-1", "research"};

// Something of everything.
fleet_view counted() {
    fleet_view fleet;
    fleet.transitions[{nightly, "Training"}] = 7;
    fleet.transitions[{research, "Quantum"}] = (std::uint64_t{1} << 53U) - 1;
    fleet.finished[{nightly, outcome::failed, failure_class::out_of_memory}] = 3;
    fleet.finished[{research, outcome::stopped, failure_class::none}] = 1;
    fleet.last_completed["nightly"] = later(hours(2));
    fleet.phase_duration.emplace("Training", phase_histogram()).first->second.observe(77.25);
    fleet.phase_duration.emplace("Quantum", phase_histogram()).first->second.observe(5);
    fleet.duration.emplace(outcome::completed, duration_histogram())
        .first->second.observe(4000.125);
    fleet.billable_instance_seconds[{nightly, "ml.p4d.24xlarge", true}] = 1234.5;
    fleet.billable_instance_seconds[{nightly, "ml.p4d.24xlarge", false}] = 0.1;
    return fleet;
}

fleet_view taken_in(const std::vector<domain::counter_row>& rows) {
    fleet_view fleet;
    for (const auto& row : rows)
        take_in(fleet, row);
    return fleet;
}

TEST(counter_rows, bring_everything_back) {
    const auto fleet = counted();
    const auto rows = counter_rows(fleet, marks_of_all(fleet));
    EXPECT_THAT(rows, SizeIs(10));
    EXPECT_EQ(taken_in(rows), fleet);
}

TEST(counter_rows, of_zeros_are_not_written) {
    fleet_view fleet;
    fleet.transitions[{nightly, "Training"}] = 0;
    fleet.finished[{nightly, outcome::stopped, failure_class::none}] = 0;
    fleet.phase_duration.emplace("Training", phase_histogram());
    fleet.duration.emplace(outcome::failed, duration_histogram());
    EXPECT_EQ(marks_of_all(fleet), counter_marks{});
    EXPECT_THAT(counter_rows(fleet, marks_of_all(fleet)), IsEmpty());
}

TEST(counter_rows, are_named_and_labelled_as_on_the_metrics_page) {
    fleet_view fleet;
    fleet.finished[{nightly, outcome::max_runtime_exceeded, failure_class::timeout}] = 2;
    const auto rows = counter_rows(fleet, marks_of_all(fleet));
    ASSERT_THAT(rows, SizeIs(1));
    const domain::counter_row expected{
        "sagemaker_training_jobs_finished_total",
        {{"account_id", "111122223333"},
         {"aws_region", "eu-west-1"},
         {"watch_list", "nightly"},
         {"outcome", "max_runtime_exceeded"},
         {"failure_class", "timeout"}},
        2,
        {}};
    EXPECT_EQ(rows[0], expected);
}

// Whoever wrote them: another release, or a person with an editor.
TEST(counter_rows, that_this_release_cannot_read_change_nothing) {
    const auto fleet = counted();
    for (auto row : counter_rows(fleet, marks_of_all(fleet))) {
        row.labels.clear();
        EXPECT_EQ(taken_in({row}).finished.size(), 0U);
        EXPECT_EQ(taken_in({row}), taken_in({}));
    }
    const domain::label_map of_list{{"account_id", "1"}, {"aws_region", "r"}, {"watch_list", "w"}};
    auto unheard = of_list;
    unheard.insert({{"outcome", "melted"}, {"failure_class", "none"}});
    EXPECT_EQ(taken_in({{"sagemaker_training_jobs_finished_total", unheard, 1, {}}}), fleet_view{});
    EXPECT_EQ(taken_in({{"unheard_of_total", of_list, 1, {}}}), fleet_view{});
    auto status = of_list;
    status.insert({"secondary_status", "Training"});
    const double broken[]{std::numeric_limits<double>::quiet_NaN(), HUGE_VAL, -HUGE_VAL};
    for (const auto value : broken) {
        const domain::counter_row row{
            "sagemaker_training_job_transitions_total", status, value, {}};
        EXPECT_EQ(taken_in({row}), fleet_view{});
    }
}

TEST(counter_rows, histogram_with_other_bounds_begins_anew) {
    const domain::counter_row row{
        "sagemaker_training_job_duration_seconds", {{"outcome", "failed"}}, 99, {1, 2, 3}};
    EXPECT_EQ(taken_in({row}).duration.at(outcome::failed), duration_histogram());
}

}  // namespace
}  // namespace trainwatch::core::counter_rows_test
