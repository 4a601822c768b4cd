// Which Date headers of receivers are believed.
//
// One that is a day off is, whatever it comes of. Beyond that it may be our own clock, or the
// server's: a proxy's, a device's without a battery. AWS decides, which checks the time of our
// signature; while it has told nothing, a second answer that tells the same time.
#pragma once

#include <optional>

#include "base/time.hpp"

namespace trainwatch::proto {

class clock_witnesses {
public:
    // `offset`: server minus ours at `at`, as measured (proto/clock_offset); nothing is no news.
    void heard_aws(const std::optional<milliseconds>& offset, const instant& at);
    // The offset of a receiver, or nothing.
    std::optional<milliseconds> believed(
        const std::optional<milliseconds>& offset, const instant& at
    );

private:
    // A server's time minus our monotonic one: a step of our wall clock does not change it.
    std::optional<nanoseconds> aws_{};
    std::optional<nanoseconds> far_{};  // that of the last receiver that was far off
};

}  // namespace trainwatch::proto
