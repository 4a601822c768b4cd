#include "io/receiver_probe.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/io/scripted_server.hpp"

namespace trainwatch::io::receiver_probe_test {
namespace {

using domain::receiver_kind;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

class receiver_probe : public testing::Test {
protected:
    result<void> probe(receiver_kind kind, const wire::url& where) {
        return on_.run(probe_receiver(kind, where, {}, *time_, seconds(10)));
    }

    // An Alertmanager that only a proxy reaches; the proxy answers so.
    failure refusal_of_proxy(const std::string& answer) {
        scripted_server server(on_, {{{answer}}});
        http_client_options through;
        through.proxy.emplace();
        through.proxy->host = "127.0.0.1";
        through.proxy->port = server.origin().port;
        const auto where = wire::parse_url("http://am.example:9093/").value();
        const auto kind = receiver_kind::alertmanager;
        const auto done = on_.run(probe_receiver(kind, where, through, *time_, seconds(10)));
        EXPECT_FALSE(done);
        if (done) return {};
        EXPECT_THAT(done.error().detail, HasSubstr(" through proxy " + through.proxy->name()));
        return done.error();
    }

    loop on_;
    std::unique_ptr<clock> time_ = create_system_clock();
};

TEST_F(receiver_probe, asks_an_alertmanager_for_its_status) {
    scripted_server server(on_, {{{http_ok("{}")}}});
    auto where = server.origin();
    where.path = "/prefix/";
    EXPECT_TRUE(probe(receiver_kind::alertmanager, where));
    EXPECT_THAT(server.requests(), ElementsAre(StartsWith("GET /prefix/api/v2/status HTTP/1.1")));
}

TEST_F(receiver_probe, says_that_something_else_answers) {
    scripted_server server(on_, {{{"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"}}});
    const auto done = probe(receiver_kind::alertmanager, server.origin());
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().kind, error_class::rejected);
    EXPECT_EQ(done.error().detail, "HTTP 404 for /api/v2/status");
    EXPECT_THAT(done.error().cure, HasSubstr("no Alertmanager"));
}

TEST_F(receiver_probe, takes_no_server_in_trouble_for_something_else) {
    scripted_server server(on_, {{{"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n"}}});
    const auto done = probe(receiver_kind::alertmanager, server.origin());
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().kind, error_class::transient);
    EXPECT_EQ(done.error().detail, "HTTP 503 for /api/v2/status");
    EXPECT_THAT(done.error().cure, Not(HasSubstr("no Alertmanager")));
}

TEST_F(receiver_probe, takes_no_proxy_that_refuses_for_the_receiver) {
    const auto unreached =
        refusal_of_proxy("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n");
    EXPECT_EQ(unreached.kind, error_class::transient);
    EXPECT_THAT(unreached.cure, AllOf(HasSubstr("NO_PROXY"), Not(HasSubstr("no Alertmanager"))));
    const auto forbidden = refusal_of_proxy("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n");
    EXPECT_EQ(forbidden.kind, error_class::denied);
    EXPECT_THAT(forbidden.cure, AllOf(HasSubstr("NO_PROXY"), Not(HasSubstr("no Alertmanager"))));
}

TEST_F(receiver_probe, connects_to_a_webhook_and_posts_nothing) {
    scripted_server server(on_, {{{http_ok("")}}});
    EXPECT_TRUE(probe(receiver_kind::webhook, server.origin()));
    EXPECT_THAT(server.requests(), IsEmpty());
}

TEST_F(receiver_probe, says_that_nobody_listens) {
    auto where = wire::parse_url("http://127.0.0.1/").value();
    {
        const auto gone = listen(on_.executor(), {}).value();
        where.port = gone->port();
    }
    for (const auto kind : {receiver_kind::alertmanager, receiver_kind::webhook}) {
        const auto done = probe(kind, where);
        ASSERT_FALSE(done);
        EXPECT_EQ(done.error().kind, error_class::transient);
        EXPECT_THAT(done.error().detail, HasSubstr("connecting to 127.0.0.1"));
    }
}

}  // namespace
}  // namespace trainwatch::io::receiver_probe_test
