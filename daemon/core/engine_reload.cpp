#include <algorithm>

#include "base/check.hpp"
#include "base/limits.hpp"
#include "core/engine.hpp"
#include "core/notes.hpp"
#include "core/notes_of_lists.hpp"
#include "core/taken_up.hpp"

namespace trainwatch::core {

// Another configuration, while everything goes on: what both have stays as it is, jobs are claimed
// anew, and what nobody watches any more ends.
void engine::on(const reconfigured& what) {
    CHECK(what.plan.lanes.size() >= plan_.lanes.size());
    CHECK(what.plan.endpoints.size() >= plan_.endpoints.size());
    const auto former = std::exchange(plan_, what.plan);
    // A list that is new looks back as far as it would after a restart.
    restored_sweep_ = last_sweep_;
    started_ = our_now_;
    reasons_ = failure_classifier(plan_.failure_classes);
    claims_ = claims(plan_);
    taken_up_ = claims_of_taken_up(plan_);
    waits_for_status_ = has_status_filter(plan_);
    say(note_of_reconfiguration(former, plan_));
    const bool other_filters = former.discovery != plan_.discovery;
    follow_lanes();
    scheduler_.reconfigure(plan_, now_.mono);
    tally_.reconfigure(plan_);
    follow_endpoints();
    for (std::size_t i = 0; i < lanes_.size(); ++i) {
        auto& lane = lanes_[i];
        lane.foreign.clear();
        // A permission may have been given.
        lane.tags_refused = false;
        lane.tags_read_at.reset();
        lane.tags_denied = 0;
        lane.tags_denial.reset();
        lane.tags_witnesses.clear();
        lane.tags_confirmed = 0;
        lane.tags_refusals = 0;
        lane.tags_again = now_.mono;
        // What the new filters match may be older than what the old ones kept in sight.
        if ((other_filters || lane.tags_told) && lane.pages) sweep_anew(lane_id{i});
    }
    follow_jobs();
    for (std::size_t i = 0; i < lanes_.size(); ++i) {
        hasten_refused_tags(lane_id{i}, now_.mono);
        if (lanes_[i].tags_told) retry_tags_of_one(lane_id{i});
    }
    release_twins();
    address_all();
    drop_endpoints();
    // Their lists may promise something else.
    for (const auto& lane : lanes_)
        for (const auto& [name, slot] : lane.slots)
            watch_in_sweep(slot);
    end_unwatched_alerts();
    end_promises();
    renew_heartbeat();
    // Of jobs that have left the view already: made room for others, or deleted.
    std::vector<alert_number> over;
    for (const auto& [key, alert] : book_.numbers()) {
        const auto& known = book_.alert(alert);
        if (known.labels.contains("training_job") && is_unwatched(alert, {})) {
            over.push_back(alert);
        }
    }
    for (const auto alert : over)
        end_as_unwatched(alert);
}

// Of lists that are not there any more, and have no live job either.
void engine::end_promises() {
    for (const auto& which : stale_watch_.all()) {
        const auto lane = which.first.value;
        if (lists_of_lane_[lane].contains(which.second)) continue;
        if (view_.lanes[lane].oldest_observation.contains(which.second)) continue;
        end_stale(which.first, which.second, "unwatched");
        stale_watch_.forget(which);
    }
}

void engine::follow_lanes() {
    const auto before = lanes_.size();
    lanes_.resize(plan_.lanes.size());
    view_.lanes.resize(plan_.lanes.size());
    clock_watch_.resize(plan_.lanes.size());
    lists_of_lane_.assign(plan_.lanes.size(), {});
    for (const auto& target : plan_.targets)
        lists_of_lane_[target.lane.value].insert(target.watch_list);
    for (const auto& rule : plan_.discovery) {
        for (const auto lane : rule.lanes)
            lists_of_lane_[lane.value].insert(rule.watch_list);
    }
    follow_neighbours();
    for (std::size_t i = 0; i < lanes_.size(); ++i) {
        const auto& lane = plan_.lanes[i];
        view_.connections.try_emplace(lane.connection);
        const bool lists = lane.lists && !lane.gone;
        const auto wanted = sweep_settings_of(lane_id{i});
        lanes_[i].discovers = lists && wanted.discovers;
        lanes_[i].staleness_bound = wanted.staleness_bound;
        if (!lists) {
            lanes_[i].pages.reset();
            lanes_[i].asked.clear();
            lanes_[i].refused.reset();
            lanes_[i].failing_since.reset();
            lanes_[i].throttled = lanes_[i].left_to_describes = false;
            lanes_[i].pages_are_late = false;
            lanes_[i].failures = 0;
            view_.lanes[i].lists_refused.clear();
        } else if (i >= before || !lanes_[i].pages) {
            begin_sweep(lane_id{i});
        } else {
            lanes_[i].pages->configure(wanted);
        }
    }
}

sweep_settings engine::sweep_settings_of(lane_id lane) const {
    sweep_settings chosen;
    chosen.staleness_bound = plan_.global.staleness_bound;
    for (const auto& list : lists_of_lane_[lane.value]) {
        chosen.staleness_bound = std::min(chosen.staleness_bound, plan_.staleness_bound(list));
    }
    chosen.describe_rate = plan_.lanes[lane.value].budget.describe_per_second;
    chosen.frugal = plan_.lanes[lane.value].pace == domain::pace_kind::bound;
    chosen.discovers =
        std::any_of(plan_.discovery.begin(), plan_.discovery.end(), [&](const auto& rule) {
            return std::find(rule.lanes.begin(), rule.lanes.end(), lane) != rule.lanes.end();
        });
    return chosen;
}

void engine::begin_sweep(lane_id lane) {
    auto& state = lanes_[lane.value];
    state.pages.emplace(sweep_settings_of(lane));
    state.sweeps_again = false;
    state.asked.clear();
    state.awaited.clear();
    state.idle_until = {};
    for (const auto& [name, slot] : state.slots) {
        targets_[slot].key.reset();
        watch_in_sweep(slot);
    }
}

// What pages have passed over may be somebody's by now. A sweep that is under way goes on, lest one
// change after the other keeps it from the oldest jobs; the next one begins when it is through.
void engine::sweep_anew(lane_id lane) {
    auto& state = lanes_[lane.value];
    if (state.pages->is_under_way()) {
        state.sweeps_again = true;
    } else {
        begin_sweep(lane);
    }
}

void engine::follow_endpoints() {
    for (std::size_t i = receiver_of_.size(); i < plan_.endpoints.size(); ++i) {
        const auto& name = plan_.endpoints[i].receiver;
        view_.receivers.try_emplace(name);
        auto at = std::find(receivers_.begin(), receivers_.end(), name);
        bool is_new = at == receivers_.end();
        if (is_new) {
            receivers_.push_back(name);
            at = std::prev(receivers_.end());
            book_.add_receiver();
        }
        const auto receiver = static_cast<std::size_t>(at - receivers_.begin());
        if (book_.has_left(receiver)) {
            book_.reopen_receiver(receiver);
            is_new = true;
        }
        receiver_of_.push_back(receiver);
        outbox_.add_endpoint();
        read_backs_.add_endpoint(plan_.endpoints[i].can_tell);
        endpoint_clocks_.emplace_back(1);
        if (!is_new) offer_all(endpoint_id{i});
    }
}

// A receiver that is new, or that lists have named since, hears of all that fires and is for it;
// what waits for the disk still leaves by itself.
void engine::address_all() {
    for (const auto& [key, alert] : book_.numbers()) {
        const auto& known = book_.alert(alert);
        if (known.state == domain::alert_state::resolved) continue;
        auto addressed = addressees_of(known);
        // Those who hear of it by now.
        if (!list_to_ask(known) && outbox_.holds(alert)) {
            addressed.assign(receivers_.size(), false);
        }
        // Without receivers there was an end in sight; now there is somebody to confirm.
        const bool has_left = outbox_.holds(alert) ||
            (has_receivers() &&
             unreceived_.erase({known.starts_at + limits::terminal_hold, alert}) > 0);
        for (std::size_t i = 0; i < receivers_.size(); ++i) {
            const bool is_new = addressed[i] && !book_.has_left(i) && !book_.is_addressed(alert, i);
            if (!is_new) continue;
            book_.address(alert, i);
            if (!has_left) continue;
            ++view_.receivers[receivers_[i]].unconfirmed;
            offer(alert, i);
        }
    }
}

void engine::offer(alert_number alert, std::size_t receiver) {
    for (std::size_t i = 0; i < plan_.endpoints.size(); ++i) {
        if (plan_.endpoints[i].gone || receiver_of_[i] != receiver) continue;
        outbox_.add(endpoint_id{i}, alert, now_.mono);
    }
}

// One more address of a receiver that has others: it knows nothing yet.
void engine::offer_all(endpoint_id endpoint) {
    for (const auto& [key, alert] : book_.numbers()) {
        const bool fires = book_.alert(alert).state == domain::alert_state::firing;
        if (!fires || !outbox_.holds(alert)) continue;
        if (!book_.is_addressed(alert, receiver_of(endpoint))) continue;
        outbox_.add(endpoint, alert, now_.mono);
    }
}

std::size_t engine::endpoints_of(std::size_t receiver) const {
    std::size_t count = 0;
    for (std::size_t i = 0; i < receiver_of_.size(); ++i) {
        if (receiver_of_[i] == receiver && !plan_.endpoints[i].gone) ++count;
    }
    return count;
}

// After everybody who is to hear of what fires has been addressed: else nobody would seem to be
// left to tell.
void engine::drop_endpoints() {
    for (std::size_t i = 0; i < plan_.endpoints.size(); ++i) {
        if (plan_.endpoints[i].gone) drop_endpoint(endpoint_id{i});
    }
}

void engine::drop_endpoint(endpoint_id endpoint) {
    const auto left = outbox_.drop(endpoint);
    read_backs_.drop(endpoint);
    const auto receiver = receiver_of(endpoint);
    if (endpoints_of(receiver) == 0) drop_receiver(receiver);
    for (const auto alert : left) {
        if (!book_.knows(alert) || outbox_.holds(alert)) continue;
        if (has_receivers()) {
            // All the others know of its end already.
            forget_alert(alert);
        } else {
            unreceived_.emplace(book_.alert(alert).starts_at + limits::terminal_hold, alert);
        }
    }
}

// Nobody is left who could confirm anything there, or has to be told of an end.
void engine::drop_receiver(std::size_t receiver) {
    if (view_.receivers.erase(receivers_[receiver]) == 0) return;
    if (has_receivers()) {
        for (const auto& [key, alert] : book_.numbers()) {
            const auto closing = book_.close(alert, receiver, now_.wall);
            if (closing != alert_book::closing::closed_everywhere) continue;
            journal_.put(book_.row(alert));
        }
    }
    book_.leave_receiver(receiver);
}

// Who is watched now, and by which list.
void engine::follow_jobs() {
    std::map<std::pair<lane_id, std::string>, const domain::target*> named;
    for (const auto& target : plan_.targets)
        named.emplace(std::pair(target.lane, target.name), &target);
    for (std::size_t slot = 0; slot < targets_.size(); ++slot) {
        const auto& known = targets_[slot];
        if (known.use == slot_use::vacant || known.use == slot_use::leaving) continue;
        const auto at = named.find({known.lane, known.name});
        if (at != named.end() && known.use == slot_use::candidate) {
            // It gets a slot like any other name.
            release_slot(slot);
        } else if (at != named.end()) {
            keep_by_name(slot, at->second->watch_list);
            named.erase(at);
        } else {
            keep_by_filter(slot);
        }
    }
    for (const auto& [name, target] : named) {
        const auto slot = take_slot(target->lane, target->name, slot_use::explicit_name);
        view_.jobs[slot].target = *target;
        touch(slot);
        start_watching(slot);
    }
    // Where pages are read, the next one tells whether AWS answers at all.
    for (std::size_t i = 0; i < lanes_.size(); ++i) {
        const bool is_idle = lanes_[i].slots.empty() && !lanes_[i].pages;
        if (is_idle && scheduler_.is_down(lane_id{i})) needs_no_describes(lane_id{i});
    }
    count_lists();
    view_.first_pass_complete = false;
    end_first_pass();
}

// How many jobs each list has found, after they were shared out anew.
void engine::count_lists() {
    list_sizes_.clear();
    for (std::size_t slot = 0; slot < targets_.size(); ++slot) {
        if (targets_[slot].use != slot_use::discovered) continue;
        ++list_sizes_[view_.jobs[slot].target.watch_list];
    }
    for (const auto& [list, count] : std::map(list_sizes_))
        tell_of_large_list(list);
}

void engine::keep_by_name(std::size_t slot, const std::string& watch_list) {
    auto& target = targets_[slot];
    if (target.use == slot_use::discovered) {
        target.use = slot_use::explicit_name;
        // Something is known of it: the first pass need not wait for more.
        target.tried = true;
    }
    move_to_list(slot, watch_list);
}

void engine::keep_by_filter(std::size_t slot) {
    auto& target = targets_[slot];
    if (target.use == slot_use::candidate) {
        settle_candidate(slot);
        return;
    }
    const auto& list = view_.jobs[slot].target.watch_list;
    const bool lane_goes_on = !plan_.lanes[target.lane.value].gone;
    auto decided = lane_goes_on ? decide_claim(slot) : claim{};
    const bool list_goes_on =
        std::any_of(plan_.discovery.begin(), plan_.discovery.end(), [&](const auto& rule) {
            return rule.watch_list == list;
        });
    if (decided.answer == claim_answer::nobody && lane_goes_on && list_goes_on) {
        // Its list took it up in another status.
        auto all = std::exchange(claims_, claims_of_taken_up(plan_, list));
        decided = decide_claim(slot);
        claims_ = std::move(all);
    }
    // What cannot be told yet stays where it is, even if that list is gone: another may have it,
    // and its alerts must not end in between.
    const bool may_stay =
        decided.answer == claim_answer::needs_details || decided.answer == claim_answer::needs_tags;
    // A name that AWS never knew is nothing that a filter could find.
    const bool is_known = view_.jobs[slot].last.has_value();
    const bool is_claimed = decided.answer == claim_answer::claimed;
    if (!is_known || (!is_claimed && !may_stay)) {
        unwatch(slot);
        return;
    }
    if (target.use == slot_use::explicit_name) {
        if (!target.tried) --lanes_[target.lane.value].untried;
        target.use = slot_use::discovered;
    }
    // What it was given without a description, or without tags, is decided again with them.
    const bool lacks_details = view_.jobs[slot].summarised && are_details_refused(slot);
    target.may_move = !is_claimed || lacks_details || target.tags_trouble;
    if (is_claimed) {
        move_to_list(slot, decided.watch_list);
    } else if (decided.answer == claim_answer::needs_tags) {
        want_tags(slot);
    } else {
        look_anew(slot);
    }
}

// More is known of it: not now, because what brought the news still goes on with the job.
void engine::reconsider(std::size_t slot) {
    if (targets_[slot].may_move) reconsidered_.insert(slot);
}

void engine::reconsider_jobs() {
    for (const auto slot : std::exchange(reconsidered_, {})) {
        if (targets_[slot].use == slot_use::discovered) keep_by_filter(slot);
    }
    if (std::exchange(has_moved_, false)) address_all();
}

// Alerts keep the labels that they fired with.
void engine::move_to_list(std::size_t slot, const std::string& watch_list) {
    auto& job = view_.jobs[slot];
    if (job.target.watch_list != watch_list) {
        job.target.watch_list = watch_list;
        has_moved_ = true;
        touch(slot);
        if (job.last) keep(slot, {});
    }
    set_tag_labels(slot);
    refresh(slot);
    set_in_rounds(slot, !lists_work(targets_[slot].lane));
    look_anew(slot);
}

}  // namespace trainwatch::core
