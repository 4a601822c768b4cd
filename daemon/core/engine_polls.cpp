#include <algorithm>
#include <variant>

#include "base/limits.hpp"
#include "core/derived.hpp"
#include "core/engine.hpp"
#include "core/look.hpp"
#include "core/notes.hpp"
#include "core/rules.hpp"

namespace trainwatch::core {

void engine::on_answer(const poll& done, const domain::observation& answer) {
    const auto slot = done.slot;
    auto& job = view_.jobs[slot];
    auto& target = targets_[slot];
    tally_.request(done.lane, "ok");
    lane_is_heard(done);
    tell_recovery(slot);
    target.misses = 0;
    if (!last_sweep_) {
        // The first start's horizon, as soon as an answer has dated it: a restart before the first
        // complete sweep must not look back less far.
        last_sweep_ = horizon();
        journal_.put_sweep(*last_sweep_);
    }

    const auto news = observe(job, target.memory, answer, {now_, horizon(), reasons_});
    tally_.account_known(done.lane, job.last->account_id);
    learn_account(done.lane, answer.account_id);
    tally_.count(job, target.memory, news.findings, now_.wall);
    if (news.changed) {
        derive(slot, now_.wall);
        ++job.revision;
    }
    for (const auto& found : news.findings) {
        // The newer job has a time of its own to be seen in.
        if (std::holds_alternative<domain::name_reused>(found)) bring_back(slot);
    }
    plan_retirement(slot, now_.mono);
    for (auto& line : notes_of(job, plan_.lanes[done.lane.value].region, news.findings)) {
        say(std::move(line));
    }
    // In one batch: what was seen, and the alerts that follow from it.
    if (news.changed || !news.findings.empty()) keep(slot, news.findings);
    raise(news.findings, slot);
    refresh(slot);
    mark_tried(slot);
    mark_heard(done);
    look_again(done);
}

void engine::on_failure(const poll& failed, const failure& why) {
    tally_.request(failed.lane, std::string(to_string(why.kind)));
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
            mark_heard(failed);
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

void engine::on_missing(const poll& done) {
    const auto slot = done.slot;
    auto& job = view_.jobs[slot];
    lane_is_heard(done);
    tell_recovery(slot);
    ++targets_[slot].misses;
    if (mark_missing(job)) {
        ++job.revision;
        say(note_of_missing(job, plan_.lanes[done.lane.value].region));
        if (job.last) keep(slot, {});
    }
    plan_retirement(slot, now_.mono);
    refresh(slot);
    mark_tried(slot);
    mark_heard(done);
    look_again(done);
}

// AWS did not answer, or only to refuse: the lane may be down.
void engine::on_silence(const poll& failed, const failure& why) {
    tell_failure(failed, why);
    auto& lane = view_.lanes[failed.lane.value];
    lane.heard = true;
    if (scheduler_.lane_failed(failed, now_.mono, why.kind) != lane_change::went_down) return;
    lane.up = false;
    say(note_of_lane(lane_change::went_down, plan_.lanes[failed.lane.value], &why));
}

void engine::give_up_overdue_polls() {
    while (const auto lost = scheduler_.take_overdue(now_.mono)) {
        failure why;
        why.kind = error_class::transient;
        why.detail = "no answer in time";
        on_failure(*lost, why);
    }
}

void engine::lane_is_heard(const poll& answered) {
    view_.lanes[answered.lane.value].up = true;
    const auto change = scheduler_.lane_answered(answered);
    if (change == lane_change::none) return;
    say(note_of_lane(change, plan_.lanes[answered.lane.value], nullptr));
}

// The first of a series is worth a warning, unless the whole lane is known to be down.
void engine::tell_failure(const poll& failed, const failure& why) {
    auto& target = targets_[failed.slot];
    auto& job = view_.jobs[failed.slot];
    const bool news = !target.warned && !scheduler_.is_down(failed.lane);
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
    ++job.revision;
}

void engine::tell_recovery(std::size_t slot) {
    auto& job = view_.jobs[slot];
    if (!job.trouble) return;
    job.trouble.reset();
    job.trouble_detail.clear();
    job.trouble_cure.clear();
    ++job.revision;
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
    journal_.put(row_of(job, memory, plan_.lanes[job.target.lane.value].connection));
    if (touched.empty()) return;
    for (auto& row : transition_rows_of(job, memory)) {
        if (touched.count(row.index) > 0) journal_.put(std::move(row));
    }
}

void engine::raise(const std::vector<domain::finding>& findings, std::size_t slot) {
    // Most answers bring no news, and then no label is made up.
    if (findings.empty()) return;
    const auto& job = view_.jobs[slot];
    const auto configured = plan_.alert_labels(job.target.watch_list);
    for (auto& alert : alerts_for(job, findings, now_.wall, configured)) {
        const auto number = book_.fire(std::move(alert));
        if (!number) continue;
        say(note_of_alert(note_level::warning, "alert_fired", book_.alert(*number)));
        journal_.put(domain::alert_row{book_.alert(*number)});
        if (journal_.makes_alerts_wait()) {
            journal_.hold(*number);
        } else {
            release(*number);
        }
    }
}

void engine::look_again(const poll& done) {
    const auto bound = plan_.global.staleness_bound;
    const look_facts facts{
        done.sent,
        now_,
        bound,
        scheduler_.late_interval(done.lane, bound, now_.mono),
        targets_[done.slot].misses};
    scheduler_.place(done, next_look(view_.jobs[done.slot], facts));
}

// What is counted over all jobs, after one of them changed.
void engine::refresh(std::size_t slot) {
    const auto& job = view_.jobs[slot];
    const bool live = job.last && !job.ending && !job.missing;
    auto& was_live = targets_[slot].live;
    if (live && !was_live) ++view_.live;
    if (!live && was_live) --view_.live;
    was_live = live;
    freshness_.update(slot, live ? job.last_observed : std::nullopt);
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
    if (std::exchange(job.retired, false)) ++job.revision;
}

void engine::retire_finished() {
    while (const auto slot = retirement_.take_due(now_.mono)) {
        auto& job = view_.jobs[*slot];
        job.retired = true;
        ++job.revision;
        say(note_of_retired(job, plan_.lanes[job.target.lane.value].region));
    }
}

void engine::mark_tried(std::size_t slot) {
    const auto lane = plan_.targets[slot].lane;
    if (!std::exchange(targets_[slot].tried, true)) --untried_[lane.value];
    end_first_pass();
}

// The first pass is over when every target was tried, or belongs to a lane that is given up.
void engine::end_first_pass() {
    if (view_.first_pass_complete) return;
    for (std::size_t i = 0; i < untried_.size(); ++i) {
        if (untried_[i] > 0 && !scheduler_.is_given_up(lane_id{i}, now_.mono)) return;
    }
    view_.first_pass_complete = true;
}

// A sweep is complete when AWS told of every target: what ended before it began is known.
void engine::mark_heard(const poll& answered) {
    // What was asked before the sweep began says nothing about it.
    if (answered.sent < round_began_.mono) return;
    const auto slot = answered.slot;
    // An end that AWS has not finished telling: the sweep must not pass it by, else a restart in
    // between would take it for the past.
    if (targets_[slot].memory.unsettled_since) return;
    if (std::exchange(targets_[slot].round, round_) == round_) return;
    if (++heard_in_round_ < targets_.size()) return;
    const auto began = clock_.at(round_began_);
    if (!last_sweep_ || *last_sweep_ < began) {
        last_sweep_ = began;
        journal_.put_sweep(began);
    }
    ++round_;
    heard_in_round_ = 0;
    round_began_ = our_now_;
}

}  // namespace trainwatch::core
