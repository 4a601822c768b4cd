#include "core/same_reasons.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/limits.hpp"
#include "tests/core/builders.hpp"

namespace trainwatch::core::same_reasons_test {
namespace {

// Of the job that fails now.
std::optional<same_reasons::others> note(
    same_reasons& known, const std::string& reason, wall_time when
) {
    known.note(reason, when);
    return known.others_than(reason, when);
}

TEST(same_reasons, count_those_that_failed_before_within_a_day) {
    same_reasons known;
    EXPECT_FALSE(note(known, "out of memory", later(hours(1))));
    EXPECT_FALSE(note(known, "no data", later(hours(2))));
    const auto second = note(known, "out of memory", later(hours(3)));
    ASSERT_TRUE(second);
    EXPECT_EQ(second->count, 1U);
    EXPECT_EQ(second->since, later(hours(1)));
    const auto next_day = note(known, "out of memory", later(hours(26)));
    ASSERT_TRUE(next_day);
    EXPECT_EQ(next_day->since, later(hours(3)));
    EXPECT_FALSE(note(known, "out of memory", later(hours(24 * 9))));
}

TEST(same_reasons, count_those_that_failed_since) {
    same_reasons known;
    known.note("out of memory", later(hours(1)));
    known.note("out of memory", later(hours(2)));
    known.note("out of memory", later(hours(24)));
    const auto first = known.others_than("out of memory", later(hours(1)));
    ASSERT_TRUE(first);
    EXPECT_EQ(first->count, 2U);
    EXPECT_EQ(first->since, later(hours(2)));
    // The first one still counts for the second, a day later.
    known.note("out of memory", later(hours(26)));
    EXPECT_EQ(known.others_than("out of memory", later(hours(2)))->count, 3U);
    EXPECT_EQ(known.others_than("out of memory", later(hours(26)))->since, later(hours(24)));
}

TEST(same_reasons, count_those_that_failed_at_the_same_time) {
    same_reasons known;
    for (int i = 0; i < 3; ++i)
        known.note("out of memory", later(hours(1)));
    const auto each = known.others_than("out of memory", later(hours(1)));
    ASSERT_TRUE(each);
    EXPECT_EQ(each->count, 2U);
    EXPECT_EQ(each->since, later(hours(1)));
}

TEST(same_reasons, forget_the_one_that_nobody_failed_for_lately) {
    same_reasons known;
    known.note("old", later(minutes(0)));
    for (std::size_t i = 0; i < limits::same_reasons_max; ++i)
        known.note("reason " + std::to_string(i), later(minutes(1)));
    EXPECT_FALSE(note(known, "old", later(minutes(2))));
}

TEST(same_reasons, of_a_job_without_a_reason_are_none) {
    same_reasons known;
    known.note("", later(minutes(0)));
    EXPECT_FALSE(note(known, "", later(minutes(1))));
}

TEST(same_reasons, are_told_in_place_of_what_was_told_before) {
    domain::label_map annotations{{"description", "Job a in account 1."}};
    tell_of_others(annotations, {1, later(hours(1))});
    EXPECT_EQ(
        annotations.at("same_reason"), "same reason as 1 other since 2025-11-23 10:26:40 UTC"
    );
    tell_of_others(annotations, {41, later(hours(1))});
    EXPECT_EQ(
        annotations.at("same_reason"), "same reason as 41 others since 2025-11-23 10:26:40 UTC"
    );
    EXPECT_EQ(
        annotations.at("description"),
        "Job a in account 1. It failed for the same reason as 41 others since "
        "2025-11-23 10:26:40 UTC."
    );
}

}  // namespace
}  // namespace trainwatch::core::same_reasons_test
