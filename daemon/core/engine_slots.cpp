#include <algorithm>

#include "base/check.hpp"
#include "base/limits.hpp"
#include "core/engine.hpp"
#include "core/look.hpp"
#include "core/notes_of_lists.hpp"
#include "core/steering.hpp"
#include "core/tracker.hpp"

namespace trainwatch::core {

std::size_t engine::take_slot(lane_id lane, const std::string& name, slot_use use) {
    std::size_t slot = targets_.size();
    if (vacant_.empty()) {
        targets_.emplace_back();
        if (view_.jobs.size() < targets_.size()) view_.jobs.emplace_back();
    } else {
        slot = *vacant_.begin();
        vacant_.erase(vacant_.begin());
    }
    auto& target = targets_[slot];
    target = {};
    target.use = use;
    target.lane = lane;
    target.name = name;
    lanes_[lane.value].slots.insert_or_assign(name, slot);
    if (use == slot_use::explicit_name) {
        ++view_.watched;
        ++lanes_[lane.value].untried;
    }
    return slot;
}

// Nobody watches it any more. What it had said stays in the ledger; the slot is another's as soon
// as no call for it is under way.
void engine::release_slot(std::size_t slot) {
    if (targets_[slot].use != slot_use::leaving) forget_job(slot);
    auto& target = targets_[slot];
    target.use = slot_use::leaving;
    if (scheduler_.is_in_flight(slot)) return;
    scheduler_.remove(slot);
    target = {};
    vacant_.insert(slot);
}

void engine::forget_job(std::size_t slot) {
    auto& target = targets_[slot];
    auto& lane = lanes_[target.lane.value];
    release_from_sweep(slot);
    lane.untagged.erase(slot);
    lane.tags_failing.erase(slot);
    target.waits_for_tags = false;
    held_.erase({target.held_until, slot});
    target.details.reset();
    target.summary.reset();
    note_ended(slot, std::nullopt);
    if (target.use == slot_use::explicit_name && !target.tried) --lane.untried;
    set_in_rounds(slot, false);
    set_undescribed(slot, false);
    set_undecided(slot, false);
    set_news(slot, news_kind::none, {});
    const auto at = lane.slots.find(target.name);
    if (at != lane.slots.end() && at->second == slot) lane.slots.erase(at);
    if (target.use == slot_use::candidate) return;
    auto& job = view_.jobs[slot];
    // Unless another slot has it, nobody judges any more whether they hold.
    if (job.last && !job.ending) {
        for (const auto& each : standing_.about(identity_of(*job.last)))
            orphans_.insert(each.alert);
    }
    let_go_of_rows(slot);
    reconsidered_.erase(slot);
    leave_list(slot);
    freshness_.update(slot, job.target, std::nullopt);
    if (std::exchange(target.live, false)) {
        --view_.live;
        --view_.lanes[target.lane.value].live;
    }
    retirement_.cancel(slot);
    --view_.watched;
    const auto revision = job.revision;
    job = {};
    job.revision = revision;
    note_statuses(slot);
    touch(slot);
}

std::optional<std::size_t> engine::slot_of(lane_id lane, std::string_view name) const {
    const auto& slots = lanes_[lane.value].slots;
    const auto at = slots.find(name);
    if (at == slots.end()) return std::nullopt;
    return at->second;
}

bool engine::is_watched(std::size_t slot) const {
    const auto use = targets_[slot].use;
    return use == slot_use::explicit_name || use == slot_use::discovered;
}

// A list has it: from now on it is shown.
void engine::adopt(std::size_t slot, slot_use use, const std::string& watch_list) {
    auto& target = targets_[slot];
    target.use = use;
    view_.jobs[slot].target = {target.lane, target.name, watch_list};
    ++view_.watched;
    touch(slot);
    if (use != slot_use::discovered) return;
    ++list_sizes_[watch_list];
    tell_of_large_list(watch_list);
}

// Of the jobs that it found.
void engine::leave_list(std::size_t slot) {
    if (targets_[slot].use != slot_use::discovered) return;
    const auto at = list_sizes_.find(view_.jobs[slot].target.watch_list);
    if (at != list_sizes_.end() && --at->second == 0) list_sizes_.erase(at);
}

// Where it stands among those that make room for others.
void engine::note_ended(std::size_t slot, std::optional<wall_time> when) {
    auto& known = targets_[slot].in_ended;
    if (known == when) return;
    if (known) ended_.erase({*known, slot});
    if (when) ended_.emplace(*when, slot);
    known = when;
}

// At the start, and when another configuration names it.
void engine::start_watching(std::size_t slot) {
    const auto& target = targets_[slot];
    auto& turns = lanes_[target.lane.value].first_turns;
    // No job that a page tells of comes before all names that nobody has seen yet.
    const auto first = (view_.jobs[slot].last ? now_.mono : take_turn(turns, slot)) -
        limits::first_look_head_start;
    scheduler_.add(slot, target.lane, look{look_queue::unseen, first});
    set_in_rounds(slot, !plan_.lanes[target.lane.value].lists);
    watch_in_sweep(slot);
    if (view_.jobs[slot].last) look_anew(slot);
}

void engine::set_in_rounds(std::size_t slot, bool in_rounds) {
    auto& target = targets_[slot];
    if (std::exchange(target.in_rounds, in_rounds) == in_rounds) return;
    if (in_rounds) {
        ++in_rounds_;
        return;
    }
    --in_rounds_;
    if (std::exchange(target.round, 0U) == round_) --heard_in_round_;
}

void engine::set_undecided(std::size_t slot, bool undecided) {
    auto& target = targets_[slot];
    if (std::exchange(target.undecided, undecided) == undecided) return;
    view_.lanes[target.lane.value].undecided += undecided ? 1 : -1;
    target.undecided_since = now_.mono;
}

void engine::set_undescribed(std::size_t slot, bool undescribed) {
    if (std::exchange(targets_[slot].undescribed, undescribed) == undescribed) return;
    view_.undescribed += undescribed ? 1 : -1;
}

// What the sweep is to know of the job, after anything about it changed.
void engine::watch_in_sweep(std::size_t slot) {
    auto& target = targets_[slot];
    auto& lane = lanes_[target.lane.value];
    const auto& job = view_.jobs[slot];
    if (!lane.pages) return;
    const bool live = job.last && !job.ending && !job.missing;
    if (!live) {
        release_from_sweep(slot);
        return;
    }
    const job_key key{job.last->created, job.last->name};
    if (target.key && *target.key != key) release_from_sweep(slot);
    if (target.phase != job.last->secondary.value || !target.key) {
        target.phase = job.last->secondary.value;
        target.phase_since = now_.mono;
    }
    hazard_facts facts{target.phase, target.phase_since, {}};
    for (const auto& deadline : job.deadlines) {
        const auto at = now_.mono + (deadline.at - now_.wall);
        if (!facts.limit_at || at < *facts.limit_at) facts.limit_at = at;
    }
    target.key = key;
    lane.pages->watch(key, facts, target.observed, plan_.staleness_bound(job.target.watch_list));
    lane.idle_until = {};
}

void engine::release_from_sweep(std::size_t slot) {
    auto& target = targets_[slot];
    if (!target.key) return;
    auto& lane = lanes_[target.lane.value];
    if (lane.pages) lane.pages->release(*target.key);
    target.key.reset();
}

look engine::look_for(std::size_t slot, mono_time sent) const {
    const auto& target = targets_[slot];
    const auto& job = view_.jobs[slot];
    if (is_of_the_past(slot)) return look{look_queue::calm, now_.mono + limits::no_look};
    const auto bound = plan_.staleness_bound(job.target.watch_list);
    look_facts facts{
        sent,
        now_,
        bound,
        scheduler_.late_interval(target.lane, bound, now_.mono),
        target.misses,
        {},
        {}};
    const bool by_pages =
        lists_work(target.lane) && job.last && (target.key || target.use == slot_use::discovered);
    if (by_pages) {
        const auto& sweep = view_.lanes[target.lane.value].sweep;
        facts.listed = listing_facts{
            target.news,
            target.news_since,
            target.described,
            view_.lanes[target.lane.value].live,
            scheduler_.rate(aws_operation::describe, target.lane, now_.mono),
            scheduler_.backlog(target.lane),
            sweep ? sweep->floor : milliseconds(0),
            plan_.lanes[target.lane.value].pace == domain::pace_kind::bound,
            target.memory.counted_before,
            target.key ? lanes_[target.lane.value].pages->described_each(*target.key)
                       : std::nullopt};
    }
    if (are_pages_late(target.lane)) facts.late = late_pages_of(target.lane, bound);
    auto next = next_look(job, facts);
    if (next.queue == look_queue::ended) {
        next.due = std::max(next.due, target.end_turn - ahead_of_completions(job));
    }
    return next;
}

// Which bounds describes keep by themselves. Of the others nobody is described who would be as old
// by pages that come.
late_pages engine::late_pages_of(lane_id lane, milliseconds bound) const {
    const double rate = scheduler_.rate(aws_operation::describe, lane, now_.mono);
    if (const auto each = kept_by_describes(lanes_[lane.value].pages->bounds(), bound, rate)) {
        return {*each, true};
    }
    const auto& shown = view_.lanes[lane.value];
    const auto floor = shown.sweep ? shown.sweep->floor : milliseconds(0);
    const auto by_pages = std::chrono::duration_cast<nanoseconds>(rounds_kept(shown.live) * floor);
    const auto each = steered_describe_period(bound, rate).value_or(bound / 2);
    return {std::max(each, by_pages), false};
}

// Its place in the queues, unless an answer is under way that will give it one.
void engine::look_anew(std::size_t slot) {
    const auto& target = targets_[slot];
    if (target.waits_for_tags && target.details) return;
    if (!is_watched(slot) || !view_.jobs[slot].last) return;
    const auto heard = std::max(target.described.value_or(target.observed), target.observed);
    scheduler_.want(slot, look_for(slot, heard));
}

void engine::look_anew_everywhere(lane_id lane) {
    for (const auto& [name, slot] : lanes_[lane.value].slots) {
        set_in_rounds(slot, is_watched(slot) && !lists_work(lane));
        look_anew(slot);
    }
}

void engine::set_news(std::size_t slot, news_kind news, mono_time since) {
    auto& target = targets_[slot];
    if (target.news == news_kind::ended && news != news_kind::ended) {
        forget_unexplained(slot);
    }
    if (news == news_kind::none) {
        target.news = news;
        return;
    }
    // The first time counts, for news of the same kind.
    if (target.news == news) return;
    target.news = news;
    target.news_since = since;
    if (news == news_kind::ended) {
        unexplained_.emplace(since, slot);
        ++view_.lanes[target.lane.value].unexplained;
        // Among those of its list that are as urgent: no failure waits for its completions.
        const bool may_page = ahead_of_completions(view_.jobs[slot]) > nanoseconds(0);
        auto& lane = lanes_[target.lane.value];
        target.end_turn = take_turn(may_page ? lane.failure_turns : lane.completion_turns, slot);
    }
}

void engine::forget_unexplained(std::size_t slot) {
    const auto& target = targets_[slot];
    if (unexplained_.erase({target.news_since, slot}) == 0) return;
    --view_.lanes[target.lane.value].unexplained;
}

// The ends of one list are described as fast as the budget allows, and not faster: those of another
// that come later stand between them, not behind them. So are the jobs that lists name and nobody
// has seen.
mono_time engine::take_turn(std::map<std::string, mono_time>& turns, std::size_t slot) const {
    const auto& target = targets_[slot];
    const auto rate = plan_.lanes[target.lane.value].budget.describe_per_second;
    auto& next = turns[view_.jobs[slot].target.watch_list];
    const auto turn = std::max(next, now_.mono);
    next = turn + std::chrono::round<nanoseconds>(std::chrono::duration<double>(1.0 / rate));
    return turn;
}

// For one more: the longest ended leaves. False: all are alive, or named by a list.
bool engine::make_room() {
    while (view_.watched >= bounds_.tracked_jobs && !ended_.empty())
        release_slot(ended_.begin()->second);
    if (view_.watched < bounds_.tracked_jobs) return true;
    tell_full();
    return false;
}

void engine::tell_full() {
    if (!std::exchange(told_full_, true)) say(note_of_full(view_.watched));
}

// Of discovered jobs that have ended, the longest ended make room for those that the configuration
// names, or that the ledger knew.
void engine::keep_few_ended() {
    while (view_.watched > bounds_.tracked_jobs && !ended_.empty()) {
        release_slot(ended_.begin()->second);
    }
}

// Once a list, by how many jobs it has: a filter that matches everything is rarely meant.
void engine::tell_of_large_list(const std::string& watch_list) {
    const auto count = list_sizes_[watch_list];
    if (count < limits::large_list || !large_lists_.insert(watch_list).second) return;
    say(note_of_large_list(watch_list, count));
}

}  // namespace trainwatch::core
