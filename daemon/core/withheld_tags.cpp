#include "core/withheld_tags.hpp"

#include <algorithm>
#include <vector>

#include "base/limits.hpp"
#include "core/backoff.hpp"
#include "core/urgency.hpp"

namespace trainwatch::core {
namespace {

bool has_ended_badly(const domain::job_summary& told) {
    return domain::is_terminal(told.status.value) &&
        told.status.value != domain::primary_status::completed;
}

milliseconds wait_of(const domain::job_summary& told, unsigned asked) {
    const auto first = has_ended_badly(told) ? limits::withheld_end_retry : limits::tags_retry;
    return backoff_bound(asked, {first, limits::withheld_retry_most});
}

job_key key_of(const domain::job_summary& told) {
    return {told.created, told.name};
}

}  // namespace

void withheld_tags::set_due(const job_key& job, state& of, mono_time due) {
    queue_.erase({of.due, job});
    of.due = due;
    queue_.emplace(due, job);
}

void withheld_tags::put(const domain::job_summary& told, mono_time sent, mono_time now) {
    const auto key = key_of(told);
    const auto [at, is_new] = entries_.try_emplace(key);
    const bool has_ended = has_ended_badly(told) && !has_ended_badly(at->second.known.told);
    at->second.known = {told, sent};
    if (!is_new && !has_ended) return;
    at->second.asked_at = now;
    set_due(key, at->second, now + wait_of(told, at->second.asked = 1));
    if (entries_.size() <= limits::withheld_jobs_max) return;
    // Who would be asked about last is the longest known not to be told.
    erase(std::prev(queue_.end())->second);
}

void withheld_tags::heard(const domain::job_summary& told, mono_time sent) {
    const auto found = entries_.find(key_of(told));
    if (found != entries_.end()) found->second.known = {told, sent};
}

void withheld_tags::erase(const job_key& job) {
    const auto found = entries_.find(job);
    if (found == entries_.end()) return;
    queue_.erase({found->second.due, job});
    entries_.erase(found);
}

void withheld_tags::hasten(mono_time now) {
    for (auto& [job, known] : entries_)
        set_due(job, known, std::min(known.due, now));
}

void withheld_tags::hasten_first(mono_time now) {
    if (queue_.empty()) return;
    const auto [due, job] = *queue_.begin();
    set_due(job, entries_.at(job), std::min(due, now));
}

void withheld_tags::hasten_some(std::size_t most, mono_time asked_before, mono_time now) {
    std::vector<job_key> some;
    for (const auto& [due, job] : queue_) {
        if (some.size() >= most) break;
        if (due > now && entries_.at(job).asked_at < asked_before) some.push_back(job);
    }
    for (const auto& job : some) {
        auto& known = entries_.at(job);
        set_due(job, known, now);
        // It keeps its own pace, and does not count as asked about for so long.
        --known.asked;
    }
}

std::optional<withheld_tags::entry> withheld_tags::take_due(mono_time now) {
    if (queue_.empty() || queue_.begin()->first > now) return std::nullopt;
    const auto job = queue_.begin()->second;
    auto& known = entries_.at(job);
    known.asked_at = now;
    set_due(job, known, now + wait_of(known.known.told, ++known.asked));
    return known.known;
}

std::optional<mono_time> withheld_tags::next_due() const {
    if (queue_.empty()) return std::nullopt;
    return queue_.begin()->first;
}

std::optional<wall_time> withheld_tags::first_end() const {
    std::optional<wall_time> first;
    for (const auto& [job, known] : entries_) {
        const auto& told = known.known.told;
        if (known.asked > limits::withheld_tries || !has_ended_badly(told)) continue;
        const auto ended = told.ended ? told.ended : told.modified;
        if (ended && (!first || *ended < *first)) first = ended;
    }
    return first;
}

}  // namespace trainwatch::core
