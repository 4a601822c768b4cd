#include "core/retention.hpp"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/core/builders.hpp"

namespace trainwatch::core::retention_test {
namespace {

using testing::Eq;
using testing::Optional;
using testing::Pair;

const auto anything = [](const std::string&) { return true; };

TEST(retention, oldest_is_what_was_over_first) {
    retention<std::string> rows;
    rows.put("b", later(seconds(1)));
    rows.put("a", later(seconds(2)));
    rows.put("c", later(seconds(1)));
    EXPECT_THAT(rows.oldest(later(hours(1)), anything), Optional(Pair("b", later(seconds(1)))));
    rows.remove("b");
    EXPECT_THAT(rows.oldest(later(hours(1)), anything), Optional(Pair("c", later(seconds(1)))));
    EXPECT_EQ(rows.size(), 2U);
}

TEST(retention, nothing_that_was_over_later_is_looked_at) {
    retention<std::string> rows;
    rows.put("a", later(seconds(5)));
    EXPECT_EQ(rows.oldest(later(seconds(5)), anything), std::nullopt);
    EXPECT_THAT(
        rows.oldest(later(seconds(6)), anything), Optional(Pair("a", Eq(later(seconds(5)))))
    );
}

TEST(retention, what_may_not_go_is_passed_by) {
    retention<std::string> rows;
    rows.put("a", later(seconds(1)));
    rows.put("b", later(seconds(2)));
    const auto not_a = [](const std::string& key) { return key != "a"; };
    EXPECT_THAT(rows.oldest(later(hours(1)), not_a), Optional(Pair("b", later(seconds(2)))));
}

TEST(retention, latest_time_of_a_key_counts) {
    retention<std::string> rows;
    rows.put("a", later(seconds(1)));
    rows.put("a", later(seconds(9)));
    EXPECT_EQ(rows.size(), 1U);
    EXPECT_EQ(rows.oldest(later(seconds(9)), anything), std::nullopt);
    rows.remove("unheard of");
    rows.remove("a");
    EXPECT_EQ(rows.size(), 0U);
    EXPECT_EQ(rows.oldest(later(hours(1)), anything), std::nullopt);
}

}  // namespace
}  // namespace trainwatch::core::retention_test
