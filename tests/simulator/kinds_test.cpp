#include "tests/simulator/kinds.hpp"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace trainwatch::simulator::kinds_test {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr wall_time start = from_unix_milliseconds(1'795'000'000'123);

job_spec spec_of(std::string_view kind) {
    job_spec spec{.name = "job", .region = "eu-west-1", .kind = std::string(kind)};
    if (kind != "custom") return spec;
    spec.phases = {
        {.status = "Starting", .lasts = minutes(1), .message = "a"},
        {.status = "Training", .lasts = minutes(3), .messages = {{minutes(1), "b"}}},
        {.status = "Training", .lasts = minutes(1), .message = "b"},
        {.status = "Failed", .primary = "Failed", .message = "c"}};
    return spec;
}

job_plan plan_of(const job_spec& spec) {
    return plans_of(spec).front();
}
job_plan plan_of(std::string_view kind) {
    return plan_of(spec_of(kind));
}

std::vector<std::string> statuses(const job_state& state) {
    std::vector<std::string> list;
    for (const auto& entry : state.transitions)
        list.push_back(entry.status);
    return list;
}

// At speed 1, so long after the creation that everything has happened.
job_state end_of(const job_plan& plan) {
    return *state_at(plan, timeline(start, 1), start + hours(1000));
}

TEST(Kinds, each_calls_for_its_alert_and_for_no_other) {
    for (const auto& kind : kinds()) {
        SCOPED_TRACE(kind.name);
        const auto alerts = expected_alerts(plan_of(kind.name));
        if (kind.name == "custom" || kind.truth.find("TrainingJobFailed") != kind.truth.npos) {
            EXPECT_THAT(alerts, ElementsAre("TrainingJobFailed"));
        } else if (kind.truth.find("TrainingJobMaxWaitExceeded") != kind.truth.npos) {
            EXPECT_THAT(alerts, ElementsAre("TrainingJobMaxWaitExceeded"));
        } else if (kind.truth.find("TrainingJobMaxRuntimeExceeded") != kind.truth.npos) {
            EXPECT_THAT(alerts, ElementsAre("TrainingJobMaxRuntimeExceeded"));
        } else {
            EXPECT_THAT(alerts, IsEmpty());
        }
    }
}

// What facts about real answers say of every list of transitions, at every moment of every kind.
TEST(Kinds, transitions_always_have_sagemakers_shape) {
    for (const auto& kind : kinds()) {
        const auto plan = plan_of(kind.name);
        const timeline clock(start, 7);
        auto modified = start;
        std::vector<wall_time> moments{start};
        for (const auto& of : plan.moments)
            moments.push_back(*sight_of(plan, clock, of));
        for (const auto now : moments) {
            SCOPED_TRACE(std::string(kind.name) + " at " + iso8601(now));
            const auto state = state_at(plan, clock, now);
            if (!state) continue;  // deleted
            const auto& list = state->transitions;
            ASSERT_FALSE(list.empty());
            EXPECT_EQ(list.front().start, state->created);
            EXPECT_EQ(list.back().status, state->secondary);
            for (std::size_t at = 1; at < list.size(); ++at) {
                EXPECT_EQ(list[at - 1].end, list[at].start);
            }
            if (is_terminal_primary(state->primary)) {
                EXPECT_EQ(list.back().end, list.back().start);
            }
            EXPECT_GE(state->modified, modified);
            modified = state->modified;
            EXPECT_EQ(state->training_started.has_value(), state->training_seconds.has_value());
            EXPECT_EQ(state->training_ended.has_value(), state->billable_seconds.has_value());
        }
    }
}

