#include "core/call_meter.hpp"

#include <gtest/gtest.h>

#include "tests/core/builders.hpp"

namespace trainwatch::core::call_meter_test {
namespace {

TEST(call_meter, rate_is_that_of_about_the_last_minute) {
    call_meter meter;
    meter.start(mono(seconds(0)));
    for (int i = 0; i < 600; ++i) {
        meter.sent(mono(milliseconds(500) * i));
        if (i % 10 == 0) meter.refused(mono(milliseconds(500) * i));
    }
    const auto now = mono(seconds(300));
    EXPECT_NEAR(meter.sent_rate(now), 2, 0.04);
    EXPECT_NEAR(meter.refused_rate(now), 0.2, 0.02);
    EXPECT_NEAR(meter.sent_rate(now + seconds(30)), 1, 0.1);
    EXPECT_EQ(meter.sent_rate(now + seconds(61)), 0);
}

TEST(call_meter, first_call_is_no_hundred_a_second) {
    call_meter meter;
    meter.start(mono(seconds(1'000)));
    meter.sent(mono(milliseconds(1'000'001)));
    EXPECT_DOUBLE_EQ(meter.sent_rate(mono(milliseconds(1'000'002))), 0.2);
}

TEST(call_meter, what_two_counted_adds_up) {
    call_meter one;
    call_meter other;
    one.start(mono(seconds(0)));
    other.start(mono(seconds(100)));
    for (int i = 0; i < 130; ++i)
        one.sent(mono(seconds(i)));
    for (int i = 110; i < 130; ++i)
        other.sent(mono(seconds(i)));
    // Its buckets of a minute ago must not count for the present ones.
    other.join(one);
    EXPECT_NEAR(other.sent_rate(mono(seconds(130))), (55 + 20) / 55.0, 0.1);
    one.join(call_meter{});
    EXPECT_NEAR(one.sent_rate(mono(seconds(130))), 1, 0.1);
}

}  // namespace
}  // namespace trainwatch::core::call_meter_test
