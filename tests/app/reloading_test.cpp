#include "app/reloading.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/reload_command.hpp"
#include "app/routes.hpp"
#include "wire/control_message.hpp"

namespace trainwatch::app::reloading_test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const failure no_keys{.kind = error_class::denied, .detail = "no credentials found"};

configuration_reading reading_of(std::map<std::string, connection_access> access) {
    configuration_reading reading;
    reading.inputs.emplace();
    reading.inputs->access = std::move(access);
    return reading;
}

connection_access with_trouble(const failure& why) {
    connection_access access;
    access.trouble = why;
    return access;
}

TEST(Reloading, of_a_wrong_file_says_every_mistake) {
    configuration_reading reading;
    reading.errors = {"a.yaml:1:2: x: y", "a.yaml:3:4: z: w"};
    const auto outcome = judge_reading(reading, {}, {});
    EXPECT_FALSE(outcome.ok);
    EXPECT_EQ(outcome.errors, reading.errors);
}

TEST(Reloading, connection_that_loses_its_keys_is_refused) {
    const auto outcome =
        judge_reading(reading_of({{"good", {}}, {"research", with_trouble(no_keys)}}), {}, {});
    EXPECT_FALSE(outcome.ok);
    EXPECT_THAT(outcome.errors, ElementsAre("connection \"research\": no credentials found"));
}

TEST(Reloading, connection_that_had_no_keys_before_hinders_nothing) {
    const auto outcome = judge_reading(
        reading_of({{"good", {}}, {"research", with_trouble(no_keys)}}), {{"research", no_keys}}, {}
    );
    EXPECT_TRUE(outcome.ok);
    EXPECT_THAT(outcome.errors, IsEmpty());
    EXPECT_THAT(outcome.warnings, ElementsAre("connection \"research\": no credentials found"));
}

TEST(Reloading, connection_in_another_trouble_than_before_is_refused) {
    const failure other{.kind = error_class::denied, .detail = "no such profile"};
    const auto outcome =
        judge_reading(reading_of({{"research", with_trouble(other)}}), {{"research", no_keys}}, {});
    EXPECT_FALSE(outcome.ok);
}

TEST(Reloading, teams_file_that_is_wrong_is_a_warning) {
    auto reading = reading_of({});
    reading.inputs->watch_list_files = {
        {"good.yaml", {}, "jobs: [a]"},
        {"worse.yaml", {"worse.yaml:1:2: x: y"}, "jobs: [b]"},
        {"new.yaml", {"new.yaml:3:4: z: w"}, std::nullopt}};
    const auto outcome = judge_reading(reading, {}, {});
    EXPECT_TRUE(outcome.ok);
    EXPECT_THAT(
        outcome.warnings,
        ElementsAre(
            "worse.yaml:1:2: x: y",
            "worse.yaml: its last good version stays in force",
            "new.yaml:3:4: z: w",
            "new.yaml: left out"
        )
    );
}

// A connection was renamed, and a team's file asks for it by its former name: a warning would end
// the alerts of all its jobs.
TEST(Reloading, that_would_lose_the_list_of_a_teams_file_is_refused) {
    auto reading = reading_of({});
    reading.inputs->watch_list_files = {
        {"vision.yaml", {"vision.yaml:1:2: no connection"}, std::nullopt, "jobs: [a]"}};
    const std::vector<watch_list_file> before{{"vision.yaml", {}, "jobs: [a]", "jobs: [a]"}};
    const auto outcome = judge_reading(reading, {}, before);
    EXPECT_FALSE(outcome.ok);
    EXPECT_THAT(
        outcome.errors,
        ElementsAre(
            "vision.yaml:1:2: no connection",
            testing::StartsWith("vision.yaml: its list would be lost")
        )
    );
    // One that had no list before loses none.
    const std::vector<watch_list_file> left_out{{"vision.yaml", {"x"}, std::nullopt, "jobs: [a]"}};
    EXPECT_TRUE(judge_reading(reading, {}, left_out).ok);
}

TEST(Reloading, departures_are_warnings) {
    connection_access access;
    access.notes = {"retry_mode = adaptive: standard is used"};
    const auto outcome = judge_reading(reading_of({{"research", access}}), {}, {});
    EXPECT_TRUE(outcome.ok);
    EXPECT_THAT(
        outcome.warnings,
        ElementsAre("connection \"research\": retry_mode = adaptive: standard is used")
    );
}

TEST(ReloadCommand, finds_the_socket_by_flag_then_by_runtime_directory) {
    environment env;
    EXPECT_EQ(control_socket_path("", env), "");
    env.runtime_directory = "/run/trainwatchd";
    EXPECT_EQ(control_socket_path("", env), "/run/trainwatchd/control");
    EXPECT_EQ(control_socket_path("/tmp/c", env), "/tmp/c");
}

TEST(ReloadCommand, first_of_several_runtime_directories_counts) {
    const auto env = read_environment([](const char* name) -> std::optional<std::string> {
        if (std::string_view(name) == "RUNTIME_DIRECTORY") return "/run/a:/run/b";
        return std::nullopt;
    });
    EXPECT_EQ(env.runtime_directory, "/run/a");
}

TEST(ReloadCommand, tells_every_error_and_leaves_with_one) {
    const auto report = report_reload(wire::encode(wire::control_answer{
        false, {"a.yaml:1:2: x: y", "second\x1b[2J"}}));
    EXPECT_EQ(report.exit_code, 1);
    EXPECT_EQ(report.out, "");
    EXPECT_THAT(report.problems, HasSubstr("a.yaml:1:2: x: y\nsecond"));
    EXPECT_THAT(report.problems, HasSubstr("nothing was reloaded"));
    EXPECT_EQ(report.problems.find('\x1b'), std::string::npos);
}

TEST(ReloadCommand, tells_warnings_of_what_went_well) {
    const auto report = report_reload(wire::encode(wire::control_answer{true, {}, {"careful"}}));
    EXPECT_EQ(
        report, (command_report{0, "The configuration was reloaded.\n", "warning: careful\n"})
    );
}

TEST(ReloadCommand, without_an_answer_says_why_and_what_to_do) {
    failure why{.kind = error_class::not_found, .detail = "no running daemon"};
    why.cure = "start it";
    EXPECT_EQ(
        report_reload(why), (command_report{1, {}, "trainwatchd: no running daemon; start it\n"})
    );
    EXPECT_THAT(report_reload(std::string("garbage")).problems, HasSubstr("another version"));
}

TEST(ReloadOverHttp, is_answered_in_prometheus_words) {
    EXPECT_EQ(reload_response({true}).status, 200);
    const auto refused = reload_response({false, {"a.yaml:1:2: x: y"}});
    EXPECT_EQ(refused.status, 500);
    EXPECT_THAT(refused.body, HasSubstr("failed to reload config"));
    EXPECT_THAT(refused.body, HasSubstr("a.yaml:1:2: x: y\n"));
}

}  // namespace
}  // namespace trainwatch::app::reloading_test
