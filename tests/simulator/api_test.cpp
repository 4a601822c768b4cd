#include "tests/simulator/api.hpp"

#include <set>

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/simulator/scenario.hpp"

namespace trainwatch::simulator::api_test {
namespace {

namespace json = boost::json;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr wall_time start = from_unix_milliseconds(1'795'000'000'123);

class Api : public testing::Test {
protected:
    void play(std::string_view scenario_text, double speed = 60) {
        auto read = read_scenario(scenario_text, "test", "eu-west-1");
        ASSERT_THAT(read.errors, IsEmpty());
        jobs_.emplace(timeline(start, speed), "111122223333");
        for (auto& plan : read.plans)
            jobs_->add(std::move(plan));
    }

    api_result<std::string> ask(
        std::string_view operation, std::string_view body, milliseconds after = {}
    ) {
        return perform(operation, body, *jobs_, "eu-west-1", options_, start + after);
    }

    json::object answer(
        std::string_view operation, std::string_view body, milliseconds after = {}
    ) {
        const auto got = ask(operation, body, after);
        EXPECT_TRUE(got.has_value()) << (got ? "" : got.error().type + ": " + got.error().message);
        return got ? json::parse(*got).as_object() : json::object();
    }

    api_error refusal(std::string_view operation, std::string_view body) {
        const auto got = ask(operation, body);
        EXPECT_FALSE(got.has_value());
        return got ? api_error{} : got.error();
    }

    std::vector<std::string> names(const json::object& page) {
        std::vector<std::string> list;
        for (const auto& job : page.at("TrainingJobSummaries").as_array()) {
            list.emplace_back(job.at("TrainingJobName").as_string());
        }
        return list;
    }

