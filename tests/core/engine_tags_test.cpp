// Tags of jobs: filters that need them, labels that come from them, and lanes that may not read
// them.
#include "tests/core/fleet.hpp"

namespace trainwatch::core::engine_tags_test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;
using testing::SizeIs;

constexpr auto soon = seconds(20);

domain::job_filter of_team(const char* team) {
    domain::job_filter filter;
    filter.tags = {{"team", team}};
    return filter;
}
std::string arn_of(const std::string& name) {
    return core::job(name).seen().arn;
}

// A list that finds everything and labels alerts with the team.
domain::settings labels_of_team() {
    auto chosen = finds_all();
    chosen.watch_lists[0].labels_from_tags = {{"owner", "team"}};
    return chosen;
}

class tags : public fleet_test {
protected:
    void runs(const char* name, const char* team) {
        fleet_test::runs(name);
        aws.tags[arn_of(name)] = {{"team", team}};
    }
};

TEST_F(tags, are_read_once_whatever_they_say) {
    runs("a", "vision");
    runs("b", "text");
    start(with_list(one_connection(), list_of("vision", of_team("vision")))).play(minutes(10));
    EXPECT_NE(job("a"), nullptr);
    EXPECT_EQ(job("b"), nullptr);
    EXPECT_EQ(play().view().watched, 1U);
    EXPECT_EQ(aws.tag_reads[arn_of("a")], 1);
    EXPECT_EQ(aws.tag_reads[arn_of("b")], 1);
    EXPECT_EQ(aws.describes["b"], 0);
}

TEST_F(tags, that_aws_does_not_tell_for_a_minute_keep_nobody_waiting) {
    runs("a", "vision");
    runs("b", "vision");
    aws.tags_fail = failed(error_class::transient);
    auto chosen = with_list(one_connection(), list_of("vision", of_team("vision")));
    chosen.watch_lists.push_back(list_of("rest", by_name("*")));
    const auto log = start(chosen).play(minutes(3));
    EXPECT_EQ(count_notes(log, "tags_refused"), 1);
    EXPECT_TRUE(play().view().first_pass_complete);
    ASSERT_NE(job("a"), nullptr);
    EXPECT_EQ(job("a")->target.watch_list, "rest");
    aws.tags_fail.reset();
    play().play(minutes(3));
    EXPECT_EQ(job("a")->target.watch_list, "vision");
}

TEST_F(tags, that_aws_does_not_tell_of_one_job_hold_up_no_other) {
    for (int i = 0; i < 20; ++i)
        runs(("a-" + std::to_string(i)).c_str(), "vision");
    start(with_list(one_connection(), list_of("vision", of_team("vision"))));
    // Whichever comes first.
    std::string untold;
    play().tags = [this, &untold](const read_tags& asked) -> result<domain::label_map> {
        if (untold.empty()) untold = asked.arn;
        if (asked.arn == untold) return failed(error_class::transient);
        return aws.tags[asked.arn];
    };
    play().play(seconds(50));
    EXPECT_FALSE(untold.empty());
    EXPECT_EQ(play().view().watched, 19U);
}

TEST_F(tags, that_aws_does_not_tell_of_one_job_alone_are_given_up_for_it_alone) {
    runs("a", "vision");
    auto chosen = with_list(one_connection(), list_of("vision", of_team("vision")));
    chosen.watch_lists.push_back(list_of("rest", by_name("*")));
    start(chosen);
    bool is_broken = true;
    play().tags = [&](const read_tags& asked) -> result<domain::label_map> {
        if (is_broken && asked.arn == arn_of("a")) return failed(error_class::transient);
        return aws.tags[asked.arn];
    };
    const auto log = play().play(minutes(2));
    EXPECT_EQ(count_notes(log, "tags_refused"), 0);
    EXPECT_EQ(count_notes(log, "tags_untold"), 1);
    EXPECT_EQ(field_of(log, "tags_untold", "training_job"), "a");
    ASSERT_NE(job("a"), nullptr);
    EXPECT_EQ(job("a")->target.watch_list, "rest");
    aws.put(running("b").created_at(play().now().wall), play().now().wall);
    aws.tags[arn_of("b")] = {{"team", "vision"}};
    play().play(soon);
    ASSERT_NE(job("b"), nullptr);
    EXPECT_EQ(job("b")->target.watch_list, "vision");
    is_broken = false;
    play().play(limits::tags_retry + minutes(1));
    EXPECT_EQ(job("a")->target.watch_list, "vision");
}

