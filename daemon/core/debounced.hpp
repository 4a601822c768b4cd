// A yes or no that is believed once it has stayed the same for a while, so that an alert about it
// does not come and go. Pure; the while is the caller's.
#pragma once

#include <optional>

#include "base/time.hpp"

namespace trainwatch::core {

class debounced {
public:
    explicit debounced(bool believed = false) : believed_(believed) {}

    // What is believed after this observation. `rise`: for how long it must be true to be believed,
    // `fall`: likewise false.
    bool observe(bool present, mono_time now, milliseconds rise, milliseconds fall) {
        if (present == believed_) {
            turns_at_.reset();
            return believed_;
        }
        if (!turns_at_) turns_at_ = now + (present ? rise : fall);
        if (now >= *turns_at_) {
            believed_ = present;
            turns_at_.reset();
        }
        return believed_;
    }
    bool believed() const { return believed_; }
    // When the belief turns, if nothing changes.
    std::optional<mono_time> turns_at() const { return turns_at_; }

private:
    bool believed_;
    std::optional<mono_time> turns_at_{};
};

}  // namespace trainwatch::core
