#include "core/alert_book.hpp"

#include <algorithm>
#include <utility>

#include "base/check.hpp"
#include "base/limits.hpp"
#include "core/rules.hpp"

namespace trainwatch::core {

alert_book::alert_book(std::vector<domain::alert>& shown, std::size_t receivers)
    : shown_(shown), present_(receivers, true) {}

void alert_book::add_receiver() {
    present_.push_back(true);
    for (auto& [number, known] : entries_)
        known.receivers.push_back({std::nullopt, true, false});
}

void alert_book::leave_receiver(std::size_t receiver) {
    present_[receiver] = false;
    for (auto& [number, known] : entries_)
        known.receivers[receiver].closed = true;
}

void alert_book::reopen_receiver(std::size_t receiver) {
    present_[receiver] = true;
    for (auto& [number, known] : entries_)
        known.receivers[receiver] = {std::nullopt, true, false};
}

void alert_book::address(alert_number number, std::size_t receiver) {
    auto& known = at(number);
    const bool over = shown(known).state == domain::alert_state::resolved;
    known.receivers[receiver] = {std::nullopt, over || !present_[receiver], true};
}

bool alert_book::is_addressed(alert_number number, std::size_t receiver) const {
    return at(number).receivers[receiver].addressed;
}

std::size_t alert_book::place(const std::string& key) const {
    const auto at = std::lower_bound(keys_.begin(), keys_.end(), key);
    return static_cast<std::size_t>(at - keys_.begin());
}

std::optional<alert_number> alert_book::fire(
    domain::alert alert, std::string reason, const std::vector<bool>& addressed
) {
    auto key = domain::identity(alert.labels);
    const auto [name, added] = numbers_.try_emplace(key, alert_number{last_number_ + 1});
    if (!added) return std::nullopt;
    const alert_number number{++last_number_};
    const bool resolved = alert.state == domain::alert_state::resolved;
    const bool is_held = is_terminal_alert(alert);
    entry fresh{
        std::vector<receiver_state>(present_.size()),
        std::nullopt,
        std::move(reason),
        is_held,
        name};
    for (std::size_t i = 0; i < present_.size(); ++i) {
        const bool is_for_it = addressed.empty() || addressed[i];
        fresh.receivers[i] = {std::nullopt, resolved || !present_[i] || !is_for_it, is_for_it};
    }
    if (resolved) fresh.ended = alert.resolved_at;
    const auto where = static_cast<std::ptrdiff_t>(place(key));
    shown_.insert(shown_.begin() + where, std::move(alert));
    keys_.insert(keys_.begin() + where, std::move(key));
    entries_.emplace(number, std::move(fresh));
    if (!resolved) ++firing_;
    return number;
}

const alert_book::entry& alert_book::at(alert_number number) const {
    const auto found = entries_.find(number);
    CHECK(found != entries_.end());
    return found->second;
}

alert_book::entry& alert_book::at(alert_number number) {
    return const_cast<entry&>(std::as_const(*this).at(number));
}

domain::alert& alert_book::shown(const entry& of) {
    return shown_[place(of.name->first)];
}

const domain::alert& alert_book::alert(alert_number number) const {
    return shown_[place(at(number).name->first)];
}

const std::string& alert_book::key(alert_number number) const {
    return at(number).name->first;
}

domain::alert_row alert_book::row(alert_number number) const {
    return {alert(number), at(number).reason};
}

std::optional<alert_number> alert_book::find(const std::string& key) const {
    const auto found = numbers_.find(key);
    if (found == numbers_.end()) return std::nullopt;
    return found->second;
}

bool alert_book::renew(alert_number number, domain::label_map annotations) {
    auto& alert = shown(at(number));
    if (alert.state == domain::alert_state::resolved) return false;
    const auto former = std::exchange(alert.annotations, std::move(annotations));
    auto as_seen_now = former;
    const auto seen = alert.annotations.find("seen_at");
    if (seen != alert.annotations.end()) as_seen_now["seen_at"] = seen->second;
    return as_seen_now != alert.annotations;
}

bool alert_book::confirm(alert_number number, std::size_t receiver, wall_time when) {
    auto& confirmed = at(number).receivers[receiver].confirmed;
    if (confirmed) return false;
    confirmed = when;
    return true;
}

bool alert_book::is_confirmed(alert_number number, std::size_t receiver) const {
    return at(number).receivers[receiver].confirmed.has_value();
}

bool alert_book::is_closed(alert_number number, std::size_t receiver) const {
    return at(number).receivers[receiver].closed;
}

void alert_book::end(alert_number number, std::string because, wall_time when) {
    auto& ending = at(number);
    if (ending.ended) return;
    ending.ended = when;
    auto& alert = shown(ending);
    alert.annotations["resolved_because"] = std::move(because);
    resolve(ending, when);
}

void alert_book::resolve(entry& of, wall_time when) {
    auto& alert = shown(of);
    if (alert.state == domain::alert_state::resolved) return;
    alert.state = domain::alert_state::resolved;
    alert.resolved_at = when;
    --firing_;
}

std::optional<wall_time> alert_book::end_at(alert_number number, std::size_t receiver) const {
    const auto& known = at(number);
    const auto& confirmed = known.receivers[receiver].confirmed;
    std::optional<wall_time> end = known.ended;
    if (confirmed && known.is_held) {
        const auto held = *confirmed + limits::terminal_hold;
        if (!end || held < *end) end = held;
    }
    return end;
}

bool alert_book::is_over(alert_number number, std::size_t receiver) const {
    const auto& known = at(number);
    return known.ended || known.receivers[receiver].closed;
}

alert_book::closing alert_book::close(alert_number number, std::size_t receiver, wall_time when) {
    auto& known = at(number);
    if (std::exchange(known.receivers[receiver].closed, true)) return closing::already_closed;
    const bool all =
        std::all_of(known.receivers.begin(), known.receivers.end(), [](const auto& state) {
            return state.closed;
        });
    if (!all) return closing::closed_here;
    resolve(known, when);
    return closing::closed_everywhere;
}

wall_time alert_book::firing_until(wall_time now) {
    return now + limits::resends_ahead * limits::resend_interval;
}

domain::alert_message alert_book::message(
    alert_number number, std::size_t receiver, wall_time now, bool resolved
) const {
    const auto& source = alert(number);
    domain::alert_message text;
    text.labels = source.labels;
    text.annotations = source.annotations;
    text.starts_at = source.starts_at;
    text.state = resolved ? domain::alert_state::resolved : domain::alert_state::firing;
    const auto end = end_at(number, receiver);
    wall_time until;
    if (resolved) {
        // An end that lies ahead, by a clock that was wrong when it came, is none to Alertmanager.
        until = std::min(end.value_or(now), now);
    } else {
        until = firing_until(now);
        if (at(number).is_held) {
            until = std::max(until, end.value_or(now + limits::terminal_hold));
        }
    }
    // A receiver refuses an alert that ends before it starts, which a clock may say that was
    // corrected in between.
    const auto least = milliseconds(1);
    // What the daemon says of itself may have begun before anybody knew the time: a day ahead, it
    // would go on for a day, told to be over or not told any more.
    if (resolved && !at(number).is_held) {
        text.starts_at = std::min(text.starts_at, until - least);
    } else if (!resolved && !text.labels.contains("training_job")) {
        text.starts_at = std::min(text.starts_at, now);
    }
    text.ends_at = std::max(until, text.starts_at + least);
    return text;
}

void alert_book::forget(alert_number number) {
    const auto known = entries_.find(number);
    CHECK(known != entries_.end());
    const auto where = static_cast<std::ptrdiff_t>(place(known->second.name->first));
    if (shown_[static_cast<std::size_t>(where)].state == domain::alert_state::firing) --firing_;
    shown_.erase(shown_.begin() + where);
    keys_.erase(keys_.begin() + where);
    numbers_.erase(known->second.name);
    entries_.erase(known);
}

}  // namespace trainwatch::core
