// A 200 of an Alertmanager is not believed: what it really holds is confirmed, the rest sent again.
#include "core/engine.hpp"
#include "tests/core/script.hpp"

namespace trainwatch::core::engine_read_back_test {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

using log_of_actions = std::vector<std::pair<mono_time, action>>;

template <class Action>
std::vector<std::pair<mono_time, Action>> all(const log_of_actions& log) {
    std::vector<std::pair<mono_time, Action>> found;
    for (const auto& [when, asked] : log) {
        if (const auto* wanted = std::get_if<Action>(&asked)) found.emplace_back(when, *wanted);
    }
    return found;
}

std::vector<std::string> names_in(const log_of_actions& log) {
    std::vector<std::string> names;
    for (const auto& [when, line] : all<note>(log)) {
        if (line.level >= note_level::info) names.push_back(line.name);
    }
    return names;
}

domain::endpoint telling(const char* receiver, const char* url) {
    auto made = alertmanager(receiver, url);
    made.can_tell = true;
    return made;
}

// A world in which "resnet" has failed and everybody answers at once.
script failed_job(std::vector<domain::endpoint> endpoints, domain::ledger known = {}) {
    auto plan = quick_plan({"resnet"});
    plan.endpoints = std::move(endpoints);
    script play(plan, std::move(known));
    play.aws = [](const describe& asked) { return running(asked.name).fails(hours(2)).seen(); };
    return play;
}

const auto am_1 = telling("main", "http://am-1");
const auto am_2 = telling("main", "http://am-2");

std::uint64_t unconfirmed(const script& play) {
    return play.view().receivers.at("main").unconfirmed;
}

TEST(engine_read_back, alert_is_confirmed_once_it_is_held) {
    auto play = failed_job({am_1});
    const auto taken = play.play(seconds(4));
    ASSERT_THAT(all<deliver>(taken), SizeIs(1));
    EXPECT_THAT(all<read_back>(taken), IsEmpty());
    EXPECT_EQ(unconfirmed(play), 1U);
    const auto asked = all<read_back>(play.play(seconds(2)));
    ASSERT_THAT(asked, SizeIs(1));
    EXPECT_EQ(asked[0].first, all<deliver>(taken)[0].first + limits::read_back_delay);
    EXPECT_THAT(
        asked[0].second.alerts, ElementsAre(all<deliver>(taken)[0].second.alerts[0].labels)
    );
    EXPECT_EQ(unconfirmed(play), 0U);
    // Once is enough: re-sends heal what is forgotten later.
    EXPECT_THAT(all<read_back>(play.play(hours(3))), IsEmpty());
}

TEST(engine_read_back, alert_that_is_not_held_is_sent_and_asked_for_again_and_told_once) {
    auto play = failed_job({am_1});
    play.holds = [](const read_back& what) { return std::vector<bool>(what.alerts.size(), false); };
    const auto log = play.play(minutes(10));
    EXPECT_THAT(all<deliver>(log), SizeIs(10));
    EXPECT_THAT(all<read_back>(log), SizeIs(10));
    EXPECT_THAT(names_in(log), Contains("alert_not_held").Times(1));
    EXPECT_EQ(unconfirmed(play), 1U);
    play.holds = [](const read_back& what) { return std::vector<bool>(what.alerts.size(), true); };
    play.play(minutes(2));
    EXPECT_EQ(unconfirmed(play), 0U);
}

TEST(engine_read_back, hold_begins_with_the_delivery_that_was_confirmed) {
    auto play = failed_job({am_1});
    bool drops = true;
    play.holds = [&](const read_back& what) {
        return std::vector<bool>(what.alerts.size(), !drops);
    };
    play.play(hours(5));
    drops = false;
    const auto heard = play.play(minutes(2));
    ASSERT_THAT(all<read_back>(heard), Not(IsEmpty()));
    const auto confirmed = all<read_back>(heard).front().first - limits::read_back_delay;
    const auto log = play.play(hours(25));
    std::vector<mono_time> over;
    for (const auto& [when, parcel] : all<deliver>(log)) {
        if (parcel.alerts[0].state == domain::alert_state::resolved) over.push_back(when);
    }
    ASSERT_THAT(over, Not(IsEmpty()));
    EXPECT_GE(over.front(), confirmed + limits::terminal_hold);
    EXPECT_LT(over.front(), confirmed + limits::terminal_hold + seconds(1));
}

TEST(engine_read_back, who_refuses_to_tell_is_taken_at_its_word_and_that_is_said_once) {
    auto play = failed_job({am_1});
    play.holds = [](const read_back&) -> result<std::vector<bool>> {
        return failed(error_class::denied, "HTTP 403");
    };
    const auto log = play.play(hours(3));
    EXPECT_EQ(unconfirmed(play), 0U);
    EXPECT_THAT(all<read_back>(log), SizeIs(1));
    EXPECT_THAT(names_in(log), Contains("read_back_refused").Times(1));
}

TEST(engine_read_back, answer_that_does_not_come_holds_nobody_up_for_long) {
    auto play = failed_job({am_1});
    play.holds = [](const read_back&) -> result<std::vector<bool>> {
        return failed(error_class::transient, "503");
    };
    play.play(minutes(1));
    EXPECT_EQ(unconfirmed(play), 1U);
    const auto log = play.play(minutes(5));
    EXPECT_EQ(unconfirmed(play), 0U);
    EXPECT_THAT(names_in(log), Contains("read_back_refused").Times(1));
}

TEST(engine_read_back, question_without_an_answer_is_given_up) {
    auto play = failed_job({am_1});
    play.play(seconds(4));
    play.pass(seconds(2));
    const auto asked = only<read_back>(play.step(woke{}));
    ASSERT_THAT(asked, SizeIs(1));
    play.pass(limits::delivery_deadline + limits::answer_grace);
    play.step(woke{});
    // What comes after all is no news.
    play.step(read_back_told{asked[0].id, std::vector<bool>{true}, {}});
    EXPECT_EQ(unconfirmed(play), 1U);
    play.play(minutes(3));
    EXPECT_EQ(unconfirmed(play), 0U);
}

TEST(engine_read_back, one_of_two_that_holds_it_is_enough_for_the_receiver) {
    auto play = failed_job({am_1, am_2});
    play.holds = [](const read_back& what) {
        return std::vector<bool>(what.alerts.size(), what.endpoint == endpoint_id{1});
    };
    const auto log = play.play(minutes(5));
    EXPECT_EQ(unconfirmed(play), 0U);
    for (const auto& [when, asked] : all<read_back>(log)) {
        // The other one is asked no more.
        const bool is_first_minute = when < log.front().first + minutes(1);
        EXPECT_TRUE(asked.endpoint == endpoint_id{0} || is_first_minute);
    }
}

TEST(engine_read_back, webhook_is_taken_at_its_word) {
    auto plan = quick_plan({"resnet"});
    plan.endpoints = {webhook("main", "http://hook")};
    script play(plan);
    play.aws = [](const describe& asked) { return running(asked.name).fails(hours(2)).seen(); };
    EXPECT_THAT(all<read_back>(play.play(minutes(5))), IsEmpty());
    EXPECT_EQ(unconfirmed(play), 0U);
}

// The end of what may be there is told, confirmed or not.
TEST(engine_read_back, alert_that_was_never_confirmed_is_told_its_end) {
    auto play = failed_job({am_1});
    play.holds = [](const read_back& what) { return std::vector<bool>(what.alerts.size(), false); };
    play.play(minutes(3));
    const auto log = play.play(minutes(2), acknowledged{"resnet"});
    bool is_over = false;
    for (const auto& [when, parcel] : all<deliver>(log))
        is_over = is_over || parcel.alerts[0].state == domain::alert_state::resolved;
    EXPECT_TRUE(is_over);
    EXPECT_EQ(unconfirmed(play), 0U);
    EXPECT_THAT(all<read_back>(play.play(hours(1))), IsEmpty());
}

TEST(engine_read_back, run_that_ends_before_the_answer_leaves_word_that_it_may_be_there) {
    kept_ledger kept;
    auto play = failed_job({am_1});
    for (const auto& [when, batch] : all<commit>(play.play(seconds(4))))
        kept.add(batch);
    const auto ledger = kept.load();
    ASSERT_THAT(ledger.rows.deliveries, SizeIs(1));
    EXPECT_EQ(ledger.rows.deliveries[0].first_confirmed, std::nullopt);
    auto again = failed_job({am_1}, ledger);
    EXPECT_EQ(unconfirmed(again), 1U);
    again.play(minutes(2));
    EXPECT_EQ(unconfirmed(again), 0U);
}

// ---- what another replica may have ended -------------------------------------------------------

// A job that has used most of its time, watched by one of so many replicas.
script near_its_deadline(unsigned replicas) {
    auto plan = quick_plan({"resnet"});
    plan.endpoints = {am_1};
    plan.replicas = replicas;
    script play(plan);
    play.aws = [](const describe&) { return running().max_runtime(seconds(8'400)).seen(); };
    return play;
}

constexpr const char* near = "TrainingJobNearDeadline";

std::size_t told_of_it(const log_of_actions& log) {
    std::size_t times = 0;
    for (const auto& [when, sent] : all<deliver>(log)) {
        for (const auto& alert : sent.alerts)
            if (alert.labels.at("alertname") == near) ++times;
    }
    return times;
}

std::size_t asked_for_it(const log_of_actions& log) {
    std::size_t times = 0;
    for (const auto& [when, asked] : all<read_back>(log)) {
        for (const auto& labels : asked.alerts)
            if (!labels.empty() && labels.at("alertname") == near) ++times;
    }
    return times;
}

// The other one sees the job, and has told that it is over.
TEST(replica, that_sees_nothing_repeats_only_what_alertmanager_holds) {
    auto play = near_its_deadline(2);
    play.play(minutes(5));
    ASSERT_THAT(play.view().alerts, SizeIs(1));
    play.aws = [](const describe&) { return failed(error_class::transient); };
    const auto blind = play.play(minutes(5));
    EXPECT_GE(told_of_it(blind), 4U);
    EXPECT_LE(told_of_it(blind), 6U);
    EXPECT_GE(asked_for_it(blind), 3U);
    play.holds = [](const read_back& asked) {
        return std::vector<bool>(asked.alerts.size(), false);
    };
    play.play(minutes(1));
    const auto over = play.play(minutes(10));
    EXPECT_EQ(told_of_it(over), 0U);
    EXPECT_GE(asked_for_it(over), 9U) << "it may fire anew there";
    // It sees the job again, and knows better.
    play.aws = [](const describe&) { return running().max_runtime(seconds(8'400)).seen(); };
    EXPECT_GE(told_of_it(play.play(minutes(3))), 1U);
}

// The other one saw the end half a minute ago: what fires no more is not brought back.
TEST(replica, that_is_a_moment_behind_brings_nothing_back) {
    auto play = near_its_deadline(2);
    play.play(minutes(5));
    play.holds = [](const read_back& asked) {
        return std::vector<bool>(asked.alerts.size(), false);
    };
    play.aws = [](const describe&) { return failed(error_class::transient); };
    EXPECT_EQ(told_of_it(play.play(minutes(2))), 0U);
}

// Alertmanager was restarted, and has forgotten what the job still tells.
TEST(replica, heals_an_alertmanager_that_has_forgotten) {
    auto play = near_its_deadline(2);
    play.play(minutes(5));
    play.holds = [](const read_back& asked) {
        return std::vector<bool>(asked.alerts.size(), false);
    };
    EXPECT_GE(told_of_it(play.play(minutes(3))), 1U);
}

TEST(replica, that_cannot_ask_repeats_what_it_knows) {
    auto play = near_its_deadline(2);
    play.play(minutes(5));
    play.aws = [](const describe&) { return failed(error_class::transient); };
    play.holds = [](const read_back&) { return failed(error_class::denied); };
    EXPECT_GE(told_of_it(play.play(minutes(10))), 7U);
}

TEST(replica, that_is_alone_asks_nobody) {
    auto play = near_its_deadline(1);
    play.play(minutes(5));
    play.aws = [](const describe&) { return failed(error_class::transient); };
    const auto log = play.play(minutes(10));
    EXPECT_GE(told_of_it(log), 9U);
    EXPECT_EQ(asked_for_it(log), 0U);
}

}  // namespace
}  // namespace trainwatch::core::engine_read_back_test
