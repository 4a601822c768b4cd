// The only caller of now(): CLOCK_BOOTTIME for mono (it goes on through suspend), the system
// clock for wall.
#pragma once

#include <memory>

#include "base/time.hpp"

namespace trainwatch::io {

class clock {
public:
    virtual ~clock() = default;
    virtual instant now() const = 0;
};

std::unique_ptr<clock> create_system_clock();

}  // namespace trainwatch::io
