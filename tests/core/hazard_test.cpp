#include "core/hazard.hpp"

#include <gtest/gtest.h>

#include "tests/core/builders.hpp"

namespace trainwatch::core::hazard_test {
namespace {

using domain::secondary_status;

constexpr mono_time start = mono(std::chrono::hours(1));

double after(secondary_status phase, nanoseconds in_phase) {
    return hazard({.phase = phase, .phase_since = start, .limit_at = {}}, start + in_phase);
}

TEST(hazard, is_never_zero) {
    for (int value = 0; value <= static_cast<int>(secondary_status::restarting); ++value)
        EXPECT_GT(after(static_cast<secondary_status>(value), std::chrono::hours(24)), 0) << value;
}

TEST(hazard, a_job_that_starts_up_changes_sooner_than_one_that_trains) {
    for (const auto phase : {secondary_status::starting, secondary_status::downloading})
        EXPECT_GT(after(phase, seconds(1)), 10 * after(secondary_status::training, minutes(10)));
}

TEST(hazard, training_is_watched_closely_for_its_first_minutes) {
    const auto early = after(secondary_status::training, seconds(239));
    const auto later = after(secondary_status::training, seconds(240));
    EXPECT_DOUBLE_EQ(early, 1.0 / 120);
    EXPECT_DOUBLE_EQ(later, 1.0 / 5'000);
}

TEST(hazard, a_passed_limit_outweighs_the_phase_and_the_more_the_longer_ago) {
    const auto late = [](nanoseconds by) {
        return hazard(
            {.phase = secondary_status::training,
             .phase_since = start - std::chrono::hours(5),
             .limit_at = start},
            start + by
        );
    };
    EXPECT_DOUBLE_EQ(late(-seconds(1)), 1.0 / 5'000);
    EXPECT_DOUBLE_EQ(late(seconds(0)), 1.0 / 500);
    EXPECT_DOUBLE_EQ(late(seconds(300)), 1.0 / 200);
    EXPECT_DOUBLE_EQ(late(std::chrono::hours(1)), 1.0 / 60);
}

TEST(hazard, a_phase_that_began_before_all_time_is_a_long_one) {
    EXPECT_DOUBLE_EQ(
        hazard(
            {.phase = secondary_status::training, .phase_since = mono_time::min(), .limit_at = {}},
            start
        ),
        1.0 / 5'000
    );
}

}  // namespace
}  // namespace trainwatch::core::hazard_test
