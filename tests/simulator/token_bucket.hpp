// How AWS throttles: a bucket of requests that fills at a steady rate. Pure, on the wall clock.
#pragma once

#include <algorithm>
#include <optional>

#include "base/time.hpp"

namespace trainwatch::simulator {

class token_bucket {
public:
    // Rate 0: never throttles.
    token_bucket(double per_second, double burst)
        : rate_(per_second), burst_(std::max(burst, 1.0)), tokens_(burst_) {}

    // Takes one where there is one.
    bool take(wall_time now) {
        if (rate_ <= 0) return true;
        if (last_ && now > *last_) {
            const std::chrono::duration<double> passed = now - *last_;
            tokens_ = std::min(burst_, tokens_ + passed.count() * rate_);
        }
        if (!last_ || now > *last_) last_ = now;
        if (tokens_ < 1.0) return false;
        tokens_ -= 1.0;
        return true;
    }

private:
    double rate_;
    double burst_;
    double tokens_;
    std::optional<wall_time> last_{};
};

}  // namespace trainwatch::simulator
