#include "core/same_reasons.hpp"

#include <gtest/gtest.h>

#include "base/limits.hpp"
#include "tests/core/builders.hpp"

namespace trainwatch::core {
namespace {

TEST(same_reasons, count_those_that_failed_before_within_a_day) {
    same_reasons known;
    EXPECT_FALSE(known.note("out of memory", later(hours(1))));
    EXPECT_FALSE(known.note("no data", later(hours(2))));
    const auto second = known.note("out of memory", later(hours(3)));
    ASSERT_TRUE(second);
    EXPECT_EQ(second->count, 1U);
    EXPECT_EQ(second->since, later(hours(1)));
    const auto next_day = known.note("out of memory", later(hours(26)));
    ASSERT_TRUE(next_day);
    EXPECT_EQ(next_day->since, later(hours(3)));
    EXPECT_FALSE(known.note("out of memory", later(hours(24 * 9))));
}

TEST(same_reasons, forget_the_one_that_nobody_failed_for_lately) {
    same_reasons known;
    known.note("old", later(minutes(0)));
    for (std::size_t i = 0; i < limits::same_reasons_max; ++i)
        known.note("reason " + std::to_string(i), later(minutes(1)));
    EXPECT_FALSE(known.note("old", later(minutes(2))));
}

TEST(same_reasons, of_a_job_without_a_reason_are_none) {
    same_reasons known;
    known.note("", later(minutes(0)));
    EXPECT_FALSE(known.note("", later(minutes(1))));
}

}  // namespace
}  // namespace trainwatch::core
