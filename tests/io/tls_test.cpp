#include "io/tls.hpp"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <openssl/ssl.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/io/certificates.hpp"

namespace trainwatch::io::tls_test {
namespace {

using outcome = attempt::outcome;
using testing::HasSubstr;
using testing::StartsWith;

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

// Whether a certificate with these names is accepted for `host`.
bool accepts(const std::string& names, const std::string& host) {
    const test_authority authority({.alternative_names = names});
    const auto trust = create_tls_client_context(authority.ca_file()).value();
    const auto certificate =
        create_tls_server_context(authority.certificate_file(), authority.key_file()).value();
    int ends[2] = {-1, -1};
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends), 0);
    auto client = create_tls_client_transport(ends[0], {host, 443, true}, trust).value();
    auto server = create_tls_server_transport(ends[1], certificate).value();
    std::array<char, 64> buffer{};
    attempt tried = client->handshake();
    while (tried.what == outcome::wait_readable) {
        server->read(buffer);
        tried = client->handshake();
    }
    const bool accepted = tried.what == outcome::done;
    EXPECT_TRUE(accepted || client->why("x").kind == error_class::denied);
    client.reset();
    server.reset();
    ::close(ends[0]);
    ::close(ends[1]);
    return accepted;
}

TEST(TlsTrust, wildcard_stands_for_one_whole_label) {
    EXPECT_TRUE(accepts("DNS:*.eu.example", "api.eu.example"));
    EXPECT_FALSE(accepts("DNS:*.eu.example", "a.b.eu.example"));
    EXPECT_FALSE(accepts("DNS:*.eu.example", "eu.example"));
    EXPECT_FALSE(accepts("DNS:api*.eu.example", "api1.eu.example"));
}

TEST(TlsTrust, address_is_looked_for_among_addresses_only) {
    EXPECT_TRUE(accepts("IP:127.0.0.1", "127.0.0.1"));
    EXPECT_TRUE(accepts("IP:::1", "::1"));
    EXPECT_FALSE(accepts("DNS:127.0.0.1", "127.0.0.1"));
    EXPECT_FALSE(accepts("IP:127.0.0.1", "localhost"));
}

TEST(TlsTrust, speaks_tls_1_2_and_later) {
    const auto trust = create_tls_client_context("").value();
    EXPECT_EQ(SSL_CTX_get_min_proto_version(trust->settings()), TLS1_2_VERSION);
    EXPECT_EQ(SSL_CTX_get_max_proto_version(trust->settings()), 0);
    EXPECT_EQ(SSL_CTX_get_verify_mode(trust->settings()), SSL_VERIFY_PEER);
    EXPECT_NE(SSL_CTX_get_options(trust->settings()) & SSL_OP_IGNORE_UNEXPECTED_EOF, 0U);
}

// A server that wants to see a certificate of its own authority, and what a client with `options`
// comes to there: nothing once a word of the server was read.
class ClientCertificate : public testing::Test {
protected:
    ClientCertificate() {
        SSL_CTX_set_verify(
            server->settings(), SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr
        );
        SSL_CTX_load_verify_file(server->settings(), authority.ca_file().c_str());
        options.ca_bundle = authority.ca_file();
        options.is_of_receiver = true;
    }

    void show(const identity& certificate, const identity& key) {
        options.certificate_file = folder.file("client.pem");
        options.private_key_file = folder.file("client.key");
        write_certificate(options.certificate_file, certificate);
        write_key(options.private_key_file, key);
    }
    void show(const identity& certificate) { show(certificate, certificate); }

    std::optional<failure> meet(
        const std::shared_ptr<tls_client_context>& client, const std::string& host = "localhost"
    ) {
        int ends[2] = {-1, -1};
        EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends), 0);
        auto ours = create_tls_client_transport(ends[0], {host, 443, true}, client).value();
        auto theirs = create_tls_server_transport(ends[1], server).value();
        std::array<char, 4096> buffer{};
        attempt tried = ours->handshake();
        while (tried.what == outcome::wait_readable) {
            theirs->read(buffer);
            tried = ours->handshake();
        }
        std::optional<failure> why;
        // A refusal of TLS 1.3 comes after our side of the handshake.
        if (tried.what == outcome::done) {
            theirs->read(buffer);
            theirs->write("answer");
            tried = ours->read(buffer);
        }
        if (tried.what != outcome::done) why = ours->why("reading from it");
        ours.reset();
        theirs.reset();
        ::close(ends[0]);
        ::close(ends[1]);
        return why;
    }
    std::optional<failure> meet() { return meet(create_tls_client_context(options).value()); }

    const test_authority authority{};
    const temporary_folder folder{};
    std::shared_ptr<tls_server_context> server =
        create_tls_server_context(authority.certificate_file(), authority.key_file()).value();
    tls_client_options options{};
};

