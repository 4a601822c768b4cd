#include "core/backoff.hpp"

#include <algorithm>

#include "base/check.hpp"

namespace trainwatch::core {

milliseconds backoff_bound(unsigned failures, const backoff_bounds& bounds) {
    CHECK(failures > 0);
    milliseconds bound = bounds.base;
    // Doubling stops at the maximum: failures in a row may be many thousand.
    for (unsigned i = 1; i < failures && bound < bounds.max; ++i)
        bound *= 2;
    return std::min(bound, bounds.max);
}

nanoseconds full_jitter(random_source& random, unsigned failures, const backoff_bounds& bounds) {
    return random.jitter(backoff_bound(failures, bounds));
}

}  // namespace trainwatch::core
