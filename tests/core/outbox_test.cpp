#include "core/outbox.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/limits.hpp"
#include "tests/core/builders.hpp"

namespace trainwatch::core::outbox_test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Optional;

constexpr endpoint_id first{0};
constexpr endpoint_id second{1};
constexpr mono_time start = mono(seconds(100));

constexpr alert_number alert(std::uint64_t number) {
    return alert_number{number};
}

// An outbox whose endpoint has the alerts 1 to `count`, all due.
outbox with_due(std::size_t count, std::size_t endpoints = 1) {
    outbox box(endpoints, 1);
    for (std::size_t e = 0; e < endpoints; ++e) {
        for (std::size_t i = 1; i <= count; ++i)
            box.add(endpoint_id{e}, alert(i), start);
    }
    return box;
}

parcel send_due(outbox& box, mono_time now, endpoint_id to = first) {
    return box.send(to, box.take_due(to, now), {}, now);
}
parcel answered(outbox& box, const parcel& sent) {
    const auto done = box.take_answered(sent.id);
    EXPECT_THAT(done, Optional(sent));
    return sent;
}

TEST(outbox, new_alert_is_taken_when_it_is_due) {
    outbox box(1, 1);
    box.add(first, alert(1), start);
    EXPECT_THAT(box.take_due(first, start - nanoseconds(1)), IsEmpty());
    EXPECT_THAT(box.next_wakeup(), Optional(start));
    EXPECT_THAT(box.take_due(first, start), ElementsAre(alert(1)));
    EXPECT_THAT(box.take_due(first, start), IsEmpty());
}

TEST(outbox, delivery_has_a_deadline_and_an_id_of_its_own) {
    auto box = with_due(1, 2);
    const auto to_first = send_due(box, start);
    const auto to_second = send_due(box, start, second);
    EXPECT_EQ(to_first.deadline, start + limits::delivery_deadline);
    EXPECT_NE(to_first.id, to_second.id);
    EXPECT_EQ(box.in_flight(), 2U);
    EXPECT_TRUE(box.known(first, alert(1)).attempted);
}

TEST(outbox, endpoint_with_a_delivery_in_flight_takes_no_other) {
    auto box = with_due(1);
    const auto sent = send_due(box, start);
    box.add(first, alert(2), start);
    EXPECT_THAT(box.take_due(first, start), IsEmpty());
    box.accepted(answered(box, sent));
    EXPECT_THAT(box.take_due(first, start), ElementsAre(alert(2)));
}

TEST(outbox, batch_has_at_most_256_alerts) {
    auto box = with_due(300);
    const auto sent = send_due(box, start);
    EXPECT_EQ(sent.alerts.size(), 256U);
    box.accepted(answered(box, sent));
    EXPECT_EQ(box.take_due(first, start).size(), 44U);
}

TEST(outbox, what_is_due_in_a_moment_travels_along) {
    outbox box(1, 1);
    box.add(first, alert(1), start);
    box.add(first, alert(2), start + limits::resend_slack);
    box.add(first, alert(3), start + limits::resend_slack + nanoseconds(1));
    EXPECT_THAT(box.take_due(first, start), ElementsAre(alert(1), alert(2)));
}

TEST(outbox, failing_endpoint_waits_at_most_a_re_send_interval) {
    auto box = with_due(3);
    auto now = start;
    for (int i = 0; i < 20; ++i) {
        const auto sent = send_due(box, now);
        ASSERT_EQ(sent.alerts.size(), 3U);
        box.failed(answered(box, sent), now, {});
        const auto wait = *box.next_wakeup() - now;
        EXPECT_LE(wait, limits::resend_interval);
        EXPECT_LE(wait, limits::backoff_base * (1LL << std::min(i, 20)));
        now = *box.next_wakeup();
    }
}

TEST(outbox, failing_endpoint_never_delays_another) {
    auto box = with_due(1, 2);
    const auto lost = send_due(box, start);
    box.failed(answered(box, lost), start, seconds(50));
    EXPECT_THAT(box.take_due(first, start), IsEmpty());
    EXPECT_THAT(box.take_due(second, start), ElementsAre(alert(1)));
}

