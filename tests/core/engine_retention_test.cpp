// For how long the ledger and the engine keep what is over, and that nothing which was forgotten is
// counted or alerted again.
#include "tests/core/ledger_disk.hpp"

namespace trainwatch::core::engine_retention_test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

constexpr auto day = hours(24);

class engine_retention : public ledger_test {
protected:
    // All that was ever counted or fired.
    std::uint64_t counted() { return finished(); }
    std::size_t largest_forgetting(const play_log& log) {
        std::size_t largest = 0;
        for (const auto& [when, asked] : log) {
            const auto* batch = std::get_if<commit>(&asked);
            if (!batch) continue;
            largest = std::max(
                largest, batch->batch.forgotten_jobs.size() + batch->batch.forgotten_alerts.size()
            );
        }
        return largest;
    }
};

// ---- by age ------------------------------------------------------------------------------------

TEST_F(engine_retention, job_is_forgotten_when_its_end_is_old_enough) {
    bounds.ledger_retention = 3 * day;
    fails("a", minutes(100));
    runs("b");
    begin();
    run(2 * day);
    EXPECT_TRUE(has_row("a"));
    EXPECT_THAT(disk.alerts(), SizeIs(1));
    run(2 * day);
    EXPECT_FALSE(has_row("a"));
    EXPECT_TRUE(has_row("b")) << "it is alive";
    EXPECT_EQ(job("a"), nullptr);
    // The alert was over a day after the job.
    run(day);
    EXPECT_THAT(disk.alerts(), IsEmpty());
    EXPECT_EQ(disk.jobs().size(), 1U);
    EXPECT_EQ(disk.transitions(), 3U) << "those of b";
}

// AWS lists it as before, now and after a restart: it is the past.
TEST_F(engine_retention, forgotten_job_that_aws_still_lists_is_neither_counted_nor_alerted) {
    bounds.ledger_retention = 3 * day;
    fails("a", minutes(100));
    runs("b");
    begin();
    auto log = run(3 * day + hours(2));
    EXPECT_FALSE(has_row("a"));
    EXPECT_EQ(count_notes(log, "alert_fired"), 1);
    // A permission, other filters: everything is swept anew.
    auto chosen = finds_all();
    chosen.watch_lists[0].match->name = {"a*", "b*"};
    log = run(minutes(10), change_to(play(), chosen));
    EXPECT_EQ(count_notes(log, "alert_fired"), 0);
    EXPECT_EQ(counted(), 1U);
    EXPECT_FALSE(has_row("a"));
    for (const auto lookback : {hours(1), hours(24 * 366)}) {
        // Even where somebody looks back further from now on.
        chosen.global.lookback = lookback;
        restart(chosen);
        log = run(minutes(10));
        EXPECT_EQ(count_notes(log, "alert_fired"), 0);
        EXPECT_EQ(counted(), 1U) << "and still counted";
        EXPECT_FALSE(has_row("a"));
    }
}

// Named in the configuration, it stays in the view: its row stays as well.
TEST_F(engine_retention, job_that_a_list_names_is_not_forgotten) {
    bounds.ledger_retention = 3 * day;
    fails("a", minutes(100));
    auto chosen = one_connection();
    domain::watch_list_settings list;
    list.name = "named";
    list.jobs = {"a"};
    chosen.watch_lists.push_back(list);
    begin(chosen);
    auto log = run(5 * day);
    EXPECT_EQ(count_notes(log, "alert_fired"), 1);
    EXPECT_TRUE(has_row("a"));
    restart(chosen);
    log = run(day);
    EXPECT_EQ(count_notes(log, "alert_fired"), 0);
    EXPECT_EQ(counted(), 1U);
}

TEST_F(engine_retention, lookback_keeps_rows_for_as_long_as_it_reaches) {
    bounds.ledger_retention = 3 * day;
    fails("a", minutes(100));
    auto chosen = finds_all();
    chosen.global.lookback = 5 * day;
    begin(chosen);
    run(4 * day);
    EXPECT_TRUE(has_row("a"));
    run(2 * day);
    EXPECT_FALSE(has_row("a"));
}

