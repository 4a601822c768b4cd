// One job, seen through two connections that have the same account: one row, one alert, one count.
#include "tests/core/ledger_disk.hpp"

namespace trainwatch::core::engine_twins_test {
namespace {

constexpr lane_id main_lane{0};
constexpr lane_id second_lane{1};

domain::settings two_connections() {
    auto chosen = one_connection();
    chosen.connections.push_back(chosen.connections[0]);
    chosen.connections[1].name = "second";
    return chosen;
}
domain::watch_list_settings through(const char* connection, domain::watch_list_settings list) {
    list.connections = {connection};
    return list;
}
domain::watch_list_settings named(std::string name, std::string job) {
    domain::watch_list_settings list;
    list.name = std::move(name);
    list.jobs = {std::move(job)};
    return list;
}
// "nightly" through the first connection comes before "rest" through the second.
domain::settings nightly_first() {
    return with_list(
        with_list(two_connections(), through("main", list_of("nightly", by_name("nightly-*")))),
        through("second", list_of("rest", by_name("*")))
    );
}
domain::settings rest_first() {
    auto chosen = nightly_first();
    std::swap(chosen.watch_lists[0], chosen.watch_lists[1]);
    return chosen;
}

class twins : public ledger_test {
protected:
    void put(const domain::observation& job, wall_time modified) {
        aws.put(job, modified, main_lane);
        aws.put(job, modified, second_lane);
    }
    void runs(const char* name) { put(running(name), later(seconds(120))); }
    void fails_now(const char* name) {
        const auto now = play().now().wall;
        put(running(name).fails(now - created), now);
    }
    void expect_one_alert_of(const char* list) {
        EXPECT_EQ(firing("TrainingJobFailed"), 1U);
        EXPECT_EQ(finished(), 1U);
        std::vector<std::string> lists;
        for (const auto& alert : play().view().alerts) {
            if (alert.labels.contains("training_job")) {
                lists.push_back(alert.labels.at("watch_list"));
            }
        }
        EXPECT_THAT(lists, testing::ElementsAre(list));
    }
    std::string list_of_job(const char* name) {
        const auto* first = job(name, main_lane);
        const auto* second = job(name, second_lane);
        EXPECT_TRUE((first == nullptr) != (second == nullptr)) << "one row";
        if (first) return first->target.watch_list;
        return second ? second->target.watch_list : "";
    }
};

TEST_F(twins, belong_to_the_first_list_whichever_connection_sees_them_first) {
    runs("nightly-1");
    for (const bool swapped : {false, true}) {
        begin(swapped ? rest_first() : nightly_first());
        run(minutes(2));
        EXPECT_EQ(list_of_job("nightly-1"), swapped ? "rest" : "nightly");
        EXPECT_EQ(play().view().live, 1U);
    }
}

TEST_F(twins, alert_once_and_count_once) {
    runs("nightly-1");
    begin(nightly_first());
    run(minutes(2));
    fails_now("nightly-1");
    run(minutes(5));
    expect_one_alert_of("nightly");
    EXPECT_EQ(list_of_job("nightly-1"), "nightly");
}

// They share the account's quota: whoever has waited longer calls next.
TEST_F(twins, of_two_lists_have_pages_and_tags_by_turns) {
    auto chosen = two_connections();
    for (auto& connection : chosen.connections)
        connection.budget = {2, 1};
    auto filter = by_name("b-*");
    filter.tags = {{"team", "vision"}};
    chosen = with_list(chosen, through("main", list_of("first", by_name("a-*"))));
    chosen = with_list(chosen, through("second", list_of("later", filter)));
    for (int i = 0; i < 250; ++i)
        put(running("a-" + std::to_string(i)).created_at(later(seconds(i))), later(seconds(300)));
    begin(chosen);
    run(minutes(5));
    const auto now = play().now().wall;
    put(running("b-1").created_at(now), now);
    aws.tags[running("b-1").seen().arn] = {{"team", "vision"}};
    run(minutes(1));
    EXPECT_NE(job("b-1", second_lane), nullptr);
    EXPECT_GT(play().view().lanes[1].sweep->pages, 50U);
    EXPECT_GT(play().view().lanes[0].sweep->pages, 50U);
}

// Many of them, also those that no page would be asked about again.
TEST_F(twins, of_a_connection_that_is_refused_go_to_the_other_all_of_them) {
    for (int i = 0; i < 250; ++i) {
        put(running("nightly-" + std::to_string(i)).created_at(later(seconds(10 * i))),
            later(seconds(3000)));
    }
    begin(nightly_first());
    run(minutes(10));
    aws.closed = {main_lane};
    aws.lists_closed = {main_lane};
    run(minutes(10));
    for (int i = 0; i < 250; ++i) {
        const auto name = "nightly-" + std::to_string(i);
        EXPECT_EQ(list_of_job(name.c_str()), "rest") << name;
    }
}

// Whatever became of the rows of connections that come and go.
TEST_F(twins, whose_connections_are_renamed_to_and_fro_alert_once) {
    auto chosen = with_list(one_connection(), list_of("first", by_name("*")));
    fails("a", minutes(119));
    aws.put(running("a").fails(minutes(119)), later(minutes(119)), second_lane);
    aws.put(running("a").fails(minutes(119)), later(minutes(119)), lane_id{2});
    begin(chosen);
    run(minutes(2));
    ASSERT_EQ(firing(), 1U);
    auto renamed = chosen;
    renamed.connections[0].name = "due";
    run(minutes(2), change_to(play(), renamed));
    run(minutes(2), change_to(play(), chosen));
    auto both = with_list(two_connections(), through("second", list_of("earlier", by_name("*"))));
    both = with_list(both, through("main", list_of("first", by_name("*"))));
    restart(both, minutes(1));
    const auto log = run(minutes(5));
    EXPECT_EQ(count_notes(log, "alert_fired"), 0);
    EXPECT_EQ(firing(), 1U);
}

TEST_F(twins, of_one_list_with_both_connections_are_one_job) {
    runs("a");
    auto list = list_of("all", by_name("*"));
    list.connections = {"main", "second"};
    begin(with_list(two_connections(), list));
    run(minutes(2));
    fails_now("a");
    run(minutes(5));
    expect_one_alert_of("all");
}

TEST_F(twins, that_a_list_names_leave_the_list_that_found_them) {
    runs("nightly-1");
    begin(with_list(rest_first(), through("main", named("one", "nightly-1"))));
    run(minutes(2));
    EXPECT_EQ(list_of_job("nightly-1"), "one");
    fails_now("nightly-1");
    run(minutes(5));
    expect_one_alert_of("one");
}

TEST_F(twins, that_two_lists_name_are_shown_twice_and_alert_once) {
    runs("a");
    begin(with_list(
        with_list(two_connections(), through("second", named("late", "a"))),
        through("main", named("early", "a"))
    ));
    run(minutes(2));
    fails_now("a");
    run(minutes(5));
    EXPECT_NE(job("a", main_lane), nullptr);
    EXPECT_NE(job("a", second_lane), nullptr);
    EXPECT_EQ(firing(), 1U);
    EXPECT_EQ(finished(), 1U);
}

// A broken connection of one team is no reason why another is told nothing.
TEST_F(twins, of_a_connection_that_is_refused_are_watched_through_the_other) {
    runs("nightly-1");
    begin(nightly_first());
    run(minutes(2));
    aws.closed = {main_lane};
    aws.lists_closed = {main_lane};
    run(minutes(10));
    fails_now("nightly-1");
    run(minutes(5));
    expect_one_alert_of("rest");
    aws.closed.clear();
    aws.lists_closed.clear();
    run(minutes(20));
    expect_one_alert_of("rest");
}

TEST_F(twins, that_go_to_the_other_list_by_a_reload_are_not_told_of_again) {
    runs("nightly-1");
    begin(nightly_first());
    run(minutes(2));
    fails_now("nightly-1");
    run(minutes(2));
    expect_one_alert_of("nightly");
    auto log = run(minutes(5), change_to(play(), rest_first()));
    EXPECT_EQ(list_of_job("nightly-1"), "rest");
    EXPECT_EQ(count_notes(log, "alert_fired"), 0);
    // Nor after their connection is gone.
    auto chosen = rest_first();
    chosen.watch_lists.erase(chosen.watch_lists.begin());
    chosen.connections.pop_back();
    log = run(minutes(5), change_to(play(), chosen));
    EXPECT_EQ(list_of_job("nightly-1"), "nightly");
    EXPECT_EQ(count_notes(log, "alert_fired"), 0);
    expect_one_alert_of("nightly");
}

TEST_F(twins, are_one_job_after_a_restart) {
    runs("nightly-1");
    begin(nightly_first());
    run(minutes(2));
    // Both connections have had it, and the disk has both rows.
    run(minutes(5), change_to(play(), rest_first()));
    fails_now("nightly-1");
    restart(nightly_first(), minutes(1));
    run(minutes(5));
    EXPECT_EQ(list_of_job("nightly-1"), "nightly");
    expect_one_alert_of("nightly");
    restart(nightly_first(), minutes(1));
    const auto log = run(minutes(5));
    EXPECT_EQ(count_notes(log, "alert_fired"), 0);
    expect_one_alert_of("nightly");
}

// Each with limits of its own: one of them judges.
TEST_F(twins, that_two_lists_name_are_judged_by_one_of_them) {
    auto chosen = two_connections();
    auto first = through("main", named("first", "a"));
    first.limits.phases["Starting"] = minutes(10);
    chosen = with_list(chosen, first);
    chosen = with_list(chosen, through("second", named("second", "a")));
    put(core::job("a").phase("Starting", minutes(100)), later(minutes(100)));
    begin(chosen);
    const auto log = run(minutes(5));
    EXPECT_EQ(firing("TrainingJobStuck"), 1U);
    EXPECT_EQ(count_notes(log, "alert_fired"), 1);
}

// It lists, and describes nothing: the other one has its jobs, and keeps them.
TEST_F(twins, of_a_connection_that_may_only_list_stay_with_the_other) {
    for (int i = 0; i < 20; ++i)
        runs(("nightly-" + std::to_string(i)).c_str());
    begin(nightly_first());
    aws.closed = {main_lane};
    run(minutes(2));
    run(minutes(10));
    for (int i = 0; i < 20; ++i) {
        const auto name = "nightly-" + std::to_string(i);
        EXPECT_EQ(list_of_job(name.c_str()), "rest") << name;
        const auto* row = job(name.c_str(), second_lane);
        ASSERT_NE(row, nullptr);
        EXPECT_FALSE(row->summarised) << "described";
    }
    fails_now("nightly-1");
    run(minutes(2));
    expect_one_alert_of("rest");
}

// Whose it is would not change, whatever its tags and its description say.
TEST_F(twins, that_an_earlier_list_has_cost_a_later_one_nothing) {
    for (int i = 0; i < 5; ++i)
        runs(("b-" + std::to_string(i)).c_str());
    auto tagged = by_name("*");
    tagged.tags = {{"team", "vision"}};
    auto described = by_name("*");
    described.instance_type = {"ml.*"};
    for (const auto& filter : {tagged, described}) {
        begin(with_list(
            with_list(two_connections(), through("main", list_of("all", by_name("*")))),
            through("second", list_of("some", filter))
        ));
        run(minutes(2));
        aws.describes.clear();
        aws.tag_reads.clear();
        run(minutes(5));
        for (int i = 0; i < 5; ++i) {
            const auto name = "b-" + std::to_string(i);
            EXPECT_EQ(list_of_job(name.c_str()), "all");
            EXPECT_LE(aws.describes[name], 1) << name;
            EXPECT_EQ(aws.tag_reads[running(name).seen().arn], 0) << name;
        }
    }
}

}  // namespace
}  // namespace trainwatch::core::engine_twins_test
