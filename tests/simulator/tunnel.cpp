#include "tests/simulator/tunnel.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/this_coro.hpp>

namespace trainwatch::simulator {
namespace {

constexpr seconds idle_deadline{60};
constexpr seconds connect_deadline{10};

// Both directions share it, so that the streams outlive whichever ends last.
struct tunnel {
    std::unique_ptr<io::byte_stream> client;
    std::unique_ptr<io::byte_stream> server;
    std::optional<std::int64_t> left{};  // bytes that the server may still say

    void close() const {
        client->close();
        server->close();
    }
};

io::task<void> carry(std::shared_ptr<tunnel> both, bool to_client) {
    auto& from = to_client ? *both->server : *both->client;
    auto& to = to_client ? *both->client : *both->server;
    std::array<char, 16U << 10U> buffer{};
    const std::span<char> into(buffer);
    for (;;) {
        from.expires_after(idle_deadline);
        const auto got = co_await from.read_some(into);
        if (!got || *got == 0) break;
        auto size = *got;
        const bool bounded = to_client && both->left.has_value();
        if (bounded) size = std::min(size, static_cast<std::size_t>(*both->left));
        const std::string_view bytes(buffer.data(), size);
        to.expires_after(idle_deadline);
        const auto written = co_await to.write(bytes);
        if (!written) break;
        if (bounded) *both->left -= static_cast<std::int64_t>(size);
        if (bounded && *both->left <= 0) break;
    }
    both->close();
}

}  // namespace

io::task<void> run_tunnel(
    std::unique_ptr<io::byte_stream> client, tunnel_order order, std::string early
) {
    const auto executor = co_await boost::asio::this_coro::executor;
    const io::peer far{.host = order.address, .port = order.port};
    const std::shared_ptr<io::tls_client_context> plain;
    client->expires_after(idle_deadline);
    auto connected = co_await io::connect(far, plain, connect_deadline);
    if (!connected) {
        const std::string refusal =
            "HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
        co_await client->write(refusal);
        client->close();
        co_return;
    }
    const auto both = std::make_shared<tunnel>(tunnel{
        .client = std::move(client), .server = std::move(*connected), .left = order.cut_after});
    const auto greeted = co_await both->client->write(order.greeting);
    both->server->expires_after(idle_deadline);
    const auto passed_on = co_await both->server->write(early);
    if (!greeted || !passed_on) {
        both->close();
        co_return;
    }
    auto answers = carry(both, true);
    boost::asio::co_spawn(executor, std::move(answers), boost::asio::detached);
    co_await carry(both, false);
}

}  // namespace trainwatch::simulator
