// Advances the view's counters and histograms from findings and rows; nobody else counts.
//
// Counted once: a transition or an end that we saw happen, or found at first sight and that ended
// at or after the horizon (domain::seen_as). Older history is shown and not counted, else each
// first start would replay the account's past into rates. The same decision is kept in the
// ledger's rows, which guards against counting twice; the counters themselves are rows as well, so
// that they go on when what they counted is forgotten. Knows no clock and no metric's name.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "core/counter_rows.hpp"
#include "core/tracker.hpp"
#include "domain/finding.hpp"
#include "domain/ledger.hpp"
#include "domain/view.hpp"
#include "domain/watch_plan.hpp"

namespace trainwatch::core {

class tally {
public:
    // `view` is the engine's; its histograms get their bounds and its counters their zeros.
    tally(const domain::watch_plan& plan, domain::view& view);

    // Another configuration: new lists and receivers get their zeros, those of lists that are gone
    // go. What was counted stays, across restarts too: sums over all lists do not shrink.
    void reconfigure(const domain::watch_plan& plan);

    // The counters of an earlier run.
    void restore(const domain::ledger_batch& rows);
    // Those that changed since they were last taken; all that are not zero.
    std::vector<domain::counter_row> take_changed();
    std::vector<domain::counter_row> all() const;

    // An answer came from this account on this lane: its lists' counters exist from now on.
    void account_known(lane_id lane, const std::string& account_id);

    // `job` as it is after the findings; `now` on AWS' clock.
    void count(
        const domain::job_view& job,
        job_memory& memory,
        const std::vector<domain::finding>& findings,
        wall_time now
    );

    void request(lane_id lane, domain::aws_operation operation, const std::string& code);
    void request_took(lane_id lane, domain::aws_operation operation, nanoseconds took);
    void notified(const std::string& receiver, std::size_t alerts);
    void notification_failed(const std::string& receiver, error_class why, std::size_t alerts);
    void first_confirmed(const std::string& receiver, milliseconds latency);

private:
    domain::operation_view& operation(lane_id lane, domain::aws_operation which);
    void add_zeros(const domain::fleet_key& fleet);
    void drop_zeros();
    void ended(
        const domain::fleet_key& fleet,
        const domain::observation& job,
        const domain::ending& ending,
        const std::optional<wall_time>& ended
    );
    void bill(const domain::fleet_key& fleet, const domain::observation& job);
    void left(const domain::transition& entry);
    void entered(const domain::fleet_key& fleet, const std::string& status);
    void completed(const std::string& watch_list, wall_time when);
    void recount(const domain::ledger_batch& rows);

    domain::view& view_;
    std::vector<std::string> region_of_{};              // each lane
    std::map<lane_id, std::set<std::string>> lists_{};  // each lane
    std::set<std::string> all_lists_{};                 // those that nobody can read included
    std::set<std::pair<lane_id, std::string>> accounts_{};
    counter_marks marks_{};
};

}  // namespace trainwatch::core