// Access by attribute: a role may read the tags of its own team's jobs and of no others.
TEST_F(tags, that_a_policy_keeps_from_us_are_none_of_our_business) {
    for (int i = 0; i < 6; ++i)
        runs(("b-" + std::to_string(i)).c_str(), "text");
    runs("a", "vision");
    start(with_list(one_connection(), list_of("vision", of_team("vision"))));
    play().tags = [&](const read_tags& asked) -> result<domain::label_map> {
        ++aws.tag_reads[asked.arn];
        if (asked.arn != arn_of("a")) return failed(error_class::denied);
        return aws.tags[asked.arn];
    };
    auto log = play().play(minutes(30));
    EXPECT_EQ(count_notes(log, "tags_refused"), 0);
    EXPECT_EQ(count_notes(log, "tags_untold"), 0) << "nothing that anybody has to mend";
    EXPECT_EQ(count_notes(log, "tags_withheld"), 1) << "for whom the policy is a mistake";
    EXPECT_EQ(play().view().lanes[0].withheld_tags, 6U);
    EXPECT_NE(job("a"), nullptr);
    EXPECT_EQ(play().view().watched, 1U);
    EXPECT_LE(aws.tag_reads[arn_of("b-0")], 2) << "after ten minutes, then ever less often";
    // One that is new and not ours turns nobody else down.
    aws.put(running("c").created_at(play().now().wall), play().now().wall);
    log = play().play(soon);
    EXPECT_EQ(count_notes(log, "tags_refused"), 0);
    play().play(hours(24));
    EXPECT_LE(aws.tag_reads[arn_of("b-0")], 10);
}

// So many of others that the permission seems to be missing: what fails is found all the same, and
// the horizon of a restart does not pass it by.
TEST_F(tags, that_a_policy_keeps_from_us_of_many_jobs_lose_no_end) {
    for (int i = 0; i < 150; ++i) {
        aws.put(
            running("b-" + std::to_string(i)).created_at(later(seconds(60 + i))),
            later(seconds(500))
        );
    }
    runs("a", "vision");
    start(with_list(one_connection(), list_of("vision", of_team("vision"))));
    play().tags = [&](const read_tags& asked) -> result<domain::label_map> {
        if (asked.arn != arn_of("a")) return failed(error_class::denied);
        return aws.tags[asked.arn];
    };
    play().play(minutes(1));
    fails("a", minutes(121));
    play().play(minutes(25));
    EXPECT_EQ(firing(), 1U);
}

// Nobody has asked for tags for hours, and the first who is asked about is not ours to know. That
// another's may still be read tells the policy from a permission that is gone.
TEST_F(tags, that_a_policy_keeps_from_us_of_one_job_turn_no_other_down) {
    runs("a", "vision");
    start(with_list(one_connection(), list_of("vision", of_team("vision")))).play(hours(3));
    play().tags = [&](const read_tags& asked) -> result<domain::label_map> {
        if (asked.arn == arn_of("secret")) return failed(error_class::denied);
        return aws.tags[asked.arn];
    };
    const auto first = play().now().wall;
    aws.put(running("secret").created_at(first), first);
    EXPECT_EQ(count_notes(play().play(minutes(2)), "tags_refused"), 0);
    const auto now = play().now().wall;
    aws.put(running("good").created_at(now).fails(now - created), now);
    aws.tags[arn_of("good")] = {{"team", "vision"}};
    play().play(soon);
    EXPECT_EQ(firing(), 1U);
}

