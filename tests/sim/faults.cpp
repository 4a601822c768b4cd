#include "faults.hpp"

#include <sstream>

namespace trainwatch::sim {
namespace {

bool chance(random_source& random, double of) {
    return random.unit() < of;
}

// Off in most worlds, up to `most` in the others.
double rate(random_source& random, double most) {
    return chance(random, 0.4) ? random.unit() * most : 0.0;
}

milliseconds upto(random_source& random, milliseconds most) {
    return milliseconds(random.below(static_cast<std::uint64_t>(most.count()) + 1));
}

}  // namespace

faults draw_faults(random_source& random) {
    faults drawn;
    drawn.latency_max = chance(random, 0.5) ? milliseconds(300) : upto(random, seconds(9));
    drawn.transient = rate(random, 0.6);
    drawn.throttled = rate(random, 0.8);
    drawn.malformed = rate(random, 0.3);
    drawn.silent = rate(random, 0.2);
    drawn.late = rate(random, 0.2);
    drawn.stale = rate(random, 0.4);
    drawn.scrambled = rate(random, 0.3);
    drawn.clockless = rate(random, 1.0);
    drawn.denials = chance(random, 0.2);
    if (chance(random, 0.3)) {
        drawn.skew = upto(random, std::chrono::hours(2)) - std::chrono::hours(1);
    }
    drawn.clock_steps = chance(random, 0.2);
    drawn.commit_latency_max = chance(random, 0.5) ? milliseconds(5) : upto(random, seconds(3));
    drawn.commit_fails = rate(random, 0.7);
    drawn.commit_hangs = rate(random, 0.1);
    drawn.receipt_latency_max = chance(random, 0.5) ? milliseconds(50) : upto(random, seconds(9));
    drawn.receipt_fails = rate(random, 0.7);
    drawn.receipt_hangs = rate(random, 0.2);
    drawn.receivers_down = chance(random, 0.3);
    drawn.poison = chance(random, 0.2);
    drawn.crashes = chance(random, 0.5) ? static_cast<int>(random.below(6)) : 0;
    drawn.restarts = chance(random, 0.3) ? static_cast<int>(random.below(3)) : 0;
    drawn.reuse_names = chance(random, 0.4);
    drawn.run_to_resolve = chance(random, 0.1);
    return drawn;
}

std::string faults::text() const {
    std::ostringstream out;
    out << "latency " << latency_max.count() << "ms transient " << transient << " throttled "
        << throttled << " malformed " << malformed << " silent " << silent << " late " << late
        << " stale " << stale << " scrambled " << scrambled << " clockless " << clockless
        << " denials " << denials << " skew " << skew.count() << "ms steps " << clock_steps
        << " commit " << commit_latency_max.count() << "ms fails " << commit_fails << " hangs "
        << commit_hangs << " receipt " << receipt_latency_max.count() << "ms fails "
        << receipt_fails << " hangs " << receipt_hangs << " down " << receivers_down << " poison "
        << poison << " crashes " << crashes << " restarts " << restarts << " reuse " << reuse_names
        << " resolve " << run_to_resolve;
    return out.str();
}

}  // namespace trainwatch::sim
