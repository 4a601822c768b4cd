#include "core/deadlines.hpp"

#include <algorithm>
#include <optional>

namespace trainwatch::core {
namespace {

using domain::deadline_kind;
using domain::secondary_status;

// Ten years: far above AWS' 28 days, and no sum of it with a date can overflow.
constexpr seconds longest_limit = std::chrono::hours(24 * 3650);

wall_time after(wall_time from, seconds limit) {
    return from + std::clamp(limit, seconds(0), longest_limit);
}

// After an interruption: still waiting for machines, or working again?
bool is_waiting(secondary_status status) {
    switch (status) {
        case secondary_status::interrupted:
        case secondary_status::restarting:
        case secondary_status::starting:
        case secondary_status::pending:
        case secondary_status::launching_ml_instances:
        case secondary_status::preparing_training_stack:
            return true;
        default:
            return false;
    }
}

// How long a spot job stood still between interruptions and the work that followed them. Nothing
// while it stands still.
std::optional<milliseconds> interrupted_time(const std::vector<domain::transition>& entries) {
    milliseconds total{0};
    std::optional<wall_time> since;
    for (const auto& entry : entries) {
        if (!since && entry.status.value == secondary_status::interrupted) since = entry.started;
        if (since && !is_waiting(entry.status.value)) {
            total += entry.started - *since;
            since.reset();
        }
    }
    if (since) return std::nullopt;
    return total;
}

}  // namespace

bool is_stopping(const domain::observation& job) {
    return job.status.value == domain::primary_status::stopping ||
        job.secondary.value == secondary_status::stopping;
}

std::vector<domain::deadline> deadlines_of(const domain::observation& job) {
    std::vector<domain::deadline> found;
    // It is being stopped: no limit will stop it again, however long the upload takes.
    if (is_stopping(job)) return found;
    if (job.limits.max_runtime && job.training_started) {
        const auto stood = job.spot ? interrupted_time(job.transitions) : milliseconds(0);
        if (stood) {
            found.push_back(
                {deadline_kind::max_runtime,
                 after(*job.training_started, *job.limits.max_runtime) + *stood}
            );
        }
    }
    if (job.limits.max_wait) {
        found.push_back({deadline_kind::max_wait, after(job.created, *job.limits.max_wait)});
    }
    if (job.limits.max_pending && !job.training_started) {
        found.push_back({deadline_kind::max_pending, after(job.created, *job.limits.max_pending)});
    }
    return found;
}

}  // namespace trainwatch::core
