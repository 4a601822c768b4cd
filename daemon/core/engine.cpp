#include "core/engine.hpp"

#include <algorithm>

#include "base/check.hpp"
#include "base/limits.hpp"
#include "core/notes.hpp"

namespace trainwatch::core {
namespace {

// The view has its final shape from the start: slots, lanes and receivers never move.
domain::view make_view(const domain::watch_plan& plan) {
    domain::view view;
    view.jobs.resize(plan.targets.size());
    for (std::size_t i = 0; i < plan.targets.size(); ++i)
        view.jobs[i].target = plan.targets[i];
    view.lanes.resize(plan.lanes.size());
    for (std::size_t i = 0; i < plan.lanes.size(); ++i) {
        view.lanes[i].operations[domain::aws_operation::describe].rate =
            plan.lanes[i].budget.describe_per_second;
        view.connections.try_emplace(plan.lanes[i].connection);
    }
    for (const auto& endpoint : plan.endpoints)
        view.receivers.try_emplace(endpoint.receiver);
    return view;
}

// The index of each endpoint's receiver, in the order of the view's map.
std::vector<std::size_t> number_receivers(
    const domain::watch_plan& plan, const domain::view& view
) {
    std::vector<std::size_t> numbers;
    for (const auto& endpoint : plan.endpoints) {
        const auto at = view.receivers.find(endpoint.receiver);
        numbers.push_back(static_cast<std::size_t>(std::distance(view.receivers.begin(), at)));
    }
    return numbers;
}

std::vector<std::size_t> count_targets(const domain::watch_plan& plan) {
    std::vector<std::size_t> counts(plan.lanes.size());
    for (const auto& target : plan.targets)
        ++counts[target.lane.value];
    return counts;
}

// Each part draws from its own sequence: more polls do not change the jitter of deliveries.
enum class stream : std::uint64_t { polls = 1, deliveries, commits };

std::uint64_t seed_of(std::uint64_t seed, stream which) {
    random_source derived(seed ^ (static_cast<std::uint64_t>(which) << 32U));
    return derived.next();
}

}  // namespace

engine::engine(domain::watch_plan plan, std::uint64_t seed)
    : plan_(std::move(plan))
    , reasons_(plan_.failure_classes)
    , view_(make_view(plan_))
    , scheduler_(plan_, seed_of(seed, stream::polls))
    , tally_(plan_, view_)
    , freshness_(plan_, view_)
    , retirement_(plan_.targets.size())
    , book_(view_.alerts, view_.receivers.size())
    , outbox_(plan_.endpoints.size(), seed_of(seed, stream::deliveries))
    , journal_(seed_of(seed, stream::commits))
    , clock_watch_(plan_.lanes.size())
    , targets_(plan_.targets.size())
    , untried_(count_targets(plan_))
    , receiver_of_(number_receivers(plan_, view_)) {}

actions engine::step(const event& happened, instant now) {
    // Time stands still rather than run backwards.
    now.mono = std::max(now.mono, now_.mono);
    our_now_ = now;
    now_ = {now.mono, clock_.at(now)};
    if (const auto* answer = std::get_if<described>(&happened)) {
        learn_offset(answer->clock_offset, now);
    } else if (const auto* receipt = std::get_if<delivered>(&happened)) {
        learn_offset(receipt->clock_offset, now);
    }
    // Keys may be had before the ledger is read; everything else follows from what it holds.
    const bool is_about_keys = std::holds_alternative<credentials_told>(happened);
    CHECK(running_ || is_about_keys || std::holds_alternative<restored>(happened));
    if (!stopped_) {
        std::visit([this](const auto& what) { on(what); }, happened);
        if (running_) turn();
    }
    return std::exchange(out_, {});
}

void engine::learn_offset(const std::optional<milliseconds>& offset, instant now) {
    if (!offset) return;
    clock_.measured(*offset, now);
    now_.wall = clock_.at(now);
}

// Requests are signed with the measured offset in any case; alerts are dated with it.
void engine::look_at_clock(lane_id lane, milliseconds offset) {
    view_.lanes[lane.value].clock_offset = offset;
    const auto change = clock_watch_.measured(lane, offset, our_now_);
    if (change == clock_change::none) return;
    say(note_of_clock(change, plan_.lanes[lane.value], offset));
}

void engine::on(const restored& what) {
    CHECK(!running_);
    running_ = true;
    started_ = our_now_;
    round_began_ = our_now_;
    last_sweep_ = what.ledger.rows.last_complete_sweep;
    say(make_note(
        note_level::info,
        what.ledger.first_start ? "first_start" : "restored",
        {{"targets", std::to_string(plan_.targets.size())},
         {"known_jobs", std::to_string(what.ledger.rows.jobs.size())},
         {"known_alerts", std::to_string(what.ledger.rows.alerts.size())},
         {"alerts_since", iso8601(horizon())}}
    ));
    tally_.restore(what.ledger.rows);
    restore_jobs(what.ledger.rows);
    restore_alerts(what.ledger.rows);
    for (std::size_t slot = 0; slot < plan_.targets.size(); ++slot) {
        const look first{look_queue::unseen, now_.mono};
        scheduler_.add(slot, plan_.targets[slot].lane, first);
    }
    scheduler_.start(now_.mono);
    view_.first_pass_complete = plan_.targets.empty();
}

void engine::on(const described& what) {
    const auto done = scheduler_.take_answered(what.id);
    if (!done) {
        ++view_.late_answers;
        say(make_note(note_level::debug, "late_answer", {{"poll", std::to_string(what.id.value)}}));
        return;
    }
    // The clients are being closed: that an answer fails now says nothing about AWS.
    if (drain_until_ && !what.answer) return;
    view_.lanes[done->lane.value].heard = true;
    if (what.clock_offset) look_at_clock(done->lane, *what.clock_offset);
    tally_.request_took(done->lane, what.took);
    if (!what.answer) {
        on_failure(*done, what.answer.error());
    } else if (what.answer->name != plan_.targets[done->slot].name) {
        failure why;
        why.kind = error_class::malformed;
        why.detail = "the answer is about another job";
        on_failure(*done, why);
    } else {
        on_answer(*done, *what.answer);
    }
}

void engine::on(const committed& what) {
    if (what.error) {
        apply(journal_.refused(what.up_to, now_.mono));
    } else {
        apply(journal_.committed(what.up_to, now_.mono));
    }
}

void engine::on(const delivered& what) {
    const auto done = outbox_.take_answered(what.id);
    if (!done) {
        say(make_note(
            note_level::debug, "late_receipt", {{"delivery", std::to_string(what.id.value)}}
        ));
        return;
    }
    if (what.answer) {
        on_taken(*done);
    } else {
        on_refused(*done, what.answer.error());
    }
}

void engine::on(const stop_requested&) {
    if (drain_until_) return;
    drain_until_ = now_.mono + limits::drain_deadline;
    say(make_note(
        note_level::info,
        "stopping",
        {{"polls_in_flight", std::to_string(scheduler_.in_flight())},
         {"deliveries_in_flight", std::to_string(outbox_.in_flight())}}
    ));
}

// Everything that time allows and the event made possible.
void engine::turn() {
    if (!drain_until_) give_up_overdue_polls();
    give_up_overdue_deliveries();
    apply(journal_.look_at_clock(now_.mono));
    end_unreceived();
    retire_finished();
    write();
    send_alerts();
    // Deliveries may have left rows to write, when nothing was in flight.
    write();
    if (drain_until_) {
        stop_if_drained();
    } else {
        start_polls();
        say_headline();
    }
    for (std::size_t i = 0; i < view_.lanes.size(); ++i)
        view_.lanes[i].operations[domain::aws_operation::describe].rate =
            scheduler_.rate(aws_operation::describe, lane_id{i}, now_.mono);
}

void engine::start_polls() {
    while (const auto next = scheduler_.next_poll(now_.mono)) {
        describe request;
        request.id = next->id;
        request.lane = next->lane;
        request.name = plan_.targets[next->slot].name;
        request.deadline = next->deadline;
        request.slot = next->slot;
        out_.emplace_back(std::move(request));
    }
}

// "watching 214 jobs, 3 live, next sweep in 5s, 0 alerts": the sentence, and its numbers as fields.
void engine::say_headline() {
    if (!view_.first_pass_complete) return;
    const headline present{view_.live, book_.firing()};
    if (said_ && (*said_ == present || now_.mono < said_at_ + limits::watching_interval)) return;
    said_ = present;
    said_at_ = now_.mono;
    std::string next_sweep;
    if (const auto next = scheduler_.next_send()) {
        const auto wait = std::max(*next - now_.mono, nanoseconds(0));
        next_sweep = format_duration(std::chrono::ceil<seconds>(wait));
    }
    say(note_of_headline(plan_.targets.size(), present.live, present.alerts, next_sweep));
}

// Polls in flight are not waited for: the next run asks again, and AWS may be what hangs.
bool engine::is_drained() const {
    if (outbox_.in_flight() > 0 || !journal_.is_idle()) return false;
    if (journal_.is_degraded()) {
        // What no receiver took and no disk has would be lost.
        return !outbox_.has_untaken();
    }
    return !journal_.has_rows();
}

void engine::stop_if_drained() {
    const bool drained = is_drained();
    if (!drained && now_.mono < *drain_until_) return;
    stopped_ = true;
    say(make_note(
        drained ? note_level::info : note_level::warning,
        "stopped",
        {{"drained", drained ? "true" : "false"}}
    ));
    out_.emplace_back(stop{});
}

std::optional<mono_time> engine::next_wakeup() const {
    if (stopped_ || !running_) return std::nullopt;
    std::optional<mono_time> next;
    const auto consider = [&](const std::optional<mono_time>& at) {
        if (at && (!next || *at < *next)) next = at;
    };
    consider(outbox_.next_wakeup());
    consider(journal_.next_wakeup());
    consider(retirement_.next_wakeup());
    if (drain_until_) {
        consider(drain_until_);
        return next;
    }
    consider(scheduler_.next_overdue());
    consider(scheduler_.next_send());
    if (said_ && *said_ != headline{view_.live, book_.firing()}) {
        consider(said_at_ + limits::watching_interval);
    }
    return next;
}

// An end before this is the past: shown, neither counted nor alerted.
wall_time engine::horizon() const {
    const auto at_start = clock_.at(started_) - plan_.global.lookback;
    return last_sweep_ ? std::min(*last_sweep_, at_start) : at_start;
}

// When our monotonic clock will stand there, never sooner than a moment from now.
mono_time engine::mono_of(wall_time at) const {
    return now_.mono + std::max(at - now_.wall, milliseconds(1));
}

}  // namespace trainwatch::core
