#include "io/http_client.hpp"

#include <optional>

#include "io/clock.hpp"
#include "tests/io/black_hole.hpp"
#include "tests/io/certificates.hpp"
#include "tests/io/scripted_server.hpp"

namespace trainwatch::io::http_client_test {
namespace {

using after = step::after;
using testing::HasSubstr;
using testing::StartsWith;

constexpr seconds long_enough{30};
constexpr milliseconds soon{20};
// Time enough to connect on a busy machine, short enough to wait for.
constexpr milliseconds a_moment{300};

wire::http_request get(const std::string& target = "/") {
    return {.target = target, .headers = {{"Host", "test"}}};
}

class HttpClient : public testing::Test {
protected:
    void TearDown() override {
        client->close();
        on.run_until([&] { return pending == 0; });
    }

    void use(const wire::url& origin, http_client_limits limits = {}) {
        client = create_http_client(origin, {.limits = limits}, *time);
    }

    mono_time in(nanoseconds delay) const { return time->now().mono + delay; }

    result<http_answer> ask(const wire::http_request& request, nanoseconds within = long_enough) {
        return on.run(client->exchange(request, in(within)));
    }

    void pause(nanoseconds delay) {
        boost::asio::steady_timer timer(on.context(), delay);
        bool over = false;
        timer.async_wait([&](auto) { over = true; });
        on.run_until([&] { return over; });
    }

    // Asks without waiting; the answer appears in `answers`.
    void begin(wire::http_request request, nanoseconds within = long_enough) {
        ++pending;
        on.spawn(collect(std::move(request), in(within)));
    }

    task<void> collect(wire::http_request request, mono_time deadline) {
        auto answer = co_await client->exchange(request, deadline);
        answers.push_back(std::move(answer));
        --pending;
    }

    std::unique_ptr<clock> time = create_system_clock();
    loop on;
    std::unique_ptr<http_client> client;
    std::vector<result<http_answer>> answers;
    int pending = 0;
};

TEST_F(HttpClient, brings_the_answer) {
    scripted_server server(on, {{{http_ok("hello", "X-Test: yes\r\n")}}});
    use(server.origin());
    const auto answer = ask(get("/path")).value();
    EXPECT_EQ(answer.response.status, 200);
    EXPECT_EQ(answer.response.body, "hello");
    EXPECT_EQ(wire::find_header(answer.response.headers, "x-test"), "yes");
    EXPECT_GT(answer.took, nanoseconds(0));
    EXPECT_THAT(server.requests().at(0), StartsWith("GET /path HTTP/1.1\r\nHost: test\r\n"));
}

TEST_F(HttpClient, any_status_is_an_answer) {
    scripted_server server(on, {{{"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n"}}});
    use(server.origin());
    EXPECT_EQ(ask(get()).value().response.status, 503);
}

TEST_F(HttpClient, keeps_the_connection) {
    scripted_server server(on, {{{http_ok("1")}, {http_ok("2")}, {http_ok("3")}}});
    use(server.origin());
    EXPECT_EQ(ask(get()).value().response.body, "1");
    EXPECT_EQ(ask(get()).value().response.body, "2");
    EXPECT_EQ(ask(get()).value().response.body, "3");
    EXPECT_EQ(server.connections(), 1U);
}

TEST_F(HttpClient, connection_that_the_server_closes_is_not_used_again) {
    scripted_server server(
        on, {{{http_ok("1", "Connection: close\r\n"), after::close}}, {{http_ok("2")}}}
    );
    use(server.origin());
    EXPECT_EQ(ask(get()).value().response.body, "1");
    EXPECT_EQ(ask(get()).value().response.body, "2");
    EXPECT_EQ(server.connections(), 2U);
}

TEST_F(HttpClient, connection_with_bytes_beyond_the_answer_is_not_used_again) {
    scripted_server server(on, {{{http_ok("1") + "HTTP/1.1 200 OK\r\n"}}, {{http_ok("2")}}});
    use(server.origin());
    EXPECT_EQ(ask(get()).value().response.body, "1");
    EXPECT_EQ(ask(get()).value().response.body, "2");
    EXPECT_EQ(server.connections(), 2U);
}

TEST_F(HttpClient, dead_reused_connection_is_replaced_for_free) {
    // Closed and reset look different to us; both die before the first byte of an answer.
    for (const after end : {after::close, after::reset}) {
        scripted_server server(on, {{{http_ok("1")}, {"", end}}, {{http_ok("2")}}});
        use(server.origin());
        EXPECT_EQ(ask(get()).value().response.body, "1");
        EXPECT_EQ(ask(get()).value().response.body, "2");
        EXPECT_EQ(server.connections(), 2U);
        EXPECT_EQ(server.requests().size(), 3U);
    }
}

TEST_F(HttpClient, idle_connection_that_was_closed_is_replaced_for_free) {
    scripted_server server(on, {{{http_ok("1"), after::close}}, {{http_ok("2")}}});
    use(server.origin());
    EXPECT_EQ(ask(get()).value().response.body, "1");
    EXPECT_EQ(ask(get()).value().response.body, "2");
    EXPECT_EQ(server.connections(), 2U);
}

TEST_F(HttpClient, only_one_reconnect_is_free) {
    scripted_server server(
        on, {{{http_ok("1"), after::close}}, {{"", after::close}}, {{http_ok("3")}}}
    );
    use(server.origin());
    EXPECT_EQ(ask(get()).value().response.body, "1");
    const auto answer = ask(get());
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().kind, error_class::transient);
    EXPECT_THAT(answer.error().detail, HasSubstr(" closed the connection without an answer"));
    EXPECT_EQ(server.connections(), 2U);
}

TEST_F(HttpClient, new_connection_that_dies_is_a_failure) {
    scripted_server server(on, {{{"", after::reset}}, {{http_ok("2")}}});
    use(server.origin());
    const auto answer = ask(get());
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().kind, error_class::transient);
    EXPECT_THAT(answer.error().detail, StartsWith("reading from 127.0.0.1:"));
    EXPECT_EQ(server.connections(), 1U);
}

