#include "tests/simulator/service.hpp"

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/simulator/control.hpp"
#include "tests/simulator/scenario.hpp"
#include "wire/training_job_list.hpp"
#include "wire/training_job_tags.hpp"

namespace trainwatch::simulator::service_test {
namespace {

namespace json = boost::json;
using std::chrono::minutes;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr wall_time start = from_unix_milliseconds(1'795'000'000'123);
const wire::aws_credentials keys{.access_key_id = "AKID", .secret_access_key = "secret"};

class Service : public testing::Test {
protected:
    void play(std::string_view scenario_text, service_options options = {}) {
        auto read = read_scenario(scenario_text, "test", "eu-west-1");
        ASSERT_THAT(read.errors, IsEmpty());
        const cloud_options how{
            .regions = {"eu-west-1", "us-east-1"}, .keys = keys, .sagemaker = options};
        cloud_.emplace(how, std::move(read), start);
        service_ = &cloud_->sagemaker();
    }

    exchange ask(
        const std::string& operation,
        const std::string& body,
        const std::string& region = "eu-west-1"
    ) {
        wire::http_request request{
            .method = "POST",
            .headers =
                {{"Host", "localhost:1"},
                 {"Content-Type", "application/x-amz-json-1.1"},
                 {"X-Amz-Target", "SageMaker." + operation}},
            .body = body};
        wire::signing_key_cache cache;
        wire::sign(request, now_, keys, {.region = region, .service = "sagemaker"}, cache);
        return service_->answer(request, now_);
    }

    exchange describe(const std::string& name) {
        return ask("DescribeTrainingJob", R"({"TrainingJobName":")" + name + "\"}");
    }

    wire::http_response steer(
        const std::string& method, const std::string& target, const std::string& body = ""
    ) {
        return control(*cloud_, {.method = method, .target = target, .body = body}, now_).response;
    }

    json::object told(const std::string& target) {
        return json::parse(steer("GET", target).body).as_object();
    }

    json::object truth_of(const std::string& name) {
        const auto truth = told("/truth");
        for (const auto& job : truth.at("jobs").as_array()) {
            if (job.at("name") == json::string(name)) return job.as_object();
        }
        return {};
    }

