#include "core/tally.hpp"

#include <numeric>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/limits.hpp"
#include "core/freshness.hpp"
#include "tests/core/builders.hpp"

namespace trainwatch::core::tally_test {
namespace {

using domain::failure_class;
using domain::fleet_key;
using domain::outcome;
using testing::SizeIs;

const fleet_key nightly{"111122223333", "eu-west-1", "nightly"};

std::uint64_t observations(const domain::histogram_view& histogram) {
    return std::accumulate(histogram.buckets.begin(), histogram.buckets.end(), std::uint64_t{0});
}

// A tally over one watched job, counted as the engine does it.
struct counted {
    explicit counted(milliseconds lookback = hours(1)) : horizon(created - lookback) {
        view.jobs.resize(1);
        view.jobs[0].target = plan.targets[0];
        view.lanes.resize(1);
        sums.emplace(plan, view);
    }

    void hear(const domain::observation& seen, milliseconds when = hours(1)) {
        const auto news =
            observe(view.jobs[0], memory, seen, {at(when), horizon, built_in_reasons()});
        sums->account_known(lane_id{0}, seen.account_id);
        sums->count(view.jobs[0], memory, news.findings, later(when));
    }
    std::uint64_t transitions(const char* status) const {
        return view.fleet.transitions.at({nightly, status});
    }
    std::uint64_t finished(outcome how, failure_class why) const {
        return view.fleet.finished.at({nightly, how, why});
    }