TEST_F(HttpClient, reset_after_the_first_byte_is_not_asked_again) {
    const std::string half = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this";
    for (const after end : {after::close, after::reset}) {
        scripted_server server(on, {{{http_ok("1")}, {half, end}}, {{http_ok("2")}}});
        use(server.origin());
        EXPECT_EQ(ask(get()).value().response.body, "1");
        const auto answer = ask(get());
        ASSERT_FALSE(answer);
        EXPECT_EQ(answer.error().kind, error_class::transient);
        EXPECT_EQ(server.connections(), 1U);
        // And the broken one is not offered again.
        EXPECT_EQ(ask(get()).value().response.body, "2");
    }
}

TEST_F(HttpClient, half_an_answer_says_so) {
    scripted_server server(
        on, {{{"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this", after::close}}}
    );
    use(server.origin());
    const auto answer = ask(get());
    ASSERT_FALSE(answer);
    EXPECT_EQ(
        answer.error().detail,
        server.origin().host_header() + " closed the connection in the middle of its answer"
    );
}

TEST_F(HttpClient, answer_may_end_with_the_connection) {
    scripted_server server(on, {{{"HTTP/1.1 200 OK\r\n\r\nall of it", after::close}}});
    use(server.origin());
    EXPECT_EQ(ask(get()).value().response.body, "all of it");
}

TEST_F(HttpClient, head_has_no_body_to_wait_for) {
    scripted_server server(
        on, {{{"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"}, {http_ok("next")}}}
    );
    use(server.origin());
    auto request = get();
    request.method = "HEAD";
    EXPECT_EQ(ask(request).value().response.status, 200);
    EXPECT_EQ(ask(get()).value().response.body, "next");
    EXPECT_EQ(server.connections(), 1U);
}

TEST_F(HttpClient, silence_times_out_and_the_connection_goes) {
    scripted_server server(on, {{{"", after::stay_silent}}, {{http_ok("2")}}});
    use(server.origin());
    const auto answer = ask(get(), a_moment);
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().kind, error_class::transient);
    EXPECT_EQ(
        answer.error().detail, "reading from " + server.origin().host_header() + " timed out"
    );
    EXPECT_EQ(ask(get()).value().response.body, "2");
}

TEST_F(HttpClient, silence_on_a_reused_connection_is_no_reason_to_reconnect) {
    scripted_server server(on, {{{http_ok("1")}, {"", after::stay_silent}}, {{http_ok("2")}}});
    use(server.origin());
    EXPECT_EQ(ask(get()).value().response.body, "1");
    EXPECT_FALSE(ask(get(), a_moment));
    EXPECT_EQ(server.connections(), 1U);
}

