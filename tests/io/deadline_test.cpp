#include "io/deadline.hpp"

#include <optional>

#include <boost/asio/steady_timer.hpp>
#include <gtest/gtest.h>

#include "io/clock.hpp"
#include "tests/io/loop.hpp"

namespace trainwatch::io::deadline_test {
namespace {

constexpr milliseconds soon{20};
constexpr seconds long_enough{30};
constexpr nanoseconds never = nanoseconds::max();

class Deadline : public testing::Test {
protected:
    // Lets the loop run for at least this long.
    void pass(nanoseconds delay) {
        boost::asio::steady_timer timer(on.context(), delay);
        bool over = false;
        timer.async_wait([&](auto) { over = true; });
        on.run_until([&] { return over; });
    }

    loop on;
    int calls = 0;
    std::optional<deadline> limit{std::in_place, on.executor(), [this] { ++calls; }};
};

TEST_F(Deadline, passes_once_and_not_before_its_time) {
    const auto begin = timer_now();
    limit->expires_after(soon);
    EXPECT_FALSE(limit->passed());
    on.run_until([&] { return calls > 0; });
    EXPECT_GE(timer_now() - begin, soon);
    EXPECT_TRUE(limit->passed());
    pass(soon * 2);
    EXPECT_EQ(calls, 1);
}

TEST_F(Deadline, moved_later_it_passes_later) {
    const auto begin = timer_now();
    limit->expires_after(soon);
    limit->expires_after(soon * 3);
    on.run_until([&] { return calls > 0; });
    EXPECT_GE(timer_now() - begin, soon * 3);
}

TEST_F(Deadline, moved_earlier_it_passes_earlier) {
    limit->expires_after(long_enough);
    limit->expires_after(soon);
    on.run_until([&] { return calls > 0; });
    EXPECT_TRUE(limit->passed());
}

TEST_F(Deadline, without_a_time_it_never_passes) {
    limit->expires_after(soon);
    limit->expires_after(never);
    pass(soon * 3);
    EXPECT_EQ(calls, 0);
    EXPECT_FALSE(limit->passed());
}

TEST_F(Deadline, time_that_is_over_passes_at_once) {
    limit->expires_after(nanoseconds(-1));
    on.run_until([&] { return calls > 0; });
    EXPECT_TRUE(limit->passed());
}

TEST_F(Deadline, moving_it_takes_back_what_passed) {
    limit->expires_after(nanoseconds(0));
    on.run_until([&] { return calls > 0; });
    limit->expires_after(long_enough);
    EXPECT_FALSE(limit->passed());
    limit->expires_after(nanoseconds(0));
    on.run_until([&] { return calls > 1; });
    EXPECT_TRUE(limit->passed());
}

TEST_F(Deadline, stopped_it_leaves_nothing_to_wait_for) {
    limit->expires_after(long_enough);
    limit->stop();
    const auto begin = timer_now();
    on.context().run();
    EXPECT_LT(timer_now() - begin, long_enough);
    EXPECT_EQ(calls, 0);
}

TEST_F(Deadline, gone_it_calls_nobody) {
    limit->expires_after(nanoseconds(0));
    // The timer has fired in the kernel's eyes; its handler has not run yet.
    limit.reset();
    pass(soon);
    EXPECT_EQ(calls, 0);
}

}  // namespace
}  // namespace trainwatch::io::deadline_test
