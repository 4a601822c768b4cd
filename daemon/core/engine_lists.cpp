// When lists are asked for, and what is done while they are not to be had.
#include <algorithm>
#include <utility>

#include "base/check.hpp"
#include "base/limits.hpp"
#include "core/backoff.hpp"
#include "core/engine.hpp"
#include "core/notes_of_lists.hpp"

namespace trainwatch::core {

bool engine::lists_work(lane_id lane) const {
    const auto& state = lanes_[lane.value];
    return state.pages && !state.refused && !state.left_to_describes;
}

// Pages are to find jobs, and AWS refuses them or does not answer. That it throttles them is
// TrainwatchdStale's: others may leave.
bool engine::finds_none(lane_id lane) const {
    const auto& state = lanes_[lane.value];
    return state.pages && state.discovers && scheduler_.is_down(lane, aws_operation::list);
}

// Describes are to keep what they can of the bounds.
bool engine::are_pages_late(lane_id lane) const {
    const auto& state = lanes_[lane.value];
    return state.pages && (state.pages_are_late || !lists_work(lane));
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
    keep_first_start();
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
    lane.lists_said = why.cure.empty() ? why.detail : why.cure;
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
    // Where nobody is to be described, refusals are all that is heard of AWS.
    const bool is_described = lane.described_at && *lane.described_at >= *lane.failing_since;
    const bool is_sure = now_.mono - *lane.failing_since >= limits::lists_patience;
    if (lane.discovers && lane.refused && is_sure && !is_described) {
        view_.lanes[failed.lane.value].heard = true;
        view_.lanes[failed.lane.value].up = false;
    }
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

// Pages that have not come for so long leave the lane's jobs to describes; before that, those that
// would be late.
void engine::look_whether_lists_stand(lane_id lane, milliseconds patience) {
    auto& state = lanes_[lane.value];
    if (!state.failing_since) state.failing_since = now_.mono;
    const auto since = now_.mono - *state.failing_since;
    if (state.refused || state.left_to_describes) return;
    if (since < patience) {
        if (state.pages_are_late || since < state.staleness_bound / limits::late_pages_part) return;
        state.pages_are_late = true;
        look_anew_everywhere(lane);
        return;
    }
    state.left_to_describes = true;
    say(note_of_standing_lists(plan_.lanes[lane.value], std::chrono::floor<milliseconds>(since)));
    look_anew_everywhere(lane);
    end_first_pass();
}

void engine::lists_are_back(lane_id lane) {
    auto& state = lanes_[lane.value];
    const bool were_late = are_pages_late(lane);
    const bool worked = lists_work(lane);
    const bool was_failing = std::exchange(state.failures, 0U) > 0 || !worked;
    state.failing_since.reset();
    state.left_to_describes = false;
    state.pages_are_late = false;
    state.refused.reset();
    view_.lanes[lane.value].lists_refused.clear();
    if (was_failing) say(note_of_lists_back(plan_.lanes[lane.value]));
    if (were_late) look_anew_everywhere(lane);
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
}  // namespace trainwatch::core