TEST_F(engine_retention, job_whose_alert_fires_is_kept_until_that_is_over) {
    bounds.ledger_ended = 0;
    fails("a", minutes(100));
    completes("b", minutes(100));
    begin();
    run(hours(3));
    EXPECT_FALSE(has_row("b"));
    EXPECT_TRUE(has_row("a"));
    run(day);
    EXPECT_FALSE(has_row("a"));
}

// What nobody could tell any receiver for so long is not kept for ever.
TEST_F(engine_retention, alert_that_no_receiver_takes_expires) {
    bounds.ledger_retention = 3 * day;
    fails("a", minutes(100));
    begin();
    play().receiver = [](const deliver&) { return failed(error_class::transient); };
    run(2 * day);
    EXPECT_EQ(firing(), 1U);
    run(2 * day);
    EXPECT_THAT(play().view().alerts, IsEmpty());
    EXPECT_EQ(play().view().receivers.at("main").unconfirmed, 0U);
    ASSERT_THAT(disk.alerts(), SizeIs(1));
    const auto& alert = disk.alerts().begin()->second.alert;
    EXPECT_EQ(alert.annotations.at("resolved_because"), "expired");
    run(3 * day + hours(2));
    EXPECT_THAT(disk.alerts(), IsEmpty());
    EXPECT_EQ(firing(), 0U);
}

// ---- what no list has any more -----------------------------------------------------------------

TEST_F(engine_retention, rows_of_a_list_that_is_gone_do_not_stay_for_ever) {
    bounds.ledger_retention = 3 * day;
    fails("a1", minutes(100));
    runs("a2");
    runs("b1");
    auto chosen = with_list(one_connection(), list_of("as", by_name("a*")));
    const auto both = with_list(chosen, list_of("bs", by_name("b*")));
    auto only_b = with_list(one_connection(), list_of("bs", by_name("b*")));
    begin(both);
    run(minutes(10));
    EXPECT_EQ(disk.jobs().size(), 3U);
    run(minutes(10), change_to(play(), only_b));
    EXPECT_EQ(disk.jobs().size(), 3U);
    restart(only_b);
    run(2 * day);
    EXPECT_EQ(disk.jobs().size(), 3U) << "not restored into the view, and kept";
    run(2 * day);
    EXPECT_EQ(disk.jobs().size(), 1U);
    EXPECT_TRUE(has_row("b1"));
}

// Its end was told before the list went; nobody knows but the ledger.
TEST_F(engine_retention, list_that_comes_back_after_a_restart_tells_nothing_twice) {
    fails("a1", minutes(110));
    runs("b1");
    const auto only_b = with_list(one_connection(), list_of("bs", by_name("b*")));
    const auto both = with_list(only_b, list_of("as", by_name("a*")));
    begin(both);
    auto log = run(minutes(5));
    EXPECT_EQ(count_notes(log, "alert_fired"), 1);
    restart(only_b);
    run(minutes(5));
    log = run(minutes(5), change_to(play(), both));
    ASSERT_NE(job("a1"), nullptr);
    EXPECT_EQ(count_notes(log, "alert_fired"), 0);
    EXPECT_EQ(counted(), 1U);
}

// A team's file that goes and comes back, again and again.
TEST_F(engine_retention, list_that_comes_and_goes_over_restarts_counts_an_end_once) {
    fails("a1", minutes(110));
    runs("b1");
    const auto only_b = with_list(one_connection(), list_of("bs", by_name("b*")));
    const auto both = with_list(only_b, list_of("as", by_name("a*")));
    begin(both);
    run(minutes(5));
    for (int i = 0; i < 3; ++i) {
        run(minutes(1), change_to(play(), only_b));
        run(minutes(1), change_to(play(), both));
        EXPECT_EQ(counted(), 1U) << i;
        restart(i == 1 ? only_b : both);
        run(minutes(1));
        run(minutes(1), change_to(play(), both));
        ASSERT_NE(job("a1"), nullptr);
        EXPECT_EQ(counted(), 1U) << i;
    }
    EXPECT_EQ(firing(), 0U);
}