TEST(Kinds, a_timeout_is_stopped_late_and_uploads_after_the_stop) {
    auto spec = spec_of("max_runtime_exceeded");
    spec.request.max_runtime = hours(1);
    // A usual length of training does not shorten the way to the limit.
    spec.durations = {{"Training", minutes(1)}};
    const auto plan = plan_of(spec);
    const auto state = end_of(plan);
    EXPECT_EQ(state.primary, "Stopped");
    EXPECT_THAT(
        statuses(state),
        ElementsAre(
            "Starting", "Downloading", "Training", "Stopping", "Uploading", "MaxRuntimeExceeded"
        )
    );
    const auto stopping = state.transitions[3].start;
    EXPECT_EQ(stopping - *state.training_started, hours(1) + spec.late);
    EXPECT_EQ(request_seconds(plan, timeline(start, 1), hours(1)), 3600);
    EXPECT_GT(*state.training_seconds, 3600);
}

TEST(Kinds, a_job_that_never_started_has_no_training_times) {
    for (const auto* kind : {"failed_before_start", "max_wait_time_exceeded"}) {
        const auto state = end_of(plan_of(kind));
        EXPECT_EQ(state.training_started, std::nullopt) << kind;
        EXPECT_EQ(state.training_ended, std::nullopt) << kind;
        EXPECT_EQ(state.training_seconds, std::nullopt) << kind;
    }
}

TEST(Kinds, spot_bills_neither_the_waiting_nor_the_full_price) {
    auto spec = spec_of("spot");
    spec.cycles = 3;
    spec.billable_share = 0.5;
    const auto state = end_of(plan_of(spec));
    const auto list = statuses(state);
    EXPECT_EQ(std::count(list.begin(), list.end(), "Interrupted"), 3);
    // Four times downloading and training, one upload.
    EXPECT_EQ(state.training_seconds, 60 * (4 * 11 + 1));
    EXPECT_EQ(state.billable_seconds, 60 * (4 * 11 + 1) / 2);
}

TEST(Kinds, a_rewritten_message_makes_no_entry_but_moves_the_modification) {
    const auto plan = plan_of("completed");
    const timeline clock(start, 1);
    const auto first = state_at(plan, clock, start + seconds(35));
    const auto second = state_at(plan, clock, start + seconds(36));
    ASSERT_EQ(first->transitions.size(), 1U);
    ASSERT_EQ(second->transitions.size(), 1U);
    EXPECT_EQ(first->transitions[0].message, "Starting the training job");
    EXPECT_EQ(second->transitions[0].message, "Launching requested ML instances");
    EXPECT_EQ(first->modified, start);
    EXPECT_EQ(second->modified, start + seconds(36));
}

TEST(Kinds, the_last_message_can_change_after_the_end) {
    const auto state = end_of(plan_of("message_rewrites"));
    EXPECT_EQ(state.transitions.back().message, "Training job completed: 1 artifact");
    EXPECT_GT(state.modified, *state.training_ended);
}

TEST(Kinds, primary_runs_ahead_of_secondary) {
    const auto plan = plan_of("stopped_while_starting");
    const auto state = *state_at(plan, timeline(start, 1), start + minutes(2) + seconds(1));
    EXPECT_EQ(state.primary, "Stopping");
    EXPECT_EQ(state.secondary, "Starting");
    EXPECT_THAT(statuses(end_of(plan)), ElementsAre("Starting", "Stopping", "Stopped"));
}

TEST(Kinds, a_reused_name_has_a_gap_between_its_lives) {
    const auto plans = plans_of(spec_of("reused_name"));
    ASSERT_EQ(plans.size(), 2U);
    const timeline clock(start, 1);
    const auto gone = *clock.wall_at(*plans[0].gone_at);
    EXPECT_EQ(state_at(plans[0], clock, gone - milliseconds(1))->primary, "Deleting");
    EXPECT_EQ(state_at(plans[0], clock, gone), std::nullopt);
    EXPECT_EQ(state_at(plans[1], clock, gone), std::nullopt);
    EXPECT_NE(state_at(plans[1], clock, gone + minutes(1)), std::nullopt);
    EXPECT_THAT(expected_alerts(plans[1]), IsEmpty());
}

