#include <algorithm>
#include <chrono>
#include <utility>

#include <netinet/tcp.h>
#include <sys/socket.h>

#include "base/check.hpp"
#include "base/limits.hpp"
#include "io/byte_stream.hpp"
#include "io/clock.hpp"
#include "io/dial.hpp"
#include "io/interruption.hpp"
#include "io/proxy_tunnel.hpp"
#include "io/socket_stream.hpp"
#include "io/tls.hpp"
#include "wire/proxy_connect.hpp"

namespace trainwatch::io {

namespace {

using tcp = boost::asio::ip::tcp;
using time_point = std::chrono::steady_clock::time_point;

void tune(tcp::socket& socket) {
    boost::system::error_code ignored;
    socket.native_non_blocking(true, ignored);
    socket.set_option(tcp::no_delay(true), ignored);
    socket.set_option(boost::asio::socket_base::keep_alive(true), ignored);
    // Asio has no name for it.
    constexpr int idle = limits::keep_alive_idle.count();
    ::setsockopt(socket.native_handle(), IPPROTO_TCP, TCP_KEEPIDLE, &idle, sizeof idle);
}

dialled first_hop(const peer& to) {
    if (to.proxy) return {to.proxy->host, to.proxy->port, true};
    return {to.host, to.port, false};
}

std::string name_of(const peer& to) {
    const std::string name = wire::authority_of(to.host, to.port);
    return to.proxy ? name + " through proxy " + to.proxy->name() : name;
}

// What is plain reaches its end by this; TLS begins later, on top of it.
task<result<std::unique_ptr<socket_stream>>> open_plain(
    const peer& to, time_point until, interruption* by
) {
    const dialled hop = first_hop(to);
    auto socket = co_await dial(hop, until, by);
    if (!socket) co_return socket.error();
    tune(*socket);
    const bool tunnel = to.proxy && to.tls;
    const std::string name = tunnel ? "proxy " + to.proxy->name() : name_of(to);
    auto bytes = create_plain_transport(socket->native_handle());
    auto stream = std::make_unique<socket_stream>(std::move(*socket), std::move(bytes), name);
    stream->expires_after(until - timer_now());
    if (by != nullptr) by->wakes([open = stream.get()] { open->close(); });
    if (tunnel) {
        const std::string authority = wire::authority_of(to.host, to.port);
        const auto opened = co_await open_tunnel(*stream, authority, *to.proxy);
        if (!opened) co_return opened.error();
    }
    co_return stream;
}

}  // namespace

task<result<std::unique_ptr<byte_stream>>> connect(
    peer to, std::shared_ptr<tls_client_context> tls, nanoseconds within, interruption* by
) {
    const time_point begun = timer_now();
    const nanoseconds patience =
        to.proxy ? std::min<nanoseconds>(within, limits::proxy_connect_deadline) : within;
    const time_point reached_by = begun + patience;
    auto stream = co_await open_plain(to, reached_by, by);
    if (!stream) co_return stream.error();
    (*stream)->expires_after(begun + within - timer_now());
    if (to.tls) {
        CHECK(tls != nullptr);
        auto bytes = create_tls_client_transport((*stream)->descriptor(), to, std::move(tls));
        if (!bytes) co_return bytes.error();
        (*stream)->continue_as(std::move(*bytes), name_of(to));
        const auto shaken = co_await (*stream)->handshake();
        if (!shaken) co_return shaken.error();
    }
    co_return std::move(*stream);
}

}  // namespace trainwatch::io
