#include "core/scheduler.hpp"

#include <algorithm>

#include "base/check.hpp"
#include "base/limits.hpp"
#include "core/backoff.hpp"

namespace trainwatch::core {
namespace {

constexpr backoff_bounds poll_backoff{limits::backoff_base, limits::backoff_max};

// After so many ends in a row somebody else is described: a hundred jobs of one list that fail
// together must not keep the limits of another from being seen.
constexpr unsigned ends_in_a_row_max = 3;

bool is_due(const due_queue& line, mono_time now) {
    return !line.empty() && line.top().due <= now;
}

}  // namespace

void scheduler::add(std::size_t slot, lane_id lane, const look& first) {
    if (slot >= jobs_.size()) {
        jobs_.resize(slot + 1);
        places_.resize(slot + 1);
    }
    CHECK(jobs_[slot].place == job_place::vacant && jobs_[slot].tag_calls == 0);
    jobs_[slot] = job_state{};
    jobs_[slot].lane = static_cast<std::uint32_t>(lane.value);
    ++lanes_[lane.value].targets;
    set_look(jobs_[slot], first);
    put_in_line(slot, first.due);
}

void scheduler::remove(std::size_t slot) {
    auto& job = jobs_[slot];
    CHECK(job.place != job_place::vacant && !is_in_flight(slot));
    if (job.place == job_place::waiting) take_from_line(slot);
    auto& lane = lanes_[job.lane];
    --lane.targets;
    if (job.late) --lane.late;
    job = job_state{};
}

bool scheduler::is_in_flight(std::size_t slot) const {
    return is_being_described(slot) || jobs_[slot].tag_calls > 0;
}

bool scheduler::is_being_described(std::size_t slot) const {
    return jobs_[slot].place == job_place::described;
}

void scheduler::want(std::size_t slot, const look& next) {
    auto& job = jobs_[slot];
    CHECK(job.place != job_place::vacant);
    if (job.place != job_place::waiting) return;
    const auto until = line_of(job).due_of(places_, slot);
    take_from_line(slot);
    set_look(job, next);
    put_in_line(slot, job.failures > 0 ? until : next.due);
}

// What was refused waits with the calm ones, so that a few forbidden jobs do not stand in the way
// of others, whatever is wanted of them.
scheduler::shelf scheduler::shelf_of(const job_state& job) {
    if (job.refused) return shelf::calm;
    if (job.queue == look_queue::ended) return shelf::ended;
    if (job.late) return shelf::late;
    switch (job.queue) {
        case look_queue::ended:
            return shelf::ended;
        case look_queue::unseen:
            return shelf::unseen;
        case look_queue::live:
            return shelf::live;
        case look_queue::promised:
            return shelf::promised;
        case look_queue::changed:
            return shelf::changed;
        case look_queue::undecided_end:
            return shelf::undecided_end;
        case look_queue::undecided:
            return shelf::undecided;
        case look_queue::undecided_old:
            return shelf::undecided_old;
        case look_queue::calm:
            break;
    }
    return shelf::calm;
}

due_queue& scheduler::line_of(const job_state& job) {
    return lanes_[job.lane].waiting[static_cast<std::size_t>(job.on)];
}

void scheduler::set_look(job_state& job, const look& next) {
    auto& lane = lanes_[job.lane];
    if (job.late && !next.late) --lane.late;
    if (!job.late && next.late) ++lane.late;
    job.late = next.late;
    job.queue = next.queue;
}

void scheduler::put_in_line(std::size_t slot, mono_time due) {
    auto& job = jobs_[slot];
    job.place = job_place::waiting;
    job.on = shelf_of(job);
    line_of(job).push(places_, slot, due);
}

void scheduler::take_from_line(std::size_t slot) {
    line_of(jobs_[slot]).erase(places_, slot);
}

void scheduler::enqueue(const poll& done, const look& next) {
    auto& job = jobs_[done.slot];
    CHECK(job.place == job_place::taken);
    set_look(job, next);
    put_in_line(done.slot, next.due);
}

void scheduler::place(const poll& done, const look& next) {
    jobs_[done.slot].failures = 0;
    jobs_[done.slot].refused = false;
    enqueue(done, next);
}

void scheduler::retry_with_backoff(const poll& failed, mono_time now) {
    const unsigned failures = ++jobs_[failed.slot].failures;
    look next = failed.wanted;
    next.due = now + full_jitter(random_, failures, poll_backoff);
    enqueue(failed, next);
}

void scheduler::retry_in_place(const poll& failed) {
    ++jobs_[failed.slot].failures;
    enqueue(failed, failed.wanted);
}

void scheduler::retry_slowly(const poll& denied, mono_time now) {
    ++jobs_[denied.slot].failures;
    jobs_[denied.slot].refused = true;
    look next = denied.wanted;
    next.due = now + limits::denied_pace + random_.jitter(limits::denied_pace);
    enqueue(denied, next);
}

// Two queues that share a turn: neither is served before the other, the longest due one is.
scheduler::shelf scheduler::longest_due(const lane_state& lane, shelf usual, shelf other) {
    const auto& first = lane.waiting[static_cast<std::size_t>(usual)];
    const auto& second = lane.waiting[static_cast<std::size_t>(other)];
    if (second.empty()) return usual;
    return first.empty() || second.top() < first.top() ? other : usual;
}

std::optional<scheduler::shelf> scheduler::choose(const lane_state& lane, mono_time now) {
    const auto has = [&](shelf which) {
        return is_due(lane.waiting[static_cast<std::size_t>(which)], now);
    };
    const bool may_end = lane.ends_in_a_row < ends_in_a_row_max;
    const bool is_turn_of_undecided = lane.last_end == shelf::ended && has(shelf::undecided_end);
    if (may_end && has(shelf::ended) && !is_turn_of_undecided) return shelf::ended;
    if (lane.sends_to_others % limits::late_share == 0 && has(shelf::late)) return shelf::late;
    const auto calm = longest_due(lane, shelf::calm, shelf::undecided_old);
    if (lane.sends_to_others % limits::calm_share == limits::calm_share - 1 && has(calm))
        return calm;
    if (may_end && has(shelf::undecided_end)) return shelf::undecided_end;
    if (has(shelf::promised)) return shelf::promised;
    if (const auto other = choose_others(lane, now)) return other;
    if (has(shelf::ended) && !is_turn_of_undecided) return shelf::ended;
    if (has(shelf::undecided_end)) return shelf::undecided_end;
    return std::nullopt;
}

std::optional<scheduler::shelf> scheduler::choose_others(const lane_state& lane, mono_time now) {
    const auto has = [&](shelf which) {
        return is_due(lane.waiting[static_cast<std::size_t>(which)], now);
    };
    // Late jobs have turns of their own, and belong to the live ones at other times: where the
    // budget is so short that they are looked at no more often than others, it is shared alike.
    const std::array turns{
        shelf::changed,
        shelf::unseen,
        shelf::undecided,
        longest_due(lane, shelf::live, shelf::late)};
    // Who was served last comes last.
    const auto served = std::find(turns.begin(), turns.end() - 1, lane.last_turn);
    const auto begin = static_cast<std::size_t>(served - turns.begin()) + 1;
    for (std::size_t i = 0; i < turns.size(); ++i) {
        const auto which = turns[(begin + i) % turns.size()];
        if (has(which)) return which;
    }
    const auto calm = longest_due(lane, shelf::calm, shelf::undecided_old);
    if (has(calm)) return calm;
    return std::nullopt;
}

// Who was ready first goes first, so that no lane of a pool takes it all.
std::optional<std::pair<std::size_t, scheduler::shelf>> scheduler::choose_lane(mono_time now
) const {
    std::optional<std::pair<std::size_t, shelf>> chosen;
    mono_time chosen_since{};
    for (std::size_t i = 0; i < lanes_.size(); ++i) {
        const auto& lane = lanes_[i];
        if (lane.gone || now < next_send_of(lane, aws_operation::describe)) continue;
        const auto since = lane.calls[index(aws_operation::describe)].rate.next_send();
        if (chosen && chosen_since <= since) continue;
        const auto from = choose(lane, now);
        if (!from) continue;
        chosen = {i, *from};
        chosen_since = since;
    }
    return chosen;
}

std::optional<poll> scheduler::next_poll(mono_time now) {
    const auto chosen = choose_lane(now);
    if (!chosen) return std::nullopt;
    auto& lane = lanes_[chosen->first];
    const auto from = chosen->second;
    const auto first = lane.waiting[static_cast<std::size_t>(from)].top();
    auto& job = jobs_[first.slot];
    take_from_line(first.slot);
    job.place = job_place::described;
    const bool takes_turns =
        from == shelf::changed || from == shelf::unseen || from == shelf::undecided;
    if (takes_turns) lane.last_turn = from;
    if (from == shelf::live || from == shelf::late) lane.last_turn = shelf::live;
    if (from == shelf::ended || from == shelf::undecided_end) {
        lane.last_end = from;
        ++lane.ends_in_a_row;
    } else {
        lane.ends_in_a_row = 0;
        ++lane.sends_to_others;
    }
    auto started = start_poll(aws_operation::describe, lane_id{chosen->first}, first.slot, now);
    started.wanted = {job.queue, first.due, job.late};
    in_flight_.emplace_hint(in_flight_.end(), started.id, started);
    return started;
}

std::optional<poll> scheduler::start_call(
    aws_operation operation, lane_id lane, std::size_t slot, mono_time now
) {
    CHECK(operation != aws_operation::describe);
    if (now < next_call(operation, lane)) return std::nullopt;
    if (operation == aws_operation::tags) {
        CHECK(jobs_[slot].place != job_place::vacant);
        ++jobs_[slot].tag_calls;
    }
    const auto started = start_poll(operation, lane, slot, now);
    in_flight_.emplace_hint(in_flight_.end(), started.id, started);
    return started;
}

poll scheduler::start_poll(aws_operation operation, lane_id lane, std::size_t slot, mono_time now) {
    auto& state = lanes_[lane.value];
    auto& calls = state.calls[index(operation)];
    calls.rate.sent(now);
    if (state.pool) pools_[*state.pool].rates[index(operation)].sent(now);
    if (calls.down == error_class::denied) slow_down(calls, now);
    poll started;
    started.id = poll_id{++last_id_};
    started.operation = operation;
    started.lane = lane;
    started.slot = slot;
    started.sent = now;
    started.deadline = now + limits::describe_deadline;
    return started;
}

std::optional<poll> scheduler::take_answered(poll_id id) {
    const auto at = in_flight_.find(id);
    if (at == in_flight_.end()) return std::nullopt;
    const poll answered = at->second;
    in_flight_.erase(at);
    if (answered.operation == aws_operation::describe) {
        jobs_[answered.slot].place = job_place::taken;
    } else if (answered.operation == aws_operation::tags) {
        --jobs_[answered.slot].tag_calls;
    }
    return answered;
}

std::optional<poll> scheduler::take_overdue(mono_time now) {
    const auto oldest = next_overdue();
    if (!oldest || now < *oldest) return std::nullopt;
    return take_answered(in_flight_.begin()->first);
}

std::optional<mono_time> scheduler::first_due(const lane_state& lane) {
    std::optional<mono_time> first;
    for (const auto& line : lane.waiting) {
        if (line.empty()) continue;
        if (!first || line.top().due < *first) first = line.top().due;
    }
    return first;
}

std::optional<mono_time> scheduler::next_send() const {
    std::optional<mono_time> next;
    for (const auto& lane : lanes_) {
        if (lane.gone) continue;
        const auto due = first_due(lane);
        if (!due) continue;
        const auto at = std::max(*due, next_send_of(lane, aws_operation::describe));
        if (!next || at < *next) next = at;
    }
    return next;
}

std::optional<mono_time> scheduler::next_overdue() const {
    if (in_flight_.empty()) return std::nullopt;
    return in_flight_.begin()->second.deadline + limits::answer_grace;
}

}  // namespace trainwatch::core