    wall_time now_ = start;
    std::optional<cloud> cloud_;
    service* service_ = nullptr;
};

TEST_F(Service, answers_with_the_headers_of_aws) {
    play("jobs: [{name: a, kind: completed}]");
    const auto reply = describe("a");
    EXPECT_EQ(reply.response.status, 200);
    const auto& headers = reply.response.headers;
    EXPECT_EQ(wire::find_header(headers, "Content-Type"), "application/x-amz-json-1.1");
    EXPECT_EQ(wire::find_header(headers, "x-amzn-RequestId").size(), 36U);
    EXPECT_EQ(parse_http_date(wire::find_header(headers, "Date")), start - milliseconds(123));
}

TEST_F(Service, a_region_has_its_own_jobs) {
    play("jobs: [{name: a, kind: completed}, {name: b, kind: completed, region: us-east-1}]");
    const auto reply = ask("DescribeTrainingJob", R"({"TrainingJobName":"b"})", "us-east-1");
    EXPECT_EQ(reply.record.code, "200");
    EXPECT_EQ(describe("b").record.code, "ValidationException");
}

TEST_F(Service, what_is_no_operation_is_unknown) {
    play("jobs: []");
    EXPECT_EQ(ask("CreateTrainingJob", "{}").record.code, "UnknownOperationException");
    EXPECT_EQ(
        service_->answer({.method = "GET", .target = "/"}, now_).record.code,
        "UnknownOperationException"
    );
}

TEST_F(Service, an_unsigned_request_is_refused) {
    play("jobs: [{name: a, kind: completed}]");
    const wire::http_request request{
        .method = "POST",
        .headers =
            {{"Host", "h"},
             {"Content-Type", "application/x-amz-json-1.1"},
             {"X-Amz-Target", "SageMaker.DescribeTrainingJob"}},
        .body = "{}"};
    EXPECT_EQ(service_->answer(request, now_).record.code, "MissingAuthenticationTokenException");
}

TEST_F(Service, each_operation_has_its_own_bucket_in_each_region) {
    play("jobs: [{name: a, kind: completed}]", {.describe_rate = 2, .list_rate = 1, .burst = 3});
    for (int call = 0; call < 3; ++call)
        EXPECT_EQ(describe("a").record.code, "200");
    const auto refused = describe("a");
    EXPECT_EQ(refused.response.status, 400);
    EXPECT_EQ(
        refused.response.body, R"({"__type":"ThrottlingException","message":"Rate exceeded"})"
    );
    EXPECT_EQ(ask("ListTrainingJobs", "{}").record.code, "200");
    EXPECT_EQ(ask("DescribeTrainingJob", "{}", "us-east-1").record.code, "ValidationException");
    now_ += milliseconds(500);
    EXPECT_EQ(describe("a").record.code, "200");
    EXPECT_EQ(describe("a").record.code, "ThrottlingException");
}

TEST_F(Service, counts_what_was_asked) {
    play("jobs: [{name: a, kind: completed}]");
    describe("a");
    describe("a");
    describe("b");
    const auto counts = told("/requests");
    EXPECT_EQ(counts.at("total"), 3);
    const auto& describes = counts.at("operations").at("DescribeTrainingJob").as_object();
    EXPECT_EQ(describes.at("200"), 2);
    EXPECT_EQ(describes.at("ValidationException"), 1);
    EXPECT_EQ(counts.at("jobs").at(0).at("describes"), 2);
    EXPECT_EQ(counts.at("jobs").at(0).at("times").as_array().size(), 2U);
    steer("DELETE", "/requests");
    EXPECT_EQ(told("/requests").at("total"), 0);
}

// Of the daemon's own making, page after page and a window of creation time.
TEST_F(Service, answers_lists_and_tags_as_the_daemon_asks_for_them) {
    play(
        "jobs: [{name: 'j-{n}', kind: completed, repeat: 250, created: -9h, every: 1m, "
        "tags: {team: vision}}]"
    );
    const auto page_of = [&](const domain::list_query& query) {
        const auto request = wire::encode_list_training_jobs("localhost:1", query);
        return wire::read_list_training_jobs(ask("ListTrainingJobs", request.body).response)
            .value();
    };
    std::vector<domain::job_summary> all;
    domain::list_query query;
    do {
        const auto page = page_of(query);
        EXPECT_EQ(page.unreadable, 0U);
        all.insert(all.end(), page.jobs.begin(), page.jobs.end());
        query.token = page.next_token;
    } while (!query.token.empty());
    ASSERT_EQ(all.size(), 250U);
    EXPECT_EQ(all.front().name, "j-250");
    const auto window =
        page_of({.created_after = all[20].created, .created_before = all[9].created});
    EXPECT_EQ(window.jobs, (std::vector<domain::job_summary>(all.begin() + 10, all.begin() + 20)));
    const auto tags = wire::encode_list_tags("localhost:1", all.front().arn);
    EXPECT_EQ(
        wire::read_list_tags(ask("ListTags", tags.body).response).value(),
        (domain::label_map{{"team", "vision"}})
    );
}

// ---- faults
// ---------------------------------------------------------------------------------------

TEST_F(Service, faults_strike_those_they_are_meant_for) {
    play("jobs: [{name: a-1, kind: completed}, {name: b-1, kind: completed}]");
    EXPECT_EQ(steer("PUT", "/faults", R"({"kind":"status","status":503,"job":"a-*"})").status, 200);
    const auto struck = describe("a-1");
    EXPECT_EQ(struck.response.status, 503);
    EXPECT_EQ(struck.response.body, "");
    EXPECT_EQ(describe("b-1").response.status, 200);
    EXPECT_EQ(ask("ListTrainingJobs", "{}").response.status, 200);
    steer("DELETE", "/faults");
    EXPECT_EQ(describe("a-1").response.status, 200);
}

TEST_F(Service, a_fault_for_the_next_few_ends_after_them) {
    play("jobs: [{name: a, kind: completed}]");
    steer("PUT", "/faults", R"({"kind":"throttle","operation":"DescribeTrainingJob","next":2})");
    EXPECT_EQ(describe("a").record.code, "ThrottlingException");
    EXPECT_EQ(describe("a").record.code, "ThrottlingException");
    EXPECT_EQ(describe("a").record.code, "200");
    EXPECT_EQ(told("/faults").at("faults").at(0).at("hits"), 2);
}

TEST_F(Service, a_likely_fault_strikes_about_as_often) {
    play("jobs: [{name: a, kind: completed}]");
    steer("PUT", "/faults", R"({"kind":"status","probability":0.25})");
    int struck = 0;
    for (int call = 0; call < 400; ++call)
        struck += describe("a").response.status == 500 ? 1 : 0;
    EXPECT_GT(struck, 60);
    EXPECT_LT(struck, 140);
}

TEST_F(Service, every_kind_of_fault_has_its_effect) {
    play("jobs: [{name: a, kind: completed}]");
    const auto struck = [&](const std::string& fault) {
        EXPECT_EQ(steer("PUT", "/faults", fault).status, 200) << fault;
        return describe("a");
    };
    const auto whole = describe("a").response.body;
    EXPECT_EQ(struck(R"({"kind":"reset"})").how, delivery::reset_before);
    EXPECT_EQ(struck(R"({"kind":"reset_body"})").how, delivery::reset_inside);
    EXPECT_EQ(struck(R"({"kind":"truncate"})").how, delivery::cut_inside);
    EXPECT_EQ(struck(R"({"kind":"cut_json"})").response.body, whole.substr(0, whole.size() / 2));
    EXPECT_EQ(struck(R"({"kind":"slow","milliseconds":250})").delay, milliseconds(250));
    const auto page = struck(R"({"kind":"html"})").response;
    EXPECT_EQ(page.status, 502);
    EXPECT_THAT(page.body, HasSubstr("<html>"));
    EXPECT_EQ(
        struck(R"({"kind":"status","body":"json"})").response.body,
        R"({"__type":"InternalFailure"})"
    );
    EXPECT_THAT(struck(R"({"kind":"wrong_job"})").response.body, HasSubstr(R"(Name":"a-twin")"));
    const auto expired = struck(R"({"kind":"error","code":"ExpiredTokenException","message":"x"})");
    EXPECT_EQ(expired.response.status, 400);
    EXPECT_EQ(expired.record.code, "ExpiredTokenException");
}

TEST_F(Service, an_expired_token_stops_a_list_that_goes_on_and_none_that_begins) {
    play("jobs: [{name: 'j-{n}', kind: completed, repeat: 3}]");
    const auto first = ask("ListTrainingJobs", R"({"MaxResults":2})");
    json::object next{{"MaxResults", 2}};
    next["NextToken"] = json::parse(first.response.body).at("NextToken");
    steer("PUT", "/faults", R"({"kind":"expired_token","next":1})");
    EXPECT_EQ(ask("ListTrainingJobs", R"({"MaxResults":2})").response.status, 200);
    const auto refused = ask("ListTrainingJobs", json::serialize(next));
    EXPECT_EQ(refused.response.status, 400);
    EXPECT_EQ(refused.record.code, "ValidationException");
    EXPECT_THAT(refused.response.body, HasSubstr("NextToken"));
    // The one that began does not count for one of the next.
    EXPECT_EQ(ask("ListTrainingJobs", json::serialize(next)).response.status, 200);
}

TEST_F(Service, short_pages_hold_every_job_once_all_the_same) {
    play("jobs: [{name: 'j-{n}', kind: completed, repeat: 9}]");
    steer("PUT", "/faults", R"({"kind":"short_page","operation":"ListTrainingJobs"})");
    std::vector<std::size_t> sizes;
    json::object query{{"MaxResults", 9}};
    while (sizes.size() < 9) {
        const auto page =
            json::parse(ask("ListTrainingJobs", json::serialize(query)).response.body);
        sizes.push_back(page.at("TrainingJobSummaries").as_array().size());
        const auto* token = page.as_object().if_contains("NextToken");
        if (token == nullptr) break;
        query["NextToken"] = *token;
    }
    EXPECT_THAT(sizes, testing::ElementsAre(5, 4));
}

TEST_F(Service, lists_alone_can_be_throttled_and_tags_alone_denied) {
    play("jobs: [{name: a, kind: completed}]");
    const std::string tags =
        R"({"ResourceArn":"arn:aws:sagemaker:eu-west-1:111122223333:training-job/a"})";
    EXPECT_EQ(ask("ListTags", tags).response.status, 200);
    steer("PUT", "/faults", R"({"faults":[{"kind":"throttle","operation":"ListTrainingJobs"},
        {"kind":"error","code":"AccessDeniedException","operation":"ListTags"}]})");
    EXPECT_EQ(ask("ListTrainingJobs", "{}").record.code, "ThrottlingException");
    EXPECT_EQ(ask("ListTags", tags).record.code, "AccessDeniedException");
    EXPECT_EQ(describe("a").record.code, "200");
}