    wall_time horizon;
    domain::watch_plan plan = plan_for({"resnet"});
    domain::view view{};
    job_memory memory{};
    std::optional<tally> sums{};
};

TEST(tally, every_end_that_may_happen_is_zero_once_the_account_is_known) {
    counted given;
    EXPECT_THAT(given.view.fleet.finished, SizeIs(0));
    given.sums->account_known(lane_id{0}, "111122223333");
    EXPECT_THAT(given.view.fleet.finished, SizeIs(17));
    EXPECT_EQ(given.finished(outcome::completed, failure_class::none), 0U);
    for (const auto why : domain::failed_classes) {
        EXPECT_EQ(given.finished(outcome::failed, why), 0U);
    }
    EXPECT_EQ(given.finished(outcome::max_runtime_exceeded, failure_class::timeout), 0U);
    EXPECT_EQ(given.finished(outcome::max_wait_exceeded, failure_class::timeout), 0U);
    EXPECT_EQ(given.finished(outcome::stopped, failure_class::none), 0U);
    EXPECT_EQ(given.finished(outcome::stopped, failure_class::unknown), 0U);
    EXPECT_EQ(given.transitions("Interrupted"), 0U);
}

TEST(tally, account_is_known_to_the_lists_of_its_lane_only) {
    domain::view view;
    auto plan = plan_for({"a"});
    plan.lanes.push_back(plan.lanes[0]);
    plan.lanes[1].region = "us-east-1";
    plan.targets.push_back({lane_id{1}, "b", "research"});
    view.lanes.resize(2);
    tally sums(plan, view);
    sums.account_known(lane_id{1}, "111122223333");
    EXPECT_THAT(view.fleet.finished, SizeIs(17));
    EXPECT_EQ(
        std::get<0>(view.fleet.finished.begin()->first),
        (fleet_key{"111122223333", "us-east-1", "research"})
    );
}

// Each list that is renamed would leave its zeros otherwise, for good.
TEST(tally, zeros_of_a_list_that_is_gone_go) {
    counted given;
    given.hear(running());
    const auto counts = given.sums->all();
    auto next = given.plan;
    next.targets[0].watch_list = "weekly";
    given.sums->reconfigure(next);
    EXPECT_THAT(given.view.fleet.finished, SizeIs(0));
    for (const auto& [key, count] : given.view.fleet.transitions)
        EXPECT_GT(count, 0U) << std::get<1>(key);
    EXPECT_EQ(given.sums->all(), counts) << "what was counted stays";
    given.sums->account_known(lane_id{0}, "111122223333");
    EXPECT_THAT(given.view.fleet.finished, SizeIs(17));

    domain::view view;
    view.lanes.resize(1);
    tally after(next, view);
    domain::ledger_batch rows;
    rows.counters = counts;
    after.restore(rows);
    EXPECT_THAT(view.fleet.finished, SizeIs(0));
    EXPECT_EQ(after.all(), counts);
}

// Its file may fit again.
TEST(tally, zeros_of_a_list_that_nobody_can_read_stay) {
    counted given;
    given.hear(running());
    auto next = given.plan;
    next.targets.clear();
    next.left_out = {"nightly"};
    given.sums->reconfigure(next);
    EXPECT_THAT(given.view.fleet.finished, SizeIs(17));
}

TEST(tally, transitions_are_counted_once) {
    counted given;
    given.hear(running());
    given.hear(running());
    EXPECT_EQ(given.transitions("Starting"), 1U);
    EXPECT_EQ(given.transitions("Downloading"), 1U);
    EXPECT_EQ(given.transitions("Training"), 1U);
    EXPECT_EQ(given.transitions("Failed"), 0U);
}

TEST(tally, status_of_the_future_is_counted_by_its_name) {
    counted given;
    given.hear(job().phase("Entangling", seconds(0)).unknown("SecondaryStatus", "Entangling"));
    EXPECT_EQ(given.transitions("Entangling"), 1U);
    EXPECT_EQ(given.view.unknown_values.at("SecondaryStatus"), 1U);
}

TEST(tally, unknown_members_are_counted_by_name_up_to_a_bound) {
    counted given;
    for (std::size_t i = 0; i < limits::unknown_members_max + 5; ++i) {
        given.hear(job().created_at(created + seconds(i)).unknown("Block" + std::to_string(i)));
    }
    EXPECT_EQ(given.view.unknown_values.size(), limits::unknown_members_max + 1);
    EXPECT_EQ(given.view.unknown_values.at("Block7"), 1U);
    EXPECT_EQ(given.view.unknown_values.at("other"), 5U);
    given.hear(job().created_at(created + minutes(30)).unknown("Block7"));
    EXPECT_EQ(given.view.unknown_values.at("Block7"), 2U);
}

TEST(tally, end_is_counted_by_outcome_and_class) {
    counted given;
    given.hear(running());
    given.hear(running().fails(seconds(900), "CapacityError: none"));
    EXPECT_EQ(given.finished(outcome::failed, failure_class::capacity), 1U);
    EXPECT_EQ(observations(given.view.fleet.duration.at(outcome::failed)), 1U);
    EXPECT_DOUBLE_EQ(given.view.fleet.duration.at(outcome::failed).sum, 900);
}

TEST(tally, history_before_the_horizon_is_not_counted) {
    counted given(seconds(-1000));
    given.hear(running().but([](auto& seen) { seen.transitions[2].ended = later(seconds(900)); }
    ).fails(seconds(900)));
    EXPECT_EQ(given.transitions("Starting"), 0U);
    EXPECT_EQ(given.transitions("Failed"), 0U);
    EXPECT_EQ(given.finished(outcome::failed, failure_class::algorithm), 0U);
    EXPECT_EQ(observations(given.view.fleet.phase_duration.at("Starting")), 0U);
    EXPECT_EQ(observations(given.view.fleet.duration.at(outcome::failed)), 0U);
}

// Running since before the horizon: the phases that were over by then do not count, the present one
// does.
TEST(tally, history_counts_from_the_horizon_on) {
    counted given(seconds(-100));
    given.hear(running());
    EXPECT_EQ(given.transitions("Starting"), 0U);
    EXPECT_EQ(given.transitions("Downloading"), 1U);
    EXPECT_EQ(given.transitions("Training"), 1U);
}

TEST(tally, phase_is_measured_when_it_is_left) {
    counted given;
    given.hear(job().phase("Starting", seconds(0)));
    EXPECT_EQ(observations(given.view.fleet.phase_duration.at("Starting")), 0U);
    given.hear(job().phase("Starting", seconds(0), seconds(80)).phase("Training", seconds(80)));
    EXPECT_DOUBLE_EQ(given.view.fleet.phase_duration.at("Starting").sum, 80);
    EXPECT_EQ(observations(given.view.fleet.phase_duration.at("Training")), 0U);
}

TEST(tally, phase_of_the_future_gets_a_histogram) {
    counted given;
    given.hear(job().phase("Entangling", seconds(0), seconds(7)).phase("Training", seconds(7)));
    EXPECT_DOUBLE_EQ(given.view.fleet.phase_duration.at("Entangling").sum, 7);
}

TEST(tally, detection_lag_is_of_what_happened_while_we_watched) {
    counted given;
    given.hear(job().phase("Starting", seconds(0)), seconds(70));
    EXPECT_EQ(observations(given.view.detection_lag), 0U);
    given.hear(
        job().phase("Starting", seconds(0), seconds(80)).phase("Training", seconds(80)), seconds(92)
    );
    EXPECT_EQ(observations(given.view.detection_lag), 1U);
    EXPECT_DOUBLE_EQ(given.view.detection_lag.sum, 12);
}

TEST(tally, detection_lag_is_never_negative) {
    counted given;
    given.hear(job().phase("Starting", seconds(0)), seconds(70));
    given.hear(
        job().phase("Starting", seconds(0), seconds(80)).phase("Training", seconds(80)), seconds(75)
    );
    EXPECT_DOUBLE_EQ(given.view.detection_lag.sum, 0);
}

TEST(tally, last_completion_of_a_list_is_the_newest_however_old) {
    counted given(seconds(-5000));
    given.hear(running().ends("Completed", "Completed", seconds(900)));
    EXPECT_EQ(given.view.fleet.last_completed.at("nightly"), later(seconds(900)));
    given.hear(job().created_at(created + hours(1)).ends("Completed", "Completed", hours(2)));
    EXPECT_EQ(given.view.fleet.last_completed.at("nightly"), later(hours(2)));
}

TEST(tally, failure_is_no_completion) {
    counted given;
    given.hear(running().fails(seconds(900)));
    EXPECT_THAT(given.view.fleet.last_completed, SizeIs(0));
}

job billed(std::optional<seconds> billable) {
    return running().fails(seconds(900)).but([&](auto& seen) {
        seen.billable_time = billable;
        seen.instances = {{"ml.p4d.24xlarge", 2, ""}, {"ml.c5.xlarge", 1, ""}};
    });
}

TEST(tally, billable_time_is_of_each_instance) {
    counted given;
    given.hear(billed(seconds(800)));
    EXPECT_DOUBLE_EQ(
        given.view.fleet.billable_instance_seconds.at({nightly, "ml.p4d.24xlarge", false}), 1600
    );
    EXPECT_DOUBLE_EQ(
        given.view.fleet.billable_instance_seconds.at({nightly, "ml.c5.xlarge", false}), 800
    );
}

TEST(tally, billable_time_that_comes_after_the_end_is_counted_once) {
    counted given;
    given.hear(billed({}));
    EXPECT_THAT(given.view.fleet.billable_instance_seconds, SizeIs(0));
    given.hear(billed(seconds(800)));
    given.hear(billed(seconds(800)));
    EXPECT_DOUBLE_EQ(
        given.view.fleet.billable_instance_seconds.at({nightly, "ml.c5.xlarge", false}), 800
    );
}

TEST(tally, billable_time_of_a_running_job_waits_for_its_end) {
    counted given;
    given.hear(running().but([](auto& seen) {
        seen.billable_time = seconds(30);
        seen.instances = {{"ml.c5.xlarge", 1, ""}};
    }));
    EXPECT_THAT(given.view.fleet.billable_instance_seconds, SizeIs(0));
}

TEST(tally, corrected_end_is_not_a_second_end) {
    counted given;
    given.hear(running());
    const auto silent = running().status("Stopped", "Uploading");
    given.hear(silent, hours(1));
    given.hear(silent, hours(2));
    given.hear(running().hits_max_runtime(seconds(900)), hours(3));
    EXPECT_EQ(given.finished(outcome::stopped, failure_class::unknown), 1U);
    EXPECT_EQ(given.finished(outcome::max_runtime_exceeded, failure_class::timeout), 0U);
}

// The rows of a run, counted by the next one.
TEST(tally, counters_go_on_after_a_restart) {
    counted before;
    before.view.jobs[0].target = before.plan.targets[0];
    before.hear(billed(seconds(800)));
    domain::ledger_batch rows;
    rows.jobs.push_back(row_of(before.view.jobs[0], before.memory, "main"));
    rows.transitions = transition_rows_of(before.view.jobs[0], before.memory);

    counted after;
    after.sums->restore(rows);
    EXPECT_EQ(after.view.fleet.transitions, before.view.fleet.transitions);
    EXPECT_EQ(after.view.fleet.finished, before.view.fleet.finished);
    EXPECT_EQ(after.view.fleet.duration, before.view.fleet.duration);
    EXPECT_EQ(after.view.fleet.phase_duration, before.view.fleet.phase_duration);
    EXPECT_EQ(
        after.view.fleet.billable_instance_seconds, before.view.fleet.billable_instance_seconds
    );
}

// Of a release that kept none: what was counted from rows is written once, whole.
TEST(tally, counters_that_were_counted_from_rows_are_written) {
    counted before;
    before.view.jobs[0].target = before.plan.targets[0];
    before.hear(billed(seconds(800)));
    domain::ledger_batch rows;
    rows.jobs.push_back(row_of(before.view.jobs[0], before.memory, "main"));
    rows.transitions = transition_rows_of(before.view.jobs[0], before.memory);

    counted after;
    after.sums->restore(rows);
    EXPECT_EQ(after.sums->take_changed(), before.sums->all());
    EXPECT_THAT(after.sums->take_changed(), SizeIs(0));
}

// The rows that they counted may be gone.
TEST(tally, counters_of_the_ledger_count_for_themselves) {
    counted before;
    before.view.jobs[0].target = before.plan.targets[0];
    before.hear(billed(seconds(800)));
    domain::ledger_batch rows;
    rows.counters = before.sums->all();
    EXPECT_EQ(rows.counters, before.sums->take_changed());

    counted after;
    after.sums->restore(rows);
    EXPECT_EQ(after.view.fleet, before.view.fleet);
    EXPECT_THAT(after.sums->take_changed(), SizeIs(0)) << "nothing has changed";

    rows.jobs.push_back(row_of(before.view.jobs[0], before.memory, "main"));
    rows.transitions = transition_rows_of(before.view.jobs[0], before.memory);
    counted with_rows;
    with_rows.sums->restore(rows);
    EXPECT_EQ(with_rows.view.fleet, before.view.fleet) << "not counted twice";
}

TEST(tally, only_what_changed_is_written) {
    counted given;
    given.hear(running());
    given.sums->take_changed();
    given.hear(running());
    EXPECT_THAT(given.sums->take_changed(), SizeIs(0));
    given.hear(running().but([](auto& seen) {
        seen.transitions.back().ended = later(hours(1));
        seen.transitions.push_back(entry("Uploading", hours(1), std::nullopt));
    }));
    // One begins, one is over.
    EXPECT_THAT(given.sums->take_changed(), SizeIs(2));
}

TEST(tally, rows_that_were_not_counted_are_not_counted_now) {
    counted before(seconds(-5000));
    before.hear(billed(seconds(800)));
    domain::ledger_batch rows;
    rows.jobs.push_back(row_of(before.view.jobs[0], before.memory, "main"));
    rows.transitions = transition_rows_of(before.view.jobs[0], before.memory);

    counted after;
    after.sums->restore(rows);
    EXPECT_EQ(after.finished(outcome::failed, failure_class::algorithm), 0U);
    EXPECT_EQ(after.transitions("Downloading"), 0U);
    EXPECT_THAT(after.view.fleet.billable_instance_seconds, SizeIs(0));
}

TEST(tally, requests_are_counted_by_code_from_zero) {
    counted given;
    auto& lane = given.view.lanes[0];
    EXPECT_THAT(lane.operation(domain::aws_operation::describe).requests, SizeIs(8));
    given.sums->request(lane_id{0}, domain::aws_operation::describe, "ok");
    given.sums->request(lane_id{0}, domain::aws_operation::describe, "throttled");
    EXPECT_EQ(lane.operation(domain::aws_operation::describe).requests.at("ok"), 1U);
    EXPECT_EQ(lane.operation(domain::aws_operation::describe).requests.at("throttled"), 1U);
    EXPECT_EQ(lane.operation(domain::aws_operation::describe).requests.at("denied"), 0U);
    given.sums->request_took(lane_id{0}, domain::aws_operation::describe, milliseconds(250));
    EXPECT_DOUBLE_EQ(lane.operation(domain::aws_operation::describe).duration.sum, 0.25);
}

TEST(tally, notifications_are_counted_by_receiver) {
    auto plan = plan_for({"a"});
    plan.endpoints = {{"main", domain::receiver_kind::alertmanager, "http://am"}};
    domain::view view;
    view.lanes.resize(1);
    tally sums(plan, view);
    EXPECT_THAT(view.receivers.at("main").failed, SizeIs(7));
    sums.notified("main", 3);
    sums.notification_failed("main", error_class::transient, 2);
    sums.first_confirmed("main", milliseconds(1500));
    sums.first_confirmed("main", milliseconds(-10));
    EXPECT_EQ(view.receivers.at("main").notifications, 3U);
    EXPECT_EQ(view.receivers.at("main").failed.at(error_class::transient), 2U);
    EXPECT_DOUBLE_EQ(view.receivers.at("main").latency.sum, 1.5);
    EXPECT_EQ(observations(view.receivers.at("main").latency), 2U);
}

// ---- freshness --------------------------------------------------------------------------------

struct fresh {
    fresh() {
        plan.targets[2].watch_list = "research";
        view.lanes.resize(1);
    }
    void update(std::size_t slot, std::optional<wall_time> observed) {
        under_test.update(slot, plan.targets[slot], observed);
    }
    std::map<std::string, wall_time> oldest() { return view.lanes[0].oldest_observation; }

