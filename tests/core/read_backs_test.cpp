#include "core/read_backs.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/limits.hpp"
#include "tests/core/builders.hpp"

namespace trainwatch::core::read_backs_test {
namespace {

using testing::ElementsAre;
using testing::Eq;
using testing::Optional;
using testing::SizeIs;
using change = read_backs::change;

constexpr endpoint_id first{0};
constexpr endpoint_id second{1};
constexpr mono_time start = mono(seconds(100));
constexpr mono_time due = start + limits::read_back_delay;

constexpr alert_number alert(std::uint64_t number) {
    return alert_number{number};
}

failure failing(error_class kind) {
    failure why;
    why.kind = kind;
    return why;
}

class read_backs_of_two : public testing::Test {
protected:
    read_backs_of_two() {
        asked.add_endpoint(true);
        asked.add_endpoint(true);
    }
    question next(mono_time now) {
        const auto made = asked.next(now);
        EXPECT_TRUE(made);
        return made.value_or(question{});
    }
    change fail(error_class kind, mono_time now) {
        const auto lost = next(now);
        asked.take_answered(lost.id);
        return asked.failed(lost, failing(kind), now);
    }

    read_backs asked;
};

TEST_F(read_backs_of_two, ask_once_for_all_that_was_taken_together) {
    asked.add(first, alert(1), start);
    asked.add(first, alert(2), start + seconds(1));
    EXPECT_THAT(asked.next_wakeup(), Optional(due));
    EXPECT_EQ(asked.next(due - nanoseconds(1)), std::nullopt);
    const auto made = next(due);
    EXPECT_EQ(made.endpoint, first);
    EXPECT_THAT(made.alerts, ElementsAre(alert(1), alert(2)));
    EXPECT_EQ(made.deadline, due + limits::delivery_deadline);
    EXPECT_EQ(asked.take_answered(made.id), made);
    EXPECT_EQ(asked.answered(made, due), change::none);
    EXPECT_EQ(asked.take_answered(made.id), std::nullopt);
    EXPECT_EQ(asked.next_wakeup(), std::nullopt);
}

TEST_F(read_backs_of_two, ask_for_a_few_at_a_time_and_one_question_after_the_other) {
    for (std::uint64_t i = 0; i < limits::read_back_alerts_max + 3; ++i)
        asked.add(first, alert(i), start);
    const auto made = next(due);
    EXPECT_THAT(made.alerts, SizeIs(limits::read_back_alerts_max));
    EXPECT_EQ(asked.next(due), std::nullopt);
    asked.take_answered(made.id);
    asked.answered(made, due + seconds(1));
    EXPECT_THAT(next(due + seconds(1)).alerts, SizeIs(3));
}

TEST_F(read_backs_of_two, one_that_hangs_delays_no_other) {
    asked.add(first, alert(1), start);
    asked.add(second, alert(1), start);
    const auto hanging = next(due);
    EXPECT_EQ(next(due).endpoint, second);
    const auto late = hanging.deadline + limits::answer_grace;
    EXPECT_EQ(asked.take_overdue(late - nanoseconds(1)), std::nullopt);
    EXPECT_THAT(asked.take_overdue(late), Optional(hanging));
}

TEST_F(read_backs_of_two, what_was_not_answered_is_asked_again_and_then_believed) {
    asked.add(first, alert(1), start);
    auto now = due;
    for (unsigned i = 1; i < limits::read_back_tries; ++i) {
        EXPECT_EQ(fail(error_class::transient, now), change::none);
        EXPECT_FALSE(asked.is_believed(first, now));
        EXPECT_THAT(asked.next_wakeup(), Optional(Eq(now + limits::resend_interval)));
        now += limits::resend_interval;
    }
    EXPECT_EQ(fail(error_class::transient, now), change::believed);
    EXPECT_TRUE(asked.is_believed(first, now));
    EXPECT_FALSE(asked.is_believed(second, now));
    EXPECT_EQ(asked.next_wakeup(), std::nullopt);
}

TEST_F(read_backs_of_two, who_refuses_is_believed_at_once_and_asked_again_after_an_hour) {
    asked.add(first, alert(1), start);
    EXPECT_EQ(fail(error_class::denied, due), change::believed);
    const auto later_on = due + hours(1);
    EXPECT_TRUE(asked.is_believed(first, later_on - nanoseconds(1)));
    EXPECT_FALSE(asked.is_believed(first, later_on));
    asked.add(first, alert(2), later_on);
    // It refuses still, which is no news.
    EXPECT_EQ(fail(error_class::denied, later_on + limits::read_back_delay), change::none);
    EXPECT_TRUE(asked.is_believed(first, later_on + limits::read_back_delay));
    asked.add(first, alert(3), later_on + hours(2));
    const auto made = next(later_on + hours(3));
    asked.take_answered(made.id);
    EXPECT_EQ(asked.answered(made, later_on + hours(3)), change::asked_again);
}

TEST(read_backs, of_who_cannot_tell_are_none) {
    read_backs asked;
    asked.add_endpoint(false);
    EXPECT_TRUE(asked.is_believed(first, start));
}

TEST(read_backs, of_who_is_gone_are_over) {
    read_backs asked;
    asked.add_endpoint(true);
    asked.add(first, alert(1), start);
    const auto made = asked.next(due);
    ASSERT_TRUE(made);
    asked.add(first, alert(2), due);
    asked.drop(first);
    EXPECT_EQ(asked.take_answered(made->id), std::nullopt);
    EXPECT_EQ(asked.next_wakeup(), std::nullopt);
}

}  // namespace
}  // namespace trainwatch::core::read_backs_test
