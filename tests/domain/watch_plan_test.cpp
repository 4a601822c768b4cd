#include "domain/watch_plan.hpp"

#include <map>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace trainwatch::domain::watch_plan_test {
namespace {

settings two_connections() {
    settings config;
    config.connections = {
        {.name = "research", .regions = {"eu-west-1", "us-east-1"}},
        {.name = "product", .regions = {"eu-west-1"}, .budget = {.describe_per_second = 5}},
    };
    return config;
}

TEST(watch_plan, has_one_lane_a_connection_and_region_that_a_list_uses) {
    auto config = two_connections();
    config.watch_lists = {
        {.name = "a", .connections = {"research"}, .regions = {"eu-west-1"}, .jobs = {"x"}},
        {.name = "b", .jobs = {"y"}},
    };
    const auto plan = make_watch_plan(config);
    ASSERT_EQ(plan.lanes.size(), 3U);
    EXPECT_EQ(plan.lanes[0], (lane{"research", "eu-west-1", {}}));
    EXPECT_EQ(plan.lanes[1], (lane{"research", "us-east-1", {}}));
    EXPECT_EQ(plan.lanes[2], (lane{"product", "eu-west-1", {.describe_per_second = 5}}));
    ASSERT_EQ(plan.targets.size(), 4U);
    EXPECT_EQ(plan.targets[0], (target{lane_id{0}, "x", "a"}));
    EXPECT_EQ(plan.targets[1], (target{lane_id{0}, "y", "b"}));
}

TEST(watch_plan, gives_a_job_to_the_first_list_that_names_it) {
    auto config = two_connections();
    config.watch_lists = {
        {.name = "first", .connections = {"product"}, .jobs = {"x"}},
        {.name = "second", .connections = {"product"}, .jobs = {"x", "y"}},
    };
    const auto plan = make_watch_plan(config);
    ASSERT_EQ(plan.targets.size(), 2U);
    EXPECT_EQ(plan.targets[0].watch_list, "first");
    EXPECT_EQ(plan.targets[1], (target{lane_id{0}, "y", "second"}));
}

TEST(watch_plan, has_an_endpoint_for_each_url_of_each_receiver) {
    auto config = two_connections();
    config.receivers = {
        {"main", receiver_kind::alertmanager, {"http://am-1:9093", "http://am-2:9093"}},
        {"hook", receiver_kind::webhook, {"http://hook/"}},
    };
    const auto plan = make_watch_plan(config);
    ASSERT_EQ(plan.endpoints.size(), 3U);
    EXPECT_EQ(
        plan.endpoints[1],
        (endpoint{
            .receiver = "main",
            .kind = receiver_kind::alertmanager,
            .url = "http://am-2:9093",
            .can_tell = true})
    );
    EXPECT_EQ(plan.endpoints[2].kind, receiver_kind::webhook);
    EXPECT_FALSE(plan.endpoints[2].can_tell);
}

TEST(watch_plan, knows_the_labels_and_metrics_of_each_list) {
    auto config = two_connections();
    config.watch_lists = {
        {.name = "a", .jobs = {"x"}, .labels = {{"team", "vision"}}, .metrics = {.phases = true}},
        {.name = "b", .jobs = {"y"}},
    };
    const auto plan = make_watch_plan(config);
    EXPECT_EQ(plan.traits("a"), (list_traits{{{"team", "vision"}}, {.phases = true}}));
    EXPECT_EQ(plan.traits("b"), list_traits{});
    EXPECT_EQ(plan.traits("of an earlier configuration"), list_traits{});
}

TEST(watch_plan, lets_the_labels_of_a_list_win_over_the_global_ones) {
    auto config = two_connections();
    config.global.labels = {{"team", "platform"}, {"site", "north"}};
    config.watch_lists = {{.name = "a", .jobs = {"x"}, .labels = {{"team", "vision"}}}};
    const auto plan = make_watch_plan(config);
    EXPECT_EQ(plan.alert_labels("a"), (label_map{{"team", "vision"}, {"site", "north"}}));
    EXPECT_EQ(plan.alert_labels("gone"), config.global.labels);
}

TEST(watch_plan, keeps_the_bound_and_the_tag_labels_of_each_list) {
    auto config = two_connections();
    config.global.staleness_bound = milliseconds(30'000);
    config.watch_lists = {
        {.name = "a", .jobs = {"x"}, .labels_from_tags = {{"owner", "Owner"}}},
        {.name = "b", .jobs = {"y"}, .staleness_bound = milliseconds(5'000)},
    };
    const auto plan = make_watch_plan(config);
    EXPECT_EQ(plan.traits("a").staleness_bound, milliseconds(30'000));
    EXPECT_EQ(plan.traits("a").labels_from_tags, (label_map{{"owner", "Owner"}}));
    EXPECT_EQ(plan.traits("b").staleness_bound, milliseconds(5'000));
}

TEST(watch_plan, has_a_rule_for_each_list_that_discovers_in_the_order_of_the_lists) {
    auto config = two_connections();
    const job_filter nightly{.name = {"nightly-*"}};
    const job_filter scratch{.name = {"*-scratch"}};
    config.watch_lists = {
        {.name = "night", .connections = {"product"}, .match = nightly, .exclude = scratch},
        {.name = "explicit", .connections = {"product"}, .jobs = {"x"}},
        {.name = "rest", .match = job_filter{.name = {"*"}}},
    };
    const auto plan = make_watch_plan(config);
    ASSERT_EQ(plan.discovery.size(), 2U);
    EXPECT_EQ(plan.discovery[0], (discovery_rule{"night", {lane_id{0}}, nightly, scratch}));
    EXPECT_EQ(plan.discovery[1].watch_list, "rest");
    EXPECT_EQ(plan.discovery[1].lanes, (std::vector{lane_id{0}, lane_id{1}, lane_id{2}}));
    EXPECT_EQ(plan.targets.size(), 1U);
}

// Of each lane: whether ListTrainingJobs is called there.
std::vector<bool> listing(const settings& config) {
    std::vector<bool> lists;
    for (const auto& lane : make_watch_plan(config).lanes)
        lists.push_back(lane.lists);
    return lists;
}

TEST(watch_plan, lists_where_a_list_discovers_and_nowhere_else) {
    auto config = two_connections();
    config.watch_lists = {
        {.name = "found", .connections = {"research"}, .match = job_filter{.name = {"*"}}},
        {.name = "named", .connections = {"product"}, .jobs = {"x"}},
    };
    EXPECT_EQ(listing(config), (std::vector{true, true, false}));
}

TEST(watch_plan, lists_where_describes_cannot_keep_the_named_jobs_fresh) {
    auto config = two_connections();
    config.connections[0].budget.describe_per_second = 2;
    config.connections[1].budget.describe_per_second = 2;
    config.watch_lists = {{.name = "named", .regions = {"eu-west-1"}}};
    auto& jobs = config.watch_lists[0].jobs;
    for (int i = 0; i < 60; ++i)
        jobs.push_back("job-" + std::to_string(i));
    // Sixty jobs each half a minute are two describes a second.
    EXPECT_EQ(listing(config), (std::vector{false, false}));
    jobs.emplace_back("one-more");
    EXPECT_EQ(listing(config), (std::vector{true, true}));
    config.connections[1].discovery = discovery_kind::none;
    EXPECT_EQ(listing(config), (std::vector{true, false}));
    // A list that asks for less leaves more to the other.
    config.watch_lists[0].staleness_bound = milliseconds(120'000);
    EXPECT_EQ(listing(config), (std::vector{false, false}));
    // Of three replicas each has a third of the budget.
    config.process.replicas = 3;
    EXPECT_EQ(listing(config), (std::vector{true, false}));
}

TEST(watch_plan, divides_the_budgets_by_the_replicas) {
    auto config = two_connections();
    config.process = {.replicas = 2, .replica = "a"};
    config.watch_lists = {{.name = "a", .jobs = {"x"}}};
    const auto plan = make_watch_plan(config);
    EXPECT_EQ(plan.replica, "a");
    EXPECT_EQ(plan.lanes[0].budget, (budget_settings{1, 0.5}));
    EXPECT_EQ(plan.lanes[2].budget, (budget_settings{2.5, 0.5}));
}

TEST(watch_plan, takes_the_pace_of_the_connection) {
    auto config = two_connections();
    config.connections[1].pace = pace_kind::bound;
    config.watch_lists = {{.name = "a", .jobs = {"x"}}};
    const auto plan = make_watch_plan(config);
    EXPECT_EQ(plan.lanes[0].pace, pace_kind::budget);
    EXPECT_EQ(plan.lanes[2].pace, pace_kind::bound);
}

TEST(watch_plan, shares_out_the_lanes_so_that_each_is_exactly_one_shards) {
    settings config;
    for (int i = 0; i < 40; ++i)
        config.connections.push_back({"team-" + std::to_string(i), {"eu-west-1", "us-east-1"}});
    config.watch_lists = {{.name = "a", .jobs = {"x"}, .match = job_filter{.name = {"*"}}}};
    const auto whole = make_watch_plan(config);
    ASSERT_EQ(whole.lanes.size(), 80U);
    std::map<std::pair<std::string, std::string>, int> seen;
    config.process.shards = 4;
    for (config.process.shard = 1; config.process.shard <= 4; ++config.process.shard) {
        const auto part = make_watch_plan(config);
        // A shard without work would be no use.
        EXPECT_GE(part.lanes.size(), 10U) << config.process.shard;
        EXPECT_EQ(part.targets.size(), part.lanes.size());
        ASSERT_EQ(part.discovery.size(), 1U);
        EXPECT_EQ(part.discovery[0].lanes.size(), part.lanes.size());
        for (const auto& lane : part.lanes)
            ++seen[{lane.connection, lane.region}];
    }
    EXPECT_EQ(seen.size(), 80U);
    for (const auto& [lane, shards] : seen)
        EXPECT_EQ(shards, 1) << lane.first << "/" << lane.second;
}

// The place of a lane must not move with a release: it would be watched twice, or by nobody, while
// the shards are updated one after the other.
TEST(watch_plan, gives_a_lane_to_the_same_shard_for_ever) {
    struct place {
        const char* connection;
        const char* region;
        unsigned of_two;
        unsigned of_four;
        unsigned of_seven;
    };
    // splitmix64's last step over FNV-1a of "connection/region", computed elsewhere.
    const std::vector<place> places{
        {"default", "eu-west-1", 2, 4, 2},
        {"default", "us-east-1", 1, 3, 5},
        {"default", "ap-southeast-2", 1, 3, 3},
        {"research", "eu-west-1", 2, 4, 4},
        {"research", "us-east-1", 2, 2, 1},
        {"research", "ap-southeast-2", 2, 2, 3},
        {"product", "eu-west-1", 2, 2, 6},
        {"product", "us-east-1", 1, 1, 7},
        {"product", "ap-southeast-2", 2, 4, 4},
        {"north-1", "eu-west-1", 2, 4, 2},
        {"north-1", "us-east-1", 2, 2, 3},
        {"north-1", "ap-southeast-2", 2, 4, 4},
    };
    const auto shard_of = [](const place& at, unsigned shards) {
        std::vector<unsigned> owners;
        for (unsigned shard = 1; shard <= shards; ++shard) {
            if (is_ours({.shard = shard, .shards = shards}, at.connection, at.region)) {
                owners.push_back(shard);
            }
        }
        return owners;
    };
    for (const auto& at : places) {
        SCOPED_TRACE(std::string(at.connection) + "/" + at.region);
        EXPECT_EQ(shard_of(at, 2), std::vector{at.of_two});
        EXPECT_EQ(shard_of(at, 4), std::vector{at.of_four});
        EXPECT_EQ(shard_of(at, 7), std::vector{at.of_seven});
    }
}

class succession : public testing::Test {
protected:
    static watch_plan plan_of(std::vector<std::string> regions, std::vector<std::string> urls) {
        settings config;
        config.connections = {{"c", std::move(regions)}};
        config.watch_lists = {{.name = "a", .jobs = {"x"}, .match = job_filter{.name = {"*"}}}};
        config.receivers = {{"main", receiver_kind::alertmanager, std::move(urls)}};
        return make_watch_plan(config);
    }
};

TEST_F(succession, keeps_the_numbers_of_what_stays) {
    const auto former = plan_of({"eu-west-1", "us-east-1"}, {"http://a/", "http://b/"});
    const auto next =
        succeed(former, plan_of({"ap-south-1", "us-east-1"}, {"http://c/", "http://b/"}));
    ASSERT_EQ(next.lanes.size(), 3U);
    EXPECT_EQ(next.lanes[0].region, "eu-west-1");
    EXPECT_TRUE(next.lanes[0].gone);
    EXPECT_EQ(next.lanes[1].region, "us-east-1");
    EXPECT_FALSE(next.lanes[1].gone);
    EXPECT_EQ(next.lanes[2].region, "ap-south-1");
    EXPECT_FALSE(next.lanes[2].gone);
    EXPECT_EQ(next.targets, (std::vector<target>{{lane_id{2}, "x", "a"}, {lane_id{1}, "x", "a"}}));
    EXPECT_EQ(next.discovery[0].lanes, (std::vector{lane_id{1}, lane_id{2}}));
    ASSERT_EQ(next.endpoints.size(), 3U);
    EXPECT_TRUE(next.endpoints[0].gone);
    EXPECT_EQ(next.endpoints[1].url, "http://b/");
    EXPECT_FALSE(next.endpoints[1].gone);
    EXPECT_EQ(next.endpoints[2].url, "http://c/");
}

TEST_F(succession, takes_what_is_new_of_a_lane_that_stays) {
    const auto former = plan_of({"eu-west-1"}, {"http://a/"});
    auto other = plan_of({"eu-west-1"}, {"http://a/"});
    other.lanes[0].budget.list_per_second = 0.25;
    EXPECT_EQ(succeed(former, other).lanes, other.lanes);
    EXPECT_EQ(succeed(former, former), former);
}

TEST_F(succession, gives_what_comes_back_a_new_number) {
    const auto former = plan_of({"eu-west-1", "us-east-1"}, {"http://a/"});
    const auto without = succeed(former, plan_of({"us-east-1"}, {"http://a/"}));
    const auto again = succeed(without, plan_of({"us-east-1", "eu-west-1"}, {"http://a/"}));
    ASSERT_EQ(again.lanes.size(), 3U);
    EXPECT_TRUE(again.lanes[0].gone);
    EXPECT_EQ(again.lanes[2].region, "eu-west-1");
    EXPECT_FALSE(again.lanes[2].gone);
    EXPECT_EQ(again.discovery[0].lanes, (std::vector{lane_id{1}, lane_id{2}}));
}

}  // namespace
}  // namespace trainwatch::domain::watch_plan_test
