// Whose time counts: our wall clock may be days off, AWS' and the receivers' answers are dated.
#include <algorithm>

#include "core/engine.hpp"
#include "core/notes.hpp"

namespace trainwatch::core {

void engine::learn_offset(const std::optional<milliseconds>& offset, instant now) {
    if (!offset) return;
    const bool was_known = clock_.is_known();
    clock_.measured(*offset, now);
    now_.wall = clock_.at(now);
    // What was swept before anybody told the time was dated by a clock that is ahead, as it turns
    // out: what ends from now on would be the past of the next run.
    const bool is_by_ours = last_sweep_ && last_sweep_ != restored_sweep_;
    if (was_known || !is_by_ours || offset->count() >= 0) return;
    last_sweep_ = *last_sweep_ + *offset;
    journal_.put_sweep(*last_sweep_);
}

// Requests are signed with the measured offset in any case; alerts are dated with it.
void engine::look_at_clock(lane_id lane, milliseconds offset) {
    view_.lanes[lane.value].clock_offset = offset;
    const auto change = clock_watch_.measured(lane, offset, our_now_);
    if (change == clock_change::none) return;
    say(note_of_clock(change, plan_.lanes[lane.value], offset));
}

// After a restart our clock may be wrong, and what is repeated would be dated by it: an end in the
// past is a resolve to Alertmanager, and a day ahead every hold is over.
bool engine::waits_for_clock() const {
    return clock_wait_until_ && !clock_.is_known() && now_.mono < *clock_wait_until_;
}

// The hold of what an earlier run had told passes by the servers' time: until somebody tells it
// none is over, for a day at most.
bool engine::is_time_told() const {
    // AWS that answers and tells no time never will.
    if (!clock_wait_until_ || clock_.is_known() || is_aws_heard_) return true;
    return now_.mono >= *clock_wait_until_ + limits::terminal_hold;
}

// An endpoint's own time does for itself.
bool engine::is_time_told(endpoint_id endpoint) const {
    return is_time_told() || endpoint_clocks_[endpoint.value].is_known();
}

// A firing alert ends ahead by the clock of whoever is told, or it has ended there: Alertmanager
// takes that with a 200. Before its clock is known, a receiver is likely to have AWS' or, on this
// machine, ours.
wall_time engine::now_at(endpoint_id endpoint) const {
    const auto& theirs = endpoint_clocks_[endpoint.value];
    if (theirs.is_known()) return std::max(now_.wall, theirs.at(our_now_));
    return std::clamp(our_now_.wall, now_.wall, now_.wall + limits::unknown_clock_ahead);
}

// Nobody has told the time, and our own clock may be days behind: an end by that would be a
// resolve. (What the daemon says of itself starts by our clock, and has to end by it.)
bool engine::is_end_left_to(endpoint_id endpoint, alert_number alert) const {
    if (plan_.endpoints[endpoint.value].kind != domain::receiver_kind::alertmanager) return false;
    if (clock_.is_known() || endpoint_clocks_[endpoint.value].is_known()) return false;
    return !condition_key(book_.alert(alert).labels).empty();
}

// What is over has ended by both clocks.
wall_time engine::past_at(endpoint_id endpoint) const {
    const auto& theirs = endpoint_clocks_[endpoint.value];
    return theirs.is_known() ? std::min(now_.wall, theirs.at(our_now_)) : now_.wall;
}

// What passes there: by the servers' time or, before AWS told it, by whichever clock is behind.
wall_time engine::believed_at(endpoint_id endpoint) const {
    return clock_.is_known() ? now_.wall : past_at(endpoint);
}

// When the alert ended there, if it has.
std::optional<wall_time> engine::end_reached(endpoint_id endpoint, alert_number alert) const {
    const auto receiver = receiver_of(endpoint);
    const auto end = book_.end_at(alert, receiver);
    if (!end || book_.is_over(alert, receiver)) return end;
    const bool has_passed = is_time_told(endpoint) && *end <= believed_at(endpoint);
    return has_passed ? end : std::nullopt;
}

// By our clock alone its day has passed, perhaps days ago: told once more it would page anew, and
// whoever was told of it holds it for its day without a word.
bool engine::may_be_over(endpoint_id endpoint, alert_number alert) const {
    if (is_time_told(endpoint)) return false;
    const auto end = book_.end_at(alert, receiver_of(endpoint));
    return end && *end <= now_.wall;
}

// It had ended by Alertmanager's clock when it got there: what is taken is nothing.
bool engine::came_too_late(const parcel& taken) const {
    const auto& to = plan_.endpoints[taken.endpoint.value];
    const auto& theirs = endpoint_clocks_[taken.endpoint.value];
    return to.kind == domain::receiver_kind::alertmanager && theirs.is_known() &&
        theirs.at(our_now_) >= taken.firing_until;
}

}  // namespace trainwatch::core
