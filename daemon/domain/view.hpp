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
#include "domain/aws_operation.hpp"
#include "domain/credentials.hpp"
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

// Time in one secondary status, all its entries together.
struct phase_total {
    std::string status{};              // as AWS spells it
    milliseconds spent{};              // in entries that have ended
    std::size_t times = 0;             // entries, the present one included
    std::optional<wall_time> since{};  // of the present entry, while it lasts

    bool operator==(const phase_total&) const = default;
};

// When the job is going to end, as far as anybody can tell.
struct predicted_end {
    enum class basis {
        progress,  // extrapolated from ProgressInfo
        limit,     // the first of its deadlines
    };
    wall_time at{};
    basis from = basis::limit;

    bool operator==(const predicted_end&) const = default;
};

// What follows from an answer; core/derived computes it whenever the job changes, so that it
// holds no age: what grows with time is given by where it began.
struct derived_facts {
    std::vector<phase_total> phases{};  // in order of first entry; without the terminal one
    // From an interruption to the next Training: waiting, starting and downloading again.
    milliseconds lost_to_interruptions{};
    std::optional<wall_time> losing_since{};
    std::optional<double> spot_saving_ratio{};  // 1 - billable / training; 0.7 is 70 %
    std::optional<domain::predicted_end> predicted_end{};
    std::int64_t instance_count = 0;
    // Of AWS' BillableTimeInSeconds; nothing until AWS gives it.
    std::optional<double> billable_instance_seconds{};
    std::optional<double> cost{};         // in the unit of `prices`
    std::vector<std::string> unpriced{};  // instance types that `prices` lacks, if it has any
    // Of the normalised FailureReason, sixteen hex digits; empty without a reason.
    std::string failure_fingerprint{};

    bool operator==(const derived_facts&) const = default;
};

// Where to look further. Empty where AWS has no public console.
struct job_links {
    std::string console_url{};
    std::string logs_url{};
    std::string log_group{};
    std::string log_stream_prefix{};

    bool operator==(const job_links&) const = default;
};

// One watched name. Everything but the target is empty until the first answer. A slot whose target
// has no name is vacant: its job was let go, and another will get it.
struct job_view {
    domain::target target{};
    // Its labels of labels_from_tags, once its tags were read.
    label_map tag_labels{};
    std::uint64_t revision = 0;  // moves whenever anything below does, but for last_observed
    std::optional<observation> last{};
    // `last` is what a list page told: names, times and statuses, and nothing else.
    bool summarised = false;
    std::optional<domain::ending> ending{};
    std::optional<wall_time> ended{};
    std::optional<wall_time> last_transition{};
    std::optional<wall_time> last_observed{};
    std::vector<deadline> deadlines{};  // empty before the start and after the end
    std::uint64_t interruptions = 0;
    derived_facts derived{};
    // AWS calls an ended job running: what it says now, while `last` keeps the end.
    std::optional<open_primary> contradicted_by{};
    bool missing = false;                  // AWS does not know the name (any more)
    std::optional<error_class> trouble{};  // the last poll's failure, until one succeeds
    std::string trouble_detail{};          // and what it said
    std::string trouble_cure{};            // and what to do about it; empty: nothing to add
    bool retired = false;                  // finished_retention is over: no longer on /metrics

    bool is_vacant() const { return target.name.empty(); }
    bool operator==(const job_view&) const = default;
};

// The predicted end while it lies ahead: a limit that has passed predicts nothing any more.
std::optional<predicted_end> end_ahead(const job_view& job, wall_time now);

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

// One operation on one (connection, region).
struct operation_view {
    std::map<std::string, std::uint64_t> requests{};  // by code: "ok" or the class
    histogram_view duration{};                        // seconds
    double rate = 0;      // calls a second that it allows itself now, at most the budget
    double headroom = 0;  // what of that is not used at present
    double others = 0;    // calls a second that others in the account seem to make

    bool operator==(const operation_view&) const = default;
};

