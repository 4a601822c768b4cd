#include "core/alert_book.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/limits.hpp"
#include "tests/core/builders.hpp"

namespace trainwatch::core::alert_book_test {
namespace {

using domain::alert_state;
using testing::Optional;

domain::alert alert_of(const char* name) {
    domain::alert made;
    made.labels = {{"alertname", "TrainingJobFailed"}, {"training_job", name}};
    made.annotations = {{"summary", "it failed"}};
    made.starts_at = created;
    return made;
}

// A book with two receivers and one alert.
struct one_alert {
    one_alert() : number(*book.fire(alert_of("a"))) {}

    std::vector<domain::alert> shown{};
    alert_book book{shown, 2};
    alert_number number;
};

TEST(alert_book, fired_alert_is_shown) {
    one_alert given;
    EXPECT_THAT(given.shown, testing::ElementsAre(alert_of("a")));
    EXPECT_EQ(given.book.firing(), 1U);
    EXPECT_EQ(given.book.alert(given.number), alert_of("a"));
    EXPECT_EQ(given.book.key(given.number), "TrainingJobFailed{training_job=\"a\"}");
}

TEST(alert_book, identity_fires_once) {
    one_alert given;
    auto again = alert_of("a");
    again.annotations["summary"] = "it failed again";
    EXPECT_EQ(given.book.fire(again), std::nullopt);
    EXPECT_EQ(given.shown.size(), 1U);
    EXPECT_EQ(given.shown[0].annotations.at("summary"), "it failed");
}

TEST(alert_book, firing_alert_says_what_it_is_told_to_say_and_stays_the_same) {
    one_alert given;
    EXPECT_TRUE(given.book.renew(given.number, {{"summary", "it failed twice"}}));
    EXPECT_FALSE(given.book.renew(given.number, {{"summary", "it failed twice"}}));
    auto expected = alert_of("a");
    expected.annotations = {{"summary", "it failed twice"}};
    EXPECT_THAT(given.shown, testing::ElementsAre(expected));
}

TEST(alert_book, when_it_was_so_is_no_news_by_itself) {
    one_alert given;
    given.book.renew(given.number, {{"summary", "stuck for 1h"}, {"seen_at", "09:00"}});
    EXPECT_FALSE(given.book.renew(given.number, {{"summary", "stuck for 1h"}, {"seen_at", "09:01"}})
    );
    EXPECT_EQ(given.shown[0].annotations.at("seen_at"), "09:01");
    EXPECT_TRUE(given.book.renew(given.number, {{"summary", "stuck for 2h"}, {"seen_at", "10:00"}})
    );
}

TEST(alert_book, alert_that_is_over_says_what_it_said_last) {
    one_alert given;
    given.book.end(given.number, "unwatched", later(hours(2)));
    EXPECT_FALSE(given.book.renew(given.number, {{"summary", "it failed twice"}}));
    EXPECT_EQ(given.shown[0].annotations.at("summary"), "it failed");
    EXPECT_EQ(given.shown[0].annotations.at("resolved_because"), "unwatched");
}

TEST(alert_book, alerts_are_shown_in_the_order_of_their_identities) {
    one_alert given;
    std::map<std::string, alert_number> numbers{{"a", given.number}};
    for (const char* name : {"d", "b", "e", "c"})
        numbers[name] = *given.book.fire(alert_of(name));
    std::string order;
    for (const auto& alert : given.shown)
        order += alert.labels.at("training_job");
    EXPECT_EQ(order, "abcde");
    for (const auto& [name, number] : numbers) {
        EXPECT_EQ(given.book.alert(number).labels.at("training_job"), name);
    }
}

TEST(alert_book, alert_is_found_by_its_identity) {
    one_alert given;
    EXPECT_THAT(given.book.find(domain::identity(alert_of("a").labels)), Optional(given.number));
    EXPECT_EQ(given.book.find("TrainingJobFailed{}"), std::nullopt);
}

TEST(alert_book, alert_has_no_end_before_a_receiver_confirmed_it) {
    one_alert given;
    EXPECT_EQ(given.book.end_at(given.number, 0), std::nullopt);
    EXPECT_FALSE(given.book.is_confirmed(given.number, 0));
}

TEST(alert_book, hold_counts_at_each_receiver_from_its_first_confirmation) {
    one_alert given;
    EXPECT_TRUE(given.book.confirm(given.number, 0, later(hours(1))));
    EXPECT_FALSE(given.book.confirm(given.number, 0, later(hours(2))));
    EXPECT_TRUE(given.book.confirm(given.number, 1, later(hours(30))));
    EXPECT_THAT(given.book.end_at(given.number, 0), Optional(later(hours(1) + hours(24))));
    EXPECT_THAT(given.book.end_at(given.number, 1), Optional(later(hours(30) + hours(24))));
}

TEST(alert_book, alert_is_resolved_when_the_last_receiver_is_closed) {
    one_alert given;
    EXPECT_EQ(
        given.book.close(given.number, 0, later(hours(25))), alert_book::closing::closed_here
    );
    EXPECT_EQ(given.shown[0].state, alert_state::firing);
    EXPECT_EQ(
        given.book.close(given.number, 0, later(hours(26))), alert_book::closing::already_closed
    );
    EXPECT_EQ(
        given.book.close(given.number, 1, later(hours(54))), alert_book::closing::closed_everywhere
    );
    EXPECT_EQ(given.shown[0].state, alert_state::resolved);
    EXPECT_THAT(given.shown[0].resolved_at, Optional(later(hours(54))));
    EXPECT_EQ(given.book.firing(), 0U);
}

TEST(alert_book, ended_alert_ends_everywhere_and_says_why) {
    one_alert given;
    given.book.confirm(given.number, 0, later(hours(1)));
    given.book.end(given.number, "unwatched", later(hours(2)));
    EXPECT_THAT(given.book.end_at(given.number, 0), Optional(later(hours(2))));
    EXPECT_THAT(given.book.end_at(given.number, 1), Optional(later(hours(2))));
    EXPECT_EQ(given.shown[0].state, alert_state::resolved);
    EXPECT_EQ(given.shown[0].annotations.at("resolved_because"), "unwatched");
}

TEST(alert_book, alert_ends_once) {
    one_alert given;
    given.book.end(given.number, "unwatched", later(hours(2)));
    given.book.end(given.number, "hold", later(hours(3)));
    EXPECT_EQ(given.shown[0].annotations.at("resolved_because"), "unwatched");
    EXPECT_THAT(given.shown[0].resolved_at, Optional(later(hours(2))));
    EXPECT_EQ(given.book.firing(), 0U);
}

TEST(alert_book, hold_that_ends_sooner_wins) {
    one_alert given;
    given.book.confirm(given.number, 0, created);
    given.book.end(given.number, "unwatched", later(hours(48)));
    EXPECT_THAT(given.book.end_at(given.number, 0), Optional(later(hours(24))));
}

TEST(alert_book, firing_message_ends_four_re_sends_ahead) {
    std::vector<domain::alert> shown;
    alert_book book(shown, 1);
    auto near = alert_of("a");
    near.labels["alertname"] = "TrainingJobNearDeadline";
    const auto message = book.message(*book.fire(near), 0, later(hours(1)), false);
    EXPECT_EQ(message.labels, near.labels);
    EXPECT_EQ(message.annotations, near.annotations);
    EXPECT_EQ(message.starts_at, created);
    EXPECT_EQ(message.ends_at, later(hours(1) + minutes(4)));
    EXPECT_EQ(message.state, alert_state::firing);
}

// A daemon that is away for a while is no reason for Alertmanager to believe that it is over.
TEST(alert_book, firing_message_of_an_end_ends_with_its_hold) {
    one_alert given;
    const auto end_told_at = [&](milliseconds when) {
        return given.book.message(given.number, 0, later(when), false).ends_at;
    };
    EXPECT_EQ(end_told_at(hours(1)), later(hours(1) + limits::terminal_hold));
    given.book.confirm(given.number, 0, later(hours(1)));
    EXPECT_EQ(end_told_at(hours(3)), later(hours(1) + limits::terminal_hold));
    // Told just before its end, it is over then, or soon after.
    EXPECT_EQ(end_told_at(hours(25) - minutes(1)), later(hours(25) + minutes(3)));
}

TEST(alert_book, resolved_message_ends_when_it_was_resolved) {
    one_alert given;
    given.book.confirm(given.number, 0, created);
    const auto message = given.book.message(given.number, 0, later(hours(24) + seconds(3)), true);
    EXPECT_EQ(message.ends_at, later(hours(24)));
    EXPECT_EQ(message.state, alert_state::resolved);
}

// It ended by a clock that was ahead; Alertmanager would let it fire until then.
TEST(alert_book, resolved_message_does_not_end_ahead) {
    one_alert given;
    given.book.end(given.number, "unwatched", later(hours(11)));
    const auto message = given.book.message(given.number, 0, later(hours(1)), true);
    EXPECT_EQ(message.ends_at, later(hours(1)));
    EXPECT_EQ(message.state, alert_state::resolved);
}

// A clock that was corrected in between may say so; a receiver would answer 400.
TEST(alert_book, message_never_ends_before_it_starts) {
    one_alert given;
    const auto message = given.book.message(given.number, 0, created - hours(1), false);
    EXPECT_GT(message.ends_at, message.starts_at);
}

// Before anybody knew the time the daemon said something of itself, a day ahead.
TEST(alert_book, resolved_message_of_the_watcher_does_not_go_on_until_its_start) {
    std::vector<domain::alert> shown;
    alert_book book(shown, 1);
    domain::alert stale;
    stale.labels = {{"alertname", "TrainwatchdStale"}};
    stale.starts_at = later(hours(24));
    const auto number = *book.fire(stale);
    book.end(number, "recovered", later(minutes(5)));
    const auto message = book.message(number, 0, later(minutes(5)), true);
    EXPECT_EQ(message.ends_at, later(minutes(5)));
    EXPECT_LT(message.starts_at, message.ends_at);
}

// Likewise, and a crash comes before anybody can be told that it is over.
TEST(alert_book, firing_message_of_the_watcher_does_not_go_on_until_its_start) {
    std::vector<domain::alert> shown;
    alert_book book(shown, 1);
    domain::alert stale;
    stale.labels = {{"alertname", "TrainwatchdStale"}};
    stale.starts_at = later(hours(24));
    const auto number = *book.fire(stale);
    const auto message = book.message(number, 0, later(minutes(5)), false);
    EXPECT_EQ(message.ends_at, later(minutes(9)));
    EXPECT_EQ(message.starts_at, later(minutes(5)));
}

// The identity of an alert about a job has one start.
TEST(alert_book, firing_message_about_a_job_keeps_its_start) {
    std::vector<domain::alert> shown;
    alert_book book(shown, 1);
    domain::alert failed;
    failed.labels = {{"alertname", "TrainingJobFailed"}, {"training_job", "a"}};
    failed.starts_at = later(hours(1));
    const auto number = *book.fire(failed);
    EXPECT_EQ(book.message(number, 0, later(minutes(5)), false).starts_at, later(hours(1)));
}

TEST(alert_book, resolved_alert_of_an_earlier_run_comes_back_closed) {
    std::vector<domain::alert> shown;
    alert_book book(shown, 1);
    auto over = alert_of("a");
    over.state = alert_state::resolved;
    over.resolved_at = later(hours(24));
    const auto number = *book.fire(over);
    EXPECT_EQ(book.firing(), 0U);
    EXPECT_EQ(book.close(number, 0, later(hours(25))), alert_book::closing::already_closed);
    EXPECT_THAT(book.end_at(number, 0), Optional(later(hours(24))));
}

TEST(alert_book, forgotten_alert_leaves_the_view_and_the_others_stay) {
    one_alert given;
    const auto other = *given.book.fire(alert_of("b"));
    given.book.forget(given.number);
    EXPECT_THAT(given.shown, testing::ElementsAre(alert_of("b")));
    EXPECT_EQ(given.book.alert(other), alert_of("b"));
    EXPECT_EQ(given.book.firing(), 1U);
    EXPECT_TRUE(given.book.fire(alert_of("a")).has_value());
}

}  // namespace
}  // namespace trainwatch::core::alert_book_test