TEST_F(HttpClient, deadline_of_one_exchange_does_not_hit_the_next) {
    scripted_server server(on, {{{http_ok("1")}, {http_ok("2")}}});
    use(server.origin());
    ASSERT_TRUE(ask(get(), a_moment * 3).has_value());
    pause(a_moment * 3 + soon);
    EXPECT_EQ(ask(get()).value().response.body, "2");
    EXPECT_EQ(server.connections(), 1U);
}

TEST_F(HttpClient, passed_deadline_fails_at_once) {
    scripted_server server(on, {{{http_ok("1")}, {http_ok("2")}}});
    use(server.origin());
    EXPECT_TRUE(ask(get()).has_value());
    const auto answer = ask(get(), nanoseconds(-1));
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().detail, "asking " + server.origin().host_header() + " timed out");
    EXPECT_EQ(server.requests().size(), 1U);
}

TEST_F(HttpClient, garbage_is_malformed_and_names_the_host) {
    scripted_server server(on, {{{"SSH-2.0-OpenSSH_9.2\r\n\r\n"}}});
    use(server.origin());
    const auto answer = ask(get());
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().kind, error_class::malformed);
    EXPECT_THAT(answer.error().detail, StartsWith(server.origin().host_header() + ": HTTP: "));
}

TEST_F(HttpClient, answer_beyond_the_limit_is_malformed) {
    const std::string claim = "HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n";
    scripted_server server(on, {{{claim, after::stay_silent}}});
    use(server.origin());
    const auto answer = ask(get());
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().kind, error_class::malformed);
}

TEST_F(HttpClient, exchanges_beyond_the_pool_take_turns) {
    scripted_server server(on, {{{http_ok("1")}, {http_ok("2")}, {http_ok("3")}}});
    use(server.origin(), {.connections_max = 1});
    begin(get("/a"));
    begin(get("/b"));
    begin(get("/c"));
    on.run_until([&] { return answers.size() == 3; });
    EXPECT_EQ(server.connections(), 1U);
    EXPECT_EQ(answers[0].value().response.body, "1");
    EXPECT_EQ(answers[1].value().response.body, "2");
    EXPECT_EQ(answers[2].value().response.body, "3");
    EXPECT_THAT(server.requests()[1], StartsWith("GET /b "));
}

TEST_F(HttpClient, exchanges_within_the_pool_run_side_by_side) {
    const step late{"", after::stay_silent};
    scripted_server server(on, {{late}, {{http_ok("2")}}});
    use(server.origin(), {.connections_max = 2});
    begin(get("/a"));
    begin(get("/b"));
    on.run_until([&] { return answers.size() == 1; });
    EXPECT_EQ(answers[0].value().response.body, "2");
    EXPECT_EQ(server.connections(), 2U);
}

TEST_F(HttpClient, waiting_for_a_connection_ends_by_the_deadline) {
    scripted_server server(on, {{{"", after::stay_silent}}});
    use(server.origin(), {.connections_max = 1});
    begin(get("/a"));
    begin(get("/b"), a_moment);
    on.run_until([&] { return answers.size() == 1; });
    ASSERT_FALSE(answers[0]);
    EXPECT_EQ(
        answers[0].error().detail,
        "waiting for a connection to " + server.origin().host_header() + " timed out"
    );
}

TEST_F(HttpClient, failed_connection_lets_the_next_one_try) {
    scripted_server server(on, {{{"", after::reset}}, {{http_ok("2")}}});
    use(server.origin(), {.connections_max = 1});
    begin(get("/a"));
    begin(get("/b"));
    on.run_until([&] { return answers.size() == 2; });
    EXPECT_FALSE(answers[0]);
    EXPECT_EQ(answers[1].value().response.body, "2");
}

TEST_F(HttpClient, close_ends_what_is_under_way_and_what_waits) {
    scripted_server server(on, {{{"", after::stay_silent}}});
    use(server.origin(), {.connections_max = 1});
    begin(get("/a"));
    begin(get("/b"));
    on.run_until([&] { return server.requests().size() == 1; });
    client->close();
    on.run_until([&] { return answers.size() == 2; });
    EXPECT_FALSE(answers[0]);
    EXPECT_FALSE(answers[1]);
    const auto later = ask(get());
    ASSERT_FALSE(later);
    EXPECT_THAT(later.error().detail, HasSubstr(" is closed"));
}

