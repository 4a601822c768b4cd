// The engine's read model: all that metrics, pages and `once` may show. Nobody else counts.
//
// The engine owns it and changes it only inside step(); readers copy or read between steps.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "base/failure.hpp"
#include "base/time.hpp"
#include "domain/alert.hpp"
#include "domain/finding.hpp"
#include "domain/job.hpp"
#include "domain/observation.hpp"
#include "domain/watch_plan.hpp"

namespace trainwatch::domain {

enum class deadline_kind { max_runtime, max_wait, max_pending };
std::string_view to_string(deadline_kind value);

struct deadline {
    deadline_kind kind = deadline_kind::max_runtime;
    wall_time at{};

    bool operator==(const deadline&) const = default;
};

// One watched name. Everything but the target is empty until the first answer.
struct job_view {
    domain::target target{};
    std::uint64_t revision = 0;  // moves whenever anything below does, but for last_observed
    std::optional<observation> last{};
    std::optional<domain::ending> ending{};
    std::optional<wall_time> ended{};
    std::optional<wall_time> last_transition{};
    std::optional<wall_time> last_observed{};
    std::vector<deadline> deadlines{};  // empty before the start and after the end
    std::uint64_t interruptions = 0;
    // AWS calls an ended job running: what it says now, while `last` keeps the end.
    std::optional<open_primary> contradicted_by{};
    bool missing = false;                  // AWS does not know the name (any more)
    std::optional<error_class> trouble{};  // the last poll's failure, until one succeeds

    bool operator==(const job_view&) const = default;
};

// A histogram with fixed bounds; `buckets` has one more entry than `bounds` (+Inf), not
// cumulative.
struct histogram_view {
    std::vector<double> bounds{};
    std::vector<std::uint64_t> buckets{};
    double sum = 0;

    void observe(double value);
    bool operator==(const histogram_view&) const = default;
};

struct fleet_key {
    std::string account_id{};
    std::string region{};
    std::string watch_list{};
    auto operator<=>(const fleet_key&) const = default;
};

// Counters of the fleet. All start at zero for what may happen.
struct fleet_view {
    std::map<std::tuple<fleet_key, std::string>, std::uint64_t> transitions{};  // SecondaryStatus
    std::map<std::tuple<fleet_key, outcome, failure_class>, std::uint64_t> finished{};
    std::map<std::string, wall_time> last_completed{};       // by watch list
    std::map<std::string, histogram_view> phase_duration{};  // by SecondaryStatus
    std::map<outcome, histogram_view> duration{};
    // Billable instance-seconds of ended jobs, by (fleet, instance type, spot).
    std::map<std::tuple<fleet_key, std::string, bool>, double> billable_instance_seconds{};

    bool operator==(const fleet_view&) const = default;
};

// One (connection, region).
struct lane_view {
    bool up = false;     // AWS answers, and not only with refusals
    bool heard = false;  // there has been an answer or a failure at all
    std::map<std::string, std::uint64_t> describe_requests{};  // by code: "ok" or the class
    histogram_view request_duration{};
    std::optional<milliseconds> clock_offset{};  // server minus ours, from the Date header
    // The longest unobserved live job of each watch list.
    std::map<std::string, wall_time> oldest_observation{};

    bool operator==(const lane_view&) const = default;
};

struct receiver_view {
    std::uint64_t notifications = 0;  // alerts handed over, whatever became of them
    std::map<error_class, std::uint64_t> failed{};
    histogram_view latency{};       // seconds from first observation to first confirmed delivery
    std::uint64_t unconfirmed = 0;  // firing alerts that no endpoint of it has taken yet

    bool operator==(const receiver_view&) const = default;
};

struct view {
    std::vector<job_view> jobs{};    // by slot: index in watch_plan::targets
    std::vector<lane_view> lanes{};  // by lane_id
    fleet_view fleet{};
    histogram_view detection_lag{};  // seconds from AWS' transition time to our observation
    std::map<std::string, receiver_view> receivers{};
    std::vector<alert> alerts{};  // firing and recently resolved, ordered by identity
    bool first_pass_complete = false;
    bool storage_degraded = false;
    std::uint64_t live = 0;          // watched jobs that have not ended and are not missing
    std::uint64_t late_answers = 0;  // to polls that had been given up
    std::uint64_t unknown_statuses = 0;

    bool operator==(const view&) const = default;
};

}  // namespace trainwatch::domain
