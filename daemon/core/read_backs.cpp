#include "core/read_backs.hpp"

#include <algorithm>
#include <utility>

#include "base/limits.hpp"

namespace trainwatch::core {
namespace {

// A proxy that refuses today may allow it later; nobody is told of that before.
constexpr milliseconds belief_lasts = 60 * limits::resend_interval;

// That it does not answer now says nothing about whether it would.
bool is_passing(error_class kind) {
    return kind == error_class::transient || kind == error_class::throttled;
}

}  // namespace

void read_backs::add_endpoint(bool can_tell) {
    endpoints_.emplace_back().can_tell = can_tell;
}

void read_backs::drop(endpoint_id endpoint) {
    if (const auto asked = at(endpoint).asked) under_way_.erase(*asked);
    at(endpoint) = {};
}

bool read_backs::is_believed(endpoint_id endpoint, mono_time now) const {
    const auto& state = endpoints_[endpoint.value];
    return !state.can_tell || (state.believed_until && now < *state.believed_until);
}

void read_backs::add(endpoint_id endpoint, alert_number alert, mono_time now) {
    auto& state = at(endpoint);
    // What is taken in one go is asked for in one go.
    if (state.waiting.empty()) state.due = std::max(state.due, now + limits::read_back_delay);
    state.waiting.insert(alert);
}

std::optional<question> read_backs::next(mono_time now) {
    for (std::size_t i = 0; i < endpoints_.size(); ++i) {
        auto& state = endpoints_[i];
        if (state.asked || state.waiting.empty() || now < state.due) continue;
        question next;
        next.id = read_back_id{++last_id_};
        next.endpoint = endpoint_id{i};
        next.deadline = now + limits::delivery_deadline;
        while (!state.waiting.empty() && next.alerts.size() < limits::read_back_alerts_max) {
            next.alerts.push_back(*state.waiting.begin());
            state.waiting.erase(state.waiting.begin());
        }
        state.asked = next.id;
        under_way_.emplace(next.id, next);
        return next;
    }
    return std::nullopt;
}

std::optional<question> read_backs::take_answered(read_back_id id) {
    const auto found = under_way_.find(id);
    if (found == under_way_.end()) return std::nullopt;
    auto done = std::move(found->second);
    under_way_.erase(found);
    at(done.endpoint).asked.reset();
    return done;
}

std::optional<question> read_backs::take_overdue(mono_time now) {
    if (under_way_.empty()) return std::nullopt;
    const auto& oldest = under_way_.begin()->second;
    if (now < oldest.deadline + limits::answer_grace) return std::nullopt;
    return take_answered(oldest.id);
}

read_backs::change read_backs::answered(const question& done, mono_time now) {
    auto& state = at(done.endpoint);
    state.failures = 0;
    // The rest, one question after the other.
    state.due = now;
    const bool was_believed = std::exchange(state.believed_until, std::nullopt).has_value();
    return was_believed ? change::asked_again : change::none;
}

read_backs::change read_backs::failed(const question& lost, const failure& why, mono_time now) {
    auto& state = at(lost.endpoint);
    ++state.failures;
    state.due = now + limits::resend_interval;
    const bool gives_up = !is_passing(why.kind) || state.failures >= limits::read_back_tries;
    if (!gives_up) {
        state.waiting.insert(lost.alerts.begin(), lost.alerts.end());
        return change::none;
    }
    const bool was_believed = state.believed_until.has_value();
    state.believed_until = now + belief_lasts;
    state.waiting.clear();
    return was_believed ? change::none : change::believed;
}

std::optional<mono_time> read_backs::next_wakeup() const {
    std::optional<mono_time> next;
    const auto consider = [&](mono_time at) {
        if (!next || at < *next) next = at;
    };
    if (!under_way_.empty()) consider(under_way_.begin()->second.deadline + limits::answer_grace);
    for (const auto& state : endpoints_) {
        if (!state.asked && !state.waiting.empty()) consider(state.due);
    }
    return next;
}

}  // namespace trainwatch::core