TEST(outbox, endpoint_that_asks_for_time_gets_it_up_to_a_bound) {
    auto box = with_due(1);
    box.failed(answered(box, send_due(box, start)), start, seconds(20));
    EXPECT_THAT(box.next_wakeup(), Optional(start + seconds(20)));
    auto other = with_due(1);
    other.failed(answered(other, send_due(other, start)), start, hours(5));
    EXPECT_THAT(other.next_wakeup(), Optional(start + limits::retry_after_max));
}

TEST(outbox, first_failure_and_first_success_are_news) {
    auto box = with_due(1);
    auto now = start;
    EXPECT_EQ(box.failed(answered(box, send_due(box, now)), now, {}), outbox::health::changed);
    now += minutes(1);
    EXPECT_EQ(box.failed(answered(box, send_due(box, now)), now, {}), outbox::health::steady);
    now += minutes(1);
    EXPECT_EQ(box.accepted(answered(box, send_due(box, now))), outbox::health::changed);
    box.set_due(first, alert(1), now);
    EXPECT_EQ(box.accepted(answered(box, send_due(box, now))), outbox::health::steady);
}

TEST(outbox, delivery_without_an_answer_is_given_up) {
    auto box = with_due(1);
    const auto sent = send_due(box, start);
    const auto given_up = sent.deadline + limits::answer_grace;
    EXPECT_THAT(box.next_wakeup(), Optional(given_up));
    EXPECT_EQ(box.take_overdue(given_up - nanoseconds(1)), std::nullopt);
    EXPECT_THAT(box.take_overdue(given_up), Optional(sent));
    EXPECT_EQ(box.take_overdue(given_up), std::nullopt);
    EXPECT_EQ(box.take_answered(sent.id), std::nullopt);
}

TEST(outbox, unknown_answer_is_nobodys) {
    auto box = with_due(1);
    EXPECT_EQ(box.take_answered(delivery_id{7}), std::nullopt);
}

TEST(outbox, removed_alert_is_not_taken) {
    auto box = with_due(2);
    box.remove(first, alert(1));
    EXPECT_FALSE(box.holds(alert(1)));
    EXPECT_TRUE(box.holds(alert(2)));
    EXPECT_THAT(box.take_due(first, start), ElementsAre(alert(2)));
}

TEST(outbox, due_time_can_be_moved) {
    auto box = with_due(1);
    box.set_due(first, alert(1), start + seconds(30));
    EXPECT_THAT(box.take_due(first, start), IsEmpty());
    EXPECT_THAT(box.next_wakeup(), Optional(start + seconds(30)));
}

TEST(outbox, knows_what_the_ledger_has_and_what_nobody_took) {
    auto box = with_due(1, 2);
    EXPECT_TRUE(box.has_untaken());
    EXPECT_THAT(box.with_rows(), IsEmpty());
    box.known(second, alert(1)).first_confirmed = created;
    box.known(second, alert(1)).has_row = true;
    EXPECT_THAT(box.with_rows(), ElementsAre(std::pair(second, alert(1))));
    EXPECT_TRUE(box.has_untaken());
    box.known(first, alert(1)).first_confirmed = created;
    EXPECT_FALSE(box.has_untaken());
}

// ---- a batch that is rejected -------------------------------------------------------------------

// A receiver that rejects every batch with `bad` in it.
struct rejecting {
    explicit rejecting(std::size_t count, std::uint64_t bad) : box(with_due(count)), culprit(bad) {}

