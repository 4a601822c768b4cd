#include <algorithm>
#include <chrono>
#include <utility>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include "base/check.hpp"
#include "io/as_value.hpp"
#include "io/byte_stream.hpp"
#include "io/clock.hpp"
#include "io/deadline.hpp"
#include "io/socket_stream.hpp"
#include "io/tls.hpp"

namespace trainwatch::io {

namespace {

using tcp = boost::asio::ip::tcp;
using time_point = std::chrono::steady_clock::time_point;
using addresses = std::vector<tcp::endpoint>;

std::string name_of(const peer& to) {
    const bool bare_v6 = to.host.find(':') != std::string::npos;
    return (bare_v6 ? '[' + to.host + ']' : to.host) + ':' + std::to_string(to.port);
}

failure network_failure(std::string doing, boost::system::error_code code) {
    doing += code == boost::asio::error::timed_out ? " timed out" : ": " + code.message();
    return {.kind = error_class::transient, .code = code, .detail = std::move(doing)};
}

// A lookup that its asker may leave behind: getaddrinfo cannot be interrupted.
struct lookup {
    explicit lookup(const boost::asio::any_io_executor& executor)
        : resolver(executor), done(executor) {}

    tcp::resolver resolver;
    boost::asio::steady_timer done;
    bool answered = false;
    boost::system::error_code code{};
    addresses found{};
};

void begin(const std::shared_ptr<lookup>& self, const peer& to) {
    self->resolver.async_resolve(
        to.host,
        std::to_string(to.port),
        tcp::resolver::address_configured | tcp::resolver::numeric_service,
        [self](boost::system::error_code code, const tcp::resolver::results_type& results) {
            self->answered = true;
            self->code = code;
            for (const auto& entry : results)
                self->found.push_back(entry.endpoint());
            self->done.cancel();
        }
    );
}

task<result<addresses>> resolve(peer to, time_point until) {
    boost::system::error_code not_an_address;
    const auto literal = boost::asio::ip::make_address(to.host, not_an_address);
    if (!not_an_address) co_return addresses{tcp::endpoint(literal, to.port)};

    const auto executor = co_await boost::asio::this_coro::executor;
    const auto asked = std::make_shared<lookup>(executor);
    asked->done.expires_at(until);
    begin(asked, to);
    co_await asked->done.async_wait(as_value);
    if (!asked->answered) asked->code = boost::asio::error::timed_out;
    if (asked->code) co_return network_failure("looking up " + to.host, asked->code);
    co_return std::move(asked->found);
}

// One address, within its share of the time.
task<result<tcp::socket>> open(tcp::endpoint address, nanoseconds within, std::string name) {
    const auto executor = co_await boost::asio::this_coro::executor;
    tcp::socket socket(executor);
    boost::system::error_code code;
    socket.open(address.protocol(), code);
    if (code) co_return network_failure("connecting to " + name, code);
    deadline limit(executor, [&socket] {
        boost::system::error_code ignored;
        socket.cancel(ignored);
    });
    limit.expires_after(within);
    const auto [connected] = co_await socket.async_connect(address, as_value);
    code = limit.passed() ? boost::asio::error::timed_out : connected;
    if (code) co_return network_failure("connecting to " + name, code);
    co_return std::move(socket);
}

// Every address in turn; each gets an even share of the time that is left, so that one that
// swallows packets does not use it up.
task<result<tcp::socket>> open_any(addresses all, time_point until, std::string name) {
    failure last = network_failure("looking up " + name, boost::asio::error::host_not_found);
    for (std::size_t i = 0; i < all.size(); ++i) {
        const nanoseconds left = until - timer_now();
        const nanoseconds share = left / static_cast<std::int64_t>(all.size() - i);
        auto socket = co_await open(all[i], share, name);
        if (socket) co_return std::move(*socket);
        last = std::move(socket.error());
    }
    co_return last;
}

void tune(tcp::socket& socket) {
    boost::system::error_code ignored;
    socket.native_non_blocking(true, ignored);
    socket.set_option(tcp::no_delay(true), ignored);
    socket.set_option(boost::asio::socket_base::keep_alive(true), ignored);
}

result<std::unique_ptr<transport>> create_transport(
    int descriptor, const peer& to, std::shared_ptr<tls_client_context> tls
) {
    if (!to.tls) return create_plain_transport(descriptor);
    CHECK(tls != nullptr);
    return create_tls_client_transport(descriptor, to, std::move(tls));
}

}  // namespace

task<result<std::unique_ptr<byte_stream>>> connect(
    peer to, std::shared_ptr<tls_client_context> tls, nanoseconds within
) {
    const time_point until = timer_now() + within;
    const std::string name = name_of(to);
    auto found = co_await resolve(to, until);
    if (!found) co_return found.error();
    auto socket = co_await open_any(*found, until, name);
    if (!socket) co_return socket.error();
    tune(*socket);
    auto bytes = create_transport(socket->native_handle(), to, tls);
    if (!bytes) co_return bytes.error();
    auto stream = std::make_unique<socket_stream>(std::move(*socket), std::move(*bytes), name);
    stream->expires_after(until - timer_now());
    const auto shaken = co_await stream->handshake();
    if (!shaken) co_return shaken.error();
    co_return stream;
}

}  // namespace trainwatch::io
