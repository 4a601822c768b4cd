#include "io/http_server.hpp"

#include <array>
#include <string>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/write.hpp>

#include "io/as_value.hpp"
#include "tests/io/certificates.hpp"
#include "tests/io/loop.hpp"

namespace trainwatch::io::http_server_test {
namespace {

using tcp = boost::asio::ip::tcp;
using stream = std::unique_ptr<byte_stream>;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr seconds long_enough{30};
constexpr milliseconds soon{20};
// Time enough for a few bytes on a busy machine, short enough to wait for.
constexpr milliseconds a_moment{300};

const std::string get_hello = "GET /hello HTTP/1.1\r\nHost: test\r\n\r\n";
const std::string get_and_close = "GET /hello HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n";

wire::http_response greet(const wire::http_request& request) {
    wire::http_response out;
    out.headers = {{"Content-Type", "text/plain"}};
    out.body = request.method + ' ' + request.target + ' ' + request.body;
    return out;
}

task<result<std::size_t>> send(byte_stream& to, std::string text) {
    to.expires_after(long_enough);
    const auto written = co_await to.write(text);
    if (!written) co_return written.error();
    co_return text.size();
}

task<std::string> hear_all(byte_stream& from) {
    from.expires_after(long_enough);
    std::string all;
    std::array<char, 16384> buffer{};
    for (;;) {
        const auto size = co_await from.read_some(buffer);
        if (!size || *size == 0) co_return all;
        all.append(buffer.data(), *size);
    }
}

// Until the text has come; less when the connection ends before.
task<std::string> hear_until(byte_stream& from, std::string text) {
    from.expires_after(long_enough);
    std::string all;
    std::array<char, 16384> buffer{};
    while (all.find(text) == std::string::npos) {
        const auto size = co_await from.read_some(buffer);
        if (!size || *size == 0) break;
        all.append(buffer.data(), *size);
    }
    co_return all;
}

class HttpServer : public testing::Test {
protected:
    void TearDown() override {
        if (server != nullptr) server->close();
        on.run_until([&] { return !serving; });
    }

    void serve(
        http_server_limits limits = {},
        http_handler handler = greet,
        listen_options how = {},
        late_http_handler late = {}
    ) {
        // A peer that reads to the end would wait out the whole time to linger.
        if (limits.linger == http_server_limits{}.linger) limits.linger = soon;
        auto where = listen(on.executor(), how).value();
        port = where->port();
        server = create_http_server(std::move(where), std::move(handler), limits, std::move(late));
        serving = true;
        on.spawn(serve_to_the_end());
    }

    task<void> serve_to_the_end() {
        co_await server->serve();
        serving = false;
    }

    stream open() {
        const peer to{"127.0.0.1", port, false};
        return on.run(connect(to, nullptr, long_enough)).value();
    }

    std::string exchange(byte_stream& with, const std::string& text, const std::string& until) {
        EXPECT_TRUE(on.run(send(with, text)).has_value());
        return on.run(hear_until(with, until));
    }

    std::string only_answer(const std::string& text) {
        auto client = open();
        EXPECT_TRUE(on.run(send(*client, text)).has_value());
        return on.run(hear_all(*client));
    }

