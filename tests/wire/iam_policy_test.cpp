#include "wire/iam_policy.hpp"

#include <algorithm>

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace trainwatch::wire::iam_policy_test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

policy_request watching(std::map<std::string, std::set<std::string>> jobs) {
    policy_request request;
    request.connection = "research";
    request.account_id = "444455556666";
    request.jobs = std::move(jobs);
    return request;
}

std::vector<std::string> resources_of(const iam_policy& policy) {
    std::vector<std::string> all;
    const auto document = boost::json::parse(policy.document);
    for (const auto& each : document.at("Statement").at(0).at("Resource").as_array())
        all.emplace_back(each.as_string());
    return all;
}

TEST(iam_policy, allows_to_describe_the_watched_jobs_and_nothing_else) {
    const auto policies = iam_policies(watching({{"eu-west-1", {"bert", "resnet"}}}));
    ASSERT_THAT(policies, SizeIs(1));
    EXPECT_EQ(policies[0].heading, "connection research: for its keys");
    EXPECT_THAT(policies[0].notes, IsEmpty());
    EXPECT_EQ(policies[0].document, R"({
  "Version": "2012-10-17",
  "Statement": [
    {
      "Sid": "DescribeWatchedJobs",
      "Effect": "Allow",
      "Action": "sagemaker:DescribeTrainingJob",
      "Resource": [
        "arn:aws:sagemaker:eu-west-1:444455556666:training-job/bert",
        "arn:aws:sagemaker:eu-west-1:444455556666:training-job/resnet"
      ]
    }
  ]
}
)");
    EXPECT_EQ(boost::json::parse(policies[0].document).at("Statement").as_array().size(), 1U);
}

TEST(iam_policy, knows_the_partitions) {
    const auto of = [](const char* region) {
        return resources_of(iam_policies(watching({{region, {"a"}}})).at(0)).at(0);
    };
    EXPECT_THAT(of("cn-north-1"), HasSubstr("arn:aws-cn:sagemaker:cn-north-1:"));
    EXPECT_THAT(of("us-gov-west-1"), HasSubstr("arn:aws-us-gov:"));
    EXPECT_THAT(of("us-isob-east-1"), HasSubstr("arn:aws-iso-b:"));
    EXPECT_THAT(of("us-iso-east-1"), HasSubstr("arn:aws-iso:"));
    EXPECT_THAT(of("eusc-de-east-1"), HasSubstr("arn:aws-eusc:"));
    EXPECT_THAT(of("us-east-1"), HasSubstr("arn:aws:"));
}

// Some of SageMaker's ARNs are in lower case, and a policy tells cases apart.
TEST(iam_policy, spells_a_name_both_ways) {
    EXPECT_THAT(
        resources_of(iam_policies(watching({{"eu-west-1", {"ResNet"}}})).at(0)),
        ElementsAre(
            "arn:aws:sagemaker:eu-west-1:444455556666:training-job/ResNet",
            "arn:aws:sagemaker:eu-west-1:444455556666:training-job/resnet"
        )
    );
}

TEST(iam_policy, says_which_account_has_to_be_filled_in) {
    auto request = watching({{"eu-west-1", {"a"}}});
    request.account_id.clear();
    const auto policy = iam_policies(request).at(0);
    EXPECT_THAT(policy.document, HasSubstr(":111122223333:training-job/a"));
    EXPECT_THAT(policy.notes, ElementsAre(HasSubstr("replace 111122223333")));
}

TEST(iam_policy, for_roles_is_one_more_for_each_of_who_takes_it_on) {
    const std::string first = "arn:aws:iam::111122223333:role/base";
    const std::string second = "arn:aws:iam::444455556666:role/watch";
    auto request = watching({{"eu-west-1", {"a"}}});
    request.roles = {first, second};
    const auto policies = iam_policies(request);
    ASSERT_THAT(policies, SizeIs(3));
    EXPECT_THAT(policies[0].document, HasSubstr("\"sts:AssumeRole\""));
    EXPECT_THAT(resources_of(policies[0]), ElementsAre(first));
    EXPECT_EQ(policies[0].heading, "connection research: for its keys, to take on " + first);
    EXPECT_THAT(policies[0].notes, ElementsAre(HasSubstr("trust policy")));
    EXPECT_THAT(resources_of(policies[1]), ElementsAre(second));
    EXPECT_EQ(policies[1].heading, "connection research: for " + first + ", to take on " + second);
    EXPECT_EQ(policies[2].heading, "connection research: for " + second);
    EXPECT_THAT(resources_of(policies[2]), SizeIs(1));
}

