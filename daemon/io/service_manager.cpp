#include "io/service_manager.hpp"

#include <algorithm>

#include <systemd/sd-daemon.h>

#include "io/clock.hpp"

namespace trainwatch::io {

namespace {

class systemd_manager final : public service_manager {
public:
    systemd_manager() {
        std::uint64_t microseconds = 0;
        if (sd_watchdog_enabled(0, &microseconds) > 0) {
            interval_ = std::chrono::microseconds(microseconds) / 2;
        }
    }

    void ready() override { sd_notify(0, "READY=1"); }

    // The time tells systemd from 253 on (Type=notify-reload) that it is this reload that begins.
    void reloading() override {
        const auto now = timer_now().time_since_epoch();
        const auto microseconds = std::chrono::duration_cast<std::chrono::microseconds>(now);
        const auto message = "RELOADING=1\nMONOTONIC_USEC=" + std::to_string(microseconds.count());
        sd_notify(0, message.c_str());
    }

    // A message is lines of assignments: a line end would make a second one.
    void status(const std::string& line) override {
        std::string message = "STATUS=" + line;
        std::replace(message.begin(), message.end(), '\n', ' ');
        sd_notify(0, message.c_str());
    }

    // The driver calls after every step; systemd needs to hear it twice an interval at most.
    void watchdog() override {
        if (!interval_) return;
        const auto now = timer_now();
        if (last_ && now - *last_ < *interval_ / 2) return;
        last_ = now;
        sd_notify(0, "WATCHDOG=1");
    }

    void stopping() override { sd_notify(0, "STOPPING=1"); }

    std::optional<nanoseconds> watchdog_interval() const override { return interval_; }

private:
    std::optional<nanoseconds> interval_{};
    std::optional<std::chrono::steady_clock::time_point> last_{};
};

}  // namespace

std::unique_ptr<service_manager> create_service_manager() {
    return std::make_unique<systemd_manager>();
}

}  // namespace trainwatch::io
