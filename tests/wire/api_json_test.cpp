#include "wire/api_json.hpp"

#include <string>
#include <vector>

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/wire/api_view.hpp"

namespace trainwatch::wire::api_json_test {
namespace {

namespace json = boost::json;
using testing::HasSubstr;
using testing::Not;

class ApiJson : public testing::Test {
protected:
    json::value jobs(const std::vector<std::size_t>& slots) {
        return json::parse(render_jobs(view, plan, {slots, slots.size(), {}}, ""));
    }

    json::value summary(std::size_t slot) { return jobs({slot}).at("jobs").at(0); }

    std::string job_text(std::size_t slot) {
        return render_job(view, plan, slot, links, document, api_now);
    }

    json::value job(std::size_t slot) { return json::parse(job_text(slot)); }

    static std::string text(const json::value& value) { return json::serialize(value); }

    domain::watch_plan plan = api_plan();
    domain::view view = api_view(plan);
    domain::job_links links{"https://console", "", "/aws/sagemaker/TrainingJobs", "bert/"};
    shown_document document{"{\"A\": 1.50 }", "", ago(seconds(30))};
};

TEST_F(ApiJson, a_list_has_its_jobs_the_total_and_the_next_page) {
    const auto list = json::parse(render_jobs(view, plan, {{0, 1}, 6, {}}, "/api/v1/jobs?x=1"));
    EXPECT_EQ(list.at("jobs").as_array().size(), 2U);
    EXPECT_EQ(list.at("total"), 6);
    EXPECT_EQ(list.at("next"), "/api/v1/jobs?x=1");
    EXPECT_TRUE(jobs({}).at("next").is_null());
}

TEST_F(ApiJson, a_summary_says_how_a_live_job_stands) {
    const auto job = summary(0);
    EXPECT_EQ(job.at("name"), "bert");
    EXPECT_EQ(job.at("state"), "live");
    EXPECT_EQ(job.at("connection"), "research");
    EXPECT_EQ(job.at("created_at"), "2026-11-24T08:12:00.000Z");
    EXPECT_TRUE(job.at("outcome").is_null());
    EXPECT_EQ(
        text(job.at("deadline")), R"({"limit":"max_runtime","at":"2026-11-24T09:22:00.000Z"})"
    );
    EXPECT_EQ(job.at("alerts_firing"), 0);
    EXPECT_EQ(job.at("url"), "/api/v1/jobs/111122223333/eu-west-1/bert");
}

TEST_F(ApiJson, a_summary_says_why_a_job_failed_whatever_the_text) {
    const auto job = summary(1);
    EXPECT_EQ(job.at("outcome"), "failed");
    EXPECT_EQ(job.at("failure_class"), "algorithm");
    EXPECT_EQ(job.at("failure_reason"), "AlgorithmError: \"exit 1\"\n\xEF\xBF\xBD");
    EXPECT_EQ(job.at("failure_fingerprint"), "0123456789abcdef");
    EXPECT_EQ(job.at("cost"), 12.5);
    EXPECT_EQ(job.at("alerts_firing"), 1);
}

TEST_F(ApiJson, what_was_never_answered_about_is_null) {
    for (const std::size_t slot : {3U, 4U}) {
        const auto job = summary(slot);
        for (const char* member :
             {"account_id",
              "training_job_arn",
              "status",
              "secondary_status",
              "created_at",
              "spot",
              "observed_at",
              "deadline",
              "url"}) {
            EXPECT_TRUE(job.at(member).is_null()) << member;
        }
        EXPECT_EQ(job.at("aws_region"), "eu-west-1");
    }
    EXPECT_EQ(summary(3).at("state"), "missing");
    EXPECT_EQ(summary(3).at("trouble").at("class"), "not_found");
    EXPECT_THAT(text(summary(3).at("trouble")), HasSubstr("Requested resource not found."));
    EXPECT_EQ(summary(4).at("state"), "unseen");
}

TEST_F(ApiJson, the_region_is_that_of_the_arn_once_there_is_one) {
    view.jobs[0].last->region = "eu-west-9";
    EXPECT_EQ(summary(0).at("aws_region"), "eu-west-9");
    EXPECT_EQ(summary(0).at("url"), "/api/v1/jobs/111122223333/eu-west-9/bert");
}

TEST_F(ApiJson, a_job_that_was_deleted_has_still_ended) {
    EXPECT_EQ(summary(2).at("state"), "ended");
    EXPECT_EQ(summary(2).at("missing"), true);
}

TEST_F(ApiJson, the_alert_of_an_earlier_job_of_the_name_is_not_the_present_ones) {
    view.alerts[0].labels["created"] = iso8601(ago(seconds(99'999)));
    EXPECT_EQ(summary(1).at("alerts_firing"), 0);
    EXPECT_TRUE(job(1).at("alerts").as_array().empty());
}

TEST_F(ApiJson, a_resolved_alert_is_shown_but_does_not_fire) {
    view.alerts[0].state = domain::alert_state::resolved;
    view.alerts[0].resolved_at = ago(seconds(5));
    EXPECT_EQ(summary(1).at("alerts_firing"), 0);
    const auto alert = job(1).at("alerts").at(0);
    EXPECT_EQ(alert.at("state"), "resolved");
    EXPECT_EQ(alert.at("resolved_at"), "2026-11-24T09:11:55.000Z");
    EXPECT_EQ(alert.at("labels").at("failure_class"), "algorithm");
}

TEST_F(ApiJson, the_document_is_spliced_in_as_it_is) {
    EXPECT_THAT(job_text(0), HasSubstr("\"document\":{\"A\": 1.50 }}"));
    EXPECT_EQ(job(0).at("document_observed_at"), "2026-11-24T09:11:30.000Z");
    EXPECT_TRUE(job(0).at("document_missing_because").is_null());
    document = {"", "not kept", std::nullopt};
    EXPECT_TRUE(job(0).at("document").is_null());
    EXPECT_EQ(job(0).at("document_missing_because"), "not kept");
}

TEST_F(ApiJson, what_grows_is_told_for_now) {
    const auto derived = job(0).at("derived");
    EXPECT_EQ(derived.at("elapsed_seconds"), 3600);
    EXPECT_EQ(
        text(derived.at("phases").at(1)),
        R"({"secondary_status":"Training","entries":1,"seconds":3000,"current":true,)"
        R"("since":"2026-11-24T08:22:00.000Z"})"
    );
    EXPECT_EQ(derived.at("phases").at(0).at("seconds"), 600);
    EXPECT_EQ(derived.at("phases").at(0).at("current"), false);
    EXPECT_EQ(derived.at("deadlines").at(1).at("remaining_seconds"), 600);
    EXPECT_EQ(derived.at("links").at("console_url"), "https://console");
    EXPECT_TRUE(derived.at("links").at("logs_url").is_null());
}

TEST_F(ApiJson, what_has_ended_does_not_grow) {
    view.jobs[1].derived.phases = {{"Training", milliseconds(5'000), 1, ago(seconds(900))}};
    view.jobs[1].derived.losing_since = ago(seconds(900));
    view.jobs[1].derived.lost_to_interruptions = milliseconds(7'000);
    view.jobs[1].last->transitions = {
        {domain::parse_secondary("Training"), ago(seconds(900)), std::nullopt, ""}};
    const auto seen = job(1);
    EXPECT_EQ(seen.at("derived").at("phases").at(0).at("seconds"), 5);
    EXPECT_EQ(seen.at("derived").at("phases").at(0).at("current"), false);
    EXPECT_EQ(seen.at("derived").at("lost_to_interruptions_seconds"), 7);
    EXPECT_EQ(seen.at("derived").at("elapsed_seconds"), 3601 - 120);
    EXPECT_TRUE(seen.at("timeline").at(0).at("seconds").is_null());
}

TEST_F(ApiJson, the_present_interruption_counts_as_lost_so_far) {
    view.jobs[0].derived.losing_since = ago(seconds(10));
    view.jobs[0].derived.lost_to_interruptions = milliseconds(7'500);
    EXPECT_EQ(job(0).at("derived").at("lost_to_interruptions_seconds"), 17.5);
    view.jobs[0].derived.losing_since = api_now + seconds(5);  // AWS' clock is ahead
    EXPECT_EQ(job(0).at("derived").at("lost_to_interruptions_seconds"), 7.5);
}

TEST_F(ApiJson, the_timeline_is_numbered_and_timed) {
    EXPECT_EQ(
        text(job(0).at("timeline")),
        R"([{"number":1,"secondary_status":"Starting","started_at":"2026-11-24T08:12:00.000Z",)"
        R"("ended_at":"2026-11-24T08:22:00.000Z","seconds":600,"current":false,)"
        R"("message":"Starting"},{"number":2,"secondary_status":"Training",)"
        R"("started_at":"2026-11-24T08:22:00.000Z","ended_at":null,"seconds":3000,)"
        R"("current":true,"message":"In progress"}])"
    );
}

TEST_F(ApiJson, shows_all_that_an_answer_may_tell) {
    auto& last = *view.jobs[0].last;
    last.rules = {
        {domain::rule_kind::profiler, "LowGPU", "IssuesFound", "17 %", ago(seconds(9))},
        {domain::rule_kind::debugger, "NaN", "InProgress", "", std::nullopt}};
    last.warm_pool = domain::warm_pool{"Reused", seconds(120), "next-job"};
    last.progress = domain::training_progress{3, 10, 40, 100};
    last.final_metrics = {{"loss", 0.25, ago(seconds(60))}};
    last.unknown = {{"ResourceConfig.Colour", ""}, {"TrainingJobStatus", "Pausing"}};
    last.keep_alive = seconds(600);
    last.network_isolation = true;
    view.jobs[0].derived.predicted_end =
        domain::predicted_end{api_now + seconds(60), domain::predicted_end::basis::progress};
    view.jobs[0].derived.unpriced = {"ml.p9.large"};
    const auto seen = job(0);
    EXPECT_EQ(
        text(seen.at("rules").at(0)),
        R"({"kind":"profiler","name":"LowGPU","status":"IssuesFound","details":"17 %",)"
        R"("modified_at":"2026-11-24T09:11:51.000Z"})"
    );
    EXPECT_EQ(seen.at("rules").at(1).at("kind"), "debugger");
    EXPECT_EQ(
        text(seen.at("warm_pool")),
        R"({"status":"Reused","retained_billable_seconds":120,"reused_by":"next-job"})"
    );
    EXPECT_EQ(
        text(seen.at("progress")), R"({"epoch":3,"epochs":10,"step":40,"steps_per_epoch":100})"
    );
    EXPECT_EQ(seen.at("final_metrics").at(0).at("name"), "loss");
    EXPECT_EQ(
        text(seen.at("unknown")),
        R"([{"member":"ResourceConfig.Colour","value":null},)"
        R"({"member":"TrainingJobStatus","value":"Pausing"}])"
    );
    EXPECT_EQ(seen.at("configuration").at("keep_alive_seconds"), 600);
    EXPECT_EQ(seen.at("configuration").at("network_isolation"), true);
    EXPECT_TRUE(seen.at("configuration").at("traffic_encryption").is_null());
    EXPECT_EQ(
        text(seen.at("derived").at("predicted_end")),
        R"({"at":"2026-11-24T09:13:00.000Z","basis":"progress","remaining_seconds":60})"
    );
    EXPECT_EQ(text(seen.at("derived").at("unpriced")), R"(["ml.p9.large"])");
}

TEST_F(ApiJson, status_counts_and_names_without_addresses) {
    view.lanes[0].heard = true;
    view.lanes[0].account_id = "111122223333";
    plan.lanes[0].lists = true;
    auto& describes = view.lanes[0].operations[domain::aws_operation::describe];
    describes.rate = 1.5;
    describes.headroom = 0.25;
    describes.others = 0.5;
    view.lanes[0].up = true;
    describes.requests = {{"ok", 7}};
    view.lanes[0].operations[domain::aws_operation::list].rate = 1;
    view.lanes[0].live = 12;
    view.lanes[0].tags_refused = "allow it";
    view.lanes[0].sweep = {true, 1'000, 3, 41, milliseconds(3'000), milliseconds(9'500)};
    view.lanes[0].clock_offset = milliseconds(-250);
    view.lanes[0].oldest_observation = {{"nightly", ago(seconds(3))}};
    view.unknown_values = {{"TrainingJobStatus", 1}};
    view.connections["research"] = {
        {"web identity", "111122223333", ago(seconds(0))},
        {{"ok", 2}},
        failure{.kind = error_class::denied, .detail = "no", .cure = "do"}};
    process_facts process;
    process.version = "1.2.3";
    process.start_time_seconds = unix_seconds(ago(seconds(90)));
    const auto body = render_status(view, plan, process, {4, 5'000, 1U << 20U, 1}, api_now);
    EXPECT_THAT(body, Not(HasSubstr("secret")));
    const auto status = json::parse(body);
    EXPECT_EQ(status.at("version"), "1.2.3");
    EXPECT_EQ(status.at("uptime_seconds"), 90);
    EXPECT_EQ(
        text(status.at("jobs")), R"({"watched":6,"live":2,"ended":2,"missing":1,"unseen":1})"
    );
    EXPECT_EQ(status.at("alerts_firing"), 1);
    EXPECT_EQ(
        text(status.at("lanes").at(0)),
        R"({"connection":"research","aws_region":"eu-west-1","up":true,)"
        R"("account_id":"111122223333","operations":[{"operation":"DescribeTrainingJob",)"
        R"("budget_per_second":2,"rate_limit_per_second":1.5E0,"headroom_per_second":2.5E-1,)"
        R"("others_per_second_estimate":5E-1,"requests":{"ok":7}},)"
        R"({"operation":"ListTrainingJobs","budget_per_second":1,"rate_limit_per_second":1,)"
        R"("headroom_per_second":0,"others_per_second_estimate":0,"requests":{}}],)"
        R"("live_jobs":12,"sweep":{"complete":true,"known_jobs":1000,"windows":3,"pages":41,)"
        R"("floor_seconds":3,"feasible_staleness_bound_seconds":9.5E0},)"
        R"("lists_refused":null,"tags_refused":"allow it",)"
        R"("clock_offset_seconds":-2.5E-1,"oldest_observations":[{"watch_list":"nightly",)"
        R"("at":"2026-11-24T09:11:57.000Z","age_seconds":3}]})"
    );
    EXPECT_TRUE(status.at("lanes").at(1).at("up").is_null());
    EXPECT_TRUE(status.at("lanes").at(1).at("sweep").is_null()) << "it is not listed";
    EXPECT_EQ(status.at("lanes").at(0).at("tags_refused"), "allow it");
    EXPECT_TRUE(status.at("lanes").at(0).at("lists_refused").is_null());
    EXPECT_EQ(status.at("lanes").at(1).at("operations").as_array().size(), 1U);
    EXPECT_EQ(
        text(status.at("connections").at(0)),
        R"({"name":"research","credential_source":"web identity","account_id":"111122223333",)"
        R"("credentials_expire_at":"2026-11-24T09:12:00.000Z","credential_fetches":{"ok":2},)"
        R"("trouble":{"class":"denied","detail":"no","cure":"do"}})"
    );
    EXPECT_EQ(
        text(status.at("receivers").at(0)),
        R"({"name":"hook","kind":"webhook","endpoints":1,"notifications":0,)"
        R"("failed":{"transient":2},"unconfirmed":0})"
    );
    EXPECT_EQ(
        text(status.at("documents")), R"({"kept":4,"bytes":5000,"bytes_max":1048576,"dropped":1})"
    );
    EXPECT_EQ(status.at("unknown_values").at("TrainingJobStatus"), 1);
}

}  // namespace
}  // namespace trainwatch::wire::api_json_test
