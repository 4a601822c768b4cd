#include "core/deadlines.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/core/builders.hpp"

namespace trainwatch::core::deadlines_test {
namespace {

using domain::deadline;
using domain::deadline_kind;
using testing::ElementsAre;
using testing::IsEmpty;

TEST(deadlines, absent_limits_are_absent_deadlines) {
    EXPECT_THAT(deadlines_of(running()), IsEmpty());
}

TEST(deadlines, max_runtime_counts_from_the_start_of_training) {
    EXPECT_THAT(
        deadlines_of(running().max_runtime(seconds(3600))),
        ElementsAre(deadline{deadline_kind::max_runtime, later(seconds(3680))})
    );
}

TEST(deadlines, job_that_is_being_stopped_has_none) {
    EXPECT_THAT(
        deadlines_of(running()
                         .max_runtime(seconds(3600))
                         .max_wait(seconds(7200))
                         .phase("Stopping", seconds(500))
                         .status("Stopping", "Stopping")),
        IsEmpty()
    );
    // The two statuses do not change in one step.
    EXPECT_THAT(
        deadlines_of(running().max_runtime(seconds(3600)).status("Stopping", "Training")), IsEmpty()
    );
    EXPECT_THAT(
        deadlines_of(running().max_runtime(seconds(3600)).status("InProgress", "Stopping")),
        IsEmpty()
    );
}

TEST(deadlines, max_runtime_is_absent_before_the_start) {
    EXPECT_THAT(
        deadlines_of(job().phase("Starting", seconds(0)).max_runtime(seconds(3600))), IsEmpty()
    );
}

TEST(deadlines, max_wait_counts_from_the_creation_running_or_not) {
    const deadline wait{deadline_kind::max_wait, later(seconds(7200))};
    EXPECT_THAT(deadlines_of(job().max_wait(seconds(7200))), ElementsAre(wait));
    EXPECT_THAT(deadlines_of(running().max_wait(seconds(7200))), ElementsAre(wait));
}

TEST(deadlines, max_pending_ends_with_the_start) {
    EXPECT_THAT(
        deadlines_of(job().max_pending(seconds(7200))),
        ElementsAre(deadline{deadline_kind::max_pending, later(seconds(7200))})
    );
    EXPECT_THAT(deadlines_of(running().max_pending(seconds(7200))), IsEmpty());
}

job interrupted() {
    return job()
        .spot()
        .started(seconds(80))
        .max_runtime(seconds(3600))
        .phase("Starting", seconds(0), seconds(80))
        .phase("Training", seconds(80), seconds(1000))
        .phase("Interrupted", seconds(1000), seconds(1300));
}

TEST(deadlines, clock_of_a_spot_job_stands_while_it_is_interrupted) {
    EXPECT_THAT(deadlines_of(interrupted()), IsEmpty());
    EXPECT_THAT(deadlines_of(interrupted().phase("Restarting", seconds(1300))), IsEmpty());
    EXPECT_THAT(deadlines_of(interrupted().phase("Starting", seconds(1300))), IsEmpty());
    EXPECT_THAT(deadlines_of(interrupted().phase("Pending", seconds(1300))), IsEmpty());
}

TEST(deadlines, interrupted_time_of_a_spot_job_does_not_count) {
    EXPECT_THAT(
        deadlines_of(interrupted()
                         .phase("Starting", seconds(1300), seconds(1500))
                         .phase("Downloading", seconds(1500))),
        ElementsAre(deadline{deadline_kind::max_runtime, later(seconds(3680 + 500))})
    );
}

// AWS may tell of the entries in another order: no deadline comes sooner for that.
TEST(deadlines, entries_out_of_order_bring_no_deadline_forward) {
    const auto jumbled = job()
                             .spot()
                             .started(seconds(0))
                             .max_runtime(hours(1))
                             .phase("Interrupted", hours(5))
                             .phase("Training", seconds(0));
    const auto found = deadlines_of(jumbled);
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].at, later(hours(1)));
}

TEST(deadlines, each_interruption_of_a_spot_job_moves_the_deadline) {
    EXPECT_THAT(
        deadlines_of(interrupted()
                         .phase("Training", seconds(1300), seconds(2000))
                         .phase("Interrupted", seconds(2000), seconds(2100))
                         .phase("Training", seconds(2100))),
        ElementsAre(deadline{deadline_kind::max_runtime, later(seconds(3680 + 300 + 100))})
    );
}

// AWS' text: MaxRuntimeInSeconds counts over all retry attempts together.
TEST(deadlines, retries_of_a_job_that_is_not_spot_count_together) {
    EXPECT_THAT(
        deadlines_of(interrupted().but([](auto& seen) { seen.spot = false; })),
        ElementsAre(deadline{deadline_kind::max_runtime, later(seconds(3680))})
    );
}

TEST(deadlines, absurd_limit_does_not_overflow) {
    const auto found = deadlines_of(running().max_runtime(seconds::max()).max_wait(seconds::min()));
    ASSERT_EQ(found.size(), 2U);
    EXPECT_EQ(found[0].at, later(seconds(80) + hours(24 * 3650)));
    EXPECT_EQ(found[1].at, created);
}

}  // namespace
}  // namespace trainwatch::core::deadlines_test
