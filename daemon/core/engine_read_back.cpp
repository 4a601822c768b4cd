// Whether an Alertmanager holds what it has taken.
#include <utility>

#include "base/check.hpp"
#include "core/engine.hpp"
#include "core/notes.hpp"

namespace trainwatch::core {

// It said 200: that it holds the alert is to be seen, and then the alert counts from now on. The
// next run has to know that it may.
void engine::take_at_its_word_or_ask(endpoint_id endpoint, alert_number alert) {
    auto& known = outbox_.known(endpoint, alert);
    if (!known.accepted) known.accepted = now_.wall;
    if (read_backs_.is_believed(endpoint, now_.mono)) {
        confirm(endpoint, alert);
        return;
    }
    keep_attempt(endpoint, alert);
    read_backs_.add(endpoint, alert, now_.mono);
}

// Another replica may have seen, and said, that it is over: only what Alertmanager still holds is
// repeated. What it does not hold it may have forgotten: whoever has heard of the job since knows
// better than whoever said so.
bool engine::is_to_be_asked_for(endpoint_id endpoint, alert_number alert) {
    if (plan_.replicas < 2 || read_backs_.is_believed(endpoint, now_.mono)) return false;
    const auto& about = book_.alert(alert);
    if (condition_key(about.labels).empty()) return false;
    if (!outbox_.known(endpoint, alert).first_confirmed) return false;
    if (found_held_.erase({endpoint, alert}) > 0) return false;
    const auto slot = slot_about(about);
    if (!slot) return true;
    const auto gone = found_gone_.find({endpoint, alert});
    const auto& seen = view_.jobs[*slot].last_observed;
    if (gone == found_gone_.end() || !seen || *seen <= gone->second) return true;
    found_gone_.erase(gone);
    return false;
}

void engine::ask_before_repeating(endpoint_id endpoint, alert_number alert) {
    in_question_.emplace(endpoint, alert);
    read_backs_.add(endpoint, alert, now_.mono);
    outbox_.set_due(endpoint, alert, now_.mono + limits::resend_interval);
}

void engine::repeat_after_all(endpoint_id endpoint, alert_number alert) {
    found_held_.emplace(endpoint, alert);
    outbox_.hasten(endpoint, alert, now_.mono);
}

// It holds the alert since it said 200 to it.
void engine::confirm(endpoint_id endpoint, alert_number alert) {
    auto& known = outbox_.known(endpoint, alert);
    const auto since = std::exchange(known.accepted, std::nullopt).value_or(now_.wall);
    const bool is_first = !known.first_confirmed;
    known.last_confirmed = now_.wall;
    if (is_first) known.first_confirmed = since;
    const auto receiver = receiver_of(endpoint);
    const auto& name = plan_.endpoints[endpoint.value].receiver;
    // It may have ended while it was under way, for another endpoint of the receiver first.
    const bool was_open = !book_.is_closed(alert, receiver);
    if (book_.confirm(alert, receiver, since)) {
        if (was_open) --view_.receivers[name].unconfirmed;
        tally_.first_confirmed(name, since - book_.alert(alert).starts_at);
    }
    if (!is_first) return;
    known.has_row = true;
    journal_.put(row_of_delivery(endpoint, alert));
}

// Still to be seen: not forgotten, not told the end of, not confirmed meanwhile.
bool engine::is_to_be_seen(endpoint_id endpoint, alert_number alert) {
    if (!outbox_.has(endpoint, alert)) return false;
    const auto& known = outbox_.known(endpoint, alert);
    return known.accepted && !known.first_confirmed && known.ends_taken == 0;
}

void engine::ask_what_is_held() {
    while (const auto next = read_backs_.next(now_.mono)) {
        read_back request;
        request.id = next->id;
        request.endpoint = next->endpoint;
        request.deadline = next->deadline;
        bool is_any = false;
        for (const auto alert : next->alerts) {
            // Its place stays: the answer is one for one.
            const bool is_wanted = is_to_be_seen(next->endpoint, alert) ||
                in_question_.contains({next->endpoint, alert});
            is_any = is_any || is_wanted;
            request.alerts.push_back(is_wanted ? book_.alert(alert).labels : domain::label_map{});
        }
        if (is_any) {
            out_.emplace_back(std::move(request));
        } else if (const auto over = read_backs_.take_answered(next->id)) {
            read_backs_.forget(*over);
        }
    }
}

void engine::on(const read_back_told& what) {
    const auto done = read_backs_.take_answered(what.id);
    if (!done) {
        say(make_note(
            note_level::debug, "late_read_back", {{"read_back", std::to_string(what.id.value)}}
        ));
        return;
    }
    if (what.clock_offset) {
        endpoint_clocks_[done->endpoint.value].measured(*what.clock_offset, our_now_);
    }
    if (what.held) {
        CHECK(what.held->size() == done->alerts.size());
        on_held(*done, *what.held);
    } else {
        on_not_told(*done, what.held.error());
    }
}

void engine::on_held(const question& done, const std::vector<bool>& held) {
    const auto& to = plan_.endpoints[done.endpoint.value];
    if (read_backs_.answered(done, now_.mono) == read_backs::change::asked_again) {
        say(note_of_read_back(note_level::info, "read_back_recovered", to, nullptr));
    }
    for (std::size_t i = 0; i < done.alerts.size(); ++i) {
        const auto alert = done.alerts[i];
        const bool was_in_question = in_question_.erase({done.endpoint, alert}) > 0;
        if (was_in_question && held[i]) repeat_after_all(done.endpoint, alert);
        if (was_in_question && !held[i]) found_gone_[{done.endpoint, alert}] = now_.wall;
        if (!is_to_be_seen(done.endpoint, alert)) continue;
        if (held[i]) {
            confirm(done.endpoint, alert);
            continue;
        }
        auto& known = outbox_.known(done.endpoint, alert);
        known.accepted.reset();
        // It is sent again with the next re-send, and asked for again.
        const bool is_news = !std::exchange(known.was_dropped, true);
        auto line = note_of_alert(
            is_news ? note_level::warning : note_level::debug, "alert_not_held", book_.alert(alert)
        );
        line.fields.emplace_back("receiver", to.receiver);
        line.fields.emplace_back("url", to.url);
        say(std::move(line));
    }
}

void engine::on_not_told(const question& lost, const failure& why) {
    const auto& to = plan_.endpoints[lost.endpoint.value];
    const auto change = read_backs_.failed(lost, why, now_.mono);
    if (change == read_backs::change::believed) {
        say(note_of_read_back(note_level::warning, "read_back_refused", to, &why));
    }
    if (!read_backs_.is_believed(lost.endpoint, now_.mono)) return;
    for (const auto& [endpoint, alert] : std::exchange(in_question_, {})) {
        if (endpoint == lost.endpoint) {
            repeat_after_all(endpoint, alert);
        } else {
            in_question_.emplace(endpoint, alert);
        }
    }
    // What it said 200 to has to do, for all of them.
    for (const auto& [key, alert] : book_.numbers()) {
        if (is_to_be_seen(lost.endpoint, alert)) confirm(lost.endpoint, alert);
    }
}

void engine::give_up_overdue_questions() {
    while (const auto lost = read_backs_.take_overdue(now_.mono)) {
        failure why;
        why.kind = error_class::transient;
        why.detail = "no answer in time";
        on_not_told(*lost, why);
    }
}

}  // namespace trainwatch::core
