#include "app/online_check.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "io/byte_stream.hpp"

namespace trainwatch::app::online_check_test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(OnlineCheck, of_silence_says_whose) {
    EXPECT_EQ(
        told_of_silence("profile a", false, seconds(10)),
        "FAILED: no keys from profile a within 10s"
    );
    EXPECT_EQ(told_of_silence("", false, seconds(10)), "FAILED: no keys within 10s");
    EXPECT_EQ(
        told_of_silence("profile a", true, seconds(10)),
        "FAILED: no answer of SageMaker within 10s, with keys from profile a"
    );
}

// A port that listens and never answers, one that nobody listens to, and a bad address.
TEST(OnlineCheck, ends_by_its_deadline_and_has_a_line_for_each) {
    boost::asio::io_context context;
    const auto silent = io::listen(context.get_executor(), {}).value();
    const auto base = "http://127.0.0.1:" + std::to_string(silent->port());
    wiring_inputs inputs;
    inputs.settings.connections = {{.name = "research", .regions = {"eu-west-1"}}};
    inputs.settings.watch_lists = {{.name = "nightly", .jobs = {"resnet"}}};
    inputs.settings.receivers = {
        {.name = "main", .kind = domain::receiver_kind::alertmanager, .urls = {base, "ftp://x"}},
        {.name = "hook", .kind = domain::receiver_kind::webhook, .urls = {base + "/?key=secret"}},
    };
    auto& access = inputs.access["research"];
    access.sagemaker["eu-west-1"] = wire::parse_url(base).value();
    access.plan_again = []() -> result<domain::credential_plan> {
        return domain::credential_plan{domain::static_keys{{"AKID", "secret"}}, {}, {}, "a test"};
    };
    inputs.receiver_proxies = {{"main", {}}, {"hook", {}}};
    const auto report = check_online(inputs, milliseconds(50));
    EXPECT_FALSE(report.is_well);
    EXPECT_THAT(
        report.lines,
        ElementsAre(
            HasSubstr("connection research, eu-west-1: FAILED: "),
            HasSubstr("receiver main, " + base + ": FAILED: "),
            HasSubstr("receiver main, ftp://x: FAILED: "),
            "receiver hook: ok, it takes connections; nothing was posted"
        )
    );
}

// A lane may have nothing but rules; it is tried all the same.
TEST(OnlineCheck, asks_where_no_job_is_named) {
    boost::asio::io_context context;
    const auto silent = io::listen(context.get_executor(), {}).value();
    wiring_inputs inputs;
    inputs.settings.connections = {{.name = "research", .regions = {"eu-west-1"}}};
    inputs.settings.watch_lists = {
        {.name = "vision", .match = domain::job_filter{.name = {"v-*"}}}};
    auto& access = inputs.access["research"];
    access.sagemaker["eu-west-1"] =
        wire::parse_url("http://127.0.0.1:" + std::to_string(silent->port())).value();
    access.plan_again = []() -> result<domain::credential_plan> {
        return domain::credential_plan{domain::static_keys{{"AKID", "secret"}}, {}, {}, "a test"};
    };
    const auto report = check_online(inputs, milliseconds(50));
    EXPECT_FALSE(report.is_well);
    EXPECT_THAT(report.lines, ElementsAre(HasSubstr("connection research, eu-west-1: FAILED: ")));
}

// Whoever waits for keys is told of them, not of AWS.
TEST(OnlineCheck, names_the_source_of_keys_that_is_silent) {
    boost::asio::io_context context;
    const auto silent = io::listen(context.get_executor(), {}).value();
    const auto base = "http://127.0.0.1:" + std::to_string(silent->port());
    wiring_inputs inputs;
    inputs.settings.connections = {{.name = "research", .regions = {"eu-west-1"}}};
    inputs.settings.watch_lists = {{.name = "nightly", .jobs = {"resnet"}}};
    auto& access = inputs.access["research"];
    access.sagemaker["eu-west-1"] = wire::parse_url(base).value();
    access.plan_again = [base]() -> result<domain::credential_plan> {
        return domain::credential_plan{
            domain::container_endpoint{.url = base + "/keys"}, {}, {}, "container"};
    };
    const auto report = check_online(inputs, milliseconds(50));
    EXPECT_FALSE(report.is_well);
    EXPECT_THAT(
        report.lines,
        ElementsAre(HasSubstr(
            "connection research, eu-west-1: FAILED: waiting for keys from container timed out: "
            "check that the agent at 127.0.0.1:"
        ))
    );
}

}  // namespace
}  // namespace trainwatch::app::online_check_test
