#include "core/rules.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/console_links.hpp"
#include "core/failure_reason.hpp"
#include "core/tracker.hpp"
#include "tests/core/builders.hpp"
#include "wire/settings_yaml.hpp"

namespace trainwatch::core::rules_test {
namespace {

using domain::label_map;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Optional;
using testing::SizeIs;

// The alerts of a job that ended so, at first sight.
std::vector<domain::alert> alerts_about(
    const domain::observation& seen,
    wall_time horizon = created - hours(1),
    const label_map& configured = {},
    const domain::alert_choices& choices = {}
) {
    domain::job_view view;
    view.target.watch_list = "nightly";
    job_memory memory;
    const auto heard = observe(view, memory, seen, {at(hours(2)), horizon, built_in_reasons()});
    view.derived.failure_fingerprint = failure_fingerprint(seen.failure_reason);
    std::vector<domain::alert> alerts;
    for (auto& row : alerts_for(view, heard.findings, later(hours(2)), configured, choices))
        alerts.push_back(std::move(row.alert));
    return alerts;
}

domain::alert alert_about(const domain::observation& seen) {
    const auto alerts = alerts_about(seen);
    EXPECT_THAT(alerts, SizeIs(1));
    return alerts.empty() ? domain::alert{} : alerts.front();
}

TEST(rules, failed_job_has_exactly_these_labels) {
    EXPECT_EQ(
        alert_about(running().fails(seconds(900), "ClientError: no")).labels,
        (label_map{
            {"alertname", "TrainingJobFailed"},
            {"severity", "critical"},
            {"training_job", "resnet"},
            {"created", "2025-11-23T09:26:40.123Z"},
            {"account_id", "111122223333"},
            {"aws_region", "eu-west-1"},
            {"watch_list", "nightly"},
            {"failure_class", "client"},
        })
    );
}

// In one sentence, for whoever asks the ledger later.
TEST(rules, alert_says_why_it_fired) {
    const auto reason_of = [](const domain::observation& seen) {
        domain::job_view view;
        job_memory memory;
        const auto heard =
            observe(view, memory, seen, {at(hours(2)), created - hours(1), built_in_reasons()});
        const auto rows = alerts_for(view, heard.findings, later(hours(2)));
        EXPECT_THAT(rows, SizeIs(1));
        return rows.empty() ? std::string() : rows.front().reason;
    };
    EXPECT_EQ(
        reason_of(running().fails(seconds(900), "ClientError: no")),
        "AWS says that the job Failed at 2025-11-23T09:41:40.123Z, with a FailureReason of class "
        "client."
    );
    EXPECT_EQ(
        reason_of(running().fails(seconds(900), "")),
        "AWS says that the job Failed at 2025-11-23T09:41:40.123Z, without a FailureReason."
    );
    EXPECT_EQ(
        reason_of(running().hits_max_runtime(seconds(900))),
        "AWS says that the job is Stopped with the secondary status MaxRuntimeExceeded at "
        "2025-11-23T09:41:40.123Z."
    );
}

TEST(rules, runtime_limit_has_exactly_these_labels) {
    EXPECT_EQ(
        alert_about(running().hits_max_runtime(seconds(900))).labels,
        (label_map{
            {"alertname", "TrainingJobMaxRuntimeExceeded"},
            {"severity", "critical"},
            {"training_job", "resnet"},
            {"created", "2025-11-23T09:26:40.123Z"},
            {"account_id", "111122223333"},
            {"aws_region", "eu-west-1"},
            {"watch_list", "nightly"},
            {"failure_class", "timeout"},
        })
    );
}

TEST(rules, child_of_a_tuning_job_says_so) {
    const auto alert = alert_about(running().fails(seconds(900)).but([](auto& seen) {
        seen.tuning_job = "hpo-42";
    }));
    EXPECT_EQ(alert.labels.at("tuning_job"), "hpo-42");
    EXPECT_THAT(alert.labels, SizeIs(9));
}

TEST(rules, configured_labels_are_part_of_the_identity) {
    for (const auto& ended :
         {running().fails(seconds(900)), running().hits_max_runtime(seconds(9))}) {
        const auto plain = alerts_about(ended);
        const auto labelled = alerts_about(ended, created - hours(1), {{"team", "vision"}});
        ASSERT_THAT(labelled, SizeIs(1));
        auto expected = plain.front().labels;
        expected.emplace("team", "vision");
        EXPECT_EQ(labelled.front().labels, expected);
    }
}

TEST(rules, configured_label_never_replaces_one_of_the_rule) {
    const auto alerts =
        alerts_about(running().fails(seconds(900)), created - hours(1), {{"severity", "none"}});
    EXPECT_EQ(alerts.front().labels.at("severity"), "critical");
}

// A label that somebody could configure could change what an alert is about.
TEST(rules, no_label_of_an_alert_can_be_configured) {
    const auto alert = alert_about(running().fails(seconds(900)).but([](auto& seen) {
        seen.tuning_job = "hpo-42";
    }));
    for (const auto& [name, value] : alert.labels) {
        const auto parsed = wire::parse_settings(
            "global: {labels: {" + name +
                ": x}}\n"
                "watch_lists: [{name: a, regions: [eu-west-1], jobs: [x]}]",
            {}
        );
        EXPECT_TRUE(std::holds_alternative<std::vector<wire::settings_error>>(parsed)) << name;
    }
}

TEST(rules, starts_when_we_saw_it_and_not_when_it_happened) {
    const auto alert = alert_about(running().fails(seconds(900)));
    EXPECT_EQ(alert.starts_at, later(hours(2)));
    EXPECT_EQ(alert.annotations.at("ended_at"), "2025-11-23T09:41:40.123Z");
}

TEST(rules, annotations_tell_what_a_person_asks_first) {
    const auto notes =
        alert_about(
            running().fails(seconds(900), "AlgorithmError: exit code 1").but([](auto& seen) {
                seen.training_time = seconds(820);
                seen.instances = {
                    {"ml.p4d.24xlarge", 2, "workers"},
                    {"ml.c5.xlarge", 1, "head"},
                    {"ml.p4d.24xlarge", 1, "spare"},
                };
            })
        ).annotations;
    EXPECT_EQ(
        notes,
        (label_map{
            {"summary", "Training job resnet failed after 15m: AlgorithmError: exit code 1"},
            {"description",
             "Job resnet in account 111122223333, region eu-west-1, on 1 x ml.c5.xlarge, 3 x "
             "ml.p4d.24xlarge, was created at 2025-11-23 09:26:40 UTC, trained from 2025-11-23 "
             "09:28:00 UTC and ended at 2025-11-23 09:41:40 UTC."},
            {"failure_reason", "AlgorithmError: exit code 1"},
            {"failure_fingerprint", failure_fingerprint("AlgorithmError: exit code 1")},
            {"ended_at", "2025-11-23T09:41:40.123Z"},
            {"explain", "trainwatchd explain resnet"},
            {"training_job_arn", "arn:aws:sagemaker:eu-west-1:111122223333:training-job/resnet"},
            {"secondary_status", "Failed"},
            {"started_at", "2025-11-23T09:28:00.123Z"},
            {"console_url",
             "https://eu-west-1.console.aws.amazon.com/sagemaker/home?region=eu-west-1#/jobs/"
             "resnet"},
            {"logs_url",
             "https://eu-west-1.console.aws.amazon.com/cloudwatch/"
             "home?region=eu-west-1#logsV2:log-groups/log-group/"
             "$252Faws$252Fsagemaker$252FTrainingJobs$3FlogStreamNameFilter$3Dresnet$252F"},
            {"instances", "1 x ml.c5.xlarge, 3 x ml.p4d.24xlarge"},
            {"training_time", "13m40s"},
        })
    );
}

TEST(rules, reason_keeps_its_lines_and_its_headline_is_on_one) {
    const std::string reason = "AlgorithmError: ExecuteUserScriptError:\r\nExitCode 1\n\tTraceback";
    const auto notes = alert_about(running().fails(seconds(900), reason)).annotations;
    EXPECT_EQ(
        notes.at("failure_reason"),
        "AlgorithmError: ExecuteUserScriptError:\nExitCode 1\n\tTraceback"
    );
    EXPECT_EQ(
        notes.at("summary"),
        "Training job resnet failed after 15m: AlgorithmError: ExecuteUserScriptError: "
        "ExitCode 1 Traceback"
    );
}

// It ends in a terminal: amtool passes on what it is given.
TEST(rules, colours_of_a_framework_reach_no_annotation) {
    const std::string reason =
        "AlgorithmError: \x1b]0;t\x07\x1b[31;1mTraceback\x1b[0m (most recent call last)\x08";
    const auto notes = alert_about(running().fails(seconds(900), reason)).annotations;
    EXPECT_EQ(notes.at("failure_reason"), "AlgorithmError: Traceback (most recent call last)");
    EXPECT_EQ(
        notes.at("summary"),
        "Training job resnet failed after 15m: AlgorithmError: Traceback (most recent call last)"
    );
}

TEST(rules, headline_names_a_cause_that_the_first_word_does_not) {
    const auto summary = [](const char* reason) {
        return alert_about(running().fails(seconds(900), reason)).annotations.at("summary");
    };
    EXPECT_EQ(
        summary("AlgorithmError: ExecuteUserScriptError:\nRuntimeError: CUDA out of memory."),
        "Training job resnet failed after 15m (out of memory): AlgorithmError: "
        "ExecuteUserScriptError: RuntimeError: CUDA out of memory."
    );
    EXPECT_EQ(
        summary("ClientError: wrong"), "Training job resnet failed after 15m: ClientError: wrong"
    );
}

TEST(rules, long_headline_is_cut_on_a_character) {
    std::string reason = "ClientError: ";
    for (int i = 0; i < 200; ++i)
        reason += "ä";
    const auto notes = alert_about(running().fails(seconds(900), reason)).annotations;
    EXPECT_EQ(notes.at("failure_reason"), reason);
    EXPECT_LT(notes.at("summary").size(), 300U);
    EXPECT_THAT(notes.at("summary"), testing::EndsWith("ä…"));
}

TEST(rules, reason_that_is_no_utf8_becomes_some) {
    const auto notes = alert_about(running().fails(seconds(900), "ClientError: \xff")).annotations;
    EXPECT_EQ(notes.at("failure_reason"), "ClientError: \xEF\xBF\xBD");
}

TEST(rules, failure_without_a_reason_says_that_there_is_none) {
    const auto alert = alert_about(running().fails(seconds(900), ""));
    EXPECT_EQ(alert.labels.at("failure_class"), "unknown");
    EXPECT_EQ(
        alert.annotations.at("summary"), "Training job resnet failed after 15m; AWS gave no reason."
    );
    EXPECT_EQ(alert.annotations.count("failure_reason"), 0U);
}

TEST(rules, job_that_never_started_says_so) {
    const auto notes = alert_about(job().fails(seconds(900), "CapacityError: none")).annotations;
    EXPECT_THAT(notes.at("description"), HasSubstr(", never started training and ended at "));
    EXPECT_EQ(notes.count("started_at"), 0U);
}

TEST(rules, runtime_limit_names_the_limit_and_what_is_left) {
    const auto notes =
        alert_about(
            running().max_runtime(seconds(600)).hits_max_runtime(seconds(900)).but([](auto& seen) {
                seen.model_artifacts = "s3://b/m.tar.gz";
            })
        ).annotations;
    EXPECT_EQ(
        notes.at("summary"),
        "Training job resnet was stopped by AWS after 15m, at its runtime limit of 10m."
    );
    EXPECT_THAT(notes.at("description"), HasSubstr("What it had trained is at s3://b/m.tar.gz."));
}

// AWS names the place of a model that was never made.
TEST(rules, job_that_never_trained_has_left_nothing) {
    const auto notes =
        alert_about(job().ends("Stopped", "MaxWaitTimeExceeded", seconds(900)).but([](auto& seen) {
            seen.model_artifacts = "s3://b/m.tar.gz";
        })).annotations;
    EXPECT_THAT(notes.at("description"), testing::Not(HasSubstr("had trained")));
}

TEST(rules, runtime_limit_without_artifacts_says_what_may_be_lost) {
    const auto notes = alert_about(running().hits_max_runtime(seconds(900))).annotations;
    EXPECT_THAT(notes.at("description"), HasSubstr("may be lost"));
}

TEST(rules, stopped_with_a_reason_keeps_the_reason) {
    const auto notes = alert_about(running().hits_max_runtime(seconds(900)).but([](auto& seen) {
                           seen.failure_reason = "Training job runtime exceeded";
                       })).annotations;
    EXPECT_EQ(notes.at("failure_reason"), "Training job runtime exceeded");
}

TEST(rules, other_ends_and_running_jobs_do_not_alert) {
    EXPECT_THAT(alerts_about(running()), IsEmpty());
    EXPECT_THAT(alerts_about(running().ends("Completed", "Completed", seconds(900))), IsEmpty());
    EXPECT_THAT(alerts_about(running().ends("Stopped", "Stopped", seconds(900))), IsEmpty());
}

TEST(rules, wait_limit_is_a_warning_that_tells_the_limit) {
    const auto alert = alert_about(
        running().max_wait(seconds(3600)).ends("Stopped", "MaxWaitTimeExceeded", seconds(3600))
    );
    EXPECT_EQ(alert.labels.at("alertname"), "TrainingJobMaxWaitExceeded");
    EXPECT_EQ(alert.labels.at("severity"), "warning");
    EXPECT_EQ(alert.labels.at("failure_class"), "timeout");
    EXPECT_EQ(
        alert.annotations.at("summary"),
        "Training job resnet was given up by AWS after 1h, at its limit of 1h for waiting and "
        "training together."
    );
}

TEST(rules, stop_alerts_where_a_list_wants_it) {
    const auto stopped = running().ends("Stopped", "Stopped", seconds(900));
    const auto alerts =
        alerts_about(stopped, created - hours(1), {}, {{"TrainingJobStopped", {true, {}}}});
    ASSERT_THAT(alerts, SizeIs(1));
    EXPECT_EQ(alerts[0].labels.at("alertname"), "TrainingJobStopped");
    EXPECT_EQ(alerts[0].labels.at("severity"), "info");
    EXPECT_TRUE(is_terminal_alert(alerts[0]));
}

TEST(rules, list_chooses_what_fires_and_how_severe_it_is) {
    const auto failed_job = running().fails(seconds(900));
    const domain::alert_choices off{{"TrainingJobFailed", {false, "page", {}}}};
    EXPECT_THAT(alerts_about(failed_job, created - hours(1), {}, off), IsEmpty());
    const domain::alert_choices page{{"TrainingJobFailed", {{}, "page", "https://wiki/failed"}}};
    const auto alerts = alerts_about(failed_job, created - hours(1), {}, page);
    ASSERT_THAT(alerts, SizeIs(1));
    EXPECT_EQ(alerts[0].labels.at("severity"), "page");
    EXPECT_EQ(alerts[0].annotations.at("runbook_url"), "https://wiki/failed");
}

TEST(rules, secondary_status_alone_does_not_alert) {
    EXPECT_THAT(alerts_about(running().status("InProgress", "Failed")), IsEmpty());
    EXPECT_THAT(alerts_about(running().status("Stopping", "MaxRuntimeExceeded")), IsEmpty());
}

TEST(rules, end_before_the_horizon_does_not_alert) {
    EXPECT_THAT(alerts_about(running().fails(seconds(900)), later(seconds(901))), IsEmpty());
    EXPECT_THAT(alerts_about(running().fails(seconds(900)), later(seconds(900))), SizeIs(1));
}

TEST(rules, two_observers_make_the_same_identity) {
    EXPECT_EQ(
        alert_about(running().fails(seconds(900))).labels,
        alert_about(job().started(seconds(5)).fails(seconds(900))).labels
    );
}

// ---- links ------------------------------------------------------------------------------------

std::string console_in(const char* partition, const char* region) {
    return console_url(job().but([&](auto& seen) {
        seen.partition = partition;
        seen.region = region;
    }));
}

TEST(console_links, follow_the_partition) {
    EXPECT_EQ(
        console_in("aws-cn", "cn-north-1"),
        "https://cn-north-1.console.amazonaws.cn/sagemaker/home?region=cn-north-1#/jobs/resnet"
    );
    EXPECT_EQ(
        console_in("aws-us-gov", "us-gov-west-1"),
        "https://us-gov-west-1.console.amazonaws-us-gov.com/sagemaker/"
        "home?region=us-gov-west-1#/jobs/resnet"
    );
}

TEST(console_links, name_the_log_group_and_the_streams) {
    const auto seen = job().but([](auto& answer) { answer.partition = "aws-iso"; });
    const auto links = links_of(seen);
    EXPECT_EQ(links.log_group, "/aws/sagemaker/TrainingJobs");
    EXPECT_EQ(links.log_stream_prefix, "resnet/");
    EXPECT_EQ(links.console_url, "");
    const auto public_links = links_of(job());
    EXPECT_EQ(public_links.console_url, console_url(job()));
    EXPECT_EQ(public_links.logs_url, logs_url(job()));
    EXPECT_NE(public_links.console_url, "");
    EXPECT_NE(public_links.logs_url, "");
}

TEST(console_links, are_absent_where_the_console_is_not_public) {
    EXPECT_EQ(console_in("aws-iso", "us-iso-east-1"), "");
    EXPECT_EQ(console_in("aws", ""), "");
    const auto alert = alert_about(running().fails(seconds(900)).but([](auto& seen) {
        seen.partition = "aws-iso";
    }));
    EXPECT_EQ(alert.annotations.count("console_url"), 0U);
    EXPECT_EQ(alert.annotations.count("logs_url"), 0U);
}

}  // namespace
}  // namespace trainwatch::core::rules_test