TEST_F(Service, slowness_goes_together_with_another_fault) {
    play("jobs: [{name: a, kind: completed}]");
    steer(
        "PUT",
        "/faults",
        R"({"faults":[{"kind":"slow","milliseconds":9},{"kind":"status","status":500}]})"
    );
    const auto reply = describe("a");
    EXPECT_EQ(reply.response.status, 500);
    EXPECT_EQ(reply.delay, milliseconds(9));
}

TEST_F(Service, a_fault_that_cannot_be_is_refused) {
    play("jobs: []");
    for (const auto* bad :
         {"",
          "[]",
          R"({"kind":"fire"})",
          R"({"kind":"status","status":999})",
          R"({"kind":"status","probability":2})",
          R"({"kind":"status","often":true})"}) {
        EXPECT_EQ(steer("PUT", "/faults", bad).status, 400) << bad;
    }
}

// ---- control
// ---------------------------------------------------------------------------------------

TEST_F(Service, the_truth_tells_what_has_happened_and_what_will) {
    play("jobs: [{name: a, kind: failed}]");
    auto truth = truth_of("a");
    EXPECT_EQ(truth.at("outcome"), "failed");
    EXPECT_EQ(truth.at("ended"), false);
    EXPECT_EQ(json::serialize(truth.at("expected_alerts")), R"(["TrainingJobFailed"])");
    EXPECT_EQ(truth.at("changes").as_array().size(), 1U);
    now_ += std::chrono::hours(1);
    truth = truth_of("a");
    EXPECT_EQ(truth.at("ended"), true);
    EXPECT_EQ(truth.at("status"), "Failed");
    EXPECT_EQ(truth.at("planned").as_array().size(), 0U);
    EXPECT_EQ(truth.at("changes").as_array().back().at("secondary_status"), "Failed");
}

