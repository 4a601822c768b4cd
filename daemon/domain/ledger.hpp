// The rows that outlive a run, as values. io/store keeps them; `restored` brings them back.
//
// State, findings and alerts of one engine step form one batch and commit together, before any
// delivery that follows from them. A row replaces the one with the same key:
//   job         connection, identity
//   transition  identity, index, status text, started
//   alert       identity(labels)
//   delivery    alert, receiver, url
//   counter     metric, labels
// What is forgotten goes last: a batch may hold a row and forget another of the same job.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/failure.hpp"
#include "base/ids.hpp"
#include "domain/alert.hpp"
#include "domain/job.hpp"
#include "domain/observation.hpp"

namespace trainwatch::domain {

// The last answer about a job, with the list that watches it and when we saw it first. Written
// when anything but `last_observed` changes: a poll that brings no news costs no write.
struct job_row {
    job_identity identity{};
    std::string connection{};
    std::string watch_list{};
    observation last{};
    wall_time first_observed{};
    wall_time last_observed{};
    bool already_ended = false;  // it was terminal when we first looked
    // Its end is established, and alerted if it had to be.
    std::optional<domain::ending> ending{};
    std::optional<wall_time> ended{};
    bool counted = false;             // …and counted in the fleet's numbers
    bool missing = false;             // AWS does not know the name (any more)
    bool summarised = false;          // `last` is what a list page told (job_view::summarised)
    std::optional<label_map> tags{};  // as ListTags told them; absent: never read

    bool operator==(const job_row&) const = default;
};

struct transition_row {
    job_identity identity{};
    std::size_t index = 0;
    transition entry{};
    wall_time observed{};
    bool counted = false;  // in the fleet's numbers

    bool operator==(const transition_row&) const = default;
};

struct alert_row {
    domain::alert alert{};
    std::string reason{};  // why it fired, in one sentence
    bool operator==(const alert_row&) const = default;
};

// What is known of one alert at one endpoint. Written at the first confirmed delivery, when its end
// is told first, and at the first and the last confirmed resolve, not at each re-send.
struct delivery_row {
    std::string alert{};  // identity(labels)
    std::string receiver{};
    std::string url{};
    std::optional<wall_time> first_confirmed{};
    std::optional<wall_time> last_confirmed{};
    // How often it has taken the end: none, once, or as often as it has to (core/dispatch).
    std::int64_t resolved_confirmed = 0;

    bool operator==(const delivery_row&) const = default;
};

// A counter of the fleet as it stands: it goes on when the rows that it counted are forgotten.
// A histogram has its sum as `value` and its buckets, not cumulative (histogram_view).
struct counter_row {
    std::string metric{};  // its name on /metrics
    label_map labels{};
    double value = 0;
    std::vector<std::uint64_t> buckets{};

    bool operator==(const counter_row&) const = default;
};

// The key of a job's row. Its transitions go with it.
struct job_row_key {
    std::string connection{};
    job_identity identity{};
    auto operator<=>(const job_row_key&) const = default;
};

struct ledger_batch {
    std::vector<job_row> jobs{};
    std::vector<transition_row> transitions{};
    std::vector<alert_row> alerts{};
    std::vector<delivery_row> deliveries{};
    std::vector<counter_row> counters{};
    std::vector<job_row_key> forgotten_jobs{};
    std::vector<std::string> forgotten_alerts{};  // identity(labels); deliveries go with them
    // What ended before this is known, or was none of our business: the beginning of the last
    // sweep that heard of every target; until there is one, what the first start looked back to.
    // Moves forward only.
    std::optional<wall_time> last_complete_sweep{};

    bool empty() const {
        return jobs.empty() && transitions.empty() && alerts.empty() && deliveries.empty() &&
            counters.empty() && forgotten_jobs.empty() && forgotten_alerts.empty() &&
            !last_complete_sweep;
    }
    bool operator==(const ledger_batch&) const = default;
};

// What a store gives back at start. `first_start`: there was no ledger, or it was damaged; then
// `rows` are what could be saved of it, alerts and deliveries at most.
struct ledger {
    bool first_start = true;
    ledger_batch rows{};
    std::optional<failure> damaged{};  // the former file could not be read; it stands aside

    bool operator==(const ledger&) const = default;
};

}  // namespace trainwatch::domain
