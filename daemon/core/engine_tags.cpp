#include "base/check.hpp"
#include "base/limits.hpp"
#include "core/engine.hpp"
#include "core/tracker.hpp"

namespace trainwatch::core {

// Its list takes labels from tags, and nobody has read them yet.
bool engine::lacks_tag_labels(std::size_t slot) const {
    const auto& target = targets_[slot];
    if (!is_watched(slot) || target.tags || are_tags_refused(slot)) return false;
    return !plan_.traits(view_.jobs[slot].target.watch_list).labels_from_tags.empty();
}

// Of this job, or of all.
bool engine::are_tags_refused(std::size_t slot) const {
    const auto& target = targets_[slot];
    return target.tags_trouble || lanes_[target.lane.value].tags_refused;
}

// Labels are the identity of an alert: what may lead to one waits for them, though not for long.
bool engine::must_wait_for_tags(std::size_t slot) const {
    const auto& since = targets_[slot].untagged_since;
    return lacks_tag_labels(slot) && (!since || now_.mono - *since < limits::tags_patience);
}

// Of one that waits already, whether it has become more urgent.
void engine::want_tags(std::size_t slot) {
    auto& target = targets_[slot];
    if (target.tags || target.tags_call) return;
    if (!target.untagged_since) target.untagged_since = now_.mono;
    target.waits_for_tags = true;
    lanes_[target.lane.value].untagged.put(slot, urgency_of_tags(slot), now_.mono);
}

urgency engine::urgency_of_tags(std::size_t slot) const {
    const auto& target = targets_[slot];
    if (target.summary) return urgency_of(*target.summary, now_.wall);
    // An alert waits for its labels.
    const bool has_ended = target.details && terminal_status(*target.details);
    return has_ended ? urgency::failed : urgency::fresh;
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
    // The most urgent first, wherever it is: lanes may share a quota.
    for (const auto how : urgencies) {
        const auto wants = [&](const lane_state& lane) {
            const auto next = lane.untagged.most_urgent(now_.mono);
            return lane.tags_again <= now_.mono && next && *next == how;
        };
        while (const auto lane = next_turn(aws_operation::tags, wants))
            ask_for_tags(*lane);
    }
}

void engine::ask_for_tags(lane_id lane) {
    const auto slot = lanes_[lane.value].untagged.take(now_.mono);
    CHECK(slot.has_value());
    const auto call = scheduler_.start_call(aws_operation::tags, lane, *slot, now_.mono);
    CHECK(call.has_value());
    targets_[*slot].tags_call = call->id;
    out_.emplace_back(read_tags{call->id, lane, arn_of(*slot), call->deadline});
}

std::optional<mono_time> engine::next_tags(lane_id lane) const {
    const auto& state = lanes_[lane.value];
    if (state.tags_refused) return state.tags_again;
    const auto due = state.untagged.next_due();
    if (!due) return std::nullopt;
    return std::max({*due, state.tags_again, scheduler_.next_call(aws_operation::tags, lane)});
}

void engine::on(const tags_read& what) {
    const auto done = take_call(what.id, what.clock_offset);
    if (!done || (drain_until_ && !what.answer)) return;
    tally_.request_took(done->lane, done->operation, what.took);
    if (what.answer) {
        tally_.request(done->lane, done->operation, "ok");
        tags_were_read(*done);
        if (!is_tags_call_of(*done)) return;
        const bool were_denied = were_tags_denied(done->slot);
        targets_[done->slot].tags_told = true;
        take_tags(done->slot, *what.answer);
        if (were_denied) hasten_refused_tags(done->lane, now_.mono - limits::tags_lane_patience);
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
    lanes_[target.lane.value].untagged.erase(slot);
    target.waits_for_tags = false;
    target.untagged_since.reset();
    target.tags_trouble.reset();
    target.tags_failing_since.reset();
    target.tag_failures = 0;
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
    target.end_waits_for_tags = false;
    target.untagged_since.reset();
    target.tags_trouble.reset();
    target.tags_failing_since.reset();
    target.tag_failures = 0;
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
    held_.erase({target.held_until, slot});
    const auto held = *std::exchange(target.details, std::nullopt);
    const auto sent = target.described.value_or(now_.mono);
    take_observation(slot, held, sent);
    mark_tried(slot);
    mark_heard(slot, sent);
    look_anew(slot);
}

// What a describe told of it is not told before its tags are read, but for so long.
void engine::hold(std::size_t slot, const domain::observation& answer) {
    auto& target = targets_[slot];
    held_.erase({target.held_until, slot});
    target.details = answer;
    want_tags(slot);
    target.held_until = target.untagged_since.value_or(now_.mono) + limits::tags_patience;
    held_.emplace(target.held_until, slot);
}

void engine::release_held_answers() {
    while (!held_.empty() && held_.begin()->first <= now_.mono)
        take_held_answer(held_.begin()->second);
}

}  // namespace trainwatch::core