TEST_F(ClientCertificate, is_shown_to_who_asks_for_it) {
    show(make_identity({.common_name = "trainwatchd"}, &authority.ca));
    EXPECT_EQ(meet(), std::nullopt);
}

TEST_F(ClientCertificate, that_is_not_there_is_what_the_refusal_is_about) {
    const auto why = meet();
    ASSERT_TRUE(why);
    EXPECT_THAT(why->detail, HasSubstr("asked for a client certificate, and there is none"));
    EXPECT_THAT(why->cure, HasSubstr("tls_config.cert_file"));
    SSL_CTX_set_max_proto_version(server->settings(), TLS1_2_VERSION);
    const auto older = meet();
    ASSERT_TRUE(older);
    EXPECT_THAT(older->cure, HasSubstr("tls_config.cert_file"));
}

TEST_F(ClientCertificate, that_is_not_trusted_is_named) {
    const auto stranger = make_identity({.common_name = "stranger", .authority = true});
    show(make_identity({.common_name = "trainwatchd"}, &stranger));
    const auto why = meet();
    ASSERT_TRUE(why);
    EXPECT_THAT(why->detail, HasSubstr("shown the client certificate of " + folder.file("")));
    EXPECT_THAT(why->cure, HasSubstr("issuer is trusted there"));
}

TEST_F(ClientCertificate, that_is_renewed_is_used_from_the_next_handshake_on) {
    show(make_identity({.ends_in_seconds = -60}, &authority.ca));
    const auto client = create_tls_client_context(options).value();
    EXPECT_NE(meet(client), std::nullopt);
    show(make_identity({.common_name = "trainwatchd"}, &authority.ca));
    EXPECT_EQ(meet(client), std::nullopt);
    // And one that is lost is told of, not left out.
    std::filesystem::remove(options.private_key_file);
    const auto resumed = create_tls_client_context(options);
    ASSERT_FALSE(resumed);
    EXPECT_THAT(resumed.error().detail, StartsWith("key_file " + options.private_key_file + ": "));
}

TEST_F(ClientCertificate, whose_file_is_lost_ends_the_handshake_and_says_so) {
    show(make_identity({.common_name = "trainwatchd"}, &authority.ca));
    const auto client = create_tls_client_context(options).value();
    std::filesystem::remove(options.certificate_file);
    const auto why = meet(client);
    ASSERT_TRUE(why);
    EXPECT_EQ(why->kind, error_class::denied);
    EXPECT_THAT(why->detail, StartsWith("cert_file " + options.certificate_file + ": "));
}

TEST_F(ClientCertificate, does_not_go_with_the_key_of_another) {
    const auto one = make_identity({.common_name = "one"}, &authority.ca);
    const auto other = make_identity({.common_name = "other"}, &authority.ca);
    show(one, other);
    const auto made = create_tls_client_context(options);
    ASSERT_FALSE(made);
    EXPECT_THAT(made.error().detail, StartsWith("key_file " + options.private_key_file + ": "));
    EXPECT_THAT(made.error().cure, HasSubstr("belong together"));
}

class ServerName : public ClientCertificate {
protected:
    ServerName() { SSL_CTX_set_verify(server->settings(), SSL_VERIFY_NONE, nullptr); }
};

TEST_F(ServerName, is_verified_instead_of_the_host) {
    const auto by_host = create_tls_client_context(options).value();
    const auto why = meet(by_host, "10.0.0.8");
    ASSERT_TRUE(why);
    EXPECT_THAT(why->detail, StartsWith("certificate of 10.0.0.8 is for another host"));
    EXPECT_THAT(why->cure, HasSubstr("tls_config.server_name"));
    options.server_name = "localhost";
    const auto by_name = create_tls_client_context(options).value();
    EXPECT_EQ(meet(by_name, "10.0.0.8"), std::nullopt);
    options.server_name = "elsewhere";
    EXPECT_NE(meet(create_tls_client_context(options).value(), "localhost"), std::nullopt);
}

