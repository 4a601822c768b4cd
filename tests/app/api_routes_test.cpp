#include "app/api_routes.hpp"

#include <algorithm>
#include <string>
#include <variant>
#include <vector>

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace trainwatch::app::api_routes_test {
namespace {

namespace json = boost::json;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr wall_time now = from_unix_milliseconds(1'795'511'520'000);  // 2026-11-24T09:12:00Z

class still_clock : public io::clock {
public:
    instant now() const override { return {mono_time(seconds(1000)), api_routes_test::now}; }
};

domain::watch_plan plan_with(bool show_parameters) {
    domain::watch_plan plan;
    plan.lanes = {{"research", "eu-west-1", {}}, {"other", "us-east-1", {}}};
    plan.targets = {
        {lane_id{0}, "bert", "nightly"},
        {lane_id{0}, "absent", "nightly"},
        {lane_id{1}, "silent", "nightly"}};
    plan.lists = {{"nightly", {}}};
    plan.api.show_parameters = show_parameters;
    return plan;
}

domain::observation answer_about(const std::string& name) {
    domain::observation seen;
    seen.name = name;
    seen.arn = "arn:aws:sagemaker:eu-west-1:111122223333:training-job/" + name;
    seen.account_id = "111122223333";
    seen.region = "eu-west-1";
    seen.partition = "aws";
    seen.created = now - seconds(600);
    seen.status = domain::parse_primary("InProgress");
    seen.secondary = domain::parse_secondary("Training");
    return seen;
}

failure not_found() {
    failure why;
    why.kind = error_class::not_found;
    why.detail = "ValidationException: Requested resource not found.";
    return why;
}

// An engine that knows one job, misses one and never heard of a third.
class ApiRoutes : public testing::Test {
protected:
    explicit ApiRoutes(bool show_parameters = false) : engine(plan_with(show_parameters), 1) {
        core::restored start;
        start.ledger.first_start = true;
        handle(engine.step(start, time.now()));
        for (int n = 0; n < 20; ++n)
            handle(engine.step(core::woke{}, later()));
    }

    void handle(const core::actions& actions) {
        for (const auto& action : actions) {
            if (const auto* batch = std::get_if<core::commit>(&action)) {
                handle(engine.step(core::committed{batch->id, {}}, later()));
            }
            const auto* asked = std::get_if<core::describe>(&action);
            if (asked == nullptr || asked->name == "silent") continue;
            if (asked->name == "bert") {
                handle(engine.step(core::described{asked->id, answer_about("bert"), {}}, later()));
            } else {
                handle(engine.step(core::described{asked->id, not_found(), {}}, later()));
            }
        }
    }

    // So that the budget allows the next poll.
    instant later() {
        passed += seconds(1);
        return {time.now().mono + passed, now};
    }

    wire::http_response ask(std::string target, std::string method = "GET") {
        wire::http_request request;
        request.method = std::move(method);
        request.target = std::move(target);
        return routes.answer(request);
    }

    json::value get(const std::string& target) {
        const auto answer = ask(target);
        EXPECT_EQ(answer.status, 200) << answer.body;
        EXPECT_EQ(wire::find_header(answer.headers, "Content-Type"), "application/json");
        EXPECT_EQ(wire::find_header(answer.headers, "Cache-Control"), "no-store");
        return json::parse(answer.body);
    }

    std::string problem(const std::string& target, int status) {
        const auto answer = ask(target);
        EXPECT_EQ(answer.status, status) << answer.body;
        EXPECT_EQ(wire::find_header(answer.headers, "Content-Type"), "application/problem+json");
        const auto body = json::parse(answer.body);
        EXPECT_EQ(body.at("status"), status);
        EXPECT_EQ(std::string(body.at("instance").as_string()), target);
        return std::string(body.at("detail").as_string());
    }

    still_clock time;
    nanoseconds passed{};
    core::engine engine;
    document_shelf documents{1U << 20U};
    wire::process_facts process{.version = "1.2.3"};
    api_routes routes{engine, documents, time, process};
};

class ApiRoutesShowingParameters : public ApiRoutes {
protected:
    ApiRoutesShowingParameters() : ApiRoutes(true) {}
};

constexpr const char* bert = "/api/v1/jobs/111122223333/eu-west-1/bert";
const std::string bert_document =
    R"({"TrainingJobName": "bert", "Odd": 1.0e2, "Environment": {"TOKEN": "canary"}})";

TEST_F(ApiRoutes, lists_the_jobs) {
    const auto list = get("/api/v1/jobs");
    EXPECT_EQ(list.at("total"), 3);
    EXPECT_EQ(list.at("jobs").at(1).at("url"), bert);
    EXPECT_EQ(get("/api/v1/jobs?state=missing").at("jobs").at(0).at("name"), "absent");
    EXPECT_EQ(get("/api/v1/jobs?state=unseen").at("jobs").at(0).at("name"), "silent");
    EXPECT_EQ(get("/api/v1/jobs/").at("total"), 3);
}

TEST_F(ApiRoutes, leads_from_page_to_page) {
    const auto first = get("/api/v1/jobs?limit=2&name=%2A&cursor=name~~a~a~a");
    const std::string next(first.at("next").as_string());
    EXPECT_EQ(next, "/api/v1/jobs?limit=2&name=%2A&cursor=name~~bert~eu-west-1~research");
    const auto second = get(next);
    EXPECT_EQ(second.at("jobs").at(0).at("name"), "silent");
    EXPECT_TRUE(second.at("next").is_null());
}

TEST_F(ApiRoutes, shows_a_job_with_its_document_but_no_values) {
    documents.put(0, now - seconds(600), bert_document, now - seconds(5));
    const auto answer = ask(bert);
    EXPECT_EQ(answer.status, 200);
    EXPECT_THAT(
        answer.body,
        HasSubstr(
            R"("document":{"TrainingJobName": "bert", "Odd": 1.0e2, "Environment": {"TOKEN": null}}})"
            "\n"
        )
    );
    EXPECT_THAT(answer.body, Not(HasSubstr("canary")));
    const auto job = json::parse(answer.body);
    EXPECT_EQ(job.at("document_observed_at"), "2026-11-24T09:11:55.000Z");
    EXPECT_EQ(job.at("derived").at("links").at("log_stream_prefix"), "bert/");
}

TEST_F(ApiRoutesShowingParameters, shows_the_document_as_it_came) {
    documents.put(0, now - seconds(600), bert_document, now);
    EXPECT_THAT(ask(bert).body, HasSubstr("\"document\":" + bert_document + "}\n"));
}

TEST_F(ApiRoutes, says_why_there_is_no_document) {
    const auto job = get(bert);
    EXPECT_TRUE(job.at("document").is_null());
    EXPECT_THAT(std::string(job.at("document_missing_because").as_string()), HasSubstr("not kept"));
    documents.put(0, now, "[\"canary\"]", now);
    EXPECT_THAT(
        std::string(get(bert).at("document_missing_because").as_string()), HasSubstr("not shown")
    );
    EXPECT_THAT(ask(bert).body, Not(HasSubstr("canary")));
}

TEST_F(ApiRoutes, decodes_the_path) {
    EXPECT_EQ(get("/api/v1/jobs/111122223333/eu-west-1/b%65rt").at("summary").at("name"), "bert");
    problem("/api/v1/jobs/111122223333/eu-west-1%2Fbert", 404);
}

TEST_F(ApiRoutes, tells_what_there_is_instead_of_a_job_that_is_not) {
    EXPECT_THAT(
        problem("/api/v1/jobs/111122223333/eu-west-1/other", 404), HasSubstr("/api/v1/jobs")
    );
    EXPECT_THAT(
        problem("/api/v1/jobs/999999999999/eu-west-1/bert", 404),
        HasSubstr(std::string("at ") + bert)
    );
    EXPECT_THAT(
        problem("/api/v1/jobs/111122223333/eu-west-1/absent", 404), HasSubstr("AWS knows no job")
    );
    EXPECT_THAT(
        problem("/api/v1/jobs/111122223333/us-east-1/silent", 404), HasSubstr("has not answered")
    );
    EXPECT_THAT(
        problem("/api/v1/jobs/111122223333/eu-west-1/silent", 404), HasSubstr("region us-east-1")
    );
}

TEST_F(ApiRoutes, gives_alerts_status_and_the_page_about_itself) {
    EXPECT_EQ(get("/api/v1/alerts").at("total"), 0);
    documents.put(0, now, bert_document, now);
    const auto status = get("/api/v1/status");
    EXPECT_EQ(status.at("version"), "1.2.3");
    EXPECT_EQ(status.at("documents").at("kept"), 1);
    const auto page = get("/api/v1/openapi.json");
    EXPECT_EQ(page.at("openapi"), "3.1.0");
}

TEST_F(ApiRoutes, the_page_knows_every_parameter) {
    const auto paths = get("/api/v1/openapi.json").at("paths");
    const auto names_of = [&](const char* path) {
        std::vector<std::string> names;
        for (const auto& one : paths.at(path).at("get").at("parameters").as_array())
            names.emplace_back(one.at("name").as_string());
        return names;
    };
    std::string detail = problem("/api/v1/jobs?x=1", 400);
    for (const auto& name : names_of("/api/v1/jobs"))
        EXPECT_THAT(detail, HasSubstr(name));
    EXPECT_EQ(std::count(detail.begin(), detail.end(), ','), 12) << detail;
    EXPECT_EQ(names_of("/api/v1/jobs").size(), 14U);
    detail = problem("/api/v1/alerts?x=1", 400);
    for (const auto& name : names_of("/api/v1/alerts"))
        EXPECT_THAT(detail, HasSubstr(name));
    EXPECT_EQ(names_of("/api/v1/alerts").size(), 10U);
}

TEST_F(ApiRoutes, refuses_what_it_does_not_know) {
    EXPECT_THAT(problem("/api", 404), HasSubstr("/api/v1/openapi.json"));
    problem("/api/", 404);
    problem("/api/v1", 404);
    problem("/api/v2/jobs", 404);
    problem("/api/v1/jobs/111122223333", 404);
    problem("/api/v1/events", 404);
    EXPECT_THAT(problem("/api/v1/status?verbose=1", 400), HasSubstr("no parameters"));
    EXPECT_THAT(problem(std::string(bert) + "?x", 400), HasSubstr("no parameters"));
    EXPECT_THAT(
        problem("/api/v1/jobs?limit=no&state=x", 400), AllOf(HasSubstr("limit"), HasSubstr("state"))
    );
    EXPECT_THAT(problem("/api/v1/jobs/a%2", 400), HasSubstr("%25"));
}

TEST_F(ApiRoutes, answers_head_and_refuses_other_methods) {
    EXPECT_EQ(ask("/api/v1/jobs", "HEAD").status, 200);
    for (const char* method : {"POST", "PUT", "DELETE", "OPTIONS", "PATCH"}) {
        const auto refusal = ask("/api/v1/jobs", method);
        EXPECT_EQ(refusal.status, 405);
        EXPECT_EQ(wire::find_header(refusal.headers, "Allow"), "GET, HEAD");
        EXPECT_EQ(wire::find_header(refusal.headers, "Content-Type"), "application/problem+json");
    }
}

TEST(api_routes, are_those_under_api) {
    EXPECT_TRUE(api_routes::is_for_api("/api"));
    EXPECT_TRUE(api_routes::is_for_api("/api?x"));
    EXPECT_TRUE(api_routes::is_for_api("/api/v1/jobs"));
    EXPECT_FALSE(api_routes::is_for_api("/apis"));
    EXPECT_FALSE(api_routes::is_for_api("/metrics"));
}

}  // namespace
}  // namespace trainwatch::app::api_routes_test
