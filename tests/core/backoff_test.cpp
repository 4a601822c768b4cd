#include "core/backoff.hpp"

#include <gtest/gtest.h>

namespace trainwatch::core::backoff_test {
namespace {

constexpr backoff_bounds bounds{milliseconds(500), milliseconds(60'000)};

TEST(backoff, bound_doubles_with_each_failure) {
    EXPECT_EQ(backoff_bound(1, bounds), milliseconds(500));
    EXPECT_EQ(backoff_bound(2, bounds), milliseconds(1'000));
    EXPECT_EQ(backoff_bound(3, bounds), milliseconds(2'000));
    EXPECT_EQ(backoff_bound(7, bounds), milliseconds(32'000));
}

TEST(backoff, bound_stops_at_the_maximum_however_many_failures) {
    EXPECT_EQ(backoff_bound(8, bounds), milliseconds(60'000));
    EXPECT_EQ(backoff_bound(4'000'000'000U, bounds), milliseconds(60'000));
}

TEST(backoff, maximum_below_the_base_wins) {
    EXPECT_EQ(backoff_bound(1, {milliseconds(500), milliseconds(100)}), milliseconds(100));
}

TEST(backoff, jitter_fills_the_whole_range_evenly) {
    random_source random(1);
    std::array<int, 4> quarters{};
    for (int i = 0; i < 4000; ++i) {
        const auto drawn = full_jitter(random, 2, bounds);
        ASSERT_GE(drawn, nanoseconds(0));
        ASSERT_LT(drawn, seconds(1));
        ++quarters[static_cast<std::size_t>(drawn / milliseconds(250))];
    }
    for (const int count : quarters)
        EXPECT_NEAR(count, 1000, 150);
}

TEST(backoff, same_seed_draws_the_same) {
    random_source a(7);
    random_source b(7);
    for (unsigned i = 1; i < 50; ++i) {
        EXPECT_EQ(full_jitter(a, i, bounds), full_jitter(b, i, bounds));
    }
}

}  // namespace
}  // namespace trainwatch::core::backoff_test
