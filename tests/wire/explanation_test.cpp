#include "wire/explanation.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/limits.hpp"
#include "tests/support/ledger_sample.hpp"

namespace trainwatch::wire::explanation_test {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr text_style plain{unwrapped, false, true};

wall_time at(const char* text) {
    return parse_iso8601(text).value();
}

domain::ledger_batch failed_job() {
    domain::ledger_batch rows;
    domain::job_row job;
    job.identity = {"111122223333", "eu-west-1", "resnet", at("2026-11-24T08:00:00Z")};
    job.connection = "research";
    job.watch_list = "nightly";
    job.last.name = "resnet";
    job.last.arn = "arn:aws:sagemaker:eu-west-1:111122223333:training-job/resnet";
    job.last.status = domain::parse_primary("Failed");
    job.last.secondary = domain::parse_secondary("Failed");
    job.last.failure_reason = "AlgorithmError: exit code 1";
    job.first_observed = at("2026-11-24T08:00:05Z");
    job.last_observed = at("2026-11-24T09:00:07Z");
    job.ending = domain::ending{domain::outcome::failed, domain::failure_class::algorithm};
    job.ended = at("2026-11-24T09:00:00Z");
    job.counted = true;
    const auto step = [&](const char* status, const char* from, const char* to, const char* seen) {
        domain::transition_row row;
        row.identity = job.identity;
        row.index = rows.transitions.size();
        row.entry = {domain::parse_secondary(status), at(from), at(to), ""};
        row.observed = at(seen);
        rows.transitions.push_back(row);
    };
    step("Training", "2026-11-24T08:00:00Z", "2026-11-24T09:00:00Z", "2026-11-24T08:00:05Z");
    rows.transitions[0].entry.message = "Training in progress";
    step("Failed", "2026-11-24T09:00:00Z", "2026-11-24T09:00:00Z", "2026-11-24T09:00:07Z");
    rows.jobs = {job};
    domain::alert_row alert;
    alert.alert.labels = {
        {"alertname", "TrainingJobFailed"},
        {"training_job", "resnet"},
        {"account_id", "111122223333"},
        {"aws_region", "eu-west-1"},
        {"created", iso8601(job.identity.created)}};
    alert.alert.starts_at = at("2026-11-24T09:00:08Z");
    alert.reason = "AWS says that the job Failed.";
    rows.alerts = {alert};
    domain::delivery_row told;
    told.alert = domain::identity(alert.alert.labels);
    told.receiver = "main";
    told.url = "http://am:9093";
    told.first_confirmed = at("2026-11-24T09:00:09Z");
    rows.deliveries = {told};
    return rows;
}

std::string explained(const domain::ledger_batch& rows) {
    return render_explanation({rows, at("2026-11-24T10:00:08Z"), plain});
}

TEST(Explanation, tells_what_was_seen_and_what_followed) {
    EXPECT_EQ(
        explained(failed_job()),
        "resnet in account 111122223333, eu-west-1\n"
        "  ARN           arn:aws:sagemaker:eu-west-1:111122223333:training-job/resnet\n"
        "  created       2026-11-24 08:00:00Z\n"
        "  watched by    list nightly, connection research\n"
        "  first seen    2026-11-24 08:00:05Z  (2h ago)\n"
        "  last news     2026-11-24 09:00:07Z  (1h ago)\n"
        "  status        Failed\n"
        "  ended         failed, class algorithm, 2026-11-24 09:00:00Z by AWS' record\n"
        "  reason        AlgorithmError: exit code 1\n"
        "\n"
        "Seen, and since when by AWS' record\n"
        "  2026-11-24 08:00:05Z  Training since 2026-11-24 08:00:00Z for 1h: Training in progress\n"
        "  2026-11-24 09:00:07Z  Failed since 2026-11-24 09:00:00Z\n"
        "\n"
        "Alert TrainingJobFailed\n"
        "  fired         2026-11-24 09:00:08Z  (1h ago)\n"
        "  because       AWS says that the job Failed.\n"
        "  sent          main, http://am:9093: taken 2026-11-24 09:00:09Z\n"
        "  ended         not yet; it fires\n"
        "  identity      TrainingJobFailed{account_id=\"111122223333\",aws_region=\"eu-west-1\","
        "created=\"2026-11-24T08:00:00.000Z\",training_job=\"resnet\"}\n"
    );
}

TEST(Explanation, tells_why_an_alert_ended_and_who_knows) {
    auto rows = failed_job();
    auto& alert = rows.alerts[0].alert;
    alert.state = domain::alert_state::resolved;
    alert.resolved_at = at("2026-11-24T09:30:00Z");
    alert.annotations["resolved_because"] = "acknowledged";
    rows.deliveries[0].resolved_confirmed = 1;
    const auto text = explained(rows);
    EXPECT_THAT(text, HasSubstr("taken 2026-11-24 09:00:09Z, its end too\n"));
    EXPECT_THAT(text, HasSubstr("ended         2026-11-24 09:30:00Z, acknowledged\n"));
}

TEST(Explanation, keeps_the_secret_of_a_webhooks_address) {
    auto rows = failed_job();
    rows.deliveries[0].url = "https://hooks.example:8443/services/SECRET?token=SECRET";
    const auto text = explained(rows);
    EXPECT_THAT(text, HasSubstr("sent          main, https://hooks.example:8443: taken"));
    EXPECT_THAT(text, Not(HasSubstr("SECRET")));
}

TEST(Explanation, of_an_alert_that_nobody_took_says_so) {
    auto rows = failed_job();
    rows.deliveries.clear();
    EXPECT_THAT(explained(rows), HasSubstr("sent          no receiver has taken it so far\n"));
}

// It was told the end, and has taken neither.
TEST(Explanation, of_a_receiver_that_did_not_answer_says_so) {
    auto rows = failed_job();
    rows.deliveries[0].first_confirmed.reset();
    EXPECT_THAT(explained(rows), HasSubstr("main, http://am:9093: not taken so far\n"));
}

TEST(Explanation, without_an_alert_tells_why_there_is_none) {
    auto rows = failed_job();
    rows.alerts.clear();
    rows.jobs[0].counted = false;
    rows.jobs[0].already_ended = true;
    EXPECT_THAT(explained(rows), HasSubstr("It had ended when it was first seen.\n"));
    EXPECT_THAT(explained(rows), HasSubstr("None: it had ended before what the watcher looks"));
    rows.jobs[0].ending.reset();
    EXPECT_THAT(explained(rows), HasSubstr("None; the job has not ended.\n"));
}

TEST(Explanation, of_a_name_keeps_its_jobs_and_their_alerts_apart) {
    auto rows = failed_job();
    auto newer = rows.jobs[0];
    newer.identity.created = at("2026-11-24T09:30:00Z");
    newer.ending.reset();
    rows.jobs.push_back(newer);
    const auto text = explained(rows);
    const auto second = text.find("created       2026-11-24 09:30:00Z");
    ASSERT_NE(second, std::string::npos);
    EXPECT_LT(text.find("Alert TrainingJobFailed"), second);
    EXPECT_THAT(text.substr(second), HasSubstr("None; the job has not ended."));
}

TEST(Explanation, of_a_job_on_two_connections_names_both) {
    auto rows = failed_job();
    rows.jobs.push_back(rows.jobs[0]);
    rows.jobs[1].connection = "other";
    const auto text = explained(rows);
    EXPECT_THAT(text, HasSubstr("connection research\n"));
    EXPECT_THAT(text, HasSubstr("connection other\n"));
    EXPECT_EQ(text.find("in account"), text.rfind("in account"));
}

TEST(Explanation, of_a_name_with_many_jobs_tells_of_the_newest_and_how_many_are_left_out) {
    auto rows = failed_job();
    const auto first = rows.jobs[0];
    for (std::size_t i = 1; i < limits::explained_jobs_max + 3; ++i) {
        auto next = first;
        next.identity.created += std::chrono::hours(i);
        rows.jobs.push_back(next);
    }
    const auto text = explained(rows);
    EXPECT_THAT(text, StartsWith("3 older jobs of the name are left out here"));
    // What is left out takes its alerts along.
    EXPECT_THAT(text, Not(HasSubstr("Alert TrainingJobFailed")));
    EXPECT_THAT(text, HasSubstr(clock_text(rows.jobs.back().identity.created)));
}

TEST(Explanation, tells_of_alerts_whose_job_is_forgotten) {
    auto rows = failed_job();
    rows.jobs.clear();
    rows.transitions.clear();
    EXPECT_THAT(explained(rows), StartsWith("Alert TrainingJobFailed\n"));
    EXPECT_EQ(explained({}), "");
}

TEST(Explanation, is_safe_for_a_terminal_and_whole_whatever_aws_wrote) {
    auto rows = test_support::sample_batch();
    rows.jobs[0].connection = "\x1b[2J";
    const auto text = explained(rows);
    EXPECT_EQ(text.find('\x1b'), std::string::npos);
    EXPECT_EQ(text.find('\0'), std::string::npos);
    EXPECT_THAT(text, HasSubstr("AWS does not know the name any more."));
    EXPECT_THAT(text, HasSubstr("never described"));
}

}  // namespace
}  // namespace trainwatch::wire::explanation_test
