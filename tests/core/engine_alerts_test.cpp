// The engine's alerts: nothing leaves before it is safe, everything arrives, everything ends.
#include <numeric>

#include "core/engine.hpp"
#include "tests/core/script.hpp"

namespace trainwatch::core::engine_alerts_test {
namespace {

using domain::alert_state;
using testing::Contains;
using testing::Each;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;
using testing::Pair;
using testing::SizeIs;

// A delivery and when it left.
struct sent {
    mono_time when{};
    deliver what{};
};

std::vector<sent> deliveries(
    const std::vector<std::pair<mono_time, action>>& log, std::uint64_t endpoint = 0
) {
    std::vector<sent> found;
    for (const auto& [when, asked] : log) {
        const auto* parcel = std::get_if<deliver>(&asked);
        if (parcel && parcel->endpoint.value == endpoint) found.push_back({when, *parcel});
    }
    return found;
}

std::vector<std::string> names_in(const std::vector<std::pair<mono_time, action>>& log) {
    std::vector<std::string> names;
    for (const auto& [when, asked] : log) {
        const auto* line = std::get_if<note>(&asked);
        if (line && line->level >= note_level::info) names.push_back(line->name);
    }
    return names;
}

// A world in which "resnet" has failed and everybody answers at once.
script failed_job(std::vector<domain::endpoint> endpoints, domain::ledger known = {}) {
    auto plan = quick_plan({"resnet"});
    plan.endpoints = std::move(endpoints);
    script play(plan, std::move(known));
    play.aws = [](const describe& asked) { return running(asked.name).fails(hours(2)).seen(); };
    return play;
}

const auto am_1 = alertmanager("main", "http://am-1");
const auto am_2 = alertmanager("main", "http://am-2");
const auto spare = alertmanager("spare", "http://am-3");
const auto hook = webhook("pipeline", "http://hook");

// ---- before the commit
// ---------------------------------------------------------------------------

TEST(engine_alerts, alert_waits_for_its_commit) {
    auto play = failed_job({am_1});
    const auto heard = play.answer(play.next_poll(), running().fails(hours(2)).seen());
    ASSERT_THAT(only<commit>(heard), SizeIs(1));
    EXPECT_THAT(only<commit>(heard)[0].batch.alerts, SizeIs(1));
    EXPECT_THAT(only<deliver>(heard), IsEmpty());
    play.pass(milliseconds(1900));
    EXPECT_THAT(only<deliver>(play.step(woke{})), IsEmpty());
    EXPECT_THAT(only<deliver>(play.step(committed{commit_id{1}, {}})), SizeIs(1));
}

TEST(engine_alerts, alert_carries_the_labels_of_its_list_before_the_global_ones) {
    auto plan = quick_plan({"resnet"});
    plan.global.labels = {{"team", "platform"}, {"site", "north"}};
    plan.lists[plan.targets[0].watch_list].labels = {{"team", "vision"}};
    plan.lists["another"].labels = {{"site", "south"}};
    script play(plan);
    const auto heard = play.answer(play.next_poll(), running().fails(hours(2)).seen());
    const auto commits = only<commit>(heard);
    ASSERT_THAT(commits, SizeIs(1));
    ASSERT_THAT(commits[0].batch.alerts, SizeIs(1));
    const auto& labels = commits[0].batch.alerts[0].alert.labels;
    EXPECT_THAT(labels, Contains(Pair("team", "vision")));
    EXPECT_THAT(labels, Contains(Pair("site", "north")));
}

TEST(engine_alerts, alert_of_a_later_batch_does_not_leave_with_an_earlier_one) {
    auto plan = quick_plan({"a", "b"});
    script play(plan);
    play.answer(play.next_poll(), running("a").seen());
    // Batch 1 is in flight; the alert of "b" will be in batch 2.
    const auto heard = play.answer(play.next_poll(), running("b").fails(hours(2)).seen());
    EXPECT_THAT(only<commit>(heard), IsEmpty());
    const auto after_first = play.step(committed{commit_id{1}, {}});
    EXPECT_THAT(only<deliver>(after_first), IsEmpty());
    ASSERT_THAT(only<commit>(after_first), SizeIs(1));
    EXPECT_THAT(only<commit>(after_first)[0].batch.alerts, SizeIs(1));
    EXPECT_THAT(only<deliver>(play.step(committed{commit_id{2}, {}})), SizeIs(1));
}

TEST(engine_alerts, failed_commit_lets_the_alert_go_marked_degraded) {
    auto play = failed_job({am_1});
    play.answer(play.next_poll(), running().fails(hours(2)).seen());
    const auto given = play.step(committed{commit_id{1}, failed(error_class::internal, "full")});
    EXPECT_THAT(note_names(given), Contains("storage_degraded"));
    EXPECT_TRUE(play.view().storage_degraded);
    const auto parcels = only<deliver>(given);
    ASSERT_THAT(parcels, SizeIs(1));
    EXPECT_THAT(parcels[0].alerts[0].annotations, Contains(Pair("storage", "degraded")));
}

TEST(engine_alerts, commit_that_hangs_for_two_seconds_lets_the_alert_go) {
    auto play = failed_job({am_1});
    play.answer(play.next_poll(), running().fails(hours(2)).seen());
    play.pass(limits::commit_deadline);
    const auto given = play.step(woke{});
    EXPECT_THAT(note_names(given), Contains("storage_degraded"));
    EXPECT_THAT(only<deliver>(given), SizeIs(1));
}

TEST(engine_alerts, storage_recovers_with_a_snapshot_of_everything) {
    auto play = failed_job({am_1});
    int commits = 0;
    std::vector<commit> seen;
    play.store = [&](const commit& batch) {
        seen.push_back(batch);
        return ++commits <= 3 ? std::optional(failed(error_class::internal)) : std::nullopt;
    };
    const auto log = play.play(minutes(2));
    EXPECT_THAT(names_in(log), Contains("storage_degraded").Times(1));
    EXPECT_THAT(names_in(log), Contains("storage_recovered").Times(1));
    EXPECT_FALSE(play.view().storage_degraded);
    ASSERT_GE(seen.size(), 4U);
    EXPECT_THAT(seen[3].batch.jobs, SizeIs(1));
    EXPECT_THAT(seen[3].batch.transitions, SizeIs(4));
    // The one about the job, and the one about the disk.
    EXPECT_THAT(seen[3].batch.alerts, SizeIs(2));
    EXPECT_THAT(seen[3].batch.deliveries, SizeIs(2));
    EXPECT_TRUE(seen[3].batch.last_complete_sweep.has_value());
    // From then on alerts are not marked, nor in the ledger.
    const auto sends = deliveries(log);
    EXPECT_THAT(sends.front().what.alerts[0].annotations, Contains(Pair("storage", "degraded")));
    EXPECT_THAT(
        sends.back().what.alerts[0].annotations, Not(Contains(Pair("storage", "degraded")))
    );
    EXPECT_THAT(
        seen[3].batch.alerts[0].alert.annotations, Not(Contains(Pair("storage", "degraded")))
    );
}

TEST(engine_alerts, polling_goes_on_without_a_disk) {
    auto play = failed_job({am_1});
    play.aws = [](const describe& asked) { return running(asked.name).seen(); };
    play.store = [](const commit&) { return std::optional(failed(error_class::internal)); };
    std::size_t polls = 0;
    for (const auto& [when, asked] : play.play(minutes(10))) {
        polls += std::holds_alternative<describe>(asked) ? 1U : 0U;
    }
    EXPECT_EQ(polls, 20U);
}

// ---- to Alertmanager ----------------------------------------------------------------------------

TEST(engine_alerts, firing_alert_is_told_each_minute) {
    auto play = failed_job({am_1});
    const auto sends = deliveries(play.play(minutes(10)));
    ASSERT_THAT(sends, SizeIs(10));
    for (std::size_t i = 1; i < sends.size(); ++i) {
        EXPECT_EQ(sends[i].when - sends[i - 1].when, limits::resend_interval);
        EXPECT_EQ(sends[i].what.alerts[0].starts_at, sends[0].what.alerts[0].starts_at);
        EXPECT_EQ(sends[i].what.alerts[0].ends_at, sends[0].what.alerts[0].ends_at);
    }
}

TEST(engine_alerts, each_alertmanager_gets_everything) {
    auto play = failed_job({am_1, am_2, spare});
    const auto log = play.play(minutes(3));
    for (const std::uint64_t endpoint : {0U, 1U, 2U}) {
        EXPECT_THAT(deliveries(log, endpoint), SizeIs(3)) << endpoint;
    }
}

TEST(engine_alerts, dead_alertmanager_never_delays_another) {
    auto play = failed_job({am_1, am_2});
    play.receiver = [](const deliver& parcel) -> result<domain::receipt> {
        if (parcel.endpoint == endpoint_id{0}) return failed(error_class::transient, "refused");
        return domain::receipt{};
    };
    const auto log = play.play(minutes(30));
    const auto healthy = deliveries(log, 1);
    ASSERT_THAT(healthy, SizeIs(30));
    for (std::size_t i = 1; i < healthy.size(); ++i) {
        EXPECT_EQ(healthy[i].when - healthy[i - 1].when, limits::resend_interval);
    }
    // The dead one is tried at least once a minute, and told of once.
    const auto dead = deliveries(log, 0);
    EXPECT_GE(dead.size(), 29U);
    for (std::size_t i = 1; i < dead.size(); ++i) {
        EXPECT_LE(dead[i].when - dead[i - 1].when, limits::resend_interval);
    }
    EXPECT_THAT(names_in(log), Contains("delivery_failed").Times(1));
    EXPECT_EQ(play.view().receivers.at("main").unconfirmed, 0U) << "one of the two has it";
    EXPECT_EQ(play.view().receivers.at("main").failed.at(error_class::transient), dead.size());
}

TEST(engine_alerts, receiver_that_comes_back_hears_it_within_a_minute) {
    auto play = failed_job({am_1});
    bool down = true;
    play.receiver = [&](const deliver&) -> result<domain::receipt> {
        if (down) return failed(error_class::transient);
        return domain::receipt{};
    };
    play.play(hours(6));
    EXPECT_EQ(play.view().receivers.at("main").unconfirmed, 1U);
    down = false;
    const auto log = play.play(limits::resend_interval);
    EXPECT_THAT(deliveries(log), SizeIs(testing::AllOf(testing::Ge(1U), testing::Le(2U))));
    EXPECT_THAT(names_in(log), Contains("delivery_recovered"));
    EXPECT_EQ(play.view().receivers.at("main").unconfirmed, 0U);
}

TEST(engine_alerts, three_hundred_alerts_leave_in_batches_of_256) {
    std::vector<std::string> names;
    for (int i = 0; i < 300; ++i)
        names.push_back("job-" + std::to_string(1000 + i));
    auto plan = quick_plan(names);
    script play(plan);
    play.aws = [](const describe& asked) { return running(asked.name).fails(hours(2)).seen(); };
    const auto log = play.play(minutes(3));
    std::size_t largest = 0;
    std::map<std::string, int> told;
    for (const auto& each : deliveries(log)) {
        largest = std::max(largest, each.what.alerts.size());
        for (const auto& alert : each.what.alerts)
            ++told[alert.labels.at("training_job")];
    }
    EXPECT_EQ(largest, 256U);
    EXPECT_THAT(told, SizeIs(300));
    for (const auto& [name, times] : told)
        EXPECT_EQ(times, 3) << name;
    EXPECT_EQ(play.view().alerts.size(), 300U);
}

TEST(engine_alerts, clock_that_is_ten_minutes_slow_does_not_end_alerts) {
    auto play = failed_job({am_1});
    play.jump(-minutes(10));
    const auto poll = play.next_poll();
    const auto truth = play.now().wall + minutes(10);
    const auto heard = play.step(described{
        poll.id, running().fails(hours(2)).seen(), seconds(1), milliseconds(minutes(10))});
    const auto id = only<commit>(heard).at(0).id;
    const auto parcels = only<deliver>(play.step(committed{id, {}}));
    ASSERT_THAT(parcels, SizeIs(1));
    EXPECT_EQ(parcels[0].alerts[0].starts_at, truth);
    EXPECT_EQ(parcels[0].alerts[0].ends_at, truth + limits::terminal_hold);
}

// What it takes then with a 200 has ended there: it holds nothing.
TEST(engine_alerts, receiver_whose_clock_is_ahead_is_told_again_by_its_own) {
    auto play = failed_job({am_1});
    play.answer(play.next_poll(), running().fails(hours(2)).seen());
    const auto first = only<deliver>(play.step(committed{commit_id{1}, {}}));
    ASSERT_THAT(first, SizeIs(1));
    const milliseconds ahead = minutes(10);
    const auto heard = play.step(delivered{first[0].id, domain::receipt{}, ahead});
    EXPECT_EQ(play.view().receivers.at("main").unconfirmed, 1U);
    EXPECT_THAT(note_names(heard), Contains("receiver_clock_ahead"));
    const auto again = only<deliver>(heard);
    ASSERT_THAT(again, SizeIs(1));
    const auto theirs = play.now().wall + ahead;
    EXPECT_GE(again[0].alerts[0].ends_at, theirs + 3 * limits::resend_interval);
    EXPECT_EQ(again[0].alerts[0].starts_at, first[0].alerts[0].starts_at);
    play.step(delivered{again[0].id, domain::receipt{}, ahead});
    EXPECT_EQ(play.view().receivers.at("main").unconfirmed, 0U);
}

TEST(engine_alerts, receiver_whose_clock_is_behind_is_told_by_aws_time) {
    auto play = failed_job({am_1});
    play.answer(play.next_poll(), running().fails(hours(2)).seen());
    const auto first = only<deliver>(play.step(committed{commit_id{1}, {}}));
    const auto heard =
        play.step(delivered{first[0].id, domain::receipt{}, -milliseconds(minutes(10))});
    EXPECT_EQ(play.view().receivers.at("main").unconfirmed, 0U);
    EXPECT_THAT(only<deliver>(heard), IsEmpty());
}

// Else it would fire on there until its clock is there.
TEST(engine_alerts, receiver_whose_clock_is_behind_is_told_an_end_in_its_past) {
    auto play = failed_job({am_1});
    play.answer(play.next_poll(), running().fails(hours(2)).seen());
    const auto first = only<deliver>(play.step(committed{commit_id{1}, {}}));
    const milliseconds behind = -minutes(10);
    const auto taken = play.step(delivered{first[0].id, domain::receipt{}, behind});
    play.step(committed{only<commit>(taken).at(0).id, {}});
    play.play(minutes(30));
    const auto over = only<deliver>(play.step(acknowledged{"resnet"}));
    ASSERT_THAT(over, SizeIs(1));
    const auto& message = over[0].alerts[0];
    EXPECT_EQ(message.state, alert_state::resolved);
    EXPECT_LE(message.ends_at, play.now().wall + behind);
}

// Alertmanager on the daemon's own machine has its clock.
TEST(engine_alerts, first_word_to_a_receiver_holds_by_our_clock_too) {
    auto play = failed_job({am_1});
    play.jump(minutes(10));
    const auto poll = play.next_poll();
    play.step(described{
        poll.id, running().fails(hours(2)).seen(), seconds(1), -milliseconds(minutes(10))});
    const auto first = only<deliver>(play.step(committed{commit_id{1}, {}}));
    ASSERT_THAT(first, SizeIs(1));
    EXPECT_GE(first[0].alerts[0].ends_at, play.now().wall + 3 * limits::resend_interval);
}

TEST(engine_alerts, step_of_our_clock_does_not_move_what_is_sent) {
    auto play = failed_job({am_1});
    const auto poll = play.next_poll();
    const auto heard = play.step(described{
        poll.id, running().fails(hours(2)).seen(), seconds(1), milliseconds(0)});
    play.step(committed{only<commit>(heard).at(0).id, {}});
    const auto truth = play.now().wall;
    const auto taken = play.step(delivered{delivery_id{1}, domain::receipt{}, {}});
    play.step(committed{only<commit>(taken).at(0).id, {}});
    play.jump(-hours(3));
    const auto sends = deliveries(play.play(limits::resend_interval));
    ASSERT_THAT(sends, SizeIs(1));
    EXPECT_EQ(sends[0].what.alerts[0].ends_at, truth + limits::terminal_hold);
}

TEST(engine_alerts, delivery_without_an_answer_is_tried_again) {
    auto play = failed_job({am_1});
    play.answer(play.next_poll(), running().fails(hours(2)).seen());
    play.step(committed{commit_id{1}, {}});
    play.pass(limits::delivery_deadline + limits::answer_grace);
    EXPECT_THAT(note_names(play.step(woke{})), Contains("delivery_failed"));
    EXPECT_THAT(deliveries(play.play(seconds(1))), SizeIs(1));
    // The answer to the first one comes now, to nobody.
    play.gives(
        delivered{delivery_id{1}, domain::receipt{}, {}},
        {note{note_level::debug, "late_receipt", {{"delivery", "1"}}}}
    );
}

TEST(engine_alerts, alert_that_a_receiver_rejects_is_told_once_and_the_others_arrive) {
    auto plan = quick_plan({"a", "b", "c", "d"});
    script play(plan);
    play.aws = [](const describe& asked) { return running(asked.name).fails(hours(2)).seen(); };
    std::map<std::string, int> taken;
    play.receiver = [&](const deliver& parcel) -> result<domain::receipt> {
        for (const auto& alert : parcel.alerts) {
            if (alert.labels.at("training_job") == "b") {
                return failed(error_class::rejected, "invalid label set");
            }
        }
        for (const auto& alert : parcel.alerts)
            ++taken[alert.labels.at("training_job")];
        return domain::receipt{};
    };
    const auto log = play.play(minutes(10));
    EXPECT_THAT(taken, SizeIs(3));
    for (const auto& [name, times] : taken)
        EXPECT_NEAR(times, 10, 1) << name;
    EXPECT_THAT(names_in(log), Contains("alert_rejected").Times(1));
    // It is tried again each minute all the same.
    std::size_t tries = 0;
    for (const auto& each : deliveries(log)) {
        const auto& alerts = each.what.alerts;
        tries += alerts.size() == 1 && alerts[0].labels.at("training_job") == "b" ? 1U : 0U;
    }
    EXPECT_NEAR(static_cast<double>(tries), 10, 1);
    EXPECT_EQ(play.view().receivers.at("main").unconfirmed, 1U);
}

// ---- to webhooks --------------------------------------------------------------------------------

TEST(engine_alerts, webhook_is_told_once) {
    auto play = failed_job({hook});
    EXPECT_THAT(deliveries(play.play(hours(20))), SizeIs(1));
}

TEST(engine_alerts, webhook_is_told_until_it_takes_it) {
    auto play = failed_job({hook});
    int tries = 0;
    play.receiver = [&](const deliver&) -> result<domain::receipt> {
        if (++tries < 6) return failed(error_class::transient);
        return domain::receipt{};
    };
    const auto log = play.play(hours(20));
    EXPECT_THAT(deliveries(log), SizeIs(6));
    EXPECT_THAT(names_in(log), Contains("delivery_recovered"));
}

TEST(engine_alerts, webhook_is_told_of_the_end_once) {
    auto play = failed_job({hook});
    play.play(hours(23));
    const auto sends = deliveries(play.play(hours(5)));
    ASSERT_THAT(sends, SizeIs(1));
    EXPECT_EQ(sends[0].what.alerts[0].state, alert_state::resolved);
    EXPECT_THAT(play.view().alerts, IsEmpty());
}

// It goes on there for a day unless it is told.
TEST(engine_alerts, alertmanager_that_was_away_for_hours_is_told_that_it_is_over) {
    auto play = failed_job({am_1});
    play.play(hours(1));
    play.receiver = [](const deliver&) { return failed(error_class::transient); };
    auto without = play.subject().plan();
    without.targets.clear();
    play.play(hours(3), reconfigured{without});
    play.receiver = [](const deliver&) { return domain::receipt{}; };
    const auto sends = deliveries(play.play(minutes(5)));
    ASSERT_FALSE(sends.empty());
    EXPECT_EQ(sends.back().what.alerts[0].state, alert_state::resolved);
}

// It says 200, and may have dropped it all the same.
TEST(engine_alerts, alertmanager_that_was_away_for_hours_is_told_the_end_more_than_once) {
    auto play = failed_job({am_1});
    play.play(minutes(5));
    play.receiver = [](const deliver&) { return failed(error_class::transient); };
    play.play(hours(2), acknowledged{"resnet"});
    play.receiver = [](const deliver&) { return domain::receipt{}; };
    EXPECT_GE(deliveries(play.play(hours(1))).size(), 10U);
    EXPECT_THAT(play.view().alerts, IsEmpty());
}

// It had dropped the end that it said 200 to, and was away for the rest of the fifteen minutes.
TEST(engine_alerts, alertmanager_that_went_away_after_the_end_is_told_it_as_often_all_the_same) {
    auto play = failed_job({am_1});
    play.play(minutes(5));
    play.play(seconds(30), acknowledged{"resnet"});
    play.receiver = [](const deliver&) { return failed(error_class::transient); };
    play.play(hours(2));
    play.receiver = [](const deliver&) { return domain::receipt{}; };
    EXPECT_GE(deliveries(play.play(hours(1))).size(), 10U);
    EXPECT_THAT(play.view().alerts, IsEmpty());
}

// Its first news of the alert would be that it is over.
TEST(engine_alerts, webhook_that_was_not_there_is_not_told_the_end) {
    for (const bool was_there : {false, true}) {
        auto play = failed_job({hook});
        play.receiver = [&](const deliver&) -> result<domain::receipt> {
            auto why = failed(error_class::transient);
            if (!was_there) {
                why.code = make_error_code(boost::system::errc::connection_refused);
            }
            return why;
        };
        play.play(hours(1));
        play.receiver = [](const deliver&) { return domain::receipt{}; };
        const auto sends = deliveries(play.play(hours(1), acknowledged{"resnet"}));
        EXPECT_THAT(sends, SizeIs(was_there ? 1 : 0));
        EXPECT_THAT(play.view().alerts, IsEmpty());
    }
}

// Alertmanager would believe that what is not repeated in time is over.
TEST(engine_alerts, webhook_gets_the_time_that_it_asks_for_and_alertmanager_a_re_send_at_most) {
    for (const auto& [endpoint, wait] :
         {std::pair(hook, seconds(150)), std::pair(am_1, seconds(60))}) {
        auto play = failed_job({endpoint});
        play.receiver = [&](const deliver&) -> result<domain::receipt> {
            auto why = failed(error_class::throttled);
            why.retry_after = seconds(150);
            return why;
        };
        const auto sends = deliveries(play.play(minutes(10)));
        ASSERT_GE(sends.size(), 2U);
        const auto between = sends[1].when - sends[0].when;
        EXPECT_GE(between, wait);
        EXPECT_LT(between, wait + seconds(5));
    }
}

// ---- the end ------------------------------------------------------------------------------------

TEST(engine_alerts, alert_ends_a_day_after_its_first_confirmation_and_is_told_for_fifteen_minutes) {
    auto play = failed_job({am_1});
    play.play(hours(23));
    const auto fired = play.view().alerts.at(0).starts_at;
    const auto log = play.play(hours(2));
    std::vector<domain::alert_message> over;
    for (const auto& each : deliveries(log)) {
        if (each.what.alerts[0].state == alert_state::resolved) over.push_back(each.what.alerts[0]);
    }
    EXPECT_THAT(over, SizeIs(15));
    for (const auto& message : over)
        EXPECT_EQ(message.ends_at, fired + limits::terminal_hold);
    EXPECT_THAT(names_in(log), Contains("alert_resolved").Times(1));
    EXPECT_THAT(play.view().alerts, IsEmpty());
}

TEST(engine_alerts, ended_alert_is_shown_as_resolved_while_it_is_told) {
    auto play = failed_job({am_1});
    play.play(hours(24) + minutes(5));
    ASSERT_THAT(play.view().alerts, SizeIs(1));
    EXPECT_EQ(play.view().alerts[0].state, alert_state::resolved);
    EXPECT_EQ(
        play.view().alerts[0].resolved_at, play.view().alerts[0].starts_at + limits::terminal_hold
    );
}

TEST(engine_alerts, end_is_told_at_once_and_not_at_the_next_re_send) {
    auto play = failed_job({am_1});
    const auto first = deliveries(play.play(minutes(1))).at(0).when;
    play.play(hours(24) - minutes(2));
    for (const auto& each : deliveries(play.play(minutes(3)))) {
        if (each.what.alerts[0].state != alert_state::resolved) continue;
        EXPECT_EQ(each.when, first + limits::terminal_hold);
        return;
    }
    FAIL() << "the end was not told";
}

TEST(engine_alerts, receiver_that_was_down_for_a_day_gets_its_own_day) {
    auto play = failed_job({am_1, spare});
    bool down = true;
    play.receiver = [&](const deliver& parcel) -> result<domain::receipt> {
        if (down && parcel.endpoint == endpoint_id{1}) return failed(error_class::transient);
        return domain::receipt{};
    };
    play.play(hours(23));
    down = false;
    const auto log = play.play(hours(3));
    bool ended_at_first = false;
    for (const auto& each : deliveries(log, 0)) {
        ended_at_first |= each.what.alerts[0].state == alert_state::resolved;
    }
    EXPECT_TRUE(ended_at_first);
    for (const auto& each : deliveries(log, 1)) {
        EXPECT_EQ(each.what.alerts[0].state, alert_state::firing);
    }
    EXPECT_EQ(play.view().alerts.at(0).state, alert_state::firing);
    play.play(hours(25));
    EXPECT_THAT(play.view().alerts, IsEmpty());
}

TEST(engine_alerts, second_url_of_a_receiver_shares_its_end) {
    auto play = failed_job({am_1, am_2});
    bool down = true;
    play.receiver = [&](const deliver& parcel) -> result<domain::receipt> {
        if (down && parcel.endpoint == endpoint_id{1}) return failed(error_class::transient);
        return domain::receipt{};
    };
    play.play(hours(24) + minutes(1));
    down = false;
    // It may have stored what it did not confirm: it is told that it is over.
    const auto sends = deliveries(play.play(minutes(5)), 1);
    EXPECT_THAT(sends, Not(IsEmpty()));
    for (const auto& each : sends) {
        EXPECT_EQ(each.what.alerts[0].state, alert_state::resolved);
    }
}

TEST(engine_alerts, without_receivers_an_alert_is_shown_for_a_day) {
    auto play = failed_job({});
    play.play(hours(23));
    EXPECT_THAT(play.view().alerts, SizeIs(1));
    const auto log = play.play(hours(2));
    EXPECT_THAT(play.view().alerts, IsEmpty());
    EXPECT_THAT(names_in(log), Contains("alert_resolved"));
}

TEST(engine_alerts, receivers_are_counted) {
    auto play = failed_job({am_1});
    play.play(minutes(5));
    const auto& main = play.view().receivers.at("main");
    EXPECT_EQ(main.notifications, 5U);
    EXPECT_EQ(main.unconfirmed, 0U);
    EXPECT_EQ(std::accumulate(main.latency.buckets.begin(), main.latency.buckets.end(), 0U), 1U);
}

// ---- restarts
// ------------------------------------------------------------------------------------

TEST(engine_restart, alert_goes_on_and_fires_no_second_time) {
    auto before = failed_job({am_1});
    const auto log = before.play(minutes(5));
    auto after = failed_job({am_1}, keep(log).load());
    EXPECT_EQ(after.view().alerts, before.view().alerts);
    EXPECT_THAT(note_names(after.opening()), ElementsAre("restored"));
    const auto rest = after.play(minutes(10));
    // It is told soon: Alertmanager may have been restarted as well.
    ASSERT_FALSE(deliveries(rest).empty());
    EXPECT_EQ(deliveries(rest).front().what.alerts[0].starts_at, before.view().alerts[0].starts_at);
    EXPECT_THAT(names_in(rest), Not(Contains("alert_fired")));
    EXPECT_THAT(after.view().alerts, SizeIs(1));
    EXPECT_EQ(after.view().receivers.at("main").unconfirmed, 0U);
}

TEST(engine_restart, webhook_that_took_it_is_not_told_again) {
    auto before = failed_job({hook});
    const auto log = before.play(minutes(5));
    auto after = failed_job({hook}, keep(log).load());
    EXPECT_THAT(only<deliver>(after.opening()), IsEmpty());
    EXPECT_THAT(deliveries(after.play(hours(10))), IsEmpty());
}

TEST(engine_restart, view_is_what_it_was) {
    auto before = failed_job({am_1});
    const auto log = before.play(minutes(5));
    const auto after = failed_job({am_1}, keep(log).load());
    auto expected = before.view().jobs;
    auto found = after.view().jobs;
    for (auto* jobs : {&expected, &found}) {
        for (auto& job : *jobs) {
            job.revision = 0;
            job.last_observed.reset();
        }
    }
    EXPECT_EQ(found, expected);
    EXPECT_EQ(after.view().fleet, before.view().fleet);
    EXPECT_EQ(after.view().live, before.view().live);
}

TEST(engine_restart, crash_before_the_commit_fires_once_all_the_same) {
    auto before = failed_job({am_1});
    before.answer(before.next_poll(), running().fails(hours(2)).seen());
    // The batch was never written.
    auto after = failed_job({am_1});
    EXPECT_THAT(names_in(after.play(minutes(1))), Contains("alert_fired").Times(1));
}

TEST(engine_restart, crash_after_the_commit_delivers_what_was_not_delivered) {
    auto before = failed_job({am_1});
    kept_ledger ledger;
    for (const auto& batch :
         only<commit>(before.answer(before.next_poll(), running().fails(hours(2)).seen()))) {
        ledger.add(batch);
    }
    auto after = failed_job({am_1}, ledger.load());
    EXPECT_EQ(after.view().receivers.at("main").unconfirmed, 1U);
    EXPECT_THAT(deliveries(after.play(seconds(20))), SizeIs(1));
}

// The servers' time is not known yet, and ours may be wrong: an end in the past is a resolve.
TEST(engine_restart, what_was_told_is_repeated_once_the_servers_time_is_known) {
    auto before = failed_job({am_1});
    const auto log = before.play(minutes(5));
    auto after = failed_job({am_1}, keep(log).load());
    EXPECT_THAT(only<deliver>(after.opening()), IsEmpty());
    const auto poll = after.next_poll();
    const auto answer = after.step(described{
        poll.id, running().fails(hours(2)).seen(), milliseconds(200), hours(1)});
    ASSERT_THAT(only<deliver>(answer), SizeIs(1));
    const auto told = only<deliver>(answer)[0].alerts[0];
    EXPECT_GE(told.ends_at, after.now().wall + hours(1) + 3 * limits::resend_interval);
}

TEST(engine_restart, without_the_servers_time_it_is_repeated_after_a_while) {
    auto before = failed_job({am_1});
    const auto log = before.play(minutes(5));
    auto after = failed_job({am_1}, keep(log).load());
    after.aws = [](const describe&) { return failed(error_class::transient); };
    const auto began = after.now().mono;
    const auto told = deliveries(after.play(minutes(1)));
    ASSERT_THAT(told, SizeIs(1));
    EXPECT_EQ(told[0].when, began + limits::clock_patience);
}

// Of the alert that the job has failed; nothing: there is none.
std::optional<alert_state> state_of_end(const script& play) {
    for (const auto& alert : play.view().alerts) {
        if (alert.labels.at("alertname") == "TrainingJobFailed") return alert.state;
    }
    return std::nullopt;
}

// AWS cannot be reached, and our clock says that the day is over.
TEST(engine_restart, hold_does_not_pass_by_a_clock_that_nobody_confirms) {
    for (const auto& receiver : {am_1, hook}) {
        SCOPED_TRACE(receiver.url);
        auto before = failed_job({receiver});
        const auto log = before.play(minutes(5));
        auto after = failed_job({receiver}, keep(log).load());
        after.aws = [](const describe&) { return failed(error_class::transient); };
        after.jump(hours(48));
        for (const auto& sent : deliveries(after.play(hours(2)))) {
            for (const auto& alert : sent.what.alerts)
                EXPECT_EQ(alert.state, alert_state::firing);
        }
        EXPECT_EQ(state_of_end(after), alert_state::firing);
        after.play(hours(24));
        EXPECT_NE(state_of_end(after), alert_state::firing) << "nobody waits for ever";
    }
}

TEST(engine_restart, hold_passes_by_the_time_that_alertmanager_tells) {
    auto before = failed_job({am_1});
    const auto log = before.play(minutes(5));
    auto after = failed_job({am_1}, keep(log).load());
    after.aws = [](const describe&) { return failed(error_class::transient); };
    after.jump(hours(48));
    after.receivers_are_ahead = -milliseconds(hours(48));
    after.play(hours(23));
    EXPECT_EQ(state_of_end(after), alert_state::firing);
    after.play(minutes(70));
    EXPECT_EQ(state_of_end(after), alert_state::resolved);
}

// A webhook is told nothing in between, and by the clock of the start the end lay further ahead.
TEST(engine_restart, hold_of_a_webhook_passes_in_time_when_the_clock_is_put_right) {
    auto before = failed_job({hook});
    const auto log = before.play(minutes(5));
    auto start = before.now();
    start.wall -= hours(5);
    auto plan = quick_plan({"resnet"});
    plan.endpoints = {hook};
    script after(plan, keep(log).load(), start);
    after.aws = failed_job({hook}).aws;
    after.play(hours(23));
    EXPECT_EQ(state_of_end(after), alert_state::firing);
    after.play(hours(1) + 2 * limits::held_look_interval);
    EXPECT_NE(state_of_end(after), alert_state::firing);
}

// Of a clock that was set back while nobody ran, the end lies ahead.
TEST(engine_restart, alert_that_has_ended_stays_so_whatever_the_clock_says) {
    auto before = failed_job({am_1});
    const auto log = before.play(hours(24) + minutes(10));
    const auto known = keep(log).load();
    ASSERT_THAT(known.rows.alerts, SizeIs(1));
    ASSERT_EQ(known.rows.alerts[0].alert.state, alert_state::resolved);
    auto after = failed_job({am_1}, known);
    after.jump(-hours(5));
    for (const auto& sent : deliveries(after.play(minutes(30)))) {
        for (const auto& alert : sent.what.alerts)
            EXPECT_EQ(alert.state, alert_state::resolved);
    }
    EXPECT_EQ(after.view().receivers.at("main").unconfirmed, 0U);
}

// Whether the word of a delivery had reached the disk nobody knows.
TEST(engine_restart, webhook_hears_the_end_of_what_it_may_have_been_told) {
    auto before = failed_job({hook});
    kept_ledger ledger;
    for (const auto& batch :
         only<commit>(before.answer(before.next_poll(), running().fails(hours(2)).seen()))) {
        ledger.add(batch);
    }
    auto plan = quick_plan({"other"});
    plan.endpoints = {hook};
    script after(plan, ledger.load());
    const auto told = deliveries(after.play(minutes(1)));
    ASSERT_THAT(told, SizeIs(2)) << "it may not have heard of it, either";
    EXPECT_EQ(told[0].what.alerts[0].state, alert_state::firing);
    EXPECT_EQ(told[1].what.alerts[0].state, alert_state::resolved);
}

TEST(engine_restart, job_that_ended_meanwhile_alerts_however_long_ago) {
    auto before = failed_job({am_1});
    before.aws = [](const describe& asked) { return running(asked.name).seen(); };
    const auto log = before.play(minutes(5));
    auto plan = quick_plan({"resnet"});
    script after(plan, keep(log).load());
    after.pass(hours(24 * 5));
    after.aws = [](const describe& asked) { return running(asked.name).fails(hours(3)).seen(); };
    EXPECT_THAT(names_in(after.play(minutes(1))), Contains("alert_fired"));
}

TEST(engine_restart, end_of_an_alert_is_counted_from_the_first_run) {
    auto before = failed_job({am_1});
    const auto log = before.play(minutes(5));
    auto after = failed_job({am_1}, keep(log).load());
    after.play(hours(24) + minutes(30));
    EXPECT_THAT(after.view().alerts, IsEmpty());
}

// Its receiver took it at the first endpoint an hour after the second.
TEST(engine_restart, hold_goes_on_from_whichever_endpoint_took_it_first) {
    auto before = failed_job({am_1, am_2});
    bool down = true;
    before.receiver = [&](const deliver& parcel) -> result<domain::receipt> {
        if (down && parcel.endpoint == endpoint_id{0}) return failed(error_class::transient);
        return domain::receipt{};
    };
    auto log = before.play(hours(1));
    down = false;
    const auto later = before.play(minutes(5));
    log.insert(log.end(), later.begin(), later.end());
    auto ledger = keep(log);
    auto plan = quick_plan({"resnet"});
    plan.endpoints = {am_1, am_2};
    script after(plan, ledger.load(), before.now());
    after.aws = before.aws;
    after.play(hours(22) + minutes(50));
    EXPECT_EQ(after.view().alerts.at(0).state, alert_state::firing);
    after.play(minutes(10));
    EXPECT_EQ(after.view().alerts.at(0).state, alert_state::resolved);
}

TEST(engine_restart, alert_whose_job_is_watched_no_more_ends) {
    auto before = failed_job({am_1});
    const auto log = before.play(minutes(5));
    script after(quick_plan({"another"}), keep(log).load());
    const auto batches = only<commit>(after.opening());
    ASSERT_THAT(batches, SizeIs(1));
    EXPECT_EQ(batches[0].batch.alerts[0].alert.state, alert_state::resolved);
    const auto parcels = deliveries(after.play(seconds(20)));
    ASSERT_THAT(parcels, SizeIs(1));
    EXPECT_EQ(parcels[0].what.alerts[0].state, alert_state::resolved);
    EXPECT_EQ(parcels[0].what.alerts[0].annotations.at("resolved_because"), "unwatched");
    after.play(minutes(20));
    EXPECT_THAT(after.view().alerts, IsEmpty());
}

TEST(engine_restart, alert_of_a_job_that_moved_to_another_list_goes_on) {
    auto before = failed_job({am_1});
    const auto log = before.play(minutes(5));
    auto plan = quick_plan({"resnet"});
    plan.targets[0].watch_list = "research";
    script after(plan, keep(log).load());
    const auto told = deliveries(after.play(seconds(20)));
    EXPECT_EQ(told.at(0).what.alerts[0].state, alert_state::firing);
    EXPECT_EQ(after.view().alerts.at(0).labels.at("watch_list"), "nightly");
}

TEST(engine_restart, newest_of_two_jobs_with_the_name_owns_it) {
    const auto row_for = [](const job& seen) {
        domain::job_row row;
        row.last = seen;
        row.identity = identity_of(row.last);
        row.connection = "main";
        row.watch_list = "nightly";
        row.last_observed = later(hours(2));
        return row;
    };
    const auto older = row_for(running());
    const auto newer = row_for(job().created_at(later(hours(1))).phase("Starting", hours(1)));
    for (const auto& rows : {std::vector{older, newer}, std::vector{newer, older}}) {
        domain::ledger known;
        known.first_start = false;
        known.rows.jobs = rows;
        const script play(quick_plan({"resnet"}), known);
        EXPECT_EQ(play.view().jobs[0].last->created, later(hours(1)));
    }
}

TEST(engine_restart, job_of_another_connection_is_not_ours) {
    domain::ledger known;
    known.rows.jobs.resize(1);
    known.rows.jobs[0].last = running();
    known.rows.jobs[0].identity = identity_of(running());
    known.rows.jobs[0].connection = "another";
    const script play(quick_plan({"resnet"}), known);
    EXPECT_EQ(play.view().jobs[0].last, std::nullopt);
}

TEST(engine_restart, new_receiver_hears_of_what_fires) {
    auto before = failed_job({am_1});
    const auto log = before.play(minutes(5));
    auto after = failed_job({am_1, spare}, keep(log).load());
    EXPECT_EQ(after.view().receivers.at("spare").unconfirmed, 1U);
    const auto told = after.play(seconds(20));
    EXPECT_THAT(deliveries(told, 0), SizeIs(1));
    EXPECT_THAT(deliveries(told, 1), SizeIs(1));
}

TEST(engine_restart, end_goes_on_to_be_told_until_it_was_told_for_its_time) {
    for (const auto told_for : {minutes(5), minutes(20)}) {
        SCOPED_TRACE(told_for.count());
        auto before = failed_job({am_1});
        auto log = before.play(minutes(5));
        const auto rest = before.play(told_for, acknowledged{"resnet"});
        log.insert(log.end(), rest.begin(), rest.end());
        auto after = failed_job({am_1}, keep(log).load());
        after.pass(minutes(5) + told_for);
        const auto told = deliveries(after.play(minutes(30)));
        // Before anybody has told the time it is said once more.
        EXPECT_EQ(told.size() < 2, told_for == minutes(20)) << told.size();
        for (const auto& sent : told)
            EXPECT_EQ(sent.what.alerts[0].state, alert_state::resolved);
    }
}

// Whose clock was a day behind when the end came: what tells how often it was taken is no time.
TEST(engine_restart, end_that_was_taken_once_goes_on_to_be_told_whatever_the_clock_said) {
    auto before = failed_job({am_1});
    auto log = before.play(minutes(5));
    const auto rest = before.play(minutes(3), acknowledged{"resnet"});
    log.insert(log.end(), rest.begin(), rest.end());
    auto known = keep(log).load();
    ASSERT_THAT(known.rows.deliveries, SizeIs(1));
    ASSERT_EQ(known.rows.deliveries[0].resolved_confirmed, 1);
    *known.rows.alerts[0].alert.resolved_at -= hours(2);
    auto after = failed_job({am_1}, std::move(known));
    after.pass(minutes(8));
    const auto told = deliveries(after.play(minutes(30)));
    EXPECT_GE(told.size(), 14U);
    for (const auto& sent : told)
        EXPECT_EQ(sent.what.alerts[0].state, alert_state::resolved);
}

// It was over for an hour when the last run ended: what nobody wrote of that receiver never was.
TEST(engine_restart, receiver_that_came_after_the_end_is_not_told_it) {
    auto before = failed_job({am_1});
    auto log = before.play(minutes(5));
    const auto rest = before.play(hours(1), acknowledged{"resnet"});
    log.insert(log.end(), rest.begin(), rest.end());
    auto after = failed_job({am_1, spare}, keep(log).load());
    EXPECT_THAT(deliveries(after.play(minutes(10)), 1), IsEmpty());
}

TEST(engine_restart, resolved_alert_of_an_earlier_run_is_history) {
    auto before = failed_job({am_1});
    const auto log = before.play(hours(25));
    auto after = failed_job({am_1}, keep(log).load());
    after.pass(hours(25));
    const auto rest = after.play(minutes(10));
    EXPECT_THAT(deliveries(rest), IsEmpty());
    EXPECT_THAT(names_in(rest), Not(Contains("alert_resolved")));
    EXPECT_THAT(after.view().alerts, IsEmpty());
}

// ---- the first start
// -----------------------------------------------------------------------------

TEST(engine_horizon, at_the_first_start_an_old_end_is_shown_and_not_alerted) {
    auto play = failed_job({am_1});
    play.aws = [](const describe& asked) { return running(asked.name).fails(minutes(59)).seen(); };
    EXPECT_THAT(names_in(play.play(minutes(5))), Not(Contains("alert_fired")));
    EXPECT_EQ(play.view().jobs[0].ending->outcome, domain::outcome::failed);
    EXPECT_EQ(play.view().live, 0U);
}

TEST(engine_horizon, at_the_first_start_an_end_within_the_lookback_alerts) {
    auto play = failed_job({am_1});
    play.aws = [](const describe& asked) { return running(asked.name).fails(minutes(61)).seen(); };
    EXPECT_THAT(names_in(play.play(minutes(5))), Contains("alert_fired"));
}

TEST(engine_horizon, lookback_is_the_configured_one) {
    auto plan = quick_plan({"resnet"});
    plan.global.lookback = minutes(10);
    script play(plan);
    play.aws = [](const describe& asked) { return running(asked.name).fails(minutes(61)).seen(); };
    EXPECT_THAT(names_in(play.play(minutes(5))), Not(Contains("alert_fired")));
}

// Nothing had told of the time, so no sweep was dated.
TEST(engine_horizon, what_ended_since_a_first_run_that_aws_never_answered_alerts) {
    auto before = failed_job({am_1});
    before.aws = [](const describe&) { return failed(error_class::transient); };
    const auto began = before.now().wall;
    const auto known = keep(before.play(minutes(5))).load();
    ASSERT_EQ(known.rows.last_complete_sweep, std::nullopt);
    for (const bool is_news : {true, false}) {
        auto after = failed_job({am_1}, known);
        after.pass(hours(5));
        const auto ended = began - created - hours(1) + (is_news ? minutes(1) : -minutes(1));
        after.aws = [&](const describe& asked) {
            return running(asked.name).fails(std::chrono::duration_cast<minutes>(ended)).seen();
        };
        const auto named = names_in(after.play(minutes(5)));
        EXPECT_EQ(std::count(named.begin(), named.end(), "alert_fired"), is_news ? 1 : 0);
    }
}

// The disk was full a moment after the first start: the one commit before that says when it was.
TEST(engine_horizon, what_ended_since_a_first_run_that_kept_nothing_more_alerts) {
    auto plan = failed_job({am_1}).subject().plan();
    plan.lists["nightly"].completed_within = hours(24);
    const script before(plan);
    kept_ledger kept;
    for (const auto& batch : only<commit>(before.opening()))
        kept.add(batch);
    auto after = failed_job({am_1}, kept.load());
    after.pass(hours(5));
    const auto ended = before.now().wall - created - hours(1) + minutes(1);
    after.aws = [&](const describe& asked) {
        return running(asked.name).fails(std::chrono::duration_cast<minutes>(ended)).seen();
    };
    EXPECT_THAT(names_in(after.play(minutes(5))), Contains("alert_fired"));
}

domain::ledger swept_until(wall_time when) {
    domain::ledger known;
    known.first_start = false;
    known.rows.last_complete_sweep = when;
    return known;
}

TEST(engine_horizon, after_a_gap_everything_since_the_last_complete_sweep_alerts) {
    auto play = failed_job({am_1}, swept_until(later(minutes(30))));
    play.aws = [](const describe& asked) { return running(asked.name).fails(minutes(31)).seen(); };
    EXPECT_THAT(names_in(play.play(minutes(5))), Contains("alert_fired"));
}

TEST(engine_horizon, before_the_last_complete_sweep_nothing_alerts) {
    auto play = failed_job({am_1}, swept_until(later(minutes(30))));
    play.aws = [](const describe& asked) { return running(asked.name).fails(minutes(29)).seen(); };
    EXPECT_THAT(names_in(play.play(minutes(5))), Not(Contains("alert_fired")));
}

// A job that is new on the list after a short gap is judged as at a first start.
TEST(engine_horizon, recent_sweep_does_not_look_back_less_than_the_lookback) {
    auto play = failed_job({am_1}, swept_until(later(minutes(119))));
    play.aws = [](const describe& asked) { return running(asked.name).fails(minutes(90)).seen(); };
    EXPECT_THAT(names_in(play.play(minutes(5))), Contains("alert_fired"));
}

TEST(engine_horizon, sweep_is_complete_when_aws_told_of_every_name) {
    script play(quick_plan({"a", "b", "c"}));
    play.aws = [&](const describe& asked) -> result<domain::observation> {
        if (asked.name == "c") return failed(error_class::transient);
        if (asked.name == "b") return failed(error_class::not_found);
        return running(asked.name).seen();
    };
    std::vector<wall_time> sweeps;
    const auto listen = [&](const auto& log) {
        for (const auto& [when, asked] : log) {
            const auto* batch = std::get_if<commit>(&asked);
            if (batch && batch->batch.last_complete_sweep) {
                sweeps.push_back(*batch->batch.last_complete_sweep);
            }
        }
    };
    listen(play.play(minutes(20)));
    // Only the horizon of the first start, so that a restart looks back as far.
    EXPECT_THAT(sweeps, ElementsAre(later(start_time) - hours(1)));
    play.aws = [&](const describe& asked) { return running(asked.name).seen(); };
    listen(play.play(minutes(5)));
    ASSERT_GE(sweeps.size(), 2U);
    EXPECT_EQ(sweeps[1], later(start_time)) << "the beginning of the sweep, not its end";
    for (std::size_t i = 1; i < sweeps.size(); ++i)
        EXPECT_GT(sweeps[i], sweeps[i - 1]);
}

// What was asked before a sweep began says nothing about the time since.
TEST(engine_horizon, answer_to_a_question_from_before_the_sweep_does_not_count_for_it) {
    auto plan = quick_plan({"a", "b"});
    plan.global.staleness_bound = seconds(10);
    script play(plan);
    const auto sweeps = [](const actions& given) {
        std::size_t found = 0;
        for (const auto& batch : only<commit>(given)) {
            found += batch.batch.last_complete_sweep ? 1U : 0U;
        }
        return found;
    };
    const auto confirm = [&](const actions& given) {
        for (const auto& batch : only<commit>(given))
            play.step(committed{batch.id, {}});
        return given;
    };
    const auto first_a = play.next_poll();
    const auto first_b = play.next_poll();
    confirm(play.step(described{first_a.id, running("a").seen(), milliseconds(200), milliseconds(0)}
    ));
    const auto second_a = play.next_poll();
    ASSERT_EQ(second_a.name, "a");
    play.pass(seconds(1));
    EXPECT_EQ(sweeps(confirm(play.answer(first_b, running("b").seen()))), 1U);
    // The next sweep begins here, and "a" was asked before.
    play.pass(milliseconds(100));
    EXPECT_EQ(sweeps(confirm(play.answer(second_a, running("a").seen()))), 0U);
    auto third_a = play.next_poll();
    auto second_b = play.next_poll();
    if (third_a.name != "a") std::swap(third_a, second_b);
    ASSERT_EQ(second_b.name, "b");
    EXPECT_EQ(sweeps(confirm(play.answer(second_b, running("b").seen()))), 0U);
    EXPECT_EQ(sweeps(confirm(play.answer(third_a, running("a").seen()))), 1U);
}

// Our clock is ahead, and the first answers do not say so.
TEST(engine_horizon, sweep_is_not_dated_by_a_clock_that_nobody_has_confirmed) {
    auto plan = quick_plan({"resnet"});
    // A round is over before the patience is.
    plan.global.staleness_bound = limits::clock_patience / 2;
    script play(std::move(plan));
    const auto sweep_with = [&](std::optional<milliseconds> offset) {
        const auto poll = play.next_poll();
        auto given = play.step(described{poll.id, running().seen(), milliseconds(200), offset});
        std::optional<wall_time> swept;
        for (auto batches = only<commit>(given); !batches.empty(); batches = only<commit>(given)) {
            const auto& batch = batches.front();
            if (batch.batch.last_complete_sweep) swept = batch.batch.last_complete_sweep;
            given = play.step(committed{batch.id, {}});
        }
        return swept;
    };
    EXPECT_EQ(sweep_with({}), later(start_time) - hours(1)) << "the horizon of the first start";
    const auto swept = sweep_with(-minutes(26));
    ASSERT_TRUE(swept);
    EXPECT_LE(*swept, play.now().wall - minutes(26));
    EXPECT_GT(*swept, play.now().wall - minutes(28));
}

TEST(engine_horizon, end_that_aws_has_not_finished_telling_holds_the_sweep_back) {
    script play(quick_plan({"resnet"}));
    play.aws = [](const describe& asked) {
        return running(asked.name).status("Stopped", "Uploading").seen();
    };
    const auto log = play.play(seconds(60));
    for (const auto& [when, asked] : log) {
        const auto* batch = std::get_if<commit>(&asked);
        if (!batch || !batch->batch.last_complete_sweep) continue;
        EXPECT_EQ(*batch->batch.last_complete_sweep, later(start_time) - hours(1));
    }
}

// ---- leaving ------------------------------------------------------------------------------------

TEST(engine_stop, idle_engine_stops_at_once) {
    auto play = failed_job({am_1});
    play.aws = [](const describe& asked) { return running(asked.name).seen(); };
    // What is to be written has been: how far the sweep has come, too.
    play.play(seconds(50));
    play.gives(
        stop_requested{},
        {note{
             note_level::info,
             "stopping",
             {{"polls_in_flight", "0"}, {"deliveries_in_flight", "0"}}},
         note{note_level::info, "stopped", {{"drained", "true"}}},
         stop{}}
    );
    EXPECT_EQ(play.subject().next_wakeup(), std::nullopt);
    EXPECT_THAT(play.step(woke{}), IsEmpty());
}

TEST(engine_stop, hanging_poll_is_not_waited_for) {
    script play(quick_plan({"resnet"}));
    play.next_poll();
    play.gives(
        stop_requested{},
        {note{
             note_level::info,
             "stopping",
             {{"polls_in_flight", "1"}, {"deliveries_in_flight", "0"}}},
         note{note_level::info, "stopped", {{"drained", "true"}}},
         stop{}}
    );
}

TEST(engine_stop, no_poll_leaves_any_more_and_an_answer_that_still_comes_is_taken) {
    script play(quick_plan({"a", "b"}));
    const auto first = play.next_poll();
    const auto second = play.next_poll();
    ASSERT_THAT(only<commit>(play.answer(first, running(first.name).seen())), SizeIs(1));
    EXPECT_THAT(only<stop>(play.step(stop_requested{})), IsEmpty()) << "a commit is in flight";
    play.pass(seconds(1));
    EXPECT_THAT(only<describe>(play.step(woke{})), IsEmpty());
    play.answer(second, running(second.name).seen());
    EXPECT_TRUE(play.view().jobs[second.slot].last);
    const auto kept = play.step(committed{commit_id{1}, {}});
    EXPECT_THAT(only<stop>(kept), IsEmpty());
    ASSERT_THAT(only<commit>(kept), SizeIs(1));
    EXPECT_THAT(only<stop>(play.step(committed{commit_id{2}, {}})), SizeIs(1));
}

TEST(engine_stop, failure_of_a_client_that_is_being_closed_is_no_news) {
    script play(quick_plan({"a", "b"}));
    const auto first = play.next_poll();
    const auto second = play.next_poll();
    play.answer(first, running(first.name).seen());
    play.step(stop_requested{});
    const auto before = play.view().jobs[second.slot].revision;
    EXPECT_THAT(play.answer(second, failed(error_class::transient, "closed")), IsEmpty());
    EXPECT_EQ(play.view().jobs[second.slot].revision, before);
    EXPECT_EQ(play.view().jobs[second.slot].trouble, std::nullopt);
    const auto last = play.step(committed{commit_id{1}, {}});
    EXPECT_THAT(note_names(last), ElementsAre("stopped"));
    EXPECT_THAT(only<stop>(last), SizeIs(1));
}

TEST(engine_stop, poll_that_becomes_overdue_meanwhile_is_no_news) {
    script play(quick_plan({"a", "b"}));
    const auto silent = play.next_poll();
    const auto poll = play.next_poll();
    play.pass(limits::describe_deadline - seconds(1));
    play.answer(poll, running(poll.name).fails(hours(2)).seen());
    ASSERT_THAT(only<deliver>(play.step(committed{commit_id{1}, {}})), SizeIs(1));
    play.step(stop_requested{});
    play.pass(limits::answer_grace + seconds(2));
    EXPECT_THAT(play.step(woke{}), IsEmpty());
    EXPECT_EQ(play.view().jobs[silent.slot].trouble, std::nullopt);
}

TEST(engine_stop, alert_that_just_fired_is_delivered_first) {
    auto play = failed_job({am_1});
    play.answer(play.next_poll(), running().fails(hours(2)).seen());
    EXPECT_THAT(only<stop>(play.step(stop_requested{})), IsEmpty());
    const auto parcels = only<deliver>(play.step(committed{commit_id{1}, {}}));
    ASSERT_THAT(parcels, SizeIs(1));
    const auto taken = play.step(delivered{parcels[0].id, domain::receipt{}, {}});
    EXPECT_THAT(only<stop>(taken), IsEmpty()) << "that it was taken is not written yet";
    ASSERT_THAT(only<commit>(taken), SizeIs(1));
    EXPECT_THAT(only<stop>(play.step(committed{only<commit>(taken)[0].id, {}})), SizeIs(1));
}

TEST(engine_stop, failing_receiver_is_left_to_the_next_run) {
    auto play = failed_job({am_1});
    play.receiver = [](const deliver&) -> result<domain::receipt> {
        return failed(error_class::transient);
    };
    play.play(minutes(5));
    EXPECT_THAT(only<stop>(play.step(stop_requested{})), SizeIs(1));
}

TEST(engine_stop, what_no_disk_has_is_tried_until_the_drain_deadline) {
    auto play = failed_job({am_1});
    play.receiver = [](const deliver&) -> result<domain::receipt> {
        return failed(error_class::transient);
    };
    play.store = [](const commit&) { return std::optional(failed(error_class::internal)); };
    play.play(minutes(5));
    EXPECT_THAT(only<stop>(play.step(stop_requested{})), IsEmpty());
    const auto asked = play.now().mono;
    const auto log = play.play(seconds(30));
    ASSERT_FALSE(log.empty());
    EXPECT_EQ(log.back().second, action(stop{}));
    EXPECT_LE(log.back().first, asked + limits::drain_deadline);
}

TEST(engine_stop, engine_leaves_at_the_drain_deadline_whatever_is_in_flight) {
    auto play = failed_job({am_1});
    play.answer(play.next_poll(), running().fails(hours(2)).seen());
    ASSERT_THAT(only<deliver>(play.step(committed{commit_id{1}, {}})), SizeIs(1));
    play.step(stop_requested{});
    EXPECT_EQ(play.subject().next_wakeup(), play.now().mono + limits::drain_deadline);
    play.pass(limits::drain_deadline);
    play.gives(woke{}, {note{note_level::warning, "stopped", {{"drained", "false"}}}, stop{}});
}

TEST(engine_stop, second_request_is_no_news) {
    script play(quick_plan({"resnet"}));
    play.answer(play.next_poll(), running().seen());
    EXPECT_THAT(note_names(play.step(stop_requested{})), ElementsAre("stopping"));
    play.pass(seconds(1));
    EXPECT_THAT(play.step(stop_requested{}), IsEmpty());
}

}  // namespace
}  // namespace trainwatch::core::engine_alerts_test