// Nothing of what was known of it is lost, in the view and in the ledger.
TEST_F(engine_retention, finished_job_whose_list_comes_back_is_shown_for_the_rest_of_its_time) {
    fails("a1", minutes(115));
    runs("b1");
    const auto only_b = with_list(one_connection(), list_of("bs", by_name("b*")));
    const auto both = with_list(only_b, list_of("as", by_name("a*")));
    begin(both);
    run(minutes(5));
    run(minutes(1), change_to(play(), only_b));
    run(minutes(2), change_to(play(), both));
    ASSERT_NE(job("a1"), nullptr);
    EXPECT_FALSE(job("a1")->retired);
    EXPECT_FALSE(job("a1")->summarised) << "it was described once more";
    EXPECT_NE(job("a1")->last->failure_reason, "");
    run(hours(1));
    EXPECT_TRUE(job("a1")->retired);
}

TEST_F(engine_retention, row_of_a_former_job_of_the_name_goes_one_day) {
    bounds.ledger_retention = 3 * day;
    fails("a", minutes(100));
    begin();
    run(minutes(10));
    aws.put(running("a").created_at(later(minutes(125))), later(minutes(125)));
    run(minutes(10));
    EXPECT_EQ(disk.jobs().size(), 2U);
    restart();
    run(2 * day);
    EXPECT_EQ(disk.jobs().size(), 2U);
    run(2 * day);
    ASSERT_EQ(disk.jobs().size(), 1U);
    EXPECT_EQ(disk.jobs().begin()->first.identity.created, later(minutes(125)));
}

// ---- by number ---------------------------------------------------------------------------------

TEST_F(engine_retention, of_too_many_ended_jobs_those_that_ended_first_go) {
    bounds.ledger_ended = 3;
    for (int i = 0; i < 8; ++i)
        completes("done-" + std::to_string(i), minutes(100) + seconds(i));
    runs("alive");
    begin();
    run(minutes(10));
    EXPECT_EQ(disk.jobs().size(), 9U) << "the lookback still reaches them";
    EXPECT_EQ(counted(), 8U);
    run(hours(2));
    EXPECT_EQ(disk.jobs().size(), 4U);
    EXPECT_FALSE(has_row("done-4"));
    EXPECT_TRUE(has_row("done-5"));
    EXPECT_TRUE(has_row("alive"));
    for (int i = 0; i < 3; ++i) {
        restart();
        run(minutes(10));
        EXPECT_EQ(counted(), 8U);
        EXPECT_EQ(disk.jobs().size(), 4U);
    }
}

TEST_F(engine_retention, batch_forgets_no_more_than_it_may) {
    bounds.ledger_ended = 0;
    bounds.forgotten_per_step = 2;
    for (int i = 0; i < 9; ++i)
        completes("done-" + std::to_string(i), minutes(100) + seconds(i));
    begin();
    const auto log = run(hours(3));
    EXPECT_EQ(largest_forgetting(log), 2U);
    EXPECT_EQ(disk.jobs().size(), 0U);
    EXPECT_EQ(counted(), 9U);
}

TEST_F(engine_retention, of_too_many_alerts_that_are_over_the_oldest_go) {
    bounds.ledger_alerts = 2;
    for (int i = 0; i < 5; ++i)
        fails(("bad-" + std::to_string(i)).c_str(), minutes(100) + seconds(i));
    begin();
    auto log = run(hours(26));
    EXPECT_EQ(count_notes(log, "alert_fired"), 5);
    EXPECT_EQ(disk.alerts().size(), 2U);
    restart();
    log = run(hours(1));
    EXPECT_EQ(count_notes(log, "alert_fired"), 0);
    EXPECT_EQ(disk.alerts().size(), 2U);
}

TEST_F(engine_retention, nothing_is_forgotten_while_the_disk_is_in_trouble) {
    bounds.ledger_ended = 0;
    completes("a", minutes(100));
    begin();
    run(minutes(10));
    play().store = [](const commit&) { return std::optional(failed(error_class::internal)); };
    runs("b");
    auto log = play().play(hours(3));
    EXPECT_EQ(largest_forgetting(log), 0U);
    EXPECT_NE(job("a"), nullptr);
    play().store = [](const commit&) { return std::optional<failure>(); };
    run(minutes(10));
    EXPECT_FALSE(has_row("a"));
}

// ---- in memory ---------------------------------------------------------------------------------

