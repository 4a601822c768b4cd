#include "io/http_server.hpp"

#include <algorithm>
#include <array>
#include <list>
#include <optional>
#include <utility>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include "base/check.hpp"
#include "base/limits.hpp"
#include "io/as_value.hpp"
#include "io/clock.hpp"
#include "io/gate.hpp"
#include "io/rethrow.hpp"
#include "wire/http_codec.hpp"

namespace trainwatch::io {

namespace {

using boost::asio::steady_timer;

// Beyond the connections of the limit: this many are told so, more are just closed.
constexpr std::size_t refusals_max = 32;
constexpr std::size_t request_buffer_bytes = 4096;
// What a refused peer may still send while it is read and forgotten.
constexpr std::size_t linger_bytes_max = 256U << 10U;

struct session {
    explicit session(std::unique_ptr<byte_stream> from) : stream(std::move(from)) {}

    std::unique_ptr<byte_stream> stream;
    std::string ahead{};  // bytes of the next request, where a peer sends several at once
    bool idle = true;     // between requests: nothing is lost by closing
};

// What reading came to: a request, a status to refuse with, or neither (the peer has gone).
struct reading {
    std::optional<wire::http_request> request{};
    int refusal = 0;
    bool keep_alive = false;
};

wire::http_response refusal_response(int status) {
    wire::http_response out;
    out.status = status;
    out.headers = {{"Content-Type", "text/plain; charset=utf-8"}, {"Connection", "close"}};
    if (status == 503) out.headers.emplace_back("Retry-After", "5");
    out.body = status == 408 ? "The request took too long.\n"
        : status == 413      ? "The body is too large.\n"
        : status == 431      ? "The header is too large.\n"
        : status == 503      ? "Too many connections.\n"
                             : "This is not a proper HTTP request.\n";
    return out;
}

// Shared with the reply, which its keeper may drop or call when the session is gone.
struct pending_response {
    explicit pending_response(const boost::asio::any_io_executor& executor) : given(executor) {}

    gate given;
    wire::http_response response{};
};

class server final : public http_server {
public:
    server(
        std::unique_ptr<listener> where,
        http_handler handler,
        const http_server_limits& limits,
        late_http_handler late
    )
        : where_(std::move(where))
        , handler_(std::move(handler))
        , late_(std::move(late))
        , limits_(limits) {}

    task<void> serve() override {
        const auto executor = co_await boost::asio::this_coro::executor;
        bell_.emplace(executor);
        while (!closed_) {
            auto accepted = co_await where_->accept();
            if (closed_) break;
            if (accepted) {
                admit(executor, std::move(*accepted));
                continue;
            }
            bell_->expires_after(limits::accept_pause);
            co_await bell_->async_wait(as_value);
        }
        while (!sessions_.empty() || !refused_.empty()) {
            bell_->expires_at(steady_timer::time_point::max());
            co_await bell_->async_wait(as_value);
        }
    }

    void close() override {
        if (std::exchange(closed_, true)) return;
        where_->close();
        if (bell_) bell_->cancel();
        for (session& one : sessions_) {
            if (one.idle) {
                one.stream->close();
            } else {
                one.stream->expires_after(limits_.drain);
            }
        }
        for (session& one : refused_)
            one.stream->close();
    }

private:
    using place = std::list<session>::iterator;

    void admit(const boost::asio::any_io_executor& executor, std::unique_ptr<byte_stream> stream) {
        if (sessions_.size() < limits_.connections_max) {
            const place at = sessions_.emplace(sessions_.end(), std::move(stream));
            boost::asio::co_spawn(executor, serve_one(at), rethrow);
        } else if (refused_.size() < refusals_max) {
            const place at = refused_.emplace(refused_.end(), std::move(stream));
            boost::asio::co_spawn(executor, turn_away(at), rethrow);
        }
    }

    task<void> serve_one(place at) {
        nanoseconds patience = limits_.header;
        bool again = true;
        while (again) {
            const reading got = co_await read_request(*at, patience);
            again = false;
            if (got.request) {
                again = co_await answer(*at, *got.request, got.keep_alive);
            } else if (got.refusal != 0) {
                co_await refuse(*at, got.refusal);
            }
            patience = limits_.idle;
        }
        sessions_.erase(at);
        bell_->cancel();
    }

