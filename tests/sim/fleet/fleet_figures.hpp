// The figures of detection and calls, each beside its reference of the same workload, one line a
// figure:
//   figure=<name> value=<n> unit=<unit> reference=<what> ratio=<n> goal=<=<n> ok=<yes|no>
// and, where it can be asked, what an oracle reaches that knows every change beforehand:
//   … oracle=<n> oracle_ratio=<n>
#pragma once

#include <string>
#include <vector>

namespace trainwatch::sim {

// All, or those whose names begin with one of `names`. False when a run broke a rule that must
// always hold (fleet.hpp): such a run has no figures worth reading.
bool print_fleet_figures(const std::vector<std::string>& names);

}  // namespace trainwatch::sim
