// Another configuration while everything goes on: what stays, what ends, what begins.
#include "tests/core/fleet.hpp"

namespace trainwatch::core::engine_reload_test {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

constexpr auto soon = seconds(20);

class reload : public fleet_test {};

domain::settings names(std::vector<std::string> jobs) {
    domain::watch_list_settings list;
    list.name = "named";
    list.jobs = std::move(jobs);
    return with_list(one_connection(), list);
}

// Whether some message said that it is over, and why.
bool is_told(const std::vector<domain::alert_message>& messages, const char* because) {
    return std::any_of(messages.begin(), messages.end(), [&](const auto& message) {
        const auto at = message.annotations.find("resolved_because");
        return message.state == domain::alert_state::resolved && at != message.annotations.end() &&
            at->second == because;
    });
}

TEST_F(reload, same_configuration_changes_nothing) {
    runs("a");
    fails("b", minutes(119));
    start(finds_all()).play(minutes(2));
    ASSERT_EQ(firing(), 1U);
    auto before = play().view();
    aws.describes.clear();
    const auto log = change(finds_all(), seconds(0));
    const auto& after = play().view();
    EXPECT_EQ(after.alerts, before.alerts);
    EXPECT_EQ(after.watched, before.watched);
    EXPECT_EQ(after.live, before.live);
    EXPECT_TRUE(after.first_pass_complete);
    EXPECT_THAT(after.dirty, IsEmpty());
    EXPECT_THAT(messages_to(log, endpoint_id{0}), IsEmpty());
    EXPECT_EQ(after.lanes[0].sweep->complete, true);
    play().play(hours(2));
    EXPECT_EQ(firing(), 1U);
    EXPECT_GE(aws.describes["a"], 1);
}

// What goes on is not over because another connection has the job from now on, however long it
// takes until that one has described it.
class renamed_connection : public reload {
protected:
    // Jobs near their deadline, whom it takes minutes to describe; then the connection gets another
    // name. What the receiver was told since.
    std::vector<domain::alert_message> told_after(domain::settings plan) {
        plan.connections[0].budget.describe_per_second = 0.1;
        for (std::size_t lane = 0; lane < 2; ++lane) {
            for (int i = 0; i < 20; ++i) {
                const auto name = "job-" + std::to_string(i);
                const auto near = running(name).max_runtime(seconds(7'500));
                aws.put(near, later(seconds(120)), lane_id{lane});
            }
        }
        start(plan).play(minutes(5));
        before = firing("TrainingJobNearDeadline");
        auto next = plan;
        next.connections[0].name = "renamed";
        auto log = change(next);
        for (const auto& each : play().play(minutes(3)))
            log.push_back(each);
        return messages_to(log, endpoint_id{0});
    }

    std::size_t before = 0;
};

TEST_F(renamed_connection, ends_no_condition_of_a_job_that_a_filter_finds) {
    for (const auto& message : told_after(finds_all()))
        EXPECT_EQ(message.state, domain::alert_state::firing) << domain::identity(message.labels);
    EXPECT_GE(before, 20U);
    EXPECT_GE(firing("TrainingJobNearDeadline"), before);
}

TEST_F(renamed_connection, ends_no_condition_of_a_job_that_a_list_names) {
    for (const auto& message : told_after(names({"job-0", "job-1"})))
        EXPECT_EQ(message.state, domain::alert_state::firing) << domain::identity(message.labels);
    EXPECT_GE(before, 2U);
    EXPECT_GE(firing("TrainingJobNearDeadline"), before);
}

// Nobody finds it any more: it has ended meanwhile, or it is gone.
TEST_F(reload, condition_of_a_job_that_no_connection_finds_ends) {
    aws.put(running("a").max_runtime(seconds(7'500)), later(seconds(120)));
    start(finds_all()).play(minutes(2));
    ASSERT_GE(firing("TrainingJobNearDeadline"), 1U);
    auto next = finds_all();
    next.connections[0].name = "renamed";
    change(next);
    play().play(minutes(2));
    EXPECT_EQ(firing("TrainingJobNearDeadline"), 0U);
}

// A list took it up while it ran: that it has failed since changes nothing.
TEST_F(reload, status_of_a_job_that_was_taken_up_does_not_count_any_more) {
    runs("b");
    auto plan = finds_all();
    plan.watch_lists.front().match->status = {"InProgress"};
    start(plan).play(minutes(2));
    fails("b", minutes(122));
    play().play(minutes(5));
    ASSERT_EQ(firing(), 1U);
    change(plan);
    EXPECT_NE(job("b"), nullptr);
    EXPECT_EQ(firing(), 1U);
}

TEST_F(reload, list_that_comes_first_now_gets_the_jobs_that_its_tags_choose) {
    runs("a");
    runs("b");
    aws.tags[running("a").seen().arn] = {{"team", "vision"}};
    start().play(minutes(1));
    ASSERT_EQ(job("a")->target.watch_list, "all");
    domain::job_filter of_team;
    of_team.tags = {{"team", "vision"}};
    auto next = with_list(one_connection(), list_of("vision", of_team));
    next = with_list(next, list_of("all", by_name("*")));
    change(next);
    EXPECT_EQ(job("a")->target.watch_list, "vision");
    EXPECT_EQ(job("b")->target.watch_list, "all");
    EXPECT_EQ(aws.tag_reads.size(), 2U);
}

// Whose they are now only their tags tell, which nobody has read yet.
TEST_F(reload, jobs_of_a_list_that_is_gone_wait_for_the_one_that_asks_for_their_tags) {
    fails("b", minutes(119));
    aws.tags[running("b").seen().arn] = {{"team", "vision"}};
    start(names({"b"})).play(minutes(1));
    ASSERT_EQ(firing(), 1U);
    domain::job_filter of_team;
    of_team.tags = {{"team", "vision"}};
    change(with_list(one_connection(), list_of("vision", of_team)), minutes(1));
    EXPECT_EQ(firing(), 1U);
    ASSERT_NE(job("b"), nullptr);
    EXPECT_EQ(job("b")->target.watch_list, "vision");
}

TEST_F(reload, jobs_of_a_list_that_is_gone_leave_when_their_tags_make_them_nobodys) {
    fails("b", minutes(119));
    aws.tags[running("b").seen().arn] = {{"team", "speech"}};
    start(names({"b"})).play(minutes(1));
    ASSERT_EQ(firing(), 1U);
    domain::job_filter of_team;
    of_team.tags = {{"team", "vision"}};
    change(with_list(one_connection(), list_of("vision", of_team)), minutes(1));
    EXPECT_EQ(firing(), 0U);
    EXPECT_EQ(job("b"), nullptr);
}

// What it alerted about is over for everybody who heard of it.
TEST_F(reload, end_that_was_told_is_not_told_again_by_the_list_that_finds_the_job_next) {
    runs("b");
    start().play(minutes(1));
    fails("b", minutes(121));
    play().play(minutes(1));
    ASSERT_EQ(firing(), 1U);
    ASSERT_EQ(finished(), 1U);
    change(with_list(one_connection(), list_of("none", by_name("z*"))));
    EXPECT_EQ(job("b"), nullptr);
    EXPECT_EQ(firing(), 0U);
    change(finds_all(), minutes(2));
    EXPECT_NE(job("b"), nullptr);
    EXPECT_EQ(firing(), 0U);
    EXPECT_EQ(finished(), 1U);
}

TEST_F(reload, history_that_was_told_is_not_counted_again_by_the_list_that_finds_the_job_next) {
    runs("b");
    start().play(minutes(1));
    const auto told = transitions();
    ASSERT_GT(told, 0U);
    change(with_list(one_connection(), list_of("none", by_name("z*"))));
    change(finds_all(), minutes(2));
    ASSERT_NE(job("b"), nullptr);
    EXPECT_EQ(transitions(), told);
    fails("b", minutes(125));
    play().play(minutes(2));
    EXPECT_EQ(transitions(), told + 1) << "what is new is";
    EXPECT_EQ(finished(), 1U);
    EXPECT_EQ(firing(), 1U);
}

TEST_F(reload, connection_that_is_renamed_keeps_alerts_and_counts_nothing_again) {
    const auto failed_job = running("b").fails(minutes(118));
    for (std::size_t lane = 0; lane < 2; ++lane)
        aws.put(failed_job, later(minutes(118)), lane_id{lane});
    for (auto chosen : {names({"b"}), finds_all()}) {
        start(chosen).play(minutes(1));
        ASSERT_EQ(firing(), 1U);
        ASSERT_EQ(finished(), 1U);
        chosen.connections[0].name = "renamed";
        const auto log = change(chosen, minutes(2));
        EXPECT_EQ(job("b"), nullptr);
        EXPECT_NE(job("b", lane_id{1}), nullptr);
        EXPECT_FALSE(is_told(messages_to(log, endpoint_id{0}), "unwatched"));
        EXPECT_EQ(firing(), 1U);
        EXPECT_EQ(finished(), 1U);
    }
}

// Under the new name nobody knows yet whose the job is: its alert ends once a describe has told.
TEST_F(reload, connection_that_is_renamed_with_a_list_that_is_narrowed_ends_the_alert) {
    const auto failed_job = running("b").fails(minutes(118)).but([](auto& seen) {
        seen.instances.push_back({});
        seen.instances.back().instance_type = "ml.m5.large";
    });
    for (std::size_t lane = 0; lane < 2; ++lane)
        aws.put(failed_job, later(minutes(118)), lane_id{lane});
    for (const auto* type : {"ml.g5.*", "ml.m5.*"}) {
        auto chosen = finds_all();
        start(chosen).play(minutes(1));
        ASSERT_EQ(firing(), 1U);
        chosen.connections[0].name = "renamed";
        chosen.watch_lists[0].match->instance_type = {type};
        const auto log = change(chosen, minutes(2));
        const bool is_ours = std::string(type) == "ml.m5.*";
        EXPECT_EQ(is_told(messages_to(log, endpoint_id{0}), "unwatched"), !is_ours);
        EXPECT_EQ(firing(), is_ours ? 1U : 0U);
    }
}

TEST_F(reload, connection_that_goes_leaves_the_alerts_of_a_job_that_another_one_watches) {
    auto chosen = names({"b"});
    chosen.connections.push_back(chosen.connections[0]);
    chosen.connections[1].name = "second";
    const auto failed_job = running("b").fails(minutes(118));
    for (std::size_t lane = 0; lane < 2; ++lane)
        aws.put(failed_job, later(minutes(118)), lane_id{lane});
    start(chosen).play(minutes(1));
    ASSERT_EQ(firing(), 1U);
    chosen.connections.pop_back();
    const auto log = change(chosen, minutes(2));
    EXPECT_FALSE(is_told(messages_to(log, endpoint_id{0}), "unwatched"));
    EXPECT_EQ(firing(), 1U);
}

// Another connection into the same account finds by tags, which it may not read: no filter of tags
// matches there, and who passed the job by as past does not have it either.
TEST_F(reload, alert_ends_with_its_list_where_another_connection_may_not_read_tags) {
    auto chosen = names({"b"});
    chosen.connections.push_back(chosen.connections[0]);
    chosen.connections[1].name = "second";
    chosen.watch_lists[0].connections = {"main"};
    domain::job_filter by_tags;
    by_tags.tags = {{"team", "vision"}};
    auto without = chosen;
    without.watch_lists = {list_of("vision", by_tags)};
    chosen.watch_lists.push_back(without.watch_lists[0]);
    aws.tags_closed = {lane_id{1}};
    for (std::size_t lane = 0; lane < 2; ++lane) {
        aws.put(running("b"), later(seconds(120)), lane_id{lane});
        aws.put(running("c"), later(seconds(120)), lane_id{lane});
    }
    start(chosen).play(minutes(2));
    for (std::size_t lane = 0; lane < 2; ++lane)
        aws.put(running("b").fails(minutes(122)), later(minutes(122)), lane_id{lane});
    play().play(minutes(3));
    ASSERT_EQ(firing(), 1U);
    const auto log = change(without, minutes(2));
    EXPECT_TRUE(is_told(messages_to(log, endpoint_id{0}), "unwatched"));
    EXPECT_EQ(firing(), 0U);
}

TEST_F(reload, alert_of_a_job_that_has_left_the_view_ends_with_its_list) {
    auto chosen = finds_all();
    chosen.global.finished_retention = seconds(1);
    runs("b");
    start(chosen).play(minutes(1));
    aws.undescribable = {"b"};
    fails("b", minutes(121));
    play().play(seconds(30));
    // Deleted before anybody could explain it: it alerts, and has no slot any more.
    aws.drop("b");
    aws.undescribable.clear();
    play().play(minutes(3));
    ASSERT_EQ(job("b"), nullptr);
    ASSERT_EQ(firing(), 1U);
    change(with_list(one_connection(), list_of("none", by_name("z*"))));
    EXPECT_EQ(firing(), 0U);
}

TEST_F(reload, jobs_of_a_list_that_is_gone_leave_and_their_alerts_end) {
    runs("a");
    fails("b", minutes(119));
    start(finds_all()).play(minutes(2));
    ASSERT_EQ(firing(), 1U);
    const auto log = change(names({"c"}));
    EXPECT_EQ(job("a"), nullptr);
    EXPECT_EQ(job("b"), nullptr);
    EXPECT_EQ(play().view().watched, 1U);
    EXPECT_EQ(firing(), 0U);
    EXPECT_TRUE(is_told(messages_to(log, endpoint_id{0}), "unwatched"));
    EXPECT_EQ(count_notes(log, "job_unwatched"), 2);
}

// Its list is gone for a moment while nobody takes the alert: nothing else would tell of the end.
TEST_F(reload, end_that_nobody_has_heard_of_outlives_its_list) {
    fails("a", start_time - minutes(1));
    start();
    play().receiver = [](const deliver&) { return failed(error_class::transient); };
    play().play(seconds(20));
    ASSERT_EQ(firing("TrainingJobFailed"), 1U);
    change(one_connection(), seconds(30));
    EXPECT_EQ(firing("TrainingJobFailed"), 1U);
    change(finds_all(), seconds(30));
    play().receiver = [](const deliver&) { return domain::receipt{}; };
    const auto log = play().play(hours(1));
    EXPECT_EQ(firing("TrainingJobFailed"), 1U);
    const auto told = messages_to(log, endpoint_id{0});
    ASSERT_FALSE(told.empty());
    for (const auto& message : told)
        EXPECT_EQ(message.state, domain::alert_state::firing);
}

TEST_F(reload, end_whose_list_is_gone_is_over_once_somebody_has_heard_of_it) {
    fails("a", start_time - minutes(1));
    start();
    play().receiver = [](const deliver&) { return failed(error_class::transient); };
    play().play(seconds(20));
    change(one_connection(), seconds(30));
    play().receiver = [](const deliver&) { return domain::receipt{}; };
    const auto told = messages_to(play().play(minutes(10)), endpoint_id{0});
    ASSERT_GE(told.size(), 2U);
    EXPECT_EQ(told.front().state, domain::alert_state::firing);
    EXPECT_EQ(told.back().state, domain::alert_state::resolved);
    EXPECT_EQ(told.back().annotations.at("resolved_because"), "unwatched");
}

TEST_F(reload, list_that_is_added_finds_what_is_older_than_it) {
    runs("a");
    fails("b", minutes(121));
    start(with_list(one_connection(), list_of("z", by_name("z*")))).play(minutes(30));
    EXPECT_EQ(play().view().watched, 0U);
    change(finds_all());
    ASSERT_NE(job("a"), nullptr);
    EXPECT_EQ(job("a")->target.watch_list, "all");
    EXPECT_FALSE(job("a")->summarised);
}

// As far as a restart would: what ended long before anybody asked pages nobody.
TEST_F(reload, list_that_is_added_looks_back_as_a_restart_would) {
    fails("old", hours(3));
    fails("young", hours(6) + minutes(30));
    auto chosen = with_list(one_connection(), list_of("z", by_name("z*")));
    start(chosen).play(hours(5));
    ASSERT_EQ(firing(), 0U);
    chosen.watch_lists.push_back(list_of("all", by_name("*")));
    const auto log = change(chosen, minutes(2));
    EXPECT_EQ(count_notes(log, "alert_fired"), 1);
    ASSERT_EQ(firing(), 1U);
    EXPECT_EQ(play().view().alerts[0].labels.at("training_job"), "young");
}

// A first sweep that takes half a minute, and the oldest job last.
class long_sweep : public reload {
protected:
    long_sweep() {
        for (int i = 0; i < 2'000; ++i) {
            const auto since = later(seconds(1 + i));
            aws.put(running("j-" + std::to_string(i)).created_at(since), since);
        }
        fails("old", minutes(119));
        chosen.connections[0].budget = {20, 1};
    }
    domain::settings chosen = with_list(one_connection(), list_of("old", by_name("old*")));
};

// Some team changes its file all the time.
TEST_F(long_sweep, reaches_the_oldest_job_whatever_is_changed_meanwhile) {
    start(chosen).play(seconds(5));
    chosen.watch_lists.push_back(list_of("team", by_name("x*")));
    for (int i = 0; i < 15; ++i) {
        chosen.watch_lists[1].match->name = {"x-" + std::to_string(i)};
        change(chosen, seconds(5));
    }
    EXPECT_EQ(firing(), 1U);
}

TEST_F(long_sweep, is_followed_by_one_for_what_it_has_passed_over) {
    start(chosen).play(seconds(10));
    chosen.watch_lists.push_back(list_of("team", by_name("j-1700")));
    change(chosen, seconds(5));
    ASSERT_TRUE(play().view().lanes[0].sweep.has_value());
    EXPECT_FALSE(play().view().lanes[0].sweep->complete);
    play().play(minutes(3));
    EXPECT_NE(job("j-1700"), nullptr);
    EXPECT_TRUE(play().view().lanes[0].sweep->complete);
    EXPECT_EQ(firing(), 1U);
}

TEST_F(reload, list_that_is_renamed_keeps_its_jobs_and_the_labels_of_their_alerts) {
    runs("a");
    fails("b", minutes(119));
    start(finds_all()).play(minutes(2));
    const auto log = change(with_list(one_connection(), list_of("every", by_name("*"))));
    EXPECT_EQ(job("a")->target.watch_list, "every");
    ASSERT_EQ(firing(), 1U);
    EXPECT_EQ(play().view().alerts[0].labels.at("watch_list"), "all");
    EXPECT_EQ(count_notes(log, "alert_fired") + count_notes(log, "alert_resolved"), 0);
    EXPECT_EQ(play().view().lanes[0].oldest_observation.count("all"), 0U);
}

TEST_F(reload, pages_that_were_asked_for_before_do_no_harm) {
    runs("a");
    start(with_list(one_connection(), list_of("z", by_name("z*")))).play(minutes(2));
    std::vector<list_jobs> late;
    for (int i = 0; i < 100 && late.empty(); ++i) {
        late = only<list_jobs>(play().wake());
    }
    ASSERT_THAT(late, SizeIs(1));
    play().step(change_to(play(), finds_all()));
    play().step(listed{late[0].id, play().lists(late[0]), {}, {}});
    EXPECT_NE(job("a"), nullptr) << "what it tells is true all the same";
    play().play(soon);
    EXPECT_TRUE(play().view().lanes[0].sweep->complete);
}

TEST_F(reload, page_that_fails_late_does_no_harm) {
    start(with_list(one_connection(), list_of("z", by_name("z*")))).play(minutes(2));
    std::vector<list_jobs> late;
    for (int i = 0; i < 100 && late.empty(); ++i) {
        late = only<list_jobs>(play().wake());
    }
    ASSERT_THAT(late, SizeIs(1));
    play().step(change_to(play(), finds_all()));
    play().step(listed{late[0].id, failed(error_class::transient), {}, {}});
    runs("a");
    play().play(soon);
    EXPECT_NE(job("a"), nullptr);
}

TEST_F(reload, lane_that_goes_with_calls_in_flight_does_no_harm) {
    auto both = finds_all();
    both.connections[0].regions = {"eu-west-1", "us-east-1"};
    runs("a");
    const auto there = [](const char* name) {
        return running(name).but([](auto& seen) { seen.region = "us-east-1"; });
    };
    aws.put(there("b"), later(seconds(120)), lane_id{1});
    start(both).play(minutes(2));
    ASSERT_NE(job("b", lane_id{1}), nullptr);
    std::vector<describe> polls;
    std::vector<list_jobs> pages;
    for (int i = 0; i < 400 && (polls.empty() || pages.empty()); ++i) {
        for (const auto& each : play().wake()) {
            const auto* poll = std::get_if<describe>(&each);
            if (poll && poll->lane == lane_id{1}) polls.push_back(*poll);
            const auto* page = std::get_if<list_jobs>(&each);
            if (page && page->lane == lane_id{1}) pages.push_back(*page);
        }
    }
    ASSERT_FALSE(pages.empty());
    play().step(change_to(play(), finds_all()));
    EXPECT_EQ(job("b", lane_id{1}), nullptr);
    for (const auto& poll : polls)
        play().answer(poll, there("b").seen());
    for (const auto& page : pages)
        play().step(listed{page.id, play().lists(page), {}, {}});
    const auto log = play().play(minutes(5));
    for (const auto& [when, each] : log) {
        const auto* page = std::get_if<list_jobs>(&each);
        EXPECT_TRUE(!page || page->lane == lane_id{0});
        const auto* poll = std::get_if<describe>(&each);
        EXPECT_TRUE(!poll || poll->lane == lane_id{0});
    }
    // It is back as a lane of its own.
    aws.put(there("b"), later(seconds(120)), lane_id{2});
    change(both);
    EXPECT_NE(job("b", lane_id{2}), nullptr);
}

TEST_F(reload, job_goes_from_a_name_to_a_filter_and_back) {
    runs("a");
    start(names({"a", "nowhere"})).play(minutes(2));
    const auto revision = job("a")->revision;
    aws.describes.clear();
    auto log = change(finds_all());
    EXPECT_EQ(job("a")->target.watch_list, "all");
    EXPECT_FALSE(job("a")->summarised);
    EXPECT_GT(job("a")->revision, revision);
    EXPECT_EQ(job("nowhere"), nullptr) << "no filter finds what does not exist";
    log = change(names({"a", "nowhere"}));
    EXPECT_EQ(job("a")->target.watch_list, "named");
    EXPECT_NE(job("nowhere"), nullptr);
    EXPECT_TRUE(play().view().first_pass_complete);
    EXPECT_EQ(count_notes(log, "job_appeared"), 0);
    fails("a", minutes(123));
    play().play(minutes(1));
    EXPECT_EQ(firing(), 1U);
}

TEST_F(reload, ended_job_that_gets_a_name_does_not_hold_the_first_pass_up) {
    fails("b", minutes(10));
    start(finds_all()).play(minutes(2));
    ASSERT_NE(job("b"), nullptr);
    auto chosen = finds_all();
    chosen.watch_lists[0].jobs = {"b"};
    change(chosen, seconds(5));
    EXPECT_TRUE(play().view().first_pass_complete);
}

TEST_F(reload, name_that_comes_back_while_its_last_answer_is_under_way_is_watched) {
    runs("a");
    start(names({"a", "b"})).play(minutes(2));
    std::optional<describe> late;
    for (int i = 0; i < 400 && !late; ++i) {
        for (const auto& each : only<describe>(play().wake())) {
            if (each.name == "a") {
                late = each;
            } else {
                play().answer(each, failed(error_class::not_found));
            }
        }
    }
    ASSERT_TRUE(late);
    play().step(change_to(play(), names({"b"})));
    EXPECT_EQ(job("a"), nullptr);
    play().step(change_to(play(), names({"b"})));
    play().step(change_to(play(), names({"a", "b"})));
    ASSERT_NE(job("a"), nullptr);
    play().answer(*late, running("a").seen());
    play().play(soon);
    ASSERT_TRUE(job("a")->last);
    EXPECT_EQ(play().view().watched, 2U);
}

TEST_F(reload, sweep_goes_on_when_the_name_that_it_waited_for_is_gone) {
    runs("a");
    runs("b");
    auto chosen = names({"a", "b"});
    start(chosen);
    aws.undescribable = {"b"};
    play().play(minutes(2));
    const auto log = change(names({"a"}), minutes(5));
    std::optional<wall_time> swept;
    for (const auto& [when, each] : log) {
        const auto* batch = std::get_if<commit>(&each);
        if (batch && batch->batch.last_complete_sweep) swept = batch->batch.last_complete_sweep;
    }
    ASSERT_TRUE(swept);
    EXPECT_GT(*swept, play().now().wall - minutes(2));
}

// ---- a lane that has nobody left ----------------------------------------------------------------

TEST_F(reload, lane_that_was_down_is_up_when_its_last_job_leaves) {
    runs("a");
    start(finds_all()).play(minutes(2));
    aws.undescribable = {"a"};
    aws.lists_fail = failed(error_class::transient);
    play().play(hours(1));
    ASSERT_FALSE(play().view().lanes[0].up);
    ASSERT_EQ(firing("TrainwatchdConnectionDown"), 1U);
    aws.lists_fail.reset();
    change(with_list(one_connection(), list_of("z", by_name("z*"))), minutes(5));
    EXPECT_TRUE(play().view().lanes[0].up);
    EXPECT_EQ(firing(), 0U);
}

TEST_F(reload, lane_that_was_down_and_lists_nothing_is_up_when_its_last_job_leaves) {
    runs("a");
    auto chosen = names({"a"});
    chosen.connections.front().discovery = domain::discovery_kind::none;
    start(chosen).play(minutes(2));
    aws.undescribable = {"a"};
    play().play(hours(1));
    ASSERT_FALSE(play().view().lanes[0].up);
    chosen.watch_lists.clear();
    change(chosen, minutes(5));
    EXPECT_TRUE(play().view().lanes[0].up);
    EXPECT_EQ(firing(), 0U);
}

// ---- receivers ----------------------------------------------------------------------------------

domain::settings to(domain::settings chosen, std::vector<std::string> urls, std::string name) {
    domain::receiver_settings receiver;
    receiver.name = std::move(name);
    receiver.urls = std::move(urls);
    chosen.receivers.push_back(std::move(receiver));
    return chosen;
}
domain::settings nobody_told() {
    auto chosen = finds_all();
    chosen.receivers.clear();
    return chosen;
}

TEST_F(reload, receiver_that_is_added_hears_of_everything_that_fires) {
    fails("b", minutes(119));
    start(finds_all()).play(minutes(2));
    const auto log = change(to(finds_all(), {"http://am-2"}, "second"), seconds(0));
    EXPECT_THAT(messages_to(log, endpoint_id{1}), SizeIs(1));
    EXPECT_THAT(messages_to(log, endpoint_id{0}), IsEmpty());
    EXPECT_EQ(play().view().receivers.at("second").unconfirmed, 0U);
}

TEST_F(reload, receiver_that_is_removed_is_told_nothing_more_and_holds_no_alert_up) {
    fails("b", minutes(119));
    const auto both = to(finds_all(), {"http://am-2"}, "second");
    start(both).play(minutes(2));
    auto log = change(finds_all(), minutes(5));
    EXPECT_THAT(messages_to(log, endpoint_id{1}), IsEmpty());
    EXPECT_EQ(play().view().receivers.count("second"), 0U);
    // What fires only now is nothing to it either.
    fails("c", minutes(127));
    play().play(minutes(2));
    ASSERT_EQ(firing(), 2U);
    kept_ledger disk;
    for (const auto& [when, each] : play().play(limits::terminal_hold + minutes(10))) {
        if (const auto* batch = std::get_if<commit>(&each)) disk.add(*batch);
    }
    EXPECT_EQ(firing(), 0U);
    const auto kept = disk.load();
    EXPECT_THAT(kept.rows.alerts, SizeIs(2)) << "both ends are on disk";
    for (const auto& row : kept.rows.alerts)
        EXPECT_EQ(row.alert.state, domain::alert_state::resolved);
}

// Two lists, of which the second has what the first had once that is gone.
domain::settings two_lists(std::vector<std::string> second_tells = {}) {
    auto chosen = with_list(one_connection(), list_of("first", by_name("b*")));
    chosen.watch_lists.push_back(list_of("second", by_name("*")));
    chosen.watch_lists.back().receivers = std::move(second_tells);
    return chosen;
}
domain::settings without_the_first(domain::settings chosen) {
    chosen.watch_lists.erase(chosen.watch_lists.begin());
    return chosen;
}

TEST_F(reload, receiver_that_is_added_hears_what_fires_under_a_list_that_is_gone) {
    fails("b", minutes(119));
    start(two_lists()).play(minutes(2));
    ASSERT_EQ(firing(), 1U);
    change(without_the_first(two_lists()));
    const auto log = change(to(without_the_first(two_lists()), {"http://am-2"}, "added"));
    EXPECT_THAT(messages_to(log, endpoint_id{1}), SizeIs(1));
}

TEST_F(reload, receiver_that_is_added_hears_of_a_job_whose_name_and_list_are_anothers) {
    fails("b", minutes(119));
    start(two_lists()).play(minutes(2));
    aws.put(running("b").created_at(later(minutes(121))), later(minutes(122)));
    play().play(minutes(2));
    ASSERT_EQ(job("b")->last->created, later(minutes(121)));
    ASSERT_EQ(firing("TrainingJobFailed"), 1U);
    change(without_the_first(two_lists()));
    const auto log = change(to(without_the_first(two_lists()), {"http://am-2"}, "added"));
    EXPECT_THAT(messages_to(log, endpoint_id{1}), SizeIs(1));
}

TEST_F(reload, receiver_that_is_added_hears_of_a_job_that_has_left_the_view_after_its_list) {
    auto chosen = two_lists({"main"});
    chosen.global.finished_retention = seconds(1);
    runs("b");
    start(chosen).play(minutes(1));
    aws.undescribable = {"b"};
    fails("b", minutes(121));
    play().play(seconds(30));
    aws.drop("b");
    aws.undescribable.clear();
    play().play(minutes(3));
    ASSERT_EQ(job("b"), nullptr);
    ASSERT_EQ(firing(), 1U);
    change(without_the_first(chosen));
    chosen.watch_lists.back().receivers = {"main", "added"};
    chosen = to(without_the_first(chosen), {"http://am-2"}, "added");
    const auto log = change(to(chosen, {"http://am-3"}, "others"));
    EXPECT_THAT(messages_to(log, endpoint_id{1}), SizeIs(1));
    EXPECT_THAT(messages_to(log, endpoint_id{2}), IsEmpty()) << "the list that would have it says";
    EXPECT_EQ(firing(), 1U);
}

TEST_F(reload, list_that_takes_a_job_over_says_who_is_to_hear) {
    fails("b", minutes(119));
    const auto before = to(two_lists({"others"}), {"http://am-2"}, "others");
    auto chosen = before;
    chosen.watch_lists.front().receivers = {"main"};
    start(chosen).play(minutes(2));
    ASSERT_EQ(play().view().receivers.at("others").unconfirmed, 0U);
    const auto log = change(without_the_first(chosen));
    EXPECT_THAT(messages_to(log, endpoint_id{1}), SizeIs(1));
    EXPECT_EQ(play().view().receivers.at("others").unconfirmed, 0U);
    // What nobody else is to hear stays with those who have heard.
    const auto later = change(to(without_the_first(chosen), {"http://am-3"}, "more"));
    EXPECT_THAT(messages_to(later, endpoint_id{2}), IsEmpty());
}

TEST_F(reload, alert_outlives_its_list_and_all_its_receivers_in_one_step) {
    fails("b", minutes(119));
    start(two_lists()).play(minutes(2));
    auto moved = without_the_first(two_lists());
    moved.receivers.clear();
    const auto log = change(to(moved, {"http://am-2"}, "others"));
    EXPECT_THAT(messages_to(log, endpoint_id{1}), SizeIs(1));
    EXPECT_EQ(firing(), 1U);
}

TEST_F(reload, receiver_that_is_back_hears_of_what_fires) {
    fails("b", minutes(119));
    const auto both = to(finds_all(), {"http://am-2"}, "second");
    start(both).play(minutes(2));
    change(finds_all());
    const auto log = change(both);
    EXPECT_THAT(messages_to(log, endpoint_id{2}), SizeIs(1));
    EXPECT_EQ(play().view().receivers.at("second").unconfirmed, 0U);
}

TEST_F(reload, unconfirmed_alerts_are_counted_once_whatever_url_the_receiver_has) {
    fails("b", minutes(119));
    start(finds_all());
    play().receiver = [](const deliver&) { return failed(error_class::transient); };
    play().play(minutes(1));
    ASSERT_EQ(play().view().receivers.at("main").unconfirmed, 1U);
    auto moved = finds_all();
    moved.receivers.clear();
    moved = to(moved, {"http://am-2"}, "main");
    change(moved);
    EXPECT_EQ(play().view().receivers.at("main").unconfirmed, 1U);
    play().receiver = [](const deliver&) { return domain::receipt{}; };
    play().play(minutes(2));
    EXPECT_EQ(play().view().receivers.at("main").unconfirmed, 0U);
}

TEST_F(reload, endpoint_that_goes_with_a_delivery_in_flight_does_no_harm) {
    fails("b", minutes(119));
    start(finds_all());
    std::vector<deliver> late;
    play().receiver = [&](const deliver& sent) {
        late.push_back(sent);
        return failed(error_class::transient);
    };
    play().play(seconds(20));
    ASSERT_FALSE(late.empty());
    std::vector<deliver> sent;
    for (int i = 0; i < 400 && sent.empty(); ++i)
        sent = only<deliver>(play().wake());
    ASSERT_FALSE(sent.empty());
    play().step(change_to(play(), nobody_told()));
    play().step(delivered{sent[0].id, domain::receipt{}, {}});
    play().play(minutes(1));
    EXPECT_EQ(firing("TrainingJobFailed"), 1U);
    EXPECT_THAT(play().view().receivers, IsEmpty());
    play().play(limits::terminal_hold);
    EXPECT_EQ(firing(), 0U) << "it ends by its start where nobody confirms it";
}

TEST_F(reload, alert_that_waits_for_the_disk_reaches_a_receiver_that_came_meanwhile_once) {
    fails("b", minutes(119));
    start(finds_all());
    std::optional<commit> pending;
    // The disk is slow from the first alert on.
    for (int i = 0; i < 400 && !pending; ++i) {
        std::vector<event> answers;
        for (const auto& each : play().wake()) {
            if (const auto* page = std::get_if<list_jobs>(&each))
                answers.emplace_back(listed{page->id, play().lists(*page), {}, {}});
            if (const auto* poll = std::get_if<describe>(&each))
                answers.emplace_back(described{poll->id, play().aws(*poll), {}, {}});
        }
        while (!answers.empty()) {
            const auto next = answers.front();
            answers.erase(answers.begin());
            for (const auto& each : play().step(next)) {
                if (const auto* page = std::get_if<list_jobs>(&each))
                    answers.emplace_back(listed{page->id, play().lists(*page), {}, {}});
                if (const auto* poll = std::get_if<describe>(&each))
                    answers.emplace_back(described{poll->id, play().aws(*poll), {}, {}});
                const auto* batch = std::get_if<commit>(&each);
                if (!batch) continue;
                if (play().view().alerts.empty()) {
                    answers.emplace_back(committed{batch->id, {}});
                } else {
                    pending = *batch;
                }
            }
        }
    }
    ASSERT_TRUE(pending);
    play().step(change_to(play(), to(finds_all(), {"http://am-2"}, "second")));
    auto given = play().step(committed{pending->id, {}});
    std::vector<endpoint_id> reached;
    for (const auto& sent : only<deliver>(given))
        reached.push_back(sent.endpoint);
    if (reached.empty()) {
        // The row was in the next batch.
        for (const auto& batch : only<commit>(given)) {
            for (const auto& sent : only<deliver>(play().step(committed{batch.id, {}})))
                reached.push_back(sent.endpoint);
        }
    }
    EXPECT_THAT(reached, testing::UnorderedElementsAre(endpoint_id{0}, endpoint_id{1}));
}

// ---- at odd times -------------------------------------------------------------------------------

TEST_F(reload, before_the_first_pass_it_is_simply_what_is_watched) {
    runs("a");
    start(names({"x", "y"}));
    change(finds_all());
    EXPECT_NE(job("a"), nullptr);
    EXPECT_EQ(play().view().watched, 1U);
    EXPECT_TRUE(play().view().first_pass_complete);
}

TEST_F(reload, while_it_stops_it_still_stops) {
    fails("b", minutes(119));
    start(finds_all());
    play().receiver = [](const deliver&) { return failed(error_class::transient); };
    play().play(seconds(20));
    std::vector<deliver> sent;
    for (int i = 0; i < 400 && sent.empty(); ++i)
        sent = only<deliver>(play().wake());
    ASSERT_FALSE(sent.empty());
    EXPECT_THAT(only<stop>(play().step(stop_requested{})), IsEmpty());
    auto given = play().step(change_to(play(), names({"c"})));
    bool stopped = !only<stop>(given).empty();
    const auto log = play().play(limits::drain_deadline + seconds(1));
    for (const auto& [when, each] : log) {
        stopped |= std::holds_alternative<stop>(each);
        EXPECT_FALSE(std::holds_alternative<describe>(each));
        EXPECT_FALSE(std::holds_alternative<list_jobs>(each));
    }
    EXPECT_TRUE(stopped);
}

// ---- promises -----------------------------------------------------------------------------------

domain::settings promises() {
    auto chosen = finds_all();
    chosen.watch_lists[0].staleness_bound = minutes(2);
    chosen.watch_lists[0].labels = {{"team", "vision"}};
    chosen.global.labels = {{"site", "north"}};
    chosen.process.replica = "b";
    return chosen;
}

TEST_F(reload, list_with_a_tighter_bound_goes_before_others_from_now_on) {
    for (int i = 0; i < 1'000; ++i) {
        auto job = running((i % 200 == 7 ? "few-" : "many-") + std::to_string(i)).seen();
        job.created += seconds(3) * i;
        aws.put(job, later(minutes(119)));
    }
    auto chosen = one_connection();
    chosen.connections[0].budget = {4, 0.25};
    chosen.global.staleness_bound = minutes(10);
    chosen = with_list(chosen, list_of("few", by_name("few-*")));
    chosen = with_list(chosen, list_of("many", by_name("many-*")));
    start(chosen).play(minutes(20));
    EXPECT_THAT(play().view().lanes[0].sweep->kept, IsEmpty());
    chosen.watch_lists[0].staleness_bound = seconds(40);
    change(chosen);
    play().play(minutes(2));
    const auto& lane = play().view().lanes[0];
    EXPECT_EQ(lane.sweep->feasible(seconds(40)), seconds(40));
    EXPECT_GT(lane.sweep->feasible(seconds(39)), seconds(40)) << "what the others have";
    nanoseconds oldest{};
    for (int i = 0; i < 200; ++i) {
        play().play(seconds(1));
        oldest =
            std::max<nanoseconds>(oldest, play().now().wall - lane.oldest_observation.at("few"));
    }
    EXPECT_LE(oldest, seconds(40));
    EXPECT_EQ(firing(), 0U);
}

// All that it watches has ended, so nothing is due for a day.
TEST_F(reload, lane_that_was_refused_is_tried_when_only_ended_jobs_are_left) {
    fails("a", minutes(119));
    auto chosen = finds_all();
    chosen.watch_lists[0].jobs = {"b", "c", "d"};
    start(chosen).play(minutes(1));
    aws.closed = {lane_id{0}};
    play().play(minutes(30));
    ASSERT_FALSE(play().view().lanes[0].up);
    change(finds_all());
    ASSERT_EQ(play().view().watched, 1U);
    play().play(hours(1));
    EXPECT_FALSE(play().view().lanes[0].up);
    aws.closed.clear();
    play().play(minutes(2));
    EXPECT_TRUE(play().view().lanes[0].up);
}

class promise_alert : public reload {
protected:
    void stop_answering() {
        aws.lists_fail = failed(error_class::transient);
        aws.undescribable = {"a"};
    }
    void answer_again() {
        aws.lists_fail.reset();
        aws.undescribable.clear();
    }
};

TEST_F(promise_alert, fires_after_half_a_bound_and_says_where) {
    runs("a");
    start(promises()).play(minutes(1));
    stop_answering();
    play().play(minutes(2) + seconds(50));
    EXPECT_EQ(firing(), 0U);
    play().play(seconds(20));
    ASSERT_EQ(firing(), 1U);
    const domain::label_map expected{
        {"alertname", "TrainwatchdStale"},
        {"severity", "warning"},
        {"connection", "main"},
        {"aws_region", "eu-west-1"},
        {"watch_list", "all"},
        {"replica", "b"},
        {"team", "vision"},
        {"site", "north"}};
    EXPECT_EQ(play().view().alerts[0].labels, expected);
}

// Two jobs in turn at twenty calls a second, twice, and a call's own time.
TEST_F(promise_alert, knows_which_bound_describes_alone_can_keep) {
    for (const auto* name : {"a", "b"})
        runs(name);
    start(names({"a", "b"}));
    EXPECT_EQ(play().view().lanes[0].feasible(minutes(2)), milliseconds(0))
        << "nobody has answered";
    play().play(minutes(1));
    ASSERT_FALSE(play().view().lanes[0].sweep.has_value());
    EXPECT_EQ(
        play().view().lanes[0].feasible(minutes(2)), limits::promise_trip + milliseconds(200)
    );
}

TEST_F(promise_alert, ends_when_the_promise_is_kept_for_five_minutes_and_may_fire_again) {
    runs("a");
    start(promises()).play(minutes(1));
    stop_answering();
    play().play(minutes(5));
    ASSERT_EQ(firing("TrainwatchdStale"), 1U);
    answer_again();
    play().play(limits::stale_calm - seconds(1));
    EXPECT_EQ(firing("TrainwatchdStale"), 1U);
    const auto log = play().play(minutes(2));
    EXPECT_EQ(firing("TrainwatchdStale"), 0U);
    EXPECT_TRUE(is_told(messages_to(log, endpoint_id{0}), "fresh_again"));
    // While receivers are still told of the end, a new breach has to wait.
    stop_answering();
    play().play(limits::resolved_resend_for + minutes(5));
    EXPECT_EQ(firing("TrainwatchdStale"), 1U);
}

TEST_F(promise_alert, ends_with_its_list_whatever_labels_there_are_now) {
    runs("a");
    start(promises()).play(minutes(1));
    stop_answering();
    play().play(minutes(5));
    ASSERT_EQ(firing(), 1U);
    auto next = names({"c"});
    next.global.labels = {{"site", "south"}};
    const auto log = change(next);
    EXPECT_EQ(firing(), 0U);
    EXPECT_TRUE(is_told(messages_to(log, endpoint_id{0}), "unwatched"));
}

// It stays with its former list until its tags can be read.
TEST_F(promise_alert, fires_for_a_job_whose_list_is_gone_and_ends_when_it_has_another) {
    runs("a");
    aws.tags[running("a").seen().arn] = {{"team", "vision"}};
    start(promises()).play(minutes(1));
    domain::job_filter of_team;
    of_team.tags = {{"team", "vision"}};
    aws.tags_fail = failed(error_class::transient);
    change(with_list(one_connection(), list_of("vision", of_team)));
    ASSERT_EQ(job("a")->target.watch_list, "all");
    stop_answering();
    play().play(minutes(10));
    ASSERT_EQ(firing("TrainwatchdStale"), 1U);
    EXPECT_EQ(play().view().alerts.back().labels.at("watch_list"), "all");
    answer_again();
    aws.tags_fail.reset();
    play().play(minutes(15));
    EXPECT_EQ(job("a")->target.watch_list, "vision");
    EXPECT_EQ(firing(), 0U);
}

TEST_F(promise_alert, that_ends_where_nobody_receives_leaves_no_trace) {
    auto chosen = promises();
    chosen.receivers.clear();
    runs("a");
    start(chosen).play(minutes(1));
    stop_answering();
    play().play(minutes(5));
    ASSERT_EQ(firing(), 1U);
    answer_again();
    play().play(limits::terminal_hold + minutes(10));
    EXPECT_THAT(play().view().alerts, IsEmpty());
}

}  // namespace
}  // namespace trainwatch::core::engine_reload_test
