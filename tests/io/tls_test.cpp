#include "io/tls.hpp"

#include <array>
#include <string>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/io/certificates.hpp"

namespace trainwatch::io {
namespace {

using outcome = attempt::outcome;

// Two transports on the ends of a socket pair, stepped by hand: no loop, no waiting.
class TlsTransport : public testing::Test {
protected:
    void SetUp() override { connect(); }
    void TearDown() override { disconnect(); }

    void connect() {
        ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends), 0);
        client = create_tls_client_transport(ends[0], {"localhost", 443, true}, trust).value();
        server = create_tls_server_transport(ends[1], certificate).value();
    }

    void disconnect() {
        client.reset();
        server.reset();
        ::close(ends[0]);
        ::close(ends[1]);
    }

    // How many bytes the server needed for its side of the handshake.
    int shake_hands() {
        int sent = 0;
        attempt tried = client->handshake();
        while (tried.what != outcome::done) {
            EXPECT_NE(tried.what, outcome::failed) << client->why("client").detail;
            const attempt heard = server->read(buffer);
            EXPECT_EQ(heard.what, outcome::wait_readable) << server->why("server").detail;
            if (testing::Test::HasFailure()) break;
            int waiting = 0;
            ::ioctl(ends[0], FIONREAD, &waiting);
            sent += waiting;
            tried = client->handshake();
        }
        server->read(buffer);
        return sent;
    }

    std::string heard_by(transport& reader) {
        const attempt got = reader.read(buffer);
        EXPECT_EQ(got.what, outcome::done);
        return {buffer.data(), got.size};
    }

    const test_authority authority{};
    std::shared_ptr<tls_client_context> trust =
        create_tls_client_context(authority.ca_file()).value();
    std::shared_ptr<tls_server_context> certificate =
        create_tls_server_context(authority.certificate_file(), authority.key_file()).value();
    int ends[2] = {-1, -1};
    std::unique_ptr<transport> client;
    std::unique_ptr<transport> server;
    std::array<char, 4096> buffer{};
};

TEST_F(TlsTransport, carries_bytes_after_the_handshake) {
    shake_hands();
    EXPECT_EQ(client->write("question").size, 8U);
    EXPECT_EQ(heard_by(*server), "question");
    EXPECT_EQ(server->write("answer").size, 6U);
    EXPECT_EQ(heard_by(*client), "answer");
    EXPECT_EQ(client->read(buffer).what, outcome::wait_readable);
}

TEST_F(TlsTransport, second_connection_resumes_the_session) {
    const int first = shake_hands();
    server->write("answer");
    // The session arrives with what follows the handshake.
    EXPECT_EQ(heard_by(*client), "answer");
    disconnect();
    connect();
    const int second = shake_hands();
    // Without a certificate, much less is sent.
    EXPECT_LT(second * 2, first);
    server->write("again");
    EXPECT_EQ(heard_by(*client), "again");
}

TEST_F(TlsTransport, session_of_one_host_is_not_offered_to_another) {
    const int first = shake_hands();
    server->write("answer");
    heard_by(*client);
    disconnect();
    connect();
    client = create_tls_client_transport(ends[0], {"127.0.0.1", 443, true}, trust).value();
    EXPECT_GT(shake_hands() * 2, first);
}

TEST_F(TlsTransport, session_that_the_server_forgot_costs_a_full_handshake_only) {
    shake_hands();
    server->write("answer");
    heard_by(*client);
    disconnect();
    // Restarted, with other ticket keys.
    certificate =
        create_tls_server_context(authority.certificate_file(), authority.key_file()).value();
    connect();
    shake_hands();
    server->write("again");
    EXPECT_EQ(heard_by(*client), "again");
}

TEST_F(TlsTransport, goodbye_is_the_end_of_the_stream) {
    shake_hands();
    server->goodbye();
    const attempt got = client->read(buffer);
    EXPECT_EQ(got.what, outcome::done);
    EXPECT_EQ(got.size, 0U);
}

TEST_F(TlsTransport, closed_without_goodbye_is_the_end_too) {
    shake_hands();
    ::shutdown(ends[1], SHUT_RDWR);
    const attempt got = client->read(buffer);
    EXPECT_EQ(got.what, outcome::done);
    EXPECT_EQ(got.size, 0U);
}

TEST_F(TlsTransport, write_to_a_closed_peer_fails_without_a_signal) {
    shake_hands();
    ::shutdown(ends[1], SHUT_RDWR);
    const attempt tried = client->write("anybody?");
    EXPECT_EQ(tried.what, outcome::failed);
    EXPECT_EQ(client->why("writing").kind, error_class::transient);
    EXPECT_EQ(client->why("writing").detail, "writing: Broken pipe");
}

TEST_F(TlsTransport, large_write_is_taken_in_parts) {
    shake_hands();
    const std::string text(8U << 20U, 'x');
    std::string_view left = text;
    std::size_t heard = 0;
    bool blocked = false;
    while (!left.empty() || heard < text.size()) {
        const attempt sent = left.empty() ? attempt{} : client->write(left);
        ASSERT_NE(sent.what, outcome::failed);
        blocked = blocked || sent.what == outcome::wait_writable;
        left.remove_prefix(sent.size);
        const attempt got = server->read(buffer);
        ASSERT_NE(got.what, outcome::failed);
        heard += got.size;
    }
    EXPECT_EQ(heard, text.size());
    EXPECT_TRUE(blocked);
}

TEST_F(TlsTransport, altered_bytes_are_found) {
    shake_hands();
    server->write("answer");
    std::array<char, 4096> raw{};
    // The last byte of the last record, which is part of its seal.
    const auto size = ::recv(ends[0], raw.data(), raw.size(), 0);
    ASSERT_GT(size, 0);
    raw[static_cast<std::size_t>(size) - 1] ^= 1;
    ASSERT_EQ(::send(ends[1], raw.data(), static_cast<std::size_t>(size), 0), size);
    EXPECT_EQ(client->read(buffer).what, outcome::failed);
    EXPECT_EQ(client->why("reading").kind, error_class::transient);
    EXPECT_THAT(client->why("reading").detail, testing::StartsWith("reading: "));
}

}  // namespace
}  // namespace trainwatch::io
