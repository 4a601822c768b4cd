// Each derived fact against the facts of the API: what AWS says of a job, and what follows.
#include "core/derived.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/tracker.hpp"
#include "tests/core/builders.hpp"

namespace trainwatch::core::derived_test {
namespace {

using domain::predicted_end;
using testing::DoubleEq;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Optional;

const domain::price_map prices{{"ml.p4d.24xlarge", 36.0}, {"ml.m5.large", 0.5}};

// What the tracker makes of one answer, and what follows from it.
domain::derived_facts facts_of(
    const domain::observation& seen,
    const domain::price_map& priced = prices,
    milliseconds now = hours(3)
) {
    domain::job_view view;
    job_memory memory;
    observe(view, memory, seen, {at(now), created - hours(1), built_in_reasons()});
    return derive_facts(view, history_of(view, memory), priced, later(now));
}

job on(std::vector<domain::instance_group> instances) {
    return job().but([&](domain::observation& seen) { seen.instances = std::move(instances); });
}

job billed(job of, std::int64_t training, std::int64_t billable) {
    return of.but([&](domain::observation& seen) {
        seen.training_time = seconds(training);
        seen.billable_time = seconds(billable);
    });
}

domain::phase_total phase(
    const char* status,
    milliseconds spent,
    std::size_t times,
    std::optional<milliseconds> since = {}
) {
    domain::phase_total made;
    made.status = status;
    made.spent = spent;
    made.times = times;
    if (since) made.since = later(*since);
    return made;
}

// Interrupted twice: 100 s of training lost to waiting, starting and downloading, then 60 s.
job spot_life() {
    return job()
        .spot()
        .phase("Starting", seconds(0), seconds(50))
        .phase("Downloading", seconds(50), seconds(60))
        .phase("Training", seconds(60), seconds(200))
        .phase("Interrupted", seconds(200), seconds(240))
        .phase("Starting", seconds(240), seconds(290))
        .phase("Downloading", seconds(290), seconds(300))
        .phase("Training", seconds(300), seconds(400))
        .phase("Interrupted", seconds(400), seconds(430))
        .phase("Downloading", seconds(430), seconds(460));
}

// ---- phases ------------------------------------------------------------------------------------

TEST(derived, phases_add_up_by_status_and_leave_the_terminal_entry_out) {
    const auto ended = spot_life()
                           .phase("Training", seconds(460), seconds(700))
                           .phase("Uploading", seconds(700), seconds(730))
                           .ends("Completed", "Completed", seconds(730));
    EXPECT_THAT(
        facts_of(ended).phases,
        ElementsAre(
            phase("Starting", seconds(100), 2),
            phase("Downloading", seconds(50), 3),
            phase("Training", seconds(480), 3),
            phase("Interrupted", seconds(70), 2),
            phase("Uploading", seconds(30), 1)
        )
    );
}

TEST(derived, open_phase_is_told_by_its_beginning) {
    EXPECT_THAT(
        facts_of(running()).phases,
        ElementsAre(
            phase("Starting", seconds(80), 1),
            phase("Downloading", seconds(40), 1),
            phase("Training", seconds(0), 1, seconds(120))
        )
    );
}

TEST(derived, entry_without_an_end_ends_with_the_next_one_or_with_the_job) {
    const auto ended =
        job().phase("Starting", seconds(0)).phase("Training", seconds(80)).fails(seconds(200));
    EXPECT_THAT(
        facts_of(ended).phases,
        ElementsAre(phase("Starting", seconds(80), 1), phase("Training", seconds(120), 1))
    );
}

TEST(derived, phase_that_ends_before_it_began_takes_no_time) {
    EXPECT_THAT(
        facts_of(job().phase("Starting", seconds(80), seconds(20)).phase("Training", seconds(80)))
            .phases[0],
        phase("Starting", seconds(0), 1)
    );
}

TEST(derived, phases_that_aws_has_dropped_since_still_count) {
    domain::job_view view;
    job_memory memory;
    observe(view, memory, spot_life(), {at(hours(1)), created - hours(1), built_in_reasons()});
    observe(
        view,
        memory,
        job().spot().phase("Training", seconds(460)),
        {at(hours(2)), created, built_in_reasons()}
    );
    const auto facts = derive_facts(view, history_of(view, memory), prices, later(hours(2)));
    EXPECT_THAT(
        facts.phases,
        ElementsAre(
            phase("Starting", seconds(100), 2),
            phase("Downloading", seconds(50), 3),
            phase("Training", seconds(240), 3, seconds(460)),
            phase("Interrupted", seconds(70), 2)
        )
    );
    EXPECT_EQ(facts.lost_to_interruptions, seconds(160));
}

// ---- interruptions -----------------------------------------------------------------------------

TEST(derived, time_is_lost_from_an_interruption_until_training_goes_on) {
    const auto waiting = facts_of(spot_life());
    EXPECT_EQ(waiting.lost_to_interruptions, seconds(100));
    EXPECT_EQ(waiting.losing_since, later(seconds(400)));
    const auto again = facts_of(spot_life().phase("Training", seconds(460)));
    EXPECT_EQ(again.lost_to_interruptions, seconds(160));
    EXPECT_EQ(again.losing_since, std::nullopt);
}

TEST(derived, end_of_the_job_ends_the_loss) {
    const auto facts = facts_of(spot_life().ends("Stopped", "MaxWaitTimeExceeded", seconds(900)));
    EXPECT_EQ(facts.lost_to_interruptions, seconds(600));
    EXPECT_EQ(facts.losing_since, std::nullopt);
}

TEST(derived, job_that_was_never_interrupted_lost_nothing) {
    EXPECT_EQ(facts_of(running()).lost_to_interruptions, seconds(0));
    EXPECT_EQ(facts_of(running()).losing_since, std::nullopt);
}

// ---- saving, instances, cost -------------------------------------------------------------------

TEST(derived, spot_saving_is_the_part_of_training_that_was_not_billed) {
    EXPECT_THAT(facts_of(billed(job().spot(), 1000, 240)).spot_saving_ratio, Optional(0.76));
    EXPECT_THAT(facts_of(billed(job().spot(), 1000, 1000)).spot_saving_ratio, Optional(0.0));
    EXPECT_THAT(facts_of(billed(job().spot(), 10, 60)).spot_saving_ratio, Optional(0.0));
}

TEST(derived, there_is_no_saving_without_spot_or_without_training) {
    EXPECT_EQ(facts_of(billed(job(), 1000, 240)).spot_saving_ratio, std::nullopt);
    EXPECT_EQ(facts_of(billed(job().spot(), 0, 0)).spot_saving_ratio, std::nullopt);
    EXPECT_EQ(facts_of(job().spot()).spot_saving_ratio, std::nullopt);
}

TEST(derived, instance_seconds_are_billable_time_times_all_instances) {
    const auto groups = on({{"ml.p4d.24xlarge", 2, "gpu"}, {"ml.m5.large", 3, "cpu"}});
    const auto facts = facts_of(billed(groups, 3031, 3031));
    EXPECT_EQ(facts.instance_count, 5);
    EXPECT_THAT(facts.billable_instance_seconds, Optional(15155.0));
}

TEST(derived, without_instances_or_billable_time_there_are_no_instance_seconds) {
    EXPECT_EQ(facts_of(billed(job(), 60, 60)).billable_instance_seconds, std::nullopt);
    EXPECT_EQ(
        facts_of(billed(on({{"ml.m5.large", 0, ""}}), 60, 60)).billable_instance_seconds,
        std::nullopt
    );
    EXPECT_EQ(facts_of(on({{"ml.m5.large", 1, ""}})).billable_instance_seconds, std::nullopt);
    EXPECT_EQ(facts_of(job()).instance_count, 0);
}

TEST(derived, cost_is_billable_hours_times_the_price_of_each_instance) {
    const auto groups = on({{"ml.p4d.24xlarge", 2, "gpu"}, {"ml.m5.large", 4, "cpu"}});
    EXPECT_THAT(facts_of(billed(groups, 9000, 1800)).cost, Optional(DoubleEq(37.0)));
}

TEST(derived, cost_is_whole_or_absent_and_the_missing_price_is_named) {
    const auto groups =
        on({{"ml.p5.48xlarge", 1, "a"}, {"ml.m5.large", 4, "b"}, {"ml.p5.48xlarge", 1, "c"}});
    const auto facts = facts_of(billed(groups, 3600, 3600));
    EXPECT_EQ(facts.cost, std::nullopt);
    EXPECT_THAT(facts.unpriced, ElementsAre("ml.p5.48xlarge"));
}

TEST(derived, without_prices_there_is_no_cost_and_nothing_missing) {
    const auto facts = facts_of(billed(on({{"ml.m5.large", 1, ""}}), 3600, 3600), {});
    EXPECT_EQ(facts.cost, std::nullopt);
    EXPECT_THAT(facts.unpriced, IsEmpty());
}

// ---- why it failed -----------------------------------------------------------------------------

TEST(derived, equal_failures_of_two_jobs_have_one_fingerprint) {
    const auto reason = [](const char* text) {
        return facts_of(running().fails(seconds(300), text)).failure_fingerprint;
    };
    EXPECT_EQ(
        reason("ClientError: Artifact upload failed:Error 7 in s3://bucket/a-1/model.tar.gz"),
        reason("ClientError: Artifact upload failed:Error 9 in s3://other/b-22/model.tar.gz")
    );
    EXPECT_NE(reason("ClientError: Artifact upload failed"), reason("AlgorithmError: exit code 1"));
    EXPECT_EQ(facts_of(running()).failure_fingerprint, "");
}

// ---- the end -----------------------------------------------------------------------------------

job progressing(std::optional<std::int64_t> epoch, std::optional<std::int64_t> step) {
    return running().but([&](domain::observation& seen) {
        seen.progress = domain::training_progress{epoch, 10, step, 1000};
    });
}

TEST(derived, end_is_predicted_from_progress) {
    // Started at 80 s; at 1,080 s the third of ten epochs is half done: a quarter.
    const auto facts = facts_of(progressing(3, 500), prices, seconds(1080));
    EXPECT_THAT(
        facts.predicted_end,
        Optional(predicted_end{later(seconds(80 + 4000)), predicted_end::basis::progress})
    );
}

TEST(derived, limit_that_comes_before_the_end_of_the_work_is_the_end) {
    const auto facts =
        facts_of(progressing(3, 500).max_runtime(seconds(2000)), prices, seconds(1080));
    EXPECT_THAT(
        facts.predicted_end,
        Optional(predicted_end{later(seconds(2080)), predicted_end::basis::limit})
    );
    const auto faster =
        facts_of(progressing(3, 500).max_runtime(seconds(9000)), prices, seconds(1080));
    EXPECT_EQ(faster.predicted_end->from, predicted_end::basis::progress);
}

TEST(derived, without_progress_the_first_limit_is_the_end) {
    const auto facts = facts_of(
        running().max_runtime(seconds(3600)).max_wait(seconds(1000)), prices, seconds(900)
    );
    EXPECT_THAT(
        facts.predicted_end,
        Optional(predicted_end{later(seconds(1000)), predicted_end::basis::limit})
    );
    EXPECT_EQ(facts_of(running()).predicted_end, std::nullopt);
}

TEST(derived, limit_that_has_passed_predicts_nothing) {
    const auto late = running().max_runtime(seconds(3600));
    EXPECT_EQ(facts_of(late, prices, hours(3)).predicted_end, std::nullopt);
    EXPECT_TRUE(facts_of(late, prices, hours(1)).predicted_end.has_value());
}

TEST(derived, progress_of_nothing_predicts_nothing) {
    EXPECT_EQ(facts_of(progressing(1, 0)).predicted_end, std::nullopt);
    EXPECT_EQ(facts_of(progressing({}, {})).predicted_end, std::nullopt);
    EXPECT_EQ(facts_of(progressing(11, 1000)).predicted_end, std::nullopt);
}

TEST(derived, ended_job_has_no_end_ahead) {
    auto ended = progressing(3, 500).max_runtime(seconds(2000)).fails(seconds(1500));
    EXPECT_EQ(facts_of(ended).predicted_end, std::nullopt);
}

}  // namespace
}  // namespace trainwatch::core::derived_test
