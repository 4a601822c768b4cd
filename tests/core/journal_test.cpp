#include "core/journal.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/limits.hpp"
#include "tests/core/builders.hpp"

namespace trainwatch::core::journal_test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Optional;
using testing::SizeIs;

constexpr mono_time start = mono(seconds(100));

domain::job_row row(const char* name, const char* status = "Training") {
    domain::job_row made;
    made.identity = {"111122223333", "eu-west-1", name, created};
    made.connection = "main";
    made.last = job(name).status("InProgress", status);
    return made;
}

journal with_row() {
    journal made(1);
    made.put(row("a"));
    return made;
}

TEST(journal, nothing_to_keep_is_no_commit) {
    journal book(1);
    EXPECT_FALSE(book.open(start, false).has_value());
    EXPECT_EQ(book.next_wakeup(), std::nullopt);
}

TEST(journal, rows_are_committed_at_once_when_the_store_is_idle) {
    auto book = with_row();
    const auto opened = book.open(start, false);
    ASSERT_TRUE(opened.has_value());
    EXPECT_EQ(opened->id, commit_id{1});
    EXPECT_THAT(opened->batch.jobs, ElementsAre(row("a")));
    EXPECT_FALSE(book.has_rows());
}

TEST(journal, rows_are_grouped_while_a_commit_is_in_flight) {
    auto book = with_row();
    book.open(start, false);
    book.put(row("b"));
    book.put(row("c"));
    EXPECT_FALSE(book.open(start, false).has_value());
    book.committed(commit_id{1}, start);
    const auto next = book.open(start, false);
    ASSERT_TRUE(next.has_value());
    EXPECT_EQ(next->id, commit_id{2});
    EXPECT_EQ(next->batch.jobs.size(), 2U);
}

TEST(journal, newer_row_replaces_the_older_one_of_its_batch) {
    auto book = with_row();
    book.put(row("a", "Uploading"));
    EXPECT_THAT(book.open(start, false)->batch.jobs, ElementsAre(row("a", "Uploading")));
}

TEST(journal, same_name_seen_by_two_connections_is_two_rows) {
    auto book = with_row();
    auto other = row("a");
    other.connection = "spare";
    book.put(other);
    EXPECT_EQ(book.open(start, false)->batch.jobs.size(), 2U);
}

TEST(journal, sweep_moves_forward_only) {
    journal book(1);
    book.put_sweep(later(hours(2)));
    book.put_sweep(later(hours(1)));
    EXPECT_THAT(book.open(start, false)->batch.last_complete_sweep, Optional(later(hours(2))));
}

TEST(journal, alert_leaves_when_its_batch_is_confirmed) {
    auto book = with_row();
    book.hold(alert_number{1});
    const auto opened = book.open(start, false);
    EXPECT_THAT(book.committed(opened->id, start).released, ElementsAre(alert_number{1}));
}

TEST(journal, alert_of_the_next_batch_does_not_leave_with_this_one) {
    auto book = with_row();
    const auto opened = book.open(start, false);
    book.put(row("b"));
    book.hold(alert_number{1});
    EXPECT_THAT(book.committed(opened->id, start).released, IsEmpty());
    const auto next = book.open(start, false);
    EXPECT_THAT(book.committed(next->id, start).released, ElementsAre(alert_number{1}));
}

TEST(journal, answer_about_an_unknown_batch_is_ignored) {
    auto book = with_row();
    book.hold(alert_number{1});
    EXPECT_THAT(book.committed(commit_id{9}, start).released, IsEmpty());
    book.open(start, false);
    EXPECT_THAT(book.committed(commit_id{0}, start).released, IsEmpty());
    EXPECT_FALSE(book.is_idle());
}

TEST(journal, failed_commit_lets_alerts_go_and_makes_storage_degraded) {
    auto book = with_row();
    book.hold(alert_number{1});
    const auto opened = book.open(start, false);
    book.hold(alert_number{2});
    const auto news = book.refused(opened->id, start);
    EXPECT_THAT(news.released, ElementsAre(alert_number{1}, alert_number{2}));
    EXPECT_EQ(news.storage, storage_change::degraded);
    EXPECT_TRUE(book.is_degraded());
    EXPECT_FALSE(book.makes_alerts_wait());
}