// However many of them there are, after a reload too, when nobody has been asked about yet.
TEST_F(tags, that_a_policy_keeps_from_us_of_many_jobs_turn_no_other_down) {
    runs("a", "vision");
    const auto chosen = with_list(one_connection(), list_of("vision", of_team("vision")));
    start(chosen).play(minutes(2));
    change(chosen, seconds(1));
    play().tags = [&](const read_tags& asked) -> result<domain::label_map> {
        if (asked.arn.find("secret") != std::string::npos) return failed(error_class::denied);
        return aws.tags[asked.arn];
    };
    const auto now = play().now().wall;
    for (int i = 0; i < 40; ++i)
        aws.put(running("secret-" + std::to_string(i)).created_at(now), now);
    EXPECT_EQ(count_notes(play().play(minutes(2)), "tags_refused"), 0);
}

// Nobody's tags are known at a first start, and more are withheld than are believed to be a
// policy's: those who were not asked about have their turn at the next try.
TEST_F(tags, that_a_policy_keeps_from_us_of_many_jobs_hide_no_other_for_long) {
    runs("a", "vision");
    for (int i = 0; i < 100; ++i) {
        const auto since = later(seconds(600 + i));
        aws.put(running("secret-" + std::to_string(i)).created_at(since), since);
    }
    start(with_list(one_connection(), list_of("vision", of_team("vision"))));
    play().tags = [&](const read_tags& asked) -> result<domain::label_map> {
        if (asked.arn != arn_of("a")) return failed(error_class::denied);
        return aws.tags[asked.arn];
    };
    play().play(minutes(10));
    EXPECT_NE(job("a"), nullptr);
    EXPECT_EQ(play().view().lanes[0].tags_refused, "");
}

// The same first refusal, but nobody's may be read any more.
TEST_F(tags, that_are_refused_of_a_job_that_had_them_are_refused_of_all) {
    runs("a", "vision");
    start(with_list(one_connection(), list_of("vision", of_team("vision")))).play(hours(3));
    aws.tags_fail = failed(error_class::denied);
    const auto now = play().now().wall;
    aws.put(running("new").created_at(now), now);
    EXPECT_EQ(count_notes(play().play(minutes(2)), "tags_refused"), 1);
    EXPECT_EQ(play().view().watched, 1U);
}

// Though some could be read a moment ago: a few refusals in a row are worth a call to know.
TEST_F(tags, that_are_revoked_right_after_some_were_read_are_told_as_refused) {
    runs("a", "vision");
    const auto chosen = with_list(one_connection(), list_of("vision", of_team("vision")));
    start(chosen).play(soon);
    ASSERT_NE(job("a"), nullptr);
    aws.tags_fail = failed(error_class::denied);
    for (const auto* name : {"b", "c", "d"}) {
        const auto now = play().now().wall;
        aws.put(running(name).created_at(now).fails(now - created), now);
        aws.tags[arn_of(name)] = {{"team", "vision"}};
    }
    const auto log = play().play(soon);
    EXPECT_EQ(count_notes(log, "tags_refused"), 1);
    EXPECT_EQ(count_notes(log, "tags_withheld"), 0) << "of nobody they could be read meanwhile";
    EXPECT_EQ(aws.tag_reads[arn_of("a")], 2);
    aws.tags_fail.reset();
    change(chosen, soon);
    EXPECT_EQ(firing(), 3U);
}

// One of them comes to a bad end, and no more: asked about again after a minute, it is still
// refused.
TEST_F(tags, that_are_revoked_are_told_as_refused_when_one_job_is_asked_about_twice) {
    runs("a", "vision");
    start(with_list(one_connection(), list_of("vision", of_team("vision")))).play(soon);
    aws.tags_fail = failed(error_class::denied);
    const auto now = play().now().wall;
    aws.put(running("b").created_at(now).fails(now - created), now);
    EXPECT_EQ(count_notes(play().play(minutes(2)), "tags_refused"), 1);
}

