#include "app/plan_report.hpp"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/limits.hpp"
#include "core/promise.hpp"
#include "domain/settings.hpp"

namespace trainwatch::app::plan_report_test {
namespace {

using testing::HasSubstr;
using testing::Not;

domain::settings config_with(std::vector<domain::watch_list_settings> lists) {
    domain::settings config;
    config.connections = {{.name = "research", .regions = {"eu-west-1"}}};
    config.watch_lists = std::move(lists);
    return config;
}

std::vector<std::string> names(int count) {
    std::vector<std::string> jobs;
    for (int i = 0; i < count; ++i)
        jobs.push_back("job-" + std::to_string(i));
    return jobs;
}

TEST(PlanReport, tells_of_named_jobs_exactly) {
    const auto report = plan_report(config_with({{.name = "a", .jobs = names(30)}}));
    EXPECT_THAT(
        report, HasSubstr("  research, eu-west-1: describes each job; nothing is listed\n")
    );
    EXPECT_THAT(report, HasSubstr("    budget: 2 describe calls a second\n"));
    EXPECT_THAT(report, HasSubstr("    jobs: 30 named\n"));
    EXPECT_THAT(report, HasSubstr("    staleness bound: 1m (a)\n"));
    EXPECT_THAT(report, HasSubstr("    1m can be kept\n"));
}

TEST(PlanReport, says_that_a_bound_cannot_be_kept_and_what_can) {
    auto config = config_with(
        {{.name = "a", .jobs = names(30), .staleness_bound = milliseconds(60'000)},
         {.name = "b", .jobs = {"x"}, .staleness_bound = milliseconds(1'000)}}
    );
    config.connections[0].discovery = domain::discovery_kind::none;
    const auto report = plan_report(config);
    // The strictest list decides.
    EXPECT_THAT(report, HasSubstr("    staleness bound: 1s (b)\n"));
    EXPECT_THAT(report, HasSubstr("    1s CANNOT be kept: "));
    EXPECT_THAT(report, HasSubstr("raise staleness_bound or the budget"));
}

TEST(PlanReport, lists_where_describes_cannot_do_and_says_why) {
    const auto report = plan_report(config_with({{.name = "a", .jobs = names(500)}}));
    EXPECT_THAT(
        report,
        HasSubstr("lists, and describes what has changed (more jobs are named than describes can "
                  "keep fresh)\n    budget: 1 list and 2 describe calls a second\n")
    );
    EXPECT_THAT(report, HasSubstr("    jobs: 500 named\n"));
    EXPECT_THAT(report, Not(HasSubstr("live jobs")));
}

TEST(PlanReport, tells_of_several_fleets_where_jobs_are_discovered) {
    const auto report = plan_report(config_with(
        {{.name = "night", .match = domain::job_filter{.name = {"n*"}}},
         {.name = "rest", .jobs = {"x"}, .match = domain::job_filter{.name = {"*"}}}}
    ));
    EXPECT_THAT(report, HasSubstr("    jobs: 1 named, others found by night, rest\n"));
    EXPECT_THAT(report, HasSubstr("\n          100 "));
    EXPECT_THAT(report, HasSubstr("\n        1,000 "));
    EXPECT_THAT(report, HasSubstr("\n       10,000 "));
    EXPECT_THAT(report, HasSubstr("    1m can be kept up to about "));
}

TEST(PlanReport, tells_of_few_named_jobs_that_go_before_many) {
    auto few = names(20);
    for (auto& name : few)
        name = "few-" + name;
    auto config = config_with(
        {{.name = "few", .jobs = few, .staleness_bound = milliseconds(30'000)},
         {.name = "many", .jobs = names(5'000), .staleness_bound = milliseconds(60'000)}}
    );
    const auto report = plan_report(config);
    EXPECT_THAT(
        report, HasSubstr("    30s (few) can be kept: 20 jobs are asked about before the others\n")
    );
    EXPECT_THAT(report, HasSubstr("    1m (many) CANNOT be kept: "));
    config.watch_lists[0].jobs = names(100);
    EXPECT_THAT(plan_report(config), HasSubstr("    30s (few) CANNOT be kept: "));
}

TEST(PlanReport, tells_how_many_discovered_jobs_may_go_before_others) {
    const auto report = plan_report(config_with(
        {{.name = "few",
          .match = domain::job_filter{.name = {"n*"}},
          .staleness_bound = milliseconds(30'000)},
         {.name = "rest", .match = domain::job_filter{.name = {"*"}}}}
    ));
    EXPECT_THAT(report, HasSubstr("30s can be kept for 20 among 1,000, 20 among 10,000 live jobs"));
    const auto one =
        plan_report(config_with({{.name = "a", .match = domain::job_filter{.name = {"*"}}}}));
    EXPECT_THAT(one, Not(HasSubstr("before these")));
}

// What is said of the limit is what the promise says on both sides of it.
TEST(PlanReport, names_the_number_of_jobs_at_which_the_promise_ends) {
    const auto report =
        plan_report(config_with({{.name = "a", .match = domain::job_filter{.name = {"*"}}}}));
    const std::string before = "can be kept up to about ";
    const auto at = report.find(before);
    ASSERT_NE(at, std::string::npos) << report;
    std::string digits = report.substr(at + before.size());
    digits.erase(digits.find(' '));
    std::erase(digits, ',');
    const auto kept = std::stoul(digits);
    const auto feasible = [](std::size_t live) {
        const core::lane_load load{
            live, core::expected_windows(live, limits::finished_per_live), 2, 1};
        return core::promise_of(load, domain::pace_kind::budget, milliseconds(60'000))
            .feasible_bound;
    };
    EXPECT_LE(feasible(kept), milliseconds(60'000));
    EXPECT_GT(feasible(kept + 1), milliseconds(60'000));
}

TEST(PlanReport, counts_the_tags_that_lists_need) {
    auto config = config_with(
        {{.name = "vision",
          .match = domain::job_filter{.tags = {{"team", "vision"}}},
          .labels_from_tags = {{"owner", "Owner"}}},
         {.name = "kept",
          .match = domain::job_filter{.name = {"k*"}},
          .exclude = {.tags = {{"scratch", "*"}}}},
         {.name = "rest",
          .match = domain::job_filter{.name = {"*"}},
          .labels_from_tags = {{"owner", "Owner"}}}}
    );
    EXPECT_THAT(
        plan_report(config),
        HasSubstr(
            "    tags: a ListTags for each new job that fits vision, kept otherwise, and that "
            "rest has, for labels: up to 120 new jobs a minute\n"
            "    when more are created, they wait for their turn\n"
        )
    );
    // A replica has its part only.
    config.process.replicas = 4;
    EXPECT_THAT(plan_report(config), HasSubstr("for labels: up to 30 new jobs a minute\n"));
    config.watch_lists.erase(config.watch_lists.begin(), config.watch_lists.begin() + 2);
    EXPECT_THAT(
        plan_report(config), HasSubstr("    tags: a ListTags for each new job that rest has, for")
    );
    config.watch_lists[0].labels_from_tags.clear();
    EXPECT_THAT(plan_report(config), Not(HasSubstr("ListTags")));
    // Those that are named are labelled, too.
    config.watch_lists = {
        {.name = "named", .jobs = {"a", "b"}, .labels_from_tags = {{"owner", "Owner"}}}};
    EXPECT_THAT(
        plan_report(config), HasSubstr("    tags: a ListTags for each new job that named has, for")
    );
    config.watch_lists[0].labels_from_tags.clear();
    EXPECT_THAT(plan_report(config), Not(HasSubstr("their turn")));
}

TEST(PlanReport, counts_the_describes_that_filters_need) {
    using filter = domain::job_filter;
    const std::vector<filter> dear{
        {.tuning_job = {"a"}},
        {.auto_ml_job = {"a"}},
        {.labeling_job = {"a"}},
        {.experiment = {"a"}},
        {.instance_type = {"ml.p5.*"}}};
    for (const auto& each : dear) {
        const std::string line =
            "    filters: a describe for each new job that fits some by name and status: up to 120 "
            "new jobs a minute, less what is described of others meanwhile\n";
        EXPECT_THAT(plan_report(config_with({{.name = "some", .match = each}})), HasSubstr(line));
        EXPECT_THAT(
            plan_report(config_with({{.name = "some", .match = filter{}, .exclude = each}})),
            HasSubstr(line)
        );
    }
    const filter cheap{.name = {"a*"}, .status = {"InProgress"}};
    EXPECT_THAT(
        plan_report(config_with({{.name = "some", .match = cheap}})), Not(HasSubstr("filters: "))
    );
}

// A list is told of where it looks, and nowhere else.
TEST(PlanReport, counts_what_decides_where_it_decides) {
    auto config = config_with(
        {{.name = "far",
          .regions = {"us-east-1"},
          .match = domain::job_filter{.tags = {{"a", "b"}}}},
         {.name = "near", .regions = {"eu-west-1"}, .match = domain::job_filter{.name = {"*"}}}}
    );
    config.connections[0].regions = {"eu-west-1", "us-east-1"};
    const auto report = plan_report(config);
    const auto first = report.find("ListTags");
    ASSERT_NE(first, std::string::npos) << report;
    EXPECT_EQ(report.find("ListTags", first + 1), std::string::npos) << report;
    EXPECT_GT(first, report.find("  research, us-east-1: "));
}

TEST(PlanReport, tells_a_replica_and_a_shard_of_their_part) {
    auto config = config_with({{.name = "a", .match = domain::job_filter{.name = {"*"}}}});
    config.process.replicas = 2;
    EXPECT_THAT(
        plan_report(config),
        HasSubstr("budget: 1 list and 2 describe calls a second, of which this replica, one of 2, "
                  "has 0.5 list and 1\n")
    );
    config.process = {.shard = 1, .shards = 2};
    const bool is_first = plan_report(config).find("has 1 of 1") != std::string::npos;
    config.process.shard = 2;
    EXPECT_THAT(
        plan_report(config),
        HasSubstr(
            is_first ? "  shard 2/2 has 0 of 1 connections and regions\n"
                     : "  shard 2/2 has 1 of 1 connections and regions\n"
        )
    );
}

TEST(PlanReport, says_where_calls_are_saved) {
    auto config = config_with({{.name = "a", .match = domain::job_filter{.name = {"*"}}}});
    config.connections[0].pace = domain::pace_kind::bound;
    EXPECT_THAT(plan_report(config), HasSubstr("; no more are made than the bound needs\n"));
}

}  // namespace
}  // namespace trainwatch::app::plan_report_test
