// What an answer of AWS about one job leads to.
#include <algorithm>
#include <utility>
#include <variant>

#include "base/limits.hpp"
#include "core/derived.hpp"
#include "core/engine.hpp"
#include "core/look.hpp"
#include "core/notes.hpp"
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
    lanes_[done.lane.value].described_at = now_.mono;
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
    const bool is_explained =
        job.ending ? !job.summarised && !may_be_explained(job) : !terminal_status(*job.last);
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

// The past that nobody saw is of no interest to a scraper; of what was shown until its list went
// the rest of its time is left.
void engine::retire_past(std::size_t slot) {
    auto& job = view_.jobs[slot];
    const auto over_for = now_.wall - job.ended.value_or(*job.last_observed);
    if (targets_[slot].memory.counted_before && over_for < plan_.global.finished_retention) {
        plan_retirement(slot, now_.mono - std::max(over_for, milliseconds(0)));
        return;
    }
    retirement_.cancel(slot);
    job.retired = true;
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
