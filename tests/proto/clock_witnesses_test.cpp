#include "proto/clock_witnesses.hpp"

#include <gtest/gtest.h>

namespace trainwatch::proto::clock_witnesses_test {
namespace {

using std::chrono::hours;

constexpr hours two_days(48);

class ClockWitnesses : public testing::TestWithParam<milliseconds> {
protected:
    instant later(milliseconds by) const { return {now.mono + by, now.wall + by}; }

    const instant now{mono_time(seconds(1'000)), from_unix_milliseconds(1'767'225'600'000)};
    const milliseconds far = GetParam();
    clock_witnesses those{};
};

TEST_P(ClockWitnesses, within_a_day_anybody_is_believed) {
    EXPECT_EQ(those.believed(hours(24), now), hours(24));
    EXPECT_EQ(those.believed(-hours(24), now), -hours(24));
    EXPECT_EQ(those.believed(std::nullopt, now), std::nullopt);
    those.heard_aws(far, now);
    EXPECT_EQ(those.believed(milliseconds(0), now), milliseconds(0)) << "beside us, with our clock";
}

TEST_P(ClockWitnesses, one_absurd_date_is_not) {
    EXPECT_EQ(those.believed(far, now), std::nullopt);
    EXPECT_EQ(those.believed(-far, later(seconds(1))), std::nullopt);
    EXPECT_EQ(those.believed(far, later(seconds(2))), std::nullopt);
}

TEST_P(ClockWitnesses, a_second_that_agrees_is) {
    those.believed(far, now);
    EXPECT_EQ(those.believed(far + seconds(1), later(hours(1))), far + seconds(1));
}

TEST_P(ClockWitnesses, the_time_that_aws_tells_is) {
    those.heard_aws(far, now);
    EXPECT_EQ(those.believed(far + hours(3), later(hours(1))), far + hours(3));
    those.heard_aws(std::nullopt, later(hours(1)));
    EXPECT_EQ(those.believed(far, later(hours(1))), far);
}

TEST_P(ClockWitnesses, what_aws_contradicts_is_not_however_often_it_is_told) {
    those.heard_aws(milliseconds(0), now);
    for (int i = 0; i < 5; ++i)
        EXPECT_EQ(those.believed(far, later(seconds(i))), std::nullopt);
}

// Our clock is set meanwhile: the servers' time is what it was.
TEST_P(ClockWitnesses, a_step_of_our_clock_takes_nothing_away) {
    those.heard_aws(milliseconds(0), now);
    const instant stepped{now.mono + seconds(9), now.wall - far + seconds(9)};
    EXPECT_EQ(those.believed(far, stepped), far);
}

INSTANTIATE_TEST_SUITE_P(
    AheadAndBehind, ClockWitnesses, testing::Values(milliseconds(two_days), -milliseconds(two_days))
);

}  // namespace
}  // namespace trainwatch::proto::clock_witnesses_test
