// The fleet's counters and histograms as rows of the ledger, and back.
//
// A row is named as on /metrics and holds the counter as it stands, so that it goes on when the
// rows of the jobs that it counted are gone. Written when it changed, in the same batch as the rows
// that were counted. What this release cannot read (a name, an outcome, a histogram with other
// buckets) is left alone: that counter begins anew, which Prometheus takes for a restart.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "domain/ledger.hpp"
#include "domain/view.hpp"

namespace trainwatch::core {

// Keys of domain::fleet_view: those that changed since they were written.
struct counter_marks {
    std::set<std::tuple<domain::fleet_key, std::string>> transitions{};
    std::set<std::tuple<domain::fleet_key, domain::outcome, domain::failure_class>> finished{};
    std::set<std::string> last_completed{};
    std::set<std::string> phase_duration{};
    std::set<domain::outcome> duration{};
    std::set<std::tuple<domain::fleet_key, std::string, bool>> billable_instance_seconds{};

    bool operator==(const counter_marks&) const = default;
};

// Every counter that is not zero.
counter_marks marks_of_all(const domain::fleet_view& fleet);

// One row a mark.
std::vector<domain::counter_row> counter_rows(
    const domain::fleet_view& fleet, const counter_marks& marks
);

// Whose counter the row is, where it is one of a (account, region, list) that this release knows.
std::optional<domain::fleet_key> fleet_of(const domain::counter_row& row);

// Sets the counter that the row stands for.
void take_in(domain::fleet_view& fleet, const domain::counter_row& row);

}  // namespace trainwatch::core
