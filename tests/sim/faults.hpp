// What goes wrong in one simulated world: drawn from the seed, some kinds off, some exaggerated,
// since uniform mildness finds little.
//
// A number from 0 to 1 is a rate of answers; a number of times is spread over the faulty phase.
#pragma once

#include <string>

#include "base/random.hpp"
#include "base/time.hpp"

namespace trainwatch::sim {

// AWS' answers.
struct aws_faults {
    milliseconds latency_max{};
    double transient = 0;
    double throttled = 0;
    double malformed = 0;
    double silent = 0;      // no answer ever
    double late = 0;        // an answer long after it was given up
    double stale = 0;       // of some minutes ago: a shorter history, an older status
    double scrambled = 0;   // entries reordered, repeated or left out
    double shortened = 0;   // the oldest or the newest entries are left out
    double rewritten = 0;   // an entry has another start
    double taken_back = 0;  // an ended job is called running
    double torn = 0;        // one status is older than the rest of the answer
    double unheard_of = 0;  // a status that nobody knows
    double clockless = 0;   // no Date header
    double short_pages = 0;
    milliseconds token_life{};
    bool bare_summaries = false;    // ListTrainingJobs without secondary statuses
    bool denials = false;           // credentials stop working for a while
    bool list_denials = false;      // the permission to list or to read tags goes for a while
    bool describe_denials = false;  // likewise to describe
    milliseconds denial_most = std::chrono::hours(1);  // each of these lasts at most so long
    double untold_tags = 0;                            // of jobs: their tags are refused
};

struct clock_faults {
    milliseconds skew{};  // our wall clock minus the true one, at the start
    double drift = 0;     // and gained each second since
    int steps = 0;
    milliseconds step_most{};
    int suspends = 0;
};

struct disk_faults {
    milliseconds latency_max{};
    double fails = 0;
    double hangs = 0;
    bool half_failures = false;  // what failed may be on disk all the same
    bool full = false;           // for hours
    bool damaged = false;        // found at a start
    double readable = 0;         // so much of a damaged one's alerts and deliveries
};

struct receiver_faults {
    milliseconds latency_max{};
    double fails = 0;
    double asks_to_wait = 0;  // 429 with Retry-After
    double hangs = 0;
    double lies = 0;         // Alertmanager says 200 and drops it
    bool down = false;       // for minutes to hours
    bool forgetful = false;  // Alertmanager restarts without its state
    bool poison = false;     // one rejects every batch with a certain job in it
    bool untold = false;     // nobody may ask what is held
};

// What happens to the daemon.
struct life_faults {
    int crashes = 0;
    int restarts = 0;
    bool long_down = false;  // one of these lasts for days
    int reloads = 0;
    int acknowledgements = 0;  // somebody acknowledges what fires
};

struct faults {
    aws_faults aws{};
    clock_faults clock{};
    disk_faults disk{};
    receiver_faults receiver{};
    life_faults daemon{};
    bool reuse_names = false;
    bool forgets_early = false;   // AWS forgets jobs before they are safe with us
    bool run_to_resolve = false;  // a day longer, until alerts end
    milliseconds faulty_time{};

    std::string text() const;
};

faults draw_faults(random_source& random);

}  // namespace trainwatch::sim
