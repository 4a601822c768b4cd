#include "core/sweep_lives.hpp"

#include <algorithm>
#include <chrono>

#include "base/limits.hpp"

namespace trainwatch::core {
namespace {

nanoseconds age(mono_time seen, mono_time now) {
    // Whoever was never seen is older than any bound, and may be too far away to subtract.
    const mono_time oldest = now - limits::staleness_bound_most;
    return seen >= now ? nanoseconds(0) : now - std::max(seen, oldest);
}

}  // namespace

void page_value::add(double h, nanoseconds age, int power) {
    const double seconds = std::chrono::duration<double>(age).count();
    double weight = h;
    for (int i = 0; i < power; ++i)
        weight *= seconds;
    worth += weight;
    expected += h * seconds;
    hazard += h;
    oldest = std::max(oldest.value_or(age), age);
}

sweep_lives::told sweep_lives::watch(
    const job_key& job,
    const hazard_facts& hazard,
    mono_time observed,
    std::optional<milliseconds> bound
) {
    const auto [at, is_new] = jobs_.try_emplace(job);
    auto& known = at->second;
    known.hazard = hazard;
    if (is_new)
        known.observed = *observed_.insert(observed);
    else
        saw(known, std::max(known.observed, observed));
    const bool other_bound = known.bound != bound;
    if (other_bound) {
        forget_bound(known.bound);
        if (bound) ++bounds_[*bound];
        known.bound = bound;
    }
    return {is_new, other_bound};
}

bool sweep_lives::release(const job_key& job) {
    const auto found = jobs_.find(job);
    if (found == jobs_.end()) return false;
    observed_.erase(observed_.find(found->second.observed));
    forget_bound(found->second.bound);
    described_each_.erase(job);
    jobs_.erase(found);
    return true;
}

void sweep_lives::forget_bound(const std::optional<milliseconds>& bound) {
    if (!bound) return;
    const auto found = bounds_.find(*bound);
    if (--found->second == 0) bounds_.erase(found);
}

std::optional<milliseconds> sweep_lives::bound_of(const job_key& job) const {
    const auto found = jobs_.find(job);
    return found == jobs_.end() ? std::nullopt : found->second.bound;
}

void sweep_lives::saw(state& job, mono_time when) {
    if (job.observed == when) return;
    observed_.erase(observed_.find(job.observed));
    job.observed = *observed_.insert(when);
}

void sweep_lives::shown(const job_key& job, mono_time sent) {
    const auto found = jobs_.find(job);
    if (found == jobs_.end()) return;
    saw(found->second, std::max(found->second.observed, sent));
}

std::vector<job_key> sweep_lives::not_shown(
    const creation_range& range, mono_time sent, bool certain
) {
    std::vector<job_key> missing;
    for (auto at = first(range.oldest); at != jobs_.end() && at->first.created <= range.newest;
         ++at) {
        auto& job = at->second;
        if (job.observed >= sent) continue;
        job.looked = std::max(job.looked, sent);
        if (!certain) continue;
        // That it is absent is news of it, too.
        saw(job, sent);
        missing.push_back(at->first);
    }
    return missing;
}

void sweep_lives::asked(const creation_range& range) {
    for (auto at = first(range.oldest); at != jobs_.end() && at->first.created <= range.newest;
         ++at)
        at->second.asked = true;
}

void sweep_lives::no_longer_asked(
    const creation_range& range, const std::vector<creation_range>& under_way
) {
    for (auto at = first(range.oldest); at != jobs_.end() && at->first.created <= range.newest;
         ++at)
        at->second.asked = false;
    for (const auto& other : under_way)
        asked(
            {.oldest = std::max(other.oldest, range.oldest),
             .newest = std::min(other.newest, range.newest)}
        );
}

page_value sweep_lives::value(const creation_range& range, mono_time now, int power) const {
    page_value sum;
    for (auto at = first(range.oldest); at != jobs_.end() && at->first.created <= range.newest;
         ++at) {
        const auto& job = at->second;
        if (!job.asked) sum.add(hazard(job.hazard, now), age(job.seen(), now), power);
    }
    return sum;
}

bool sweep_lives::is_empty(const creation_range& range) const {
    const auto found = first(range.oldest);
    return found == jobs_.end() || found->first.created > range.newest;
}

std::optional<wall_time> sweep_lives::oldest_unseen(const creation_range& range, mono_time sent)
    const {
    for (auto at = first(range.oldest); at != jobs_.end() && at->first.created <= range.newest;
         ++at)
        if (at->second.seen() < sent) return at->first.created;
    return {};
}

std::map<milliseconds, std::vector<wall_time>> sweep_lives::tighter_than(milliseconds most) const {
    std::map<milliseconds, std::vector<wall_time>> found;
    if (bounds_.empty() || bounds_.begin()->first >= most) return found;
    for (auto at = jobs_.rbegin(); at != jobs_.rend(); ++at) {
        const auto& bound = at->second.bound;
        if (bound && *bound < most) found[*bound].push_back(at->first.created);
    }
    return found;
}

std::size_t sweep_lives::count(const creation_range& range, milliseconds bound) const {
    std::size_t found = 0;
    for (auto at = first(range.oldest); at != jobs_.end() && at->first.created <= range.newest;
         ++at)
        found += at->second.bound == bound ? 1 : 0;
    return found;
}

std::optional<nanoseconds> sweep_lives::oldest_of(
    const creation_range& range, milliseconds bound, mono_time now
) const {
    std::optional<nanoseconds> oldest;
    for (auto at = first(range.oldest); at != jobs_.end() && at->first.created <= range.newest;
         ++at) {
        const auto& job = at->second;
        if (job.asked || job.bound != bound) continue;
        const auto since = age(job.seen(), now);
        oldest = std::max(oldest.value_or(since), since);
    }
    return oldest;
}

void sweep_lives::leave_to_describes(
    const std::vector<std::tuple<creation_range, milliseconds, nanoseconds>>& what
) {
    std::map<job_key, nanoseconds> chosen;
    for (const auto& [range, bound, each] : what) {
        for (auto at = first(range.oldest); at != jobs_.end() && at->first.created <= range.newest;
             ++at)
            if (at->second.bound == bound) chosen.emplace(at->first, each);
    }
    for (const auto& [job, each] : chosen) {
        const auto former = described_each_.find(job);
        if (former == described_each_.end() || former->second != each) moved_.push_back(job);
    }
    for (const auto& [job, each] : described_each_)
        if (!chosen.contains(job)) moved_.push_back(job);
    described_each_ = std::move(chosen);
}

std::optional<nanoseconds> sweep_lives::described_each(const job_key& job) const {
    const auto found = described_each_.find(job);
    if (found == described_each_.end()) return {};
    return found->second;
}

std::vector<wall_time> sweep_lives::created_newest_first() const {
    std::vector<wall_time> created;
    created.reserve(jobs_.size());
    for (auto at = jobs_.rbegin(); at != jobs_.rend(); ++at)
        created.push_back(at->first.created);
    return created;
}

std::optional<wall_time> sweep_lives::oldest_created() const {
    if (jobs_.empty()) return {};
    return jobs_.begin()->first.created;
}

std::optional<mono_time> sweep_lives::oldest_observed() const {
    if (observed_.empty()) return {};
    return *observed_.begin();
}

}  // namespace trainwatch::core
