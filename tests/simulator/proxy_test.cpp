#include <array>

#include "io/byte_stream.hpp"
#include "tests/io/loop.hpp"
#include "tests/simulator/credentials_test_world.hpp"
#include "tests/simulator/proxy_desk.hpp"
#include "tests/simulator/server.hpp"
#include "wire/http_codec.hpp"

namespace trainwatch::simulator::proxy_test {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

constexpr seconds long_enough{30};
constexpr const char* scenario_text = R"(
access:
  proxy: {user: crew, password: "p@ss:word", forbidden: ["*.forbidden.example"], hosts: [known.*]}
jobs: [{name: a, kind: completed}]
)";
const std::string aws_host = "api.sagemaker.eu-west-1.amazonaws.com";
// "crew:p@ss:word"
const std::string authorized = "Basic Y3JldzpwQHNzOndvcmQ=";

class ProxyDesk : public CredentialsWorld {
protected:
    void SetUp() override {
        play(scenario_text);
        desk_.emplace(*cloud_);
        desk_->set_upstream(
            {.tls_address = "127.0.0.1", .tls_port = 1443, .address = "127.0.0.1", .port = 1080}
        );
    }

    exchange ask(wire::http_request request, const std::string& authorization = authorized) {
        if (!authorization.empty()) {
            request.headers.emplace_back("Proxy-Authorization", authorization);
        }
        return desk_->answer(request, now_);
    }
    exchange tunnel_to(const std::string& where, const std::string& authorization = authorized) {
        return ask({.method = "CONNECT", .target = where}, authorization);
    }

    std::optional<proxy_desk> desk_;
};

TEST_F(ProxyDesk, a_tunnel_to_aws_leads_to_the_simulator) {
    const auto reply = tunnel_to(aws_host + ":443");
    ASSERT_TRUE(reply.tunnel.has_value());
    EXPECT_EQ(reply.tunnel->port, 1443);
    EXPECT_EQ(reply.tunnel->greeting, "HTTP/1.1 200 Connection established\r\n\r\n");
    for (const auto* host : {"sts.eu-west-1.amazonaws.com:443", "known.example:443"})
        EXPECT_EQ(tunnel_to(host).record.code, "200") << host;
    EXPECT_EQ(tunnel_to("127.0.0.1:1080").tunnel->port, 1080);
    EXPECT_EQ(tunnel_to("127.0.0.1:1443").tunnel->port, 1443);
}

TEST_F(ProxyDesk, who_does_not_say_the_password_is_asked_for_it) {
    for (const auto* given : {"", "Basic Y3JldzpjcmV3", "Bearer x"}) {
        const auto reply = tunnel_to(aws_host + ":443", given);
        EXPECT_EQ(reply.response.status, 407);
        EXPECT_FALSE(reply.tunnel.has_value());
        EXPECT_EQ(
            wire::find_header(reply.response.headers, "Proxy-Authenticate"),
            "Basic realm=\"sagemaker-sim\""
        );
    }
}

TEST_F(ProxyDesk, no_other_host_is_reached) {
    EXPECT_EQ(tunnel_to("a.forbidden.example:443").response.status, 403);
    EXPECT_EQ(tunnel_to("elsewhere.example:443").response.status, 502);
    EXPECT_EQ(tunnel_to("127.0.0.1:22").response.status, 502);
    EXPECT_EQ(tunnel_to(aws_host).response.status, 400);
    EXPECT_EQ(tunnel_to("nonsense").response.status, 400);
}

TEST_F(ProxyDesk, faults_make_a_strange_proxy) {
    const auto with = [&](const std::string& rule) {
        EXPECT_EQ(steer("PUT", "/faults", rule).status, 200) << rule;
        return tunnel_to(aws_host + ":443");
    };
    EXPECT_EQ(with(R"({"service":"proxy","kind":"html"})").response.status, 502);
    EXPECT_EQ(with(R"({"service":"proxy","kind":"cut_tunnel","bytes":9})").tunnel->cut_after, 9);
    EXPECT_THAT(
        with(R"({"service":"proxy","kind":"early_bytes"})").tunnel->greeting,
        EndsWith("\r\n\r\nhello")
    );
    EXPECT_THAT(
        with(R"({"service":"proxy","kind":"content_length"})").tunnel->greeting,
        EndsWith("\r\nContent-Length: 5\r\n\r\n")
    );
    const auto slow = with(R"({"service":"proxy","kind":"slow","milliseconds":7})");
    EXPECT_EQ(slow.delay, milliseconds(7));
    EXPECT_TRUE(slow.tunnel.has_value());
    const auto reset = with(R"({"service":"proxy","host":"api.*","kind":"reset"})");
    EXPECT_EQ(reset.how, delivery::reset_before);
    EXPECT_FALSE(reset.tunnel.has_value());
    EXPECT_TRUE(tunnel_to("sts.eu-west-1.amazonaws.com:443").tunnel.has_value());
}

