#include "core/claims.hpp"

#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "domain/watch_plan.hpp"

namespace trainwatch::core {

void PrintTo(const claim& value, std::ostream* out) {
    switch (value.answer) {
        case claim_answer::claimed:
            *out << "claimed by " << value.watch_list;
            return;
        case claim_answer::nobody:
            *out << "nobody's";
            return;
        case claim_answer::needs_details:
            *out << "needs details";
            return;
        case claim_answer::needs_tags:
            *out << "needs tags";
            return;
    }
}

namespace claims_test {
namespace {

using domain::job_filter;
using domain::primary_status;

// A list that discovers in the only lane there is.
struct list {
    std::string name;
    job_filter match;
    job_filter exclude{};
};

claims of(const std::vector<list>& lists) {
    domain::watch_plan plan;
    plan.lanes.resize(1);
    for (const auto& each : lists)
        plan.discovery.push_back({each.name, {lane_id{0}}, each.match, each.exclude});
    return claims(plan);
}

claim claimed(std::string list) {
    return {claim_answer::claimed, std::move(list)};
}
const claim nobody{};
// The list that would have it.
claim needs_details(std::string list) {
    return {claim_answer::needs_details, std::move(list)};
}
claim needs_tags(std::string list) {
    return {claim_answer::needs_tags, std::move(list)};
}

// A job as a list page tells it.
claim_facts job(std::string_view name) {
    return {lane_id{0}, name, primary_status::in_progress};
}

claim_facts described(claim_facts facts, const domain::observation& details) {
    facts.details = &details;
    return facts;
}

claim_facts tagged(claim_facts facts, const domain::label_map& tags) {
    facts.tags = &tags;
    return facts;
}

TEST(claims, are_nobodys_without_a_list) {
    EXPECT_EQ(of({}).decide(job("x")), nobody);
    EXPECT_EQ(claims(domain::watch_plan{}).decide(job("x")), nobody);
}

TEST(claims, take_every_job_by_one_star) {
    EXPECT_EQ(of({{"all", {.name = {"*"}}}}).decide(job("x")), claimed("all"));
}

TEST(claims, follow_the_name_by_any_of_several_globs_and_mind_the_case) {
    const auto rules = of({{"night", {.name = {"nightly-*", "?-night"}}}});
    EXPECT_EQ(rules.decide(job("nightly-7")), claimed("night"));
    EXPECT_EQ(rules.decide(job("a-night")), claimed("night"));
    EXPECT_EQ(rules.decide(job("Nightly-7")), nobody);
    EXPECT_EQ(rules.decide(job("a-nightly-7")), nobody);
}

TEST(claims, anchor_a_regular_expression_at_both_ends) {
    const auto rules = of({{"bert", {.name_regex = "bert|distilbert-[0-9]+"}}});
    EXPECT_EQ(rules.decide(job("bert")), claimed("bert"));
    EXPECT_EQ(rules.decide(job("distilbert-12")), claimed("bert"));
    EXPECT_EQ(rules.decide(job("bert-1")), nobody);
    EXPECT_EQ(rules.decide(job("my-bert")), nobody);
    EXPECT_EQ(rules.decide(job("BERT")), nobody);
}

TEST(claims, want_every_criterion) {
    const auto rules = of({{"a", {.name = {"n*"}, .name_regex = ".*[0-9]"}}});
    EXPECT_EQ(rules.decide(job("n1")), claimed("a"));
    EXPECT_EQ(rules.decide(job("n")), nobody);
    EXPECT_EQ(rules.decide(job("m1")), nobody);
}

TEST(claims, give_a_job_to_the_first_list_that_matches) {
    const auto rules = of({{"first", {.name = {"n*"}}}, {"rest", {.name = {"*"}}}});
    EXPECT_EQ(rules.decide(job("n1")), claimed("first"));
    EXPECT_EQ(rules.decide(job("m1")), claimed("rest"));
}

TEST(claims, leave_out_what_a_list_excludes_for_the_next_one) {
    const auto rules =
        of({{"night", {.name = {"nightly-*"}}, {.name = {"*-scratch-*"}}},
            {"rest", {.name = {"*"}}}});
    EXPECT_EQ(rules.decide(job("nightly-7")), claimed("night"));
    EXPECT_EQ(rules.decide(job("nightly-scratch-7")), claimed("rest"));
}

TEST(claims, exclude_only_what_every_criterion_of_the_exclusion_holds_for) {
    const auto rules = of({{"a", {.name = {"*"}}, {.name = {"s*"}, .name_regex = ".*[0-9]"}}});
    EXPECT_EQ(rules.decide(job("s1")), nobody);
    EXPECT_EQ(rules.decide(job("s")), claimed("a"));
}

TEST(claims, look_at_the_lane) {
    domain::watch_plan plan;
    plan.lanes.resize(3);
    plan.discovery = {
        {"a", {lane_id{1}}, {.name = {"*"}}, {}},
        {"b", {lane_id{0}, lane_id{1}}, {.name = {"*"}}, {}},
    };
    const claims rules(plan);
    auto facts = job("x");
    EXPECT_EQ(rules.decide(facts), claimed("b"));
    facts.lane = lane_id{1};
    EXPECT_EQ(rules.decide(facts), claimed("a"));
    facts.lane = lane_id{2};
    EXPECT_EQ(rules.decide(facts), nobody);
    facts.lane = lane_id{3};
    EXPECT_EQ(rules.decide(facts), nobody);
}

TEST(claims, look_at_the_status_that_the_job_has_now) {
    const auto rules = of({{"live", {.status = {"InProgress", "Stopping"}}}});
    EXPECT_EQ(rules.decide(job("x")), claimed("live"));
    auto facts = job("x");
    facts.status = primary_status::stopping;
    EXPECT_EQ(rules.decide(facts), claimed("live"));
    facts.status = primary_status::failed;
    EXPECT_EQ(rules.decide(facts), nobody);
    facts.status = primary_status::unknown;
    EXPECT_EQ(rules.decide(facts), nobody);
}

TEST(claims, ask_for_tags_only_of_jobs_that_the_rest_of_the_filter_takes) {
    const auto rules = of({{"vision", {.name = {"n*"}, .tags = {{"team", "vision*"}}}}});
    EXPECT_EQ(rules.decide(job("n1")), needs_tags("vision"));
    EXPECT_EQ(rules.decide(job("m1")), nobody);
    const domain::label_map vision{{"team", "vision-2"}, {"other", ""}};
    const domain::label_map speech{{"team", "speech"}};
    const domain::label_map none{};
    EXPECT_EQ(rules.decide(tagged(job("n1"), vision)), claimed("vision"));
    EXPECT_EQ(rules.decide(tagged(job("n1"), speech)), nobody);
    EXPECT_EQ(rules.decide(tagged(job("n1"), none)), nobody);
}

TEST(claims, want_every_tag_that_is_named) {
    const auto rules = of({{"a", {.tags = {{"team", "vision"}, {"stage", "*"}}}}});
    const domain::label_map both{{"team", "vision"}, {"stage", "prod"}};
    const domain::label_map one{{"team", "vision"}};
    EXPECT_EQ(rules.decide(tagged(job("x"), both)), claimed("a"));
    EXPECT_EQ(rules.decide(tagged(job("x"), one)), nobody);
}

// ListTags tells a tag without a value as an empty one: it is there.
TEST(claims, find_a_tag_that_has_no_value) {
    const auto rules = of({{"a", {.tags = {{"keep", "*"}}}}});
    const domain::label_map keep{{"keep", ""}};
    EXPECT_EQ(rules.decide(tagged(job("x"), keep)), claimed("a"));
}

TEST(claims, describe_only_jobs_whose_name_a_child_of_the_tuning_job_could_have) {
    const auto rules = of({{"hpo", {.tuning_job = {"tune-251123-0926"}}}});
    const std::string child = "tune-251123-0926-007-5f3a9c1b";
    EXPECT_EQ(rules.decide(job(child)), needs_details("hpo"));
    EXPECT_EQ(rules.decide(job("tune-251123-0926")), nobody);
    EXPECT_EQ(rules.decide(job("tune-251123-09267-001-5f3a9c1b")), nobody);
    EXPECT_EQ(rules.decide(job("resnet-2026-11-23")), nobody);
    domain::observation details;
    // A job that only looks like a child.
    EXPECT_EQ(rules.decide(described(job(child), details)), nobody);
    details.tuning_job = "tune-251123-0926";
    EXPECT_EQ(rules.decide(described(job(child), details)), claimed("hpo"));
}

// What was ruled out by its name is never described: the answer may not depend on whether somebody
// else had it described.
TEST(claims, say_the_same_of_a_name_before_and_after_its_describe) {
    const auto rules = of({{"hpo", {.tuning_job = {"hpo-*"}}}});
    domain::observation details;
    details.tuning_job = "hpo-42";
    EXPECT_EQ(rules.decide(job("unlike")), nobody);
    EXPECT_EQ(rules.decide(described(job("unlike"), details)), nobody);
    EXPECT_EQ(rules.decide(job("hpo-42-001-5f3a9c1b")), needs_details("hpo"));
}

// Two names of tuning jobs that differ in case only are the same to AWS.
TEST(claims, mind_no_case_in_the_names_of_the_jobs_that_started_a_job) {
    const auto rules = of({{"a", {.tuning_job = {"HPO-42"}}}, {"b", {.auto_ml_job = {"Auto"}}}});
    domain::observation details;
    details.tuning_job = "hpo-42";
    EXPECT_EQ(rules.decide(described(job("HPO-42-001-5f3a9c1b"), details)), claimed("a"));
    details.tuning_job = "Hpo-42";
    EXPECT_EQ(rules.decide(described(job("hpo-42-001-5f3a9c1b"), details)), claimed("a"));
    EXPECT_EQ(rules.decide(described(job("x"), {.auto_ml_job = "auTO"})), claimed("b"));
}

TEST(claims, take_children_of_any_tuning_job_and_no_others_by_a_star) {
    const auto rules = of({{"hpo", {.tuning_job = {"*"}}}});
    domain::observation details;
    EXPECT_EQ(rules.decide(described(job("a-1"), details)), nobody);
    details.tuning_job = "a";
    EXPECT_EQ(rules.decide(described(job("a-1"), details)), claimed("hpo"));
}

TEST(claims, ask_for_a_describe_for_what_only_that_tells) {
    const std::vector<std::pair<job_filter, domain::observation>> cases{
        {{.auto_ml_job = {"auto-*"}}, {.auto_ml_job = "auto-1"}},
        {{.labeling_job = {"label-*"}}, {.labeling_job = "label-1"}},
        {{.experiment = {"exp-?"}}, {.experiment = "exp-1"}},
        {{.instance_type = {"ml.p4*"}},
         {.instances = {{"ml.m5.large", 1, "a"}, {"ml.p4d.24xlarge", 2, "b"}}}},
    };
    for (const auto& [filter, details] : cases) {
        const auto rules = of({{"a", filter}});
        EXPECT_EQ(rules.decide(job("x")), needs_details("a"));
        EXPECT_EQ(rules.decide(described(job("x"), details)), claimed("a"));
        EXPECT_EQ(rules.decide(described(job("x"), {})), nobody);
    }
}

TEST(claims, ask_nothing_of_a_job_that_is_excluded_by_its_name) {
    const auto rules = of(
        {{"a",
          {.tags = {{"team", "vision"}}, .instance_type = {"ml.p4*"}},
          {.name = {"scratch-*"}}}}
    );
    EXPECT_EQ(rules.decide(job("scratch-1")), nobody);
    EXPECT_EQ(rules.decide(job("x")), needs_details("a"));
}

TEST(claims, ask_for_the_exclusion_only_where_the_match_holds) {
    const auto rules = of({{"a", {.name = {"n*"}}, {.name = {"*1"}, .tags = {{"team", "x"}}}}});
    EXPECT_EQ(rules.decide(job("m1")), nobody);
    EXPECT_EQ(rules.decide(job("n2")), claimed("a"));
    EXPECT_EQ(rules.decide(job("n1")), needs_tags("a"));
    const domain::label_map x{{"team", "x"}};
    const domain::label_map y{{"team", "y"}};
    EXPECT_EQ(rules.decide(tagged(job("n1"), x)), nobody);
    EXPECT_EQ(rules.decide(tagged(job("n1"), y)), claimed("a"));
}

// A job that is claimed is described anyway; its tags are read for this alone.
TEST(claims, ask_for_details_before_tags) {
    const auto rules =
        of({{"a", {.tags = {{"team", "x"}}, .instance_type = {"ml.p4*"}}},
            {"b", {.name = {"n*"}, .tags = {{"team", "y"}}}, {.experiment = {"e"}}}});
    EXPECT_EQ(rules.decide(job("n1")), needs_details("a"));
    domain::observation details;
    details.experiment = "f";
    // The first list has dropped out by its details, so that only the second asks for tags.
    EXPECT_EQ(rules.decide(described(job("m1"), details)), nobody);
    EXPECT_EQ(rules.decide(described(job("n1"), details)), needs_tags("b"));
    details.experiment = "e";
    EXPECT_EQ(rules.decide(described(job("n1"), details)), nobody);
}

TEST(claims, let_a_later_list_wait_for_an_earlier_one_that_may_still_match) {
    const auto rules = of({{"vision", {.tags = {{"team", "vision"}}}}, {"rest", {.name = {"*"}}}});
    EXPECT_EQ(rules.decide(job("x")), needs_tags("vision"));
    const domain::label_map speech{{"team", "speech"}};
    EXPECT_EQ(rules.decide(tagged(job("x"), speech)), claimed("rest"));
}

TEST(claims, ask_nothing_for_a_list_behind_the_one_that_has_the_job) {
    const auto rules = of({{"all", {.name = {"*"}}}, {"vision", {.tags = {{"team", "vision"}}}}});
    EXPECT_EQ(rules.decide(job("x")), claimed("all"));
}

TEST(claims, outlive_the_plan_and_move) {
    auto rules = of({{"night", {.name = {"nightly-*"}, .name_regex = ".*[0-9]"}}});
    auto moved = std::move(rules);
    EXPECT_EQ(moved.decide(job("nightly-7")), claimed("night"));
    rules = of({});
    EXPECT_EQ(rules.decide(job("nightly-7")), nobody);
}

}  // namespace
}  // namespace claims_test
}  // namespace trainwatch::core
