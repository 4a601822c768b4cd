#include "core/steering.hpp"

#include <map>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/limits.hpp"

namespace trainwatch::core::steering_test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr milliseconds bound{30'000};

TEST(steering, leaves_time_for_the_answer_and_for_calls_that_go_before) {
    EXPECT_EQ(steered_page_period(bound, 1), seconds(24));
    EXPECT_EQ(steered_describe_period(bound, 2), seconds(21));
    // Four calls and a round trip are more than a fifth of this.
    EXPECT_EQ(steered_page_period(milliseconds(8'000), 1), milliseconds(3'500));
    EXPECT_FALSE(steered_page_period(milliseconds(5'000), 1)) << "none is left";
    EXPECT_FALSE(steered_page_period(bound, 0));
}

// Eight jobs each fourteen seconds are less than a third of the describes, what others promise is
// more.
TEST(steering, describes_alone_keep_the_tightest_bounds_that_cost_them_little) {
    const std::map<milliseconds, std::size_t> live{
        {seconds(20), 8}, {seconds(60), 450}, {seconds(600), 20}};
    EXPECT_EQ(kept_by_describes(live, seconds(20), 2), seconds(14));
    EXPECT_FALSE(kept_by_describes(live, seconds(60), 2));
    EXPECT_EQ(kept_by_describes(live, seconds(600), 2), seconds(420)) << "there is room for these";
    EXPECT_FALSE(kept_by_describes(live, seconds(30), 2)) << "nobody has it";
    EXPECT_FALSE(kept_by_describes({{seconds(20), 10}}, seconds(20), 2)) << "all, or none";
}

TEST(steering, takes_pages_for_what_stands_together) {
    steering_room room(1, 2, 1'000);
    const std::vector<std::size_t> jobs{10, 30};
    EXPECT_EQ(room.take(bound, jobs), 0U);
    EXPECT_EQ(room.taken().pages, 2U);
    EXPECT_DOUBLE_EQ(room.taken().lists, 2.0 / 24);
    EXPECT_EQ(room.taken().describes, 0);
}

TEST(steering, takes_the_same_part_of_both_for_what_is_scattered) {
    steering_room room(1, 2, 1'000);
    const std::vector<std::size_t> jobs(15, 1);
    const auto described = room.take(bound, jobs);
    ASSERT_TRUE(described);
    const auto& taken = room.taken();
    EXPECT_EQ(taken.pages + *described, 15U);
    EXPECT_NEAR(
        taken.lists / limits::steer_list_share,
        taken.describes / (2 * limits::steer_describe_share),
        0.15
    );
}

TEST(steering, never_takes_more_than_its_share) {
    for (std::size_t jobs = 1; jobs < 200; ++jobs) {
        for (const std::size_t pages : {1U, 3U, 20U, 200U}) {
            steering_room room(1, 2, 1'000);
            const auto counts = scattered(jobs, pages);
            const auto before = room.taken();
            if (!room.take(bound, counts)) {
                EXPECT_EQ(room.taken(), before);
            }
            EXPECT_LE(room.taken().lists, limits::steer_list_share + 1e-6);
            EXPECT_LE(room.taken().describes, 2 * limits::steer_describe_share + 1e-6);
        }
    }
}

TEST(steering, has_room_for_what_is_left_over_only) {
    steering_room room(1, 2, 1'000);
    EXPECT_TRUE(room.take(bound, std::vector<std::size_t>(9, 20)));
    EXPECT_FALSE(room.take(bound, std::vector<std::size_t>(9, 20)));
    EXPECT_TRUE(room.take(bound, std::vector<std::size_t>(3, 20)));
    EXPECT_FALSE(room.take(bound, std::vector<std::size_t>(1, 20)));
}

TEST(steering, puts_nobody_first_where_nearly_all_would_be) {
    const std::vector<std::size_t> jobs(8, 20);
    EXPECT_TRUE(steering_room(1, 2, 11).take(bound, jobs));
    EXPECT_FALSE(steering_room(1, 2, 10).take(bound, jobs));
}

TEST(steering, finds_the_nearest_bound_that_there_is_room_for) {
    const steering_room room(1, 2, 1'000);
    const std::vector<std::size_t> jobs(40, 20);
    const auto nearest = room.nearest(bound, std::chrono::hours(1), jobs);
    ASSERT_TRUE(nearest);
    // 40 pages a hundred seconds would be 0.4 calls a second, at four fifths of the bound.
    EXPECT_GE(*nearest, milliseconds(100'000));
    EXPECT_LE(*nearest, milliseconds(111'000));
    EXPECT_FALSE(room.nearest(bound, milliseconds(99'000), jobs));
}

TEST(steering, scattered_jobs_stand_on_as_many_pages_as_there_are) {
    EXPECT_THAT(scattered(0, 5), IsEmpty());
    EXPECT_THAT(scattered(3, 5), ElementsAre(1, 1, 1));
    EXPECT_THAT(scattered(7, 3), ElementsAre(2, 2, 3));
    EXPECT_THAT(scattered(2, 0), ElementsAre(2));
}

}  // namespace
}  // namespace trainwatch::core::steering_test
