// The figures of detection and calls, each beside its reference of the same workload.
#pragma once

#include <string>
#include <vector>

namespace trainwatch::sim {

// Those that are named, or all; false when a run broke a rule that must always hold.
bool print_fleet_figures(const std::vector<std::string>& names);

}  // namespace trainwatch::sim
