// One deadline that moves with every request and costs next to nothing to move.
//
// Moving it later only stores the new time: the armed timer looks again when it fires. So a busy
// keep-alive connection touches its timer once in a deadline's length, not twice a request.
#pragma once

#include <functional>
#include <memory>

#include <boost/asio/any_io_executor.hpp>

#include "base/time.hpp"

namespace trainwatch::io {

class deadline {
public:
    // `on_pass` runs on the executor, once for each time the deadline passes, and never after
    // this object is gone.
    deadline(const boost::asio::any_io_executor& executor, std::function<void()> on_pass);
    ~deadline();
    deadline(const deadline&) = delete;
    deadline& operator=(const deadline&) = delete;

    // From now on. nanoseconds::max() is never. Takes back a passed() of before.
    void expires_after(nanoseconds delay);
    bool passed() const;
    // Leaves nothing armed and nothing passed: for a stream that has closed.
    void stop();

private:
    struct state;
    std::shared_ptr<state> state_;  // shared with the timer's handler, which may outlive us
};

}  // namespace trainwatch::io