TEST(iam_policy, that_would_be_too_large_allows_a_prefix_and_says_so) {
    std::set<std::string> names;
    for (int i = 0; i < 500; ++i)
        names.insert("Nightly-" + std::to_string(i));
    const auto policy =
        iam_policies(watching({{"eu-west-1", names}, {"us-east-1", {"a", "b"}}})).at(0);
    EXPECT_THAT(
        resources_of(policy),
        ElementsAre(
            "arn:aws:sagemaker:eu-west-1:444455556666:training-job/Nightly-*",
            "arn:aws:sagemaker:eu-west-1:444455556666:training-job/nightly-*",
            "arn:aws:sagemaker:us-east-1:444455556666:training-job/*"
        )
    );
    EXPECT_THAT(policy.notes, ElementsAre(HasSubstr("6,144")));
    const auto spaces = std::count(policy.document.begin(), policy.document.end(), ' ');
    EXPECT_LE(policy.document.size() - static_cast<std::size_t>(spaces), 6'144U);
}

boost::json::array statements_of(const iam_policy& policy) {
    return boost::json::parse(policy.document).at("Statement").as_array();
}

TEST(iam_policy, allows_to_list_where_jobs_are_listed) {
    auto request = watching({{"eu-west-1", {"a"}}});
    request.lists = {"eu-west-1", "us-east-1"};
    const auto policies = iam_policies(request);
    ASSERT_THAT(policies, SizeIs(1));
    EXPECT_EQ(policies[0].document, R"({
  "Version": "2012-10-17",
  "Statement": [
    {
      "Sid": "DescribeWatchedJobs",
      "Effect": "Allow",
      "Action": "sagemaker:DescribeTrainingJob",
      "Resource": [
        "arn:aws:sagemaker:eu-west-1:444455556666:training-job/a"
      ]
    },
    {
      "Sid": "ListJobs",
      "Effect": "Allow",
      "Action": "sagemaker:ListTrainingJobs",
      "Resource": [
        "*"
      ],
      "Condition": {"StringEquals": {"aws:RequestedRegion": [
        "eu-west-1",
        "us-east-1"
      ]}}
    }
  ]
}
)");
    EXPECT_THAT(policies[0].notes, ElementsAre(HasSubstr("cannot be narrowed")));
}

TEST(iam_policy, allows_to_read_tags_of_what_needs_them) {
    auto request = watching({{"eu-west-1", {"a", "Vision-*"}}});
    request.tags = {{"eu-west-1", {"Vision-*"}}};
    const auto all = statements_of(iam_policies(request).at(0));
    ASSERT_EQ(all.size(), 2U);
    EXPECT_EQ(all[1].at("Action"), "sagemaker:ListTags");
    EXPECT_EQ(
        all[1].at("Resource"),
        (boost::json::array{
            "arn:aws:sagemaker:eu-west-1:444455556666:training-job/Vision-*",
            "arn:aws:sagemaker:eu-west-1:444455556666:training-job/vision-*"})
    );
}

TEST(iam_policy, that_allows_all_jobs_names_none_beside) {
    EXPECT_THAT(
        resources_of(iam_policies(watching({{"eu-west-1", {"a", "b-*", "*"}}})).at(0)),
        ElementsAre("arn:aws:sagemaker:eu-west-1:444455556666:training-job/*")
    );
}

TEST(iam_policy, that_would_be_too_large_begins_where_its_patterns_begin) {
    std::set<std::string> names{"nightly-*-x"};
    for (int i = 0; i < 500; ++i)
        names.insert("nightly-*-" + std::to_string(i));
    EXPECT_THAT(
        resources_of(iam_policies(watching({{"eu-west-1", names}})).at(0)),
        ElementsAre("arn:aws:sagemaker:eu-west-1:444455556666:training-job/nightly-*")
    );
}

