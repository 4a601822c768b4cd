#include "io/dial.hpp"

#include <filesystem>
#include <memory>
#include <optional>

#include <boost/asio/ip/tcp.hpp>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "base/limits.hpp"
#include "io/clock.hpp"
#include "io/interruption.hpp"
#include "io/socket_stream.hpp"
#include "tests/io/black_hole.hpp"
#include "tests/io/loop.hpp"

namespace trainwatch::io::dial_test {
namespace {

using tcp = boost::asio::ip::tcp;
using boost::asio::ip::address;
using testing::HasSubstr;

constexpr seconds long_enough{30};

tcp::endpoint loopback(int family) {
    return family == 6 ? tcp::endpoint(boost::asio::ip::address_v6::loopback(), 0)
                       : tcp::endpoint(boost::asio::ip::address_v4::loopback(), 0);
}

class Dial : public testing::Test {
protected:
    result<tcp::socket> dial_all(
        const std::vector<tcp::endpoint>& addresses, nanoseconds within = long_enough
    ) {
        const dialled to{"api.example", 443};
        return outcome_of(dial_any(addresses, to, timer_now() + within));
    }

    // A socket is nothing before it is one: run() itself wants a value to begin with.
    result<tcp::socket> outcome_of(task<result<tcp::socket>> work) {
        std::optional<result<tcp::socket>> out;
        on.run(keep(std::move(work), out));
        return std::move(*out);
    }
    static task<void> keep(
        task<result<tcp::socket>> work, std::optional<result<tcp::socket>>& out
    ) {
        auto got = co_await std::move(work);
        out.emplace(std::move(got));
    }

    static std::ptrdiff_t open_files() {
        const std::filesystem::directory_iterator all("/proc/self/fd");
        return std::distance(begin(all), end(all));
    }

    // Nobody listens there any more.
    tcp::endpoint refusing() {
        const tcp::acceptor gone(on.context(), loopback(4));
        return gone.local_endpoint();
    }