// The job that was to tell has become another team's itself.
TEST_F(tags, that_a_policy_keeps_from_us_of_a_job_that_had_them_turn_no_other_down) {
    runs("a", "vision");
    runs("b", "vision");
    start(with_list(one_connection(), list_of("vision", of_team("vision")))).play(hours(3));
    play().tags = [&](const read_tags& asked) -> result<domain::label_map> {
        if (asked.arn != arn_of("b")) return failed(error_class::denied);
        return aws.tags[asked.arn];
    };
    const auto now = play().now().wall;
    aws.put(running("secret").created_at(now), now);
    const auto log = play().play(minutes(2));
    EXPECT_EQ(count_notes(log, "tags_refused"), 0);
    EXPECT_EQ(field_of(log, "tags_withheld", "training_job"), "secret");
}

// What is known of a policy by now is not asked at each third refusal.
TEST_F(tags, that_a_policy_keeps_from_us_of_many_jobs_cost_few_calls_to_know) {
    runs("a", "vision");
    start(with_list(one_connection(), list_of("vision", of_team("vision")))).play(soon);
    play().tags = [&](const read_tags& asked) -> result<domain::label_map> {
        ++aws.tag_reads[asked.arn];
        if (asked.arn != arn_of("a")) return failed(error_class::denied);
        return aws.tags[asked.arn];
    };
    const auto now = play().now().wall;
    for (int i = 0; i < 90; ++i)
        aws.put(running("secret-" + std::to_string(i)).created_at(now + milliseconds(i)), now);
    EXPECT_EQ(count_notes(play().play(minutes(1)), "tags_refused"), 0);
    EXPECT_GE(aws.tag_reads[arn_of("a")], 2);
    EXPECT_LE(aws.tag_reads[arn_of("a")], 8);
}

// Too few were refused to tell it from a policy: a reload asks about them again.
TEST_F(tags, that_were_refused_for_a_moment_are_asked_for_at_a_reload) {
    runs("a", "vision");
    const auto chosen = labels_of_team();
    start(chosen).play(soon);
    aws.tags_fail = failed(error_class::denied);
    const auto now = play().now().wall;
    aws.put(running("b").created_at(now), now);
    aws.tags[arn_of("b")] = {{"team", "text"}};
    EXPECT_EQ(count_notes(play().play(soon), "tags_refused"), 0);
    aws.tags_fail.reset();
    change(chosen);
    ASSERT_NE(job("b"), nullptr);
    EXPECT_THAT(job("b")->tag_labels, ElementsAre(Pair("owner", "text")));
}

TEST_F(tags, that_may_be_read_again_label_all_that_is_watched) {
    for (const auto* name : {"a", "b", "c"})
        runs(name, "vision");
    aws.tags_fail = failed(error_class::denied);
    start(labels_of_team()).play(minutes(5));
    aws.tags_fail.reset();
    play().play(limits::tags_retry + minutes(1));
    for (const auto* name : {"a", "b", "c"})
        EXPECT_THAT(job(name)->tag_labels, ElementsAre(Pair("owner", "vision"))) << name;
}

// A policy that is wrong for a moment, while others could be read.
TEST_F(tags, that_are_denied_for_a_moment_are_asked_for_again) {
    runs("a", "vision");
    start(with_list(one_connection(), list_of("vision", of_team("vision")))).play(minutes(2));
    aws.tags_fail = failed(error_class::denied);
    const auto now = play().now().wall;
    for (const auto* name : {"failing", "running"}) {
        aws.put(running(name).created_at(now), now);
        aws.tags[arn_of(name)] = {{"team", "vision"}};
    }
    aws.put(running("failing").created_at(now).fails(now - created), now);
    play().play(seconds(30));
    aws.tags_fail.reset();
    EXPECT_EQ(firing(), 0U);
    play().play(minutes(1));
    EXPECT_EQ(firing(), 1U);
    play().play(minutes(10));
    EXPECT_NE(job("running"), nullptr);
}

// Nobody new comes who could be asked about.
TEST_F(tags, that_were_refused_for_all_are_found_to_be_back_by_those_who_were_turned_down) {
    runs("a", "vision");
    aws.tags_fail = failed(error_class::denied);
    auto log =
        start(with_list(one_connection(), list_of("vision", of_team("vision")))).play(minutes(5));
    EXPECT_EQ(count_notes(log, "tags_refused"), 1);
    aws.tags_fail.reset();
    play().play(minutes(10));
    EXPECT_NE(job("a"), nullptr);
    EXPECT_EQ(play().view().lanes[0].tags_refused, "");
}

