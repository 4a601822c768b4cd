#include "io/worker.hpp"

#include <exception>
#include <optional>
#include <utility>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>

namespace trainwatch::io {

namespace {

class one_thread final : public worker {
public:
    explicit one_thread(boost::asio::any_io_executor executor) : executor_(std::move(executor)) {}

    void perform(std::function<void()> work, std::function<void()> then) override {
        if (!thread_) thread_.emplace(1);
        // The loop does not run out of work meanwhile.
        boost::asio::post(
            *thread_,
            [loop = boost::asio::make_work_guard(executor_),
             work = std::move(work),
             then = std::move(then)]() mutable {
                std::exception_ptr error;
                try {
                    work();
                } catch (...) {
                    error = std::current_exception();
                }
                boost::asio::post(loop.get_executor(), [error, then = std::move(then)] {
                    if (error) std::rethrow_exception(error);
                    then();
                });
            }
        );
    }

private:
    const boost::asio::any_io_executor executor_;
    std::optional<boost::asio::thread_pool> thread_{};
};

}  // namespace

std::unique_ptr<worker> create_worker(const boost::asio::any_io_executor& executor) {
    return std::make_unique<one_thread>(executor);
}

}  // namespace trainwatch::io