TEST(Kinds, a_warm_pool_changes_after_the_end) {
    const auto plan = plan_of("warm_pool");
    const timeline clock(start, 1);
    const auto end = *stamp_of(plan, clock, *terminal_moment(plan));
    const auto kept = *state_at(plan, clock, end);
    EXPECT_EQ(kept.warm_pool, "Available");
    EXPECT_EQ(kept.transitions.back().message, "Resource retained for reuse");
    const auto over = end_of(plan);
    EXPECT_EQ(over.warm_pool, "Terminated");
    EXPECT_EQ(over.warm_pool_seconds, 1800);
    EXPECT_EQ(over.modified, end + minutes(30));
}

TEST(Kinds, rules_go_on_after_the_end) {
    const auto plan = plan_of("debugger_rules");
    const auto state = end_of(plan);
    EXPECT_EQ(state.rules.at("LossNotDecreasing").status, "IssuesFound");
    EXPECT_GT(state.rules.at("LossNotDecreasing").modified, *state.training_ended);
}

TEST(Kinds, a_status_is_never_left_on_request) {
    auto spec = spec_of("completed");
    spec.stays_in = "Downloading";
    const auto state = end_of(plan_of(spec));
    EXPECT_THAT(statuses(state), ElementsAre("Starting", "Downloading"));
    EXPECT_EQ(state.transitions.back().end, std::nullopt);
    EXPECT_EQ(state.transitions.back().message, "Downloading input data");
}

TEST(Kinds, the_lag_is_between_the_stamp_and_the_sight) {
    auto spec = spec_of("completed");
    spec.visibility_lag = milliseconds(300);
    const auto plan = plan_of(spec);
    const timeline clock(start, 1);
    const auto entered = start + minutes(2);
    EXPECT_EQ(state_at(plan, clock, entered + milliseconds(299))->secondary, "Starting");
    const auto state = *state_at(plan, clock, entered + milliseconds(300));
    EXPECT_EQ(state.transitions.back().start, entered);
    EXPECT_EQ(state.modified, entered + milliseconds(300));
}

TEST(Stopping, replaces_what_was_to_come) {
    auto plan = plan_of("failed");
    EXPECT_TRUE(stop(plan, minutes(5)));
    const auto state = end_of(plan);
    EXPECT_THAT(
        statuses(state),
        ElementsAre("Starting", "Downloading", "Training", "Stopping", "Uploading", "Stopped")
    );
    EXPECT_EQ(state.transitions[3].start, start + minutes(5));
    EXPECT_EQ(outcome_of(plan), "stopped");
    EXPECT_THAT(expected_alerts(plan), IsEmpty());
}

TEST(Stopping, a_job_that_has_ended_is_refused) {
    auto plan = plan_of("quick_phases");
    EXPECT_FALSE(stop(plan, minutes(1)));
    EXPECT_EQ(outcome_of(plan), "completed");
}

TEST(Deletion, an_end_that_nobody_could_see_calls_for_nothing) {
    auto plan = plan_of("failed");
    plan.gone_at = minutes(3);
    EXPECT_EQ(outcome_of(plan), "");
    EXPECT_THAT(expected_alerts(plan), IsEmpty());
}

TEST(RequestSeconds, are_real_ones_and_at_least_one) {
    const auto plan = plan_of("completed");
    EXPECT_EQ(request_seconds(plan, timeline(start, 60), hours(24)), 1440);
    EXPECT_EQ(request_seconds(plan, timeline(start, 60), seconds(90)), 2);
    EXPECT_EQ(request_seconds(plan, timeline(start, 1000), seconds(10)), 1);
}

TEST(RequestSeconds, stay_when_the_speed_changes_later) {
    auto plan = plan_of("completed");
    timeline clock(start, 60);
    plan.created = minutes(1);
    clock.set_speed(start + minutes(1), 1);
    EXPECT_EQ(request_seconds(plan, clock, hours(24)), 1440);
}

}  // namespace
}  // namespace trainwatch::simulator::kinds_test
