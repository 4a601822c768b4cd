#include "core/outbox.hpp"

#include <algorithm>

#include "base/check.hpp"
#include "base/limits.hpp"
#include "core/backoff.hpp"

namespace trainwatch::core {
namespace {

// At most one re-send interval: an endpoint that comes back hears of everything within a minute.
constexpr backoff_bounds delivery_backoff{limits::backoff_base, limits::resend_interval};

}  // namespace

outbox::outbox(std::size_t endpoints, std::uint64_t seed) : endpoints_(endpoints), random_(seed) {}

void outbox::enqueue(endpoint_state& endpoint, alert_number alert, mono_time due) {
    auto& entry = endpoint.items.at(alert);
    CHECK(!entry.queued);
    entry.queued = true;
    entry.due = due;
    endpoint.queue.emplace(due, alert);
}

void outbox::add(endpoint_id endpoint, alert_number alert, mono_time due, const told& known) {
    auto& state = at(endpoint);
    const bool added = state.items.try_emplace(alert, item{known}).second;
    CHECK(added);
    enqueue(state, alert, due);
}

void outbox::remove(endpoint_id endpoint, alert_number alert) {
    auto& state = at(endpoint);
    const auto found = state.items.find(alert);
    CHECK(found != state.items.end());
    if (found->second.queued) state.queue.erase({found->second.due, alert});
    state.items.erase(found);
}

void outbox::set_due(endpoint_id endpoint, alert_number alert, mono_time due) {
    auto& state = at(endpoint);
    auto& entry = state.items.at(alert);
    if (std::exchange(entry.queued, false)) state.queue.erase({entry.due, alert});
    enqueue(state, alert, due);
}

std::vector<alert_number> outbox::drop(endpoint_id endpoint) {
    std::vector<alert_number> left;
    for (const auto& [alert, entry] : at(endpoint).items)
        left.push_back(alert);
    at(endpoint) = {};
    std::erase_if(in_flight_, [&](const auto& each) { return each.second.endpoint == endpoint; });
    return left;
}

void outbox::hasten(endpoint_id endpoint, alert_number alert, mono_time now) {
    const auto found = at(endpoint).items.find(alert);
    if (found != at(endpoint).items.end() && found->second.queued) set_due(endpoint, alert, now);
}

told& outbox::known(endpoint_id endpoint, alert_number alert) {
    return at(endpoint).items.at(alert).known;
}

// The two halves, before everything else: the culprit is found depth first.
void outbox::divide(endpoint_state& endpoint, const std::vector<alert_number>& refused) {
    const auto middle = refused.begin() + static_cast<std::ptrdiff_t>((refused.size() + 1) / 2);
    endpoint.groups.push_front({{middle, refused.end()}, false, false});
    endpoint.groups.push_front({{refused.begin(), middle}, true, false});
}

std::vector<alert_number> outbox::take_group(endpoint_state& endpoint) {
    for (;;) {
        group next = std::move(endpoint.groups.front());
        endpoint.groups.pop_front();
        if (!next.suspect || next.alerts.size() == 1) {
            endpoint.trying = std::move(next);
            return endpoint.trying->alerts;
        }
        // Its other half was taken, so this one would be rejected: no need to ask.
        divide(endpoint, next.alerts);
    }
}

std::vector<alert_number> outbox::take_batch(endpoint_state& endpoint, mono_time now) {
    std::vector<alert_number> batch;
    auto& queue = endpoint.queue;
    if (queue.empty() || queue.begin()->first > now) return batch;
    const auto take = [&](auto at) {
        endpoint.items.at(at->second).queued = false;
        batch.push_back(at->second);
        return queue.erase(at);
    };
    if (endpoint.items.at(queue.begin()->second).alone) {
        take(queue.begin());
        return batch;
    }
    for (auto at = queue.begin(); at != queue.end() && batch.size() < limits::alerts_per_batch;) {
        if (at->first > now + limits::resend_slack) break;
        at = endpoint.items.at(at->second).alone ? std::next(at) : take(at);
    }
    return batch;
}

std::vector<alert_number> outbox::take_due(endpoint_id endpoint, mono_time now) {
    auto& state = at(endpoint);
    if (state.busy || now < state.not_before) return {};
    state.trying.reset();
    return state.groups.empty() ? take_batch(state, now) : take_group(state);
}

parcel outbox::send(
    endpoint_id endpoint,
    std::vector<alert_number> alerts,
    std::set<alert_number> over,
    mono_time now,
    wall_time firing_until
) {
    auto& state = at(endpoint);
    CHECK(!state.busy && !alerts.empty());
    state.busy = true;
    parcel sent;
    for (const auto alert : alerts) {
        if (!std::exchange(state.items.at(alert).known.attempted, true)) {
            sent.first_tries.insert(alert);
        }
    }
    sent.id = delivery_id{++last_id_};
    sent.endpoint = endpoint;
    sent.alerts = std::move(alerts);
    sent.over = std::move(over);
    sent.sent = now;
    sent.deadline = now + limits::delivery_deadline;
    sent.firing_until = firing_until;
    in_flight_.emplace(sent.id, sent);
    return sent;
}

std::optional<parcel> outbox::take_answered(delivery_id id) {
    const auto found = in_flight_.find(id);
    if (found == in_flight_.end()) return std::nullopt;
    parcel answered = std::move(found->second);
    in_flight_.erase(found);
    at(answered.endpoint).busy = false;
    return answered;
}

std::optional<parcel> outbox::take_overdue(mono_time now) {
    if (in_flight_.empty()) return std::nullopt;
    const auto& oldest = in_flight_.begin()->second;
    if (now < oldest.deadline + limits::answer_grace) return std::nullopt;
    return take_answered(oldest.id);
}

void outbox::never_left(const parcel& lost) {
    for (const auto alert : lost.first_tries)
        at(lost.endpoint).items.at(alert).known.attempted = false;
}

outbox::health outbox::accepted(const parcel& done) {
    auto& state = at(done.endpoint);
    for (const auto alert : done.alerts)
        state.items.at(alert).alone = false;
    if (state.trying && state.trying->decides_next && !state.groups.empty()) {
        state.groups.front().suspect = true;
    }
    state.trying.reset();
    return std::exchange(state.failures, 0U) > 0 ? health::changed : health::steady;
}

outbox::health outbox::failed(const parcel& lost, mono_time now, std::optional<milliseconds> wait) {
    auto& state = at(lost.endpoint);
    for (const auto alert : lost.alerts)
        enqueue(state, alert, state.items.at(alert).due);
    for (const auto& part : state.groups) {
        for (const auto alert : part.alerts)
            enqueue(state, alert, state.items.at(alert).due);
    }
    state.groups.clear();
    state.trying.reset();
    const unsigned failures = ++state.failures;
    const nanoseconds asked = std::min(wait.value_or(milliseconds(0)), limits::retry_after_max);
    state.not_before = now + std::max(full_jitter(random_, failures, delivery_backoff), asked);
    return failures == 1 ? health::changed : health::steady;
}

bool outbox::rejected(const parcel& refused, mono_time now) {
    auto& state = at(refused.endpoint);
    state.trying.reset();
    if (refused.alerts.size() > 1) {
        divide(state, refused.alerts);
        return false;
    }
    state.items.at(refused.alerts.front()).alone = true;
    enqueue(state, refused.alerts.front(), now + limits::resend_interval);
    return true;
}

bool outbox::is_alone(endpoint_id endpoint, alert_number alert) const {
    return endpoints_[endpoint.value].items.at(alert).alone;
}

bool outbox::holds(alert_number alert) const {
    return std::any_of(endpoints_.begin(), endpoints_.end(), [&](const auto& endpoint) {
        return endpoint.items.count(alert) > 0;
    });
}

bool outbox::waits(endpoint_id endpoint, alert_number alert) const {
    const auto& items = endpoints_[endpoint.value].items;
    const auto at = items.find(alert);
    return at != items.end() && at->second.queued;
}

std::vector<std::pair<endpoint_id, alert_number>> outbox::with_rows() const {
    std::vector<std::pair<endpoint_id, alert_number>> found;
    for (std::size_t i = 0; i < endpoints_.size(); ++i) {
        for (const auto& [alert, entry] : endpoints_[i].items) {
            if (entry.known.has_row) found.emplace_back(endpoint_id{i}, alert);
        }
    }
    return found;
}

bool outbox::has_untaken() const {
    for (const auto& endpoint : endpoints_) {
        for (const auto& [alert, entry] : endpoint.items) {
            if (!entry.known.first_confirmed && !entry.known.accepted) return true;
        }
    }
    return false;
}

std::optional<mono_time> outbox::next_wakeup() const {
    std::optional<mono_time> next;
    const auto consider = [&](mono_time at) {
        if (!next || at < *next) next = at;
    };
    if (!in_flight_.empty()) {
        consider(in_flight_.begin()->second.deadline + limits::answer_grace);
    }
    for (const auto& endpoint : endpoints_) {
        if (endpoint.busy) continue;
        if (!endpoint.groups.empty()) {
            consider(endpoint.not_before);
        } else if (!endpoint.queue.empty()) {
            consider(std::max(endpoint.queue.begin()->first, endpoint.not_before));
        }
    }
    return next;
}

}  // namespace trainwatch::core