// Deep in the pages, where nobody looks twice.
TEST_F(tags, that_may_be_read_again_find_whom_they_turned_down) {
    for (int i = 0; i < 250; ++i)
        runs(("a-" + std::to_string(i)).c_str(), "vision");
    aws.tags_fail = failed(error_class::denied);
    const auto chosen = with_list(one_connection(), list_of("vision", of_team("vision")));
    start(chosen).play(minutes(5));
    EXPECT_EQ(play().view().watched, 0U);
    aws.tags_fail.reset();
    change(chosen, minutes(20));
    EXPECT_EQ(play().view().watched, 250U);
}

TEST_F(tags, that_decided_about_a_job_label_it_too) {
    runs("a", "vision");
    auto list = list_of("vision", of_team("vision"));
    list.labels_from_tags = {{"owner", "team"}};
    start(with_list(one_connection(), list)).play(soon);
    EXPECT_EQ(aws.tag_reads[arn_of("a")], 1);
    ASSERT_NE(job("a"), nullptr);
    EXPECT_THAT(job("a")->tag_labels, ElementsAre(Pair("owner", "vision")));
    fails("a", minutes(121));
    play().play(soon);
    ASSERT_THAT(play().view().alerts, SizeIs(1));
    EXPECT_EQ(play().view().alerts[0].labels.at("owner"), "vision");
}

TEST_F(tags, that_nobody_may_read_match_no_filter_and_leave_other_lists_alone) {
    runs("a", "vision");
    runs("b", "text");
    aws.tags_fail = failed(error_class::denied);
    aws.tags_fail->cure = "allow sagemaker:ListTags";
    auto first = list_of("vision", of_team("vision"));
    first.match->name = {"a*"};
    auto chosen = with_list(one_connection(), first);
    chosen = with_list(chosen, list_of("rest", by_name("*")));
    const auto log = start(chosen).play(minutes(5));
    EXPECT_EQ(count_notes(log, "tags_refused"), 1);
    EXPECT_EQ(play().view().lanes[0].tags_refused, "allow sagemaker:ListTags");
    ASSERT_NE(job("a"), nullptr);
    EXPECT_EQ(job("a")->target.watch_list, "rest");
    ASSERT_NE(job("b"), nullptr);
    EXPECT_FALSE(job("b")->summarised);
}

TEST_F(tags, are_asked_for_again_when_a_permission_may_have_been_given) {
    runs("a", "vision");
    aws.tags_fail = failed(error_class::denied);
    start(with_list(one_connection(), list_of("vision", of_team("vision")))).play(minutes(5));
    EXPECT_EQ(job("a"), nullptr);
    aws.tags_fail.reset();
    play().play(limits::tags_retry);
    // A page that passes by brings it up.
    runs("b", "vision");
    aws.put(running("b").created_at(play().now().wall), play().now().wall);
    play().play(soon);
    EXPECT_NE(job("b"), nullptr);
    EXPECT_EQ(play().view().lanes[0].tags_refused, "");
}

// Without anybody new, and without a reload: what was decided blindly is decided again.
TEST_F(tags, that_may_be_read_again_give_each_job_to_its_list) {
    runs("a", "vision");
    runs("b", "text");
    aws.tags_fail = failed(error_class::denied);
    auto chosen = with_list(one_connection(), list_of("vision", of_team("vision")));
    auto rest = list_of("rest", by_name("*"));
    rest.exclude.tags = {{"team", "mute"}};
    chosen = with_list(chosen, rest);
    auto log = start(chosen).play(minutes(5));
    ASSERT_NE(job("a"), nullptr);
    EXPECT_EQ(job("a")->target.watch_list, "rest");
    aws.tags[arn_of("b")] = {{"team", "mute"}};
    for (auto& each : play().play(limits::tags_retry))
        log.push_back(std::move(each));
    EXPECT_EQ(count_notes(log, "tags_refused"), 1);
    aws.tags_fail.reset();
    play().play(limits::tags_retry + minutes(1));
    ASSERT_NE(job("a"), nullptr);
    EXPECT_EQ(job("a")->target.watch_list, "vision");
    EXPECT_EQ(job("b"), nullptr);
    EXPECT_EQ(play().view().lanes[0].tags_refused, "");
}

