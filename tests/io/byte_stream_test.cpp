#include "io/byte_stream.hpp"

#include <array>
#include <optional>
#include <string>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <openssl/ssl.h>

#include "io/as_value.hpp"
#include "io/tls.hpp"
#include "tests/io/certificates.hpp"
#include "tests/io/loop.hpp"

namespace trainwatch::io::byte_stream_test {
namespace {

using tcp = boost::asio::ip::tcp;
using stream = std::unique_ptr<byte_stream>;

constexpr seconds long_enough{30};
constexpr milliseconds soon{20};
constexpr nanoseconds never = nanoseconds::max();

task<result<std::string>> read_all(byte_stream& from) {
    std::string all;
    std::array<char, 4096> buffer{};
    for (;;) {
        const auto size = co_await from.read_some(buffer);
        if (!size) co_return size.error();
        if (*size == 0) co_return all;
        all.append(buffer.data(), *size);
    }
}

task<void> echo_once(listener& where) {
    auto accepted = co_await where.accept();
    if (!accepted) co_return;
    byte_stream& peer = **accepted;
    peer.expires_after(long_enough);
    std::array<char, 4096> buffer{};
    for (;;) {
        const auto size = co_await peer.read_some(buffer);
        if (!size || *size == 0) break;
        const std::string_view back(buffer.data(), *size);
        const auto written = co_await peer.write(back);
        if (!written) break;
    }
    peer.close();
}

task<void> say_last_words(listener& where) {
    auto accepted = co_await where.accept();
    std::array<char, 16> question{};
    const std::string words = "last words";
    if (!accepted || !co_await (*accepted)->read_some(question)) co_return;
    co_await (*accepted)->write(words);
    (*accepted)->close();
}

task<result<std::string>> say(byte_stream& to, std::string text) {
    to.expires_after(long_enough);
    const auto written = co_await to.write(text);
    if (!written) co_return written.error();
    std::string heard;
    std::array<char, 4096> buffer{};
    while (heard.size() < text.size()) {
        const auto size = co_await to.read_some(buffer);
        if (!size) co_return size.error();
        if (*size == 0) break;
        heard.append(buffer.data(), *size);
    }
    co_return heard;
}

// A peer without manners: a bare socket that the test drives.
class bare_peer {
public:
    explicit bare_peer(loop& on)
        : acceptor_(on.context(), tcp::endpoint(boost::asio::ip::address_v4::loopback(), 0))
        , socket_(on.context()) {}

    peer name() const { return {"127.0.0.1", acceptor_.local_endpoint().port(), false}; }
    tcp::socket& socket() { return socket_; }
    // The connection stands in the queue once connect() has returned.
    void accept() { acceptor_.accept(socket_); }
    // For a handshake, which needs both ends at once.
    task<void> answer_and_leave(std::string text) {
        const auto [code] = co_await acceptor_.async_accept(socket_, as_value);
        if (!code && !text.empty()) send(text);
        socket_.close();
    }
    void refuse() { acceptor_.close(); }
    void send(std::string_view text) {
        boost::asio::write(socket_, boost::asio::buffer(text.data(), text.size()));
    }
    void reset() {
        socket_.set_option(tcp::socket::linger(true, 0));
        socket_.close();
    }

private:
    tcp::acceptor acceptor_;
    tcp::socket socket_;
};

class ByteStream : public testing::Test {
protected:
    result<stream> open(const peer& to, std::shared_ptr<tls_client_context> tls = nullptr) {
        return on.run(connect(to, std::move(tls), long_enough));
    }

    result<std::size_t> read(byte_stream& from) {
        buffer.fill(0);
        return on.run(from.read_some(buffer));
    }