    std::optional<fleet> jobs_;
    api_options options_;
};

TEST_F(Api, describes_a_job_and_leaves_out_what_is_not_there_yet) {
    play("jobs: [{name: a, kind: completed}]");
    const auto early = answer("DescribeTrainingJob", R"({"TrainingJobName":"a"})");
    EXPECT_EQ(early.at("TrainingJobName"), "a");
    EXPECT_EQ(
        early.at("TrainingJobArn"), "arn:aws:sagemaker:eu-west-1:111122223333:training-job/a"
    );
    EXPECT_EQ(early.at("OutputDataConfig").at("KmsKeyId"), "");
    EXPECT_EQ(early.at("StoppingCondition").at("MaxRuntimeInSeconds"), 1440);
    for (const auto* absent :
         {"ModelArtifacts",
          "FailureReason",
          "TrainingStartTime",
          "TrainingEndTime",
          "TrainingTimeInSeconds",
          "BillableTimeInSeconds",
          "TuningJobArn",
          "WarmPoolStatus",
          "DebugRuleEvaluationStatuses"}) {
        EXPECT_FALSE(early.contains(absent)) << absent;
    }
    EXPECT_FALSE(early.at("SecondaryStatusTransitions").at(0).as_object().contains("EndTime"));
    const auto late = answer("DescribeTrainingJob", R"({"TrainingJobName":"a"})", seconds(60));
    EXPECT_TRUE(late.contains("ModelArtifacts"));
    EXPECT_EQ(late.at("BillableTimeInSeconds"), 22);
}

TEST_F(Api, times_are_plain_decimals_with_milliseconds) {
    play("jobs: [{name: a, kind: completed}]");
    const auto got = ask("DescribeTrainingJob", R"({"TrainingJobName":"a"})");
    EXPECT_THAT(*got, testing::HasSubstr("\"CreationTime\":1795000000.123,"));
}

TEST_F(Api, a_failure_tells_its_reason_only_at_the_end) {
    play("jobs: [{name: a, kind: failed, failure_reason: \"one\\ntwo\"}]");
    EXPECT_FALSE(
        answer("DescribeTrainingJob", R"({"TrainingJobName":"a"})").contains("FailureReason")
    );
    const auto late = answer("DescribeTrainingJob", R"({"TrainingJobName":"a"})", seconds(60));
    EXPECT_EQ(late.at("FailureReason"), "one\ntwo");
}

TEST_F(Api, an_unknown_job_is_a_validation_exception) {
    play("jobs: [{name: a, kind: completed, created: 10m}]");
    const api_error expected{
        .status = 400, .type = "ValidationException", .message = "Requested resource not found."};
    EXPECT_EQ(refusal("DescribeTrainingJob", R"({"TrainingJobName":"b"})"), expected);
    // Not created yet.
    EXPECT_EQ(refusal("DescribeTrainingJob", R"({"TrainingJobName":"a"})"), expected);
    EXPECT_EQ(
        error_body(expected),
        R"({"__type":"ValidationException","message":"Requested resource not found."})"
    );
}

TEST_F(Api, constraints_are_named_as_aws_names_them) {
    play("jobs: []");
    EXPECT_EQ(
        refusal("DescribeTrainingJob", R"({"TrainingJobName":"-bad-"})").message,
        "1 validation error detected: Value '-bad-' at 'trainingJobName' failed to satisfy "
        "constraint: Member must satisfy regular expression pattern: "
        "^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}"
    );
    EXPECT_EQ(
        refusal("DescribeTrainingJob", "{}").message,
        "1 validation error detected: Value null at 'trainingJobName' failed to satisfy "
        "constraint: Member must not be null"
    );
    EXPECT_EQ(
        refusal("ListTrainingJobs", R"({"MaxResults":101,"StatusEquals":"Done"})").message,
        "2 validation errors detected: Value 'Done' at 'statusEquals' failed to satisfy "
        "constraint: Member must satisfy enum value set: [InProgress, Completed, Failed, Stopping, "
        "Stopped, Deleting]; Value '101' at 'maxResults' failed to satisfy constraint: Member must "
        "have value less than or equal to 100"
    );
    EXPECT_EQ(
        refusal("ListTags", R"({"ResourceArn":"x","MaxResults":49})").type, "ValidationException"
    );
}

TEST_F(Api, what_cannot_be_read_is_a_serialization_exception) {
    play("jobs: []");
    for (const auto* body : {"", "{", "[]", "null", R"({"TrainingJobName":7})"}) {
        EXPECT_EQ(refusal("DescribeTrainingJob", body).type, "SerializationException") << body;
    }
    EXPECT_EQ(
        refusal("ListTrainingJobs", R"({"MaxResults":"5"})").message,
        "STRING_VALUE cannot be converted to Integer"
    );
    EXPECT_EQ(refusal("CreateTrainingJob", "{}").type, "UnknownOperationException");
}

TEST_F(Api, lists_in_the_order_that_was_asked_for) {
    play(R"(
jobs:
  - {name: b, kind: completed, created: -3h}
  - {name: c, kind: in_progress, created: -2h}
  - {name: a, kind: failed, created: -1h}
)");
    EXPECT_THAT(names(answer("ListTrainingJobs", "{}")), ElementsAre("b", "c", "a"));
    EXPECT_THAT(
        names(answer("ListTrainingJobs", R"({"SortOrder":"Descending"})")),
        ElementsAre("a", "c", "b")
    );
    EXPECT_THAT(
        names(answer("ListTrainingJobs", R"({"SortBy":"Name"})")), ElementsAre("a", "b", "c")
    );
    EXPECT_THAT(
        names(answer("ListTrainingJobs", R"({"SortBy":"Status"})")), ElementsAre("b", "a", "c")
    );
}

TEST_F(Api, a_page_is_cut_before_it_is_filtered) {
    play(
        "jobs: [{name: 'old-{n}', kind: completed, repeat: 4, created: -9h, every: 1s}, "
        "{name: new, kind: failed}]"
    );
    const auto first = answer("ListTrainingJobs", R"({"MaxResults":2,"NameContains":"new"})");
    EXPECT_THAT(names(first), IsEmpty());
    ASSERT_TRUE(first.contains("NextToken"));
}

TEST_F(Api, pages_hold_every_job_once_whatever_their_size) {
    play("jobs: [{name: 'j-{n}', kind: completed, repeat: 23, created: -9h, every: 0s}]");
    for (int size = 1; size <= 24; ++size) {
        std::multiset<std::string> seen;
        json::object query{{"MaxResults", size}, {"SortOrder", "Descending"}};
        for (int page = 0; page < 30; ++page) {
            const auto got = answer("ListTrainingJobs", json::serialize(query));
            for (const auto& name : names(got))
                seen.insert(name);
            if (!got.contains("NextToken")) break;
            query["NextToken"] = got.at("NextToken");
        }
        EXPECT_EQ(seen.size(), 23U) << size;
        EXPECT_EQ(std::set<std::string>(seen.begin(), seen.end()).size(), 23U) << size;
    }
}

TEST_F(Api, creation_time_selects_before_the_page_is_cut) {
    play("jobs: [{name: 'j-{n}', kind: completed, repeat: 9, created: -9m, every: 1m}]");
    // Real seconds at speed 60: the last job was created a second ago.
    const json::object query{{"MaxResults", 1}, {"CreationTimeAfter", 1794999999}};
    const auto before = answer("ListTrainingJobs", json::serialize(query));
    EXPECT_THAT(names(before), ElementsAre("j-9"));
    EXPECT_FALSE(before.contains("NextToken"));
    options_.creation_time_filters_after_paging = true;
    const auto after = answer("ListTrainingJobs", json::serialize(query));
    EXPECT_THAT(names(after), IsEmpty());
    EXPECT_TRUE(after.contains("NextToken"));
}

TEST_F(Api, every_filter_filters) {
    play(R"(
jobs:
  - {name: done, kind: completed, created: -9h}
  - {name: broken, kind: failed, created: -8h}
  - {name: pooled, kind: warm_pool, created: -7h, keep_alive: 24h}
  - {name: reserved, kind: pending_for_capacity, stays_in: Pending}
)");
    const auto with = [&](std::string_view query) {
        return names(answer("ListTrainingJobs", query));
    };
    EXPECT_THAT(with(R"({"StatusEquals":"Failed"})"), ElementsAre("broken"));
    EXPECT_THAT(with(R"({"NameContains":"ro"})"), ElementsAre("broken"));
    EXPECT_THAT(with(R"({"WarmPoolStatusEquals":"Available"})"), ElementsAre("pooled"));
    EXPECT_THAT(
        with(R"({"TrainingPlanArnEquals":
            "arn:aws:sagemaker:eu-west-1:111122223333:training-plan/example-plan-0001"})"),
        ElementsAre("reserved")
    );
    EXPECT_THAT(with(R"({"LastModifiedTimeAfter":1794999999})"), ElementsAre("reserved"));
    EXPECT_THAT(with(R"({"CreationTimeBefore":1794999500})"), ElementsAre("done"));
}

TEST_F(Api, a_token_belongs_to_its_query) {
    play("jobs: [{name: 'j-{n}', kind: completed, repeat: 5}]");
    const auto first = answer("ListTrainingJobs", R"({"MaxResults":2})");
    const auto token = first.at("NextToken").as_string();
    const auto query = [&](json::object other) {
        other["NextToken"] = token;
        return json::serialize(other);
    };
    // The size of a page may change, nothing else.
    EXPECT_EQ(names(answer("ListTrainingJobs", query({{"MaxResults", 3}}))).size(), 3U);
    EXPECT_EQ(refusal("ListTrainingJobs", query({{"SortBy", "Name"}})).type, "ValidationException");
    EXPECT_EQ(
        refusal("ListTrainingJobs", query({{"NameContains", "j"}})).type, "ValidationException"
    );
    for (const auto* broken : {"x", "bmV4dA==", "####"}) {
        const json::object other{{"NextToken", broken}};
        EXPECT_EQ(refusal("ListTrainingJobs", json::serialize(other)).type, "ValidationException");
    }
}

TEST_F(Api, lists_the_children_of_a_tuning_job) {
    play(
        "jobs: [{name: a, kind: tuning_child, tuning_job: t, created: -9h}, "
        "{name: b, kind: completed}]"
    );
    const auto page = answer(
        "ListTrainingJobsForHyperParameterTuningJob", R"({"HyperParameterTuningJobName":"t"})"
    );
    EXPECT_THAT(names(page), ElementsAre("a"));
    const auto& child = page.at("TrainingJobSummaries").at(0).as_object();
    EXPECT_TRUE(child.contains("FinalHyperParameterTuningJobObjectiveMetric"));
    EXPECT_FALSE(child.contains("SecondaryStatus"));
    EXPECT_EQ(
        refusal(
            "ListTrainingJobsForHyperParameterTuningJob", R"({"HyperParameterTuningJobName":"u"})"
        )
            .type,
        "ResourceNotFound"
    );
}

TEST_F(Api, lists_the_tags_of_a_job) {
    play("jobs: [{name: a, kind: completed, tags: {team: vision}}]");
    const auto tags = answer(
        "ListTags", R"({"ResourceArn":"arn:aws:sagemaker:eu-west-1:111122223333:training-job/a"})"
    );
    EXPECT_EQ(json::serialize(tags), R"({"Tags":[{"Key":"team","Value":"vision"}]})");
    EXPECT_EQ(
        refusal(
            "ListTags",
            R"({"ResourceArn":"arn:aws:sagemaker:eu-west-1:999922223333:training-job/a"})"
        )
            .message,
        "Requested resource not found."
    );
}

TEST_F(Api, a_heterogeneous_job_has_groups_instead_of_a_type) {
    play(
        "jobs: [{name: a, kind: completed, instance_groups: [{name: g, type: ml.m5.large, "
        "count: 3}]}]"
    );
    const auto job = answer("DescribeTrainingJob", R"({"TrainingJobName":"a"})");
    const auto& resources = job.at("ResourceConfig").as_object();
    EXPECT_FALSE(resources.contains("InstanceType"));
    EXPECT_EQ(resources.at("InstanceCount"), 0);
    EXPECT_EQ(resources.at("InstanceGroups").at(0).at("InstanceCount"), 3);
}

}  // namespace
}  // namespace trainwatch::simulator::api_test
