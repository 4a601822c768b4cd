// What the engine makes of keys and accounts: notes, the view, who is polled again.
#include "tests/core/script.hpp"

namespace trainwatch::core::engine_connections_test {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;

domain::credential_facts keys_of(
    const std::string& account_id, std::optional<wall_time> expires = {}
) {
    return {"instance metadata", account_id, expires};
}

failure no_keys(const char* code = "") {
    auto why = failed(error_class::denied, "no role at this instance");
    why.remote_code = code;
    why.cure = "give it one";
    return why;
}

// Two connections, "main" and "other", into one region; each has a job.
domain::watch_plan two_lanes() {
    auto plan = quick_plan({"resnet"});
    plan.lanes.push_back(plan.lanes[0]);
    plan.lanes[1].connection = "other";
    plan.targets.push_back({lane_id{1}, "bert", "nightly"});
    return plan;
}

TEST(credentials, are_told_once_and_each_renewal_is_no_news) {
    script play(quick_plan({"resnet"}));
    const auto expires = later(hours(3));
    play.gives(
        credentials_told{"main", keys_of("111122223333", expires)},
        {note{
            note_level::info,
            "credentials",
            {{"connection", "main"},
             {"source", "instance metadata"},
             {"account_id", "111122223333"},
             {"expires", iso8601(expires)}}}}
    );
    const auto again =
        play.step(credentials_told{"main", keys_of("111122223333", later(hours(9)))});
    EXPECT_THAT(note_names(again), IsEmpty());
    const auto& known = play.view().connections.at("main");
    EXPECT_EQ(known.credentials.expires, later(hours(9)));
    EXPECT_EQ(known.credential_fetches.at("ok"), 2U);
}

TEST(credentials, that_cannot_be_had_are_an_error_once_and_their_return_is_told) {
    script play(quick_plan({"resnet"}));
    play.gives(
        credentials_told{"main", no_keys()},
        {note{
            note_level::error,
            "no_credentials",
            {{"connection", "main"},
             {"error", "denied"},
             {"detail", "no role at this instance"},
             {"cure", "give it one"}}}}
    );
    for (int i = 0; i < 60; ++i)
        EXPECT_THAT(note_names(play.step(credentials_told{"main", no_keys()})), IsEmpty());
    EXPECT_EQ(play.view().connections.at("main").credential_fetches.at("denied"), 61U);
    EXPECT_EQ(play.view().connections.at("main").trouble, no_keys());
    EXPECT_THAT(
        note_names(play.step(credentials_told{"main", no_keys("AccessDenied")})),
        ElementsAre("no_credentials")
    ) << "another cause is news";
    EXPECT_THAT(
        note_names(play.step(credentials_told{"main", keys_of("")})), ElementsAre("credentials")
    );
    EXPECT_EQ(play.view().connections.at("main").trouble, std::nullopt);
}

TEST(credentials, that_are_not_renewed_are_a_warning_while_they_last) {
    script play(quick_plan({"resnet"}));
    play.step(credentials_told{"main", keys_of("", later(hours(3)))});
    const auto first = only<note>(play.step(credentials_told{"main", no_keys()}));
    ASSERT_EQ(first.size(), 1U);
    EXPECT_EQ(first[0].level, note_level::warning);
    EXPECT_EQ(first[0].name, "credentials_not_renewed");
    EXPECT_THAT(first[0].fields, Contains(std::pair("expires", iso8601(later(hours(3))))));
    EXPECT_THAT(note_names(play.step(credentials_told{"main", no_keys()})), IsEmpty());
    play.pass(hours(2));
    EXPECT_THAT(
        note_names(play.step(credentials_told{"main", no_keys()})), ElementsAre("no_credentials")
    ) << "now there are none any more";
}

// The instance metadata service gives no newer keys for hours, and AWS takes the old ones.
TEST(credentials, that_outlive_their_end_are_a_warning_once_an_extension) {
    script play(quick_plan({"resnet"}));
    auto expired = keys_of("111122223333", later(hours(1)));
    play.step(credentials_told{"main", expired});
    expired.is_extended = true;
    play.gives(
        credentials_told{"main", expired},
        {note{
            note_level::warning,
            "credentials_extended",
            {{"connection", "main"},
             {"source", "instance metadata"},
             {"account_id", "111122223333"},
             {"expires", iso8601(later(hours(1)))},
             {"detail",
              "past their end, which AWS takes as long as the service cannot renew them"}}}}
    );
    for (int i = 0; i < 20; ++i)
        EXPECT_THAT(note_names(play.step(credentials_told{"main", expired})), IsEmpty());
    const auto& known = play.view().connections.at("main");
    EXPECT_EQ(known.credential_fetches.at("extended"), 21U);
    EXPECT_EQ(known.credential_fetches.at("ok"), 1U);
    EXPECT_EQ(known.trouble, std::nullopt);
    EXPECT_EQ(known.credentials, expired);
    auto renewed = keys_of("111122223333", later(hours(9)));
    EXPECT_THAT(
        note_names(play.step(credentials_told{"main", renewed})), ElementsAre("credentials")
    ) << "that they are renewed at last is news";
    renewed.is_extended = true;
    EXPECT_THAT(
        note_names(play.step(credentials_told{"main", renewed})),
        ElementsAre("credentials_extended")
    ) << "another extension";
    renewed.expires = later(hours(10));
    EXPECT_THAT(
        note_names(play.step(credentials_told{"main", renewed})),
        ElementsAre("credentials_extended")
    ) << "other keys, that have expired too";
}

TEST(credentials, that_are_extended_again_do_not_hasten_what_aws_refuses) {
    script play(quick_plan({"a", "b", "c"}));
    auto expired = keys_of("111122223333", later(hours(1)));
    expired.is_extended = true;
    play.step(credentials_told{"main", expired});
    play.aws = [](const describe&) { return failed(error_class::denied, "expired"); };
    play.play(minutes(2));
    ASSERT_FALSE(play.view().lanes[0].up);
    EXPECT_THAT(only<describe>(play.step(credentials_told{"main", expired})), IsEmpty());
}

TEST(credentials, may_be_told_before_the_ledger_is_read) {
    engine early(quick_plan({"resnet"}), 1);
    const auto given = early.step(credentials_told{"main", keys_of("111122223333")}, at(hours(2)));
    EXPECT_THAT(note_names(given), ElementsAre("credentials"));
    EXPECT_THAT(only<describe>(given), IsEmpty());
    EXPECT_EQ(early.view().lanes[0].account_id, "111122223333");
}

TEST(credentials, that_are_new_wake_the_refused_lane_at_once) {
    script play(quick_plan({"a", "b", "c"}));
    play.aws = [](const describe&) { return failed(error_class::denied, "no keys"); };
    play.play(minutes(2));
    ASSERT_FALSE(play.view().lanes[0].up);
    play.aws = [](const describe& asked) { return running(asked.name).seen(); };
    const auto at_once =
        only<describe>(play.step(credentials_told{"main", keys_of("111122223333")}));
    ASSERT_EQ(at_once.size(), 1U) << "one try tells";
    play.answer(at_once[0], running(at_once[0].name).seen());
    play.play(seconds(1));
    EXPECT_TRUE(play.view().lanes[0].up);
    for (const auto& job : play.view().jobs)
        EXPECT_TRUE(job.last) << "each is asked again, not in half a minute";
}

TEST(connection, that_fails_touches_no_other) {
    script play(two_lanes());
    play.aws = [](const describe& asked) -> result<domain::observation> {
        if (asked.lane == lane_id{0}) return failed(error_class::denied, "no keys");
        return running(asked.name).seen();
    };
    play.step(credentials_told{"main", no_keys()});
    std::size_t polls = 0;
    for (const auto& [when, what] : play.play(minutes(10))) {
        const auto* poll = std::get_if<describe>(&what);
        if (poll && poll->lane == lane_id{1}) ++polls;
    }
    EXPECT_FALSE(play.view().lanes[0].up);
    EXPECT_TRUE(play.view().lanes[1].up);
    EXPECT_GE(polls, 20U) << "the promised age is kept there";
    EXPECT_TRUE(play.view().first_pass_complete);
    EXPECT_EQ(play.view().connections.at("other").trouble, std::nullopt);
}

TEST(account, is_learned_from_the_first_answer) {
    script play(quick_plan({"resnet"}));
    EXPECT_EQ(play.view().lanes[0].account_id, "");
    play.play(seconds(1));
    EXPECT_EQ(play.view().lanes[0].account_id, "111122223333");
}

TEST(account, that_two_connections_share_is_told_and_throttles_both) {
    script play(two_lanes());
    play.step(credentials_told{"main", keys_of("111122223333")});
    const auto told = play.step(credentials_told{"other", keys_of("111122223333")});
    EXPECT_THAT(note_names(told), ElementsAre("credentials", "quota_shared"));
    const auto poll = play.next_poll();
    play.answer(poll, failed(error_class::throttled, "Rate exceeded"));
    EXPECT_EQ(play.view().lanes[0].operation(domain::aws_operation::describe).rate, 700);
    EXPECT_EQ(play.view().lanes[1].operation(domain::aws_operation::describe).rate, 700);
}

TEST(account, that_changes_behind_a_connection_is_a_warning) {
    script play(quick_plan({"resnet"}));
    play.step(credentials_told{"main", keys_of("111122223333")});
    const auto told = play.step(credentials_told{"main", keys_of("444455556666")});
    EXPECT_THAT(note_names(told), ElementsAre("credentials", "account_changed"));
    EXPECT_EQ(play.view().lanes[0].account_id, "444455556666");
}

// Half an hour in which AWS refuses 95 of 100: at most half of the budget is sent, no call is
// repeated outside it, and the budget is back soon after.
TEST(throttling, of_half_an_hour_costs_less_than_half_of_the_budget) {
    std::vector<std::string> names;
    for (int i = 0; i < 1000; ++i)
        names.push_back("job-" + std::to_string(i));
    script play(plan_for(names, 2));
    random_source random(11);
    play.aws = [&](const describe& asked) -> result<domain::observation> {
        if (random.unit() < 0.95) return failed(error_class::throttled, "Rate exceeded");
        return running(asked.name).seen();
    };
    const auto count = [&](nanoseconds time) {
        std::vector<mono_time> sent;
        for (const auto& [when, what] : play.play(time)) {
            if (std::holds_alternative<describe>(what)) sent.push_back(when);
        }
        for (std::size_t i = 1; i < sent.size(); ++i)
            EXPECT_GE(sent[i] - sent[i - 1], milliseconds(500)) << "never above the budget";
        return sent.size();
    };
    const auto stormy = count(minutes(30));
    EXPECT_LE(stormy, 1800U);
    EXPECT_GE(stormy, 800U);
    EXPECT_LT(play.view().lanes[0].operation(domain::aws_operation::describe).rate, 1);
    play.aws = [](const describe& asked) { return running(asked.name).seen(); };
    count(seconds(30));
    EXPECT_EQ(play.view().lanes[0].operation(domain::aws_operation::describe).rate, 2);
    EXPECT_NEAR(static_cast<double>(count(minutes(1))), 120, 1);
}

}  // namespace
}  // namespace trainwatch::core::engine_connections_test
