#include "core/dispatch.hpp"

#include <algorithm>

#include "base/limits.hpp"

namespace trainwatch::core {
namespace {

dispatch decide_resolved(const standing& at, wall_time resolved_at) {
    // To an endpoint that never heard of the alert, its end would be the first news.
    if (!at.attempted) return dispatch::finish_unknown;
    if (at.kind == domain::receiver_kind::webhook) {
        return at.ends_taken > 0 ? dispatch::finish_told : dispatch::resolve;
    }
    // What is held ends there a day ahead unless it is told: nobody else brings it to an end.
    const bool is_awaited = at.is_held && at.ends_taken < ends_to_take(at.kind, at.is_held);
    const bool is_over = is_awaited
        ? at.now >= std::max(resolved_at, at.heard_at.value_or(resolved_at)) + limits::terminal_hold
        : at.now >= resolved_at + limits::resolved_resend_for;
    if (is_over) return dispatch::finish_told;
    return at.ends_taken > 0 ? dispatch::repeat_resolve : dispatch::resolve;
}

}  // namespace

int ends_to_take(domain::receiver_kind kind, bool is_held) {
    return kind == domain::receiver_kind::alertmanager && is_held ? limits::held_end_takings : 1;
}

dispatch decide(const standing& at) {
    if (at.resolved_at) return decide_resolved(at, *at.resolved_at);
    if (!at.firing_taken) return dispatch::fire;
    const bool is_told_once = at.kind == domain::receiver_kind::webhook && !at.is_heartbeat;
    return is_told_once ? dispatch::wait_for_end : dispatch::repeat_firing;
}

}  // namespace trainwatch::core
