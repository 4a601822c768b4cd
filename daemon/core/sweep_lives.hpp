// The live jobs of a lane that lists: when each was seen last, and what a page that shows some of
// them is worth now. Age belongs to the job, so that windows may be cut anew at any time.
//
// What a page is worth is the sum of h x age^p over its jobs, h being the chance of a change.
// Taking the largest sum makes ages follow h^(-1/p): p = 2 would give the smallest mean delay, but
// leaves quiet jobs alone for long, and those are the ones that fail unannounced; p = 5 costs
// little of the mean and keeps the oldest within a round and a half. Pure.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "base/time.hpp"
#include "core/hazard.hpp"
#include "core/job_key.hpp"
#include "core/sweep_windows.hpp"

namespace trainwatch::core {

struct page_value {
    double worth = 0;     // sum of h x age^p
    double expected = 0;  // changes since they were seen: sum of h x age
    double hazard = 0;    // sum of h
    // Since the oldest of them was seen; nothing when there is none to be asked for.
    std::optional<nanoseconds> oldest{};

    void add(double h, nanoseconds age, int power);
};

class sweep_lives {
public:
    struct told {
        bool is_new = false;
        bool other_bound = false;  // than before; of a new one, too
    };
    // `bound`: its list's promise; nothing: none is made.
    told watch(
        const job_key& job,
        const hazard_facts& hazard,
        mono_time observed,
        std::optional<milliseconds> bound = {}
    );
    bool release(const job_key& job);
    std::optional<milliseconds> bound_of(const job_key& job) const;

    // A page that left at `sent` showed it.
    void shown(const job_key& job, mono_time sent);
    // Those of the range that a page did not show though it left after they had been told of.
    // `certain`: the page shows every job of the range; else they are only not asked for again.
    std::vector<job_key> not_shown(const creation_range& range, mono_time sent, bool certain);

    // A page is under way that will show them: they are as good as seen, until it is lost.
    void asked(const creation_range& range);
    // Such a page is here or lost; others are still under way.
    void no_longer_asked(const creation_range& range, const std::vector<creation_range>& under_way);

    page_value value(const creation_range& range, mono_time now, int power) const;
    bool is_empty(const creation_range& range) const;
    // The oldest live job of the range that no page or describe since `sent` told of.
    std::optional<wall_time> oldest_unseen(const creation_range& range, mono_time sent) const;

    // ---- bounds that are kept before others (core/steering)
    // Bounds below `most`, and the creation times of their jobs, newest first.
    std::map<milliseconds, std::vector<wall_time>> tighter_than(milliseconds most) const;
    std::size_t count(const creation_range& range, milliseconds bound) const;
    // How many jobs have each bound.
    const std::map<milliseconds, std::size_t>& bounds() const { return bounds_; }
    // Since the oldest job of the range with this bound was seen, of those that no page under way
    // will show.
    std::optional<nanoseconds> oldest_of(
        const creation_range& range, milliseconds bound, mono_time now
    ) const;
    // These are left to describes, one each so often; all others are not. Whose time is another
    // than before is told by take_moved().
    void leave_to_describes(
        const std::vector<std::tuple<creation_range, milliseconds, nanoseconds>>& what
    );
    std::optional<nanoseconds> described_each(const job_key& job) const;
    std::vector<job_key> take_moved() { return std::exchange(moved_, {}); }

    std::size_t size() const { return jobs_.size(); }
    std::vector<wall_time> created_newest_first() const;
    std::optional<wall_time> oldest_created() const;
    // Before this everything of each of them was told; nothing without live jobs. A job that was
    // never observed has a time before all others.
    std::optional<mono_time> oldest_observed() const;

private:
    struct state {
        hazard_facts hazard{};
        mono_time observed{};
        mono_time looked{};  // for what is not shown: when the page left that did not
        bool asked = false;
        std::optional<milliseconds> bound{};

        mono_time seen() const { return observed > looked ? observed : looked; }
    };
    using jobs = std::map<job_key, state>;

    jobs::iterator first(wall_time oldest) { return jobs_.lower_bound({.created = oldest}); }
    jobs::const_iterator first(wall_time oldest) const {
        return jobs_.lower_bound({.created = oldest});
    }

    void saw(state& job, mono_time when);
    void forget_bound(const std::optional<milliseconds>& bound);

    jobs jobs_{};
    std::map<milliseconds, std::size_t> bounds_{};
    std::map<job_key, nanoseconds> described_each_{};  // few
    std::vector<job_key> moved_{};
    std::multiset<mono_time> observed_{};  // of all jobs: the oldest is asked for at each step
};

}  // namespace trainwatch::core
