// The one thread beside the loop: for what blocks or burns, such as reading a configuration. It
// decides nothing, and shares nothing with the loop while it works.
#pragma once

#include <functional>
#include <memory>

#include <boost/asio/any_io_executor.hpp>

namespace trainwatch::io {

class worker {
public:
    virtual ~worker() = default;
    // `work` runs on the worker's thread, after what was given before; `then` on the executor. What
    // `work` throws leaves from there, the executor's run(). The thread begins with the first work.
    // Destroying waits for the work under way, and its `then` may still come: the executor is not
    // to be run any more, or what `then` refers to lives on.
    virtual void perform(std::function<void()> work, std::function<void()> then) = 0;
};

std::unique_ptr<worker> create_worker(const boost::asio::any_io_executor& executor);

}  // namespace trainwatch::io