    loop on;
    std::array<char, 64> buffer{};
};

TEST_F(ByteStream, carries_bytes_both_ways) {
    auto server = listen(on.executor(), {}).value();
    on.spawn(echo_once(*server));
    auto client = open({"127.0.0.1", server->port(), false}).value();
    EXPECT_EQ(on.run(say(*client, "hello")).value(), "hello");
}

TEST_F(ByteStream, connects_to_a_name) {
    auto server = listen(on.executor(), {}).value();
    on.spawn(echo_once(*server));
    // "localhost" may be ::1 first, where nobody listens: then the next address is tried.
    auto client = open({"localhost", server->port(), false}).value();
    EXPECT_EQ(on.run(say(*client, "hello")).value(), "hello");
}

TEST_F(ByteStream, carries_more_than_the_sockets_hold) {
    auto server = listen(on.executor(), {}).value();
    on.spawn(echo_once(*server));
    auto client = open({"127.0.0.1", server->port(), false}).value();
    bare_peer sink(on);
    auto writer = open(sink.name()).value();
    sink.accept();
    std::optional<result<std::string>> heard;
    const std::string text(8U << 20U, 'x');
    on.spawn([](tcp::socket& from, std::size_t total) -> task<void> {
        std::vector<char> into(1U << 16U);
        while (total > 0) {
            const auto view = boost::asio::buffer(into);
            const auto [code, size] = co_await from.async_read_some(view, as_value);
            if (code) co_return;
            total -= size;
        }
    }(sink.socket(), text.size()));
    writer->expires_after(long_enough);
    EXPECT_TRUE(on.run(writer->write(text)).has_value());
}

TEST_F(ByteStream, end_of_stream_is_zero_bytes) {
    bare_peer server(on);
    auto client = open(server.name()).value();
    server.accept();
    server.send("last words");
    server.socket().close();
    EXPECT_EQ(on.run(read_all(*client)).value(), "last words");
}

TEST_F(ByteStream, reset_by_the_peer_is_transient) {
    bare_peer server(on);
    auto client = open(server.name()).value();
    server.accept();
    server.reset();
    const auto got = read(*client);
    ASSERT_FALSE(got);
    EXPECT_EQ(got.error().kind, error_class::transient);
    EXPECT_EQ(got.error().code, boost::asio::error::connection_reset);
    EXPECT_THAT(got.error().detail, testing::StartsWith("reading from 127.0.0.1:"));
    EXPECT_THAT(got.error().detail, testing::HasSubstr("reset"));
}

TEST_F(ByteStream, read_that_takes_too_long_says_so) {
    bare_peer server(on);
    auto client = open(server.name()).value();
    client->expires_after(soon);
    const auto got = read(*client);
    ASSERT_FALSE(got);
    EXPECT_EQ(got.error().kind, error_class::transient);
    EXPECT_EQ(got.error().code, boost::asio::error::timed_out);
    EXPECT_EQ(
        got.error().detail,
        "reading from 127.0.0.1:" + std::to_string(server.name().port) + " timed out"
    );
}

TEST_F(ByteStream, write_that_takes_too_long_says_so) {
    bare_peer server(on);
    auto client = open(server.name()).value();
    client->expires_after(soon);
    const std::string text(64U << 20U, 'x');
    const auto written = on.run(client->write(text));
    ASSERT_FALSE(written);
    EXPECT_EQ(written.error().code, boost::asio::error::timed_out);
    EXPECT_THAT(written.error().detail, testing::StartsWith("writing to 127.0.0.1:"));
}

TEST_F(ByteStream, nothing_works_after_the_deadline_until_it_is_moved) {
    bare_peer server(on);
    auto client = open(server.name()).value();
    server.accept();
    client->expires_after(soon);
    ASSERT_FALSE(read(*client));
    server.send("late");
    const std::string text = "x";
    EXPECT_FALSE(read(*client));
    EXPECT_FALSE(on.run(client->write(text)));
    client->expires_after(long_enough);
    EXPECT_EQ(read(*client).value(), 4U);
    EXPECT_TRUE(on.run(client->write(text)).has_value());
}

TEST_F(ByteStream, deadline_moved_later_is_kept_to_the_later_time) {
    bare_peer server(on);
    auto client = open(server.name()).value();
    server.accept();
    client->expires_after(soon);
    client->expires_after(long_enough);
    boost::asio::steady_timer meanwhile(on.context(), soon * 3);
    meanwhile.async_wait([&](auto) { server.send("in time"); });
    EXPECT_EQ(read(*client).value(), 7U);
}

TEST_F(ByteStream, idle_stream_closes_when_its_deadline_passes) {
    bare_peer server(on);
    auto client = open(server.name()).value();
    server.accept();
    client->expires_after(soon);
    bool ended = false;
    server.socket().async_wait(tcp::socket::wait_read, [&](auto) { ended = true; });
    on.run_until([&] { return ended; });
    const auto got = read(*client);
    ASSERT_FALSE(got);
    EXPECT_EQ(got.error().kind, error_class::transient);
}

TEST_F(ByteStream, stream_without_deadline_stays) {
    bare_peer server(on);
    auto client = open(server.name()).value();
    server.accept();
    client->expires_after(soon);
    client->expires_after(never);
    boost::asio::steady_timer meanwhile(on.context(), soon * 3);
    meanwhile.async_wait([&](auto) { server.send("still here"); });
    EXPECT_EQ(read(*client).value(), 10U);
}

TEST_F(ByteStream, close_ends_a_pending_read) {
    bare_peer server(on);
    auto client = open(server.name()).value();
    boost::asio::steady_timer meanwhile(on.context(), soon);
    meanwhile.async_wait([&](auto) { client->close(); });
    const auto got = read(*client);
    ASSERT_FALSE(got);
    EXPECT_EQ(got.error().code, boost::asio::error::operation_aborted);
    client->close();
    EXPECT_FALSE(read(*client));
}

TEST_F(ByteStream, reset_is_seen_by_the_peer) {
    bare_peer server(on);
    auto client = open(server.name()).value();
    server.accept();
    client->reset();
    boost::system::error_code code;
    server.socket().read_some(boost::asio::buffer(buffer), code);
    EXPECT_EQ(code, boost::asio::error::connection_reset);
}

TEST_F(ByteStream, refused_connection_names_the_peer) {
    bare_peer server(on);
    const peer to = server.name();
    server.refuse();
    const auto client = open(to);
    ASSERT_FALSE(client);
    EXPECT_EQ(client.error().kind, error_class::transient);
    EXPECT_EQ(
        client.error().detail,
        "connecting to 127.0.0.1:" + std::to_string(to.port) + ": Connection refused"
    );
}

TEST_F(ByteStream, name_that_cannot_be_looked_up_is_named) {
    const std::string name(300, 'x');
    const auto client = open({name, 443, false});
    ASSERT_FALSE(client);
    EXPECT_EQ(client.error().kind, error_class::transient);
    EXPECT_THAT(client.error().detail, testing::StartsWith("looking up xxx"));
}

TEST_F(ByteStream, listening_twice_on_a_port_fails) {
    auto first = listen(on.executor(), {}).value();
    const auto second = listen(on.executor(), {.port = first->port()});
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().kind, error_class::internal);
    EXPECT_EQ(
        second.error().detail,
        "listening on 127.0.0.1:" + std::to_string(first->port()) + ": Address already in use"
    );
}

TEST_F(ByteStream, listener_without_address_takes_both_families) {
    auto server = listen(on.executor(), {.address = ""}).value();
    on.spawn(echo_once(*server));
    auto client = open({"127.0.0.1", server->port(), false}).value();
    EXPECT_EQ(on.run(say(*client, "four")).value(), "four");
}

TEST_F(ByteStream, closed_listener_ends_a_pending_accept) {
    auto server = listen(on.executor(), {}).value();
    boost::asio::steady_timer meanwhile(on.context(), soon);
    meanwhile.async_wait([&](auto) { server->close(); });
    EXPECT_FALSE(on.run(server->accept()));
}

class TlsStream : public ByteStream {
protected:
    std::unique_ptr<listener> serve(const test_authority& as) {
        const listen_options options{
            .certificate_file = as.certificate_file(), .private_key_file = as.key_file()};
        auto server = listen(on.executor(), options).value();
        on.spawn(echo_once(*server));
        return server;
    }

