// When to describe a job again, by what is known of it: one pure function.
//
// Where nothing lists, a describe is the only observation: a live job at half its staleness bound,
// earlier just after a known deadline, while it is being stopped and while its two statuses
// disagree. An ended one each bound while something of it goes on (rules, a warm pool, its
// deletion), for a grace period; then, like an unknown one, rarely: only deletion and re-use of its
// name can bring news.
//
// Where pages list a job they observe it, a hundred jobs a call, and a describe only tells why and
// in detail: when a page told of news, densely past a limit (an end is then near, and a page comes
// by only once a sweep), and otherwise rarely, for what moves no status (rules, progress). With
// more news than describes, an end goes first, then what has begun to train, and a message that
// changed last; start-up phases are held, because one describe after the last of them shows all.
//
// Where no page tells of it in time, it is described before its bound has passed, and before what
// is new of others as long as that costs few describes.
//
// Whether the budget allows it is core/scheduler's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/time.hpp"
#include "domain/view.hpp"

namespace trainwatch::core {

enum class look_queue : std::uint8_t {
    ended,   // a list page says that it has ended: before all others, failures first, to learn why
    unseen,  // never described in this run
    live,    // regular looks where nothing lists, and those that a limit or an end calls for
    // Pages should tell of it and do not come: describes keep its bound (core/steering).
    promised,
    changed,  // a list page told of something new
    calm,     // ended, missing, or not to be had; listed jobs that nothing is known to be new of
    // Only a describe tells whose it is (core/urgency).
    undecided_end,  // it has ended
    undecided,      // it was just created
    undecided_old,  // it ran before we came
};

// What a list page told that no describe has shown yet, the most urgent first.
enum class news_kind : std::uint8_t { ended, absent, training, phase, start_up, message, none };

// Of a job that list pages tell of; while lists do not get through, it is like any other.
struct listing_facts {
    news_kind news = news_kind::none;
    mono_time news_since{};  // when the page left that told it first
    // When the last describe left that was answered, be it with "not found"; nothing: none was.
    std::optional<mono_time> described{};
    std::size_t live = 0;  // in the lane
    double describe_rate = 0;
    std::size_t backlog = 0;    // jobs of the lane that wait with news
    milliseconds list_floor{};  // a sweep over the lane's live jobs takes so long
    bool frugal = false;        // no more calls than the bound needs
    // Its end was told before its list went and came back; what a describe had told is not known.
    bool is_end_known = false;
    // Its bound is tighter than a round of pages, and describes are to keep it (core/steering).
    std::optional<nanoseconds> described_each{};

    bool operator==(const listing_facts&) const = default;
};

// Of a job that pages should tell of and do not.
struct late_pages {
    nanoseconds each{};    // it is described so long after it was heard of last
    bool is_kept = false;  // before others: that keeps its bound

    bool operator==(const late_pages&) const = default;
};

struct look {
    look_queue queue = look_queue::unseen;
    mono_time due{};
    bool late = false;  // past a deadline: looked at densely

    bool operator==(const look&) const = default;
};

struct look_facts {
    mono_time sent{};  // when the call left that brought the latest answer, a page included
    instant now{};     // wall: AWS' time
    milliseconds staleness_bound{};
    milliseconds late_interval{};  // what the lane's budget allows for late jobs
    unsigned misses = 0;           // times in a row that AWS did not find the name
    std::optional<listing_facts> listed{};
    std::optional<late_pages> late{};
};

look next_look(const domain::job_view& job, const look_facts& facts);

// How far an end that somebody may be woken for stands before completions, which nobody waits for:
// those that pages told of so much earlier are described after it. Zero for a completion.
nanoseconds ahead_of_completions(const domain::job_view& job);

}  // namespace trainwatch::core