TEST_F(tags, that_aws_will_not_tell_of_one_job_are_told_of_the_others) {
    runs("a", "vision");
    aws.tags_fail = failed(error_class::rejected);
    const auto log =
        start(with_list(one_connection(), list_of("vision", of_team("vision")))).play(minutes(1));
    EXPECT_EQ(count_notes(log, "tags_refused"), 0);
    aws.tags_fail.reset();
    aws.put(running("b").created_at(play().now().wall), play().now().wall);
    aws.tags[arn_of("b")] = {{"team", "vision"}};
    play().play(soon);
    EXPECT_NE(job("b"), nullptr);
}

TEST_F(tags, label_the_alert_of_a_job_that_had_ended_before_they_were_read) {
    fails("a", minutes(119));
    aws.tags[arn_of("a")] = {{"team", "vision"}};
    start(labels_of_team()).play(soon);
    ASSERT_THAT(play().view().alerts, SizeIs(1));
    EXPECT_EQ(play().view().alerts[0].labels.at("owner"), "vision");
    EXPECT_THAT(job("a")->tag_labels, ElementsAre(Pair("owner", "vision")));
    EXPECT_EQ(aws.tag_reads[arn_of("a")], 1);
}

// Its filter had to see the job described first.
TEST_F(tags, label_the_alert_of_a_job_that_its_description_brought) {
    domain::job_filter filter;
    filter.experiment = {"*"};
    auto chosen = with_list(one_connection(), list_of("trials", filter));
    chosen.watch_lists[0].labels_from_tags = {{"owner", "team"}};
    domain::observation ended = running("a").fails(minutes(100));
    ended.experiment = "vision-1";
    aws.put(ended, later(minutes(100)));
    aws.tags[arn_of("a")] = {{"team", "vision"}};
    start(chosen).play(minutes(1));
    ASSERT_THAT(play().view().alerts, SizeIs(1));
    EXPECT_EQ(play().view().alerts[0].labels.at("owner"), "vision");
    EXPECT_EQ(aws.tag_reads[arn_of("a")], 1);
}

// However long AWS keeps them to itself.
TEST_F(tags, of_a_job_that_its_description_brought_hold_no_alert_up) {
    domain::job_filter filter;
    filter.experiment = {"*"};
    auto chosen = with_list(one_connection(), list_of("trials", filter));
    chosen.watch_lists[0].labels_from_tags = {{"owner", "team"}};
    domain::observation ended = running("a").fails(minutes(100));
    ended.experiment = "vision-1";
    aws.put(ended, later(minutes(100)));
    aws.tags_fail = failed(error_class::transient);
    start(chosen).play(minutes(1));
    ASSERT_THAT(play().view().alerts, SizeIs(1));
    EXPECT_FALSE(play().view().alerts[0].labels.contains("owner"));
}

TEST_F(tags, are_not_waited_for_longer_than_it_is_worth) {
    fails("a", minutes(119));
    aws.tags_fail = failed(error_class::transient);
    const auto log = start(labels_of_team()).play(minutes(1));
    ASSERT_THAT(play().view().alerts, SizeIs(1));
    EXPECT_LE(
        play().view().alerts[0].starts_at, later(start_time) + limits::tags_patience + seconds(3)
    );
    EXPECT_GE(play().view().alerts[0].starts_at, later(start_time) + limits::tags_patience);
    EXPECT_EQ(play().view().alerts[0].labels.count("owner"), 0U);
    EXPECT_EQ(count_notes(log, "alert_fired"), 1);
}

