#include "tests/simulator/server.hpp"

#include <array>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include "io/as_value.hpp"
#include "tests/simulator/tunnel.hpp"
#include "wire/http_codec.hpp"

namespace trainwatch::simulator {
namespace {

// As the front ends of AWS: an idle connection stays for a while.
constexpr seconds idle_deadline{60};
constexpr seconds write_deadline{60};
constexpr milliseconds accept_pause{100};
constexpr wire::decode_limits request_limits{.header_bytes = 32U << 10U, .body_bytes = 4U << 20U};

using stream_pointer = std::unique_ptr<io::byte_stream>;

io::task<void> wait(milliseconds delay) {
    boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor);
    timer.expires_after(delay);
    co_await timer.async_wait(io::as_value);
}

struct received {
    wire::http_request request{};
    bool keep_alive = false;
};

// Nothing when the peer went away or spoke no HTTP. `pending` holds bytes beyond the request.
io::task<std::optional<received>> receive(io::byte_stream& stream, std::string& pending) {
    wire::request_decoder decoder(request_limits);
    std::array<char, 16U << 10U> buffer{};
    const std::span<char> into(buffer);
    std::string_view bytes(pending);
    for (;;) {
        if (!bytes.empty()) {
            const auto complete = decoder.feed(bytes);
            if (!complete) co_return std::nullopt;
            if (*complete) break;
        }
        stream.expires_after(idle_deadline);
        const auto got = co_await stream.read_some(into);
        if (!got || *got == 0) co_return std::nullopt;
        bytes = std::string_view(buffer.data(), *got);
    }
    received message;
    message.keep_alive = decoder.keep_alive();
    message.request = decoder.take();
    pending = decoder.unconsumed();
    co_return message;
}

// Whatever the peer still says is not listened to.
io::task<void> wait_for_end(io::byte_stream& stream) {
    std::array<char, 4096> buffer{};
    const std::span<char> into(buffer);
    stream.expires_after(idle_deadline);
    for (;;) {
        const auto got = co_await stream.read_some(into);
        if (!got || *got == 0) co_return;
    }
}

// False when the connection ends with this answer.
io::task<bool> deliver(io::byte_stream& stream, const exchange& what, bool keep_alive) {
    if (what.delay > milliseconds(0)) {
        const auto delay = what.delay;
        co_await wait(delay);
    }
    if (what.how == delivery::never) {
        co_await wait_for_end(stream);
        co_return false;
    }
    if (what.how == delivery::reset_before) {
        stream.reset();
        co_return false;
    }
    auto response = what.response;
    if (!keep_alive) response.headers.emplace_back("Connection", "close");
    const auto bytes = wire::serialize(response);
    stream.expires_after(write_deadline);
    if (what.how == delivery::whole) {
        const auto written = co_await stream.write(bytes);
        co_return written.has_value() && keep_alive;
    }
    const auto cut = bytes.size() - response.body.size() / 2 - 1;
    const std::string_view part(bytes.data(), cut);
    co_await stream.write(part);
    if (what.how == delivery::reset_inside) {
        stream.reset();
    } else {
        stream.close();
    }
    co_return false;
}

io::task<void> converse(stream_pointer stream, const exchange_handler& handler) {
    std::string pending;
    bool open = true;
    while (open) {
        const auto message = co_await receive(*stream, pending);
        if (!message) break;
        const auto reply = handler(message->request);
        if (reply.tunnel) {
            const auto delay = reply.delay;
            co_await wait(delay);
            const auto order = *reply.tunnel;
            co_await run_tunnel(std::move(stream), order, pending);
            co_return;
        }
        const bool keep_alive = message->keep_alive;
        open = co_await deliver(*stream, reply, keep_alive);
    }
    stream->close();
}

}  // namespace

io::task<void> serve(io::listener& where, const exchange_handler& handler) {
    const auto executor = co_await boost::asio::this_coro::executor;
    for (;;) {
        auto accepted = co_await where.accept();
        if (accepted) {
            auto conversation = converse(std::move(*accepted), handler);
            boost::asio::co_spawn(executor, std::move(conversation), boost::asio::detached);
            continue;
        }
        const auto code = accepted.error().code;
        if (code == boost::asio::error::operation_aborted) co_return;
        if (code == boost::asio::error::bad_descriptor) co_return;
        // Out of descriptors, most likely: others will be given back.
        co_await wait(accept_pause);
    }
}

}  // namespace trainwatch::simulator