TEST_F(engine_retention, longest_ended_job_makes_room_in_the_view) {
    bounds.tracked_jobs = 3;
    runs("alive");
    for (int i = 0; i < 5; ++i)
        fails(("bad-" + std::to_string(i)).c_str(), minutes(100) + seconds(i));
    begin();
    const auto log = run(minutes(10));
    EXPECT_EQ(play().view().watched, 3U);
    EXPECT_NE(job("alive"), nullptr);
    EXPECT_EQ(count_notes(log, "alert_fired"), 5) << "each end is told before its job makes room";
    EXPECT_EQ(counted(), 5U);
    EXPECT_EQ(disk.jobs().size(), 6U) << "the ledger has them all";
    // Of those that are known to have ended, the first one makes room for the next.
    std::set<std::string> before;
    for (const auto& known : play().view().jobs)
        if (!known.is_vacant()) before.insert(known.target.name);
    fails("late", minutes(130));
    run(minutes(10));
    EXPECT_NE(job("late"), nullptr);
    EXPECT_NE(job("alive"), nullptr);
    before.erase("alive");
    EXPECT_EQ(job(before.begin()->c_str()), nullptr) << "it had ended first";
    EXPECT_NE(job(before.rbegin()->c_str()), nullptr);
}

// Pages tell of it again and again.
TEST_F(engine_retention, job_that_made_room_is_not_taken_up_again) {
    bounds.tracked_jobs = 3;
    runs("alive");
    for (int i = 0; i < 5; ++i)
        fails(("bad-" + std::to_string(i)).c_str(), minutes(100) + seconds(i));
    begin();
    run(minutes(10));
    for (int i = 0; i < 2; ++i) {
        auto log = run(hours(2));
        EXPECT_EQ(count_notes(log, "job_appeared"), 0);
        EXPECT_EQ(count_notes(log, "alert_fired"), 0);
        EXPECT_EQ(counted(), 5U);
        restart();
        log = run(hours(2));
        EXPECT_EQ(count_notes(log, "alert_fired"), 0);
        EXPECT_EQ(counted(), 5U);
        EXPECT_EQ(play().view().watched, 3U);
    }
}

// It is let go while the disk takes nothing: what it had become is in the snapshot all the same.
TEST_F(engine_retention, job_that_makes_room_while_the_disk_is_in_trouble_is_not_lost) {
    bounds.tracked_jobs = 2;
    runs("a");
    runs("b");
    begin();
    run(minutes(2));
    bool sound = false;
    play().store = [&](const commit& batch) {
        if (!sound) return std::optional(failed(error_class::internal));
        disk.add(batch);
        return std::optional<failure>();
    };
    fails("a", minutes(122));
    play().play(minutes(2));
    EXPECT_EQ(counted(), 1U);
    runs("c");
    play().play(minutes(2));
    EXPECT_EQ(job("a"), nullptr);
    sound = true;
    play().play(minutes(5));
    EXPECT_FALSE(play().view().storage_degraded);
    restart();
    const auto log = run(minutes(10));
    EXPECT_EQ(count_notes(log, "alert_fired"), 0);
    EXPECT_EQ(counted(), 1U);
}

TEST_F(engine_retention, live_jobs_without_room_are_told_of_once) {
    bounds.tracked_jobs = 2;
    for (const auto* name : {"a", "b", "c", "d"})
        runs(name);
    begin();
    auto log = run(minutes(30));
    EXPECT_EQ(play().view().watched, 2U);
    EXPECT_EQ(play().view().live, 2U);
    EXPECT_EQ(count_notes(log, "jobs_full"), 1);
    // As soon as one of those that have room ends, another one is taken up.
    const auto first = play().view().jobs[0].target.name;
    completes(first, minutes(151));
    log = run(minutes(30));
    EXPECT_EQ(play().view().watched, 2U);
    EXPECT_EQ(play().view().live, 2U);
    EXPECT_EQ(counted(), 1U);
    EXPECT_EQ(count_notes(log, "jobs_full"), 0);
}

TEST_F(engine_retention, of_the_past_only_so_much_is_shown) {
    bounds.past_jobs = 2;
    for (int i = 0; i < 6; ++i)
        completes("old-" + std::to_string(i), minutes(10) + seconds(i));
    runs("alive");
    begin();
    run(minutes(30));
    EXPECT_EQ(play().view().watched, 3U);
    EXPECT_EQ(counted(), 0U);
}

}  // namespace
}  // namespace trainwatch::core::engine_retention_test
