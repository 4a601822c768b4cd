// A server that does as it is told: for each connection a list of steps, in order.
//
// A step reads one request (as text up to the end of its body) or not, then sends, closes, resets
// or says nothing. It knows just enough HTTP to find the end of a request.
#pragma once

#include <array>
#include <charconv>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/steady_timer.hpp>

#include "io/as_value.hpp"
#include "tests/io/loop.hpp"
#include "wire/url.hpp"

namespace trainwatch::io {

struct step {
    std::string answer{};  // sent after a request was read
    enum class after { go_on, close, reset, stay_silent } then = after::go_on;
};

inline std::string http_ok(const std::string& body, const std::string& headers = "") {
    return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + headers +
        "\r\n" + body;
}

class scripted_server {
public:
    // One list of steps a connection, in the order of connections.
    scripted_server(loop& on, std::deque<std::vector<step>> script, const listen_options& how = {})
        : state_(std::make_shared<state>(on)) {
        state_->script = std::move(script);
        state_->where = listen(on.executor(), how).value();
        port_ = state_->where->port();
        on.spawn(accept_all(state_));
    }
    ~scripted_server() { state_->where->close(); }
    scripted_server(const scripted_server&) = delete;
    scripted_server& operator=(const scripted_server&) = delete;

    wire::url origin(bool tls = false) const {
        wire::url out;
        out.tls = tls;
        out.host = "127.0.0.1";
        out.port = port_;
        out.path = "/";
        return out;
    }

    std::size_t connections() const { return state_->connections; }
    const std::vector<std::string>& requests() const { return state_->requests; }

private:
    // The coroutines share it: they may be resumed once more after the test is over.
    struct state {
        explicit state(loop& with) : on(with) {}

        loop& on;
        std::deque<std::vector<step>> script{};
        std::unique_ptr<listener> where{};
        std::size_t connections = 0;
        std::vector<std::string> requests{};
    };
    using shared = std::shared_ptr<state>;

    static task<void> accept_all(shared self) {
        while (!self->script.empty()) {
            auto stream = co_await self->where->accept();
            if (!stream) co_return;
            ++self->connections;
            std::vector<step> steps = std::move(self->script.front());
            self->script.pop_front();
            self->on.spawn(play(self, std::move(*stream), std::move(steps)));
        }
        self->where->close();
    }

    static task<void> play(
        shared self, std::unique_ptr<byte_stream> stream, std::vector<step> steps
    ) {
        stream->expires_after(seconds(30));
        std::string pending;
        for (const step& one : steps) {
            const bool heard = co_await read_request(*self, *stream, pending);
            if (!heard) co_return;
            const auto sent = co_await stream->write(one.answer);
            if (!sent) co_return;
            if (one.then == step::after::close) stream->close();
            if (one.then == step::after::reset) stream->reset();
            if (one.then != step::after::go_on) break;
        }
        // Whatever else comes is read and not answered.
        std::array<char, 4096> buffer{};
        for (;;) {
            const auto size = co_await stream->read_some(buffer);
            if (!size || *size == 0) co_return;
        }
    }

    static task<bool> read_request(state& self, byte_stream& stream, std::string& pending) {
        std::array<char, 4096> buffer{};
        for (;;) {
            if (const std::size_t length = request_length(pending)) {
                self.requests.push_back(pending.substr(0, length));
                pending.erase(0, length);
                co_return true;
            }
            const auto size = co_await stream.read_some(buffer);
            if (!size || *size == 0) co_return false;
            pending.append(buffer.data(), *size);
        }
    }

    static std::size_t request_length(std::string_view bytes) {
        const auto end = bytes.find("\r\n\r\n");
        if (end == std::string_view::npos) return 0;
        constexpr std::string_view name = "Content-Length: ";
        std::size_t body = 0;
        if (const auto at = bytes.find(name); at < end) {
            const char* const digits = bytes.data() + at + name.size();
            std::from_chars(digits, bytes.data() + end, body);
        }
        const std::size_t length = end + 4 + body;
        return bytes.size() < length ? 0 : length;
    }

    std::shared_ptr<state> state_;
    std::uint16_t port_ = 0;
};

}  // namespace trainwatch::io
