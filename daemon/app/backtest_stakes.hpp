// What jobs used and what that cost, summed up for app/backtest_report.
//
// Time is the jobs' own clock; instance-hours count all instances. A sum of money that leaves a job
// out would look cheap: it is whole or absent, and the instance types without a price are named.
#pragma once

#include <optional>

#include "app/backtest_report.hpp"
#include "domain/settings.hpp"

namespace trainwatch::app {

// AWS' own count of the time, else from the start of training to the end.
milliseconds used_by(const past_job& job);

class stakes_sum {
public:
    // `prices` outlives it.
    explicit stakes_sum(const domain::price_map& prices) : prices_(prices) {}

    void add(const past_job& job, milliseconds time);
    backtest_stakes sum() const;

private:
    const domain::price_map& prices_;
    backtest_stakes sum_{};
    double money_ = 0;
    bool is_priced_ = true;
};

}  // namespace trainwatch::app
