#include <optional>

#include "io/clock.hpp"
#include "io/http_client.hpp"
#include "tests/io/certificates.hpp"
#include "tests/io/scripted_server.hpp"
#include "tests/io/tunnel_proxy.hpp"

namespace trainwatch::io::proxy_test {
namespace {

using after = step::after;
using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr seconds long_enough{30};
constexpr milliseconds a_moment{300};
// Nobody knows it: whoever looks it up fails.
const std::string aws = "api.sagemaker.invalid";

task<void> keep_answer(
    http_client& client, mono_time deadline, std::optional<result<http_answer>>& into
) {
    wire::http_request request{.target = "/", .headers = {{"Host", aws}}};
    auto answer = co_await client.exchange(request, deadline);
    into.emplace(std::move(answer));
}

class ThroughProxy : public testing::Test {
protected:
    void TearDown() override {
        if (client) client->close();
    }

    listen_options with_certificate() const {
        return {
            .certificate_file = authority.certificate_file(),
            .private_key_file = authority.key_file(),
        };
    }

    // A client of `aws` through `proxy`.
    void use(const wire::proxy_server& proxy, bool tls = true, http_client_limits limits = {}) {
        wire::url origin;
        origin.tls = tls;
        origin.host = aws;
        origin.port = tls ? 443 : 80;
        origin.path = "/";
        auto trust = create_tls_client_context(authority.ca_file()).value();
        client = create_http_client(origin, {trust, proxy, limits}, *time);
    }

    result<http_answer> ask(nanoseconds within = long_enough, const std::string& target = "/") {
        const wire::http_request request{.target = target, .headers = {{"Host", aws}}};
        return on.run(client->exchange(request, time->now().mono + within));
    }

    // What becomes of an exchange when the proxy says `answer` to CONNECT.
    failure refusal(const std::string& answer, nanoseconds within = long_enough) {
        scripted_server server(on, {{{http_ok("never")}}}, with_certificate());
        tunnel_proxy proxy(on, server.origin().port, {answer});
        name = proxy.name().name();
        use(proxy.name());
        const auto got = ask(within);
        EXPECT_FALSE(got);
        EXPECT_EQ(server.connections(), 0U);
        return got ? failure{} : got.error();
    }

