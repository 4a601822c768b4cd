// The true life of one simulated job, and what AWS shows of it at any moment.
//
// A life is drawn whole at its birth: its phases, how it ends, and how AWS' two statuses lag
// behind each other. `shown_at` projects it as DescribeTrainingJob would and `summary_at` as
// ListTrainingJobs would, so the engine is compared with this and never with its own opinion.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/random.hpp"
#include "base/time.hpp"
#include "domain/alert.hpp"
#include "domain/job.hpp"
#include "domain/job_summary.hpp"
#include "domain/observation.hpp"

namespace trainwatch::sim {

// StoppingCondition of all of them; the lives of some are longer.
inline constexpr seconds simulated_max_runtime{3'600};

struct phase {
    domain::secondary_status status{};
    wall_time started{};
    std::vector<std::string> messages{};  // rewritten in place as it goes
};

struct life {
    std::string name{};
    std::string account_id{};
    std::string region{};
    wall_time created{};
    std::vector<phase> phases{};   // the last one is terminal
    std::string primary_end{};     // Completed, Failed, Stopped
    milliseconds primary_early{};  // the primary status turns that much before the secondary
    std::string failure_reason{};
    domain::failure_class reason_class = domain::failure_class::unknown;
    bool spot = false;
    std::string tuning_job{};
    domain::label_map tags{};
    // A rule of the debugger finds something in it so long after its creation, while it trains.
    std::optional<milliseconds> rule_finds_after{};

    wall_time ended() const { return phases.back().started; }
    // Nothing where no rule looks, or the job has ended by then.
    std::optional<wall_time> rule_found() const;
    domain::ending true_ending() const;
    // The alert that this life calls for; empty when none.
    std::string alertname() const;
};

// Who it is, before anything happens to it.
struct birth {
    std::string name{};
    std::string account_id{};
    std::string region{};
    wall_time created{};
    std::string tuning_job{};
};

life draw_life(random_source& random, const birth& from);

std::string arn_of(const life& job);

// What AWS tells at `when`; nothing before the creation.
std::optional<domain::observation> shown_at(const life& job, wall_time when);
std::optional<domain::job_summary> summary_at(const life& job, wall_time when);

}  // namespace trainwatch::sim
