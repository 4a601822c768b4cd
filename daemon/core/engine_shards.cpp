// What the ledger has of lanes that another shard watches by now: it is that shard's, which began
// with a copy of this ledger.
#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "core/engine.hpp"
#include "core/label_of.hpp"

namespace trainwatch::core {
namespace {

// The job that an alert is about, as text.
std::string job_of(const domain::alert& alert) {
    std::string text;
    for (const auto* name : {"account_id", "aws_region", "training_job", "created"})
        text += label_of(alert.labels, name) + "/";
    return text;
}

std::string job_of(const domain::job_identity& job) {
    return job.account_id + "/" + job.region + "/" + job.name + "/" + iso8601(job.created) + "/";
}

}  // namespace

engine::job_owners engine::owners_of(const domain::ledger_batch& rows) const {
    job_owners owners;
    if (plan_.elsewhere.empty()) return owners;
    std::set<std::pair<std::string, std::string>> ours;
    for (const auto& lane : plan_.lanes)
        ours.emplace(lane.connection, lane.region);
    for (const auto& row : rows.jobs) {
        const std::pair place(row.connection, row.identity.region);
        const bool is_ours = ours.contains(place);
        // Two connections may see it; one that has another name by now is nobody's.
        if (is_ours || plan_.elsewhere.contains(place)) owners[job_of(row.identity)] |= is_ours;
    }
    return owners;
}

// One of the time before the work was divided, or was divided otherwise. An alert about a job does
// not name its connection, but the job's row does.
bool engine::is_another_shards(const domain::alert& alert, const job_owners& owners) const {
    if (plan_.elsewhere.empty()) return false;
    const auto region = label_of(alert.labels, "aws_region");
    if (const auto connection = label_of(alert.labels, "connection"); !connection.empty()) {
        return plan_.elsewhere.contains({connection, region});
    }
    if (label_of(alert.labels, "training_job").empty()) {
        // Each shard that watches some of the list expects a completion.
        const auto list = label_of(alert.labels, "watch_list");
        const bool is_here =
            std::any_of(lists_of_lane_.begin(), lists_of_lane_.end(), [&](const auto& lists) {
                return lists.contains(list);
            });
        return plan_.lists.contains(list) && !is_here;
    }
    if (slot_about(alert)) return false;
    const auto at = owners.find(job_of(alert));
    if (at != owners.end()) return !at->second;
    // No such row is left. Where nobody else watches the region it is nobody else's.
    const bool is_ours = std::any_of(plan_.lanes.begin(), plan_.lanes.end(), [&](const auto& lane) {
        return lane.region == region;
    });
    const bool is_theirs =
        std::any_of(plan_.elsewhere.begin(), plan_.elsewhere.end(), [&](const auto& place) {
            return place.second == region;
        });
    return is_theirs && !is_ours;
}

}  // namespace trainwatch::core
