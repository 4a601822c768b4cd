#include "core/look.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "base/limits.hpp"
#include "core/deadlines.hpp"
#include "core/tracker.hpp"

namespace trainwatch::core {
namespace {

bool is_calm(const domain::job_view& job, unsigned misses) {
    if (!job.last || job.ending) return true;
    return misses >= limits::misses_believed;
}

// AWS lists these after the end of a job, and they change for a while.
bool goes_on_after_its_end(const domain::observation& job) {
    if (job.status.value == domain::primary_status::deleting) return true;
    if (job.warm_pool && (job.warm_pool->status == "InUse" || job.warm_pool->status == "Available"))
        return true;
    return std::any_of(job.rules.begin(), job.rules.end(), [](const auto& rule) {
        return rule.status == "InProgress" || rule.status == "Stopping";
    });
}

bool is_in_grace(const domain::job_view& job, wall_time now) {
    if (!job.ending || !job.ended || job.missing) return false;
    return now - *job.ended < limits::grace_after_end && goes_on_after_its_end(*job.last);
}

// The second status is about to follow the first. A running job whose secondary status has been
// terminal for long is no longer "about to".
bool is_worth_waiting_for(const domain::job_view& job, wall_time now) {
    if (!is_settling(*job.last)) return false;
    if (terminal_status(*job.last)) return true;
    return job.last_transition && now - *job.last_transition < limits::settle_patience;
}

// It has ended by its first status, and the second is about to follow with the last entry of its
// history. No page will tell of that: none is asked for because of a job that has ended.
bool is_half_ended(const domain::job_view& job, wall_time now) {
    if (!job.last || !job.ending || job.missing || !is_settling(*job.last)) return false;
    const auto since = job.ended ? job.ended
        : job.last->modified     ? job.last->modified
                                 : job.last_transition;
    return since && now - *since < limits::settle_patience;
}

// A stop takes two minutes and an upload: its end is near, and why it was
// stopped is told only then.
bool is_being_stopped(const domain::job_view& job, wall_time now) {
    return is_stopping(*job.last) && job.last_transition &&
        now - *job.last_transition < limits::late_window;
}

void bring_forward(look& next, mono_time due) {
    if (due >= next.due) return;
    next.due = due;
    if (next.queue == look_queue::calm) next.queue = look_queue::live;
}

// The waits for an end that is near, whoever tells of the job otherwise.
struct end_waits {
    mono_time settled{};  // when a job is due whose statuses disagree
    mono_time late{};     // when one is due that is past a limit, or being stopped
    bool far = false;     // limits that lie beyond the bound, too: no other look comes before them
};

void wait_for_the_end(
    look& next, const domain::job_view& job, const look_facts& facts, const end_waits& waits
) {
    const auto look_densely = [&] {
        next.late = true;
        bring_forward(next, waits.late);
    };
    if (is_worth_waiting_for(job, facts.now.wall)) bring_forward(next, waits.settled);
    if (is_being_stopped(job, facts.now.wall)) look_densely();
    for (const auto& deadline : job.deadlines) {
        const auto look_at = deadline.at + limits::deadline_slack;
        if (facts.now.wall < look_at) {
            if (!waits.far && look_at - facts.now.wall > facts.staleness_bound) continue;
            // The distance on AWS' clock, walked on ours.
            bring_forward(next, facts.now.mono + (look_at - facts.now.wall));
        } else if (facts.now.wall < deadline.at + limits::late_window) {
            look_densely();
        }
    }
}

// So many describes take.
milliseconds length_of(double describes, double rate) {
    constexpr double rate_least = 0.001;
    return milliseconds(static_cast<std::int64_t>(describes * 1000 / std::max(rate, rate_least)));
}

// How long it takes to describe all that is new.
milliseconds drain_time(const listing_facts& told) {
    return length_of(static_cast<double>(told.backlog), told.describe_rate);
}

milliseconds refresh_interval(const listing_facts& told) {
    const auto all = static_cast<double>(told.live);
    return std::max(
        limits::refresh_least, length_of(all, limits::refresh_share * told.describe_rate)
    );
}

// When what a page told is to be described. The queue is in order of this time, so that what is
// less urgent stands as far behind as it takes to serve all that waits now.
mono_time due_of_news(const listing_facts& told, const look_facts& facts) {
    const auto drain = drain_time(told);
    const bool crowded = drain >= limits::backlog_least;
    const auto hold = std::clamp(drain, limits::start_up_hold_min, limits::start_up_hold_max);
    switch (told.news) {
        case news_kind::absent:
            // A page that lacks a job may be of two minds; and what has ended goes first.
            return told.news_since + limits::settle_interval;
        case news_kind::training:
            return crowded ? told.news_since - drain : told.news_since;
        case news_kind::start_up:
            return crowded || told.frugal ? told.news_since + hold : told.news_since;
        case news_kind::message:
            if (told.frugal) return told.news_since + std::max(hold, facts.staleness_bound);
            return crowded ? told.news_since + std::min(drain, limits::start_up_hold_max)
                           : told.news_since;
        case news_kind::ended:
        case news_kind::phase:
        case news_kind::none:
            break;
    }
    return told.news_since;
}

// Who has run for longest is the nearest to its limits, or has been stuck for longest, and is
// looked at first; by powers of two, so that a minute more counts among the young ones.
nanoseconds head_start(const domain::job_view& job, const look_facts& facts) {
    if (!job.last) return nanoseconds(0);
    const auto minutes_of = [](nanoseconds time) {
        return std::chrono::duration<double, std::ratio<60>>(time).count();
    };
    const double age = std::max(minutes_of(facts.now.wall - job.last->created), 0.0);
    const double part = std::log2(1 + age) / std::log2(1 + minutes_of(limits::list_horizon));
    return std::chrono::duration_cast<nanoseconds>(
        limits::first_look_head_start * std::min(part, 1.0)
    );
}

bool is_urgent(news_kind news) {
    return news == news_kind::ended || news == news_kind::absent;
}

bool is_newer_than_describes(const listing_facts& told) {
    if (told.news == news_kind::none) return false;
    return !told.described || *told.described < told.news_since;
}

look look_for_news(
    const domain::job_view& job, const listing_facts& told, const look_facts& facts
) {
    auto queue = look_queue::changed;
    if (is_urgent(told.news)) {
        queue = look_queue::ended;
    } else if (!told.described) {
        // By turns with those that are known already.
        queue = look_queue::unseen;
    }
    nanoseconds ahead{};
    if (queue == look_queue::unseen) ahead = head_start(job, facts);
    if (told.news == news_kind::ended) ahead = ahead_of_completions(job);
    if (is_newer_than_describes(told)) return {queue, due_of_news(told, facts) - ahead};
    // A describe has left since and did not show it: AWS is of two minds. It may make up one in a
    // moment; if not, the job must not stand before all others for ever.
    if (facts.now.mono - told.news_since < limits::settle_patience) {
        return {queue, *told.described + limits::settle_interval};
    }
    return {look_queue::live, *told.described + facts.staleness_bound / 2};
}

// From when it was described last, lest each page that passes by put the look off.
look look_without_news(
    const domain::job_view& job, const look_facts& facts, const listing_facts& told
) {
    if (!told.described) {
        // What had ended long before we came has nothing to explain: it is never described in bulk.
        if (job.ending) {
            const auto wait = told.is_end_known ? milliseconds(0) : limits::refresh_ended;
            return {look_queue::calm, facts.sent + wait};
        }
        return {look_queue::unseen, facts.sent - head_start(job, facts)};
    }
    if (!is_calm(job, facts.misses)) {
        return {look_queue::calm, *told.described + refresh_interval(told)};
    }
    if (is_in_grace(job, facts.now.wall)) {
        return {look_queue::calm, *told.described + facts.staleness_bound};
    }
    if (is_half_ended(job, facts.now.wall)) {
        return {look_queue::live, *told.described + limits::settle_interval};
    }
    return {look_queue::calm, *told.described + limits::refresh_ended};
}

look next_look_at_listed(
    const domain::job_view& job, const look_facts& facts, const listing_facts& told
) {
    const auto described = told.described.value_or(facts.sent);
    const bool is_back = is_newer_than_describes(told) && told.news != news_kind::absent;
    if (facts.misses > 0 && !is_back) {
        if (facts.misses >= limits::misses_believed) {
            return {look_queue::calm, described + limits::refresh_ended};
        }
        return {look_queue::live, described + facts.staleness_bound / 2};
    }
    look next = told.news == news_kind::none ? look_without_news(job, facts, told)
                                             : look_for_news(job, told, facts);
    if (!job.last || job.ending || is_urgent(told.news)) return next;
    if (told.described_each) {
        // Not among what else has changed: that may be a backlog of minutes.
        next.due = std::min(next.due, facts.sent + *told.described_each);
        next.queue = look_queue::live;
    }
    if (facts.late) {
        bring_forward(next, facts.sent + facts.late->each);
        if (facts.late->is_kept) next.queue = look_queue::promised;
    }
    const auto interval = std::clamp<milliseconds>(
        told.list_floor / limits::late_looks_per_sweep,
        limits::late_interval_min,
        limits::late_interval_listed_max
    );
    end_waits waits;
    waits.settled = described + limits::settle_interval;
    // A page tells of an end, too: one that has just passed by will do for a while.
    waits.late = facts.sent + std::max(interval, facts.late_interval);
    waits.far = true;
    wait_for_the_end(next, job, facts, waits);
    return next;
}

}  // namespace

nanoseconds ahead_of_completions(const domain::job_view& job) {
    if (!job.last) return nanoseconds(0);
    const auto ended = terminal_status(*job.last);
    const bool may_page = ended && ended->value != domain::primary_status::completed;
    return may_page ? nanoseconds(limits::explaining_patience) : nanoseconds(0);
}

look next_look(const domain::job_view& job, const look_facts& facts) {
    if (facts.listed) return next_look_at_listed(job, facts, *facts.listed);
    if (is_half_ended(job, facts.now.wall)) {
        return {look_queue::live, facts.sent + limits::settle_interval};
    }
    if (is_calm(job, facts.misses)) {
        const int bounds = is_in_grace(job, facts.now.wall) ? 1 : limits::calm_factor;
        return {look_queue::calm, facts.sent + bounds * facts.staleness_bound};
    }
    look next{look_queue::live, facts.sent + facts.staleness_bound / 2};
    if (facts.late && facts.late->is_kept) next.queue = look_queue::promised;
    wait_for_the_end(
        next,
        job,
        facts,
        {facts.sent + limits::settle_interval, facts.sent + facts.late_interval, false}
    );
    return next;
}

}  // namespace trainwatch::core
