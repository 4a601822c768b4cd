// The invariants of what AWS is asked, and what follows where it does not answer.
#include <algorithm>

#include "base/limits.hpp"
#include "judge.hpp"

namespace trainwatch::sim {
namespace {

double budget_of(const domain::lane& lane, domain::aws_operation operation) {
    return operation == domain::aws_operation::list ? lane.budget.list_per_second
                                                    : lane.budget.describe_per_second;
}

void forget_older(std::deque<mono_time>& sends, mono_time now) {
    while (!sends.empty() && sends.front() < now - seconds(10))
        sends.pop_front();
}

}  // namespace

void judge::called(domain::aws_operation operation, lane_id lane, mono_time now) {
    auto& sends = sends_[lane.value][static_cast<std::size_t>(operation)];
    sends.push_back(now);
    if (scene_.lie == sabotage::extra_polls) sends.push_back(now);
    if (plan_.lanes[lane.value].gone) violated("a call in a lane that is gone", now);
    check_budget(operation, lane, now);
    check_shared_budget(operation, lane, now);
}

// For so long nobody waits for tags: a later list may come first, and an alert without their
// labels.
void judge::tags_asked(lane_id lane, std::size_t place, mono_time now) {
    constexpr nanoseconds patience =
        limits::tags_lane_patience - limits::describe_deadline - limits::answer_grace;
    const auto since = tags_wanted_since_.try_emplace(lane.value, now).first->second;
    if (now - since >= patience) given_up_tags_.insert(place);
}

void judge::describe_asked(std::size_t place, const std::string& name) {
    if (tries_[{place, name}]++ >= limits::candidate_tries) undescribed_.insert(place);
}

// Requests in any sliding window of ten seconds are at most ten times the budget, and one.
void judge::check_budget(domain::aws_operation operation, lane_id lane, mono_time now) {
    auto& sends = sends_[lane.value][static_cast<std::size_t>(operation)];
    forget_older(sends, now);
    const auto allowed = budget_of(plan_.lanes[lane.value], operation) * 10 + 1;
    if (static_cast<double>(sends.size()) > allowed) {
        violated(std::string(domain::to_string(operation)) + " above the budget", now);
    }
}

// Lanes into one region that are of one account share AWS' quota, once both have answered.
void judge::check_shared_budget(domain::aws_operation operation, lane_id lane, mono_time now) {
    const auto& own = plan_.lanes[lane.value];
    const auto& account = scene_.lists.account_of(own.connection);
    std::size_t members = 0;
    double largest = 0;
    for (std::size_t i = 0; i < plan_.lanes.size(); ++i) {
        const auto& other = plan_.lanes[i];
        if (other.region != own.region || other.gone) continue;
        if (scene_.lists.account_of(other.connection) != account) continue;
        if (!account_told_[i]) return;
        ++members;
        largest = std::max(largest, budget_of(other, operation));
    }
    if (members < 2) return;
    const auto name = std::string(domain::to_string(operation));
    auto& sends = shared_sends_[name + account + own.region];
    sends.push_back(now);
    forget_older(sends, now);
    if (static_cast<double>(sends.size()) > largest * 10 + 1) {
        violated(name + " above the shared quota", now);
    }
}

}  // namespace trainwatch::sim
