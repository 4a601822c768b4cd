// Runs coroutines of a test to their end, on one io_context, with a bound on the whole.
#pragma once

#include <exception>
#include <optional>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include "io/byte_stream.hpp"

namespace trainwatch::io {

class loop {
public:
    ~loop() { context_.stop(); }

    boost::asio::io_context& context() { return context_; }
    boost::asio::any_io_executor executor() { return context_.get_executor(); }

    // Runs beside whatever run() waits for.
    void spawn(task<void> work) {
        boost::asio::co_spawn(context_, std::move(work), [](std::exception_ptr error) {
            if (error) std::rethrow_exception(error);
        });
    }

    template <class T>
    T run(task<T> work) {
        std::optional<T> out;
        boost::asio::co_spawn(context_, std::move(work), [&out](std::exception_ptr error, T value) {
            if (error) std::rethrow_exception(error);
            out.emplace(std::move(value));
        });
        run_until([&out] { return out.has_value(); });
        return std::move(*out);
    }

    void run(task<void> work) {
        bool done = false;
        boost::asio::co_spawn(context_, std::move(work), [&done](std::exception_ptr error) {
            if (error) std::rethrow_exception(error);
            done = true;
        });
        run_until([&done] { return done; });
    }

    // Turns the loop until the condition holds. A test that hangs fails instead.
    template <class Condition>
    void run_until(Condition condition) {
        context_.restart();
        const auto latest = std::chrono::steady_clock::now() + std::chrono::seconds(60);
        while (!condition()) {
            if (context_.run_one_until(latest) == 0)
                throw std::runtime_error("nothing left to run");
        }
    }

private:
    boost::asio::io_context context_{1};
};

}  // namespace trainwatch::io
