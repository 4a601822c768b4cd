#include "io/http_client.hpp"

#include <list>
#include <map>
#include <utility>
#include <vector>

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include "base/check.hpp"
#include "base/limits.hpp"
#include "io/as_value.hpp"
#include "io/interruption.hpp"
#include "proto/clock_offset.hpp"
#include "proto/connection_pool.hpp"
#include "wire/http_codec.hpp"
#include "wire/proxy_connect.hpp"

namespace trainwatch::io {

namespace {

using proto::connection_id;
using lease = proto::connection_pool::lease;
using boost::asio::steady_timer;

struct connection {
    explicit connection(std::unique_ptr<byte_stream> from) : stream(std::move(from)) {}

    std::unique_ptr<byte_stream> stream;
    // Large enough for a usual answer in one read.
    std::vector<char> buffer = std::vector<char>(limits::read_buffer_bytes);
};

// What is asked, unchanged through all that happens to it.
struct question {
    std::string bytes{};
    bool head = false;
    mono_time deadline{};
};

struct attempt_outcome {
    result<http_answer> answer;
    bool heard = false;       // anything of an answer
    bool keep_alive = false;  // only after an answer
};

proto::connection_pool_limits pool_limits(const http_client_limits& from) {
    return {from.idle_max, from.age_max, from.connections_max};
}

std::string name_of(const wire::url& origin, const peer& to) {
    const std::string name = origin.host_header();
    return to.proxy ? name + " through proxy " + to.proxy->name() : name;
}

class pooled_client final : public http_client {
public:
    pooled_client(const wire::url& origin, http_client_options options, const clock& time)
        : peer_{origin.host, origin.port, origin.tls, std::move(options.proxy)}
        , name_(name_of(origin, peer_))
        , origin_(origin.host_header())
        , tls_(std::move(options.tls))
        , time_(time)
        , limits_(options.limits)
        , authorization_(std::move(options.authorization))
        , pool_(pool_limits(limits_)) {}

    task<result<http_answer>> exchange(wire::http_request request, mono_time deadline) override {
        if (!authorization_.empty()) {
            request.headers.emplace_back("Authorization", authorization_);
        }
        if (is_proxied_plain()) address_to_proxy(request);
        const question asked{wire::serialize(request), request.method == "HEAD", deadline};
        instant begun = time_.now();
        if (deadline <= begun.mono) co_return late("asking ");
        lease leased = lease_now(begun.mono);
        if (leased.what == lease::kind::wait) {
            const auto waited = co_await wait_for_lease(deadline);
            if (!waited) co_return waited.error();
            leased = *waited;
            begun = time_.now();
        }
        if (leased.what == lease::kind::reuse) {
            auto reused = co_await attempt_on(leased.connection, asked, begun);
            if (!is_dead_connection(reused)) co_return finish(leased.connection, reused, begun);
            // Nobody knows of a closed idle connection before using it: the free reconnect.
            connections_.erase(leased.connection);
            leased.connection = pool_.replace(leased.connection, time_.now().mono);
        }
        const auto opened = co_await open(leased.connection, deadline);
        if (!opened) {
            drop(leased.connection);
            co_return opened.error();
        }
        const instant sent = time_.now();
        auto fresh = co_await attempt_on(leased.connection, asked, sent);
        co_return finish(leased.connection, fresh, begun);
    }

    void close() override {
        closed_ = true;
        // Those in use are closed and end their exchange with a failure.
        for (const auto& [id, one] : connections_)
            one->stream->close();
        for (interruption* one : opening_)
            one->tell();
        for (steady_timer* one : waiting_)
            one->cancel();
    }

private:
    // ---- leases -------------------------------------------------------------------------------

    // Whoever waits goes first.
    lease lease_now(mono_time now) {
        if (closed_ || !waiting_.empty()) return {lease::kind::wait};
        return acquire(now);
    }

    lease acquire(mono_time now) {
        for (const connection_id gone : pool_.expire(now))
            connections_.erase(gone);
        return pool_.acquire(now);
    }

    task<result<lease>> wait_for_lease(mono_time deadline) {
        steady_timer turn(co_await boost::asio::this_coro::executor);
        while (!closed_) {
            const nanoseconds left = deadline - time_.now().mono;
            if (left <= nanoseconds(0)) break;
            const auto place = waiting_.insert(waiting_.end(), &turn);
            turn.expires_after(left);
            co_await turn.async_wait(as_value);
            waiting_.erase(place);
            if (closed_) break;
            const lease got = acquire(time_.now().mono);
            if (got.what == lease::kind::wait) continue;
            // Two may have been released before the first of us ran.
            wake_next();
            co_return got;
        }
        wake_next();
        co_return closed_ ? closed() : late("waiting for a connection to ");
    }

    void wake_next() {
        if (!waiting_.empty()) waiting_.front()->cancel();
    }

    void drop(connection_id id) {
        connections_.erase(id);
        pool_.discard(id);
        wake_next();
    }

    // ---- a proxy for what is not encrypted ----------------------------------------------------

    // What is encrypted goes through a tunnel, of which nothing is seen here.
    bool is_proxied_plain() const { return peer_.proxy && !peer_.tls; }

