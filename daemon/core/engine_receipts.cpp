// What becomes of what was handed over: taken, refused, never answered.
#include <algorithm>
#include <optional>
#include <utility>

#include "base/check.hpp"
#include "base/limits.hpp"
#include "core/engine.hpp"
#include "core/notes.hpp"
#include "core/rules.hpp"

namespace trainwatch::core {
namespace {

// A webhook cannot have taken what was never sent. Of all other failures the answer alone may be
// lost; and Alertmanager may know of it from an earlier run, though the disk does not.
bool was_never_heard(const domain::endpoint& to, const failure& why) {
    return to.kind == domain::receiver_kind::webhook &&
        why.code == boost::system::errc::connection_refused;
}

// What is told to Alertmanager ends there unless it is repeated in time.
std::optional<milliseconds> wait_of(const domain::endpoint& to, const failure& why) {
    if (to.kind != domain::receiver_kind::alertmanager) return why.retry_after;
    return why.retry_after ? std::optional(std::min(*why.retry_after, limits::resend_interval))
                           : std::nullopt;
}

}  // namespace

void engine::on_taken(const parcel& done) {
    const auto& to = plan_.endpoints[done.endpoint.value];
    if (outbox_.accepted(done) == outbox::health::changed) {
        say(note_of_delivery(
            note_level::info, "delivery_recovered", to, done.alerts.size(), nullptr
        ));
    }
    const bool too_late = came_too_late(done);
    if (too_late) {
        const auto& theirs = endpoint_clocks_[done.endpoint.value];
        say(note_of_receiver_clock(to, theirs.at(our_now_) - now_.wall));
    }
    for (const auto alert : done.alerts) {
        if (too_late && !done.over.contains(alert)) {
            outbox_.set_due(done.endpoint, alert, now_.mono);
            continue;
        }
        if (done.over.contains(alert)) {
            count_taken_end(done.endpoint, alert);
        } else if (outbox_.known(done.endpoint, alert).first_confirmed) {
            // What it held once it is told again because it may have forgotten.
            confirm(done.endpoint, alert);
        } else {
            take_at_its_word_or_ask(done.endpoint, alert);
        }
        plan_next(done.endpoint, alert, done.sent);
    }
}

// The first and the last one that count are kept: who was told, and that no restart has to go on.
void engine::count_taken_end(endpoint_id endpoint, alert_number alert) {
    auto& known = outbox_.known(endpoint, alert);
    const auto kind = plan_.endpoints[endpoint.value].kind;
    const bool is_certain =
        ++known.ends_taken == ends_to_take(kind, is_terminal_alert(book_.alert(alert)));
    if (is_certain) known.last_confirmed = now_.wall;
    if (known.ends_taken > 1 && !is_certain) return;
    known.has_row = true;
    journal_.put(row_of_delivery(endpoint, alert));
}

void engine::on_refused(const parcel& lost, const failure& why) {
    const auto& to = plan_.endpoints[lost.endpoint.value];
    tally_.notification_failed(to.receiver, why.kind, lost.alerts.size());
    if (why.kind != error_class::rejected) {
        if (was_never_heard(to, why)) outbox_.never_left(lost);
        const bool news =
            outbox_.failed(lost, now_.mono, wait_of(to, why)) == outbox::health::changed;
        say(note_of_delivery(
            news ? note_level::warning : note_level::debug,
            "delivery_failed",
            to,
            lost.alerts.size(),
            &why
        ));
        return;
    }
    const bool known = outbox_.is_alone(lost.endpoint, lost.alerts.front());
    if (!outbox_.rejected(lost, now_.mono)) return;
    auto line = note_of_alert(
        known ? note_level::debug : note_level::warning,
        "alert_rejected",
        book_.alert(lost.alerts.front())
    );
    line.fields.emplace_back("receiver", to.receiver);
    line.fields.emplace_back("detail", why.detail);
    say(std::move(line));
}

void engine::give_up_overdue_deliveries() {
    while (const auto lost = outbox_.take_overdue(now_.mono)) {
        failure why;
        why.kind = error_class::transient;
        why.detail = "no answer in time";
        on_refused(*lost, why);
    }
}

// It is over for this receiver.
void engine::close(alert_number alert, std::size_t receiver) {
    const auto end = book_.end_at(alert, receiver);
    CHECK(end.has_value());
    const auto closing = book_.close(alert, receiver, *end);
    if (closing == alert_book::closing::already_closed) return;
    const auto& name = receivers_[receiver];
    if (!book_.is_confirmed(alert, receiver)) --view_.receivers[name].unconfirmed;
    auto line = note_of_alert(note_level::info, "alert_resolved", book_.alert(alert));
    line.fields.emplace_back("receiver", name);
    say(std::move(line));
    if (closing == alert_book::closing::closed_everywhere) {
        journal_.put(book_.row(alert));
    }
}

// This endpoint need not be thought of any more; once that is true of all, the alert is history.
void engine::finish(endpoint_id endpoint, alert_number alert) {
    close(alert, receiver_of(endpoint));
    outbox_.remove(endpoint, alert);
    found_gone_.erase({endpoint, alert});
    found_held_.erase({endpoint, alert});
    if (!outbox_.holds(alert)) forget_alert(alert);
}

}  // namespace trainwatch::core