// What the describe told meanwhile is told then, without another one.
TEST_F(tags, that_come_too_late_cost_no_second_describe) {
    runs("a", "vision");
    aws.tags_fail = failed(error_class::transient);
    auto chosen = one_connection();
    domain::watch_list_settings list;
    list.name = "named";
    list.jobs = {"a"};
    list.labels_from_tags = {{"owner", "team"}};
    start(with_list(chosen, list)).play(limits::tags_patience + seconds(2));
    ASSERT_NE(job("a"), nullptr);
    EXPECT_TRUE(job("a")->last);
    EXPECT_TRUE(play().view().first_pass_complete);
    EXPECT_EQ(aws.describes["a"], 1);
    EXPECT_EQ(play().view().lanes[0].untold_tags, 1U);
}

TEST_F(tags, that_are_refused_hold_no_alert_up) {
    fails("a", minutes(119));
    aws.tags_fail = failed(error_class::denied);
    start(labels_of_team()).play(seconds(5));
    EXPECT_THAT(play().view().alerts, SizeIs(1));
}

TEST_F(tags, of_explicit_names_label_alerts_as_well) {
    fails("a", minutes(119));
    aws.tags[arn_of("a")] = {{"team", "vision"}};
    auto chosen = one_connection();
    domain::watch_list_settings list;
    list.name = "named";
    list.jobs = {"a"};
    list.labels_from_tags = {{"owner", "team"}};
    start(with_list(chosen, list)).play(soon);
    ASSERT_THAT(play().view().alerts, SizeIs(1));
    EXPECT_EQ(play().view().alerts[0].labels.at("owner"), "vision");
}

TEST_F(tags, follow_another_configuration_without_another_call) {
    runs("a", "vision");
    auto chosen = labels_of_team();
    start(chosen).play(soon);
    chosen.watch_lists[0].labels_from_tags = {{"squad", "team"}};
    play().play(soon, change_to(play(), chosen));
    EXPECT_THAT(job("a")->tag_labels, ElementsAre(Pair("squad", "vision")));
    EXPECT_EQ(aws.tag_reads[arn_of("a")], 1);
}

TEST_F(tags, of_a_job_that_was_let_go_meanwhile_do_no_harm) {
    runs("a", "vision");
    auto chosen = labels_of_team();
    play_.emplace(plan_of(chosen));
    aws.serve(play());
    std::vector<read_tags> asked;
    std::vector<describe> polls;
    // Everything but tags and describes is answered.
    for (int i = 0; i < 200 && asked.empty(); ++i) {
        std::vector<event> answers;
        for (const auto& each : play().wake()) {
            if (const auto* page = std::get_if<list_jobs>(&each))
                answers.emplace_back(listed{page->id, play().lists(*page), {}, {}});
            if (const auto* batch = std::get_if<commit>(&each))
                answers.emplace_back(committed{batch->id, {}});
            if (const auto* call = std::get_if<read_tags>(&each)) asked.push_back(*call);
            if (const auto* poll = std::get_if<describe>(&each)) polls.push_back(*poll);
        }
        for (const auto& answer : answers) {
            for (const auto& each : play().step(answer)) {
                if (const auto* call = std::get_if<read_tags>(&each)) asked.push_back(*call);
                if (const auto* poll = std::get_if<describe>(&each)) polls.push_back(*poll);
            }
        }
    }
    ASSERT_THAT(asked, SizeIs(1));
    play().after_step = std::ref(counts);
    chosen.watch_lists[0].match = by_name("z*");
    play().step(change_to(play(), chosen));
    EXPECT_EQ(play().view().watched, 0U);
    for (const auto& poll : polls)
        play().answer(poll, running("a").seen());
    play().step(tags_read{asked[0].id, aws.tags[arn_of("a")], {}, {}});
    EXPECT_TRUE(play().view().jobs[0].is_vacant());
    // The slot is another's now.
    aws.put(running("zebra").created_at(play().now().wall), play().now().wall);
    play().play(soon);
    EXPECT_EQ(play().view().jobs[0].target.name, "zebra");
}

}  // namespace
}  // namespace trainwatch::core::engine_tags_test
