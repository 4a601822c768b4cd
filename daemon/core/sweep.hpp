// What to list next in one lane: ranges of creation time, each a single page of ListTrainingJobs,
// chosen so that what matters is seen soon and everything is seen within a bound.
//
// Known jobs stand in order of creation back to the horizon, finished and foreign ones as bare
// keys. Windows of at most a hundred of them cover every live job that is watched; ranges instead
// of page tokens, because a token expires and its pages shift while jobs are created. The newest
// jobs form the head, which has no upper bound and finds what is new; a page that does not reach
// down to what was known leaves a gap, and gaps go first. Age belongs to the job, so windows may be
// cut anew at any time. Until the horizon is reached the past is filled in from the newest down.
//
// Everything rests on AWS selecting by CreationTime before it cuts a page. Where it does not (an
// empty page with a token), this goes back to whole sweeps by token.
//
// Pure. Knows keys, hazards and times; not what a summary said about a job's status, nor budgets:
// core/scheduler says when a call may leave, the engine who is live.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "core/hazard.hpp"
#include "core/job_key.hpp"
#include "core/steering.hpp"
#include "domain/job_summary.hpp"

namespace trainwatch::core {

struct sweep_settings {
    // The tightest promise of the lane's lists.
    milliseconds staleness_bound{60'000};
    // Of describes, calls a second that are allowed: some jobs may be left to them (steered()).
    double describe_rate = 0;
    // No more calls than the bound needs (pace_kind::bound), else as many as the rate allows.
    bool frugal = false;
    // False: only keys that were told by watch() are looked for; nothing is discovered.
    bool discovers = true;

    bool operator==(const sweep_settings&) const = default;
};

// One page to ask for; hand it back with its answer.
struct sweep_request {
    enum class reason { head, gap, window, backfill, whole };
    domain::list_query query{};
    reason why = reason::head;
    mono_time sent{};

    bool operator==(const sweep_request&) const = default;
};

// What a page told beside its summaries.
struct sweep_news {
    // Live jobs of the range that a complete page did not show: deleted, or AWS is of two minds.
    std::vector<job_key> absent{};
    // With this page everything back to the horizon is known, for the first time.
    bool reached_horizon = false;
    // AWS cuts pages before it selects by CreationTime: from now on whole sweeps.
    bool fell_back = false;

    bool operator==(const sweep_news&) const = default;
};

class sweep {
public:
    explicit sweep(sweep_settings settings);
    ~sweep();
    sweep(sweep&&) noexcept;
    sweep& operator=(sweep&&) noexcept;

    void configure(sweep_settings settings);

    // A watched job that has not ended: it is to be seen again and again. `observed`: when a call
    // left that told of it, a describe included. Told again, it updates. `bound`: the promise of
    // its list; where it is tighter than the round of all pages and few jobs have it, it is kept
    // all the same (core/steering).
    void watch(
        const job_key& job,
        const hazard_facts& hazard,
        mono_time observed,
        std::optional<milliseconds> bound = {}
    );
    // It has ended, is gone, or is nobody's: its key stays known.
    void release(const job_key& job);

    // The most useful page now. `rate`: list calls a second that are allowed. Nothing while there
    // is nothing to be gained. `now.wall` is AWS' time.
    std::optional<sweep_request> next(instant now, double rate);
    // When next() will have something; nothing: not before something else happens.
    std::optional<mono_time> next_due(instant now, double rate) const;

    // Each request of next() is followed by exactly one of these.
    sweep_news answered(const sweep_request& asked, const domain::job_page& page, instant now);
    // A refused or lost page is to be asked for again, at once as far as this is concerned.
    // `token_refused`: AWS called it wrong, so that a token in it has expired.
    void failed(const sweep_request& asked, bool token_refused);

    // Everything that happened before was told by some page or describe; nothing until the horizon
    // was reached for the first time.
    std::optional<mono_time> complete_until() const;

    // Likewise of what was created, whatever of jobs that are known.
    std::optional<mono_time> found_until() const;

    // Pages that cover every live job: the floor of any policy is this through the rate.
    std::size_t windows() const;
    // What part of the calls goes to jobs with a tighter bound than a round of all pages keeps, and
    // what is kept of each of these bounds: the bound itself, or as near to it as can be.
    const steering& steered() const;
    const std::map<milliseconds, milliseconds>& kept() const;
    // The job is to be described each so often, to keep its bound; nothing: pages do.
    std::optional<nanoseconds> described_each(const job_key& job) const;
    // Of whom that has changed since the last call.
    std::vector<job_key> take_moved();
    // Live jobs by the bound of their lists.
    const std::map<milliseconds, std::size_t>& bounds() const;
    std::size_t live() const;
    std::size_t known() const;
    bool reached_horizon() const;
    // Some page has told of the past, and the horizon is still to be reached.
    bool is_under_way() const;

    struct state;  // core/sweep_state.hpp

private:
    std::unique_ptr<state> state_;
};

}  // namespace trainwatch::core
