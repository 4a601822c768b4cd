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

bool sweep_lives::watch(const job_key& job, const hazard_facts& hazard, mono_time observed) {
    const auto [at, is_new] = jobs_.try_emplace(job);
    at->second.hazard = hazard;
    if (is_new)
        at->second.observed = *observed_.insert(observed);
    else
        saw(at->second, std::max(at->second.observed, observed));
    return is_new;
}

bool sweep_lives::release(const job_key& job) {
    const auto found = jobs_.find(job);
    if (found == jobs_.end()) return false;
    observed_.erase(observed_.find(found->second.observed));
    jobs_.erase(found);
    return true;
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
