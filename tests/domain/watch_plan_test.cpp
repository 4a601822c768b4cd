#include "domain/watch_plan.hpp"

#include <gtest/gtest.h>

namespace trainwatch::domain {
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
        plan.endpoints[1], (endpoint{"main", receiver_kind::alertmanager, "http://am-2:9093"})
    );
    EXPECT_EQ(plan.endpoints[2].kind, receiver_kind::webhook);
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

}  // namespace
}  // namespace trainwatch::domain
