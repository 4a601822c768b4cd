#include "base/check.hpp"
#include "base/limits.hpp"
#include "core/backoff.hpp"
#include "core/engine.hpp"
#include "core/notes_of_lists.hpp"

namespace trainwatch::core {

// Its list takes labels from tags, and nobody has read them yet.
bool engine::lacks_tag_labels(std::size_t slot) const {
    const auto& target = targets_[slot];
    if (!is_watched(slot) || target.tags || are_tags_refused(target.lane)) return false;
    return !plan_.traits(view_.jobs[slot].target.watch_list).labels_from_tags.empty();
}

bool engine::are_tags_refused(lane_id lane) const {
    return lanes_[lane.value].tags_refused;
}

// Labels are the identity of an alert: what may lead to one waits for them, though not for long.
bool engine::must_wait_for_tags(std::size_t slot) const {
    const auto& since = targets_[slot].untagged_since;
    return lacks_tag_labels(slot) && (!since || now_.mono - *since < limits::tags_patience);
}

void engine::want_tags(std::size_t slot) {
    auto& target = targets_[slot];
    if (target.tags || std::exchange(target.waits_for_tags, true)) return;
    if (!target.untagged_since) target.untagged_since = now_.mono;
    lanes_[target.lane.value].untagged.push_back(slot);
}

// Empty while nobody has told of the job.
std::string engine::arn_of(std::size_t slot) const {
    const auto& target = targets_[slot];
    if (target.details) return target.details->arn;
    if (target.summary) return target.summary->arn;
    const auto& last = view_.jobs[slot].last;
    return last ? last->arn : std::string();
}

void engine::start_tags() {
    for (std::size_t i = 0; i < lanes_.size(); ++i) {
        auto& lane = lanes_[i];
        const lane_id id{i};
        if (lane.tags_refused && lane.tags_again <= now_.mono) retry_tags(id);
        while (!lane.untagged.empty() && lane.tags_again <= now_.mono) {
            const auto slot = lane.untagged.front();
            const auto call = scheduler_.start_call(aws_operation::tags, id, slot, now_.mono);
            if (!call) break;
            lane.untagged.pop_front();
            targets_[slot].tags_call = call->id;
            out_.emplace_back(read_tags{call->id, id, arn_of(slot), call->deadline});
        }
    }
}

std::optional<mono_time> engine::next_tags(lane_id lane) const {
    const auto& state = lanes_[lane.value];
    if (state.tags_refused) return state.tags_again;
    if (state.untagged.empty()) return std::nullopt;
    return std::max(state.tags_again, scheduler_.next_call(aws_operation::tags, lane));
}

void engine::on(const tags_read& what) {
    const auto done = take_call(what.id, what.clock_offset);
    if (!done || (drain_until_ && !what.answer)) return;
    tally_.request_took(done->lane, done->operation, what.took);
    if (what.answer) {
        tally_.request(done->lane, done->operation, "ok");
        auto& lane = lanes_[done->lane.value];
        lane.tag_failures = 0;
        lane.tags_failing_since.reset();
        if (std::exchange(lane.tags_told, false)) tags_are_back(done->lane);
        if (!is_tags_call_of(*done)) return;
        targets_[done->slot].tags_told = true;
        take_tags(done->slot, *what.answer);
    } else {
        on_tags_failure(*done, what.answer.error());
    }
}

// False when the job was let go meanwhile; another one may have the slot.
bool engine::is_tags_call_of(const poll& call) {
    auto& target = targets_[call.slot];
    if (target.tags_call != call.id) return false;
    target.tags_call.reset();
    if (target.use != slot_use::leaving) return true;
    release_slot(call.slot);
    return false;
}

void engine::take_tags(std::size_t slot, const domain::label_map& tags) {
    auto& target = targets_[slot];
    target.waits_for_tags = false;
    target.untagged_since.reset();
    target.tags = tags;
    if (target.use == slot_use::candidate) {
        settle_candidate(slot);
        return;
    }
    set_tag_labels(slot);
    if (target.tags_told && view_.jobs[slot].last) keep(slot, {});
    take_held_answer(slot);
    reconsider(slot);
}

// They are the former job's, and so are those that are being read: another one has its name now.
void engine::forget_tags(std::size_t slot) {
    auto& target = targets_[slot];
    target.tags.reset();
    target.tags_told = false;
    target.untagged_since.reset();
    if (target.tags_call) {
        target.tags_call.reset();
        target.waits_for_tags = false;
    }
    auto& labels = view_.jobs[slot].tag_labels;
    if (!labels.empty()) touch(slot);
    labels.clear();
}

// As its list wants them, from the tags that were read.
void engine::set_tag_labels(std::size_t slot) {
    const auto& target = targets_[slot];
    if (!target.tags) return;
    auto& job = view_.jobs[slot];
    domain::label_map labels;
    for (const auto& [label, key] : plan_.traits(job.target.watch_list).labels_from_tags) {
        const auto tag = target.tags->find(key);
        if (tag != target.tags->end()) labels[label] = tag->second;
    }
    if (labels == job.tag_labels) return;
    job.tag_labels = std::move(labels);
    touch(slot);
}

// A describe that had to wait for tags.
void engine::take_held_answer(std::size_t slot) {
    auto& target = targets_[slot];
    if (target.use == slot_use::candidate) return;
    if (!target.details) {
        look_anew(slot);
        return;
    }
    const auto held = *std::exchange(target.details, std::nullopt);
    take_observation(slot, held, target.described.value_or(now_.mono));
    look_anew(slot);
}

void engine::on_tags_failure(const poll& failed, const failure& why) {
    auto& lane = lanes_[failed.lane.value];
    tally_.request(failed.lane, failed.operation, std::string(to_string(why.kind)));
    if (!is_tags_call_of(failed)) return;
    auto& target = targets_[failed.slot];
    // AWS is well, and has nothing to say of this one.
    if (why.kind == error_class::not_found || why.kind == error_class::rejected) {
        take_tags(failed.slot, {});
        return;
    }
    if (why.kind != error_class::denied) {
        if (why.kind == error_class::throttled) {
            scheduler_.lane_throttled(failed, now_.mono, why.retry_after);
        } else {
            constexpr backoff_bounds bounds{limits::backoff_base, limits::denied_pace};
            lane.tags_again = now_.mono + backoff_bound(++lane.tag_failures, bounds);
        }
        if (!lane.tags_failing_since) lane.tags_failing_since = now_.mono;
        if (now_.mono - *lane.tags_failing_since < limits::tags_lane_patience) {
            // One that AWS cannot answer holds up no other.
            lane.untagged.push_back(failed.slot);
            return;
        }
    }
    target.waits_for_tags = false;
    lane.tags_refused = true;
    if (!std::exchange(lane.tags_told, true)) {
        say(note_of_refused_tags(plan_.lanes[failed.lane.value], why));
    }
    view_.lanes[failed.lane.value].tags_refused = why.cure.empty() ? why.detail : why.cure;
    const bool denied = why.kind == error_class::denied;
    lane.tags_again = now_.mono + (denied ? limits::tags_retry : limits::tags_lane_patience);
    give_up_tags(failed.lane, failed.slot);
}

// The permission may have been given: whoever is in question asks again, and one that is watched,
// so that it is found out where nobody new comes.
void engine::retry_tags(lane_id lane) {
    auto& state = lanes_[lane.value];
    state.tags_refused = false;
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

// What was decided without tags is decided again.
void engine::tags_are_back(lane_id lane) {
    view_.lanes[lane.value].tags_refused.clear();
    // Who was turned down without them is nowhere but on the pages.
    if (lanes_[lane.value].pages) begin_sweep(lane);
    for (const auto& [name, slot] : lanes_[lane.value].slots) {
        if (targets_[slot].use == slot_use::discovered) reconsidered_.insert(slot);
    }
}

// Filters of tags match nothing here for now, and labels from tags stay away: no other list, and
// no alert, has to wait for a permission.
void engine::give_up_tags(lane_id lane, std::size_t first) {
    auto waiting = std::exchange(lanes_[lane.value].untagged, {});
    waiting.push_front(first);
    for (const auto slot : waiting) {
        targets_[slot].waits_for_tags = false;
        if (targets_[slot].use == slot_use::candidate) {
            settle_candidate(slot);
        } else {
            take_held_answer(slot);
        }
    }
}

}  // namespace trainwatch::core