TEST(journal, commit_that_takes_too_long_lets_alerts_go) {
    auto book = with_row();
    book.hold(alert_number{1});
    book.open(start, false);
    EXPECT_THAT(book.next_wakeup(), Optional(start + limits::commit_deadline));
    const auto early = book.look_at_clock(start + limits::commit_deadline - nanoseconds(1));
    EXPECT_THAT(early.released, IsEmpty());
    const auto news = book.look_at_clock(start + limits::commit_deadline);
    EXPECT_THAT(news.released, ElementsAre(alert_number{1}));
    EXPECT_EQ(news.storage, storage_change::degraded);
    EXPECT_EQ(book.look_at_clock(start + hours(1)).storage, storage_change::none);
    EXPECT_EQ(book.next_wakeup(), std::nullopt) << "only its answer can bring news";
}

TEST(journal, failure_is_told_once) {
    auto book = with_row();
    book.refused(book.open(start, false)->id, start);
    const auto again = book.open(start, true);
    EXPECT_EQ(book.refused(again->id, start).storage, storage_change::none);
}

TEST(journal, nothing_but_a_snapshot_is_written_while_degraded) {
    auto book = with_row();
    book.refused(book.open(start, false)->id, start);
    book.put(row("b"));
    const auto retry = *book.next_wakeup();
    EXPECT_LE(retry, start + limits::backoff_base);
    EXPECT_FALSE(book.open(retry, false).has_value());
    EXPECT_TRUE(book.wants_snapshot(retry));
    EXPECT_FALSE(book.wants_snapshot(retry - nanoseconds(1)));
    EXPECT_TRUE(book.open(retry, true).has_value());
}

TEST(journal, snapshot_that_succeeds_makes_storage_sound) {
    auto book = with_row();
    book.refused(book.open(start, false)->id, start);
    const auto snapshot = book.open(start, true);
    const auto news = book.committed(snapshot->id, start);
    EXPECT_EQ(news.storage, storage_change::recovered);
    EXPECT_FALSE(book.is_degraded());
    book.put(row("b"));
    EXPECT_TRUE(book.open(start, false).has_value());
}

TEST(journal, snapshot_of_nothing_is_a_try_too) {
    auto book = with_row();
    const auto slow = book.open(start, false);
    book.look_at_clock(start + seconds(2));
    book.committed(slow->id, start + seconds(3));
    EXPECT_TRUE(book.open(start + seconds(3), true)->batch.empty());
}

// Nothing in the engine may stand for them any more.
TEST(journal, rows_of_a_refused_batch_are_in_the_next_one) {
    auto book = with_row();
    book.forget({"main", row("gone").identity});
    book.forget_alert("old{}");
    book.refused(book.open(start, false)->id, start);
    book.set_aside();
    book.put(row("b"));
    const auto snapshot = book.open(start, true);
    EXPECT_THAT(snapshot->batch.jobs, ElementsAre(row("a"), row("b")));
    EXPECT_THAT(snapshot->batch.forgotten_jobs, SizeIs(1));
    EXPECT_THAT(snapshot->batch.forgotten_alerts, ElementsAre("old{}"));
}

// The rest of a snapshot is put again with the next one, as it is by then.
TEST(journal, of_a_refused_snapshot_only_what_had_waited_before_is_kept) {
    auto book = with_row();
    book.refused(book.open(start, false)->id, start);
    book.set_aside();
    book.put(row("b"));
    book.refused(book.open(start, true)->id, start);
    book.set_aside();
    EXPECT_THAT(book.open(start, true)->batch.jobs, ElementsAre(row("a")));
}

TEST(journal, newer_row_stands_before_one_of_a_refused_batch) {
    auto book = with_row();
    book.forget({"main", row("b").identity});
    const auto opened = book.open(start, false);
    book.put(row("a", "Uploading"));
    book.put(row("b"));
    book.refused(opened->id, start);
    const auto next = book.open(start, true);
    EXPECT_THAT(next->batch.jobs, ElementsAre(row("a", "Uploading"), row("b")));
    EXPECT_THAT(next->batch.forgotten_jobs, IsEmpty());
}