    const test_authority authority{{.alternative_names = "DNS:" + aws}};
    std::unique_ptr<clock> time = create_system_clock();
    loop on;
    std::unique_ptr<http_client> client;
    std::string name;  // of the proxy
};

TEST_F(ThroughProxy, tls_goes_through_a_tunnel_and_the_proxy_looks_up_the_name) {
    scripted_server server(on, {{{http_ok("hello")}}}, with_certificate());
    tunnel_proxy proxy(on, server.origin().port);
    use(proxy.name());
    EXPECT_EQ(ask().value().response.body, "hello");
    ASSERT_EQ(proxy.questions().size(), 1U);
    EXPECT_THAT(
        proxy.questions()[0],
        StartsWith(
            "CONNECT api.sagemaker.invalid:443 HTTP/1.1\r\nHost: api.sagemaker.invalid:443\r\n"
        )
    );
    EXPECT_THAT(proxy.questions()[0], Not(HasSubstr("Authorization")));
    EXPECT_THAT(server.requests().at(0), StartsWith("GET / HTTP/1.1\r\nHost: " + aws));
    EXPECT_THAT(server.requests().at(0), Not(HasSubstr("Proxy-")));
}

TEST_F(ThroughProxy, login_goes_to_the_proxy_and_no_further) {
    scripted_server server(on, {{{http_ok("hello")}}}, with_certificate());
    tunnel_proxy proxy(on, server.origin().port);
    wire::proxy_server with_login = proxy.name();
    with_login.user = "user";
    with_login.password = "p@ss";
    use(with_login);
    EXPECT_TRUE(ask());
    EXPECT_THAT(
        proxy.questions().at(0), HasSubstr("\r\nProxy-Authorization: Basic dXNlcjpwQHNz\r\n")
    );
    EXPECT_THAT(server.requests().at(0), Not(HasSubstr("Authorization")));
}

TEST_F(ThroughProxy, tunnel_is_kept_like_any_connection) {
    scripted_server server(on, {{{http_ok("1")}, {http_ok("2")}}}, with_certificate());
    tunnel_proxy proxy(on, server.origin().port);
    use(proxy.name());
    EXPECT_EQ(ask().value().response.body, "1");
    EXPECT_EQ(ask().value().response.body, "2");
    EXPECT_EQ(proxy.questions().size(), 1U);
}

TEST_F(ThroughProxy, dead_tunnel_is_replaced_for_free) {
    for (const after end : {after::close, after::reset}) {
        scripted_server server(
            on, {{{http_ok("1")}, {"", end}}, {{http_ok("2")}}}, with_certificate()
        );
        tunnel_proxy proxy(on, server.origin().port);
        use(proxy.name());
        EXPECT_EQ(ask().value().response.body, "1");
        EXPECT_EQ(ask().value().response.body, "2");
        EXPECT_EQ(proxy.questions().size(), 2U);
    }
}

TEST_F(ThroughProxy, tunnel_that_the_proxy_closed_meanwhile_is_replaced_for_free) {
    scripted_server server(on, {{{http_ok("1")}}, {{http_ok("2")}}}, with_certificate());
    tunnel_proxy proxy(on, server.origin().port);
    use(proxy.name());
    EXPECT_EQ(ask().value().response.body, "1");
    proxy.close_tunnels();
    EXPECT_EQ(ask().value().response.body, "2");
    EXPECT_EQ(proxy.questions().size(), 2U);
}

TEST_F(ThroughProxy, certificate_is_the_other_sides_not_the_proxys) {
    const test_authority another({.alternative_names = "DNS:localhost,IP:127.0.0.1"});
    scripted_server server(
        on,
        {{{http_ok("never")}}},
        {.certificate_file = another.certificate_file(), .private_key_file = another.key_file()}
    );
    tunnel_proxy proxy(on, server.origin().port);
    use(proxy.name());
    const auto got = ask();
    ASSERT_FALSE(got);
    EXPECT_EQ(got.error().kind, error_class::denied);
    EXPECT_THAT(got.error().detail, StartsWith("certificate of api.sagemaker.invalid is "));
}

TEST_F(ThroughProxy, answer_may_come_after_others_and_with_headers_of_a_body) {
    for (const std::string answer :
         {"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\n",
          "HTTP/1.0 200 Connection established\r\nProxy-agent: tinyproxy\r\n\r\n",
          "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n",
          "HTTP/1.1 201 OK\r\nTransfer-Encoding: chunked\r\n\r\n"}) {
        scripted_server server(on, {{{http_ok("hello")}}}, with_certificate());
        tunnel_proxy proxy(on, server.origin().port, {answer});
        use(proxy.name());
        EXPECT_EQ(ask().value().response.body, "hello") << answer;
    }
}

TEST_F(ThroughProxy, refusals_name_the_proxy_and_the_cure) {
    const failure login = refusal(
        "HTTP/1.1 407 No\r\nProxy-Authenticate: Basic realm=x\r\nContent-Length: 3\r\n\r\nno!"
    );
    EXPECT_EQ(login.kind, error_class::denied);
    EXPECT_EQ(login.detail, "proxy " + name + " wants a user and password: 407, it offers Basic");
    EXPECT_EQ(login.remote_code, "407");
    const failure policy = refusal("HTTP/1.1 403 No\r\nContent-Length: 10\r\n\r\nnot for us");
    EXPECT_EQ(policy.kind, error_class::denied);
    EXPECT_EQ(policy.detail, "proxy " + name + " opens no way to " + aws + ":443: 403, not for us");
    EXPECT_EQ(refusal("HTTP/1.1 503 No\r\n\r\n").kind, error_class::transient);
}

TEST_F(ThroughProxy, what_is_no_answer_of_a_proxy_is_malformed) {
    const failure garbage = refusal("SSH-2.0-OpenSSH_9.2\r\n\r\n");
    EXPECT_EQ(garbage.kind, error_class::malformed);
    EXPECT_THAT(
        garbage.detail,
        StartsWith("proxy " + name + " does not answer CONNECT as a proxy does: HTTP: ")
    );
    const failure more = refusal("HTTP/1.1 299 OK\r\n\r\nwelcome");
    EXPECT_EQ(more.kind, error_class::malformed);
    const failure endless = refusal("HTTP/1.1 400 OK\r\nX: " + std::string(20U << 10U, 'x'));
    EXPECT_EQ(endless.kind, error_class::malformed);
}

TEST_F(ThroughProxy, proxy_that_leaves_is_transient) {
    scripted_server server(on, {{{"", after::close}}, {{"HTTP/1.1 20", after::close}}});
    name = server.origin().host_header();
    use({"127.0.0.1", server.origin().port, "", ""});
    const auto got = ask();
    ASSERT_FALSE(got);
    EXPECT_EQ(got.error().kind, error_class::transient);
    EXPECT_EQ(
        got.error().detail, "proxy " + name + " closed the connection without an answer to CONNECT"
    );
    EXPECT_THAT(ask().error().detail, HasSubstr(" in the middle of its answer to CONNECT"));
}

TEST_F(ThroughProxy, silent_proxy_times_out) {
    const failure silence = refusal("", a_moment);
    EXPECT_EQ(silence.kind, error_class::transient);
    EXPECT_EQ(silence.detail, "reading from proxy " + name + " timed out");
    EXPECT_THAT(silence.cure, HasSubstr("proxy"));
}

TEST_F(ThroughProxy, close_does_not_wait_for_a_silent_proxy) {
    tunnel_proxy proxy(on, 1, {""});
    use(proxy.name());
    std::optional<result<http_answer>> answer;
    on.spawn(keep_answer(*client, time->now().mono + long_enough, answer));
    on.run_until([&] { return proxy.questions().size() == 1; });
    const auto begun = timer_now();
    client->close();
    on.run_until([&] { return answer.has_value(); });
    EXPECT_LT(timer_now() - begun, long_enough / 2);
    EXPECT_FALSE(*answer);
}

TEST_F(ThroughProxy, proxy_that_does_not_run_is_named_with_the_cure) {
    std::optional<scripted_server> server(std::in_place, on, std::deque<std::vector<step>>{});
    const std::uint16_t port = server->origin().port;
    server.reset();
    use({"127.0.0.1", port, "user", "secret"});
    const auto got = ask();
    ASSERT_FALSE(got);
    EXPECT_EQ(got.error().kind, error_class::transient);
    EXPECT_EQ(
        got.error().detail,
        "connecting to proxy 127.0.0.1:" + std::to_string(port) + ": Connection refused"
    );
    EXPECT_THAT(got.error().cure, AllOf(HasSubstr("HTTPS_PROXY"), HasSubstr("proxy_url")));
}

TEST_F(ThroughProxy, proxy_that_nobody_knows_is_named) {
    const std::string unknown(300, 'x');
    use({unknown, 3128, "", ""});
    const auto got = ask();
    ASSERT_FALSE(got);
    EXPECT_THAT(got.error().detail, StartsWith("looking up proxy xxx"));
    EXPECT_THAT(got.error().cure, HasSubstr("HTTPS_PROXY"));
}

TEST_F(ThroughProxy, failure_behind_the_tunnel_names_both) {
    scripted_server server(on, {{{"", after::close}}}, with_certificate());
    tunnel_proxy proxy(on, server.origin().port);
    use(proxy.name());
    const auto got = ask();
    ASSERT_FALSE(got);
    EXPECT_THAT(
        got.error().detail,
        StartsWith("api.sagemaker.invalid through proxy " + proxy.name().name() + " closed")
    );
}

TEST_F(ThroughProxy, plain_requests_are_in_absolute_form) {
    scripted_server proxy(on, {{{http_ok("1")}, {http_ok("2")}}});
    use({"127.0.0.1", proxy.origin().port, "user", ""}, false);
    EXPECT_EQ(ask(long_enough, "/a?b=c").value().response.body, "1");
    EXPECT_EQ(ask().value().response.body, "2");
    EXPECT_EQ(proxy.connections(), 1U);
    EXPECT_EQ(
        proxy.requests().at(0),
        "GET http://api.sagemaker.invalid/a?b=c HTTP/1.1\r\nHost: api.sagemaker.invalid\r\n"
        "Proxy-Authorization: Basic dXNlcjo=\r\n\r\n"
    );
    EXPECT_THAT(proxy.requests().at(1), StartsWith("GET http://api.sagemaker.invalid/ HTTP/1.1"));
}

TEST_F(ThroughProxy, plain_request_that_wants_a_login_is_denied) {
    scripted_server proxy(
        on, {{{"HTTP/1.1 407 No\r\nProxy-Authenticate: NTLM\r\nContent-Length: 0\r\n\r\n"}}}
    );
    use({"127.0.0.1", proxy.origin().port, "", ""}, false);
    const auto got = ask();
    ASSERT_FALSE(got);
    EXPECT_EQ(got.error().kind, error_class::denied);
    EXPECT_THAT(got.error().detail, EndsWith(" wants a user and password: 407, it offers NTLM"));
    EXPECT_THAT(got.error().cure, HasSubstr("cntlm"));
}

TEST_F(ThroughProxy, without_a_proxy_407_is_an_answer_like_any) {
    scripted_server server(on, {{{"HTTP/1.1 407 No\r\nContent-Length: 0\r\n\r\n"}}});
    client = create_http_client(server.origin(), {}, *time);
    EXPECT_EQ(ask().value().response.status, 407);
}

}  // namespace
}  // namespace trainwatch::io::proxy_test
