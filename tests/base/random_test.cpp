#include "base/random.hpp"

#include <algorithm>

#include <gtest/gtest.h>

namespace trainwatch::random_test {
namespace {

using namespace std::chrono_literals;

TEST(random_numbers, are_the_published_sequence_of_splitmix64) {
    random_source numbers(1234567);
    EXPECT_EQ(numbers.next(), 6457827717110365317U);
    EXPECT_EQ(numbers.next(), 3203168211198807973U);
    EXPECT_EQ(numbers.next(), 9817491932198370423U);
}

TEST(mixing, spreads_each_bit_over_all) {
    EXPECT_EQ(mixed(0), 0U);
    // The published sequence again: its states are multiples of the golden ratio.
    EXPECT_EQ(mixed(1234567 + 0x9e3779b97f4a7c15U), 6457827717110365317U);
}

TEST(random_numbers, stay_in_their_range) {
    random_source numbers(7);
    double least = 1;
    double most = 0;
    for (int i = 0; i < 10'000; ++i) {
        const double value = numbers.unit();
        least = std::min(least, value);
        most = std::max(most, value);
        ASSERT_LT(numbers.below(3), 3U);
        const auto wait = numbers.jitter(1s);
        ASSERT_GE(wait, 0s);
        ASSERT_LT(wait, 1s);
    }
    EXPECT_GE(least, 0);
    EXPECT_LT(least, 0.01);
    EXPECT_LT(most, 1);
    EXPECT_GT(most, 0.99);
}

}  // namespace
}  // namespace trainwatch::random_test