    loop on;
};

TEST_F(Dial, silent_address_does_not_keep_the_next_one_waiting) {
    const black_hole silent(on);
    tcp::acceptor server(on.context(), loopback(4));
    const auto before = open_files();
    const auto begun = timer_now();
    const auto socket = dial_all({silent.where(), server.local_endpoint()});
    ASSERT_TRUE(socket) << socket.error().detail;
    EXPECT_EQ(socket->remote_endpoint(), server.local_endpoint());
    EXPECT_GE(timer_now() - begun, limits::address_delay);
    // The loser is closed: only the winner is new.
    EXPECT_EQ(open_files(), before + 1);
}

TEST_F(Dial, silent_address_of_the_other_family_does_not_either) {
    boost::system::error_code no_v6;
    tcp::acceptor server(on.context());
    server.open(tcp::v6(), no_v6);
    if (!no_v6) server.bind(loopback(6), no_v6);
    if (no_v6) GTEST_SKIP() << "this machine has no IPv6: " << no_v6.message();
    server.listen();
    const black_hole silent(on);
    // In the resolver's order IPv4 comes first twice; the families take turns.
    const auto socket = dial_all({silent.where(), refusing(), server.local_endpoint()});
    ASSERT_TRUE(socket) << socket.error().detail;
    EXPECT_TRUE(socket->remote_endpoint().address().is_v6());
}

TEST_F(Dial, refusal_lets_the_next_one_begin_at_once) {
    tcp::acceptor server(on.context(), loopback(4));
    std::vector<tcp::endpoint> addresses(10, refusing());
    addresses.push_back(server.local_endpoint());
    // Far less than ten times the delay between two attempts.
    const auto begun = timer_now();
    ASSERT_TRUE(dial_all(addresses));
    EXPECT_LT(timer_now() - begun, limits::address_delay * 9);
}

TEST_F(Dial, all_refusing_is_a_refusal) {
    const auto socket = dial_all({refusing(), refusing()});
    ASSERT_FALSE(socket);
    EXPECT_EQ(socket.error().kind, error_class::transient);
    EXPECT_EQ(socket.error().detail, "connecting to api.example:443: Connection refused");
    EXPECT_THAT(socket.error().cure, HasSubstr("nothing listens there"));
}

TEST_F(Dial, all_silent_is_a_timeout) {
    const black_hole silent(on);
    const auto before = open_files();
    const auto socket = dial_all({silent.where(), silent.where()}, milliseconds(30));
    ASSERT_FALSE(socket);
    EXPECT_EQ(socket.error().code, boost::asio::error::timed_out);
    EXPECT_EQ(socket.error().detail, "connecting to api.example:443 timed out");
    EXPECT_THAT(socket.error().cure, HasSubstr("HTTPS_PROXY"));
    EXPECT_EQ(open_files(), before);
}

TEST_F(Dial, interruption_ends_it_at_once_and_leaves_nothing_open) {
    const black_hole silent(on);
    const auto before = open_files();
    const auto begun = timer_now();
    interruption by;
    boost::asio::steady_timer soon(on.context(), milliseconds(20));
    soon.async_wait([&](auto) { by.tell(); });
    const dialled to{"api.example", 443};
    const auto socket =
        outcome_of(dial_any({silent.where(), silent.where()}, to, begun + long_enough, &by));
    ASSERT_FALSE(socket);
    EXPECT_EQ(socket.error().code, boost::asio::error::operation_aborted);
    EXPECT_LT(timer_now() - begun, long_enough / 2);
    EXPECT_EQ(open_files(), before);
}

TEST_F(Dial, interruption_told_before_asks_nobody) {
    interruption by;
    by.tell();
    const dialled to{"localhost", 1};
    const auto socket = outcome_of(dial(to, timer_now() + long_enough, &by));
    ASSERT_FALSE(socket);
    EXPECT_EQ(socket.error().detail, "connecting to localhost:1: given up on this side");
}

TEST_F(Dial, refusal_says_more_than_a_network_that_is_not_there) {
    // A multicast address cannot be connected to: unreachable at once.
    const tcp::endpoint unreachable(boost::asio::ip::make_address("224.0.0.1"), 1);
    const auto alone = dial_all({unreachable});
    ASSERT_FALSE(alone);
    EXPECT_EQ(alone.error().code, boost::asio::error::network_unreachable);
    for (const auto& both :
         {std::vector{unreachable, refusing()}, std::vector{refusing(), unreachable}}) {
        const auto socket = dial_all(both);
        ASSERT_FALSE(socket);
        EXPECT_EQ(socket.error().code, boost::asio::error::connection_refused);
    }
}

TEST_F(Dial, unknown_name_says_what_may_help) {
    const dialled to{std::string(300, 'x'), 443};
    const auto socket = outcome_of(dial(to, timer_now() + long_enough));
    ASSERT_FALSE(socket);
    EXPECT_EQ(socket.error().kind, error_class::transient);
    EXPECT_THAT(socket.error().detail, testing::StartsWith("looking up xxx"));
    // Whoever is asked: AWS or a receiver.
    EXPECT_THAT(socket.error().cure, HasSubstr("endpoint_url"));
    EXPECT_THAT(socket.error().cure, HasSubstr("the receiver's address"));
    EXPECT_THAT(socket.error().cure, HasSubstr("proxy_url"));
}

TEST_F(Dial, connection_is_tuned_for_small_questions_and_long_silences) {
    tcp::acceptor server(on.context(), loopback(4));
    const peer to{"127.0.0.1", server.local_endpoint().port(), false};
    auto opened = on.run(connect(to, nullptr, long_enough)).value();
    const int descriptor = dynamic_cast<socket_stream&>(*opened).descriptor();
    const auto option = [descriptor](int level, int name) {
        int value = -1;
        socklen_t size = sizeof value;
        ::getsockopt(descriptor, level, name, &value, &size);
        return value;
    };
    EXPECT_EQ(option(IPPROTO_TCP, TCP_NODELAY), 1);
    EXPECT_EQ(option(SOL_SOCKET, SO_KEEPALIVE), 1);
    EXPECT_EQ(option(IPPROTO_TCP, TCP_KEEPIDLE), limits::keep_alive_idle.count());
}

}  // namespace
}  // namespace trainwatch::io::dial_test
