#include "core/retirement.hpp"

#include <gtest/gtest.h>

#include "tests/core/builders.hpp"

namespace trainwatch::core::retirement_test {
namespace {

TEST(retirement, job_leaves_at_its_time_once) {
    retirement over;
    EXPECT_EQ(over.next_wakeup(), std::nullopt);
    over.plan(1, mono(seconds(10)));
    EXPECT_EQ(over.next_wakeup(), mono(seconds(10)));
    EXPECT_EQ(over.take_due(mono(seconds(9))), std::nullopt);
    EXPECT_EQ(over.take_due(mono(seconds(10))), 1U);
    EXPECT_EQ(over.take_due(mono(seconds(10))), std::nullopt);
    EXPECT_EQ(over.next_wakeup(), std::nullopt);
    // Each further look at an ended job plans again: to no effect.
    over.plan(1, mono(seconds(20)));
    EXPECT_EQ(over.next_wakeup(), std::nullopt);
}

TEST(retirement, first_plan_counts) {
    retirement over;
    over.plan(0, mono(seconds(10)));
    over.plan(0, mono(seconds(20)));
    EXPECT_EQ(over.take_due(mono(seconds(10))), 0U);
}

TEST(retirement, job_that_is_not_over_after_all_stays_and_may_end_again) {
    retirement over;
    over.plan(0, mono(seconds(10)));
    over.cancel(0);
    EXPECT_EQ(over.take_due(mono(seconds(10))), std::nullopt);
    over.plan(0, mono(seconds(30)));
    EXPECT_EQ(over.take_due(mono(seconds(30))), 0U);
    over.cancel(0);
    over.plan(0, mono(seconds(50)));
    EXPECT_EQ(over.take_due(mono(seconds(50))), 0U);
}

TEST(retirement, jobs_leave_in_order_of_time) {
    retirement over;
    over.plan(0, mono(seconds(30)));
    over.plan(1, mono(seconds(10)));
    over.plan(2, mono(seconds(20)));
    EXPECT_EQ(over.take_due(mono(seconds(60))), 1U);
    EXPECT_EQ(over.take_due(mono(seconds(60))), 2U);
    EXPECT_EQ(over.take_due(mono(seconds(60))), 0U);
}

}  // namespace
}  // namespace trainwatch::core::retirement_test