TEST(iam_policy, of_a_connection_that_nothing_uses_is_none) {
    EXPECT_THAT(iam_policies(watching({})), IsEmpty());
}

TEST(iam_policy, asks_for_what_the_plan_has_of_this_connection) {
    domain::watch_plan plan;
    plan.lanes = {{"research", "eu-west-1", {}}, {"product", "eu-west-1", {}}};
    plan.targets = {{lane_id{0}, "a", "l"}, {lane_id{1}, "b", "l"}, {lane_id{0}, "c", "l"}};
    const auto request = policy_request_for("research", plan);
    EXPECT_EQ(
        request.jobs, (std::map<std::string, std::set<std::string>>{{"eu-west-1", {"a", "c"}}})
    );
}

domain::watch_plan discovering() {
    domain::watch_plan plan;
    plan.lanes = {{"research", "eu-west-1", {}, true}, {"product", "us-east-1", {}, true}};
    return plan;
}

TEST(iam_policy, asks_for_what_discovery_may_describe) {
    auto plan = discovering();
    plan.lanes.push_back({"research", "us-east-1", {}, false});
    plan.targets = {{lane_id{2}, "a", "named"}};
    plan.discovery = {
        {"vision", {lane_id{0}}, {.name = {"vision-*", "cv-?"}}, {.name = {"vision-old-*"}}},
        {"tuned", {lane_id{0}}, {.tuning_job = {"hpo-?"}}, {}},
        {"never", {lane_id{0}}, {.name = {"${aws:username}-*", "a_*"}}, {}}};
    const auto request = policy_request_for("research", plan);
    EXPECT_EQ(
        request.jobs,
        (std::map<std::string, std::set<std::string>>{
            {"eu-west-1", {"cv-?", "hpo-?-*", "vision-*"}}, {"us-east-1", {"a"}}})
    );
    EXPECT_THAT(request.tags, IsEmpty());
    EXPECT_THAT(request.lists, ElementsAre("eu-west-1"));
}

TEST(iam_policy, asks_for_all_jobs_where_a_list_does_not_narrow_by_name) {
    auto plan = discovering();
    plan.discovery = {
        {"vision", {lane_id{0}, lane_id{1}}, {.name = {"vision-*"}}, {}},
        {"big", {lane_id{0}}, {.instance_type = {"ml.p5.*"}}, {}}};
    EXPECT_THAT(
        resources_of(iam_policies(policy_request_for("research", plan)).at(0)),
        ElementsAre("arn:aws:sagemaker:eu-west-1:111122223333:training-job/*")
    );
    EXPECT_THAT(policy_request_for("product", plan).jobs.at("us-east-1"), ElementsAre("vision-*"));
}

TEST(iam_policy, asks_for_tags_where_a_list_looks_at_them) {
    const std::map<std::string, std::set<std::string>> vision{{"eu-west-1", {"vision-*"}}};
    const domain::job_filter by_name{.name = {"vision-*"}};
    auto plan = discovering();
    plan.discovery = {{"vision", {lane_id{0}}, by_name, {}}};
    EXPECT_THAT(policy_request_for("research", plan).tags, IsEmpty());
    plan.discovery[0].exclude.tags = {{"watch", "no"}};
    EXPECT_EQ(policy_request_for("research", plan).tags, vision);
    plan.discovery[0].exclude = {};
    plan.discovery[0].match.tags = {{"team", "v*"}};
    EXPECT_EQ(policy_request_for("research", plan).tags, vision);
    plan.discovery[0].match = by_name;
    plan.lists["vision"].labels_from_tags = {{"owner", "Owner"}};
    EXPECT_EQ(policy_request_for("research", plan).tags, vision);
    plan.targets = {{lane_id{0}, "a", "vision"}, {lane_id{0}, "b", "other"}};
    EXPECT_THAT(
        policy_request_for("research", plan).tags.at("eu-west-1"), ElementsAre("a", "vision-*")
    );
}

}  // namespace
}  // namespace trainwatch::wire::iam_policy_test