// How far ListTrainingJobs has got in a lane, and what the promise is there.
struct sweep_view {
    // Everything back to the horizon was told, and pages go on to tell of what is new.
    bool complete = false;
    std::size_t known = 0;          // jobs that are known by key, whoever's they are
    std::size_t windows = 0;        // pages that cover the live ones
    std::uint64_t pages = 0;        // so far
    milliseconds floor{};           // windows through the allowed rate
    milliseconds feasible_bound{};  // core/promise
    // Bounds below that which are looked after before others, because few jobs have them, and what
    // is kept of each (core/steering).
    std::map<milliseconds, milliseconds> kept{};
    bool is_measured = false;  // a sweep has reached its end: what it counts is whole
    bool stands = false;       // no page comes, for long: jobs are described in turn
    milliseconds feasible(milliseconds bound) const {
        const auto found = kept.find(bound);
        return found == kept.end() ? feasible_bound : found->second;
    }

    bool operator==(const sweep_view&) const = default;
};

// One (connection, region).
struct lane_view {
    bool up = false;     // AWS answers, and not only with refusals
    bool heard = false;  // there has been an answer or a failure at all
    // Lists are to find jobs here, and AWS refuses them or does not answer, whatever of describes.
    bool finds_none = false;
    std::string account_id{};  // whose quota it is; empty until that is known without guessing
    // Of a lane that does not list, describe only.
    std::map<aws_operation, operation_view> operations{};
    std::size_t live = 0;               // watched jobs that have not ended
    std::optional<sweep_view> sweep{};  // where ListTrainingJobs is called
    // Elsewhere, by describes alone; zero: there is no live job to tell it by.
    milliseconds described_bound{};
    std::size_t undecided = 0;      // jobs that may be some list's, once more is known of them
    std::size_t unexplained = 0;    // ended as pages tell, and no describe has told why yet
    std::size_t untold_tags = 0;    // jobs that wait for ListTags, undecided ones included
    std::size_t withheld_tags = 0;  // unwatched jobs whose tags alone AWS refuses to tell
    std::string lists_refused{};    // why AWS refuses ListTrainingJobs, or the cure
    std::string tags_refused{};     // likewise ListTags
    std::optional<milliseconds> clock_offset{};  // server minus ours, from the Date header
    // The longest unobserved live job of each watch list.
    std::map<std::string, wall_time> oldest_observation{};

    // The shortest bound that can be kept here, for jobs with this one; zero: not known.
    milliseconds feasible(milliseconds bound) const {
        return sweep ? sweep->feasible(bound) : described_bound;
    }
    bool works() const { return up && !finds_none; }
    // Nothing has happened yet where there is no entry.
    const operation_view& operation(aws_operation which) const;

    bool operator==(const lane_view&) const = default;
};

// What one connection signs with, as far as it may be told.
struct connection_view {
    credential_facts credentials{};                             // empty until the first fetch
    std::map<std::string, std::uint64_t> credential_fetches{};  // by code: "ok" or the class
    std::optional<failure> trouble{};  // of the last fetch, until one succeeds

    bool operator==(const connection_view&) const = default;
};

struct receiver_view {
    std::uint64_t notifications = 0;  // alerts handed over, whatever became of them
    std::map<error_class, std::uint64_t> failed{};
    histogram_view latency{};       // seconds from first observation to first confirmed delivery
    std::uint64_t unconfirmed = 0;  // firing alerts that no endpoint of it has taken yet

    bool operator==(const receiver_view&) const = default;
};

struct view {
    std::vector<job_view> jobs{};      // by slot, vacant ones between
    std::vector<std::size_t> dirty{};  // slots that the latest step changed, each once, ordered
    std::vector<lane_view> lanes{};    // by lane_id
    std::map<std::string, connection_view> connections{};
    fleet_view fleet{};
    histogram_view detection_lag{};  // seconds from AWS' transition time to our observation
    std::map<std::string, receiver_view> receivers{};
    std::vector<alert> alerts{};  // firing and recently resolved, ordered by identity
    bool first_pass_complete = false;
    std::size_t undescribed = 0;  // jobs that are still to be described for the first time
    bool storage_degraded = false;
    std::size_t watched = 0;         // names: slots that are not vacant
    std::uint64_t live = 0;          // watched jobs that have not ended and are not missing
    std::uint64_t late_answers = 0;  // to polls that had been given up
    // What this release does not know in AWS' answers, by member; once a value and job.
    std::map<std::string, std::uint64_t> unknown_values{};

    bool operator==(const view&) const = default;
};

}  // namespace trainwatch::domain