TEST_F(ProxyDesk, a_plain_request_is_handed_on) {
    wire::http_request request{
        .method = "POST",
        .target = "/",
        .headers =
            {{"Host", "sts.eu-west-1.amazonaws.com"},
             {"Content-Type", "application/x-www-form-urlencoded"}},
        .body = "Action=GetCallerIdentity&Version=2011-06-15"};
    sign(request, own_keys, "sts");
    request.target = "http://sts.eu-west-1.amazonaws.com/";
    const auto reply = ask(request);
    EXPECT_EQ(reply.response.status, 200);
    EXPECT_THAT(reply.response.body, HasSubstr("<Account>111122223333</Account>"));
    EXPECT_EQ(ask(request, "").response.status, 407);
    request.target = "http://elsewhere.example/";
    EXPECT_EQ(ask(request).response.status, 502);
    request.target = "/";
    EXPECT_EQ(ask(request).response.status, 400);
}

// ---- with sockets -------------------------------------------------------------------------------

io::task<std::string> converse(
    std::unique_ptr<io::byte_stream> stream, std::string first, std::string until, std::string then
) {
    std::string heard;
    std::array<char, 4096> buffer{};
    stream->expires_after(long_enough);
    co_await stream->write(first);
    bool said = false;
    for (;;) {
        if (!said && heard.find(until) != std::string::npos) {
            said = true;
            co_await stream->write(then);
        }
        const auto got = co_await stream->read_some(buffer);
        if (!got || *got == 0) co_return heard;
        heard.append(buffer.data(), *got);
    }
}

class Tunnel : public ProxyDesk {
protected:
    void SetUp() override {
        ProxyDesk::SetUp();
        api_ = *io::listen(on_.context().get_executor(), {});
        proxy_ = *io::listen(on_.context().get_executor(), {});
        desk_->set_upstream(
            {.tls_address = "127.0.0.1",
             .tls_port = api_->port(),
             .address = "127.0.0.1",
             .port = api_->port()}
        );
        start(*api_, handle_api_);
        start(*proxy_, handle_proxy_);
    }
    void TearDown() override {
        api_->close();
        proxy_->close();
        on_.run_until([&] { return serving_ == 0; });
    }

    void start(io::listener& where, const exchange_handler& handler) {
        ++serving_;
        boost::asio::co_spawn(on_.context(), serve(where, handler), [this](std::exception_ptr) {
            --serving_;
        });
    }

    std::string talk(const std::string& first, const std::string& then) {
        const io::peer to{.host = "127.0.0.1", .port = proxy_->port()};
        auto stream = on_.run(io::connect(to, nullptr, long_enough));
        EXPECT_TRUE(stream.has_value());
        return on_.run(converse(std::move(*stream), first, "\r\n\r\n", then));
    }

    io::loop on_;
    exchange_handler handle_api_ = [this](const auto& request) {
        return cloud_->answer(request, now_);
    };
    exchange_handler handle_proxy_ = [this](const auto& request) {
        return desk_->answer(request, now_);
    };
    std::unique_ptr<io::listener> api_;
    std::unique_ptr<io::listener> proxy_;
    int serving_ = 0;
};

const std::string connect_request = "CONNECT " + aws_host + ":443 HTTP/1.1\r\nHost: " + aws_host +
    ":443\r\nProxy-Authorization: " + authorized + "\r\n\r\n";
const std::string get_request =
    "GET / HTTP/1.1\r\nHost: " + aws_host + "\r\nConnection: close\r\n\r\n";

TEST_F(Tunnel, bytes_go_both_ways_until_one_side_ends) {
    const auto heard = talk(connect_request, get_request);
    EXPECT_THAT(heard, StartsWith("HTTP/1.1 200 Connection established\r\n\r\nHTTP/1.1 400 "));
    EXPECT_THAT(heard, HasSubstr("UnknownOperationException"));
    EXPECT_EQ(told("/credentials").at("under_way").at("proxy.CONNECT").at("now"), 0);
}

TEST_F(Tunnel, what_is_sent_early_is_carried_too) {
    EXPECT_THAT(talk(connect_request + get_request, ""), HasSubstr("UnknownOperationException"));
}

TEST_F(Tunnel, it_ends_after_so_many_bytes_when_told) {
    steer("PUT", "/faults", R"({"service":"proxy","kind":"cut_tunnel","bytes":12})");
    EXPECT_EQ(
        talk(connect_request, get_request),
        "HTTP/1.1 200 Connection established\r\n\r\nHTTP/1.1 400"
    );
}

TEST_F(Tunnel, a_refusal_is_an_ordinary_answer) {
    const auto heard = talk(
        "CONNECT a.forbidden.example:443 HTTP/1.1\r\nConnection: close\r\nProxy-Authorization: " +
            authorized + "\r\n\r\n",
        ""
    );
    EXPECT_THAT(heard, StartsWith("HTTP/1.1 403 "));
    EXPECT_THAT(heard, HasSubstr("Blocked by policy"));
}

}  // namespace
}  // namespace trainwatch::simulator::proxy_test
