#include "io/receiver_probe.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/io/scripted_server.hpp"

namespace trainwatch::io {
namespace {

using domain::receiver_kind;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

class receiver_probe : public testing::Test {
protected:
    result<void> probe(receiver_kind kind, const wire::url& where) {
        return on_.run(probe_receiver(kind, where, {}, *time_, seconds(10)));
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
}  // namespace trainwatch::io