    task<void> turn_away(place at) {
        co_await refuse(*at, 503);
        refused_.erase(at);
        bell_->cancel();
    }

    // After close() nothing gets more time than the drain allows.
    void limit(session& one, nanoseconds delay) const {
        const nanoseconds drain = limits_.drain;
        one.stream->expires_after(closed_ ? std::min(delay, drain) : delay);
    }

    task<reading> read_request(session& one, nanoseconds patience) {
        wire::request_decoder decoder({limits_.header_bytes_max, limits_.body_bytes_max});
        std::array<char, request_buffer_bytes> buffer;
        one.idle = one.ahead.empty();
        limit(one, one.idle ? patience : nanoseconds(limits_.header));
        result<bool> complete = decoder.feed(std::exchange(one.ahead, {}));
        bool in_body = false;
        while (complete && !*complete) {
            if (one.idle && closed_) co_return reading{};
            if (decoder.header_complete() && !std::exchange(in_body, true))
                limit(one, limits_.read);
            const auto size = co_await one.stream->read_some(buffer);
            if (!size) co_return reading{.refusal = refusal_of(size.error(), decoder)};
            if (*size == 0) co_return reading{};
            complete = decoder.feed({buffer.data(), *size});
            // The first byte of a request on a kept connection starts the time for its header.
            if (std::exchange(one.idle, false) && patience == limits_.idle)
                limit(one, limits_.header);
        }
        one.idle = false;
        if (!complete) co_return reading{.refusal = wire::refusal_status(complete.error())};
        one.ahead = decoder.unconsumed();
        co_return reading{.request = decoder.take(), .keep_alive = decoder.keep_alive()};
    }

    // A peer that was silent all the time is closed without a word.
    static int refusal_of(const failure& error, const wire::request_decoder& decoder) {
        return error.code == boost::asio::error::timed_out && decoder.started() ? 408 : 0;
    }

    // Null when it is not one that is answered late.
    std::shared_ptr<pending_response> begin_late(const wire::http_request& request) {
        auto due = std::make_shared<pending_response>(bell_->get_executor());
        const bool taken = late_(request, [due](wire::http_response response) {
            due->response = std::move(response);
            due->given.open();
        });
        return taken ? due : nullptr;
    }

    // True when another request may follow.
    task<bool> answer(session& one, const wire::http_request& request, bool keep_alive) {
        wire::http_response response;
        const auto due = late_ ? begin_late(request) : nullptr;
        if (due) {
            limit(one, limits_.read);
            co_await due->given.wait();
            response = std::move(due->response);
        } else {
            response = handler_(request);
        }
        const bool stay = keep_alive && !closed_;
        if (!stay) response.headers.emplace_back("Connection", "close");
        const std::string bytes = dated(std::move(response), request.method == "HEAD");
        limit(one, limits_.write);
        const auto written = co_await one.stream->write(bytes);
        co_return written&& stay && !closed_;
    }

    task<void> refuse(session& one, int status) {
        const std::string bytes = dated(refusal_response(status), false);
        limit(one, limits_.linger);
        const auto written = co_await one.stream->write(bytes);
        std::array<char, request_buffer_bytes> buffer;
        std::size_t left = written ? linger_bytes_max : 0;
        while (left > 0) {
            const auto size = co_await one.stream->read_some(buffer);
            if (!size || *size == 0) break;
            left -= std::min(left, *size);
        }
    }

    std::string dated(wire::http_response response, bool head_only) const {
        response.headers.emplace_back("Date", http_date(time_->now().wall));
        return wire::serialize(response, head_only);
    }

    std::unique_ptr<listener> where_;
    http_handler handler_;
    late_http_handler late_;
    http_server_limits limits_;
    std::unique_ptr<clock> time_ = create_system_clock();
    std::list<session> sessions_{};
    std::list<session> refused_{};
    std::optional<steady_timer> bell_{};  // wakes serve()
    bool closed_ = false;
};

}  // namespace

std::unique_ptr<http_server> create_http_server(
    std::unique_ptr<listener> where,
    http_handler handler,
    const http_server_limits& limits,
    late_http_handler late
) {
    CHECK(where != nullptr && handler != nullptr);
    return std::make_unique<server>(std::move(where), std::move(handler), limits, std::move(late));
}

}  // namespace trainwatch::io
