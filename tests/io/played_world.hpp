// A world for credential sources in which everything is played: answers, files, programs, and the
// time, which only moves when somebody waits for it.
#pragma once

#include <functional>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include "io/as_value.hpp"
#include "io/credential_world.hpp"
#include "proto/clock_offset.hpp"

namespace trainwatch::io {

// Of the whole test: the world belongs to the source that it is given to.
struct played_state {
    struct asked {
        wire::url to{};
        route how{};
        wire::http_request request{};
        nanoseconds within{};
        instant when{};

        std::string url() const {
            return (to.tls ? "https://" : "http://") + to.host_header() + request.target;
        }
        std::string_view header(std::string_view name) const {
            return wire::find_header(request.headers, name);
        }
    };
    struct silence {};  // no answer within the time given
    struct hold {};     // no answer before release() or close()
    using reply = std::variant<wire::http_response, failure, silence, hold>;

    instant now{mono_time(seconds(1'000)), parse_iso8601("2026-11-24T09:00:00Z").value()};
    std::function<reply(const asked&)> answer{};
    std::map<std::string, std::string> files{};
    std::function<result<std::string>(const std::vector<std::string>&)> program{};

    std::vector<asked> requests{};
    std::vector<nanoseconds> pauses{};
    std::size_t programs = 0;
    std::list<boost::asio::steady_timer*> held{};
    bool closed = false;

    void pass(nanoseconds time) {
        now.mono += time;
        now.wall += std::chrono::duration_cast<milliseconds>(time);
    }

    // Held answers arrive: what `answer` says then.
    void release() {
        for (auto* const one : held)
            one->cancel();
    }
};

inline failure refused_connection(const std::string& where) {
    return {
        .kind = error_class::transient,
        .code = boost::asio::error::connection_refused,
        .detail = "connecting to " + where + ": Connection refused"};
}

class played_world final : public credential_world {
public:
    explicit played_world(std::shared_ptr<played_state> state) : state_(std::move(state)) {}

    instant now() const override { return state_->now; }

    task<result<http_answer>> exchange(
        wire::url to, route how, wire::http_request request, nanoseconds within
    ) override {
        played_state& state = *state_;
        if (state.closed) co_return stopped();
        const played_state::asked what{to, how, std::move(request), within, state.now};
        state.requests.push_back(what);
        auto reply = state.answer(what);
        // As with a real one, others run meanwhile.
        co_await boost::asio::post(boost::asio::use_awaitable);
        while (std::holds_alternative<played_state::hold>(reply)) {
            boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor);
            timer.expires_at(boost::asio::steady_timer::time_point::max());
            const auto place = state.held.insert(state.held.end(), &timer);
            co_await timer.async_wait(as_value);
            state.held.erase(place);
            if (state.closed) co_return stopped();
            reply = state.answer(what);
        }
        if (std::holds_alternative<played_state::silence>(reply)) {
            state.pass(within);
            co_return timed_out(to);
        }
        if (const auto* const why = std::get_if<failure>(&reply)) co_return *why;
        http_answer answer{std::get<wire::http_response>(reply), {}, {}};
        const auto date = parse_http_date(wire::find_header(answer.response.headers, "Date"));
        answer.clock_offset = proto::measure_clock_offset(date, false, {what.when.wall, {}});
        co_return answer;
    }

    task<void> pause(nanoseconds delay) override {
        state_->pauses.push_back(delay);
        state_->pass(delay);
        co_await boost::asio::post(boost::asio::use_awaitable);
    }

    result<std::string> read_file(const std::string& path) override {
        const auto found = state_->files.find(path);
        if (found != state_->files.end()) return found->second;
        return failure{
            .kind = error_class::denied,
            .detail = "cannot read " + path + ": No such file or directory"};
    }

    task<result<std::string>> run(std::vector<std::string> arguments, nanoseconds) override {
        ++state_->programs;
        auto output = state_->program(arguments);
        co_await boost::asio::post(boost::asio::use_awaitable);
        co_return output;
    }

    void close() override {
        state_->closed = true;
        state_->release();
    }

private:
    static failure stopped() {
        return {
            .kind = error_class::transient,
            .code = boost::asio::error::operation_aborted,
            .detail = "stopped"};
    }

    static failure timed_out(const wire::url& to) {
        return {
            .kind = error_class::transient,
            .code = boost::asio::error::timed_out,
            .detail = "reading from " + to.host_header() + " timed out"};
    }

    const std::shared_ptr<played_state> state_;
};

// The clock of the same world, for a client that signs.
class played_clock final : public clock {
public:
    explicit played_clock(std::shared_ptr<played_state> state) : state_(std::move(state)) {}
    instant now() const override { return state_->now; }

private:
    const std::shared_ptr<played_state> state_;
};

}  // namespace trainwatch::io
