#include "app/alert_trial_text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/limits.hpp"

namespace trainwatch::app::alert_trial_text_test {
namespace {

using domain::receiver_kind;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

const domain::receiver_settings alertmanager{
    .name = "main", .kind = receiver_kind::alertmanager, .urls = {"http://am:9093"}};
const domain::receiver_settings webhook{
    .name = "hook", .kind = receiver_kind::webhook, .urls = {"https://h.example/s/T0K3N?k=S3CR3T"}};

io::timed_receipt taken() {
    return {domain::receipt{200}, milliseconds(12)};
}

io::timed_receipt refused(error_class kind, std::string detail, std::string cure = {}) {
    failure why;
    why.kind = kind;
    why.detail = std::move(detail);
    why.cure = std::move(cure);
    return {why, milliseconds(3)};
}

domain::alert_message sent() {
    return make_test_alert({"gpu-7", "", parse_iso8601("2026-11-24T09:12:00Z").value()}, {});
}

trial_line of_alertmanager(const io::alert_trial& trial) {
    return told_of_trial(trial, alertmanager, alertmanager.urls.front(), sent());
}

trial_line of_webhook(const io::alert_trial& trial) {
    return told_of_trial(trial, webhook, webhook.urls.front(), sent());
}

io::alert_trial read_back(std::vector<wire::held_alert> held) {
    io::alert_trial trial{taken()};
    trial.read_back = std::move(held);
    return trial;
}

TEST(TestAlert, says_that_nothing_is_wrong_and_who_sent_it) {
    const auto alert = make_test_alert(
        {"gpu-7", "a", parse_iso8601("2026-11-24T09:12:00Z").value()}, {{"team", "ml"}}
    );
    EXPECT_EQ(
        domain::identity(alert.labels),
        "TrainwatchdTest{replica=\"a\",severity=\"info\",team=\"ml\","
        "test=\"2026-11-24T09:12:00.000Z\"}"
    );
    EXPECT_THAT(alert.annotations.at("summary"), HasSubstr("nothing is wrong"));
    EXPECT_THAT(alert.annotations.at("description"), HasSubstr("on gpu-7 at 2026-11-24T09:12:00"));
    EXPECT_THAT(
        alert.annotations.at("sent_by"), AllOf(HasSubstr("trainwatchd "), HasSubstr("gpu-7"))
    );
    EXPECT_EQ(*alert.ends_at - alert.starts_at, limits::test_alert_lasts);
    EXPECT_EQ(alert.state, domain::alert_state::firing);
}

TEST(TestAlert, is_another_one_each_time) {
    EXPECT_NE(
        make_test_alert({"h", "", from_unix_milliseconds(1)}, {}).labels,
        make_test_alert({"h", "", from_unix_milliseconds(2)}, {}).labels
    );
}

TEST(TrialLine, of_an_alertmanager_says_where_its_routes_give_the_alert) {
    const auto line =
        of_alertmanager(read_back({{.labels = sent().labels, .receivers = {"chat", "pager"}}}));
    EXPECT_EQ(line.text, "ok, HTTP 200 in 12 ms, read back; its routes give it to chat, pager");
    EXPECT_TRUE(line.is_well);
}

TEST(TrialLine, of_an_alertmanager_says_what_keeps_the_alert_quiet) {
    const auto silenced =
        of_alertmanager(read_back({{.labels = sent().labels, .is_silenced = true}}));
    EXPECT_EQ(
        silenced.text, "ok, HTTP 200 in 12 ms, read back, but a silence there keeps it quiet"
    );
    const auto inhibited =
        of_alertmanager(read_back({{.labels = sent().labels, .is_inhibited = true}}));
    EXPECT_THAT(inhibited.text, HasSubstr("an inhibition there keeps it quiet"));
}

TEST(TrialLine, of_an_alertmanager_that_dropped_it_is_a_failure_despite_its_200) {
    const auto line = of_alertmanager(read_back({}));
    EXPECT_FALSE(line.is_well);
    EXPECT_THAT(
        line.text,
        AllOf(
            StartsWith("FAILED: HTTP 200 in 12 ms, but it does not have the alert: "),
            HasSubstr("--alerts.per-alertname-limit"),
            HasSubstr("load balancer")
        )
    );
}

TEST(TrialLine, of_an_alertmanager_that_cannot_be_asked_is_a_failure) {
    io::alert_trial trial{taken()};
    trial.read_back = refused(error_class::transient, "HTTP 503: busy").outcome.error();
    const auto line = of_alertmanager(trial);
    EXPECT_FALSE(line.is_well);
    EXPECT_EQ(
        line.text,
        "FAILED: HTTP 200 in 12 ms, but it cannot be asked whether it has the alert: HTTP 503: "
        "busy: see what it logs, or a load balancer in front of it"
    );
}

TEST(TrialLine, says_which_clock_is_wrong) {
    auto trial = read_back({{.labels = sent().labels}});
    trial.clock_offset = std::chrono::minutes(10);
    EXPECT_THAT(of_alertmanager(trial).text, HasSubstr("its clock is 10m ahead of this machine's"));
    trial.clock_offset = -std::chrono::minutes(10);
    EXPECT_THAT(of_alertmanager(trial).text, HasSubstr("its clock is 10m behind this machine's"));
    trial.clock_offset = seconds(2);
    EXPECT_THAT(of_alertmanager(trial).text, Not(HasSubstr("clock")));
}

TEST(TrialLine, of_each_refusal_says_what_to_do) {
    const auto told = [](error_class kind, std::string detail, std::string cure = {}) {
        const auto line = of_alertmanager({refused(kind, std::move(detail), std::move(cure))});
        EXPECT_FALSE(line.is_well);
        return line.text;
    };
    EXPECT_EQ(
        told(error_class::transient, "connecting to 127.0.0.1:1: Connection refused"),
        "FAILED after 3 ms: connecting to 127.0.0.1:1: Connection refused: check its address, and "
        "that it runs"
    );
    EXPECT_THAT(told(error_class::denied, "HTTP 401"), HasSubstr("it asks for a login"));
    EXPECT_THAT(told(error_class::denied, "HTTP 407"), HasSubstr("proxy_url"));
    EXPECT_THAT(told(error_class::throttled, "HTTP 429"), HasSubstr("try again later"));
    EXPECT_THAT(told(error_class::not_found, "HTTP 404"), HasSubstr("without /api/"));
    EXPECT_THAT(told(error_class::not_found, "HTTP 302"), HasSubstr("that it leads to"));
    EXPECT_THAT(told(error_class::rejected, "HTTP 400: x"), HasSubstr("see what it logs"));
    EXPECT_THAT(told(error_class::denied, "TLS", "trust its CA"), HasSubstr("TLS: trust its CA"));
}

TEST(TrialLine, of_a_webhook_asks_for_both_ends) {
    io::alert_trial trial{taken()};
    trial.ended = taken();
    EXPECT_TRUE(of_webhook(trial).is_well);
    EXPECT_THAT(of_webhook(trial).text, StartsWith("ok, HTTP 200 in 12 ms, its end HTTP 200"));
    trial.ended = refused(error_class::transient, "HTTP 500");
    EXPECT_FALSE(of_webhook(trial).is_well);
    EXPECT_THAT(of_webhook(trial).text, HasSubstr("and not its end: HTTP 500"));
}

// A server may repeat what it was asked for.
TEST(TrialLine, of_a_webhook_never_shows_its_address) {
    const auto line = of_webhook({refused(
        error_class::malformed,
        "HTTP 404: no /s/T0K3N here, nor /s/T0K3N?k=S3CR3T, k=S3CR3T \x1b[31mred\u009b"
    )});
    EXPECT_THAT(line.text, AllOf(Not(HasSubstr("T0K3N")), Not(HasSubstr("S3CR3T"))));
    EXPECT_THAT(line.text, AllOf(Not(HasSubstr("\x1b")), Not(HasSubstr("\u009b"))));
    EXPECT_THAT(line.text, HasSubstr("HTTP 404: no /… here"));
}

TEST(TrialLine, names_an_endpoint_without_its_secrets) {
    EXPECT_EQ(shown_endpoint(alertmanager, "http://am:9093"), "main, http://am:9093");
    EXPECT_EQ(shown_endpoint(webhook, webhook.urls.front()), "hook, webhook https://h.example/…");
    EXPECT_EQ(shown_endpoint(webhook, "http://h:81"), "hook, webhook http://h:81/");
    auto of_file = webhook;
    of_file.url_file = "/etc/trainwatchd/hook.url";
    EXPECT_EQ(
        shown_endpoint(of_file, webhook.urls.front()), "hook, webhook in /etc/trainwatchd/hook.url"
    );
}

}  // namespace
}  // namespace trainwatch::app::alert_trial_text_test