TEST(journal, row_that_is_put_again_is_not_forgotten) {
    auto book = with_row();
    book.forget({"main", row("a").identity});
    book.put(row("a", "Uploading"));
    const auto opened = book.open(start, false);
    EXPECT_THAT(opened->batch.jobs, ElementsAre(row("a", "Uploading")));
    EXPECT_THAT(opened->batch.forgotten_jobs, IsEmpty());
}

TEST(journal, row_that_is_forgotten_after_it_was_put_goes_after_it) {
    auto book = with_row();
    book.forget({"main", row("a").identity});
    EXPECT_TRUE(book.has_rows());
    const auto opened = book.open(start, false);
    EXPECT_THAT(opened->batch.jobs, SizeIs(1));
    EXPECT_THAT(opened->batch.forgotten_jobs, SizeIs(1));
    EXPECT_FALSE(book.has_rows());
}

TEST(journal, counter_is_written_as_it_stands_last) {
    journal book(1);
    book.put(domain::counter_row{"jobs_total", {{"list", "a"}}, 1, {}});
    book.put(domain::counter_row{"jobs_total", {{"list", "b"}}, 5, {}});
    book.put(domain::counter_row{"jobs_total", {{"list", "a"}}, 2, {}});
    const auto counters = book.open(start, false)->batch.counters;
    ASSERT_THAT(counters, SizeIs(2));
    EXPECT_EQ(counters[0].value, 2);
}

TEST(journal, retries_are_further_and_further_apart) {
    auto book = with_row();
    book.refused(book.open(start, false)->id, start);
    auto now = start;
    nanoseconds longest{0};
    for (int i = 0; i < 20; ++i) {
        longest = std::max(longest, *book.next_wakeup() - now);
        now = *book.next_wakeup();
        book.refused(book.open(now, true)->id, now);
    }
    EXPECT_GT(longest, seconds(15));
    EXPECT_LE(longest, limits::backoff_max);
}

// The alert is in no batch that is under way: it waits for the next one, or for the bad news.
TEST(journal, alert_that_fires_during_a_snapshot_waits_for_the_batch_after_it) {
    auto book = with_row();
    book.refused(book.open(start, false)->id, start);
    const auto snapshot = book.open(start, true);
    EXPECT_TRUE(book.makes_alerts_wait());
    book.put(row("b"));
    book.hold(alert_number{2});
    EXPECT_THAT(book.committed(snapshot->id, start).released, IsEmpty());
    const auto next = book.open(start, false);
    EXPECT_THAT(book.committed(next->id, start).released, ElementsAre(alert_number{2}));
}

TEST(journal, alert_that_fires_during_a_snapshot_goes_when_that_fails) {
    auto book = with_row();
    book.refused(book.open(start, false)->id, start);
    const auto snapshot = book.open(start, true);
    book.hold(alert_number{2});
    EXPECT_THAT(book.refused(snapshot->id, start).released, ElementsAre(alert_number{2}));
}

TEST(journal, commit_that_succeeds_late_calls_for_a_snapshot_at_once) {
    auto book = with_row();
    const auto slow = book.open(start, false);
    book.look_at_clock(start + seconds(2));
    book.put(row("b"));
    EXPECT_FALSE(book.wants_snapshot(start + minutes(5))) << "one commit at a time";
    const auto news = book.committed(slow->id, start + minutes(5));
    EXPECT_EQ(news.storage, storage_change::none);
    EXPECT_TRUE(book.is_degraded());
    EXPECT_TRUE(book.wants_snapshot(start + minutes(5)));
}

TEST(journal, snapshot_that_succeeds_late_is_tried_once_more) {
    auto book = with_row();
    book.refused(book.open(start, false)->id, start);
    const auto slow = book.open(start, true);
    book.look_at_clock(start + seconds(2));
    EXPECT_EQ(book.committed(slow->id, start + seconds(3)).storage, storage_change::none);
    const auto again = book.open(start + seconds(3), true);
    EXPECT_EQ(book.committed(again->id, start + seconds(3)).storage, storage_change::recovered);
}

}  // namespace
}  // namespace trainwatch::core::journal_test
