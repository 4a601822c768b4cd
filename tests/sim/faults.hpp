// What goes wrong in one simulated world: drawn from the seed, some kinds off, some exaggerated,
// since uniform mildness finds little.
#pragma once

#include <string>

#include "base/random.hpp"
#include "base/time.hpp"

namespace trainwatch::sim {

struct faults {
    milliseconds latency_max{};
    double transient = 0;
    double throttled = 0;
    double malformed = 0;
    double silent = 0;     // no answer ever
    double late = 0;       // an answer long after it was given up
    double stale = 0;      // an answer of some minutes ago: a shorter list, an older status
    double scrambled = 0;  // entries reordered, repeated or left out
    double clockless = 0;  // no Date header
    bool denials = false;  // credentials stop working for a while
    milliseconds skew{};   // our wall clock minus the true one, at the start
    bool clock_steps = false;

    milliseconds commit_latency_max{};
    double commit_fails = 0;
    double commit_hangs = 0;

    milliseconds receipt_latency_max{};
    double receipt_fails = 0;
    double receipt_hangs = 0;
    bool receivers_down = false;  // for minutes to hours
    bool poison = false;          // one receiver rejects every batch with a certain job in it

    int crashes = 0;
    int restarts = 0;
    bool reuse_names = false;
    bool run_to_resolve = false;  // a day longer, until alerts end

    std::string text() const;
};

faults draw_faults(random_source& random);

}  // namespace trainwatch::sim
