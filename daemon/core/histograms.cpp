#include "core/histograms.hpp"

#include <utility>
#include <vector>

namespace trainwatch::core {
namespace {

using domain::histogram_view;

constexpr double minute = 60;
constexpr double hour = 3600;
constexpr double day = 86'400;

histogram_view histogram(std::vector<double> bounds) {
    histogram_view empty;
    empty.buckets.resize(bounds.size() + 1);
    empty.bounds = std::move(bounds);
    return empty;
}

}  // namespace

// A second is one look at a late job, a minute the default promise, an hour an outage.
histogram_view lag_histogram() {
    return histogram({1, 2.5, 5, 10, 15, 30, minute, 120, 300, 600, 1800, hour});
}

// From a fast image download to the longest training that AWS allows within its default day, then
// a week: phases differ more than jobs do.
histogram_view phase_histogram() {
    return histogram(
        {10,
         30,
         minute,
         120,
         300,
         600,
         1800,
         hour,
         2 * hour,
         4 * hour,
         8 * hour,
         day,
         3 * day,
         7 * day}
    );
}

// From a failed start to AWS' maximum of 28 days.
histogram_view duration_histogram() {
    return histogram(
        {minute,
         300,
         600,
         1800,
         hour,
         2 * hour,
         4 * hour,
         8 * hour,
         12 * hour,
         day,
         2 * day,
         3 * day,
         7 * day,
         14 * day,
         28 * day}
    );
}

// A describe takes 0.05 to 0.3 s, and is given up after ten.
histogram_view request_histogram() {
    return histogram({0.05, 0.1, 0.2, 0.3, 0.5, 1, 2, 5, 10});
}

histogram_view latency_histogram() {
    return histogram({0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, minute, 300, 1800, hour});
}

}  // namespace trainwatch::core
