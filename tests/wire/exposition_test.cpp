#include "wire/exposition.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

namespace trainwatch::wire {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr wall_time at(std::int64_t seconds_after, int milliseconds_after = 0) {
    return from_unix_milliseconds((1'763'890'000 + seconds_after) * 1'000 + milliseconds_after);
}

domain::observation observed(std::string name, std::string status, std::string secondary) {
    domain::observation job;
    job.arn = "arn:aws:sagemaker:eu-west-1:111122223333:training-job/" + name;
    job.name = std::move(name);
    job.account_id = "111122223333";
    job.region = "eu-west-1";
    job.created = at(0, 123);
    job.status = domain::parse_primary(status);
    job.secondary = domain::parse_secondary(secondary);
    job.instances = {{"ml.p4d.24xlarge", 2, ""}};
    job.algorithm = "pytorch-training:2.3-gpu";
    return job;
}

domain::job_view slot(const domain::watch_plan& plan, std::size_t index) {
    domain::job_view job;
    job.target = plan.targets[index];
    return job;
}

domain::watch_plan example_plan() {
    domain::watch_plan plan;
    plan.lanes = {{"research", "eu-west-1", {}}, {"research", "us-east-1", {0.5, 1}}};
    for (const char* const name : {"resnet", "spot", "broken", "never-heard-of"}) {
        plan.targets.push_back({lane_id{0}, name, "nightly"});
    }
    plan.targets.push_back({lane_id{1}, "elsewhere", "weekly"});
    plan.endpoints = {
        {"main", domain::receiver_kind::alertmanager, "http://am-1:9093"},
        {"main", domain::receiver_kind::alertmanager, "http://am-2:9093"},
        {"hook", domain::receiver_kind::webhook, "http://hook/"}};
    return plan;
}

domain::job_view completed(const domain::watch_plan& plan) {
    auto job = slot(plan, 0);
    job.last = observed("resnet", "Completed", "Completed");
    job.last->training_started = at(120);
    job.last->training_time = seconds(3'031);
    job.last->billable_time = seconds(3'031);
    job.ending = {domain::outcome::completed, domain::failure_class::none};
    job.ended = at(3'151, 500);
    job.last_transition = at(3'151, 500);
    return job;
}

domain::job_view spot(const domain::watch_plan& plan) {
    auto job = slot(plan, 1);
    job.last = observed("spot", "InProgress", "Training");
    job.last->training_started = at(60);
    job.last->spot = true;
    job.last->tuning_job = "hpo-42";
    // Two groups of the same type are one series.
    job.last->instances = {
        {"ml.c5.large", 1, "a"}, {"ml.c5.large", 2, "b"}, {"ml.g5.xlarge", 4, "c"}};
    job.deadlines = {
        {domain::deadline_kind::max_runtime, at(86'460)},
        {domain::deadline_kind::max_wait, at(90'000)}};
    job.last_transition = at(61);
    job.interruptions = 2;
    return job;
}

domain::job_view broken(const domain::watch_plan& plan) {
    auto job = slot(plan, 2);
    job.last = observed("broken", "Failed", "Failed");
    job.last->failure_reason = "AlgorithmError: exit code 1\n\"quoted\" \\ \x1b[31m";
    // Free text that AWS lets users choose.
    job.last->algorithm = "a\"b\\c\nd\xff";
    job.last->experiment = "caf\xc3\xa9";
    job.ending = {domain::outcome::failed, domain::failure_class::algorithm};
    job.ended = at(500);
    job.last_transition = at(500);
    return job;
}

domain::fleet_view example_fleet() {
    const domain::fleet_key nightly{"111122223333", "eu-west-1", "nightly"};
    domain::fleet_view fleet;
    fleet.transitions[{nightly, "Training"}] = 7;
    fleet.transitions[{nightly, "Failed"}] = 1;
    fleet.finished[{nightly, domain::outcome::failed, domain::failure_class::algorithm}] = 1;
    fleet.finished[{nightly, domain::outcome::completed, domain::failure_class::none}] = 1;
    fleet.last_completed["nightly"] = at(3'151, 500);
    fleet.phase_duration["Starting"] = {{60, 300}, {1, 2, 3}, 1'234.5};
    fleet.duration[domain::outcome::completed] = {{3'600}, {1, 0}, 3'151.5};
    fleet.billable_instance_seconds[{nightly, "ml.p4d.24xlarge", false}] = 6'062;
    return fleet;
}

domain::view example_view(const domain::watch_plan& plan) {
    domain::view view;
    view.jobs = {completed(plan), spot(plan), broken(plan), slot(plan, 3), slot(plan, 4)};
    view.lanes.resize(2);
    view.lanes[0].up = true;
    view.lanes[0].heard = true;
    view.lanes[0].describe_requests = {{"ok", 41}, {"throttled", 2}};
    view.lanes[0].request_duration = {{0.1, 1}, {40, 2, 1}, 6.25};
    view.lanes[0].clock_offset = milliseconds(-250);
    view.lanes[0].oldest_observation["nightly"] = at(3'200);
    view.fleet = example_fleet();
    view.detection_lag = {{5, 60}, {4, 1, 0}, 31.5};
    view.receivers["main"].notifications = 3;
    view.receivers["main"].failed[error_class::transient] = 1;
    view.receivers["main"].latency = {{1, 10}, {1, 0, 0}, 0.5};
    view.receivers["main"].unconfirmed = 1;
    domain::alert alert;
    alert.labels = {{"alertname", "TrainingJobFailed"}, {"training_job", "broken"}};
    view.alerts = {alert, alert};
    view.alerts[1].state = domain::alert_state::resolved;
    view.first_pass_complete = true;
    return view;
}

process_facts example_process() {
    process_facts process;
    process.version = "0.1.0";
    process.revision = "abc1234";
    process.compiler = "gcc 12.2.0";
    process.start_time_seconds = 1'763'889'990.5;
    process.cpu_seconds = 1.25;
    process.resident_bytes = 12'582'912;
    process.virtual_bytes = 33'554'432;
    process.open_fds = 12;
    process.max_fds = 1'024;
    process.config_loaded_at_seconds = 1'763'889'990.5;
    return process;
}

std::string example_text() {
    const auto plan = example_plan();
    return render_metrics(example_view(plan), plan, example_process());
}

std::vector<std::string> series_of(const std::string& text) {
    std::vector<std::string> series;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        if (!line.starts_with('#')) series.push_back(line.substr(0, line.rfind(' ')));
    }
    return series;
}

struct command_result {
    int status = -1;
    std::string output{};
};

command_result run_command(const std::string& command) {
    command_result result;
    std::FILE* const pipe = popen(command.c_str(), "r");
    if (pipe == nullptr) return result;
    std::array<char, 4096> buffer{};
    while (const auto size = std::fread(buffer.data(), 1, buffer.size(), pipe)) {
        result.output.append(buffer.data(), size);
    }
    result.status = pclose(pipe);
    return result;
}

TEST(Exposition, of_the_example_is_the_vector) {
    std::ifstream in(std::string(TRAINWATCH_TESTS_DIR) + "/vectors/exposition/example.txt");
    const std::string expected{std::istreambuf_iterator<char>(in), {}};
    EXPECT_EQ(example_text(), expected);
}

void expect_promtool_is_content(const std::string& text) {
    if (run_command("command -v promtool").status != 0) {
        GTEST_SKIP() << "promtool is not installed (Debian: prometheus)";
    }
    const auto path = std::filesystem::temp_directory_path() /
        ("trainwatch-exposition-" + std::to_string(getpid()) + ".txt");
    std::ofstream(path) << text;
    const auto checked = run_command("promtool check metrics < '" + path.string() + "' 2>&1");
    std::filesystem::remove(path);
    EXPECT_EQ(checked.output, "");
    EXPECT_EQ(checked.status, 0);
}

TEST(Exposition, of_the_example_pleases_promtool) {
    expect_promtool_is_content(example_text());
}

TEST(Exposition, before_the_first_answer_pleases_promtool) {
    domain::view view;
    expect_promtool_is_content(render_metrics(view, example_plan(), example_process()));
}

TEST(Exposition, has_no_series_twice) {
    auto plan = example_plan();
    auto view = example_view(plan);
    // Two connections that reach one account: the same job in two slots.
    view.jobs.push_back(completed(plan));
    view.jobs.back().target.watch_list = "weekly";
    const auto series = series_of(render_metrics(view, plan, example_process()));
    const std::set<std::string> unique(series.begin(), series.end());
    EXPECT_EQ(unique.size(), series.size());
}

TEST(Exposition, gives_a_reused_name_to_the_newest_job) {
    const auto plan = example_plan();
    domain::view view;
    view.jobs = {completed(plan), completed(plan), completed(plan)};
    view.jobs[1].last->created = at(10'000);
    view.jobs[1].last->algorithm = "the-new-one";
    const auto text = render_metrics(view, plan, example_process());
    EXPECT_THAT(text, HasSubstr("algorithm=\"the-new-one\""));
    EXPECT_THAT(text, Not(HasSubstr("algorithm=\"pytorch")));
}

TEST(Exposition, counts_the_fleet_only_after_a_complete_pass) {
    const auto plan = example_plan();
    auto view = example_view(plan);
    view.first_pass_complete = false;
    const auto text = render_metrics(view, plan, example_process());
    EXPECT_THAT(text, Not(HasSubstr("sagemaker_training_jobs{")));
    EXPECT_THAT(text, HasSubstr("sagemaker_training_job_status{"));
}

TEST(Exposition, starts_at_zero_for_what_may_happen) {
    const domain::view nothing;
    const auto text = render_metrics(nothing, example_plan(), example_process());
    for (const char* const line : {
             "trainwatchd_alerts_firing{alert=\"TrainingJobFailed\"} 0\n",
             "trainwatchd_alerts_firing{alert=\"TrainingJobMaxRuntimeExceeded\"} 0\n",
             "trainwatchd_notifications_total{receiver=\"hook\"} 0\n",
             "trainwatchd_notifications_failed_total{receiver=\"main\",reason=\"denied\"} 0\n",
             "trainwatchd_api_requests_total{connection=\"research\",aws_region=\"us-east-1\","
             "operation=\"DescribeTrainingJob\",code=\"throttled\"} 0\n",
         }) {
        EXPECT_THAT(text, HasSubstr(line));
    }
    // What is not known yet is absent: 0 would be a lie.
    EXPECT_THAT(text, Not(HasSubstr("trainwatchd_connection_up{")));
    EXPECT_THAT(text, Not(HasSubstr("trainwatchd_oldest_observation_timestamp_seconds{")));
}

TEST(Exposition, never_shows_free_text) {
    EXPECT_THAT(example_text(), Not(HasSubstr("exit code")));
    EXPECT_EQ(example_text().find('\x1b'), std::string::npos);
}

TEST(Exposition, does_not_change_with_the_number_of_polls) {
    const auto plan = example_plan();
    domain::view view;
    view.jobs = {spot(plan)};
    const auto before = render_metrics(view, plan, example_process());
    view.jobs[0].last_observed = at(9'999);
    view.jobs[0].revision = 77;
    EXPECT_EQ(render_metrics(view, plan, example_process()), before);
}

TEST(Exposition, of_an_answer_without_a_status_says_unknown) {
    const auto plan = example_plan();
    domain::view view;
    view.jobs = {spot(plan)};
    view.jobs[0].last->secondary = {};
    EXPECT_THAT(
        render_metrics(view, plan, example_process()), HasSubstr("secondary_status=\"Unknown\"")
    );
}

// The promise of the README: 14 series and 2.6 KB for a job with a name of 48 characters.
class ExpositionBudget : public testing::TestWithParam<bool> {};

TEST_P(ExpositionBudget, holds_for_a_job) {
    const std::string name = "image-classification-resnet-2026-11-23-09-12-000";
    ASSERT_EQ(name.size(), 48U);
    const auto plan = example_plan();
    const bool ended = GetParam();
    const auto job_named = [&](const std::string& job) {
        auto made = ended ? completed(plan) : spot(plan);
        const auto like = observed(job, "", "");
        made.last->name = like.name;
        made.last->arn = like.arn;
        made.last->instances = like.instances;
        made.last->tuning_job = "hyperparameter-tuning-20261123";
        made.deadlines.resize(std::min<std::size_t>(made.deadlines.size(), 2));
        return made;
    };
    domain::view one;
    one.jobs = {job_named(name)};
    domain::view two = one;
    two.jobs.push_back(job_named(name.substr(0, 47) + "1"));
    const auto first = render_metrics(one, plan, example_process());
    const auto second = render_metrics(two, plan, example_process());
    EXPECT_LE(series_of(second).size() - series_of(first).size(), 14U);
    EXPECT_LE(second.size() - first.size(), 2'600U);
}

INSTANTIATE_TEST_SUITE_P(Jobs, ExpositionBudget, testing::Bool(), [](const auto& each) {
    return each.param ? "that_ended" : "that_runs";
});

}  // namespace
}  // namespace trainwatch::wire
