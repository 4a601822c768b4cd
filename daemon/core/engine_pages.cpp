// What a page of jobs leads to.
#include <algorithm>
#include <utility>

#include "base/limits.hpp"
#include "core/engine.hpp"
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
    if (news.reached_horizon && lane.sweeps_again) {
        begin_sweep(done.lane);
    } else if (news.reached_horizon) {
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
    return at && *at < horizon_without(identity_of(told));
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
    sighting sight{
        now_, told == told_until_.end() ? horizon_of(slot, job) : horizon_without(job), reasons_};
    if (told != told_until_.end()) {
        sight.told_until = told->second;
        sight.is_end_told = told->second == wall_time::max();
        if (sight.is_end_told) sight.horizon = wall_time::max();
    }
    heed_twins(slot, job, sight);
    return sight;
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
        if (job.ending) retire_past(slot);
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
    // A page that repeats what is known leaves the queues alone, unless it was waited for.
    const bool was_late = lanes_[target.lane.value].pages_are_late && lists_work(target.lane);
    if (first || target.news != before || target.live != was_live || (was_late && target.live))
        look_anew(slot);
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

// Its turn comes: nobody has asked about this end yet, and AWS answers for those before it.
bool engine::will_be_explained(std::size_t slot) const {
    const auto& target = targets_[slot];
    const auto& lane = lanes_[target.lane.value];
    const bool was_asked = target.described && *target.described > target.news_since;
    return !was_asked && !view_.jobs[slot].trouble && lane.described_at &&
        now_.mono < *lane.described_at + limits::explaining_interval &&
        now_.mono < target.news_since + limits::explaining_patience;
}

// AWS never explained it, or nobody could be asked: it has ended all the same.
void engine::end_unexplained_jobs() {
    if (now_.mono < unexplained_look_) return;
    std::vector<std::size_t> given_up;
    for (const auto& [since, slot] : unexplained_) {
        if (now_.mono < since + limits::settle_patience) break;
        if (will_be_explained(slot)) {
            unexplained_look_ = now_.mono + limits::settle_interval;
        } else {
            given_up.push_back(slot);
        }
    }
    for (const auto slot : given_up) {
        forget_unexplained(slot);
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
        !targets_[slot].memory.is_end_counted();
}

}  // namespace trainwatch::core
