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

// How long a spot job stood still between interruptions and the work that followed them.
struct stood_still {
    milliseconds before{};             // of those that are over
    std::optional<wall_time> since{};  // of the present one
};

stood_still interrupted_time(const std::vector<domain::transition>& entries) {
    stood_still stood;
    auto& since = stood.since;
    for (const auto& entry : entries) {
        if (!since && entry.status.value == secondary_status::interrupted) since = entry.started;
        if (since && !is_waiting(entry.status.value)) {
            // AWS may tell of them in another order.
            stood.before += std::max(entry.started - *since, milliseconds(0));
            since.reset();
        }
    }
    return stood;
}

}  // namespace

bool is_stopping(const domain::observation& job) {
    return job.status.value == domain::primary_status::stopping ||
        job.secondary.value == secondary_status::stopping;
}

bool is_past_its_work(const domain::observation& job) {
    return is_stopping(job) || job.secondary.value == secondary_status::uploading;
}

std::optional<milliseconds> runtime_used(const domain::observation& job, wall_time by) {
    if (!job.training_started) return std::nullopt;
    const auto stood = job.spot ? interrupted_time(job.transitions) : stood_still{};
    const auto until = stood.since ? std::min(by, *stood.since) : by;
    return std::max(until - *job.training_started - stood.before, milliseconds(0));
}

std::optional<wall_time> runtime_limit_at(const domain::observation& job) {
    if (!job.limits.max_runtime || !job.training_started) return std::nullopt;
    const auto stood = job.spot ? interrupted_time(job.transitions) : stood_still{};
    return after(*job.training_started, *job.limits.max_runtime) + stood.before;
}

std::optional<wall_time> interrupted_since(const domain::observation& job) {
    if (!job.spot) return std::nullopt;
    return interrupted_time(job.transitions).since;
}

std::vector<domain::deadline> deadlines_of(const domain::observation& job) {
    std::vector<domain::deadline> found;
    // It is being stopped: no limit will stop it again, however long the upload takes.
    if (is_stopping(job)) return found;
    if (const auto at = runtime_limit_at(job); at && !interrupted_since(job)) {
        found.push_back({deadline_kind::max_runtime, *at});
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