TEST_F(ServerName, and_issuer_are_nobodys_business_where_nothing_is_verified) {
    options.ca_bundle.clear();
    const auto careful = create_tls_client_context(options).value();
    EXPECT_NE(meet(careful), std::nullopt);
    options.is_verified = false;
    const auto careless = create_tls_client_context(options).value();
    EXPECT_EQ(meet(careless, "10.0.0.8"), std::nullopt);
    EXPECT_TRUE(check_trust(*careless));
}

TEST_F(ServerName, of_an_older_tls_than_wanted_is_refused) {
    SSL_CTX_set_max_proto_version(server->settings(), TLS1_2_VERSION);
    EXPECT_EQ(meet(), std::nullopt);
    options.needs_tls_1_3 = true;
    EXPECT_NE(meet(), std::nullopt);
}

TEST_F(ServerName, of_a_newer_tls_than_wanted_is_refused) {
    SSL_CTX_set_min_proto_version(server->settings(), TLS1_3_VERSION);
    EXPECT_EQ(meet(), std::nullopt);
    options.avoids_tls_1_3 = true;
    EXPECT_NE(meet(), std::nullopt);
}

std::string trouble_with(const std::string& bundle) {
    const auto made = create_tls_client_context(bundle);
    if (made) return {};
    EXPECT_EQ(made.error().kind, error_class::internal);
    return made.error().detail;
}

TEST(TlsTrust, bundle_without_a_certificate_is_an_error) {
    const test_authority authority;
    EXPECT_THAT(trouble_with(authority.key_file()), StartsWith("ca_bundle /"));
    EXPECT_THAT(trouble_with("/dev/null"), StartsWith("ca_bundle /dev/null: "));
    EXPECT_THAT(trouble_with("/nonexistent"), StartsWith("ca_bundle /nonexistent: "));
    EXPECT_EQ(trouble_with(authority.ca_file()), "");
}

// As `openssl rehash` names it.
std::string hashed_name(const identity& of) {
    std::array<char, 16> name{};
    std::snprintf(name.data(), name.size(), "%08lx.0", X509_subject_name_hash(of.cert.get()));
    return name.data();
}

TEST(TlsTrust, folder_with_hashed_names_is_a_bundle_too) {
    const test_authority authority;
    const temporary_folder folder;
    EXPECT_THAT(trouble_with(folder.file("")), HasSubstr("openssl rehash"));
    write_certificate(folder.file("ca.pem"), authority.ca);
    EXPECT_THAT(trouble_with(folder.file("")), HasSubstr("openssl rehash"));
    write_certificate(folder.file(hashed_name(authority.ca)), authority.ca);
    EXPECT_EQ(trouble_with(folder.file("")), "");
}

// What OpenSSL takes for the system's store, for as long as this lives.
class system_store {
public:
    system_store(const std::string& file, const std::string& folder) {
        ::setenv("SSL_CERT_FILE", file.c_str(), 1);
        ::setenv("SSL_CERT_DIR", folder.c_str(), 1);
    }
    ~system_store() {
        ::unsetenv("SSL_CERT_FILE");
        ::unsetenv("SSL_CERT_DIR");
    }
    system_store(const system_store&) = delete;
    system_store& operator=(const system_store&) = delete;
};

TEST(TlsTrust, system_without_certificates_is_noticed) {
    const test_authority authority;
    const temporary_folder folder;
    {
        const system_store none("/nonexistent", "/nonexistent:" + folder.file(""));
        const auto checked = check_trust(*create_tls_client_context("").value());
        ASSERT_FALSE(checked);
        EXPECT_EQ(checked.error().detail, "this system has no certificates to trust");
        EXPECT_THAT(checked.error().cure, HasSubstr("ca-certificates"));
        // A bundle is all that is trusted then.
        EXPECT_TRUE(check_trust(*create_tls_client_context(authority.ca_file()).value()));
    }
    {
        const system_store one(authority.ca_file(), "/nonexistent");
        EXPECT_TRUE(check_trust(*create_tls_client_context("").value()));
    }
    write_certificate(folder.file(hashed_name(authority.ca)), authority.ca);
    const system_store hashed("/nonexistent", "/nonexistent:" + folder.file(""));
    EXPECT_TRUE(check_trust(*create_tls_client_context("").value()));
}

}  // namespace
}  // namespace trainwatch::io::tls_test