    loop on;
    std::unique_ptr<http_server> server;
    std::uint16_t port = 0;
    bool serving = false;
};

TEST_F(HttpServer, answers_a_request) {
    serve();
    const std::string answer = only_answer(get_and_close);
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"));
    EXPECT_THAT(answer, HasSubstr("\r\nConnection: close\r\n"));
    EXPECT_THAT(answer, HasSubstr("\r\nContent-Length: 11\r\n"));
    EXPECT_THAT(answer, HasSubstr(" GMT\r\n"));
    EXPECT_THAT(answer, EndsWith("\r\n\r\nGET /hello "));
}

TEST_F(HttpServer, keeps_the_connection) {
    serve();
    auto client = open();
    EXPECT_THAT(exchange(*client, get_hello, "GET /hello "), Not(HasSubstr("Connection: close")));
    EXPECT_THAT(exchange(*client, get_hello, "GET /hello "), StartsWith("HTTP/1.1 200 OK"));
}

TEST_F(HttpServer, head_gets_the_header_only) {
    serve();
    const std::string answer =
        only_answer("HEAD /hello HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n");
    EXPECT_THAT(answer, HasSubstr("\r\nContent-Length: 12\r\n"));
    EXPECT_THAT(answer, EndsWith("\r\n\r\n"));
}

TEST_F(HttpServer, requests_sent_at_once_are_answered_in_order) {
    serve();
    const std::string answer = only_answer(
        "GET /1 HTTP/1.1\r\nHost: test\r\n\r\nPOST /2 HTTP/1.1\r\nHost: test\r\n"
        "Content-Length: 4\r\n\r\nbodyGET /3 HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n"
    );
    const auto first = answer.find("GET /1 ");
    const auto second = answer.find("POST /2 body");
    const auto third = answer.find("GET /3 ");
    EXPECT_LT(first, second);
    EXPECT_LT(second, third);
    EXPECT_NE(third, std::string::npos);
}

TEST_F(HttpServer, body_in_pieces_is_put_together) {
    serve();
    auto client = open();
    const std::string head = "POST /x HTTP/1.1\r\nHost: test\r\nContent-Length: 10\r\n\r\n";
    ASSERT_TRUE(on.run(send(*client, head)).has_value());
    ASSERT_TRUE(on.run(send(*client, "first")).has_value());
    EXPECT_THAT(exchange(*client, "later", "firstlater"), EndsWith("POST /x firstlater"));
}

TEST_F(HttpServer, old_clients_are_answered_and_closed) {
    serve();
    EXPECT_THAT(only_answer("GET /old HTTP/1.0\r\n\r\n"), EndsWith("GET /old "));
}

TEST_F(HttpServer, peer_that_has_said_all_still_gets_its_answer) {
    serve();
    tcp::socket half(on.context());
    half.connect({boost::asio::ip::address_v4::loopback(), port});
    boost::asio::write(half, boost::asio::buffer(get_hello));
    half.shutdown(tcp::socket::shutdown_send);
    std::string heard;
    bool ended = false;
    on.spawn([](tcp::socket& from, std::string& into, bool& flag) -> task<void> {
        std::array<char, 4096> buffer{};
        for (;;) {
            const auto view = boost::asio::buffer(buffer);
            const auto [code, size] = co_await from.async_read_some(view, as_value);
            if (code) break;
            into.append(buffer.data(), size);
        }
        flag = true;
    }(half, heard, ended));
    on.run_until([&] { return ended; });
    EXPECT_THAT(heard, EndsWith("GET /hello "));
}

TEST_F(HttpServer, garbage_is_refused_by_400) {
    serve();
    const std::string answer = only_answer("\x16\x03\x01 what is this\r\n\r\n");
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 400 Bad Request\r\n"));
    EXPECT_THAT(answer, HasSubstr("\r\nConnection: close\r\n"));
}

TEST_F(HttpServer, body_beyond_the_limit_is_refused_by_413) {
    serve({.body_bytes_max = 10});
    EXPECT_THAT(
        only_answer("POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 11\r\n\r\n12345678901"),
        StartsWith("HTTP/1.1 413 ")
    );
}

TEST_F(HttpServer, header_beyond_the_limit_is_refused_by_431) {
    serve();
    const std::string long_header(20'000, 'x');
    EXPECT_THAT(
        only_answer("GET / HTTP/1.1\r\nX-Long: " + long_header + "\r\n\r\n"),
        StartsWith("HTTP/1.1 431 ")
    );
}

TEST_F(HttpServer, refusal_reaches_a_peer_that_still_sends) {
    serve({.linger = long_enough, .body_bytes_max = 10});
    auto client = open();
    const std::string head = "POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 200000\r\n\r\n";
    ASSERT_TRUE(on.run(send(*client, head)).has_value());
    const std::string body(200'000, 'x');
    EXPECT_THAT(exchange(*client, body, "too large.\n"), StartsWith("HTTP/1.1 413 "));
    client->close();
}

TEST_F(HttpServer, silent_peer_is_closed_without_a_word) {
    serve({.header = soon});
    auto client = open();
    EXPECT_EQ(on.run(hear_all(*client)), "");
}

TEST_F(HttpServer, header_that_takes_too_long_is_refused_by_408) {
    serve({.header = a_moment});
    EXPECT_THAT(only_answer("GET / HTTP/1.1\r\nHost:"), StartsWith("HTTP/1.1 408 "));
}

TEST_F(HttpServer, body_that_takes_too_long_is_refused_by_408) {
    serve({.read = soon});
    EXPECT_THAT(
        only_answer("POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 100\r\n\r\nabc"),
        StartsWith("HTTP/1.1 408 ")
    );
}

// Until the other side has had enough.
task<void> drip(byte_stream& to, bool& over) {
    boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor);
    const std::string piece = "x";
    for (;;) {
        timer.expires_after(milliseconds(2));
        co_await timer.async_wait(as_value);
        const auto written = co_await to.write(piece);
        if (!written) break;
    }
    over = true;
}

TEST_F(HttpServer, dripping_peer_gains_nothing) {
    serve({.header = a_moment, .linger = soon});
    auto client = open();
    ASSERT_TRUE(on.run(send(*client, "GET / HTTP/1.1\r\nX: ")).has_value());
    bool over = false;
    on.spawn(drip(*client, over));
    EXPECT_THAT(on.run(hear_until(*client, "408")), HasSubstr("408"));
    on.run_until([&] { return over; });
}

TEST_F(HttpServer, next_request_that_takes_too_long_is_refused_too) {
    serve({.header = a_moment});
    auto client = open();
    exchange(*client, get_hello, "GET /hello ");
    EXPECT_THAT(exchange(*client, "GET /again HT", "\r\n\r\n"), StartsWith("HTTP/1.1 408 "));
}

TEST_F(HttpServer, idle_connection_is_closed_after_its_time) {
    serve({.idle = soon});
    auto client = open();
    exchange(*client, get_hello, "GET /hello ");
    EXPECT_EQ(on.run(hear_all(*client)), "");
}

TEST_F(HttpServer, connections_beyond_the_limit_are_told_so) {
    serve({.connections_max = 1});
    auto first = open();
    exchange(*first, get_hello, "GET /hello ");
    const std::string answer = only_answer(get_hello);
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 503 "));
    EXPECT_THAT(answer, HasSubstr("\r\nRetry-After: "));
    EXPECT_THAT(exchange(*first, get_hello, "GET /hello "), StartsWith("HTTP/1.1 200 "));
}

TEST_F(HttpServer, place_of_a_peer_that_left_is_free_again) {
    serve({.connections_max = 1});
    open()->reset();
    std::string answer;
    // The server learns of the reset in its own time.
    for (int i = 0; i < 1000 && !answer.starts_with("HTTP/1.1 200 "); ++i)
        answer = only_answer(get_and_close);
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 "));
}

TEST_F(HttpServer, close_ends_idle_connections) {
    serve();
    auto client = open();
    exchange(*client, get_hello, "GET /hello ");
    server->close();
    EXPECT_EQ(on.run(hear_all(*client)), "");
    on.run_until([&] { return !serving; });
}

TEST_F(HttpServer, close_lets_an_answer_under_way_finish) {
    const std::string large(16U << 20U, 'x');
    const http_handler handler = [&](const wire::http_request&) {
        return wire::http_response{200, {}, large};
    };
    serve({}, handler);
    auto client = open();
    ASSERT_TRUE(on.run(send(*client, get_hello)).has_value());
    const std::string begin = on.run(hear_until(*client, "\r\n\r\n"));
    server->close();
    const std::string rest = on.run(hear_all(*client));
    EXPECT_EQ(begin.size() + rest.size(), begin.find("\r\n\r\n") + 4 + large.size());
}

TEST_F(HttpServer, close_does_not_wait_for_a_peer_that_stopped_reading) {
    const std::string large(64U << 20U, 'x');
    const http_handler handler = [&](const wire::http_request&) {
        return wire::http_response{200, {}, large};
    };
    serve({.drain = soon}, handler);
    auto client = open();
    ASSERT_TRUE(on.run(send(*client, get_hello)).has_value());
    on.run(hear_until(*client, "\r\n\r\n"));
    server->close();
    on.run_until([&] { return !serving; });
}

TEST_F(HttpServer, speaks_tls) {
    const test_authority authority;
    serve(
        {},
        greet,
        {.certificate_file = authority.certificate_file(), .private_key_file = authority.key_file()}
    );
    auto tls = create_tls_client_context(authority.ca_file()).value();
    const peer to{"localhost", port, true};
    auto client = on.run(connect(to, tls, long_enough)).value();
    EXPECT_THAT(exchange(*client, get_and_close, "GET /hello "), EndsWith("GET /hello "));
    // A peer without TLS disturbs nobody.
    auto plain = open();
    ASSERT_TRUE(on.run(send(*plain, get_hello)).has_value());
    EXPECT_THAT(on.run(hear_all(*plain)), Not(HasSubstr("200")));
}

TEST_F(HttpServer, answer_may_come_late_while_others_are_served) {
    http_reply reply;
    const auto late = [&](const wire::http_request& request, http_reply when_known) {
        if (request.target != "/late") return false;
        reply = std::move(when_known);
        return true;
    };
    serve({}, greet, {}, late);
    auto waiting = open();
    EXPECT_TRUE(on.run(send(*waiting, "GET /late HTTP/1.1\r\nHost: test\r\n\r\n")));
    on.run_until([&] { return reply != nullptr; });
    EXPECT_THAT(only_answer(get_and_close), HasSubstr("GET /hello"));
    reply({.body = "at last"});
    EXPECT_THAT(on.run(hear_until(*waiting, "at last")), StartsWith("HTTP/1.1 200 "));
    // The connection is good for more.
    EXPECT_THAT(exchange(*waiting, get_hello, "/hello"), HasSubstr("GET /hello"));
}

}  // namespace
}  // namespace trainwatch::io::http_server_test