    // The target becomes absolute, on the wire only: what was signed is the path alone.
    void address_to_proxy(wire::http_request& request) const {
        request.target.insert(0, "http://" + origin_);
        auto login = wire::proxy_authorization(*peer_.proxy);
        if (!login.empty()) request.headers.emplace_back("Proxy-Authorization", std::move(login));
    }

    // ---- one attempt --------------------------------------------------------------------------

    task<result<void>> open(connection_id id, mono_time deadline) {
        const nanoseconds left = deadline - time_.now().mono;
        interruption by;
        const auto place = opening_.insert(opening_.end(), &by);
        interruption* const told = &by;
        auto stream = co_await connect(peer_, tls_, left, told);
        opening_.erase(place);
        if (closed_) co_return closed();
        if (!stream) co_return stream.error();
        connections_[id] = std::make_unique<connection>(std::move(*stream));
        co_return result<void>();
    }

    task<attempt_outcome> attempt_on(connection_id id, const question& asked, instant now) {
        connection& on = *connections_.at(id);
        byte_stream& stream = *on.stream;
        attempt_outcome out{failure{}};
        stream.expires_after(asked.deadline - now.mono);
        const auto written = co_await stream.write(asked.bytes);
        if (!written) {
            out.answer = written.error();
            co_return out;
        }
        wire::response_decoder decoder(decode_limits_);
        if (asked.head) decoder.skip_body();
        const std::span<char> buffer(on.buffer);
        result<bool> complete = false;
        while (complete && !*complete) {
            const auto size = co_await stream.read_some(buffer);
            if (!size) {
                out.answer = size.error();
                co_return out;
            }
            out.heard = out.heard || *size > 0;
            complete = *size > 0 ? decoder.feed({on.buffer.data(), *size}) : ended(decoder);
        }
        if (!complete) {
            out.answer = explained(complete.error());
            co_return out;
        }
        out.keep_alive = decoder.keep_alive() && decoder.unconsumed().empty();
        out.answer = http_answer{decoder.take(), {}, {}};
        measure(*out.answer, now);
        co_return out;
    }

    // A connection that ends too early is the network's fault, not the answer's.
    result<bool> ended(wire::response_decoder& decoder) {
        auto complete = decoder.feed_end();
        if (complete) return complete;
        failure error = complete.error();
        error.kind = error_class::transient;
        error.detail = name_ +
            (decoder.started() ? " closed the connection in the middle of its answer"
                               : " closed the connection without an answer");
        return error;
    }

    failure explained(failure error) const {
        if (error.kind == error_class::malformed) error.detail = name_ + ": " + error.detail;
        return error;
    }

    void measure(http_answer& answer, const instant& sent) const {
        const auto& headers = answer.response.headers;
        answer.took = time_.now().mono - sent.mono;
        answer.clock_offset = proto::measure_clock_offset(
            parse_http_date(wire::find_header(headers, "date")),
            !wire::find_header(headers, "age").empty(),
            {sent.wall, answer.took}
        );
    }

    bool is_dead_connection(const attempt_outcome& tried) const {
        return !tried.answer && !tried.heard && !closed_ &&
            tried.answer.error().kind == error_class::transient && !is_timeout(tried);
    }

    static bool is_timeout(const attempt_outcome& tried) {
        return tried.answer.error().code == boost::asio::error::timed_out;
    }

    result<http_answer> finish(connection_id id, attempt_outcome& tried, const instant& begun) {
        const mono_time now = time_.now().mono;
        if (!tried.answer || !tried.keep_alive || closed_) {
            drop(id);
        } else {
            pool_.release(id, now);
            connections_.at(id)->stream->expires_after(limits_.idle_max);
            wake_next();
        }
        if (!tried.answer) return std::move(tried.answer);
        constexpr int wants_login = 407;
        if (is_proxied_plain() && tried.answer->response.status == wants_login) {
            return wire::refused_by_proxy(tried.answer->response, *peer_.proxy);
        }
        tried.answer->took = now - begun.mono;
        return std::move(tried.answer);
    }

    failure late(const std::string& doing) const {
        return {
            .kind = error_class::transient,
            .code = boost::asio::error::timed_out,
            .detail = doing + name_ + " timed out",
        };
    }

    failure closed() const {
        return {
            .kind = error_class::transient,
            .code = boost::asio::error::operation_aborted,
            .detail = "client of " + name_ + " is closed",
        };
    }

    const peer peer_;
    const std::string name_;    // for texts
    const std::string origin_;  // host, and port where it is not the scheme's
    const std::shared_ptr<tls_client_context> tls_;
    const clock& time_;
    const http_client_limits limits_;
    const std::string authorization_;
    const wire::decode_limits decode_limits_{.body_bytes = limits::answer_bytes_max};
    proto::connection_pool pool_;
    std::map<connection_id, std::unique_ptr<connection>> connections_{};
    std::list<steady_timer*> waiting_{};  // first come, first served
    std::list<interruption*> opening_{};  // of connections that are being made
    bool closed_ = false;
};

}  // namespace

std::unique_ptr<http_client> create_http_client(
    const wire::url& origin, http_client_options options, const clock& time
) {
    CHECK(!origin.tls || options.tls != nullptr);
    return std::make_unique<pooled_client>(origin, std::move(options), time);
}

}  // namespace trainwatch::io
