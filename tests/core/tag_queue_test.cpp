// Whose tags are read next.
#include "core/tag_queue.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/limits.hpp"
#include "tests/core/builders.hpp"

namespace trainwatch::core::tag_queue_test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class tags_waiting : public testing::Test {
protected:
    std::vector<std::size_t> taken(mono_time when, std::size_t most = 100) {
        std::vector<std::size_t> all;
        while (all.size() < most) {
            const auto next = waiting.take(when);
            if (!next) break;
            all.push_back(*next);
        }
        return all;
    }
    tag_queue waiting{};
    const mono_time now = mono(seconds(1000));
};

TEST_F(tags_waiting, are_read_by_urgency_and_then_in_their_turn) {
    waiting.put(1, urgency::old, now);
    waiting.put(2, urgency::fresh, now);
    waiting.put(3, urgency::ended, now);
    waiting.put(5, urgency::failed, now);
    waiting.put(4, urgency::failed, now - seconds(1));
    EXPECT_THAT(taken(now), ElementsAre(4, 5, 3, 2, 1));
    EXPECT_TRUE(waiting.empty());
}

TEST_F(tags_waiting, are_not_read_before_their_time) {
    waiting.put(1, urgency::failed, now + seconds(5));
    waiting.put(2, urgency::old, now);
    EXPECT_EQ(waiting.next_due(), now);
    EXPECT_THAT(taken(now), ElementsAre(2));
    EXPECT_EQ(waiting.next_due(), now + seconds(5));
    EXPECT_THAT(taken(now), IsEmpty());
    EXPECT_THAT(taken(now + seconds(5)), ElementsAre(1));
    EXPECT_EQ(waiting.next_due(), std::nullopt);
}

TEST_F(tags_waiting, become_more_urgent_and_keep_their_time) {
    waiting.put(1, urgency::old, now);
    waiting.put(2, urgency::fresh, now);
    waiting.put(1, urgency::failed, now + hours(1));
    EXPECT_THAT(taken(now), ElementsAre(1, 2));
}

// Who is tried again in a moment anyway keeps its time, and so does who was asked about just now.
TEST_F(tags_waiting, are_read_sooner_where_there_is_reason_to_hope) {
    waiting.put(1, urgency::old, now + seconds(5));
    waiting.put(2, urgency::old, now + minutes(9));
    waiting.put(3, urgency::failed, now + minutes(8));
    waiting.put(4, urgency::old, now + minutes(10));
    waiting.hasten(10, now + minutes(1), now + minutes(10), now);
    EXPECT_THAT(taken(now), ElementsAre(3, 2));
    EXPECT_EQ(waiting.next_due(), now + seconds(5));
    waiting.hasten(1, now, mono_time::max(), now);
    EXPECT_THAT(taken(now), ElementsAre(1));
}

TEST_F(tags_waiting, of_the_least_urgent_have_their_share) {
    waiting.put(0, urgency::old, now);
    for (std::size_t slot = 1; slot <= 2 * limits::calm_share; ++slot)
        waiting.put(slot, urgency::fresh, now);
    EXPECT_THAT(taken(now, limits::calm_share), testing::Contains(0U));
}

TEST_F(tags_waiting, leave_when_nobody_wants_them) {
    for (std::size_t slot = 0; slot < 4; ++slot)
        waiting.put(slot, urgency::fresh, now);
    waiting.erase(2);
    waiting.erase(7);
    EXPECT_THAT(waiting.take_all(), ElementsAre(0, 1, 3));
    EXPECT_THAT(taken(now), IsEmpty());
}

// Who has ended may have left somebody waiting for an alert.
TEST(urgency, is_that_of_the_alert_that_somebody_may_wait_for) {
    const auto told = [](const char* status) {
        domain::job_summary made;
        made.created = created;
        made.status = domain::parse_primary(status);
        return made;
    };
    EXPECT_EQ(urgency_of(told("Failed"), later(hours(5))), urgency::failed);
    EXPECT_EQ(urgency_of(told("Stopped"), later(hours(5))), urgency::failed);
    EXPECT_EQ(urgency_of(told("Completed"), later(hours(5))), urgency::ended);
    EXPECT_EQ(urgency_of(told("InProgress"), later(minutes(1))), urgency::fresh);
    EXPECT_EQ(urgency_of(told("InProgress"), later(hours(5))), urgency::old);
}

}  // namespace
}  // namespace trainwatch::core::tag_queue_test
