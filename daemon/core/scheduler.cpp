#include "core/scheduler.hpp"

#include <algorithm>
#include <array>

#include "base/check.hpp"
#include "base/limits.hpp"
#include "core/backoff.hpp"

namespace trainwatch::core {
namespace {

constexpr backoff_bounds poll_backoff{limits::backoff_base, limits::backoff_max};

nanoseconds interval_of(const send_rate& pace) {
    return nanoseconds(static_cast<std::int64_t>(1e9 / pace.budget()));
}

}  // namespace

scheduler::scheduler(const domain::watch_plan& plan, std::uint64_t seed)
    : jobs_(plan.targets.size()), random_(seed) {
    for (const auto& lane : plan.lanes) {
        const send_rate pace(aws_operation::describe, lane.budget.describe_per_second);
        lanes_.push_back({.rate = pace, .region = lane.region});
    }
    for (const auto& target : plan.targets) {
        lane_of_.push_back(target.lane);
        ++lanes_[target.lane.value].targets;
    }
}

void scheduler::start(mono_time now) {
    for (auto& lane : lanes_)
        lane.rate.start(now + random_.jitter(interval_of(lane.rate)));
    for (std::size_t slot = 0; slot < jobs_.size(); ++slot) {
        lanes_[lane_of_[slot].value].unseen.emplace(now, slot);
    }
}

scheduler::due_set& scheduler::queue(lane_state& lane, look_queue which) {
    switch (which) {
        case look_queue::unseen:
            return lane.unseen;
        case look_queue::live:
            return lane.live;
        case look_queue::ended:
        case look_queue::changed:
        case look_queue::calm:
            break;
    }
    return lane.calm;
}

// Whose turn it is, among those with somebody due.
scheduler::due_set* scheduler::choose(lane_state& lane, mono_time now) {
    std::array<due_set*, 3> order{&lane.live, &lane.unseen, &lane.calm};
    if (lane.sends % 2 == 1) std::swap(order[0], order[1]);
    if (lane.sends % limits::calm_share == limits::calm_share - 1) {
        std::rotate(order.begin(), order.begin() + 2, order.end());
    }
    for (auto* candidates : order) {
        if (!candidates->empty() && candidates->begin()->first <= now) return candidates;
    }
    return nullptr;
}

// Who was ready first goes first, so that no lane of a pool takes it all.
std::pair<std::size_t, scheduler::due_set*> scheduler::choose_lane(mono_time now) {
    std::pair<std::size_t, due_set*> chosen{0, nullptr};
    for (std::size_t i = 0; i < lanes_.size(); ++i) {
        auto& lane = lanes_[i];
        if (now < next_send_of(lane)) continue;
        const auto since = lane.rate.next_send();
        if (chosen.second && lanes_[chosen.first].rate.next_send() <= since) continue;
        if (auto* const from = choose(lane, now)) chosen = {i, from};
    }
    return chosen;
}

std::optional<poll> scheduler::next_poll(mono_time now) {
    const auto [index, from] = choose_lane(now);
    if (!from) return std::nullopt;
    auto& lane = lanes_[index];
    const auto [due, slot] = *from->begin();
    from->erase(from->begin());
    ++lane.sends;
    lane.rate.sent(now);
    if (lane.pool) pools_[*lane.pool].rate.sent(now);
    if (lane.down == error_class::denied) slow_down(lane, now);
    poll started;
    started.id = poll_id{++last_id_};
    started.lane = lane_id{index};
    started.slot = slot;
    started.sent = now;
    started.deadline = now + limits::describe_deadline;
    started.wanted.queue = from == &lane.unseen ? look_queue::unseen
        : from == &lane.live                    ? look_queue::live
                                                : look_queue::calm;
    started.wanted.due = due;
    started.wanted.late = jobs_[slot].late;
    in_flight_.emplace(started.id, started);
    return started;
}

std::optional<poll> scheduler::take_answered(poll_id id) {
    const auto at = in_flight_.find(id);
    if (at == in_flight_.end()) return std::nullopt;
    const poll answered = at->second;
    in_flight_.erase(at);
    return answered;
}

std::optional<poll> scheduler::take_overdue(mono_time now) {
    const auto oldest = next_overdue();
    if (!oldest || now < *oldest) return std::nullopt;
    return take_answered(in_flight_.begin()->first);
}

void scheduler::enqueue(const poll& done, const look& next) {
    auto& lane = lanes_[done.lane.value];
    auto& job = jobs_[done.slot];
    if (job.late && !next.late) --lane.late;
    if (!job.late && next.late) ++lane.late;
    job.late = next.late;
    const bool added = queue(lane, next.queue).emplace(next.due, done.slot).second;
    CHECK(added);
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
    // Behind the others, so that one forbidden job does not stand in their way.
    next.due = now + limits::denied_pace + random_.jitter(limits::denied_pace);
    enqueue(denied, next);
}

// Until somebody mends the credentials: a try each fifteen to thirty seconds.
void scheduler::slow_down(lane_state& lane, mono_time now) {
    const auto half = limits::denied_pace / 2;
    lane.rate.hold(now + half + random_.jitter(half));
}

lane_change scheduler::lane_answered(const poll& answered) {
    auto& lane = lanes_[answered.lane.value];
    lane.failures = 0;
    if (!lane.down) return lane_change::none;
    lane.down.reset();
    lane.rate.release();
    return lane_change::came_up;
}

lane_change scheduler::lane_failed(const poll& failed, mono_time now, error_class why) {
    auto& lane = lanes_[failed.lane.value];
    if (lane.failures == 0) lane.failing_since = now;
    ++lane.failures;
    if (lane.failures < std::min<std::size_t>(limits::lane_down_after, lane.targets)) {
        return lane_change::none;
    }
    const bool was_down = std::exchange(lane.down, why).has_value();
    if (why == error_class::denied) slow_down(lane, now);
    return was_down ? lane_change::none : lane_change::went_down;
}

bool scheduler::is_given_up(lane_id lane, mono_time now) const {
    const auto& state = lanes_[lane.value];
    if (!state.down) return false;
    if (state.down == error_class::denied) return true;
    return now - state.failing_since >= limits::first_pass_patience;
}

void scheduler::lane_throttled(
    const poll& refused, mono_time now, std::optional<milliseconds> wait
) {
    auto& lane = lanes_[refused.lane.value];
    lane.rate.throttled(refused.sent, now, wait);
    if (lane.pool) pools_[*lane.pool].rate.throttled(refused.sent, now, wait);
}

void scheduler::account_known(lane_id lane, const std::string& account_id) {
    if (lanes_[lane.value].account_id == account_id) return;
    lanes_[lane.value].account_id = account_id;
    make_pools();
}

// Rarely called: when an account is learned. What a pool has learned stays with its lanes, each of
// which heard the same refusals.
void scheduler::make_pools() {
    std::map<std::pair<std::string, std::string>, std::vector<std::size_t>> groups;
    for (std::size_t i = 0; i < lanes_.size(); ++i) {
        lanes_[i].pool.reset();
        if (lanes_[i].account_id.empty()) continue;
        groups[{lanes_[i].account_id, lanes_[i].region}].push_back(i);
    }
    pools_.clear();
    for (auto& [quota, members] : groups) {
        if (members.size() < 2) continue;
        const auto largest =
            *std::max_element(members.begin(), members.end(), [this](auto left, auto right) {
                return lanes_[left].rate.budget() < lanes_[right].rate.budget();
            });
        for (const auto member : members)
            lanes_[member].pool = pools_.size();
        pools_.push_back({lanes_[largest].rate.as_shared()});
    }
}

void scheduler::keys_renewed(lane_id lane, mono_time now) {
    auto& state = lanes_[lane.value];
    state.rate.release();
    for (auto* const waiting : {&state.unseen, &state.live, &state.calm}) {
        std::vector<std::pair<mono_time, std::size_t>> early;
        for (const auto& entry : *waiting) {
            if (jobs_[entry.second].refused && entry.first > now) early.push_back(entry);
        }
        for (const auto& entry : early) {
            waiting->erase(entry);
            waiting->emplace(now, entry.second);
        }
    }
}

double scheduler::rate(aws_operation, lane_id lane, mono_time now) const {
    const auto& state = lanes_[lane.value];
    const double own = state.rate.rate(now);
    return state.pool ? std::min(own, pools_[*state.pool].rate.rate(now)) : own;
}

milliseconds scheduler::late_interval(lane_id lane, milliseconds staleness_bound, mono_time now)
    const {
    const auto late = static_cast<double>(lanes_[lane.value].late);
    const auto fair = milliseconds(static_cast<std::int64_t>(
        1000.0 * limits::late_share * late / rate(aws_operation::describe, lane, now)
    ));
    return std::min(std::max(limits::late_interval_min, fair), staleness_bound / 2);
}

std::optional<mono_time> scheduler::first_due(const lane_state& lane) {
    std::optional<mono_time> first;
    for (const auto* queue : {&lane.unseen, &lane.live, &lane.calm}) {
        if (queue->empty()) continue;
        const auto due = queue->begin()->first;
        if (!first || due < *first) first = due;
    }
    return first;
}

mono_time scheduler::next_send_of(const lane_state& lane) const {
    const auto own = lane.rate.next_send();
    return lane.pool ? std::max(own, pools_[*lane.pool].rate.next_send()) : own;
}

std::optional<mono_time> scheduler::next_send() const {
    std::optional<mono_time> next;
    for (const auto& lane : lanes_) {
        const auto due = first_due(lane);
        if (!due) continue;
        const auto at = std::max(*due, next_send_of(lane));
        if (!next || at < *next) next = at;
    }
    return next;
}

std::optional<mono_time> scheduler::next_overdue() const {
    if (in_flight_.empty()) return std::nullopt;
    return in_flight_.begin()->second.deadline + limits::answer_grace;
}

}  // namespace trainwatch::core
