// A fleet of training jobs as a busy account has it: who is created when, and all that happens to
// each, drawn whole from a seed before anything is watched.
//
// The fleet is stationary: arrivals begin a day before the watching does, so that at its first
// moment as many jobs run as at its last, with the finished ones between them. A life is a run of
// small changes in one shared array; what AWS shows at a moment is computed when it is asked for.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/random.hpp"
#include "base/time.hpp"
#include "domain/job_summary.hpp"
#include "domain/observation.hpp"

namespace trainwatch::sim {

struct workload_settings {
    std::size_t live = 1000;  // on average
    milliseconds watched{};   // from `began` on
    milliseconds before = std::chrono::hours(25);
    std::uint64_t seed = 1;
};

// One thing that happens to a job.
struct change {
    enum class kind : std::uint8_t {
        phase,    // SecondaryStatus and a transition
        primary,  // TrainingJobStatus alone
        message,  // the present transition's, in place
        hidden,   // a rule's verdict: LastModifiedTime stays
    };
    wall_time at{};
    kind what = kind::phase;
    domain::secondary_status phase{};  // of a phase
    domain::primary_status primary{};  // of a phase or a primary: from now on

    bool operator==(const change&) const = default;
};

enum class fate : std::uint8_t { completed, failed, never_started, stopped, timed_out };

struct fleet_job {
    wall_time created{};
    std::uint32_t first_change = 0;
    std::uint16_t changes = 0;
    fate end = fate::completed;
    bool spot = false;
    seconds max_runtime{86'400};
    wall_time ended{};  // when both statuses are terminal
};

// How far somebody's picture of a job has got: ordinals among its phases and its primary statuses.
struct progress {
    int phase = -1;    // index of the latest phase that is held
    int primary = -1;  // index of the latest primary status that is held

    bool operator==(const progress&) const = default;
};

class workload {
public:
    explicit workload(const workload_settings& chosen);

    wall_time began() const { return began_; }
    // Oldest first; the index is the job.
    const std::vector<fleet_job>& jobs() const { return jobs_; }
    std::span<const change> changes(std::size_t job) const;
    static std::string name(std::size_t job);
    // Nothing of ours: past the end.
    std::size_t find(const std::string& name) const;
    bool is_live(std::size_t job, wall_time when) const;

    // What AWS tells at `when`, which is not before the creation.
    domain::observation shown(std::size_t job, wall_time when) const;
    domain::job_summary summary(std::size_t job, wall_time when) const;
    // What a picture with these values holds. A status may come back later in a life, so the time
    // of the last modification tells which of its occurrences is meant.
    progress held(
        std::size_t job,
        domain::primary_status primary,
        domain::secondary_status phase,
        wall_time modified
    ) const;
    // All that had happened by `when`.
    progress truth(std::size_t job, wall_time when) const;

private:
    double average_live() const;
    std::vector<wall_time> draw_arrivals(random_source& random) const;

    workload_settings chosen_;
    wall_time began_;
    std::vector<fleet_job> jobs_{};
    std::vector<change> changes_{};
};

}  // namespace trainwatch::sim