    failure refusal(
        const test_authority& server_side, const std::string& trusted, std::string host
    ) {
        auto server = serve(server_side);
        auto tls = create_tls_client_context(trusted).value();
        auto client = open({std::move(host), server->port(), true}, tls);
        EXPECT_FALSE(client);
        if (client) return {};
        return client.error();
    }
};

listen_options tls_options(const test_authority& as) {
    return {.certificate_file = as.certificate_file(), .private_key_file = as.key_file()};
}

TEST_F(TlsStream, carries_bytes_both_ways) {
    const test_authority authority;
    auto server = serve(authority);
    auto tls = create_tls_client_context(authority.ca_file()).value();
    auto client = open({"localhost", server->port(), true}, tls).value();
    EXPECT_EQ(on.run(say(*client, "hello")).value(), "hello");
    const std::string long_text(3U << 20U, 'y');
    bool done = false;
    // Both directions at once: the echo would fill the sockets otherwise.
    on.spawn([](byte_stream& to, const std::string& text, bool& flag) -> task<void> {
        flag = (co_await to.write(text)).has_value();
    }(*client, long_text, done));
    std::size_t heard = 0;
    while (heard < long_text.size()) {
        const auto size = read(*client).value();
        ASSERT_GT(size, 0U);
        heard += size;
    }
    on.run_until([&] { return done; });
}

TEST_F(TlsStream, verifies_an_address_by_the_certificates_addresses) {
    const test_authority authority;
    auto server = serve(authority);
    auto tls = create_tls_client_context(authority.ca_file()).value();
    auto client = open({"127.0.0.1", server->port(), true}, tls).value();
    EXPECT_EQ(on.run(say(*client, "hello")).value(), "hello");
}

TEST_F(TlsStream, end_of_stream_is_zero_bytes) {
    const test_authority authority;
    auto server = listen(on.executor(), tls_options(authority)).value();
    on.spawn(say_last_words(*server));
    auto tls = create_tls_client_context(authority.ca_file()).value();
    auto client = open({"127.0.0.1", server->port(), true}, tls).value();
    const std::string question = "?";
    ASSERT_TRUE(on.run(client->write(question)).has_value());
    EXPECT_EQ(on.run(read_all(*client)).value(), "last words");
}

TEST_F(TlsStream, certificate_of_an_unknown_authority_is_denied) {
    const test_authority authority;
    const test_authority other;
    const failure error = refusal(authority, other.ca_file(), "localhost");
    EXPECT_EQ(error.kind, error_class::denied);
    EXPECT_THAT(error.detail, testing::StartsWith("certificate of localhost is not trusted: "));
    EXPECT_THAT(error.detail, testing::HasSubstr("subject CN=a test, issuer CN=test authority"));
    EXPECT_THAT(error.detail, testing::EndsWith(", judged by ca_bundle " + other.ca_file()));
    EXPECT_THAT(error.cure, testing::HasSubstr("to that bundle"));
    const failure by_system = refusal(authority, "", "localhost");
    EXPECT_THAT(by_system.cure, testing::HasSubstr("AWS_CA_BUNDLE"));
    EXPECT_THAT(by_system.cure, testing::HasSubstr("update-ca-certificates"));
}

TEST_F(TlsStream, certificate_for_another_name_is_denied) {
    const test_authority authority({.alternative_names = "DNS:other.example,DNS:third.example"});
    const failure error = refusal(authority, authority.ca_file(), "localhost");
    EXPECT_EQ(error.kind, error_class::denied);
    EXPECT_EQ(
        error.detail, "certificate of localhost is for another host: other.example, third.example"
    );
}

TEST_F(TlsStream, certificate_without_the_address_is_denied) {
    const test_authority authority({.alternative_names = "DNS:localhost,IP:127.0.0.2"});
    const failure error = refusal(authority, authority.ca_file(), "127.0.0.1");
    EXPECT_EQ(error.kind, error_class::denied);
    EXPECT_EQ(error.detail, "certificate of 127.0.0.1 is for another host: localhost");
}

TEST_F(TlsStream, expired_certificate_is_denied) {
    const test_authority authority(
        {.alternative_names = "DNS:localhost", .begins_in_seconds = -7200, .ends_in_seconds = -60}
    );
    const failure error = refusal(authority, authority.ca_file(), "localhost");
    EXPECT_EQ(error.kind, error_class::denied);
    EXPECT_THAT(error.detail, testing::StartsWith("certificate of localhost has expired on "));
}

TEST_F(TlsStream, certificate_of_the_future_hints_at_the_clock) {
    const test_authority authority(
        {.alternative_names = "DNS:localhost", .begins_in_seconds = 3600, .ends_in_seconds = 7200}
    );
    const failure error = refusal(authority, authority.ca_file(), "localhost");
    EXPECT_EQ(error.kind, error_class::denied);
    EXPECT_EQ(error.cure, "check this machine's clock");
}

TEST_F(TlsStream, hostile_certificate_text_stays_one_line) {
    const test_authority authority({.common_name = "a\nlevel=error \x1b[31m"});
    const failure error = refusal(authority, authority.ca_file(), "localhost");
    EXPECT_EQ(error.kind, error_class::denied);
    for (const char c : error.detail)
        EXPECT_GE(static_cast<unsigned char>(c), ' ');
}

TEST_F(TlsStream, peer_without_tls_is_transient) {
    bare_peer server(on);
    peer to = server.name();
    to.tls = true;
    auto tls = create_tls_client_context("").value();
    on.spawn(server.answer_and_leave("HTTP/1.1 400 Bad Request\r\n\r\n"));
    const auto client = open(to, tls);
    ASSERT_FALSE(client);
    EXPECT_EQ(client.error().kind, error_class::transient);
    EXPECT_THAT(client.error().detail, testing::StartsWith("TLS handshake with 127.0.0.1:"));
    EXPECT_THAT(client.error().detail, testing::EndsWith(": wrong version number"));
}

TEST_F(TlsStream, handshake_that_takes_too_long_says_so) {
    bare_peer server(on);
    auto tls = create_tls_client_context("").value();
    const peer to{"127.0.0.1", server.name().port, true};
    const auto client = on.run(connect(to, tls, soon * 10));
    ASSERT_FALSE(client);
    EXPECT_EQ(client.error().kind, error_class::transient);
    EXPECT_THAT(client.error().detail, testing::StartsWith("TLS handshake with 127.0.0.1:"));
    EXPECT_THAT(client.error().detail, testing::EndsWith(" timed out"));
}

TEST_F(TlsStream, peer_that_leaves_during_the_handshake_is_transient) {
    bare_peer server(on);
    auto tls = create_tls_client_context("").value();
    on.spawn(server.answer_and_leave(""));
    const auto client = open({"127.0.0.1", server.name().port, true}, tls);
    ASSERT_FALSE(client);
    EXPECT_EQ(client.error().kind, error_class::transient);
}

TEST_F(TlsStream, garbage_instead_of_a_handshake_fails_the_first_read) {
    const test_authority authority;
    auto server = listen(on.executor(), tls_options(authority)).value();
    auto client = open({"127.0.0.1", server->port(), false}).value();
    auto accepted = on.run(server->accept()).value();
    const std::string garbage = "GET / HTTP/1.1\r\n\r\n";
    ASSERT_TRUE(on.run(client->write(garbage)).has_value());
    const auto got = read(*accepted);
    ASSERT_FALSE(got);
    EXPECT_EQ(got.error().kind, error_class::transient);
    EXPECT_THAT(got.error().detail, testing::HasSubstr("http request"));
}

TEST_F(TlsStream, slow_peer_keeps_nobody_else_waiting) {
    const test_authority authority;
    auto server = listen(on.executor(), tls_options(authority)).value();
    auto silent = open({"127.0.0.1", server->port(), false}).value();
    auto first = on.run(server->accept()).value();
    on.spawn(echo_once(*server));
    auto tls = create_tls_client_context(authority.ca_file()).value();
    auto client = open({"localhost", server->port(), true}, tls).value();
    EXPECT_EQ(on.run(say(*client, "hello")).value(), "hello");
}

TEST_F(TlsStream, missing_files_are_named) {
    const auto client = create_tls_client_context("/nonexistent/ca.pem");
    ASSERT_FALSE(client);
    EXPECT_EQ(client.error().kind, error_class::internal);
    EXPECT_THAT(client.error().detail, testing::StartsWith("ca_bundle /nonexistent/ca.pem: "));
    const auto server =
        listen(on.executor(), {.certificate_file = "/nonexistent/a", .private_key_file = "b"});
    ASSERT_FALSE(server);
    EXPECT_THAT(server.error().detail, testing::StartsWith("certificate file /nonexistent/a: "));
}

TEST_F(TlsStream, second_connection_resumes_the_session) {
    const test_authority authority;
    auto server = serve(authority);
    auto tls = create_tls_client_context(authority.ca_file()).value();
    auto first = open({"localhost", server->port(), true}, tls).value();
    EXPECT_EQ(on.run(say(*first, "hello")).value(), "hello");
    first->close();
    on.spawn(echo_once(*server));
    auto second = open({"localhost", server->port(), true}, tls).value();
    EXPECT_EQ(on.run(say(*second, "again")).value(), "again");
    EXPECT_EQ(SSL_CTX_sess_hits(tls->settings()), 1);
}

TEST_F(TlsStream, key_of_another_certificate_is_an_error) {
    const test_authority one;
    const test_authority two;
    const listen_options options{
        .certificate_file = one.certificate_file(), .private_key_file = two.key_file()};
    const auto server = listen(on.executor(), options);
    ASSERT_FALSE(server);
    EXPECT_THAT(server.error().detail, testing::HasSubstr("mismatch"));
}

}  // namespace
}  // namespace trainwatch::io::byte_stream_test
