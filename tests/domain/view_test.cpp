#include "domain/view.hpp"

#include <gtest/gtest.h>

namespace trainwatch::domain::view_test {
namespace {

TEST(histogram, puts_a_value_in_the_first_bucket_that_holds_it) {
    histogram_view durations{{1, 10}, {0, 0, 0}, 0};
    for (const double value : {0.5, 1.0, 1.5, 10.0, 11.0})
        durations.observe(value);
    EXPECT_EQ(durations.buckets, (std::vector<std::uint64_t>{2, 2, 1}));
    EXPECT_DOUBLE_EQ(durations.sum, 24);
}

}  // namespace
}  // namespace trainwatch::domain::view_test
