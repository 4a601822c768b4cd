#include "core/tag_queue.hpp"

#include <cstdint>

#include "base/limits.hpp"

namespace trainwatch::core {

void tag_queue::put(std::size_t slot, urgency how, mono_time due) {
    const auto waiting = places_.find(slot);
    if (waiting != places_.end()) due = waiting->second.due;
    erase(slot);
    places_.insert_or_assign(slot, place{how, due});
    line_of(how).emplace(due, slot);
}

void tag_queue::erase(std::size_t slot) {
    const auto waiting = places_.find(slot);
    if (waiting == places_.end()) return;
    line_of(waiting->second.how).erase({waiting->second.due, slot});
    places_.erase(waiting);
}

void tag_queue::hasten(std::size_t most, mono_time after, mono_time before, mono_time now) {
    std::vector<std::pair<std::size_t, urgency>> some;
    for (const auto how : urgencies) {
        const auto& waiting = line_of(how);
        for (auto at = waiting.upper_bound({after, SIZE_MAX});
             at != waiting.end() && at->first < before && some.size() < most;
             ++at)
            some.emplace_back(at->second, how);
    }
    for (const auto& [slot, how] : some) {
        erase(slot);
        put(slot, how, now);
    }
}

std::optional<std::size_t> tag_queue::take(mono_time now) {
    const auto first_of = [&](urgency how) -> std::optional<std::size_t> {
        const auto& waiting = line_of(how);
        if (waiting.empty() || waiting.begin()->first > now) return std::nullopt;
        return waiting.begin()->second;
    };
    std::optional<std::size_t> first;
    if ((taken_ + 1) % limits::calm_share == 0) first = first_of(urgency::old);
    for (const auto how : urgencies) {
        if (!first) first = first_of(how);
    }
    if (!first) return std::nullopt;
    ++taken_;
    erase(*first);
    return first;
}

std::optional<urgency> tag_queue::most_urgent(mono_time now) const {
    for (const auto how : urgencies) {
        const auto& waiting = lines_[static_cast<std::size_t>(how)];
        if (!waiting.empty() && waiting.begin()->first <= now) return how;
    }
    return std::nullopt;
}

std::optional<mono_time> tag_queue::next_due() const {
    std::optional<mono_time> next;
    for (const auto& each : lines_) {
        if (each.empty()) continue;
        if (!next || each.begin()->first < *next) next = each.begin()->first;
    }
    return next;
}

std::vector<std::size_t> tag_queue::take_all() {
    std::vector<std::size_t> all;
    for (const auto& [slot, waiting] : places_)
        all.push_back(slot);
    places_.clear();
    lines_ = {};
    return all;
}

}  // namespace trainwatch::core
