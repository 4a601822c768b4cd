// The histograms of /metrics, empty: the bounds of each, in seconds, and why they are those.
//
// Those of the fleet stand in the ledger bucket by bucket: with other bounds a histogram begins
// anew (core/counter_rows). Knows no metric's name.
#pragma once

#include "domain/view.hpp"

namespace trainwatch::core {

domain::histogram_view lag_histogram();
domain::histogram_view phase_histogram();
domain::histogram_view duration_histogram();
domain::histogram_view request_histogram();
domain::histogram_view latency_histogram();

}  // namespace trainwatch::core
