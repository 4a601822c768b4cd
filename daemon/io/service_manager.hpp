// What systemd (or whoever set NOTIFY_SOCKET) wants to hear. Source: sd_notify(3).
//
// Silent when nobody listens. watchdog() is called from the driver's loop only: a stuck loop must
// not look alive.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/time.hpp"

namespace trainwatch::io {

class service_manager {
public:
    virtual ~service_manager() = default;
    // At the end of the start and of each reload, whatever came of it.
    virtual void ready() = 0;
    virtual void reloading() = 0;
    virtual void status(const std::string& line) = 0;
    virtual void watchdog() = 0;
    virtual void stopping() = 0;
    // How often watchdog() is expected at least (half of WATCHDOG_USEC); nothing when it is off.
    virtual std::optional<nanoseconds> watchdog_interval() const = 0;
};

std::unique_ptr<service_manager> create_service_manager();

}  // namespace trainwatch::io
