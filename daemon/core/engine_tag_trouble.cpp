// Tags that are not to be had: of one job, because AWS stumbles over it or a policy spares it; or
// of a whole lane.
#include <algorithm>
#include <optional>

#include "base/limits.hpp"
#include "core/backoff.hpp"
#include "core/engine.hpp"
#include "core/notes_of_lists.hpp"

namespace trainwatch::core {
namespace {

// That the permission is there, whatever is refused of single jobs.
bool is_proven(std::optional<mono_time> read_at, mono_time now) {
    return read_at && now - *read_at < limits::tags_proof;
}

}  // namespace

void engine::tags_were_read(lane_id lane) {
    auto& state = lanes_[lane.value];
    state.tag_failures = 0;
    state.tags_failing_since.reset();
    state.tags_failing.clear();
    state.tags_denied = 0;
    state.tags_denial.reset();
    state.tags_refusals = 0;
    state.tags_read_at = now_.mono;
    state.tags_refused = false;
    if (std::exchange(state.tags_told, false)) tags_are_back(lane);
}

void engine::on_tags_failure(const poll& failed, const failure& why) {
    tally_.request(failed.lane, failed.operation, std::string(to_string(why.kind)));
    if (!is_tags_call_of(failed)) return;
    const auto slot = failed.slot;
    // AWS is well, and has nothing to say of this one, or nothing more.
    if (why.kind == error_class::not_found || why.kind == error_class::rejected) {
        take_tags(slot, targets_[slot].tags.value_or(domain::label_map{}));
        return;
    }
    if (why.kind == error_class::throttled) {
        scheduler_.lane_throttled(failed, now_.mono, why.retry_after);
    }
    if (why.kind == error_class::denied) {
        auto& lane = lanes_[failed.lane.value];
        // Its tags were told before: that is no policy which spares single jobs, but for one that
        // spares it by now, where others have been read meanwhile.
        if (targets_[slot].tags) {
            if (!is_proven(lane.tags_read_at, now_.mono)) refuse_tags(failed.lane, why);
            return;
        }
        // What a policy has kept from us before says nothing new, but when nothing could be read.
        const auto& summary = targets_[slot].summary;
        const bool is_known = summary && lane.withheld.contains({summary->created, summary->name});
        const bool says_something = !is_known || lane.tags_told;
        if (says_something) {
            ++lane.tags_denied;
            lane.tags_denial = why;
        }
        give_up_tags_of(slot, why);
        if (says_something) look_whether_tags_are_refused(failed.lane);
    } else if (is_trouble_of_all(failed, why)) {
        lanes_[failed.lane.value].untagged.put(slot, urgency::old, now_.mono);
        refuse_tags(failed.lane, why);
    } else {
        retry_tags_of(slot, why);
    }
}

// A policy may allow some jobs' only. Nothing but refusals, until nobody is left to ask about or
// for so many in a row, are one of the permission as a whole, unless a job whose tags are known
// says otherwise.
void engine::look_whether_tags_are_refused(lane_id id) {
    auto& lane = lanes_[id.value];
    if (!lane.tags_denial || lane.tags_refused) return;
    if (is_proven(lane.tags_read_at, now_.mono)) return;
    const auto next = lane.untagged.next_due();
    const bool nobody_waits = !next || *next > now_.mono;
    const bool all_are_found = !lane.pages || lane.pages->reached_horizon();
    const bool is_enough = lane.tags_denied >= limits::tags_denied_in_a_row;
    if (!is_enough && !(nobody_waits && all_are_found)) return;
    const auto witness = std::find_if(lane.slots.begin(), lane.slots.end(), [&](const auto& each) {
        const auto slot = each.second;
        return is_watched(slot) && targets_[slot].tags_told && !view_.jobs[slot].missing;
    });
    if (witness == lane.slots.end()) {
        refuse_tags(id, failure(*lane.tags_denial));
    } else if (!targets_[witness->second].tags_call) {
        lane.untagged.put(witness->second, urgency::failed, now_.mono);
    }
}

// Whether what happened to this job says anything about the others.
bool engine::is_trouble_of_all(const poll& failed, const failure& why) {
    auto& lane = lanes_[failed.lane.value];
    lane.tags_failing.insert(failed.slot);
    if (!lane.tags_failing_since) lane.tags_failing_since = now_.mono;
    const bool is_one = lane.tags_failing.size() < 2 && why.kind != error_class::throttled;
    return !is_one && now_.mono - *lane.tags_failing_since >= limits::tags_lane_patience;
}

// A moment later, and others in between: one that AWS cannot answer holds up no other.
void engine::retry_tags_of(std::size_t slot, const failure& why) {
    auto& target = targets_[slot];
    auto& lane = lanes_[target.lane.value];
    constexpr backoff_bounds bounds{limits::backoff_base, limits::denied_pace};
    auto due = now_.mono;
    if (why.kind != error_class::throttled) {
        due += backoff_bound(++target.tag_failures, bounds);
        if (lane.tags_failing.size() > 1) {
            lane.tags_again = now_.mono + backoff_bound(++lane.tag_failures, bounds);
        }
        if (!target.tags_failing_since) target.tags_failing_since = now_.mono;
        if (now_.mono - *target.tags_failing_since >= limits::tags_lane_patience) {
            give_up_tags_of(slot, why);
            return;
        }
    }
    lane.untagged.put(slot, urgency_of_tags(slot), due);
}

// It does without them for now. What a policy keeps from us is none of our business until it says
// otherwise; what AWS cannot tell is asked for again.
void engine::give_up_tags_of(std::size_t slot, const failure& why) {
    auto& target = targets_[slot];
    const auto lane = target.lane;
    const bool is_news = !std::exchange(target.tags_trouble, why.kind);
    target.waits_for_tags = false;
    if (why.kind != error_class::denied || is_watched(slot)) {
        target.waits_for_tags = true;
        lanes_[lane.value].untagged.put(slot, urgency::old, now_.mono + limits::tags_retry);
    }
    if (is_news) say(note_of_untold_tags(plan_.lanes[lane.value], target.name, why));
    do_without_tags(slot);
}

void engine::do_without_tags(std::size_t slot) {
    if (targets_[slot].use == slot_use::candidate) {
        settle_candidate(slot);
    } else {
        take_held_answer(slot);
    }
}

// Where AWS tells nobody's tags another note says so.
void engine::tell_withheld_tags(lane_id id, const std::string& training_job) {
    auto& lane = lanes_[id.value];
    if (!lane.tags_read_at || lane.tags_told || std::exchange(lane.withheld_told, true)) return;
    say(note_of_withheld_tags(plan_.lanes[id.value], training_job));
}

// Filters of tags match nothing here for now, and labels from tags stay away: no other list, and
// no alert, has to wait for a permission.
void engine::refuse_tags(lane_id id, const failure& why) {
    auto& lane = lanes_[id.value];
    lane.tags_refused = true;
    if (!std::exchange(lane.tags_told, true)) {
        say(note_of_refused_tags(plan_.lanes[id.value], why));
    }
    view_.lanes[id.value].tags_refused = why.cure.empty() ? why.detail : why.cure;
    constexpr backoff_bounds bounds{limits::tags_lane_patience, limits::tags_retry};
    const bool denied = why.kind == error_class::denied;
    lane.tags_again = now_.mono +
        (denied ? backoff_bound(++lane.tags_refusals, bounds) : limits::tags_lane_patience);
    lane.tags_denied = 0;
    lane.tags_denial.reset();
    const auto waiting = lane.untagged.take_all();
    for (const auto slot : waiting) {
        targets_[slot].waits_for_tags = false;
        targets_[slot].tags_trouble.reset();
        do_without_tags(slot);
    }
}

// The permission may have been given: whoever is in question asks again, and one that is watched,
// so that it is found out where nobody new comes.
void engine::retry_tags(lane_id lane) {
    auto& state = lanes_[lane.value];
    state.tags_refused = false;
    // One of those who were refused is enough; who was not asked about may be anybody's.
    state.withheld.hasten_first(now_.mono);
    // Who was turned down without having been asked is nowhere but on the pages.
    if (state.pages) begin_sweep(lane);
    for (const auto& [name, slot] : state.slots) {
        if (targets_[slot].use != slot_use::discovered || targets_[slot].waits_for_tags) continue;
        const bool lacks =
            lacks_tag_labels(slot) || decide_claim(slot).answer == claim_answer::needs_tags;
        if (!lacks || targets_[slot].tags) continue;
        targets_[slot].may_move = true;
        want_tags(slot);
        return;
    }
}

// Before pages are asked for: they bring whom nobody has asked about.
void engine::retry_refused_tags() {
    for (std::size_t i = 0; i < lanes_.size(); ++i) {
        const auto& lane = lanes_[i];
        if (lane.tags_refused && lane.tags_again <= now_.mono) retry_tags(lane_id{i});
    }
}

// Of single jobs. No page need bring them: what was told of them last is kept.
void engine::ask_for_withheld_tags() {
    for (std::size_t i = 0; i < lanes_.size(); ++i) {
        auto& lane = lanes_[i];
        while (!lane.tags_refused && lane.pages) {
            const auto next = lane.withheld.take_due(now_.mono);
            if (!next) break;
            const job_key key{next->told.created, next->told.name};
            const auto slot = slot_of(lane_id{i}, key.name);
            if (slot && is_watched(*slot)) {
                // Another job of the name, which pages tell of.
                lane.withheld.erase(key);
                continue;
            }
            lane.foreign.erase(key);
            take_unclaimed(lane_id{i}, next->told, next->sent);
        }
    }
}

// What was decided without tags is decided again.
void engine::tags_are_back(lane_id lane) {
    view_.lanes[lane.value].tags_refused.clear();
    // Who was turned down without them is nowhere but on the pages.
    std::erase_if(lanes_[lane.value].foreign, [](const auto& each) { return each.second.by_tags; });
    lanes_[lane.value].withheld.hasten(now_.mono);
    if (lanes_[lane.value].pages) begin_sweep(lane);
    for (const auto& [name, slot] : lanes_[lane.value].slots) {
        if (targets_[slot].use == slot_use::discovered) reconsidered_.insert(slot);
    }
}

}  // namespace trainwatch::core
