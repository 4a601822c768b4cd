#include <algorithm>

#include "base/check.hpp"
#include "base/limits.hpp"
#include "core/backoff.hpp"
#include "core/engine.hpp"
#include "core/notes.hpp"
#include "core/notes_of_lists.hpp"
#include "core/tracker.hpp"

namespace trainwatch::core {
namespace {

bool is_start_up(domain::secondary_status phase) {
    switch (phase) {
        case domain::secondary_status::starting:
        case domain::secondary_status::pending:
        case domain::secondary_status::launching_ml_instances:
        case domain::secondary_status::preparing_training_stack:
        case domain::secondary_status::downloading:
        case domain::secondary_status::downloading_training_image:
            return true;
        default:
            return false;
    }
}

news_kind news_of_phase(domain::secondary_status phase) {
    if (phase == domain::secondary_status::training) return news_kind::training;
    return is_start_up(phase) ? news_kind::start_up : news_kind::phase;
}

}  // namespace

// ---- calls ------------------------------------------------------------------------------------

bool engine::lists_work(lane_id lane) const {
    const auto& state = lanes_[lane.value];
    return state.pages && !state.refused && !state.left_to_describes;
}

void engine::start_lists() {
    bool described_anew = false;
    const auto wants = [this](const lane_state& lane) {
        return lane.pages && now_.mono >= lane.idle_until;
    };
    while (const auto lane = next_turn(aws_operation::list, wants))
        described_anew |= ask_for_page(*lane);
    // Some may be due at once.
    if (described_anew) start_polls();
}

// Of the lanes that may call now and want to: who was ready first, so that none of those that share
// a quota takes it all.
std::optional<lane_id> engine::next_turn(
    aws_operation operation, const std::function<bool(const lane_state&)>& wants
) const {
    std::optional<lane_id> chosen;
    for (std::size_t i = 0; i < lanes_.size(); ++i) {
        const lane_id id{i};
        if (!wants(lanes_[i]) || scheduler_.next_call(operation, id) > now_.mono) continue;
        const auto since = scheduler_.ready_since(operation, id);
        if (chosen && scheduler_.ready_since(operation, *chosen) <= since) continue;
        chosen = id;
    }
    return chosen;
}

// Or it is idle for a while. True: jobs that the page's part lost are described instead.
bool engine::ask_for_page(lane_id id) {
    auto& lane = lanes_[id.value];
    const double rate = scheduler_.rate(aws_operation::list, id, now_.mono);
    auto wanted = lane.pages->next(now_, rate);
    const auto moved = lane.pages->take_moved();
    for (const auto& each : moved) {
        if (const auto slot = slot_of(id, each.name)) look_anew(*slot);
    }
    if (!wanted) {
        const auto due = lane.pages->next_due(now_, rate);
        lane.idle_until = std::max<mono_time>(
            due.value_or(now_.mono + limits::lists_patience), now_.mono + limits::sweep_idle_least
        );
        return !moved.empty();
    }
    const auto call = scheduler_.start_call(aws_operation::list, id, 0, now_.mono);
    CHECK(call.has_value());
    wanted->sent = now_.mono;
    out_.emplace_back(list_jobs{call->id, id, wanted->query, call->deadline});
    lane.asked.emplace(call->id, std::move(*wanted));
    return !moved.empty();
}

std::optional<mono_time> engine::next_list(lane_id lane) const {
    const auto& state = lanes_[lane.value];
    if (!state.pages) return std::nullopt;
    return std::max(state.idle_until, scheduler_.next_call(aws_operation::list, lane));
}

void engine::on(const listed& what) {
    const auto done = take_call(what.id, what.clock_offset);
    if (!done || (drain_until_ && !what.answer)) return;
    tally_.request_took(done->lane, done->operation, what.took);
    const auto asked = take_asked(*done);
    if (!what.answer) {
        on_list_failure(*done, asked, what.answer.error());
    } else {
        on_page(*done, asked, *what.answer);
    }
}

// Nothing: the sweep that asked for it was given up, with another configuration.
engine::asked_page engine::take_asked(const poll& done) {
    auto& asked = lanes_[done.lane.value].asked;
    const auto at = asked.find(done.id);
    if (at == asked.end()) return std::nullopt;
    auto taken = std::move(at->second);
    asked.erase(at);
    return taken;
}

void engine::on_list_failure(const poll& failed, const asked_page& asked, const failure& why) {
    auto& lane = lanes_[failed.lane.value];
    tally_.request(failed.lane, failed.operation, std::string(to_string(why.kind)));
    if (!lane.pages) return;
    const bool expired = why.kind == error_class::rejected && asked && !asked->query.token.empty();
    if (asked) lane.pages->failed(*asked, expired);
    lane.idle_until = {};
    if (expired) return;
    if (why.kind == error_class::throttled) {
        scheduler_.lane_throttled(failed, now_.mono, why.retry_after);
        say(note_of_list_failure(note_level::debug, plan_.lanes[failed.lane.value], why));
        lane.throttled = true;
        look_whether_lists_stand(failed.lane, limits::throttled_lists_patience);
        return;
    }
    const bool first = lane.failures == 0;
    ++lane.failures;
    // A refusal slows the calls down by itself, until somebody mends the credentials.
    scheduler_.lane_failed(failed, now_.mono, why.kind);
    if (why.kind != error_class::denied) {
        constexpr backoff_bounds bounds{limits::backoff_base, limits::denied_pace};
        lane.idle_until = now_.mono + backoff_bound(lane.failures, bounds);
    }
    tell_list_failure(failed.lane, first, why);
    const bool refused = why.kind == error_class::denied || why.kind == error_class::rejected;
    if (refused && !lane.refused) {
        lane.refused = why.kind;
        view_.lanes[failed.lane.value].lists_refused = why.cure.empty() ? why.detail : why.cure;
        look_anew_everywhere(failed.lane);
        offer_to_neighbours(failed.lane);
        end_first_pass();
    }
    look_whether_lists_stand(failed.lane, limits::lists_patience);
}

// Lists and describes that are refused in the same words are one trouble, the lane's: a key that is
// wrong, a region that is switched off. The words for one operation name it.
void engine::tell_list_failure(lane_id lane, bool is_first, const failure& why) {
    auto& state = lanes_[lane.value];
    if (is_first && why.kind == error_class::denied) {
        if (state.down_because == why.detail) is_first = false;
        if (!state.describes_heard && state.untried > 0) {
            state.untold_refusal = why;
            return;
        }
    }
    tell_untold_refusal(lane);
    say(note_of_list_failure(
        is_first ? note_level::warning : note_level::debug, plan_.lanes[lane.value], why
    ));
}

void engine::tell_untold_refusal(lane_id lane) {
    const auto why = std::exchange(lanes_[lane.value].untold_refusal, std::nullopt);
    if (why) say(note_of_list_failure(note_level::warning, plan_.lanes[lane.value], *why));
}

// Pages that have not come for so long leave the lane's jobs to describes.
void engine::look_whether_lists_stand(lane_id lane, milliseconds patience) {
    auto& state = lanes_[lane.value];
    if (!state.failing_since) state.failing_since = now_.mono;
    const auto since = now_.mono - *state.failing_since;
    if (state.refused || state.left_to_describes || since < patience) return;
    state.left_to_describes = true;
    say(note_of_standing_lists(plan_.lanes[lane.value], std::chrono::floor<milliseconds>(since)));
    look_anew_everywhere(lane);
    end_first_pass();
}

void engine::lists_are_back(lane_id lane) {
    auto& state = lanes_[lane.value];
    const bool worked = lists_work(lane);
    const bool was_failing = std::exchange(state.failures, 0U) > 0 || !worked;
    state.failing_since.reset();
    state.left_to_describes = false;
    state.refused.reset();
    view_.lanes[lane.value].lists_refused.clear();
    if (was_failing) say(note_of_lists_back(plan_.lanes[lane.value]));
    if (!worked) look_anew_everywhere(lane);
}

// While describes do not get through, only one that does tells that they are back. Where all jobs
// have ended nobody may be due for a day: one of them is described instead, and again until AWS
// answers. Where nobody is left, nothing is wrong any more.
void engine::try_describes(lane_id lane) {
    if (!scheduler_.is_down(lane)) return;
    if (lanes_[lane.value].slots.empty()) {
        needs_no_describes(lane);
        return;
    }
    const auto next = scheduler_.next_due(lane);
    if (next && *next <= now_.mono + 2 * limits::denied_pace) return;
    for (const auto& [name, slot] : lanes_[lane.value].slots) {
        if (!is_watched(slot) || scheduler_.is_being_described(slot)) continue;
        scheduler_.want(slot, look{look_queue::calm, now_.mono});
        return;
    }
}

// As good as answered.
void engine::needs_no_describes(lane_id lane) {
    poll last;
    last.lane = lane;
    lane_is_heard(last);
}

// ---- pages ------------------------------------------------------------------------------------

void engine::on_page(const poll& done, const asked_page& asked, const domain::job_page& page) {
    auto& lane = lanes_[done.lane.value];
    tally_.request(done.lane, done.operation, "ok");
    scheduler_.lane_answered(done);
    // Whether the connection is up is what describes tell, once they have told anything.
    if (!scheduler_.is_down(done.lane)) view_.lanes[done.lane.value].up = true;
    if (!lane.pages) return;
    // One page between refusals is a trickle: it takes two in a row.
    if (!std::exchange(lane.throttled, false)) lists_are_back(done.lane);
    ++lane.pages_told;
    const auto news = asked ? lane.pages->answered(*asked, page, now_) : sweep_news{};
    lane.idle_until = {};
    for (const auto& told : page.jobs)
        take_summary(done.lane, told, done.sent);
    try_describes(done.lane);
    for (const auto& key : news.absent) {
        const bool was_awaited = lane.awaited.erase(key) > 0;
        const auto slot = slot_of(done.lane, key.name);
        if (was_awaited && !(slot && is_watched(*slot))) lane.pages->release(key);
        if (!slot || targets_[*slot].key != key) continue;
        // What has ended may be gone: its end is still to be told.
        if (targets_[*slot].news == news_kind::ended) continue;
        set_news(*slot, news_kind::absent, done.sent);
        look_anew(*slot);
    }
    if (page.unreadable > 0) {
        say(note_of_unreadable_entries(plan_.lanes[done.lane.value], page.unreadable));
    }
    if (news.fell_back) say(note_of_fallback(plan_.lanes[done.lane.value]));
    if (news.reached_horizon) {
        say(note_of_sweep(
            plan_.lanes[done.lane.value], lane.pages->known(), lane.pages->live(), lane.pages_told
        ));
        look_whether_tags_are_refused(done.lane);
        end_first_pass();
    }
}

void engine::take_summary(lane_id lane, const domain::job_summary& told, mono_time sent) {
    learn_account(lane, told.account_id);
    const auto slot = slot_of(lane, told.name);
    if (slot && is_watched(*slot)) {
        observe_page(*slot, told, sent);
    } else {
        take_unclaimed(lane, told, sent);
        await_status(lane, told, sent);
    }
}

// Ended before the horizon, as far as the page tells: the past, that nobody is to be asked about.
bool engine::is_past(const domain::job_summary& told) const {
    if (!domain::is_terminal(told.status.value)) return false;
    const auto at = told.ended ? told.ended : told.modified;
    return at && *at < horizon();
}

bool engine::is_of_a_newer_job(std::size_t slot, wall_time created) const {
    const auto& last = view_.jobs[slot].last;
    return last && created > last->created;
}

// Whether more than the name says whose the newer job is: the former one's tags and description
// tell nothing about it.
bool engine::must_claim_anew(std::size_t slot, domain::primary_status status) const {
    const auto& target = targets_[slot];
    if (target.use != slot_use::discovered) return false;
    const auto& list = view_.jobs[slot].target.watch_list;
    const auto decided = claims_.decide({target.lane, target.name, status, nullptr, nullptr});
    return decided.answer != claim_answer::claimed || decided.watch_list != list ||
        !plan_.traits(list).labels_from_tags.empty();
}

// The name belongs to another job now. The former one goes, after its end if nobody explained it.
void engine::claim_anew(std::size_t slot, const domain::job_summary& told, mono_time sent) {
    const auto lane = targets_[slot].lane;
    end_without_cause(slot);
    release_slot(slot);
    take_unclaimed(lane, told, sent);
}

// A name is described once at a time: the call under way may still tell of the former job.
void engine::claim_successor(std::size_t slot, const domain::job_summary& told, mono_time sent) {
    if (scheduler_.is_being_described(slot)) {
        targets_[slot].successor = told;
    } else {
        claim_anew(slot, told, sent);
    }
}

void engine::claim_waiting_successor(const poll& described) {
    const auto told = std::exchange(targets_[described.slot].successor, std::nullopt);
    if (!told || targets_[described.slot].use != slot_use::discovered) return;
    if (is_of_a_newer_job(described.slot, told->created)) {
        claim_anew(described.slot, *told, described.sent);
    }
}

// What was told of a job before it was let go is history to whoever finds it again.
sighting engine::sight_of(std::size_t slot, const domain::job_identity& job) const {
    const auto told = told_until_.find(job);
    sighting sight{now_, told == told_until_.end() ? horizon_of(slot, job) : horizon(), reasons_};
    if (told != told_until_.end()) {
        sight.told_until = told->second;
        if (told->second == wall_time::max()) sight.horizon = wall_time::max();
    }
    heed_twins(slot, job, sight);
    return sight;
}

// A restart or a reload moves the horizon. Of a job that was seen before, what was not the past
// then is not the past now: AWS may have left it out, or nobody could describe the job.
wall_time engine::horizon_of(std::size_t slot, const domain::job_identity& job) const {
    const auto& last = view_.jobs[slot].last;
    if (!last || identity_of(*last) != job) return horizon();
    const auto& memory = targets_[slot].memory;
    auto then = memory.first_horizon.value_or(memory.first_observed - plan_.global.lookback);
    // Its end was not the past, so nothing of it that came then was.
    const auto& ended = view_.jobs[slot].ended;
    if (memory.counted && ended) then = std::min(then, *ended);
    return std::min(horizon(), then);
}

// What a page tells of a job that is watched.
void engine::observe_page(std::size_t slot, const domain::job_summary& told, mono_time sent) {
    auto& job = view_.jobs[slot];
    auto& target = targets_[slot];
    if (job.last && told.created < job.last->created) return;  // an older job of the name
    if (is_of_a_newer_job(slot, told.created)) {
        if (must_claim_anew(slot, told.status.value)) {
            claim_successor(slot, told, sent);
            return;
        }
        forget_tags(slot);
    }
    const bool first = !job.last || told.created != job.last->created;
    const bool was_live = target.live;
    date_horizon();
    // A page that has it again takes back that AWS did not find it: once it is absent anew, it is
    // described as soon as any other.
    if (job.missing) target.misses = 0;
    if (first) {
        // The older job of the name has ended, whatever nobody explained of it.
        end_without_cause(slot);
        if (job.last) forget_tags(slot);
        set_news(slot, news_kind::none, sent);
    }
    const auto identity = identity_of(told);
    if (first) release_elsewhere(target.lane, identity);
    const auto seen = observe_summary(job, target.memory, told, sight_of(slot, identity));
    target.observed = std::max(target.observed, sent);
    tally_.account_known(target.lane, told.account_id);
    if (seen.changed) {
        derive(slot, now_.wall);
        touch(slot);
    }
    take_findings(slot, seen);
    if (first) {
        target.described.reset();
        target.misses = 0;
        if (job.ending) {
            // Its past is of no interest to a scraper.
            retirement_.cancel(slot);
            job.retired = true;
        }
    }
    if (first && !job.ending && lacks_tag_labels(slot)) want_tags(slot);
    if (job.summarised && !job.ending) set_undescribed(slot, true);
    // Nobody is to be asked soon about what has ended: the first pass does not wait for that.
    if (job.ending) mark_tried(slot);
    const auto before = target.news;
    if (!job.ending) set_news(slot, news_of(slot, told), sent);
    refresh(slot);
    judge(slot);
    if (seen.changed || first) watch_in_sweep(slot);
    // A page that repeats what is known leaves the queues alone.
    if (first || target.news != before || target.live != was_live) look_anew(slot);
}

// What the page says beyond what a describe has shown.
news_kind engine::news_of(std::size_t slot, const domain::job_summary& told) const {
    const auto& target = targets_[slot];
    const auto& job = view_.jobs[slot];
    const auto& last = *job.last;
    if (terminal_status(last)) return news_kind::ended;
    if (job.summarised) return news_of_phase(last.secondary.value);
    const bool same_status = last.status == told.status &&
        (told.secondary.text.empty() || last.secondary == told.secondary);
    // An older page.
    if (!same_status || (last.modified && told.modified && *told.modified < *last.modified)) {
        return target.news;
    }
    if (target.shown_modified && told.modified && *told.modified <= *target.shown_modified) {
        return news_kind::none;
    }
    if (target.shown_secondary != last.secondary.text) {
        return news_of_phase(last.secondary.value);
    }
    return told.modified == target.shown_modified ? news_kind::none : news_kind::message;
}

// AWS never explained it, or nobody could be asked: it has ended all the same.
void engine::end_unexplained_jobs() {
    while (!unexplained_.empty() &&
           unexplained_.begin()->first + limits::settle_patience <= now_.mono) {
        const auto slot = unexplained_.begin()->second;
        unexplained_.erase(unexplained_.begin());
        end_without_cause(slot);
    }
}

void engine::end_without_cause(std::size_t slot) {
    if (targets_[slot].news != news_kind::ended) return;
    auto& job = view_.jobs[slot];
    sighting sight{now_, horizon(), reasons_};
    heed_twins(slot, identity_of(*job.last), sight);
    const auto seen = end_unexplained(job, targets_[slot].memory, sight);
    if (!seen.changed) return;
    derive(slot, now_.wall);
    touch(slot);
    take_findings(slot, seen);
    refresh(slot);
    watch_in_sweep(slot);
}

// It had ended before the horizon when a page told of it first: nobody is to be asked about it.
bool engine::is_of_the_past(std::size_t slot) const {
    const auto& job = view_.jobs[slot];
    return targets_[slot].use == slot_use::discovered && job.summarised && job.ending &&
        !targets_[slot].memory.counted;
}

}  // namespace trainwatch::core
