// Views of made-up jobs for the tests of the exposition, and tools to read its text.
//
// `example` is the default set; `rich` has every group switched on and shows every family and label
// that there are, so that the catalogue can be compared with it.
#pragma once

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <limits>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <unistd.h>

#include "wire/exposition.hpp"

namespace trainwatch::wire {

inline constexpr wall_time at(std::int64_t seconds_after, int milliseconds_after = 0) {
    return from_unix_milliseconds((1'763'890'000 + seconds_after) * 1'000 + milliseconds_after);
}

inline domain::observation observed(std::string name, std::string status, std::string secondary) {
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

inline domain::job_view slot(const domain::watch_plan& plan, std::size_t index) {
    domain::job_view job;
    job.target = plan.targets[index];
    return job;
}

inline domain::watch_plan example_plan() {
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

inline domain::job_view completed(const domain::watch_plan& plan) {
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

inline domain::job_view spot(const domain::watch_plan& plan) {
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

inline domain::job_view broken(const domain::watch_plan& plan) {
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

inline domain::fleet_view example_fleet() {
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

inline domain::view example_view(const domain::watch_plan& plan) {
    domain::view view;
    view.jobs = {completed(plan), spot(plan), broken(plan), slot(plan, 3), slot(plan, 4)};
    view.lanes.resize(2);
    view.lanes[0].up = true;
    view.lanes[0].heard = true;
    view.lanes[0].operations[domain::aws_operation::describe].requests = {
        {"ok", 41}, {"throttled", 2}};
    view.lanes[0].operations[domain::aws_operation::describe].duration = {
        {0.1, 1}, {40, 2, 1}, 6.25};
    view.lanes[0].clock_offset = milliseconds(-250);
    view.lanes[0].operations[domain::aws_operation::describe].rate = 1.4;
    view.lanes[1].operations[domain::aws_operation::describe].rate = 0.5;
    view.connections["research"] = {
        {"instance metadata", "111122223333", at(3'600)}, {{"ok", 3}, {"transient", 1}}, {}};
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

inline process_facts example_process() {
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
    process.watch_list_files = {
        {"/etc/trainwatchd/watch_lists.d/speech.yaml", false},
        {"/etc/trainwatchd/watch_lists.d/vision.yaml", true}};
    process.documents = 3;
    process.document_bytes = 7'168;
    process.document_bytes_max = 67'108'864;
    process.documents_dropped = 1;
    return process;
}

inline std::string example_text() {
    const auto plan = example_plan();
    return render_metrics(example_view(plan), plan, example_process());
}

// ---- every group -------------------------------------------------------------------------------

inline domain::watch_plan rich_plan() {
    auto plan = example_plan();
    plan.lists["nightly"] = {
        {{"team", "vision"}, {"costCentre", "4711"}}, {true, true, true, true}};
    plan.lists["found"] = {{}, {}, seconds(300)};
    plan.discovery = {{"found", {lane_id{0}}}};
    plan.lanes[0].lists = true;
    // Of a former configuration: shown no more.
    plan.lanes.push_back({"former", "eu-west-1", {}, true});
    plan.lanes[2].gone = true;
    return plan;
}

inline void add_results(domain::observation& job) {
    job.final_metrics = {
        {"train:loss", 0.25, at(3'000)},
        {"validation:accuracy", std::numeric_limits<double>::quiet_NaN(), at(3'060)},
        {"grad:norm", std::numeric_limits<double>::infinity(), std::nullopt}};
    job.rules = {
        {domain::rule_kind::debugger, "LossNotDecreasing", "IssuesFound", "free text", at(3'000)},
        {domain::rule_kind::profiler, "LossNotDecreasing", "NoIssuesFound", "", {}}};
    job.warm_pool = {"Available", seconds(300), ""};
    job.keep_alive = seconds(1'800);
    job.volume_gb = 50;
    job.network_isolation = true;
    job.traffic_encryption = false;
    job.checkpoint_uri = "s3://bucket/checkpoints";
    job.retry_attempts_max = 3;
}

// A job that ended with everything that AWS may say about one.
inline domain::job_view rich_end(const domain::watch_plan& plan) {
    auto job = completed(plan);
    add_results(*job.last);
    job.last->spot = true;
    job.last->limits = {seconds(86'400), seconds(90'000), seconds(7'200)};
    job.derived.phases = {
        {"Starting", milliseconds(80'500), 2, {}},
        {"Interrupted", milliseconds(60'000), 1, {}},
        {"Training", milliseconds(3'000'250), 2, {}}};
    job.derived.lost_to_interruptions = milliseconds(140'500);
    job.derived.spot_saving_ratio = 0.75;
    job.derived.billable_instance_seconds = 6'062;
    job.derived.cost = 63.5;
    job.interruptions = 1;
    return job;
}

// A running one that tells its progress and was given all that belongs to a series' labels.
inline domain::job_view rich_run(const domain::watch_plan& plan) {
    auto job = spot(plan);
    job.last->auto_ml_job = "auto";
    job.last->labeling_job = "labels";
    job.last->experiment = "experiment";
    job.last->trial = "trial";
    job.last->progress = {2, 10, 40, 1'000};
    job.last->billable_tokens = 1'000'000;
    job.derived.phases = {
        {"Starting", milliseconds(61'000), 1, {}}, {"Training", milliseconds(0), 1, at(61)}};
    job.derived.predicted_end = {at(9'000), domain::predicted_end::basis::progress};
    return job;
}

inline domain::view rich_view(const domain::watch_plan& plan) {
    auto view = example_view(plan);
    view.jobs[0] = rich_end(plan);
    view.jobs[1] = rich_run(plan);
    view.unknown_values = {{"SecondaryStatus", 2}, {"ResourceConfig.Shiny", 1}};
    view.lanes.resize(3);
    view.lanes[0].operations[domain::aws_operation::describe].headroom = 0.25;
    view.lanes[0].operations[domain::aws_operation::describe].others = 0.6;
    view.lanes[0].operations[domain::aws_operation::list] = {
        {{"ok", 17}, {"throttled", 1}}, {{1}, {18, 0}, 2.5}, 0.7, 0.125, 1.5};
    view.lanes[0].operations[domain::aws_operation::tags] = {{{"ok", 4}}, {}, 2, 1.9, 0};
    view.lanes[0].sweep = {true, 1'204, 13, 4'711, milliseconds(13'000), milliseconds(21'500)};
    view.lanes[0].sweep->is_measured = true;
    return view;
}

inline std::string rich_text() {
    const auto plan = rich_plan();
    return render_metrics(rich_view(plan), plan, example_process());
}

// ---- reading -----------------------------------------------------------------------------------

inline std::vector<std::string> series_of(const std::string& text) {
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

inline command_result run_command(const std::string& command) {
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

inline void expect_promtool_is_content(const std::string& text) {
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

}  // namespace trainwatch::wire
