#include "core/engine.hpp"

#include <algorithm>

#include "base/check.hpp"
#include "base/limits.hpp"
#include "core/notes.hpp"
#include "core/taken_up.hpp"

namespace trainwatch::core {
namespace {

// How often what alerts say by now is written, and looked at anew where no word of AWS changes it:
// between two re-sends.
constexpr milliseconds renew_interval = limits::resend_interval / 2;

// Lanes keep their numbers for good; explicit names have the first slots.
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

std::optional<milliseconds> offset_in(const event& happened) {
    if (const auto* answer = std::get_if<described>(&happened)) return answer->clock_offset;
    if (const auto* page = std::get_if<listed>(&happened)) return page->clock_offset;
    if (const auto* tags = std::get_if<tags_read>(&happened)) return tags->clock_offset;
    if (const auto* receipt = std::get_if<delivered>(&happened)) return receipt->clock_offset;
    if (const auto* told = std::get_if<read_back_told>(&happened)) return told->clock_offset;
    return std::nullopt;
}

// Each part draws from its own sequence: more polls do not change the jitter of deliveries.
enum class stream : std::uint64_t { polls = 1, deliveries, commits };

std::uint64_t seed_of(std::uint64_t seed, stream which) {
    random_source derived(seed ^ (static_cast<std::uint64_t>(which) << 32U));
    return derived.next();
}

}  // namespace

engine::engine(domain::watch_plan plan, std::uint64_t seed, const engine_bounds& bounds)
    : bounds_(bounds)
    , plan_(std::move(plan))
    , reasons_(plan_.failure_classes)
    , view_(make_view(plan_))
    , scheduler_(plan_, seed_of(seed, stream::polls))
    , tally_(plan_, view_)
    , freshness_(view_)
    , book_(view_.alerts)
    , outbox_(plan_.endpoints.size(), seed_of(seed, stream::deliveries))
    , journal_(seed_of(seed, stream::commits))
    , clock_watch_(plan_.lanes.size())
    , claims_(plan_)
    , taken_up_(claims_of_taken_up(plan_)) {
    waits_for_status_ = has_status_filter(plan_);
    follow_lanes();
    follow_endpoints();
    for (const auto& target : plan_.targets) {
        take_slot(target.lane, target.name, slot_use::explicit_name);
    }
}

actions engine::step(const event& happened, instant now) {
    // Time stands still rather than run backwards.
    now.mono = std::max(now.mono, now_.mono);
    our_now_ = now;
    now_ = {now.mono, clock_.at(now)};
    view_.dirty.clear();
    learn_offset(offset_in(happened), now);
    // Keys may be had before the ledger is read; everything else follows from what it holds.
    const bool is_about_keys = std::holds_alternative<credentials_told>(happened);
    CHECK(running_ || is_about_keys || std::holds_alternative<restored>(happened));
    if (!stopped_) {
        std::visit([this](const auto& what) { on(what); }, happened);
        if (running_) turn();
    }
    auto& dirty = view_.dirty;
    std::sort(dirty.begin(), dirty.end());
    dirty.erase(std::unique(dirty.begin(), dirty.end()), dirty.end());
    return std::exchange(out_, {});
}

void engine::touch(std::size_t slot) {
    ++view_.jobs[slot].revision;
    view_.dirty.push_back(slot);
}

void engine::on(const restored& what) {
    CHECK(!running_);
    running_ = true;
    started_ = our_now_;
    round_began_ = our_now_;
    restore_forgotten(what.ledger.rows.counters);
    restore_expectations(what.ledger.rows.counters);
    restore_horizon(what.ledger);
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
    for (std::size_t slot = 0; slot < targets_.size(); ++slot) {
        if (targets_[slot].use != slot_use::vacant) start_watching(slot);
    }
    release_twins();
    scheduler_.start(now_.mono);
    end_first_pass();
}

// The call that the answer is to, unless it was given up.
std::optional<poll> engine::take_call(poll_id id, const std::optional<milliseconds>& offset) {
    const auto done = scheduler_.take_answered(id);
    if (!done) {
        ++view_.late_answers;
        say(make_note(note_level::debug, "late_answer", {{"poll", std::to_string(id.value)}}));
        return std::nullopt;
    }
    view_.lanes[done->lane.value].heard = true;
    if (offset) look_at_clock(done->lane, *offset);
    return done;
}

void engine::on(const described& what) {
    const auto done = take_call(what.id, what.clock_offset);
    // The clients are being closed: that an answer fails now says nothing about AWS.
    if (!done || (drain_until_ && !what.answer)) return;
    tally_.request_took(done->lane, done->operation, what.took);
    if (!what.answer) {
        on_failure(*done, what.answer.error());
    } else if (what.answer->name != targets_[done->slot].name) {
        failure why;
        why.kind = error_class::malformed;
        why.detail = "the answer is about another job";
        on_failure(*done, why);
    } else {
        on_answer(*done, *what.answer);
    }
    claim_waiting_successor(*done);
}

void engine::on(const committed& what) {
    if (what.error) {
        storage_trouble_ = what.error->detail;
        apply(journal_.refused(what.up_to, now_.mono));
    } else {
        committed_ = std::max(committed_, what.up_to);
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
    if (what.clock_offset) {
        endpoint_clocks_[done->endpoint.value].measured(*what.clock_offset, our_now_);
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
    give_up_overdue_questions();
    apply(journal_.look_at_clock(now_.mono));
    renewing_ = drain_until_ || now_.mono >= renew_again_;
    if (renewing_) renew_again_ = now_.mono + renew_interval;
    watch_storage();
    end_unreceived();
    reconsider_jobs();
    end_unwatched_alerts();
    end_unexplained_jobs();
    release_held_answers();
    retire_finished();
    keep_few_ended();
    keep_sweep();
    watch_promise();
    end_orphans();
    end_held_conditions();
    watch_over();
    keep_texts();
    forget_old_rows();
    write();
    send_alerts();
    // Deliveries may have left rows to write, when nothing was in flight.
    write();
    answer_acknowledged();
    if (drain_until_) {
        stop_if_drained();
    } else {
        retry_refused_tags();
        ask_for_withheld_tags();
        ask_what_is_held();
        start_polls();
        start_lists();
        start_tags();
        say_headline();
    }
    show_rates();
    show_sweeps();
}

void engine::show_rates() {
    for (std::size_t i = 0; i < view_.lanes.size(); ++i) {
        for (auto& [which, known] : view_.lanes[i].operations) {
            known.rate = scheduler_.rate(which, lane_id{i}, now_.mono);
            known.headroom = scheduler_.headroom(which, lane_id{i}, now_.mono);
            known.others = scheduler_.others(which, lane_id{i}, now_.mono);
        }
        view_.lanes[i].untold_tags = lanes_[i].untagged.size();
        view_.lanes[i].withheld_tags = lanes_[i].withheld.size();
    }
}

void engine::start_polls() {
    while (const auto next = scheduler_.next_poll(now_.mono)) {
        describe request;
        request.id = next->id;
        request.lane = next->lane;
        request.name = targets_[next->slot].name;
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
    auto next = scheduler_.next_send();
    for (std::size_t i = 0; i < lanes_.size(); ++i) {
        const auto page = plan_.lanes[i].gone ? std::nullopt : next_list(lane_id{i});
        if (page) next = std::min(next.value_or(*page), *page);
    }
    if (next) {
        const auto wait = std::max(*next - now_.mono, nanoseconds(0));
        next_sweep = format_duration(std::chrono::ceil<seconds>(wait));
    }
    say(note_of_headline(view_.watched, present.live, present.alerts, next_sweep));
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
    answer_acknowledged();
    out_.emplace_back(stop{});
}

std::optional<mono_time> engine::next_wakeup() const {
    if (stopped_ || !running_) return std::nullopt;
    std::optional<mono_time> next;
    const auto consider = [&](const std::optional<mono_time>& at) {
        if (at && (!next || *at < *next)) next = at;
    };
    consider(next_sending());
    consider(journal_.next_wakeup());
    consider(retirement_.next_wakeup());
    if (drain_until_) {
        consider(drain_until_);
        return next;
    }
    consider(read_backs_.next_wakeup());
    consider(scheduler_.next_overdue());
    consider(scheduler_.next_send());
    for (std::size_t i = 0; i < lanes_.size(); ++i) {
        consider(next_list(lane_id{i}));
        consider(next_tags(lane_id{i}));
        if (lanes_[i].pages && !lanes_[i].tags_refused) consider(lanes_[i].withheld.next_due());
    }
    if (!unexplained_.empty()) {
        consider(std::max<mono_time>(
            unexplained_.begin()->first + limits::settle_patience, unexplained_look_
        ));
    }
    if (!held_.empty()) consider(held_.begin()->first);
    consider(stale_watch_.next_wakeup());
    consider(next_watch());
    // The distance on the wall clock, walked on ours.
    if (!unreceived_.empty()) consider(now_.mono + (unreceived_.begin()->first - now_.wall));
    if (said_ && view_.first_pass_complete && *said_ != headline{view_.live, book_.firing()}) {
        consider(said_at_ + limits::watching_interval);
    }
    return next;
}

// When our monotonic clock will stand there, never sooner than a moment from now.
mono_time engine::mono_of(wall_time at) const {
    return now_.mono + std::max(at - now_.wall, milliseconds(1));
}

}  // namespace trainwatch::core
