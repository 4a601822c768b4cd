// How long to wait before another try: "full jitter", uniform between nothing and a bound that
// doubles with each failure, so that many who fail together do not come back together.
//
// Pure; the caller owns the generator. Source: AWS Architecture Blog, "Exponential Backoff And
// Jitter".
#pragma once

#include "base/random.hpp"
#include "base/time.hpp"

namespace trainwatch::core {

struct backoff_bounds {
    milliseconds base{};
    milliseconds max{};
};

// The bound of the n-th failure in a row (n from 1): base, 2 x base, 4 x base, … max.
milliseconds backoff_bound(unsigned failures, const backoff_bounds& bounds);

nanoseconds full_jitter(random_source& random, unsigned failures, const backoff_bounds& bounds);

}  // namespace trainwatch::core
