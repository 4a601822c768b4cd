#include "app/backtest_stakes.hpp"

#include <algorithm>

#include "core/tracker.hpp"

namespace trainwatch::app {
namespace {

double hours_of(milliseconds length) {
    return std::chrono::duration<double, std::ratio<3600>>(length).count();
}

}  // namespace

milliseconds used_by(const past_job& job) {
    const auto& whole = job.whole;
    if (whole.billable_time) return *whole.billable_time;
    if (whole.training_time) return *whole.training_time;
    if (!whole.training_started) return {};
    const auto end = core::ended_at(whole).value_or(job.until);
    return std::max(end - *whole.training_started, milliseconds(0));
}

void stakes_sum::add(const past_job& job, milliseconds time) {
    ++sum_.jobs;
    sum_.time += time;
    for (const auto& group : job.whole.instances) {
        const auto count = static_cast<double>(group.count);
        sum_.instance_hours += hours_of(time) * count;
        const auto price = prices_.find(group.instance_type);
        if (price != prices_.end()) {
            money_ += hours_of(time) * count * price->second;
            continue;
        }
        is_priced_ = false;
        auto& missing = sum_.unpriced;
        const bool is_told =
            std::find(missing.begin(), missing.end(), group.instance_type) != missing.end();
        if (!prices_.empty() && !is_told) missing.push_back(group.instance_type);
    }
    // Serverless: nobody knows on what.
    is_priced_ = is_priced_ && !job.whole.instances.empty();
}

backtest_stakes stakes_sum::sum() const {
    auto made = sum_;
    if (is_priced_ && made.jobs > 0) made.money = money_;
    return made;
}

}  // namespace trainwatch::app
