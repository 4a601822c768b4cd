#include "io/notifier.hpp"

#include <gmock/gmock.h>

#include "tests/io/certificates.hpp"
#include "tests/io/scripted_server.hpp"
#include "tests/io/tunnel_proxy.hpp"

namespace trainwatch::io::notifier_test {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

const std::string accepted = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

std::vector<domain::alert_message> one_alert() {
    domain::alert_message alert;
    alert.labels = {{"alertname", "TrainingJobFailed"}, {"training_job", "resnet-1"}};
    alert.starts_at = parse_iso8601("2026-11-24T09:12:00Z").value();
    alert.ends_at = alert.starts_at + std::chrono::minutes(4);
    return {alert};
}

class Notifier : public testing::Test {
protected:
    delivery_answer deliver(
        domain::receiver_kind kind, wire::url where, nanoseconds within = seconds(30)
    ) {
        auto notifier = create_notifier(kind, where, {}, *time);
        auto answer = on.run(notifier->deliver(one_alert(), time->now().mono + within));
        notifier->close();
        return answer;
    }

    wire::url below(const scripted_server& server, const std::string& path) {
        wire::url out = server.origin();
        out.path = path;
        return out;
    }

    std::unique_ptr<clock> time = create_system_clock();
    loop on;
};

TEST_F(Notifier, posts_to_alertmanagers_api) {
    scripted_server server(on, {{{accepted}}});
    const auto answer = deliver(domain::receiver_kind::alertmanager, server.origin());
    EXPECT_EQ(answer.outcome.value(), domain::receipt{200});
    EXPECT_THAT(server.requests().at(0), StartsWith("POST /api/v2/alerts HTTP/1.1\r\n"));
    EXPECT_THAT(
        server.requests().at(0), HasSubstr("Host: " + server.origin().host_header() + "\r\n")
    );
    EXPECT_THAT(server.requests().at(0), HasSubstr("\"training_job\":\"resnet-1\""));
}

TEST_F(Notifier, says_who_it_is_and_signs_what_it_says) {
    scripted_server server(on, {{{accepted}}});
    auto notifier = create_notifier(
        domain::receiver_kind::webhook,
        below(server, "/hook"),
        {.authorization = "Bearer abc"},
        *time,
        "secret"
    );
    on.run(notifier->deliver(one_alert(), time->now().mono + seconds(30)));
    notifier->close();
    EXPECT_THAT(server.requests().at(0), HasSubstr("\r\nAuthorization: Bearer abc\r\n"));
    EXPECT_THAT(server.requests().at(0), HasSubstr("\r\nX-Trainwatchd-Signature-256: sha256="));
}

TEST_F(Notifier, keeps_the_base_path_of_an_alertmanager) {
    scripted_server server(on, {{{accepted}}});
    deliver(domain::receiver_kind::alertmanager, below(server, "/alertmanager"));
    EXPECT_THAT(
        server.requests().at(0), StartsWith("POST /alertmanager/api/v2/alerts HTTP/1.1\r\n")
    );
}

TEST_F(Notifier, posts_to_a_webhook_as_it_is_written) {
    scripted_server server(on, {{{accepted}}});
    wire::url where = below(server, "/hooks/jobs");
    where.query = "token=1&x=%20";
    deliver(domain::receiver_kind::webhook, where);
    EXPECT_THAT(server.requests().at(0), StartsWith("POST /hooks/jobs?token=1&x=%20 HTTP/1.1\r\n"));
    EXPECT_THAT(server.requests().at(0), HasSubstr("\r\nIdempotency-Key: "));
}

TEST_F(Notifier, refusal_does_not_repeat_the_address_of_a_webhook) {
    scripted_server server(
        on,
        {{{"HTTP/1.1 404 Not Found\r\nContent-Length: 34\r\n\r\n"
           "no route for /hooks/s3cret?token=1"}}}
    );
    wire::url where = below(server, "/hooks/s3cret");
    where.query = "token=1";
    const auto refused = deliver(domain::receiver_kind::webhook, where);
    ASSERT_FALSE(refused.outcome);
    const auto& said = refused.outcome.error().detail;
    EXPECT_THAT(said, HasSubstr("no route for /…"));
    EXPECT_THAT(said, testing::Not(HasSubstr("s3cret")));
    EXPECT_THAT(said, testing::Not(HasSubstr("token")));
}

TEST_F(Notifier, refusal_is_the_receivers_answer) {
    scripted_server server(
        on, {{{"HTTP/1.1 429 Slow down\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n"}}}
    );
    const auto answer = deliver(domain::receiver_kind::webhook, server.origin());
    ASSERT_FALSE(answer.outcome);
    EXPECT_EQ(answer.outcome.error().kind, error_class::throttled);
    EXPECT_EQ(answer.outcome.error().retry_after, seconds(7));
}

TEST_F(Notifier, refusal_says_what_to_do) {
    scripted_server server(on, {{{"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"}}});
    const auto answer = deliver(domain::receiver_kind::alertmanager, server.origin());
    ASSERT_FALSE(answer.outcome);
    EXPECT_EQ(answer.outcome.error().kind, error_class::not_found);
    EXPECT_THAT(answer.outcome.error().cure, HasSubstr("its path"));
}

TEST_F(Notifier, silence_is_transient_and_names_the_receiver) {
    scripted_server server(on, {{{"", step::after::stay_silent}}});
    const auto answer =
        deliver(domain::receiver_kind::alertmanager, server.origin(), milliseconds(20));
    ASSERT_FALSE(answer.outcome);
    EXPECT_EQ(answer.outcome.error().kind, error_class::transient);
    EXPECT_THAT(answer.outcome.error().detail, HasSubstr(server.origin().host_header()));
}

TEST_F(Notifier, goes_through_a_proxy) {
    scripted_server proxy(on, {{{accepted}}});
    wire::url where;
    where.host = "alerts.invalid";
    where.port = 9093;
    where.path = "/";
    const wire::proxy_server by{"127.0.0.1", proxy.origin().port, "user", "secret"};
    auto notifier =
        create_notifier(domain::receiver_kind::alertmanager, where, {.proxy = by}, *time);
    const auto answer = on.run(notifier->deliver(one_alert(), time->now().mono + seconds(30)));
    notifier->close();
    EXPECT_EQ(answer.outcome.value(), domain::receipt{200});
    EXPECT_THAT(
        proxy.requests().at(0),
        StartsWith("POST http://alerts.invalid:9093/api/v2/alerts HTTP/1.1\r\n")
    );
    EXPECT_THAT(proxy.requests().at(0), HasSubstr("\r\nHost: alerts.invalid:9093\r\n"));
    EXPECT_THAT(
        proxy.requests().at(0), HasSubstr("\r\nProxy-Authorization: Basic dXNlcjpzZWNyZXQ=\r\n")
    );
}

TEST_F(Notifier, reaches_a_webhook_through_a_tunnel) {
    const test_authority authority({.alternative_names = "DNS:hooks.invalid"});
    scripted_server server(
        on,
        {{{accepted}}},
        {.certificate_file = authority.certificate_file(), .private_key_file = authority.key_file()}
    );
    tunnel_proxy proxy(on, server.origin().port);
    const wire::url where = wire::parse_url("https://hooks.invalid/jobs").value();
    const auto trust = create_tls_client_context(authority.ca_file()).value();
    auto notifier =
        create_notifier(domain::receiver_kind::webhook, where, {trust, proxy.name()}, *time);
    const auto answer = on.run(notifier->deliver(one_alert(), time->now().mono + seconds(30)));
    notifier->close();
    EXPECT_EQ(answer.outcome.value(), domain::receipt{200});
    EXPECT_THAT(proxy.questions().at(0), StartsWith("CONNECT hooks.invalid:443 HTTP/1.1\r\n"));
    EXPECT_THAT(server.requests().at(0), StartsWith("POST /jobs HTTP/1.1\r\n"));
}

TEST_F(Notifier, asks_an_alertmanager_what_it_holds_in_one_question) {
    const std::string held =
        R"([{"labels":{"alertname":"TrainingJobFailed","training_job":"resnet-2","severity":"critical"}},)"
        R"({"labels":{"alertname":"TrainwatchdStale","replica":"left"}}])";
    scripted_server server(on, {{{http_ok(held)}}});
    auto notifier =
        create_notifier(domain::receiver_kind::alertmanager, below(server, "/am"), {}, *time);
    const std::vector<domain::label_map> asked{
        {{"alertname", "TrainingJobFailed"}, {"training_job", "resnet-1"}},
        {{"alertname", "TrainingJobFailed"}, {"training_job", "resnet-2"}},
        {},
        {{"alertname", "TrainwatchdStale"}, {"replica", "left"}}};
    const auto answer = on.run(notifier->ask_held(asked, time->now().mono + seconds(30)));
    notifier->close();
    EXPECT_EQ(answer.held.value(), std::vector<bool>({false, true, false, true}));
    ASSERT_EQ(server.requests().size(), 1U);
    EXPECT_THAT(
        server.requests().at(0),
        StartsWith("GET /am/api/v2/alerts?filter=alertname%3D~%22TrainingJobFailed%7C"
                   "TrainwatchdStale%22&filter=training_job%3D~%22%7Cresnet-1%7Cresnet-2%22 ")
    );
}

TEST_F(Notifier, is_told_nothing_where_questions_are_refused) {
    scripted_server server(
        on, {{{"HTTP/1.1 405 Method Not Allowed\r\nContent-Length: 0\r\n\r\n"}}}
    );
    auto notifier =
        create_notifier(domain::receiver_kind::alertmanager, server.origin(), {}, *time);
    const std::vector<domain::label_map> asked{{{"alertname", "TrainingJobFailed"}}};
    const auto answer = on.run(notifier->ask_held(asked, time->now().mono + seconds(30)));
    notifier->close();
    ASSERT_FALSE(answer.held);
    EXPECT_EQ(answer.held.error().kind, error_class::rejected);
    EXPECT_THAT(answer.held.error().detail, HasSubstr("HTTP 405 for GET"));
}

TEST_F(Notifier, measures_the_receivers_clock) {
    const std::string dated =
        "HTTP/1.1 200 OK\r\nDate: " + http_date(time->now().wall + std::chrono::minutes(10)) +
        "\r\nContent-Length: 0\r\n\r\n";
    scripted_server server(on, {{{dated}}});
    const auto answer = deliver(domain::receiver_kind::alertmanager, server.origin());
    ASSERT_TRUE(answer.clock_offset);
    EXPECT_NEAR(static_cast<double>(answer.clock_offset->count()), 600'000.0, 30'000.0);
}

}  // namespace
}  // namespace trainwatch::io::notifier_test
