#include "io/gate.hpp"

#include <boost/asio/steady_timer.hpp>

#include "io/as_value.hpp"

namespace trainwatch::io {

struct gate::state {
    explicit state(const boost::asio::any_io_executor& executor)
        : bell(executor, boost::asio::steady_timer::time_point::max()) {}

    boost::asio::steady_timer bell;
    bool is_open = false;
};

gate::gate(const boost::asio::any_io_executor& executor)
    : state_(std::make_unique<state>(executor)) {}

gate::~gate() = default;

void gate::open() {
    state_->is_open = true;
    state_->bell.cancel();
}

task<void> gate::wait() {
    while (!state_->is_open)
        co_await state_->bell.async_wait(as_value);
}

}  // namespace trainwatch::io