    // Sends until nothing is due; how many sends it took to see the culprit alone.
    std::size_t play() {
        std::size_t tries = 0;
        std::size_t isolated_after = 0;
        for (;;) {
            const auto due = box.take_due(first, start);
            if (due.empty()) return isolated_after;
            ++tries;
            const auto sent = answered(box, box.send(first, due, {}, start));
            const bool bad = std::find(due.begin(), due.end(), alert(culprit)) != due.end();
            if (!bad) {
                box.accepted(sent);
                for (const auto taken : due) {
                    ++taken_times[taken.value];
                    box.set_due(first, taken, start + limits::resend_interval);
                }
            } else if (box.rejected(sent, start)) {
                EXPECT_EQ(due.size(), 1U);
                isolated_after = tries;
            }
            if (tries > 600) {
                ADD_FAILURE() << "the batch is tried for ever";
                return tries;
            }
        }
    }

    outbox box;
    std::uint64_t culprit;
    std::map<std::uint64_t, int> taken_times{};
};

class rejected_batch : public testing::TestWithParam<std::uint64_t> {};

TEST_P(rejected_batch, is_halved_until_the_culprit_stands_alone_and_all_others_are_taken) {
    rejecting play(256, GetParam());
    EXPECT_LE(play.play(), 18U);
    EXPECT_EQ(play.taken_times.size(), 255U);
    for (const auto& [number, times] : play.taken_times)
        EXPECT_EQ(times, 1) << number;
    EXPECT_TRUE(play.box.is_alone(first, alert(GetParam())));
}

INSTANTIATE_TEST_SUITE_P(anywhere, rejected_batch, testing::Values(1, 2, 100, 128, 129, 255, 256));

TEST(outbox, culprit_in_front_is_found_in_nine_tries) {
    rejecting play(256, 1);
    EXPECT_EQ(play.play(), 9U);
}

// Once a half was taken, the other half need not be asked as a whole.
TEST(outbox, culprit_at_the_end_is_found_in_ten_tries) {
    rejecting play(256, 256);
    EXPECT_EQ(play.play(), 10U);
}

TEST(outbox, rejected_alert_travels_alone_at_the_re_send_interval) {
    rejecting play(3, 2);
    play.play();
    const auto next = start + limits::resend_interval;
    EXPECT_THAT(play.box.next_wakeup(), Optional(next));
    std::vector<std::vector<alert_number>> batches;
    for (auto due = play.box.take_due(first, next); !due.empty();
         due = play.box.take_due(first, next)) {
        batches.push_back(due);
        const auto sent = answered(play.box, play.box.send(first, due, {}, next));
        play.box.accepted(sent);
        for (const auto taken : due)
            play.box.set_due(first, taken, next + hours(1));
    }
    EXPECT_THAT(
        batches,
        testing::UnorderedElementsAre(ElementsAre(alert(2)), ElementsAre(alert(1), alert(3)))
    );
    EXPECT_FALSE(play.box.is_alone(first, alert(2))) << "it was taken, so it is like any other";
}

TEST(outbox, two_culprits_are_both_found) {
    auto box = with_due(64);
    std::set<std::uint64_t> alone;
    std::size_t taken = 0;
    for (auto due = box.take_due(first, start); !due.empty(); due = box.take_due(first, start)) {
        const auto sent = answered(box, box.send(first, due, {}, start));
        const bool bad = std::any_of(due.begin(), due.end(), [](const auto& number) {
            return number == alert(10) || number == alert(50);
        });
        if (!bad) {
            box.accepted(sent);
            taken += due.size();
            for (const auto each : due)
                box.set_due(first, each, start + hours(1));
        } else if (box.rejected(sent, start)) {
            alone.insert(due.front().value);
        }
    }
    EXPECT_THAT(alone, ElementsAre(10U, 50U));
    EXPECT_EQ(taken, 62U);
}

TEST(outbox, outage_while_halving_puts_everything_back) {
    auto box = with_due(8);
    box.rejected(answered(box, send_due(box, start)), start);
    const auto half = box.take_due(first, start);
    EXPECT_EQ(half.size(), 4U);
    const auto sent = answered(box, box.send(first, half, {}, start));
    box.failed(sent, start, {});
    EXPECT_EQ(box.take_due(first, *box.next_wakeup()).size(), 8U);
}

}  // namespace
}  // namespace trainwatch::core::outbox_test