    domain::watch_plan plan = plan_for({"a", "b", "c"});
    domain::view view{};
    freshness under_test{view};
};

using oldest_map = std::map<std::string, wall_time>;

TEST(freshness, is_the_oldest_of_each_list) {
    fresh given;
    given.update(0, later(seconds(10)));
    given.update(1, later(seconds(5)));
    given.update(2, later(seconds(1)));
    EXPECT_EQ(
        given.oldest(),
        (oldest_map{{"nightly", later(seconds(5))}, {"research", later(seconds(1))}})
    );
}

TEST(freshness, moves_when_the_oldest_is_observed) {
    fresh given;
    given.update(0, later(seconds(10)));
    given.update(1, later(seconds(5)));
    given.update(1, later(seconds(20)));
    EXPECT_EQ(given.oldest(), (oldest_map{{"nightly", later(seconds(10))}}));
}

TEST(freshness, forgets_a_job_that_is_not_live) {
    fresh given;
    given.update(0, later(seconds(10)));
    given.update(1, later(seconds(5)));
    given.update(1, {});
    EXPECT_EQ(given.oldest(), (oldest_map{{"nightly", later(seconds(10))}}));
    given.update(0, {});
    EXPECT_EQ(given.oldest(), oldest_map{});
}

TEST(freshness, two_jobs_observed_at_one_moment_are_two) {
    fresh given;
    given.update(0, later(seconds(10)));
    given.update(1, later(seconds(10)));
    given.update(0, {});
    EXPECT_EQ(given.oldest(), (oldest_map{{"nightly", later(seconds(10))}}));
}

}  // namespace
}  // namespace trainwatch::core::tally_test
