// Answers of AWS that are none: what is told, who is left in peace, and what counts as missing.

#include <utility>

#include "base/limits.hpp"
#include "core/engine.hpp"
#include "core/look.hpp"
#include "core/notes.hpp"
#include "core/notes_of_lists.hpp"

namespace trainwatch::core {

void engine::on_failure(const poll& failed, const failure& why) {
    tally_.request(failed.lane, failed.operation, std::string(to_string(why.kind)));
    keep_first_start();
    if (!is_watched(failed.slot)) {
        on_candidate_failure(failed, why);
        return;
    }
    switch (why.kind) {
        case error_class::not_found:
            on_missing(failed);
            return;
        case error_class::throttled:
            tell_failure(failed, why);
            scheduler_.lane_throttled(failed, now_.mono, why.retry_after);
            scheduler_.retry_in_place(failed);
            break;
        case error_class::denied:
            on_silence(failed, why);
            scheduler_.retry_slowly(failed, now_.mono);
            break;
        case error_class::rejected:
            // AWS is well and calls the name wrong: it will be as wrong in a minute.
            lane_is_heard(failed);
            tell_failure(failed, why);
            mark_heard(failed.slot, failed.sent);
            scheduler_.retry_slowly(failed, now_.mono);
            break;
        case error_class::transient:
        case error_class::malformed:
            on_silence(failed, why);
            scheduler_.retry_with_backoff(failed, now_.mono);
            // One lost answer says nothing about the job: the first pass asks it again.
            if (scheduler_.failures(failed.slot) < limits::first_pass_tries) {
                end_first_pass();
                return;
            }
            break;
        case error_class::internal:
            tell_failure(failed, why);
            scheduler_.retry_with_backoff(failed, now_.mono);
            break;
    }
    mark_tried(failed.slot);
}

// A job that may be somebody's could not be described: nothing is known of it, so nothing is told.
void engine::on_candidate_failure(const poll& failed, const failure& why) {
    const auto slot = failed.slot;
    if (why.kind == error_class::throttled) {
        scheduler_.lane_throttled(failed, now_.mono, why.retry_after);
    }
    // AWS answers, be it that there is no such job, or none of such a name.
    const bool is_heard = why.kind == error_class::not_found || why.kind == error_class::rejected;
    if (is_heard) lane_is_heard(failed);
    if (why.kind == error_class::not_found || targets_[slot].use == slot_use::leaving) {
        release_slot(slot);
    } else if (why.kind == error_class::throttled) {
        scheduler_.retry_in_place(failed);
    } else if (why.kind == error_class::denied || why.kind == error_class::rejected) {
        scheduler_.retry_slowly(failed, now_.mono);
        tell_refused_details(slot, why);
        // It may find its list by that.
        if (why.kind == error_class::denied) lane_is_silent(failed, why);
        if (targets_[slot].use == slot_use::candidate) give_up_details(slot, why);
    } else {
        lane_is_silent(failed, why);
        scheduler_.retry_with_backoff(failed, now_.mono);
        if (scheduler_.failures(slot) >= limits::candidate_tries) give_up_details(slot, why);
    }
}

// Filters that need a description do not match it for now, so that a later list may; described
// again, it is decided again.
void engine::give_up_details(std::size_t slot, const failure& why) {
    targets_[slot].details_refused = true;
    tell_refused_details(slot, why);
    settle_candidate(slot);
}

// Once a lane.
void engine::tell_refused_details(std::size_t slot, const failure& why) {
    const auto& target = targets_[slot];
    if (std::exchange(lanes_[target.lane.value].details_refused, true)) return;
    say(note_of_refused_details(plan_.lanes[target.lane.value], target.name, why));
}

// A page has told of its end a moment ago: a server that does not know the job may not know it yet.
// Of a young one that is likely; of others it is not said three times in a row.
bool engine::may_be_of_an_older_server(std::size_t slot) const {
    const auto& target = targets_[slot];
    const auto& job = view_.jobs[slot];
    if (target.news != news_kind::ended || !job.last || job.ending) return false;
    const bool is_young = now_.wall - job.last->created < limits::settle_patience;
    return is_young || target.misses < limits::misses_believed;
}

void engine::on_missing(const poll& done) {
    const auto slot = done.slot;
    auto& job = view_.jobs[slot];
    lane_is_heard(done);
    tell_recovery(slot);
    ++targets_[slot].misses;
    targets_[slot].described = done.sent;
    if (may_be_of_an_older_server(slot)) {
        mark_heard(slot, done.sent);
        scheduler_.place(done, look{look_queue::ended, done.sent + limits::settle_interval});
        return;
    }
    // Gone before anybody explained it: it has ended all the same.
    end_without_cause(slot);
    const bool is_news = mark_missing(job);
    if (is_news) {
        touch(slot);
        if (job.last) keep(slot, {});
    }
    set_undescribed(slot, false);
    set_news(slot, news_kind::none, done.sent);
    plan_retirement(slot, now_.mono);
    refresh(slot);
    judge(slot);
    watch_in_sweep(slot);
    mark_tried(slot);
    mark_heard(slot, done.sent);
    if (is_news) tell_missing(slot);
    scheduler_.place(done, look_for(slot, done.sent));
}

// A name that AWS does not know in one region of three is no mistake: only when it is nowhere is
// it worth a warning, and then one. A region that refuses us does not know it either, nor does it
// say so. Where other shards watch the rest of its list none of them can tell that it is nowhere.
void engine::tell_missing(std::size_t slot) {
    const auto& job = view_.jobs[slot];
    const auto& region = plan_.lanes[job.target.lane.value].region;
    const bool is_shared_out = plan_.traits(job.target.watch_list).is_shared_out;
    if (job.last) {
        say(note_of_missing(job, region, is_shared_out));
        return;
    }
    std::string regions;
    for (std::size_t i = 0; i < lanes_.size(); ++i) {
        const auto other = slot_of(lane_id{i}, job.target.name);
        if (!other || view_.jobs[*other].target.watch_list != job.target.watch_list) continue;
        if (view_.jobs[*other].last) return;
        if (!targets_[*other].tried && !scheduler_.is_down(lane_id{i})) return;
        if (!view_.jobs[*other].missing) continue;
        if (!regions.empty()) regions += ", ";
        regions += plan_.lanes[i].region;
    }
    say(note_of_missing(job, regions, is_shared_out));
}

// AWS did not answer, or only to refuse: the lane may be down.
void engine::on_silence(const poll& failed, const failure& why) {
    lane_is_silent(failed, why);
    tell_failure(failed, why);
}

void engine::lane_is_silent(const poll& failed, const failure& why) {
    auto& lane = view_.lanes[failed.lane.value];
    lane.heard = true;
    auto& state = lanes_[failed.lane.value];
    state.describes_heard = true;
    const bool is_denied = why.kind == error_class::denied;
    const bool is_whole =
        is_denied && state.untold_refusal && state.untold_refusal->detail == why.detail;
    if (is_whole) state.untold_refusal.reset();
    const auto change = scheduler_.lane_failed(failed, now_.mono, why.kind, is_whole);
    if (change != lane_change::went_down) return;
    lane.up = false;
    if (is_denied) state.down_because = why.detail;
    say(note_of_lane(lane_change::went_down, plan_.lanes[failed.lane.value], &why));
    tell_untold_refusal(failed.lane);
    tell_missing_without(failed.lane);
    if (is_denied) settle_without_details(failed.lane);
    offer_to_neighbours(failed.lane);
}

// Who waits for a description that nobody may have: filters that need none may have the job.
void engine::settle_without_details(lane_id lane) {
    std::vector<std::size_t> waiting;
    for (const auto& [name, slot] : lanes_[lane.value].slots) {
        if (targets_[slot].use == slot_use::candidate) waiting.push_back(slot);
    }
    for (const auto slot : waiting) {
        if (targets_[slot].use == slot_use::candidate) settle_candidate(slot);
    }
}

// Names that wait for this lane alone to be called missing.
void engine::tell_missing_without(lane_id lane) {
    for (const auto& [name, slot] : lanes_[lane.value].slots) {
        if (targets_[slot].use != slot_use::explicit_name || targets_[slot].tried) continue;
        for (std::size_t i = 0; i < lanes_.size(); ++i) {
            const auto other = slot_of(lane_id{i}, name);
            if (!other || !view_.jobs[*other].missing) continue;
            tell_missing(*other);
            break;
        }
    }
}

void engine::give_up_overdue_polls() {
    while (const auto lost = scheduler_.take_overdue(now_.mono)) {
        failure why;
        why.kind = error_class::transient;
        why.detail = "no answer in time";
        switch (lost->operation) {
            case aws_operation::describe:
                on_failure(*lost, why);
                claim_waiting_successor(*lost);
                break;
            case aws_operation::list:
                on_list_failure(*lost, take_asked(*lost), why);
                break;
            case aws_operation::tags:
                on_tags_failure(*lost, why);
                break;
        }
    }
}

void engine::lane_is_heard(const poll& answered) {
    view_.lanes[answered.lane.value].up = true;
    lanes_[answered.lane.value].down_because.clear();
    lanes_[answered.lane.value].describes_heard = true;
    is_aws_heard_ = true;
    tell_untold_refusal(answered.lane);
    const auto change = scheduler_.lane_answered(answered);
    if (change == lane_change::none) return;
    say(note_of_lane(change, plan_.lanes[answered.lane.value], nullptr));
}

// The first of a series is worth a warning, unless the whole lane is known to be down.
void engine::tell_failure(const poll& failed, const failure& why) {
    auto& target = targets_[failed.slot];
    auto& job = view_.jobs[failed.slot];
    // Until anybody has answered there, a refusal may be the lane's: it is down then, or the next
    // refusal is the job's own.
    const bool may_be_the_lanes =
        why.kind == error_class::denied && !view_.lanes[failed.lane.value].up;
    const bool news = !target.warned && !scheduler_.is_down(failed.lane) && !may_be_the_lanes;
    target.warned |= news;
    say(note_of_failed_poll(
        news ? note_level::warning : note_level::debug,
        job,
        plan_.lanes[failed.lane.value].region,
        why
    ));
    if (job.trouble == why.kind && job.trouble_detail == why.detail &&
        job.trouble_cure == why.cure) {
        return;
    }
    job.trouble = why.kind;
    job.trouble_detail = why.detail;
    job.trouble_cure = why.cure;
    touch(failed.slot);
}

void engine::tell_recovery(std::size_t slot) {
    auto& job = view_.jobs[slot];
    if (!job.trouble) return;
    job.trouble.reset();
    job.trouble_detail.clear();
    job.trouble_cure.clear();
    touch(slot);
    if (!std::exchange(targets_[slot].warned, false)) return;
    say(note_of_recovered_poll(job, plan_.lanes[job.target.lane.value].region));
}

}  // namespace trainwatch::core
