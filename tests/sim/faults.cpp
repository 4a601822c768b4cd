#include "faults.hpp"

#include <sstream>

namespace trainwatch::sim {
namespace {

constexpr milliseconds until_the_end = std::chrono::hours(24 * 60);

bool chance(random_source& random, double of) {
    return random.unit() < of;
}

// Off in most worlds, up to `most` in the others.
double rate(random_source& random, double most, double on = 0.35) {
    return chance(random, on) ? random.unit() * most : 0.0;
}

int times(random_source& random, double on, int most) {
    return chance(random, on) ? 1 + static_cast<int>(random.below(static_cast<unsigned>(most))) : 0;
}

milliseconds upto(random_source& random, milliseconds most) {
    return milliseconds(random.below(static_cast<std::uint64_t>(most.count()) + 1));
}

aws_faults draw_aws(random_source& random) {
    aws_faults drawn;
    drawn.latency_max = chance(random, 0.5) ? milliseconds(300) : upto(random, seconds(9));
    drawn.transient = rate(random, 0.6);
    drawn.throttled = rate(random, 0.8);
    drawn.malformed = rate(random, 0.3);
    drawn.silent = rate(random, 0.2);
    drawn.late = rate(random, 0.2);
    drawn.stale = rate(random, 0.4);
    drawn.scrambled = rate(random, 0.3);
    drawn.shortened = rate(random, 0.3, 0.2);
    drawn.rewritten = rate(random, 0.2, 0.1);
    drawn.taken_back = rate(random, 0.3, 0.2);
    drawn.unheard_of = rate(random, 0.2, 0.15);
    drawn.clockless = rate(random, 1.0);
    drawn.short_pages = rate(random, 0.5, 0.2);
    drawn.token_life = chance(random, 0.3) ? seconds(2) : std::chrono::hours(1);
    drawn.bare_summaries = chance(random, 0.1);
    drawn.denials = chance(random, 0.2);
    drawn.list_denials = chance(random, 0.15);
    return drawn;
}

clock_faults draw_clock(random_source& random, bool dated) {
    clock_faults drawn;
    // Without a Date header nobody can know that the clock is a day off.
    const milliseconds most =
        dated && chance(random, 0.5) ? std::chrono::hours(24) : std::chrono::hours(1);
    if (chance(random, 0.3)) drawn.skew = upto(random, 2 * most) - most;
    if (chance(random, 0.3)) drawn.drift = (random.unit() - 0.5) / 500;
    drawn.steps = times(random, 0.25, 4);
    drawn.step_most = most;
    drawn.suspends = times(random, 0.15, 2);
    return drawn;
}

disk_faults draw_disk(random_source& random) {
    disk_faults drawn;
    drawn.latency_max = chance(random, 0.5) ? milliseconds(5) : upto(random, seconds(3));
    drawn.fails = rate(random, 0.7, 0.25);
    drawn.hangs = rate(random, 0.1, 0.25);
    drawn.half_failures = chance(random, 0.5);
    drawn.full = chance(random, 0.15);
    drawn.damaged = chance(random, 0.1);
    return drawn;
}

receiver_faults draw_receivers(random_source& random) {
    receiver_faults drawn;
    drawn.latency_max = chance(random, 0.5) ? milliseconds(50) : upto(random, seconds(9));
    drawn.fails = rate(random, 0.7);
    drawn.asks_to_wait = rate(random, 0.4, 0.2);
    drawn.hangs = rate(random, 0.2);
    drawn.lies = rate(random, 0.6, 0.2);
    drawn.down = chance(random, 0.3);
    drawn.forgetful = chance(random, 0.2);
    drawn.poison = chance(random, 0.2);
    return drawn;
}

}  // namespace

faults draw_faults(random_source& random) {
    faults drawn;
    drawn.aws = draw_aws(random);
    drawn.clock = draw_clock(random, drawn.aws.clockless == 0);
    drawn.disk = draw_disk(random);
    drawn.receiver = draw_receivers(random);
    drawn.daemon.crashes = times(random, 0.5, 6);
    drawn.daemon.restarts = times(random, 0.3, 3);
    drawn.daemon.long_down = chance(random, 0.06);
    drawn.daemon.reloads = times(random, 0.3, 5);
    drawn.reuse_names = chance(random, 0.4);
    drawn.forgets_early = chance(random, 0.1);
    drawn.run_to_resolve = chance(random, 0.03);
    drawn.faulty_time = std::chrono::minutes(90) + upto(random, std::chrono::minutes(150));
    // What came later draws last: the worlds without it stay the same.
    if (chance(random, 0.7)) drawn.disk.readable = chance(random, 0.4) ? 1.0 : random.unit();
    if (!drawn.disk.damaged) drawn.disk.readable = 0;
    drawn.daemon.acknowledgements = times(random, 0.3, 12);
    drawn.aws.describe_denials = chance(random, 0.08);
    if (chance(random, 0.3)) drawn.aws.denial_most = until_the_end;
    drawn.aws.torn = rate(random, 0.4, 0.2);
    drawn.aws.untold_tags = rate(random, 0.5, 0.1);
    const bool denies = drawn.aws.denials || drawn.aws.list_denials || drawn.aws.describe_denials;
    if (denies && chance(random, 0.03)) {
        drawn.aws.denial_most = std::chrono::hours(26);
        drawn.faulty_time += std::chrono::hours(24);
    }
    drawn.receiver.untold = chance(random, 0.1);
    return drawn;
}

std::string faults::text() const {
    std::ostringstream out;
    const auto put = [&out](const char* name, auto value) {
        if (value != decltype(value){}) out << " " << name << " " << value;
    };
    const auto put_time = [&](const char* name, milliseconds value) {
        if (value.count() != 0) out << " " << name << " " << value.count() << "ms";
    };
    out << "aws:";
    put_time("latency", aws.latency_max);
    put("transient", aws.transient);
    put("throttled", aws.throttled);
    put("malformed", aws.malformed);
    put("silent", aws.silent);
    put("late", aws.late);
    put("stale", aws.stale);
    put("scrambled", aws.scrambled);
    put("shortened", aws.shortened);
    put("rewritten", aws.rewritten);
    put("taken-back", aws.taken_back);
    put("torn", aws.torn);
    put("unheard-of", aws.unheard_of);
    put("clockless", aws.clockless);
    put("short-pages", aws.short_pages);
    put_time("token-life", aws.token_life);
    put("bare-summaries", aws.bare_summaries);
    put("denials", aws.denials);
    put("list-denials", aws.list_denials);
    put("describe-denials", aws.describe_denials);
    if (aws.denials || aws.list_denials || aws.describe_denials) put_time("of", aws.denial_most);
    put("untold-tags", aws.untold_tags);
    out << "; clock:";
    put_time("skew", clock.skew);
    put("drift", clock.drift);
    put("steps", clock.steps);
    if (clock.steps > 0) put_time("of", clock.step_most);
    put("suspends", clock.suspends);
    out << "; disk:";
    put_time("latency", disk.latency_max);
    put("fails", disk.fails);
    put("hangs", disk.hangs);
    put("half-failures", disk.half_failures);
    put("full", disk.full);
    put("damaged", disk.damaged);
    put("readable", disk.readable);
    out << "; receivers:";
    put_time("latency", receiver.latency_max);
    put("fails", receiver.fails);
    put("wait", receiver.asks_to_wait);
    put("hangs", receiver.hangs);
    put("lies", receiver.lies);
    put("down", receiver.down);
    put("forgetful", receiver.forgetful);
    put("poison", receiver.poison);
    put("untold", receiver.untold);
    out << "; daemon:";
    put("crashes", daemon.crashes);
    put("restarts", daemon.restarts);
    put("long-down", daemon.long_down);
    put("reloads", daemon.reloads);
    put("acknowledgements", daemon.acknowledgements);
    out << "; jobs:";
    put("reuse", reuse_names);
    put("forgets-early", forgets_early);
    put("resolve", run_to_resolve);
    put_time("for", faulty_time);
    return out.str();
}

}  // namespace trainwatch::sim
