// Jobs of one lane whose tags AWS refuses to tell, each by itself: whom to ask about again, and
// when.
//
// A policy by attribute keeps the jobs of others from us for good, and one that is wrong for a
// minute keeps ours: nobody can tell which it is. So each is asked about again, a bad end first
// after a minute and others after ten, then after twice as long each time, up to a day. What pages
// tell of a job meanwhile is kept with it. Pure.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "base/time.hpp"
#include "core/job_key.hpp"
#include "domain/job_summary.hpp"

namespace trainwatch::core {

class withheld_tags {
public:
    // AWS refused to tell of this job, as a page that was asked for at `sent` has it.
    void put(const domain::job_summary& told, mono_time sent, mono_time now);
    // A page told more of it, if it is one of them.
    void heard(const domain::job_summary& told, mono_time sent);
    bool contains(const job_key& job) const { return entries_.contains(job); }
    // Its tags are known, or nobody wants to know them.
    void erase(const job_key& job);
    // All are due: the permission has been given.
    void hasten(mono_time now);
    // The next one is: it may have been.
    void hasten_first(mono_time now);
    // Likewise the next few of those that were asked about last before that.
    void hasten_some(std::size_t most, mono_time asked_before, mono_time now);

    struct entry {
        domain::job_summary told{};
        mono_time sent{};
    };
    // The next one that is due, which is due again after twice the time; nothing while none is.
    std::optional<entry> take_due(mono_time now);
    std::optional<mono_time> next_due() const;
    // When the first of those ended badly that were not asked about for long.
    std::optional<wall_time> first_end() const;
    std::size_t size() const { return entries_.size(); }

private:
    struct state {
        entry known{};
        unsigned asked = 0;
        mono_time asked_at{};
        mono_time due{};
    };
    void set_due(const job_key& job, state& of, mono_time due);

    std::map<job_key, state> entries_{};
    std::set<std::pair<mono_time, job_key>> queue_{};
};

}  // namespace trainwatch::core