TEST_F(Service, the_truth_tells_what_was_asked_for_and_trained) {
    play(
        "jobs: [{name: a, kind: completed, limits: {max_runtime: 2h}, deleted_after: 1m, "
        "instance_groups: [{name: g, type: ml.m5.large, count: 2}, "
        "{name: h, type: ml.m5.large, count: 3}]}]"
    );
    auto truth = truth_of("a");
    EXPECT_EQ(json::serialize(truth.at("instances")), R"({"ml.m5.large":5})");
    EXPECT_EQ(json::serialize(truth.at("limits")), R"({"max_runtime":7200})");
    EXPECT_TRUE(truth.at("training_seconds").is_null());
    // Deleted by now: what it showed last.
    now_ += std::chrono::hours(1);
    truth = truth_of("a");
    EXPECT_EQ(truth.at("exists"), false);
    EXPECT_EQ(truth.at("training_seconds"), 22 * 60);
    EXPECT_EQ(truth.at("billable_seconds"), 22 * 60);
}

TEST_F(Service, a_stopped_clock_moves_by_jumps) {
    play("jobs: [{name: a, kind: completed}]");
    EXPECT_EQ(steer("PUT", "/clock", R"({"speed":0})").status, 200);
    now_ += std::chrono::hours(1);
    EXPECT_EQ(truth_of("a").at("secondary_status"), "Starting");
    steer("PUT", "/clock", R"({"advance":"2m"})");
    EXPECT_EQ(truth_of("a").at("secondary_status"), "Downloading");
    steer("PUT", "/clock", R"({"advance":"1h"})");
    EXPECT_EQ(truth_of("a").at("secondary_status"), "Completed");
    for (const auto* bad : {"", R"({"speed":-1})", R"({"advance":1})", R"({"speed":"1"})"}) {
        EXPECT_EQ(steer("PUT", "/clock", bad).status, 400) << bad;
    }
}

