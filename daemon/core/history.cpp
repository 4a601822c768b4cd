#include "core/history.hpp"

#include <algorithm>
#include <utility>

#include "base/check.hpp"

namespace trainwatch::core {
namespace {

using domain::finding;
using domain::seen_as;
using domain::transition;

bool same_entry(const transition& a, const transition& b) {
    return a.started == b.started && a.status.text == b.status.text;
}

class follower {
public:
    follower(
        job_memory& memory, const sighting& seen, bool first_sight, std::vector<finding>& findings
    )
        : memory_(memory), seen_(seen), first_sight_(first_sight), findings_(findings) {}

    void follow(const std::vector<transition>& known, std::vector<transition>& incoming) {
        CHECK(memory_.entries.size() == known.size());
        const std::size_t same = common_length(known, incoming);
        for (std::size_t i = 0; i < same; ++i)
            update(known[i], incoming[i], i, memory_.entries[i]);
        if (same < known.size()) {
            report_rewrite(same);
            retire_from(known, same);
        }
        for (std::size_t i = same; i < incoming.size(); ++i)
            take(incoming, i);
    }

private:
    static std::size_t common_length(
        const std::vector<transition>& known, const std::vector<transition>& incoming
    ) {
        const std::size_t limit = std::min(known.size(), incoming.size());
        std::size_t same = 0;
        while (same < limit && same_entry(known[same], incoming[same]))
            ++same;
        return same;
    }

    void report_rewrite(std::size_t index) {
        auto& told = memory_.rewritten;
        if (std::find(told.begin(), told.end(), index) != told.end()) return;
        told.push_back(index);
        findings_.push_back(domain::history_rewritten{index});
    }

    // What is gone from the list is remembered, each entry once.
    void retire_from(const std::vector<transition>& known, std::size_t first) {
        for (std::size_t i = first; i < known.size(); ++i) {
            if (holds(known, i, known[i])) continue;
            memory_.retired.push_back({known[i], memory_.entries[i]});
        }
        memory_.entries.resize(first);
    }

    // Whether the first `count` entries of the list have this one.
    static bool holds(
        const std::vector<transition>& list, std::size_t count, const transition& wanted
    ) {
        const auto end = list.begin() + static_cast<std::ptrdiff_t>(count);
        return std::any_of(list.begin(), end, [&](const auto& entry) {
            return same_entry(entry, wanted);
        });
    }

    // An entry that we had not at this place: one that comes back, one told twice, or a new one.
    void take(std::vector<transition>& list, std::size_t index) {
        auto& entry = list[index];
        auto& retired = memory_.retired;
        const auto back = std::find_if(retired.begin(), retired.end(), [&](const auto& candidate) {
            return same_entry(candidate.entry, entry);
        });
        if (back != retired.end()) {
            const retired_entry before = std::move(*back);
            retired.erase(back);
            memory_.entries.push_back(before.memory);
            update(before.entry, entry, index, before.memory);
        } else if (holds(list, index, entry)) {
            memory_.entries.push_back({index, seen_.now.wall, false, true});
        } else {
            enter(entry, index);
        }
    }

    void enter(const transition& entry, std::size_t index) {
        const seen_as how = classify(entry);
        memory_.entries.push_back({index, seen_.now.wall, how != seen_as::old});
        findings_.push_back(domain::transition_entered{index, entry, how});
        if (entry.ended && !is_terminal_entry(entry.status.value)) {
            findings_.push_back(domain::transition_left{index, entry, how});
        }
    }

    seen_as classify(const transition& entry) const {
        if (first_sight_ && entry.started <= seen_.told_until) return seen_as::old;
        // Of a job that had ended when we came, nothing happens while we watch.
        // A list page may have told of the job before its first describe does.
        const bool watched = !first_sight_ || entry.started > memory_.first_observed;
        if (watched && !memory_.already_ended) return seen_as::live;
        return entry.ended.value_or(seen_.now.wall) < seen_.horizon ? seen_as::old
                                                                    : seen_as::history;
    }

    // The same entry, told again: it may have an end now, or another message.
    void update(
        const transition& before, transition& entry, std::size_t index, const entry_memory& memory
    ) {
        if (before.ended && entry.ended != before.ended) report_rewrite(index);
        if (!entry.ended) entry.ended = before.ended;
        if (entry.message.empty()) entry.message = before.message;
        // What was never counted is a duplicate, or of the past.
        const bool leaves = memory.counted && !before.ended && entry.ended;
        if (leaves && !is_terminal_entry(entry.status.value)) {
            findings_.push_back(domain::transition_left{memory.index, entry, seen_as::live});
        }
        if (entry.message != before.message) {
            findings_.push_back(domain::message_changed{memory.index, entry, before.message});
        }
    }

    job_memory& memory_;
    const sighting& seen_;
    bool first_sight_;
    std::vector<finding>& findings_;
};

}  // namespace

bool is_terminal_entry(domain::secondary_status status) {
    switch (status) {
        case domain::secondary_status::completed:
        case domain::secondary_status::failed:
        case domain::secondary_status::stopped:
        case domain::secondary_status::max_runtime_exceeded:
        case domain::secondary_status::max_wait_time_exceeded:
            return true;
        default:
            return false;
    }
}

void follow_history(
    const std::vector<domain::transition>& known,
    std::vector<domain::transition>& incoming,
    job_memory& memory,
    const sighting& seen,
    bool first_sight,
    std::vector<domain::finding>& findings
) {
    follower(memory, seen, first_sight, findings).follow(known, incoming);
}

}  // namespace trainwatch::core
