#include "wire/settings_yaml.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace trainwatch::wire::settings_yaml_test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

std::filesystem::path vectors() {
    return std::filesystem::path(TRAINWATCH_TESTS_DIR) / "vectors/settings";
}

std::string read_file(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
}

std::string errors_of(std::string_view yaml, const settings_defaults& defaults = {}) {
    const auto parsed = parse_settings(yaml, defaults);
    std::string text;
    if (const auto* const errors = std::get_if<std::vector<settings_error>>(&parsed)) {
        for (const auto& error : *errors)
            text += format_error("file", error) + "\n";
    }
    return text;
}

domain::settings good(std::string_view yaml, const settings_defaults& defaults = {}) {
    const auto parsed = parse_settings(yaml, defaults);
    if (const auto* const config = std::get_if<domain::settings>(&parsed)) return *config;
    ADD_FAILURE() << errors_of(yaml, defaults);
    return {};
}

constexpr std::string_view minimal = R"(
watch_lists:
  - name: everything
    regions: [eu-west-1]
    match: {name: "*"}
receivers:
  - {name: main, alertmanager: {urls: [http://127.0.0.1:9093]}}
)";

std::vector<std::string> vector_names() {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(vectors())) {
        if (entry.path().extension() == ".yaml") names.push_back(entry.path().stem().string());
    }
    std::sort(names.begin(), names.end());
    return names;
}

class SettingsMistakes : public testing::TestWithParam<std::string> {};

// Each <case>.yaml is wrong; <case>.errors has every mistake in it, by place.
TEST_P(SettingsMistakes, are_all_reported_at_their_place) {
    const auto yaml = read_file(vectors() / (GetParam() + ".yaml"));
    EXPECT_EQ(errors_of(yaml), read_file(vectors() / (GetParam() + ".errors")));
}

INSTANTIATE_TEST_SUITE_P(
    Vectors,
    SettingsMistakes,
    testing::ValuesIn(vector_names()),
    [](const auto& each) { return each.param; }
);

TEST(SettingsFile, of_six_lines_has_one_implied_connection) {
    const auto config = good(minimal);
    ASSERT_THAT(config.connections, SizeIs(1));
    EXPECT_EQ(config.connections[0].name, "default");
    EXPECT_THAT(config.connections[0].regions, ElementsAre("eu-west-1"));
    EXPECT_EQ(config.global, domain::global_settings{});
    ASSERT_THAT(config.watch_lists, SizeIs(1));
    EXPECT_THAT(config.watch_lists[0].jobs, IsEmpty());
    EXPECT_EQ(config.watch_lists[0].match, (domain::job_filter{.name = {"*"}}));
    ASSERT_THAT(config.receivers, SizeIs(1));
    EXPECT_EQ(config.receivers[0].kind, domain::receiver_kind::alertmanager);
    EXPECT_THAT(config.receivers[0].urls, ElementsAre("http://127.0.0.1:9093"));
}

TEST(SettingsFile, with_every_key_is_read_completely) {
    const auto config = good(R"(
global:
  {staleness_bound: 90s, lookback: 1h30m, finished_retention: 0s, labels: {team: platform, site: "1"}}
connections:
  - name: research
    regions: [eu-west-1, us-east-1]
    profile: research
    endpoint_url: https://vpce-1.api.sagemaker.eu-west-1.vpce.amazonaws.com
    ca_bundle: /etc/ssl/corporate.pem
    role_arn: arn:aws:iam::111122223333:role/watch
    external_id: agreed-upon
    proxy_url: http://somebody:secret@proxy.example:3128
    budget: {describe_per_second: 0.5, list_per_second: 1.5}
    discovery: list
    pace: bound
watch_list_files: [watch_lists.d/*.yaml, /srv/teams/vision.yaml]
watch_lists:
  - name: nightly
    connections: [research]
    regions: [us-east-1]
    jobs: [a, b]
    match:
      name: "nightly-*"
      name_regex: ".*-[0-9]+"
      tags: {team: "vision*"}
      tuning_job: [hpo-42, hpo-43]
      auto_ml_job: "auto-*"
      labeling_job: label-1
      experiment: "*"
      instance_type: ["ml.p4*", "*.24xlarge"]
      status: [InProgress, Stopping]
    exclude: {name: [scratch-*, "*-test"]}
    labels: {team: vision, costCentre: "grün & 4711"}
    labels_from_tags: {owner: Owner, stage: "aws:stage"}
    staleness_bound: 30s
    metrics: [phases, final_metrics, details, state_sets]
    alerts:
      TrainingJobStopped: {enabled: true, severity: page-me}
      TrainingJobMaxWaitExceeded: {enabled: false}
      TrainingJobNearDeadline: {warning_at: 70%, critical_at: 0.9}
      TrainingJobPastDeadline: {after: 0s, severity: page}
      TrainingJobSpotLoop: {interruptions: 3, within: 90m}
      TrainingJobOverdue: {severity: warning}
      TrainingJobFailed: {runbook_url: "https://wiki.example.com/a?b=c"}
    limits: {Pending: 3h, Uploading: 0s, Training: 2d, billable: 30h, cost: 12.5}
    expect: {completed_within: 26h}
    receivers: [hook, main]
prices: {ml.p4d.24xlarge: 37.688, ml.p6-b200.48xlarge: 1e2}
receivers:
  - {name: main, alertmanager: {urls: [http://am-1:9093, "http://am-2:9093/base"], proxy_url: none}}
  - {name: hook, webhook: {url: "https://example.com/hook?key=1", proxy_url: "http://p:3128"}}
  - {name: secret, webhook: {url_file: /etc/trainwatchd/hook.url, secret_file: s, authorization: {type: Token, credentials_file: c}, tls_config: {ca_file: ca.pem, cert_file: c.pem, key_file: c.key, server_name: hooks.example, insecure_skip_verify: true, min_version: TLS13, max_version: TLS13}}, heartbeat: true}
failure_classes:
  - {match: "NCCL .* timed? out", class: internal_server}
  - {match: '^AlgorithmError: gave up\b', class: out_of_memory}
api: {show_parameters: true}
)");
    domain::settings expected;
    expected.global = {
        milliseconds(90'000),
        milliseconds(5'400'000),
        milliseconds(0),
        {{"team", "platform"}, {"site", "1"}}};
    expected.connections = {
        {"research",
         {"eu-west-1", "us-east-1"},
         "research",
         "https://vpce-1.api.sagemaker.eu-west-1.vpce.amazonaws.com",
         "/etc/ssl/corporate.pem",
         {0.5, 1.5},
         "arn:aws:iam::111122223333:role/watch",
         "agreed-upon",
         "http://somebody:secret@proxy.example:3128"}};
    expected.watch_lists = {
        {"nightly",
         {"research"},
         {"us-east-1"},
         {"a", "b"},
         {{"team", "vision"}, {"costCentre", "grün & 4711"}},
         {true, true, true, true}}};
    expected.watch_lists[0].match = domain::job_filter{
        .name = {"nightly-*"},
        .name_regex = ".*-[0-9]+",
        .tags = {{"team", "vision*"}},
        .tuning_job = {"hpo-42", "hpo-43"},
        .auto_ml_job = {"auto-*"},
        .labeling_job = {"label-1"},
        .experiment = {"*"},
        .instance_type = {"ml.p4*", "*.24xlarge"},
        .status = {"InProgress", "Stopping"}};
    expected.watch_lists[0].exclude.name = {"scratch-*", "*-test"};
    expected.watch_lists[0].labels_from_tags = {{"owner", "Owner"}, {"stage", "aws:stage"}};
    expected.watch_lists[0].alerts = {
        {"TrainingJobStopped", {true, "page-me"}},
        {"TrainingJobMaxWaitExceeded", {false, {}}},
        {"TrainingJobNearDeadline", {.warning_at = 0.7, .critical_at = 0.9}},
        {"TrainingJobPastDeadline", {.severity = "page", .after = milliseconds(0)}},
        {"TrainingJobSpotLoop", {.interruptions = 3, .within = std::chrono::minutes(90)}},
        {"TrainingJobOverdue", {.severity = "warning"}},
        {"TrainingJobFailed", {.runbook_url = "https://wiki.example.com/a?b=c"}}};
    expected.watch_lists[0].limits = {
        {{"Pending", std::chrono::hours(3)},
         {"Uploading", milliseconds(0)},
         {"Training", std::chrono::hours(48)}},
        std::chrono::hours(30),
        12.5};
    expected.watch_lists[0].completed_within = std::chrono::hours(26);
    expected.watch_lists[0].receivers = {"hook", "main"};
    expected.watch_lists[0].staleness_bound = milliseconds(30'000);
    expected.connections[0].pace = domain::pace_kind::bound;
    expected.watch_list_files = {"watch_lists.d/*.yaml", "/srv/teams/vision.yaml"};
    expected.prices = {{"ml.p4d.24xlarge", 37.688}, {"ml.p6-b200.48xlarge", 100}};
    expected.receivers = {
        {"main",
         domain::receiver_kind::alertmanager,
         {"http://am-1:9093", "http://am-2:9093/base"},
         "",
         "none"},
        {"hook",
         domain::receiver_kind::webhook,
         {"https://example.com/hook?key=1"},
         "",
         "http://p:3128"},
        {"secret", domain::receiver_kind::webhook, {}, "/etc/trainwatchd/hook.url", "", true}};
    expected.receivers[2].access = {
        .credentials_type = "Token",
        .credentials_file = "c",
        .tls = {"ca.pem", "c.pem", "c.key", "hooks.example", true, "TLS13", "TLS13"},
        .secret_file = "s"};
    expected.failure_classes = {
        {"NCCL .* timed? out", domain::failure_class::internal_server},
        {"^AlgorithmError: gave up\\b", domain::failure_class::out_of_memory}};
    expected.api = {true};
    EXPECT_EQ(config, expected);
}

TEST(SettingsFile, without_receivers_is_for_metrics_only) {
    const auto config = good("watch_lists: [{name: a, regions: [eu-west-1], jobs: [x]}]");
    EXPECT_THAT(config.receivers, IsEmpty());
}

TEST(SettingsFile, shows_parameters_only_where_it_says_so) {
    const std::string list = "watch_lists: [{name: a, regions: [eu-west-1], jobs: [x]}]\n";
    EXPECT_FALSE(good(list).api.show_parameters);
    EXPECT_FALSE(good(list + "api: {}").api.show_parameters);
    EXPECT_FALSE(good(list + "api: {show_parameters: false}").api.show_parameters);
    EXPECT_TRUE(good(list + "api: {show_parameters: true}").api.show_parameters);
}

TEST(SettingsFile, may_say_null_for_what_it_leaves_to_the_environment) {
    const auto config = good(R"(
connections: [{name: a, regions: [eu-west-1], endpoint_url: null, ca_bundle: ~, profile: }]
watch_lists: [{name: a, jobs: [x]}]
)");
    EXPECT_EQ(config.connections[0].endpoint_url, "");
    EXPECT_EQ(config.connections[0].ca_bundle, "");
}

TEST(SettingsFile, with_a_byte_order_mark_or_crlf_is_read) {
    EXPECT_EQ(good("\xEF\xBB\xBF" + std::string(minimal)), good(minimal));
    std::string crlf;
    for (const char c : minimal)
        crlf += c == '\n' ? std::string("\r\n") : std::string(1, c);
    EXPECT_EQ(good(crlf), good(minimal));
}

constexpr std::string_view regionless = "watch_lists: [{name: a, jobs: [x]}]";

TEST(SettingsPlaces, of_mistakes_that_show_later_are_those_of_their_keys) {
    const std::string yaml = "connections:\n  - name: c\n    ca_bundle: /ca.pem\n";
    EXPECT_EQ(
        mistake_at(yaml, "connections[0].ca_bundle", "gone"),
        (settings_error{3, 16, "connections[0].ca_bundle", "gone"})
    );
    // The environment's, or another file by now.
    for (const std::string path :
         {"connections[1].ca_bundle", "connections[0].url", "receivers[0]", "connections[x", "["}) {
        EXPECT_EQ(mistake_at(yaml, path, "gone"), (settings_error{0, 0, path, "gone"})) << path;
    }
    EXPECT_EQ(mistake_at("\t{", "a", "gone").line, 0);
}

TEST(SettingsDefaults, of_a_profile_that_ignores_endpoints_keep_the_environment_s_out) {
    settings_defaults defaults;
    defaults.region = "eu-central-1";
    defaults.endpoint_url = "http://127.0.0.1:4566";
    defaults.profiles["default"].ignores_endpoint_urls = true;
    EXPECT_EQ(good(regionless, defaults).connections[0].endpoint_url, "");
}

TEST(SettingsDefaults, lend_the_profile_s_bundle_where_no_variable_names_one) {
    settings_defaults defaults;
    defaults.region = "eu-central-1";
    defaults.profiles["default"].ca_bundle = "/profile.pem";
    EXPECT_EQ(good(regionless, defaults).connections[0].ca_bundle, "/profile.pem");
    defaults.ca_bundle = "/variable.pem";
    EXPECT_EQ(good(regionless, defaults).connections[0].ca_bundle, "/variable.pem");
}

TEST(SettingsDefaults, lend_region_endpoint_and_bundle_to_the_implied_connection) {
    settings_defaults defaults;
    defaults.region = "eu-central-1";
    defaults.endpoint_url = "http://127.0.0.1:4566";
    defaults.ca_bundle = "/ca.pem";
    defaults.profile = "work";
    const auto config = good(regionless, defaults);
    EXPECT_THAT(config.connections[0].regions, ElementsAre("eu-central-1"));
    EXPECT_EQ(config.connections[0].endpoint_url, "http://127.0.0.1:4566");
    EXPECT_EQ(config.connections[0].ca_bundle, "/ca.pem");
    // A profile written in the file outranks the environment's keys, one from AWS_PROFILE does
    // not: so it is not made to look as if it were written.
    EXPECT_EQ(config.connections[0].profile, "");
}

TEST(SettingsDefaults, of_the_profile_stand_behind_the_variables) {
    settings_defaults defaults;
    defaults.profile = "work";
    defaults.profiles["work"] = {"eu-north-1", "http://work:1"};
    defaults.profiles["default"] = {"us-east-1", "http://default:1"};
    EXPECT_THAT(good(regionless, defaults).connections[0].regions, ElementsAre("eu-north-1"));
    EXPECT_EQ(good(regionless, defaults).connections[0].endpoint_url, "http://work:1");
    const auto named = good(
        "connections: [{name: c, profile: default}]\nwatch_lists: [{name: a, jobs: [x]}]", defaults
    );
    EXPECT_THAT(named.connections[0].regions, ElementsAre("us-east-1"));
    defaults.region = "eu-central-1";
    EXPECT_THAT(good(regionless, defaults).connections[0].regions, ElementsAre("eu-central-1"));
}

TEST(SettingsDefaults, never_override_what_the_file_says) {
    settings_defaults defaults;
    defaults.region = "eu-central-1";
    defaults.endpoint_url = "http://127.0.0.1:4566";
    const auto config = good(
        "connections: [{name: c, regions: [us-east-1], endpoint_url: 'http://mine:1'}]\n"
        "watch_lists: [{name: a, jobs: [x]}]",
        defaults
    );
    EXPECT_THAT(config.connections[0].regions, ElementsAre("us-east-1"));
    EXPECT_EQ(config.connections[0].endpoint_url, "http://mine:1");
}

TEST(SettingsDefaults, reach_a_list_without_regions_beside_lists_with_some) {
    settings_defaults defaults;
    defaults.region = "eu-central-1";
    const auto config = good(
        "watch_lists: [{name: a, regions: [us-east-1], jobs: [x]}, {name: b, jobs: [x]}]", defaults
    );
    EXPECT_THAT(config.connections[0].regions, ElementsAre("eu-central-1"));
}

TEST(SettingsDefaults, with_a_bad_region_are_named_as_the_culprit) {
    settings_defaults defaults;
    defaults.region = "europe";
    EXPECT_THAT(errors_of(regionless, defaults), HasSubstr("from the environment: \"europe\""));
    // Unless nobody needs it.
    EXPECT_EQ(errors_of(minimal, defaults), "");
}

TEST(SettingsDefaults, absent_with_no_region_anywhere_name_the_cure) {
    EXPECT_EQ(
        errors_of(regionless),
        "file:1:22: watch_lists[0].name: no region: add regions: [eu-west-1] to this list or to "
        "connection \"default\", or set AWS_REGION\n"
    );
}

TEST(SettingsJobs, twice_in_a_list_are_reported_beside_its_unknown_connection) {
    EXPECT_EQ(
        errors_of("watch_lists:\n"
                  "  - {name: a, connections: [gone], regions: [eu-west-1], jobs: [x, y, x]}\n"),
        "file:2:29: watch_lists[0].connections[0]: there is no connection \"gone\"\n"
        "file:2:71: watch_lists[0].jobs[2]: \"x\" is in this list already (line 2)\n"
    );
}

TEST(SettingsUrl, that_is_none_is_reported_where_it_stands) {
    const auto errors = errors_of(
        "connections: [{name: c, regions: [eu-west-1], endpoint_url: 'ftp://example.com'}]\n"
        "watch_lists: [{name: a, jobs: [x]}]\n"
        "receivers: [{name: r, alertmanager: {urls: ['no url']}},\n"
        "            {name: s, webhook: {url: 'ftp://user:secret@host'}}]\n"
    );
    EXPECT_THAT(
        errors, HasSubstr("file:1:61: connections[0].endpoint_url: \"ftp://example.com\": ")
    );
    EXPECT_THAT(errors, HasSubstr("file:3:45: receivers[0].alertmanager.urls[0]: \"no url\": "));
    EXPECT_THAT(errors, HasSubstr("file:4:38: receivers[1].webhook.url: "));
    // The address of a webhook is often a secret.
    EXPECT_THAT(errors, testing::Not(HasSubstr("secret")));
}

TEST(SettingsUrl, with_a_password_is_not_repeated) {
    const auto errors = errors_of(
        "connections: [{name: a, regions: [eu-west-1], endpoint_url: 'http://u:secret@h'}]\n"
        "watch_lists: [{name: b, jobs: [x]}]",
        {}
    );
    EXPECT_THAT(errors, HasSubstr("endpoint_url: (not shown): "));
    EXPECT_THAT(errors, testing::Not(HasSubstr("secret")));
}

TEST(HostileFile, of_a_megabyte_of_jobs_is_read) {
    std::string yaml = "watch_lists:\n  - name: big\n    regions: [eu-west-1]\n    jobs:\n";
    std::size_t jobs = 0;
    while (yaml.size() < (1U << 20U)) {
        yaml += "      - training-job-of-a-usual-length-" + std::to_string(jobs++) + "\n";
    }
    EXPECT_THAT(good(yaml).watch_lists[0].jobs, SizeIs(jobs));
}

TEST(HostileFile, beyond_the_limit_is_refused_by_size) {
    EXPECT_EQ(errors_of(std::string(5U << 20U, ' ')), "file: the file has more than 4 MiB\n");
}

TEST(HostileFile, nested_deeply_is_refused) {
    for (const std::string_view piece : {"[", "{a: ", "- ", "? ", "a: [", "!x ["}) {
        std::string yaml;
        for (int i = 0; i < 100'000; ++i)
            yaml += piece;
        EXPECT_THAT(errors_of(yaml), HasSubstr("not valid YAML")) << piece;
    }
}

TEST(HostileFile, with_very_many_mistakes_reports_the_first_ones_and_their_number) {
    std::string yaml = "watch_lists:\n  - name: a\n    regions: [eu-west-1]\n    jobs:\n";
    for (int i = 0; i < 1'000; ++i)
        yaml += "      - bad_name_" + std::to_string(i) + "\n";
    const auto errors = errors_of(yaml);
    EXPECT_EQ(std::count(errors.begin(), errors.end(), '\n'), 201);
    EXPECT_THAT(errors, HasSubstr("and 800 more"));
    EXPECT_THAT(errors, HasSubstr("watch_lists[0].jobs[0]"));
}

TEST(HostileFile, cannot_forge_a_line_of_the_report) {
    const auto errors = errors_of(
        "\"x\\nfile:1:1: all is well\": 1\nwatch_lists: [{name: \"a\\nb\\e[31m\", jobs: "
        "[\"a\\tb\"]}]"
    );
    EXPECT_THAT(errors, testing::Not(HasSubstr("\nfile:1:1: all")));
    EXPECT_EQ(errors.find('\x1b'), std::string::npos);
    EXPECT_EQ(errors.find('\t'), std::string::npos);
}

TEST(HostileFile, cannot_hide_or_turn_around_a_refused_name) {
    const auto message_for = [](const std::string& name) {
        return errors_of(
            "watch_lists: [{name: \"" + name + "\", regions: [eu-west-1], jobs: [x]}]"
        );
    };
    EXPECT_THAT(message_for("a\u202Eb"), HasSubstr("\"a\\xe2\\x80\\xaeb\" is no name"));
    EXPECT_THAT(message_for("a\u2066b"), HasSubstr("\"a\\xe2\\x81\\xa6b\" is no name"));
    EXPECT_THAT(message_for("a\u200Bb"), HasSubstr("\"a\\xe2\\x80\\x8bb\" is no name"));
    EXPECT_THAT(message_for("a\u00A0b"), HasSubstr("\"a\\xc2\\xa0b\" is no name"));
    EXPECT_THAT(message_for("a\U000E0041b"), HasSubstr("\"a\\xf3\\xa0\\x81\\x81b\" is no name"));
    // What can be read is left as it is.
    EXPECT_THAT(message_for("grün 訓練 🚂"), HasSubstr("\"grün 訓練 🚂\" is no name"));
}

std::string with_list_keys(const std::string& keys) {
    return "watch_lists: [{name: a, regions: [eu-west-1], jobs: [x], " + keys + "}]";
}

TEST(SettingsMetrics, are_switched_one_by_one) {
    EXPECT_EQ(good(minimal).watch_lists[0].metrics, domain::metric_groups{});
    const auto groups = [](const char* name) {
        return good(with_list_keys("metrics: [" + std::string(name) + "]")).watch_lists[0].metrics;
    };
    EXPECT_EQ(groups("phases"), (domain::metric_groups{true, false, false, false}));
    EXPECT_EQ(groups("final_metrics"), (domain::metric_groups{false, true, false, false}));
    EXPECT_EQ(groups("details"), (domain::metric_groups{false, false, true, false}));
    EXPECT_EQ(groups("state_sets"), (domain::metric_groups{false, false, false, true}));
}

TEST(SettingsLabels, are_bounded_in_length_and_number) {
    const auto value_of = [](std::size_t size) {
        return with_list_keys("labels: {team: " + std::string(size, 'x') + "}");
    };
    EXPECT_EQ(good(value_of(256)).watch_lists[0].labels.at("team").size(), 256U);
    EXPECT_THAT(
        errors_of(value_of(257)),
        HasSubstr("labels.team: the value of a label has at most 256 bytes; this one has 257")
    );
    std::string many;
    for (int i = 0; i < 32; ++i)
        many += "l" + std::to_string(i) + ": x, ";
    EXPECT_THAT(good(with_list_keys("labels: {" + many + "}")).watch_lists[0].labels, SizeIs(32));
    EXPECT_THAT(
        errors_of(with_list_keys("labels: {" + many + "one_more: x}")),
        HasSubstr("33 labels; 32 are the most")
    );
}

// Editors and check-config shall not disagree about what is refused.
TEST(SettingsLabels, refuse_the_names_that_the_schema_refuses) {
    const auto schema = boost::json::parse(
        read_file(std::filesystem::path(TRAINWATCH_TESTS_DIR) / "../config/trainwatchd.schema.json")
    );
    const auto& refused =
        schema.at_pointer("/definitions/labels/propertyNames/not/enum").as_array();
    EXPECT_THAT(refused, SizeIs(testing::Ge(21U)));
    for (const auto& name : refused) {
        const std::string text(name.as_string());
        EXPECT_THAT(
            errors_of(with_list_keys("labels: {" + text + ": x}")),
            HasSubstr("\"" + text + "\" is a label of the alerts")
        );
    }
}

TEST(SettingsBudget, that_is_nothing_asks_for_a_number) {
    EXPECT_THAT(
        errors_of("connections: [{name: c, budget: {describe_per_second: null}}]\n"
                  "watch_lists: [{name: a, regions: [eu-west-1], jobs: [x]}]"),
        HasSubstr("budget.describe_per_second: expects a number, such as 2 or 0.5; this is nothing")
    );
}

TEST(SettingsFailureClasses, may_name_each_class_that_a_failure_can_have) {
    std::string yaml(minimal);
    yaml += "failure_classes:\n";
    for (const auto each : domain::failed_classes) {
        yaml += "  - {match: x, class: " + std::string(to_string(each)) + "}\n";
    }
    const auto config = good(yaml);
    ASSERT_THAT(config.failure_classes, SizeIs(domain::failed_classes.size()));
    for (std::size_t i = 0; i < config.failure_classes.size(); ++i) {
        EXPECT_EQ(config.failure_classes[i].failure_class, domain::failed_classes[i]);
    }
}

TEST(SettingsFailureClasses, are_all_in_the_schema_and_the_documentation) {
    const auto config = std::filesystem::path(TRAINWATCH_TESTS_DIR).parent_path() / "config";
    const auto schema = read_file(config / "trainwatchd.schema.json");
    const auto page = read_file(config / "README.md");
    for (const auto each : domain::failed_classes) {
        const std::string name(to_string(each));
        EXPECT_THAT(schema, HasSubstr("\"" + name + "\""));
        EXPECT_THAT(page, HasSubstr("\n| `" + name + "` | "));
    }
}

TEST(SettingsFailureClasses, are_bounded_in_number_and_length) {
    const auto rules = [](std::size_t count, std::size_t length) {
        std::string yaml(minimal);
        yaml += "failure_classes:\n";
        const std::string rule = "  - {match: \"" + std::string(length, 'x') + "\", class: data}\n";
        for (std::size_t i = 0; i < count; ++i)
            yaml += rule;
        return yaml;
    };
    EXPECT_THAT(good(rules(100, 500)).failure_classes, SizeIs(100));
    EXPECT_THAT(errors_of(rules(101, 1)), HasSubstr("failure_classes: 101 rules; at most 100\n"));
    EXPECT_THAT(
        errors_of(rules(1, 501)),
        HasSubstr("failure_classes[0].match: a pattern of 501 bytes; at most 500\n")
    );
}

TEST(SettingsAlerts, tell_what_is_wrong_and_where) {
    const auto of = [](const char* alerts) {
        return errors_of(
            std::string("watch_lists: [{name: a, regions: [eu-west-1], jobs: [x], alerts: ") +
            alerts + "}]\n"
        );
    };
    EXPECT_THAT(
        of("{TrainingJobFailt: {enabled: false}}"), HasSubstr("did you mean \"TrainingJobFailed\"")
    );
    EXPECT_THAT(of("{TrainingJobStuck: {after: 5m}}"), HasSubstr("TrainingJobStuck.after"));
    EXPECT_THAT(of("{TrainingJobFailed: {enabled: yes}}"), HasSubstr("expects true or false"));
    EXPECT_THAT(
        of("{TrainingJobFailed: {severity: \"very bad\"}}"), HasSubstr("letters, digits, _ and -")
    );
    EXPECT_THAT(of("{TrainingJobFailed: off}"), HasSubstr("TrainingJobFailed"));
    EXPECT_THAT(of("{TrainingJobNearDeadline: {warning_at: 80}}"), HasSubstr("such as 0.8 or 80%"));
    EXPECT_THAT(
        of("{TrainingJobNearDeadline: {warning_at: 0.9, critical_at: 0.7}}"),
        HasSubstr("critical_at: comes before warning_at")
    );
    EXPECT_THAT(
        of("{TrainingJobNearDeadline: {warning_at: 0.97}}"),
        HasSubstr("warning_at: comes after critical_at")
    );
    EXPECT_THAT(of("{TrainingJobNearDeadline: {severity: page}}"), HasSubstr("severity"));
    EXPECT_THAT(
        of("{TrainingJobSpotLoop: {interruptions: 2.5}}"), HasSubstr("a whole number from 1")
    );
    EXPECT_THAT(of("{TrainingJobFailed: {after: 5m}}"), HasSubstr("after"));
    EXPECT_THAT(
        of("{TrainingJobFailed: {runbook_url: \"javascript:x\"}}"),
        HasSubstr("runbook_url: a link such as")
    );
}

TEST(SettingsLimits, tell_what_is_wrong_and_where) {
    const auto of = [](const std::string& rest) {
        return errors_of(
            "watch_lists: [{name: a, regions: [eu-west-1], jobs: [x], " + rest + "}]\n"
        );
    };
    EXPECT_THAT(of("limits: {Startin: 5m}"), HasSubstr("did you mean \"Starting\""));
    EXPECT_THAT(of("limits: {Starting: 32d}"), HasSubstr("limits.Starting"));
    EXPECT_THAT(of("limits: {cost: 5}"), HasSubstr("there are no \"prices\""));
    EXPECT_THAT(of("limits: {cost: 0}"), HasSubstr("an amount above zero"));
    EXPECT_THAT(of("expect: {}"), HasSubstr("completed_within"));
    EXPECT_THAT(of("expect: {completed_within: 5s}"), HasSubstr("expect.completed_within"));
    EXPECT_THAT(of("receivers: [nobody]"), HasSubstr("there is no receiver \"nobody\""));
}

TEST(SettingsAlerts, are_all_in_the_schema_and_the_documentation) {
    const auto config = std::filesystem::path(TRAINWATCH_TESTS_DIR).parent_path() / "config";
    std::vector<std::string_view> names(domain::end_alerts.begin(), domain::end_alerts.end());
    names.insert(names.end(), domain::condition_alerts.begin(), domain::condition_alerts.end());
    names.push_back(domain::overdue_alert);
    for (const auto name : names) {
        EXPECT_THAT(
            read_file(config / "trainwatchd.schema.json"),
            HasSubstr("\"" + std::string(name) + "\"")
        );
        EXPECT_THAT(
            read_file(config / "README.md"), HasSubstr("\n| `" + std::string(name) + "` | ")
        );
    }
}

// Whatever stands in the file, there is an answer and no crash: every truncation of a good one.
TEST(HostileFile, cut_anywhere_is_read_or_refused) {
    const auto yaml = read_file(vectors() / "every_section.yaml") + std::string(minimal);
    for (std::size_t size = 0; size <= yaml.size(); ++size) {
        const auto parsed = parse_settings(std::string_view(yaml).substr(0, size), {});
        const auto* const errors = std::get_if<std::vector<settings_error>>(&parsed);
        ASSERT_TRUE(errors == nullptr || !errors->empty()) << size;
    }
}

TEST(SettingsError, without_a_place_is_of_the_whole_file) {
    EXPECT_EQ(format_error("f", {0, 0, "", "gone"}), "f: gone");
    EXPECT_EQ(format_error("f", {3, 4, "a.b", "bad"}), "f:3:4: a.b: bad");
    EXPECT_EQ(format_error("f", {3, 4, "", "bad"}), "f:3:4: bad");
}

}  // namespace
}  // namespace trainwatch::wire::settings_yaml_test
