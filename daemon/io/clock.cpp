#include "io/clock.hpp"

#include <ctime>

#include "base/check.hpp"

namespace trainwatch::io {

namespace {

nanoseconds read_clock(clockid_t which) {
    timespec value{};
    CHECK(clock_gettime(which, &value) == 0);
    return seconds(value.tv_sec) + nanoseconds(value.tv_nsec);
}

class system_clock final : public clock {
public:
    instant now() const override {
        return {
            mono_time(read_clock(CLOCK_BOOTTIME)),
            wall_time(std::chrono::floor<milliseconds>(read_clock(CLOCK_REALTIME))),
        };
    }
};

}  // namespace

std::unique_ptr<clock> create_system_clock() {
    return std::make_unique<system_clock>();
}

std::chrono::steady_clock::time_point timer_now() {
    return std::chrono::steady_clock::now();
}

}  // namespace trainwatch::io
