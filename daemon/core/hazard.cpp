#include "core/hazard.hpp"

#include <algorithm>
#include <chrono>

namespace trainwatch::core {
namespace {

using domain::secondary_status;

// A phase that usually ends soon and otherwise goes on for long.
struct phase_rate {
    double early = 0;
    seconds until{};  // of the phase
    double later = 0;
};

constexpr phase_rate constant(double mean_seconds) {
    return {.early = 1 / mean_seconds, .until = {}, .later = 1 / mean_seconds};
}

// Means of seconds, from the life cycles that were seen and those that the simulation plays.
constexpr phase_rate rate_of(secondary_status phase) {
    switch (phase) {
        case secondary_status::starting:
        case secondary_status::launching_ml_instances:
        case secondary_status::preparing_training_stack:
        case secondary_status::restarting:
        case secondary_status::updating:
            return constant(60);
        case secondary_status::pending:
            return constant(600);
        case secondary_status::downloading:
        case secondary_status::downloading_training_image:
            return constant(40);
        case secondary_status::training:
            // An image download stands in its message; what fails at once fails by then.
            return {.early = 1.0 / 120, .until = seconds(240), .later = 1.0 / 5'000};
        case secondary_status::uploading:
            return {.early = 1.0 / 40, .until = seconds(120), .later = 1.0 / 150};
        case secondary_status::stopping:
            return constant(50);
        case secondary_status::interrupted:
            return {.early = 1.0 / 300, .until = seconds(300), .later = 1.0 / 900};
        case secondary_status::stopped:
        case secondary_status::max_runtime_exceeded:
        case secondary_status::completed:
        case secondary_status::failed:
        case secondary_status::max_wait_time_exceeded:
            // The primary status has not followed yet.
            return constant(40);
        case secondary_status::unknown:
            return constant(600);
    }
    return constant(600);
}

double seconds_between(mono_time from, mono_time until) {
    // A time that was never set may be too far away to subtract.
    constexpr mono_time long_ago(mono_time::min().time_since_epoch() / 2);
    if (from >= until) return 0;
    return std::chrono::duration<double>(until - std::max(from, long_ago)).count();
}

}  // namespace

double hazard(const hazard_facts& job, mono_time now) {
    const auto phase = rate_of(job.phase);
    const bool early =
        seconds_between(job.phase_since, now) < static_cast<double>(phase.until.count());
    const double by_phase = early ? phase.early : phase.later;
    if (!job.limit_at || now < *job.limit_at) return by_phase;
    // AWS ends a job 30 to 600 s after its limit (seen): the longer it is over, the likelier now.
    const double late = seconds_between(*job.limit_at, now);
    return std::max(by_phase, 1 / std::max(60.0, 500 - late));
}

}  // namespace trainwatch::core
