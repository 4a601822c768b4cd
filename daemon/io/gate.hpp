// What one coroutine waits at until somebody who is none opens it: how the answer of a callback
// reaches the shell's loops. Opened before or after the wait has begun; it stays open.
#pragma once

#include <memory>

#include <boost/asio/any_io_executor.hpp>

#include "io/byte_stream.hpp"

namespace trainwatch::io {

class gate {
public:
    explicit gate(const boost::asio::any_io_executor& executor);
    ~gate();
    gate(const gate&) = delete;
    gate& operator=(const gate&) = delete;

    // On the executor's thread.
    void open();
    // The gate outlives the wait.
    task<void> wait();

private:
    struct state;
    std::unique_ptr<state> state_;
};

}  // namespace trainwatch::io
