#include <algorithm>
#include <variant>

#include "base/limits.hpp"
#include "core/derived.hpp"
#include "core/engine.hpp"
#include "core/look.hpp"
#include "core/notes.hpp"
#include "core/notes_of_lists.hpp"
#include "core/rules.hpp"

namespace trainwatch::core {
namespace {

// What a page would tell of the job.
domain::job_summary summary_of(const domain::observation& told) {
    domain::job_summary made;
    made.name = told.name;
    made.arn = told.arn;
    made.account_id = told.account_id;
    made.region = told.region;
    made.partition = told.partition;
    made.created = told.created;
    made.ended = told.training_ended;
    made.modified = told.modified;
    made.status = told.status;
    made.secondary = told.secondary;
    return made;
}

}  // namespace

void engine::on_answer(const poll& done, const domain::observation& answer) {
    const auto slot = done.slot;
    auto& target = targets_[slot];
    tally_.request(done.lane, done.operation, "ok");
    lane_is_heard(done);
    learn_account(done.lane, answer.account_id);
    if (target.use == slot_use::leaving) {
        release_slot(slot);
        return;
    }
    target.described = done.sent;
    if (target.use == slot_use::candidate) {
        if (target.summary && answer.created < target.summary->created) {
            // An echo of an older job of the name decides nothing.
            scheduler_.retry_with_backoff(done, now_.mono);
            return;
        }
        target.details = answer;
        target.details_refused = false;
        lanes_[target.lane.value].details_refused = false;
        scheduler_.place(done, look{look_queue::calm, now_.mono + limits::no_look});
        settle_candidate(slot);
        return;
    }
    tell_recovery(slot);
    const auto& known = view_.jobs[slot].last;
    const bool is_newer = is_of_a_newer_job(slot, answer.created);
    if (is_newer && must_claim_anew(slot, answer.status.value)) {
        claim_anew(slot, summary_of(answer), done.sent);
        return;
    }
    if (is_newer || (known && answer.account_id != known->account_id)) forget_tags(slot);
    const bool has_ended = terminal_status(answer).has_value();
    // An alert waits for its labels from the end on, however long they have been waited for.
    if (has_ended && lacks_tag_labels(slot) && !std::exchange(target.end_waits_for_tags, true)) {
        target.untagged_since = now_.mono;
    }
    if (must_wait_for_tags(slot)) {
        hold(slot, answer);
        scheduler_.place(done, look{look_queue::calm, now_.mono + limits::no_look});
        return;
    }
    held_.erase({target.held_until, slot});
    target.details.reset();
    target.details_refused = false;
    take_observation(slot, answer, done.sent);
    mark_tried(slot);
    mark_heard(slot, done.sent);
    scheduler_.place(done, look_for(slot, done.sent));
}

// What a describe told of a job that is watched.
void engine::take_observation(std::size_t slot, const domain::observation& answer, mono_time sent) {
    auto& job = view_.jobs[slot];
    auto& target = targets_[slot];
    target.misses = 0;
    target.observed = std::max(target.observed, sent);
    date_horizon();
    // The older job of the name has ended, whatever nobody explained of it.
    if (job.last && answer.created > job.last->created) end_without_cause(slot);
    const auto identity = identity_of(answer);
    if (!job.last || job.last->created != answer.created) release_elsewhere(target.lane, identity);
    const auto seen = observe(job, target.memory, answer, sight_of(slot, identity));
    tally_.account_known(target.lane, job.last->account_id);
    if (seen.changed) {
        derive(slot, now_.wall);
        touch(slot);
    }
    // An echo of an older job describes nothing.
    if (!job.summarised) set_undescribed(slot, false);
    take_findings(slot, seen);
    if (seen.changed) renew_end(slot);
    note_description(slot, answer, sent);
    refresh(slot);
    judge(slot);
    watch_in_sweep(slot);
    reconsider(slot);
}

// The first start's horizon, as soon as an answer has dated it: a restart before the first complete
// sweep must not look back less far.
void engine::date_horizon() {
    if (last_sweep_) return;
    last_sweep_ = horizon();
    journal_.put_sweep(*last_sweep_);
}

// What pages told before the describe left is not news any more; an end is, until it is explained.
void engine::note_description(std::size_t slot, const domain::observation& answer, mono_time sent) {
    auto& target = targets_[slot];
    const auto& memory = target.memory;
    target.shown_secondary = answer.secondary.text;
    target.shown_modified = answer.modified;
    if (target.news == news_kind::none) return;
    const bool is_newer = sent > target.news_since;
    if (is_newer && memory.told && memory.told->secondary == answer.secondary) {
        // Lists and describes may date one change differently.
        target.shown_modified = std::max(target.shown_modified, memory.told->modified);
    }
    const auto& job = view_.jobs[slot];
    // A describe that takes back what pages told explains nothing.
    const bool is_explained = (job.ending && !job.summarised) || !terminal_status(*job.last);
    if (target.news == news_kind::ended ? is_explained : is_newer) {
        set_news(slot, news_kind::none, sent);
    }
}

// What is new about a job, and all that follows from it.
void engine::take_findings(std::size_t slot, const tracked& seen) {
    auto& job = view_.jobs[slot];
    auto& target = targets_[slot];
    const auto& region = plan_.lanes[target.lane.value].region;
    tally_.count(job, target.memory, seen.findings, now_.wall);
    for (const auto& found : seen.findings) {
        // The newer job has a time of its own to be seen in.
        const auto* reused = std::get_if<domain::name_reused>(&found);
        if (!reused) continue;
        bring_back(slot);
        let_go_.put({plan_.lanes[target.lane.value].connection, reused->previous}, now_.wall);
    }
    if (job.ending && job.ending->outcome == domain::outcome::completed) siblings_.ran(*job.last);
    plan_retirement(slot, now_.mono);
    for (auto& line : notes_of(job, region, seen.findings))
        say(std::move(line));
    // In one batch: what was seen, and the alerts that follow from it.
    if (seen.changed || !seen.findings.empty()) keep(slot, seen.findings);
    raise(seen.findings, slot);
}

void engine::on_failure(const poll& failed, const failure& why) {
    tally_.request(failed.lane, failed.operation, std::string(to_string(why.kind)));
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

void engine::on_missing(const poll& done) {
    const auto slot = done.slot;
    auto& job = view_.jobs[slot];
    lane_is_heard(done);
    tell_recovery(slot);
    ++targets_[slot].misses;
    targets_[slot].described = done.sent;
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
// say so.
void engine::tell_missing(std::size_t slot) {
    const auto& job = view_.jobs[slot];
    const auto& region = plan_.lanes[job.target.lane.value].region;
    if (job.last) {
        say(note_of_missing(job, region));
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
    say(note_of_missing(job, regions));
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

// The rows of the job, and of those transitions that the findings are about.
void engine::keep(std::size_t slot, const std::vector<domain::finding>& findings) {
    const auto& job = view_.jobs[slot];
    const auto& memory = targets_[slot].memory;
    std::set<std::size_t> touched;
    for (const auto& finding : findings) {
        if (const auto* in = std::get_if<domain::transition_entered>(&finding)) {
            touched.insert(in->index);
        } else if (const auto* out = std::get_if<domain::transition_left>(&finding)) {
            touched.insert(out->index);
        } else if (const auto* told = std::get_if<domain::message_changed>(&finding)) {
            touched.insert(told->index);
        }
    }
    journal_.put(row_of_slot(slot));
    if (let_go_.size() > 0) let_go_.remove(key_of(slot));
    if (touched.empty()) return;
    for (auto& row : transition_rows_of(job, memory)) {
        if (touched.count(row.index) > 0) journal_.put(std::move(row));
    }
}

void engine::raise(const std::vector<domain::finding>& findings, std::size_t slot) {
    // Most answers bring no news, and then no label is made up.
    if (findings.empty()) return;
    const auto& job = view_.jobs[slot];
    auto configured = plan_.alert_labels(job.target.watch_list);
    for (const auto& [name, value] : job.tag_labels)
        configured.insert_or_assign(name, value);
    const auto& choices = plan_.traits(job.target.watch_list).alerts;
    for (auto& row : alerts_for(job, findings, now_.wall, configured, choices)) {
        note_reason(row.alert.annotations, row.alert.starts_at);
        say_who_else_failed(row.alert.annotations, row.alert.starts_at);
        fire(std::move(row));
    }
}

// What is counted over all jobs, after one of them changed.
void engine::refresh(std::size_t slot) {
    const auto& job = view_.jobs[slot];
    auto& target = targets_[slot];
    const bool live = job.last && !job.ending && !job.missing;
    if (std::exchange(target.live, live) != live) {
        view_.live += live ? 1 : -1;
        view_.lanes[target.lane.value].live += live ? 1 : -1;
    }
    freshness_.update(slot, job.target, live ? job.last_observed : std::nullopt);
    std::optional<wall_time> ended;
    if (target.use == slot_use::discovered && job.ending) {
        ended = job.ended.value_or(job.last->modified.value_or(job.last->created));
    }
    note_ended(slot, ended);
    note_statuses(slot);
}

// All that follows from the answer; `told_at`: when it was given, on AWS' clock.
void engine::derive(std::size_t slot, wall_time told_at) {
    auto& job = view_.jobs[slot];
    job.derived = derive_facts(job, history_of(job, targets_[slot].memory), plan_.prices, told_at);
}

// Ended, or gone before it was seen to end: nothing more will come of it.
void engine::plan_retirement(std::size_t slot, mono_time over_since) {
    const auto& job = view_.jobs[slot];
    if (job.last && (job.ending || job.missing)) {
        retirement_.plan(slot, over_since + plan_.global.finished_retention);
        return;
    }
    bring_back(slot);
}

void engine::bring_back(std::size_t slot) {
    auto& job = view_.jobs[slot];
    retirement_.cancel(slot);
    if (std::exchange(job.retired, false)) touch(slot);
}

void engine::retire_finished() {
    while (const auto slot = retirement_.take_due(now_.mono)) {
        auto& job = view_.jobs[*slot];
        job.retired = true;
        touch(*slot);
        say(note_of_retired(job, plan_.lanes[job.target.lane.value].region));
        // It was found by a filter and is gone for good: nobody will look for it by name.
        const bool is_gone = job.missing && targets_[*slot].use == slot_use::discovered;
        if (is_gone) release_slot(*slot);
    }
}

void engine::mark_tried(std::size_t slot) {
    auto& target = targets_[slot];
    if (target.use != slot_use::explicit_name) return;
    if (!std::exchange(target.tried, true)) --lanes_[target.lane.value].untried;
    end_first_pass();
}

// The first pass is over when every explicit name was tried and every lane that discovers has been
// swept; a lane that is given up is not waited for.
void engine::end_first_pass() {
    if (view_.first_pass_complete) return;
    for (std::size_t i = 0; i < lanes_.size(); ++i) {
        const lane_id id{i};
        const auto& lane = lanes_[i];
        if (plan_.lanes[i].gone || scheduler_.is_given_up(id, now_.mono)) continue;
        if (lane.untried > 0) return;
        if (lane.discovers && lists_work(id) && !lane.pages->reached_horizon()) return;
    }
    view_.first_pass_complete = true;
}

// A sweep is complete when AWS told of every target: what ended before it began is known.
void engine::mark_heard(std::size_t slot, mono_time sent) {
    auto& target = targets_[slot];
    // What was asked before the sweep began says nothing about it.
    if (!target.in_rounds || sent < round_began_.mono) return;
    // An end that AWS has not finished telling: the sweep must not pass it by, else a restart in
    // between would take it for the past.
    if (target.memory.unsettled_since) return;
    if (std::exchange(target.round, round_) != round_) ++heard_in_round_;
    // The last one that was missing may have been let go meanwhile.
    if (heard_in_round_ < in_rounds_) return;
    round_heard_ = round_began_;
    ++round_;
    heard_in_round_ = 0;
    round_began_ = our_now_;
    keep_sweep();
}

}  // namespace trainwatch::core
