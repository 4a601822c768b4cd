#include "app/check_config.hpp"

#include <filesystem>
#include <map>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/settings_file.hpp"

namespace trainwatch::app {
namespace {

using text_map = std::map<std::string, std::string>;

constexpr const char* good_file =
    "watch_lists: [{name: a, regions: [eu-west-1], jobs: [x, y]}]\n"
    "receivers: [{name: hook, webhook: {url_file: secrets/hook}}]\n";

file_reader reader_of(text_map files) {
    return [files = std::move(files)](const std::string& path) -> result<std::string> {
        const auto at = files.find(path);
        if (at != files.end()) return at->second;
        failure why;
        why.kind = error_class::not_found;
        why.detail = path + ": No such file or directory";
        return why;
    };
}

TEST(CheckConfig, sums_up_what_is_good) {
    const auto report = check_config(
        {"/etc/t/a.yaml", "b.yaml"},
        {},
        reader_of(
            {{"/etc/t/a.yaml", good_file},
             {"/etc/t/secrets/hook", "https://example.com/hook?key=1\n"},
             {"b.yaml", "watch_lists: [{name: a, regions: [eu-west-1], jobs: [x]}]"}}
        )
    );
    EXPECT_EQ(report.exit_code, 0);
    EXPECT_EQ(
        report.text,
        "/etc/t/a.yaml: ok (2 jobs in 1 watch list, 1 receiver)\n"
        "b.yaml: ok (1 job in 1 watch list, 0 receivers)\n"
    );
}

TEST(CheckConfig, reports_every_mistake_of_every_file) {
    const auto report = check_config(
        {"a.yaml", "gone.yaml", "b.yaml"},
        {},
        reader_of(
            {{"a.yaml", "watch_list: 1\nwatch_lists: []\n"},
             {"b.yaml", "watch_lists: [{name: a, regions: [eu-west-1], jobs: [x]}]"}}
        )
    );
    EXPECT_EQ(report.exit_code, 1);
    EXPECT_EQ(
        report.text,
        "a.yaml:1:1: watch_list: unknown key; did you mean \"watch_lists\"?\n"
        "a.yaml:2:14: watch_lists: an empty list; expects at least one of the watch lists\n"
        "gone.yaml: No such file or directory\n"
        "b.yaml: ok (1 job in 1 watch list, 0 receivers)\n"
    );
}

TEST(CheckConfig, looks_into_the_files_that_the_configuration_names) {
    const std::string yaml = std::string(good_file) +
        "connections: [{name: c, regions: [eu-west-1], ca_bundle: /ca.pem}]\n";
    const auto without = check_config({"/etc/t/a.yaml"}, {}, reader_of({{"/etc/t/a.yaml", yaml}}));
    EXPECT_EQ(without.exit_code, 1);
    EXPECT_EQ(
        without.text,
        "/etc/t/a.yaml:2:46: receivers[0].webhook.url_file: /etc/t/secrets/hook: No such file or "
        "directory\n"
        "/etc/t/a.yaml:3:58: connections[0].ca_bundle: /ca.pem: No such file or directory\n"
    );
    const auto wrong = check_config(
        {"/etc/t/a.yaml"},
        {},
        reader_of(
            {{"/etc/t/a.yaml", yaml},
             {"/etc/t/secrets/hook", "ftp://user:secret@host/"},
             {"/ca.pem", "garbage"}}
        )
    );
    EXPECT_EQ(wrong.exit_code, 1);
    EXPECT_THAT(
        wrong.text, testing::HasSubstr("connections[0].ca_bundle: /ca.pem: not a PEM file")
    );
    EXPECT_THAT(wrong.text, testing::HasSubstr("webhook.url_file: /etc/t/secrets/hook: "));
    EXPECT_THAT(wrong.text, testing::Not(testing::HasSubstr("user:secret")));
}

TEST(SettingsFile, holds_the_address_that_was_kept_in_a_file) {
    const auto loaded = load_settings(
        "/etc/t/a.yaml",
        {},
        reader_of({{"/etc/t/a.yaml", good_file}, {"/etc/t/secrets/hook", " https://h/?key=1 \n"}})
    );
    const auto& config = std::get<domain::settings>(loaded);
    EXPECT_THAT(config.receivers[0].urls, testing::ElementsAre("https://h/?key=1"));
}

TEST(SettingsFile, without_a_region_points_at_a_broken_aws_file) {
    aws_files files;
    files.problems = {"/h/.aws/config:2: no = sign"};
    const auto loaded = load_settings(
        "a.yaml", files, reader_of({{"a.yaml", "watch_lists: [{name: a, jobs: [x]}]"}})
    );
    const auto& mistakes = std::get<settings_mistakes>(loaded);
    ASSERT_EQ(mistakes.size(), 2U);
    EXPECT_THAT(mistakes[0], testing::HasSubstr("or set AWS_REGION"));
    EXPECT_EQ(mistakes[1], "/h/.aws/config:2: no = sign");
}

// What is shipped is what the documentation says, and right.
TEST(ShippedConfig, is_good) {
    const std::filesystem::path folder =
        std::filesystem::path(TRAINWATCH_TESTS_DIR).parent_path() / "config";
    const auto minimal = (folder / "minimal.yaml").string();
    const auto example = (folder / "trainwatchd.example.yaml").string();
    const auto read = [](const std::string& path) -> result<std::string> {
        auto text = read_file(path);
        // The example names files that exist on its reader's machine only.
        if (text.has_error() && path.ends_with("hook.url")) return std::string("https://h/\n");
        if (text.has_error() && path.ends_with(".pem")) return std::string("-----BEGIN X-----");
        return text;
    };
    const auto report = check_config({minimal, example}, {}, read);
    EXPECT_EQ(report.exit_code, 0) << report.text;
}

TEST(CheckConfig, asks_for_the_region_of_the_machine_only_where_nothing_names_one) {
    const std::string bare = "watch_lists: [{name: a, jobs: [x]}]";
    int asked = 0;
    const region_source ask = [&](const aws_files&) -> result<std::string> {
        ++asked;
        return std::string("eu-west-3");
    };
    aws_files nothing;
    const auto told = load_settings("c.yaml", nothing, reader_of({{"c.yaml", bare}}), ask);
    ASSERT_TRUE(std::holds_alternative<domain::settings>(told));
    EXPECT_THAT(
        std::get<domain::settings>(told).connections.front().regions,
        testing::ElementsAre("eu-west-3")
    );
    EXPECT_EQ(nothing.instance_region, "eu-west-3");
    EXPECT_EQ(asked, 1);

    aws_files variable;
    variable.variables["AWS_REGION"] = "eu-west-1";
    const auto known = load_settings("c.yaml", variable, reader_of({{"c.yaml", bare}}), ask);
    EXPECT_TRUE(std::holds_alternative<domain::settings>(known));
    aws_files own;
    own.profiles["default"]["region"] = "eu-west-1";
    const auto of_profile = load_settings("c.yaml", own, reader_of({{"c.yaml", bare}}), ask);
    EXPECT_TRUE(std::holds_alternative<domain::settings>(of_profile));
    EXPECT_EQ(asked, 1);

    // One that is silent is named beside the mistake.
    const region_source silent = [](const aws_files&) -> result<std::string> {
        return failure{.kind = error_class::transient, .detail = "http://md: timed out"};
    };
    aws_files none;
    const auto failed = load_settings("c.yaml", none, reader_of({{"c.yaml", bare}}), silent);
    ASSERT_TRUE(std::holds_alternative<settings_mistakes>(failed));
    EXPECT_EQ(std::get<settings_mistakes>(failed).back(), "http://md: timed out");
}

}  // namespace
}  // namespace trainwatch::app
