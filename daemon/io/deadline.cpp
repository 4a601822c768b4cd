#include "io/deadline.hpp"

#include <chrono>
#include <utility>

#include <boost/asio/steady_timer.hpp>

#include "io/clock.hpp"

namespace trainwatch::io {

namespace {

using time_point = std::chrono::steady_clock::time_point;

constexpr time_point never = time_point::max();

time_point after(nanoseconds delay) {
    const time_point now = timer_now();
    return delay >= never - now ? never : now + delay;
}

}  // namespace

struct deadline::state : std::enable_shared_from_this<state> {
    state(const boost::asio::any_io_executor& executor, std::function<void()> call)
        : timer(executor), on_pass(std::move(call)) {}

    void arm() {
        armed_for = expiry;
        timer.expires_at(expiry);
        timer.async_wait([self = shared_from_this(), mine = ++generation](auto) {
            if (mine == self->generation) self->fired();
        });
    }

    void disarm() {
        ++generation;
        timer.cancel();
        armed_for = never;
    }

    void fired() {
        armed_for = never;
        if (expiry == never) return;
        if (timer_now() < expiry) {
            arm();
            return;
        }
        passed = true;
        expiry = never;
        on_pass();
    }

    boost::asio::steady_timer timer;
    std::function<void()> on_pass;
    time_point expiry = never;
    time_point armed_for = never;  // never: not armed
    std::uint64_t generation = 0;  // tells a cancelled wait that was already queued from ours
    bool passed = false;
};

deadline::deadline(const boost::asio::any_io_executor& executor, std::function<void()> on_pass)
    : state_(std::make_shared<state>(executor, std::move(on_pass))) {}

deadline::~deadline() {
    state_->disarm();
}

void deadline::expires_after(nanoseconds delay) {
    state_->passed = false;
    state_->expiry = after(delay);
    if (state_->expiry < state_->armed_for) state_->arm();
}

void deadline::stop() {
    state_->disarm();
    state_->expiry = never;
    state_->passed = false;
}

bool deadline::passed() const {
    return state_->passed;
}

}  // namespace trainwatch::io
