// Jobs that may be somebody's: found on a page, and claimed by a list, or nobody's, once enough is
// known of them.
#include <algorithm>

#include "base/limits.hpp"
#include "core/engine.hpp"
#include "core/notes.hpp"

namespace trainwatch::core {

// It may be somebody's one day: once it is described, or in a status that some list wants. Pages
// follow the job until then, lest its end is missed.
void engine::await_status(lane_id lane, const domain::job_summary& told, mono_time sent) {
    auto& state = lanes_[lane.value];
    const job_key key{told.created, told.name};
    const auto slot = slot_of(lane, told.name);
    const bool is_seen = slot && is_watched(*slot);
    const auto in_another_status = [&] {
        const claim_facts facts{lane, told.name, told.status.value, nullptr, nullptr};
        return waits_for_status_ && taken_up_.decide(facts).answer != claim_answer::nobody;
    };
    const bool is_undecided = slot && targets_[*slot].undecided;
    const bool may_come = !is_seen && !domain::is_terminal(told.status.value) &&
        (is_undecided || in_another_status());
    if (!may_come) {
        if (state.awaited.erase(key) > 0 && !is_seen) state.pages->release(key);
        return;
    }
    const auto phase = told.secondary.value;
    auto& facts = state.awaited.try_emplace(key, hazard_facts{phase, now_.mono, {}}).first->second;
    if (facts.phase != phase) facts = {phase, now_.mono, {}};
    state.pages->watch(key, facts, sent);
}

void engine::take_unclaimed(lane_id lane, const domain::job_summary& told, mono_time sent) {
    auto& state = lanes_[lane.value];
    const job_key key{told.created, told.name};
    const auto known = slot_of(lane, told.name);
    if (known) {
        auto& candidate = targets_[*known];
        if (candidate.summary && told.created < candidate.summary->created) return;
        const bool renewed = candidate.summary && candidate.summary->created != told.created;
        if (renewed) {
            candidate.details.reset();
            set_undecided(*known, false);
            forget_tags(*known);
        }
        candidate.summary = told;
        candidate.observed = sent;
        settle_candidate(*known);
        return;
    }
    const auto before = state.foreign.find(key);
    const bool is_foreign = before != state.foreign.end();
    if (is_foreign && !before->second.is_to_be_asked_again(told.status.value)) {
        state.withheld.heard(told, sent);
        return;
    }
    claim_facts facts{lane, told.name, told.status.value, nullptr, nullptr};
    static const domain::label_map no_tags{};
    if (lanes_[lane.value].tags_refused) facts.tags = &no_tags;
    const auto decided = claims_.decide(facts);
    const bool past = is_past(told);
    if (decided.answer == claim_answer::nobody) return;
    const bool claimed = decided.answer == claim_answer::claimed;
    // Nor is anything asked for that could not change whose it is.
    if (is_claimed_elsewhere(lane, decided.watch_list, identity_of(told))) return;
    if (past && !claimed) {
        // Nobody asks about it any more, here.
        if (!doubtful_.empty()) end_doubtful_alerts(lane, told);
        return;
    }
    if (past && (ended_.size() >= bounds_.past_jobs || is_forgotten(told))) return;
    const bool full = view_.watched >= bounds_.tracked_jobs;
    // It has made room for others, or would have to at once.
    const auto known_of = told_until_.find(identity_of(told));
    const bool made_room = known_of != told_until_.end() && known_of->second == wall_time::max();
    if (full && (past || made_room)) return;
    if (full && ended_.empty()) {
        tell_full();
        return;
    }
    const auto slot = take_slot(lane, told.name, slot_use::candidate);
    targets_[slot].summary = told;
    targets_[slot].observed = sent;
    scheduler_.add(slot, lane, look{look_queue::calm, now_.mono + limits::no_look});
    settle_candidate(slot);
}

// Whether its list is still there.
bool engine::is_of_a_list(std::size_t slot) const {
    const auto& lists = lists_of_lane_[targets_[slot].lane.value];
    return lists.contains(view_.jobs[slot].target.watch_list);
}

// Of this job, or of all.
bool engine::are_details_refused(std::size_t slot) const {
    const auto& target = targets_[slot];
    return target.details_refused || scheduler_.is_refused(target.lane);
}

claim_facts engine::facts_of(std::size_t slot) const {
    const auto& target = targets_[slot];
    static const domain::label_map no_tags{};
    claim_facts facts;
    facts.lane = target.lane;
    facts.name = target.name;
    if (target.summary) facts.status = target.summary->status.value;
    static const domain::observation no_details{};
    if (target.details) {
        facts.details = &*target.details;
    } else if (are_details_refused(slot)) {
        facts.details = &no_details;
    }
    if (is_watched(slot)) {
        const auto& job = view_.jobs[slot];
        if (job.last) facts.status = job.last->status.value;
        if (job.last && !job.summarised) facts.details = &*job.last;
    }
    if (target.tags) {
        facts.tags = &*target.tags;
    } else if (are_tags_refused(slot) && !(is_watched(slot) && is_of_a_list(slot))) {
        // What a list has stays so: that tags cannot be read says nothing about them.
        facts.tags = &no_tags;
    }
    return facts;
}

claim engine::decide_claim(std::size_t slot) const {
    return claims_.decide(facts_of(slot));
}

// What only a describe or the tags could tell is remembered, lest each page ask for it again.
void engine::turn_down(std::size_t slot) {
    const auto& target = targets_[slot];
    const auto& told = *target.summary;
    if (!doubtful_.empty()) end_doubtful_alerts(target.lane, told);
    auto& foreign = lanes_[target.lane.value].foreign;
    auto& withheld = lanes_[target.lane.value].withheld;
    if (target.tags_trouble == error_class::denied && !target.tags) {
        withheld.put(told, target.observed, now_.mono);
        lanes_[target.lane.value].withheld_untold = told.name;
    } else {
        withheld.erase({told.created, told.name});
    }
    if (target.details || target.tags || target.tags_trouble) {
        auto facts = facts_of(slot);
        turned_down why{told.status.value, false, false};
        why.by_status = taken_up_.decide(facts).answer != claim_answer::nobody;
        facts.tags = nullptr;
        why.by_tags = taken_up_.decide(facts).answer != claim_answer::nobody;
        foreign.insert_or_assign({told.created, told.name}, why);
    }
    if (foreign.size() > bounds_.foreign_jobs) foreign.erase(foreign.begin());
    release_slot(slot);
}

// Where it stands among those that wait for a describe.
look engine::look_at_candidate(std::size_t slot) const {
    const auto& target = targets_[slot];
    switch (urgency_of(*target.summary, now_.wall)) {
        case urgency::failed:
            return {look_queue::undecided_end, target.undecided_since - limits::failed_lead};
        case urgency::ended:
            return {look_queue::undecided_end, target.undecided_since};
        case urgency::fresh:
            return {look_queue::undecided, target.undecided_since};
        case urgency::old:
            break;
    }
    return {look_queue::undecided_old, target.undecided_since};
}

// Whether it is somebody's can be told now, or what is still to be asked.
void engine::settle_candidate(std::size_t slot) {
    auto& target = targets_[slot];
    const auto decided = decide_claim(slot);
    const bool waits =
        decided.answer == claim_answer::needs_details || decided.answer == claim_answer::needs_tags;
    set_undecided(slot, waits);
    switch (decided.answer) {
        case claim_answer::needs_details:
            if (!target.details) scheduler_.want(slot, look_at_candidate(slot));
            return;
        case claim_answer::needs_tags:
            want_tags(slot);
            return;
        case claim_answer::nobody: {
            // Described after all, or with its tags, it may be somebody's.
            const bool is_denied = target.tags_trouble == error_class::denied;
            const bool may_be_described = !target.details && are_details_refused(slot);
            if (may_be_described) {
                lanes_[target.lane.value].details_refused = true;
                scheduler_.want(slot, look_at_candidate(slot));
                return;
            }
            const bool may_be_told = target.tags_trouble && !is_denied;
            if (!scheduler_.is_in_flight(slot) && !may_be_told) turn_down(slot);
            return;
        }
        case claim_answer::claimed:
            if (!is_claimed_elsewhere(
                    target.lane, decided.watch_list, identity_of(*target.summary)
                ) &&
                make_room()) {
                break;
            }
            if (!scheduler_.is_in_flight(slot)) release_slot(slot);
            return;
    }
    const auto told = *std::exchange(target.summary, std::nullopt);
    lanes_[target.lane.value].withheld.erase({told.created, told.name});
    const auto details = std::exchange(target.details, std::nullopt);
    const auto described = target.described;
    adopt(slot, slot_use::discovered, decided.watch_list);
    target.may_move = (!details && are_details_refused(slot)) || target.tags_trouble;
    set_tag_labels(slot);
    observe_page(slot, told, target.observed);
    // To a page the job is new; it need not be described again for that.
    if (details) target.described = described;
    if (details && must_wait_for_tags(slot)) {
        // As one that is watched already: an alert has the labels that its list wants.
        hold(slot, *details);
        scheduler_.want(slot, look{look_queue::calm, now_.mono + limits::no_look});
        return;
    }
    if (details) take_observation(slot, *details, target.described.value_or(now_.mono));
    // Heard while nobody knew whose it was: it is as old as that.
    const auto heard = details ? target.described.value_or(now_.mono) : target.observed;
    auto& job = view_.jobs[slot];
    job.last_observed = now_.wall - std::chrono::floor<milliseconds>(now_.mono - heard);
    refresh(slot);
    look_anew(slot);
}

}  // namespace trainwatch::core
