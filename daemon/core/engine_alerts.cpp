// Alerts on their way: kept first, then handed over.
#include <algorithm>
#include <utility>

#include "base/limits.hpp"
#include "core/engine.hpp"
#include "core/notes.hpp"
#include "core/rules.hpp"

namespace trainwatch::core {

bool engine::has_receivers() const {
    return std::any_of(plan_.endpoints.begin(), plan_.endpoints.end(), [](const auto& each) {
        return !each.gone;
    });
}

void engine::apply(const journal_news& news) {
    if (news.storage != storage_change::none) {
        const bool degraded = news.storage == storage_change::degraded;
        if (storage_trouble_.empty()) storage_trouble_ = "no answer in time";
        view_.storage_degraded = degraded;
        say(make_note(
            degraded ? note_level::error : note_level::info,
            degraded ? "storage_degraded" : "storage_recovered",
            degraded ? note_fields{{"detail", storage_trouble_}} : note_fields{}
        ));
    }
    for (const auto alert : news.released)
        release(alert);
}

domain::delivery_row engine::row_of_delivery(endpoint_id endpoint, alert_number alert) {
    const auto& to = plan_.endpoints[endpoint.value];
    const auto& known = outbox_.known(endpoint, alert);
    return {
        book_.key(alert),
        to.receiver,
        to.url,
        known.first_confirmed,
        known.last_confirmed,
        known.ends_taken};
}

// What has come back before everybody was told that it was over: nobody need hear of that end any
// more, and whoever is dead holds nobody else up. Unless word of it is under way: then in a moment.
// To whoever was told that it fires, it has fired all the time.
void engine::make_way_for(const domain::label_map& labels) {
    const auto former = book_.find(domain::identity(labels));
    if (!former || book_.alert(*former).state == domain::alert_state::firing) return;
    // It may wait for the disk still.
    if (!outbox_.holds(*former)) return;
    for (std::size_t i = 0; i < plan_.endpoints.size(); ++i) {
        const endpoint_id endpoint{i};
        if (outbox_.has(endpoint, *former) && !outbox_.waits(endpoint, *former)) return;
    }
    for (std::size_t i = 0; i < receivers_.size(); ++i) {
        const bool is_there = view_.receivers.contains(receivers_[i]);
        if (is_there && book_.is_addressed(*former, i)) close(*former, i);
    }
    auto& untold = untold_ends_[book_.key(*former)];
    for (std::size_t i = 0; i < plan_.endpoints.size(); ++i) {
        const endpoint_id endpoint{i};
        if (!outbox_.has(endpoint, *former)) continue;
        const auto& known = outbox_.known(endpoint, *former);
        if (known.attempted && known.ends_taken == 0) untold.insert(i);
        outbox_.remove(endpoint, *former);
    }
    forget_alert(*former);
}

// Nothing when it fires already, or word of its last end is under way. What is new is on disk
// before anybody hears of it.
std::optional<alert_number> engine::fire(domain::alert_row alert) {
    // A job ends once: whoever makes the alert anew has lost the job's row, not the alert's.
    const bool ends_once = is_terminal_alert(alert.alert);
    if (ends_once && over_alerts_.contains(domain::identity(alert.alert.labels))) return {};
    if (ends_once && was_told_of_the_same_end(alert.alert)) return {};
    if (ends_once) remember_end(alert.alert);
    if (!ends_once) make_way_for(alert.alert.labels);
    const auto addressed = addressees_of(alert.alert);
    const auto number = book_.fire(std::move(alert.alert), std::move(alert.reason), addressed);
    if (!number) return std::nullopt;
    over_alerts_.remove(book_.key(*number));
    standing_.add(book_.alert(*number).labels, *number);
    auto line = note_of_alert(note_level::warning, "alert_fired", book_.alert(*number));
    line.fields.emplace_back("reason", book_.row(*number).reason);
    say(std::move(line));
    journal_.put(book_.row(*number));
    if (journal_.makes_alerts_wait()) {
        journal_.hold(*number);
    } else {
        release(*number);
    }
    return number;
}

// The alert may leave: it is on disk, or there is no disk to wait for.
void engine::release(alert_number alert) {
    if (!book_.knows(alert)) return;
    told known;
    // An end that is found again after damage may have been told by an earlier run: if it is over
    // before anybody takes it now, they are told that.
    known.attempted = is_ledger_damaged_ && is_terminal_alert(book_.alert(alert));
    const auto untold = untold_ends_.extract(book_.key(alert));
    for (std::size_t i = 0; i < plan_.endpoints.size(); ++i) {
        if (plan_.endpoints[i].gone || !book_.is_addressed(alert, receiver_of_[i])) continue;
        auto knows = known;
        // It may know of the last time alone, if this one is over before it can be told.
        if (untold && untold.mapped().contains(i)) knows.attempted = true;
        outbox_.add(endpoint_id{i}, alert, now_.mono, knows);
    }
    for (std::size_t i = 0; i < receivers_.size(); ++i) {
        const auto receiver = view_.receivers.find(receivers_[i]);
        const bool is_there = receiver != view_.receivers.end();
        if (is_there && book_.is_addressed(alert, i)) ++receiver->second.unconfirmed;
    }
    if (!has_receivers()) {
        unreceived_.emplace(book_.alert(alert).starts_at + limits::terminal_hold, alert);
    }
}

void engine::end_unreceived() {
    while (!unreceived_.empty() && unreceived_.begin()->first <= now_.wall) {
        const auto [when, alert] = *unreceived_.begin();
        unreceived_.erase(unreceived_.begin());
        book_.end(alert, "hold", when);
        say(note_of_alert(note_level::info, "alert_resolved", book_.alert(alert)));
        journal_.put(book_.row(alert));
        forget_alert(alert);
    }
}

std::optional<mono_time> engine::next_sending() const {
    const auto next = outbox_.next_wakeup();
    return next && waits_for_clock() ? std::max(*next, *clock_wait_until_) : next;
}

void engine::send_alerts() {
    if (waits_for_clock()) return;
    for (std::size_t i = 0; i < plan_.endpoints.size(); ++i) {
        if (!plan_.endpoints[i].gone) send_alerts_to(endpoint_id{i});
    }
}

void engine::send_alerts_to(endpoint_id endpoint) {
    for (;;) {
        const auto due = outbox_.take_due(endpoint, now_.mono);
        if (due.empty()) return;
        std::vector<alert_number> sending;
        std::set<alert_number> over;
        for (const auto alert : due) {
            switch (decide_for(endpoint, alert)) {
                case dispatch::resolve:
                case dispatch::repeat_resolve:
                    close(alert, receiver_of(endpoint));
                    keep_attempt(endpoint, alert);
                    over.insert(alert);
                    sending.push_back(alert);
                    break;
                case dispatch::fire:
                case dispatch::repeat_firing:
                    if (may_be_over(endpoint, alert)) {
                        outbox_.set_due(endpoint, alert, now_.mono + limits::clock_patience);
                    } else if (is_to_be_asked_for(endpoint, alert)) {
                        ask_before_repeating(endpoint, alert);
                    } else {
                        sending.push_back(alert);
                    }
                    break;
                case dispatch::wait_for_end:
                case dispatch::finish_told:
                case dispatch::finish_unknown:
                    plan_next(endpoint, alert, now_.mono);
                    break;
            }
        }
        if (!sending.empty()) hand_over(endpoint, std::move(sending), std::move(over));
    }
}

// An endpoint that may have heard of the alert, and never said so, is told the end until it takes
// it: the next run has to know.
void engine::keep_attempt(endpoint_id endpoint, alert_number alert) {
    auto& known = outbox_.known(endpoint, alert);
    if (!std::exchange(known.has_row, true)) journal_.put(row_of_delivery(endpoint, alert));
}

void engine::hand_over(
    endpoint_id endpoint, std::vector<alert_number> alerts, std::set<alert_number> over
) {
    const auto until = book_.firing_until(now_at(endpoint));
    const auto sent = outbox_.send(endpoint, std::move(alerts), std::move(over), now_.mono, until);
    deliver request;
    request.id = sent.id;
    request.endpoint = endpoint;
    request.deadline = sent.deadline;
    for (const auto alert : sent.alerts) {
        const bool resolved = sent.over.count(alert) > 0;
        const auto now = resolved ? past_at(endpoint) : now_at(endpoint);
        auto message = book_.message(alert, receiver_of(endpoint), now, resolved);
        if (!resolved && is_end_left_to(endpoint, alert)) message.ends_at.reset();
        if (view_.storage_degraded) message.annotations["storage"] = "degraded";
        request.alerts.push_back(std::move(message));
    }
    tally_.notified(plan_.endpoints[endpoint.value].receiver, sent.alerts.size());
    out_.emplace_back(std::move(request));
}

dispatch engine::decide_for(endpoint_id endpoint, alert_number alert) {
    const auto& known = outbox_.known(endpoint, alert);
    standing at;
    at.kind = plan_.endpoints[endpoint.value].kind;
    at.attempted = known.attempted;
    at.firing_taken = known.first_confirmed.has_value();
    at.ends_taken = known.ends_taken;
    at.is_held = is_terminal_alert(book_.alert(alert));
    at.resolved_at = end_reached(endpoint, alert);
    at.heard_at = known.last_confirmed;
    // While nobody tells the time nobody has been told of an end for long enough.
    at.now = at.resolved_at && !is_time_told(endpoint) ? *at.resolved_at : believed_at(endpoint);
    at.is_heartbeat = book_.key(alert) == heartbeat_.identity;
    return decide(at);
}

// When to think of this alert at this endpoint again, if ever.
void engine::plan_next(endpoint_id endpoint, alert_number alert, mono_time sent) {
    const auto again = std::max<mono_time>(sent + limits::resend_interval, mono_of(now_.wall));
    const auto end = book_.end_at(alert, receiver_of(endpoint));
    // One that has come by our clock alone is thought of again when somebody may have told the
    // time.
    const bool is_ahead = end && *end > now_.wall;
    switch (decide_for(endpoint, alert)) {
        case dispatch::fire:
        case dispatch::repeat_firing:
            outbox_.set_due(endpoint, alert, is_ahead ? std::min(again, mono_of(*end)) : again);
            return;
        case dispatch::resolve:
            // Its end has come since: at once.
            outbox_.set_due(endpoint, alert, mono_of(now_.wall));
            return;
        case dispatch::repeat_resolve:
            outbox_.set_due(endpoint, alert, again);
            return;
        case dispatch::wait_for_end:
            // What is not over by itself is hastened when it ends. The clock by which an end lies
            // ahead may be put right meanwhile.
            outbox_.set_due(
                endpoint,
                alert,
                is_ahead  ? std::min(mono_of(*end), now_.mono + limits::held_look_interval)
                    : end ? again
                          : now_.mono + limits::no_look
            );
            return;
        case dispatch::finish_told:
        case dispatch::finish_unknown:
            finish(endpoint, alert);
            return;
    }
}

}  // namespace trainwatch::core