TEST_F(Service, jobs_come_and_go_by_hand) {
    play("jobs: []");
    now_ += minutes(10);
    const std::string job = R"({"name":"a","kind":"failed"})";
    EXPECT_EQ(steer("POST", "/jobs", job).status, 200);
    EXPECT_EQ(steer("POST", "/jobs", job).status, 409);
    EXPECT_EQ(describe("a").record.code, "200");
    EXPECT_EQ(steer("DELETE", "/jobs/eu-west-1/a").status, 200);
    EXPECT_EQ(describe("a").record.code, "ValidationException");
    EXPECT_EQ(steer("DELETE", "/jobs/eu-west-1/a").status, 404);
    now_ += minutes(1);
    EXPECT_EQ(steer("POST", "/jobs", job).status, 200);
    EXPECT_EQ(describe("a").record.code, "200");
    EXPECT_EQ(told("/truth").at("jobs").as_array().size(), 2U);
    EXPECT_EQ(steer("POST", "/jobs", R"({"name":"a"})").status, 400);
    EXPECT_EQ(
        steer("POST", "/jobs", R"({"name":"b","kind":"failed","region":"mars-1"})").status, 400
    );
}

TEST_F(Service, a_job_is_stopped_by_hand) {
    play("jobs: [{name: a, kind: failed}]");
    now_ += minutes(4);
    EXPECT_EQ(steer("POST", "/jobs/eu-west-1/a/stop").status, 200);
    EXPECT_EQ(truth_of("a").at("status"), "Stopping");
    now_ += minutes(4);
    EXPECT_EQ(truth_of("a").at("outcome"), "stopped");
    EXPECT_EQ(truth_of("a").at("intervention"), "stop");
    EXPECT_EQ(steer("POST", "/jobs/eu-west-1/a/stop").status, 409);
}

TEST_F(Service, the_control_port_knows_its_ways) {
    play("jobs: []");
    EXPECT_EQ(steer("GET", "/nothing").status, 404);
    EXPECT_EQ(steer("PATCH", "/truth").status, 405);
    EXPECT_TRUE(control(*cloud_, {.method = "POST", .target = "/shutdown"}, now_).shut_down);
}

TEST(Glob, only_the_star_is_special) {
    EXPECT_TRUE(glob_matches("*", ""));
    EXPECT_TRUE(glob_matches("a*c", "abbc"));
    EXPECT_TRUE(glob_matches("*-1", "a-1-1"));
    EXPECT_FALSE(glob_matches("a?", "ab"));
    EXPECT_FALSE(glob_matches("a*c", "abcd"));
}

}  // namespace
}  // namespace trainwatch::simulator::service_test
