#include "app/online_check.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "io/byte_stream.hpp"

namespace trainwatch::app {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

const domain::lane lane{"research", "eu-west-1", {}};
const domain::credential_facts keys{"instance metadata", "111122223333", {}};

io::describe_answer answered(result<domain::observation> outcome, milliseconds offset) {
    return {std::move(outcome), milliseconds(84), offset, {}};
}

domain::observation seen() {
    domain::observation job;
    job.account_id = "444455556666";
    return job;
}

TEST(OnlineCheck, of_a_good_connection_says_whose_keys_and_how_far) {
    EXPECT_EQ(
        told_of_lane(lane, keys, "resnet", answered(seen(), milliseconds(300))),
        "connection research, eu-west-1: ok, keys from instance metadata, account 444455556666, "
        "84 ms, clock right"
    );
    EXPECT_THAT(
        told_of_lane(lane, keys, "resnet", answered(seen(), milliseconds(4'200))),
        HasSubstr("clock 4s behind")
    );
    EXPECT_THAT(
        told_of_lane(lane, keys, "resnet", answered(seen(), -milliseconds(65'000))),
        HasSubstr("clock 1m5s ahead, set this machine's clock")
    );
    EXPECT_THAT(
        told_of_lane(lane, keys, "resnet", answered(seen(), milliseconds(60'000))),
        Not(HasSubstr("set this machine's clock"))
    );
}

TEST(OnlineCheck, of_keys_past_their_end_says_that_they_are) {
    auto old = keys;
    old.is_extended = true;
    EXPECT_THAT(
        told_of_lane(lane, old, "resnet", answered(seen(), milliseconds(0))),
        HasSubstr("keys from instance metadata (expired, extended), account")
    );
}

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

// That AWS does not know the job proves all that was to be proved.
TEST(OnlineCheck, takes_an_unknown_job_for_an_answer) {
    failure why;
    why.kind = error_class::not_found;
    EXPECT_EQ(
        told_of_lane(lane, keys, "resnet", answered(why, milliseconds(0))),
        "connection research, eu-west-1: ok, keys from instance metadata, account 111122223333, "
        "84 ms, clock right; there is no job resnet (yet), or the keys are of another account"
    );
}

TEST(OnlineCheck, of_a_bad_connection_says_what_to_do) {
    failure why;
    why.kind = error_class::denied;
    why.detail = "ExpiredToken: \x1b[31mover";
    why.cure = "sign in again";
    const auto text = told_of_lane(lane, keys, "resnet", answered(why, milliseconds(0)));
    EXPECT_THAT(text, HasSubstr("connection research, eu-west-1: FAILED: ExpiredToken: "));
    EXPECT_THAT(text, HasSubstr("over: sign in again"));
    EXPECT_THAT(text, Not(HasSubstr("\x1b")));
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
}  // namespace trainwatch::app
