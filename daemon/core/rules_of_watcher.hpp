// What the daemon says of itself and of a list as a whole: one function a rule.
//
// Pure: facts in, alert out, with the reason why it fires in one sentence. The daemon's own have
// the label `replica` where there is one: each of a pair speaks for itself. Whether and for how
// long it holds is the engine's to know.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "domain/alert.hpp"
#include "domain/ledger.hpp"
#include "domain/watch_plan.hpp"

namespace trainwatch::core {

// TrainwatchdStale: what is known of a live job is older than the list's staleness_bound, or one
// may have been created since that nobody knows.
struct stale_facts {
    const domain::lane& lane;
    const std::string& watch_list;
    milliseconds bound{};
    milliseconds age{};             // of the oldest observation
    milliseconds feasible_bound{};  // zero: not known
    std::size_t live = 0;           // jobs of the lane
    std::string replica{};
    // Since pages told of all that is new, while they are throttled; nothing: they come.
    std::optional<milliseconds> unswept{};
};
domain::alert_row trainwatchd_stale(
    const stale_facts& facts, wall_time now, const domain::label_map& configured
);

// TrainwatchdStorageDegraded: the ledger cannot be written.
struct storage_facts {
    std::string detail{};  // what the store said
    std::string replica{};
};
domain::alert_row trainwatchd_storage_degraded(
    const storage_facts& facts, wall_time now, const domain::label_map& configured
);

// TrainwatchdConnectionDown: AWS does not answer there, or only to refuse; or it does so to lists
// that are to find jobs.
struct connection_facts {
    const domain::lane& lane;
    std::string detail{};  // what was said last
    milliseconds patience{};
    std::string replica{};
    bool lists_only = false;
};
domain::alert_row trainwatchd_connection_down(
    const connection_facts& facts, wall_time now, const domain::label_map& configured
);

// TrainwatchdUnknownStatus: AWS reports a status that this release does not know.
struct unknown_status_facts {
    std::string member{};            // TrainingJobStatus or SecondaryStatus
    std::string value{};             // as AWS spells it
    const domain::observation& job;  // one that has it
    std::string replica{};
};
domain::alert_row trainwatchd_unknown_status(
    const unknown_status_facts& facts, wall_time now, const domain::label_map& configured
);

// TrainwatchdHeartbeat: always; that it stops is the news.
domain::alert_row trainwatchd_heartbeat(
    const std::string& replica, wall_time now, const domain::label_map& configured
);

// TrainingJobOverdue: no job of the list has completed within `expect.completed_within`.
struct overdue_facts {
    const std::string& watch_list;
    milliseconds within{};
    std::optional<wall_time> last_completed{};  // nothing: none since `watched_since`
    wall_time watched_since{};
    std::string severity{};  // empty: the rule's own
};
domain::alert_row training_job_overdue(
    const overdue_facts& facts, wall_time now, const domain::label_map& configured
);

}  // namespace trainwatch::core
