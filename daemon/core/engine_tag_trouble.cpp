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

// Where somebody can be asked, it is soon worth a call to know.
bool is_proof_old(std::optional<mono_time> read_at, mono_time now) {
    return !read_at || now - *read_at >= limits::tags_lane_patience;
}
// Of refusals in a row. Each time that a witness finds a policy behind them, after twice as many.
unsigned enough_for_a_witness(unsigned confirmed) {
    auto enough = limits::tags_doubted;
    for (unsigned i = 0; i < confirmed && enough < limits::tags_denied_in_a_row; ++i)
        enough *= 2;
    return std::min(enough, limits::tags_denied_in_a_row);
}

}  // namespace

void engine::tags_were_read(const poll& call) {
    const auto lane = call.lane;
    auto& state = lanes_[lane.value];
    const auto& target = targets_[call.slot];
    const bool is_witness = target.tags_call == call.id && target.tags;
    if (!is_witness) {
        state.tags_confirmed = 0;
    } else if (state.tags_denied > 0) {
        ++state.tags_confirmed;
    }
    state.tags_witnesses.clear();
    if (const auto kept = std::exchange(state.withheld_untold, std::nullopt)) {
        if (*kept != target.name) tell_withheld_tags(lane, *kept);
    }
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
        on_tags_denied(failed, why);
    } else if (is_trouble_of_all(failed, why)) {
        lanes_[failed.lane.value].untagged.put(slot, urgency::old, now_.mono);
        refuse_tags(failed.lane, why);
    } else {
        retry_tags_of(slot, why);
    }
}

void engine::on_tags_denied(const poll& failed, const failure& why) {
    auto& lane = lanes_[failed.lane.value];
    const auto slot = failed.slot;
    // Its tags were told before: that is no policy which spares single jobs, but for one that
    // spares it by now. Others may have been read meanwhile; else others are asked about.
    if (targets_[slot].tags) {
        if (!lane.tags_denial) return;
        lane.tags_witnesses.insert(slot);
        look_whether_tags_are_refused(failed.lane);
        return;
    }
    // What a policy has kept from us before says nothing new, but when nothing could be read.
    const auto& summary = targets_[slot].summary;
    const bool is_known = summary && lane.withheld.contains({summary->created, summary->name});
    if (!is_known || lane.tags_told) ++lane.tags_denied;
    lane.tags_denial = why;
    give_up_tags_of(slot, why);
    look_whether_tags_are_refused(failed.lane);
}

// A policy may allow some jobs' only: a job whose tags are known says whether it does. Without one,
// nothing but refusals, until nobody is left to ask about or for so many in a row, are one of the
// permission as a whole.
void engine::look_whether_tags_are_refused(lane_id id) {
    auto& lane = lanes_[id.value];
    if (!lane.tags_denial || lane.tags_refused) return;
    const auto next = lane.untagged.next_due();
    const bool nobody_waits = !next || *next > now_.mono;
    const bool all_are_found = !lane.pages || lane.pages->reached_horizon();
    const bool is_last = nobody_waits && all_are_found;
    const bool is_heard = !lane.tags_witnesses.empty();
    if (const auto witness = witness_of_tags(id)) {
        const bool is_enough = lane.tags_denied >= enough_for_a_witness(lane.tags_confirmed);
        const bool is_due = is_last && is_proof_old(lane.tags_read_at, now_.mono);
        if (!is_heard && !is_enough && !is_due) return;
        if (targets_[*witness].tags_call) return;
        lane.untagged.put(*witness, urgency::failed, now_.mono);
        return;
    }
    const bool is_enough = lane.tags_denied >= limits::tags_denied_in_a_row;
    const bool is_told = lane.tags_denied > 0 && (is_enough || is_last);
    if (is_heard || (is_told && !is_proven(lane.tags_read_at, now_.mono)))
        refuse_tags(id, failure(*lane.tags_denial));
}

// A job whose tags AWS has told, and has not refused since any were read last.
std::optional<std::size_t> engine::witness_of_tags(lane_id id) const {
    const auto& lane = lanes_[id.value];
    if (lane.tags_witnesses.size() >= limits::tags_witnesses) return std::nullopt;
    const auto found = std::find_if(lane.slots.begin(), lane.slots.end(), [&](const auto& each) {
        const auto slot = each.second;
        return is_watched(slot) && targets_[slot].tags_told && !view_.jobs[slot].missing &&
            !lane.tags_witnesses.contains(slot);
    });
    if (found == lane.slots.end()) return std::nullopt;
    return found->second;
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

// Once those of another job were read after it. Where AWS tells nobody's tags another note says so.
void engine::tell_withheld_tags(lane_id id, const std::string& training_job) {
    auto& lane = lanes_[id.value];
    if (lane.tags_told || std::exchange(lane.withheld_told, true)) return;
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
    lane.tags_confirmed = 0;
    lane.tags_witnesses.clear();
    // What was read before proves nothing any more.
    if (denied) lane.tags_read_at.reset();
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
    if (state.pages) sweep_anew(lane);
    retry_tags_of_one(lane);
}

void engine::retry_tags_of_one(lane_id lane) {
    for (const auto& [name, slot] : lanes_[lane.value].slots) {
        if (targets_[slot].use != slot_use::discovered || targets_[slot].waits_for_tags) continue;
        const bool lacks =
            lacks_tag_labels(slot) || decide_claim(slot).answer == claim_answer::needs_tags;
        if (!lacks || targets_[slot].tags) continue;
        targets_[slot].may_move = true;
        want_tags(slot);
        return;
    }
}

// A policy may be another one by now: a reload says so, or tags that are told after all. A few, of
// those who have not been asked about since: where they are told, others follow.
void engine::hasten_refused_tags(lane_id lane, mono_time asked_before) {
    auto& state = lanes_[lane.value];
    const auto most = limits::tags_hastened;
    state.withheld.hasten_some(most, asked_before, now_.mono);
    // Those who are not tried again soon have been given up.
    const auto later = now_.mono + limits::tags_lane_patience;
    state.untagged.hasten(most, later, asked_before + limits::tags_retry, now_.mono);
}

bool engine::were_tags_denied(std::size_t slot) const {
    const auto& target = targets_[slot];
    if (target.tags_trouble == error_class::denied) return true;
    const auto& withheld = lanes_[target.lane.value].withheld;
    return target.summary && withheld.contains({target.summary->created, target.name});
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
        const bool waits = targets_[slot].waits_for_tags;
        if (!waits && lacks_tag_labels(slot) && !view_.jobs[slot].ending) want_tags(slot);
    }
}

}  // namespace trainwatch::core
