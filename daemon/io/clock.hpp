// The only caller of now(): CLOCK_BOOTTIME for mono (it goes on through suspend), the system
// clock for wall.
#pragma once

#include <chrono>
#include <memory>

#include "base/time.hpp"

namespace trainwatch::io {

class clock {
public:
    virtual ~clock() = default;
    virtual instant now() const = 0;
};

std::unique_ptr<clock> create_system_clock();

// What Asio's timers count by (CLOCK_MONOTONIC). For deadlines of streams only.
std::chrono::steady_clock::time_point timer_now();

}  // namespace trainwatch::io