TEST_F(HttpClient, close_ends_a_connection_that_is_being_dialled) {
    const black_hole silent(on);
    use({.host = "127.0.0.1", .port = silent.where().port(), .path = "/"});
    begin(get());
    on.context().poll();
    const auto begun = timer_now();
    client->close();
    on.run_until([&] { return answers.size() == 1; });
    EXPECT_LT(timer_now() - begun, long_enough / 2);
    ASSERT_FALSE(answers[0]);
    EXPECT_THAT(answers[0].error().detail, HasSubstr(" is closed"));
}

TEST_F(HttpClient, close_ends_a_handshake_that_nobody_answers) {
    scripted_server silent(on, {{{"", after::stay_silent}}});
    const auto trust = create_tls_client_context("").value();
    client = create_http_client(silent.origin(true), {.tls = trust}, *time);
    begin(get());
    on.run_until([&] { return silent.connections() == 1; });
    const auto begun = timer_now();
    client->close();
    on.run_until([&] { return answers.size() == 1; });
    EXPECT_LT(timer_now() - begun, long_enough / 2);
    EXPECT_FALSE(answers[0]);
}

TEST_F(HttpClient, idle_connection_is_closed_after_its_time) {
    scripted_server server(on, {{{http_ok("1")}, {http_ok("never")}}, {{http_ok("2")}}});
    use(server.origin(), {.idle_max = soon});
    EXPECT_EQ(ask(get()).value().response.body, "1");
    pause(soon * 2);
    EXPECT_EQ(ask(get()).value().response.body, "2");
}

TEST_F(HttpClient, nothing_keeps_the_executor_busy_after_close) {
    scripted_server server(on, {{{http_ok("1"), after::close}}});
    use(server.origin());
    EXPECT_TRUE(ask(get()).has_value());
    client->close();
    const auto before = std::chrono::steady_clock::now();
    on.context().run();
    EXPECT_LT(std::chrono::steady_clock::now() - before, seconds(10));
}

TEST_F(HttpClient, refused_connection_is_transient) {
    std::optional<scripted_server> server(std::in_place, on, std::deque<std::vector<step>>{});
    const wire::url origin = server->origin();
    server.reset();
    use(origin);
    const auto answer = ask(get());
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().kind, error_class::transient);
    EXPECT_THAT(answer.error().detail, HasSubstr("Connection refused"));
    // Its place is free again.
    EXPECT_FALSE(ask(get()));
}

TEST_F(HttpClient, speaks_tls) {
    const test_authority authority;
    scripted_server server(
        on,
        {{{http_ok("1")}, {http_ok("2")}}},
        {.certificate_file = authority.certificate_file(), .private_key_file = authority.key_file()}
    );
    auto tls = create_tls_client_context(authority.ca_file()).value();
    client = create_http_client(server.origin(true), {.tls = tls}, *time);
    EXPECT_EQ(ask(get()).value().response.body, "1");
    EXPECT_EQ(ask(get()).value().response.body, "2");
    EXPECT_EQ(server.connections(), 1U);
}

// ---- the clock of the other side --------------------------------------------------------------

class clock_at : public clock {
public:
    explicit clock_at(std::string_view wall) : wall_(parse_iso8601(wall).value()) {}
    instant now() const override { return {mono_time(seconds(1000)), wall_}; }

private:
    wall_time wall_;
};

TEST_F(HttpClient, date_header_measures_the_clock) {
    const std::string date = "Date: Tue, 24 Nov 2026 09:12:05 GMT\r\n";
    scripted_server server(
        on, {{{http_ok("", date)}, {http_ok("", date + "Age: 3\r\n")}, {http_ok("")}}}
    );
    time = std::make_unique<clock_at>("2026-11-24T09:12:00Z");
    use(server.origin());
    EXPECT_EQ(ask(get()).value().clock_offset, milliseconds(5000));
    EXPECT_EQ(ask(get()).value().clock_offset, std::nullopt);
    EXPECT_EQ(ask(get()).value().clock_offset, std::nullopt);
}

}  // namespace
}  // namespace trainwatch::io::http_client_test
