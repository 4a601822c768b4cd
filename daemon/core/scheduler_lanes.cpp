#include <algorithm>

#include "base/limits.hpp"
#include "core/scheduler.hpp"

namespace trainwatch::core {
namespace {

nanoseconds interval_of(const send_rate& pace) {
    return nanoseconds(static_cast<std::int64_t>(1e9 / pace.budget()));
}

// Of tags nobody has a quota to tell; they are read rarely, and like describes.
double budget_of(const domain::lane& lane, aws_operation operation) {
    return operation == aws_operation::list ? lane.budget.list_per_second
                                            : lane.budget.describe_per_second;
}

}  // namespace

scheduler::scheduler(const domain::watch_plan& plan, std::uint64_t seed) : random_(seed) {
    for (const auto& lane : plan.lanes)
        lanes_.push_back(make_lane(lane));
}

scheduler::lane_state scheduler::make_lane(const domain::lane& planned) {
    const auto pace = [&](aws_operation operation) {
        return operation_state(send_rate(operation, budget_of(planned, operation)));
    };
    lane_state made{
        {pace(aws_operation::describe), pace(aws_operation::list), pace(aws_operation::tags)}};
    made.region = planned.region;
    made.lists = planned.lists;
    made.gone = planned.gone;
    return made;
}

void scheduler::start_lane(lane_state& lane, mono_time now) {
    for (auto& calls : lane.calls)
        calls.rate.start(now + random_.jitter(interval_of(calls.rate)));
}

void scheduler::start(mono_time now) {
    started_ = true;
    for (auto& lane : lanes_)
        start_lane(lane, now);
}

void scheduler::reconfigure(const domain::watch_plan& plan, mono_time now) {
    for (std::size_t i = 0; i < plan.lanes.size(); ++i) {
        const auto& planned = plan.lanes[i];
        if (i == lanes_.size()) {
            lanes_.push_back(make_lane(planned));
            if (started_) start_lane(lanes_.back(), now);
            continue;
        }
        lanes_[i].lists = planned.lists;
        lanes_[i].gone = planned.gone;
        for (const auto operation : domain::aws_operations) {
            lanes_[i].calls[index(operation)].rate.reconfigure(budget_of(planned, operation), now);
        }
    }
    make_pools();
}

bool scheduler::is_down(lane_id lane, aws_operation operation) const {
    return lanes_[lane.value].calls[index(operation)].down.has_value();
}

bool scheduler::is_refused(lane_id lane, aws_operation operation) const {
    return lanes_[lane.value].calls[index(operation)].down == error_class::denied;
}

bool scheduler::is_given_up(lane_id lane, mono_time now, aws_operation operation) const {
    const auto& state = lanes_[lane.value].calls[index(operation)];
    if (!state.down) return false;
    if (state.down == error_class::denied) return true;
    return now - state.failing_since >= limits::first_pass_patience;
}

// Until somebody mends the credentials: a try each fifteen to thirty seconds.
void scheduler::slow_down(operation_state& calls, mono_time now) {
    const auto half = limits::denied_pace / 2;
    calls.rate.hold(now + half + random_.jitter(half));
}

lane_change scheduler::lane_answered(const poll& answered) {
    auto& state = calls(answered);
    state.failures = 0;
    if (!state.down) return lane_change::none;
    state.down.reset();
    state.rate.release();
    return lane_change::came_up;
}

// How many failures in a row are believed. Describes and tags may be forbidden for single jobs; the
// permission to list is the whole account's.
unsigned scheduler::patience(const poll& failed, error_class why) const {
    if (failed.operation == aws_operation::list) {
        return why == error_class::denied ? 1 : limits::lane_down_after;
    }
    const auto targets = std::max<std::size_t>(lanes_[failed.lane.value].targets, 1);
    return static_cast<unsigned>(std::min<std::size_t>(limits::lane_down_after, targets));
}

lane_change scheduler::lane_failed(
    const poll& failed, mono_time now, error_class why, bool is_whole
) {
    auto& state = calls(failed);
    if (state.failures == 0) state.failing_since = now;
    ++state.failures;
    if (!is_whole && state.failures < patience(failed, why)) return lane_change::none;
    const bool was_down = std::exchange(state.down, why).has_value();
    if (why == error_class::denied) slow_down(state, now);
    return was_down ? lane_change::none : lane_change::went_down;
}

void scheduler::lane_throttled(
    const poll& refused, mono_time now, std::optional<milliseconds> wait
) {
    calls(refused).rate.throttled(refused.sent, now, wait);
    const auto pool = lanes_[refused.lane.value].pool;
    if (!pool) return;
    pools_[*pool].rates[index(refused.operation)].throttled(refused.sent, now, wait);
}

void scheduler::keys_renewed(lane_id lane, mono_time now) {
    auto& state = lanes_[lane.value];
    for (auto& calls : state.calls)
        calls.rate.release();
    std::vector<std::size_t> early;
    // What was refused stands nowhere else.
    state.waiting[static_cast<std::size_t>(shelf::calm)].for_each([&](const auto& entry) {
        if (jobs_[entry.slot].refused && entry.due > now) early.push_back(entry.slot);
    });
    // In an order that does not depend on how they wait.
    std::sort(early.begin(), early.end());
    for (const auto slot : early) {
        take_from_line(slot);
        jobs_[slot].refused = false;
        put_in_line(slot, now);
    }
}

void scheduler::account_known(lane_id lane, const std::string& account_id) {
    if (lanes_[lane.value].account_id == account_id) return;
    lanes_[lane.value].account_id = account_id;
    make_pools();
}

// Rarely called: when an account is learned or the budgets change. What a pool has learned stays
// with its lanes, each of which heard the same refusals.
void scheduler::make_pools() {
    std::map<std::pair<std::string, std::string>, std::vector<std::size_t>> groups;
    for (std::size_t i = 0; i < lanes_.size(); ++i) {
        lanes_[i].pool.reset();
        if (lanes_[i].account_id.empty() || lanes_[i].gone) continue;
        groups[{lanes_[i].account_id, lanes_[i].region}].push_back(i);
    }
    pools_.clear();
    const auto shared = [this](aws_operation operation, const std::vector<std::size_t>& members) {
        const auto rate_of = [&](std::size_t member) -> const send_rate& {
            return lanes_[member].calls[index(operation)].rate;
        };
        const auto largest = *std::max_element(
            members.begin(),
            members.end(),
            [&](std::size_t left, std::size_t right) {
                return rate_of(left).budget() < rate_of(right).budget();
            }
        );
        auto rate = rate_of(largest).as_shared();
        for (const auto member : members) {
            if (member != largest) rate.join(rate_of(member));
        }
        return rate;
    };
    for (auto& [quota, members] : groups) {
        if (members.size() < 2) continue;
        for (const auto member : members)
            lanes_[member].pool = pools_.size();
        pools_.push_back(
            {{shared(aws_operation::describe, members),
              shared(aws_operation::list, members),
              shared(aws_operation::tags, members)}}
        );
    }
}

mono_time scheduler::next_send_of(const lane_state& lane, aws_operation operation) const {
    const auto own = lane.calls[index(operation)].rate.next_send();
    if (!lane.pool) return own;
    return std::max(own, pools_[*lane.pool].rates[index(operation)].next_send());
}

mono_time scheduler::next_call(aws_operation operation, lane_id lane) const {
    const auto& state = lanes_[lane.value];
    return state.gone ? mono_time::max() : next_send_of(state, operation);
}

mono_time scheduler::ready_since(aws_operation operation, lane_id lane) const {
    return lanes_[lane.value].calls[index(operation)].rate.next_send();
}

double scheduler::rate(aws_operation operation, lane_id lane, mono_time now) const {
    const auto& state = lanes_[lane.value];
    const double own = state.calls[index(operation)].rate.rate(now);
    if (!state.pool) return own;
    return std::min(own, pools_[*state.pool].rates[index(operation)].rate(now));
}

double scheduler::headroom(aws_operation operation, lane_id lane, mono_time now) const {
    const auto& state = lanes_[lane.value];
    const double own = state.calls[index(operation)].rate.headroom(now);
    if (!state.pool) return own;
    return std::min(own, pools_[*state.pool].rates[index(operation)].headroom(now));
}

double scheduler::others(aws_operation operation, lane_id lane, mono_time now) const {
    const auto& state = lanes_[lane.value];
    return state.pool ? pools_[*state.pool].rates[index(operation)].others(now)
                      : state.calls[index(operation)].rate.others(now);
}

milliseconds scheduler::late_interval(lane_id lane, milliseconds staleness_bound, mono_time now)
    const {
    const auto& state = lanes_[lane.value];
    const auto late = static_cast<double>(state.late);
    const auto fair = milliseconds(static_cast<std::int64_t>(
        1000.0 * limits::late_share * late / rate(aws_operation::describe, lane, now)
    ));
    const auto interval = std::max(limits::late_interval_min, fair);
    // No slower than any other live job; list pages see the others without a describe.
    return state.lists ? interval : std::min(interval, staleness_bound / 2);
}

std::size_t scheduler::backlog(lane_id lane) const {
    const auto& waiting = lanes_[lane.value].waiting;
    return waiting[static_cast<std::size_t>(shelf::ended)].size() +
        waiting[static_cast<std::size_t>(shelf::changed)].size();
}

}  // namespace trainwatch::core
