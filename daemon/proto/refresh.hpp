// When keys that expire are renewed, and what holds meanwhile. Pure: `now` and outcomes in, the
// next action out. That one fetch is under way at a time is the shell's business.
//
// Unexpired keys are used whatever happens. What is left of them is told by AWS' clock once, when
// they arrive, and by the steady clock from then on: a jump of the wall clock expires nothing.
// Windows of 15 and 10 minutes, narrower for keys that arrive with less than half an hour left.
// Source: the refresh behaviour of the AWS SDKs; static stability of the instance metadata service.
#pragma once

#include <optional>

#include "base/random.hpp"
#include "base/time.hpp"

namespace trainwatch::proto {

// Keys that a fetch brought.
struct renewal {
    std::optional<wall_time> expires{};  // on AWS' clock; nothing: never
    milliseconds clock_offset{};         // AWS' clock minus ours
    // The service that gave them may be unable to give newer ones for a while, and AWS takes the
    // old ones meanwhile (instance metadata only).
    bool outlives_expiry = false;
};

class refresh {
public:
    explicit refresh(std::uint64_t seed);

    enum class action {
        use,            // the keys that there are
        use_and_fetch,  // the same; a fetch starts beside
        fetch,          // wait for a fetch; briefly, when has_keys()
        fail,           // there are no keys, and it is too early to ask again
    };
    action next(mono_time now) const;
    // Keys that may sign.
    bool has_keys(mono_time now) const;

    enum class outcome {
        renewed,
        kept,      // the ones before go on, within their time
        extended,  // … past their time; say so once
        none,      // no usable keys
    };
    // `none`: what arrived had expired before.
    outcome fetched(const instant& now, const renewal& what);
    outcome failed(mono_time now);

    // AWS refused the keys: may a fetch be forced now? Saying yes starts the pause until the next.
    bool force(mono_time now);

private:
    nanoseconds left(mono_time now) const { return end_ - now; }
    void back_off(mono_time now);
    outcome extend(mono_time now);

    random_source random_;
    nanoseconds spread_;
    bool any_ = false;
    mono_time end_{};  // mono_time::max(): never
    bool outlives_expiry_ = false;
    nanoseconds advisory_{};
    nanoseconds mandatory_{};
    unsigned failures_ = 0;
    std::optional<mono_time> not_before_{};  // the next fetch that nobody forces
    std::optional<mono_time> forced_{};
};

}  // namespace trainwatch::proto
