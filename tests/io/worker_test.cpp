#include "io/worker.hpp"

#include <stdexcept>
#include <vector>

#include <pthread.h>

#include "tests/io/loop.hpp"

namespace trainwatch::io::worker_test {
namespace {

TEST(Worker, works_beside_the_loop_and_comes_back_to_it) {
    loop on;
    const auto worker = create_worker(on.executor());
    const auto here = ::pthread_self();
    bool worked_here = true;
    bool came_back = false;
    worker->perform(
        [&] { worked_here = ::pthread_equal(::pthread_self(), here) != 0; },
        [&] { came_back = ::pthread_equal(::pthread_self(), here) != 0; }
    );
    on.run_until([&] { return came_back; });
    EXPECT_FALSE(worked_here);
}

TEST(Worker, keeps_the_order_and_the_loop_running) {
    loop on;
    const auto worker = create_worker(on.executor());
    std::vector<int> order;
    for (int i = 0; i < 5; ++i)
        worker->perform([] {}, [&order, i] { order.push_back(i); });
    // Ends by itself, once there is nothing left to come.
    on.context().run();
    EXPECT_THAT(order, testing::ElementsAre(0, 1, 2, 3, 4));
}

TEST(Worker, what_it_throws_arrives_in_the_loop) {
    loop on;
    const auto worker = create_worker(on.executor());
    worker->perform([] { throw std::runtime_error("out of memory"); }, [] { FAIL(); });
    EXPECT_THROW(on.context().run(), std::runtime_error);
}

TEST(Worker, one_that_was_never_asked_just_goes) {
    loop on;
    create_worker(on.executor()).reset();
}

}  // namespace
}  // namespace trainwatch::io::worker_test
