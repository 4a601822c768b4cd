// What the tracker noticed by comparing an observation with what it knew of the job.
//
// `index` is the position in SecondaryStatusTransitions; an entry's identity is
// (index, status, started). Each finding is reported once in the life of a job.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <variant>

#include "domain/job.hpp"
#include "domain/observation.hpp"

namespace trainwatch::domain {

// How we came to know of a transition or an end. What lies before the horizon (the last complete
// sweep of an earlier run, or `lookback` before the first start) is told but never counted nor
// alerted: a first start must not replay the past.
enum class seen_as {
    live,     // it happened while we watched
    history,  // it was there at first sight, and ended at or after the horizon
    old,      // it was there at first sight, and ended before the horizon
};

// First answer about this identity. `already_ended`: it was terminal when we first looked.
struct job_appeared {
    bool already_ended = false;
    bool operator==(const job_appeared&) const = default;
};
// The name now belongs to a newer job; what was known of `previous` is history.
struct name_reused {
    job_identity previous{};
    bool operator==(const name_reused&) const = default;
};
struct transition_entered {
    std::size_t index = 0;
    transition entry{};
    seen_as seen = seen_as::live;
    bool operator==(const transition_entered&) const = default;
};
// An entry has an end, now or from first sight. Never a terminal entry: its duration is zero.
struct transition_left {
    std::size_t index = 0;
    transition entry{};
    seen_as seen = seen_as::live;
    bool operator==(const transition_left&) const = default;
};
struct message_changed {
    std::size_t index = 0;
    transition entry{};  // with the new message
    std::string previous{};
    bool operator==(const message_changed&) const = default;
};
// Entries that we had seen are gone or have another status or start: AWS rewrote the past.
// What we saw stays seen; the list from `index` on is followed anew.
struct history_rewritten {
    std::size_t index = 0;
    bool operator==(const history_rewritten&) const = default;
};
struct status_changed {
    open_primary from{};
    open_primary to{};
    bool operator==(const status_changed&) const = default;
};
// The job became terminal, once an identity. `corrected`: again, because AWS said only later why.
struct job_ended {
    domain::ending ending{};
    std::optional<wall_time> ended{};  // AWS' time: the terminal entry's, else TrainingEndTime
    seen_as seen = seen_as::live;
    bool corrected = false;
    bool operator==(const job_ended&) const = default;
};
// An answer about a job older than the one that we know under this name: a late echo, dropped.
struct stale_answer {
    job_identity about{};
    bool operator==(const stale_answer&) const = default;
};
// AWS knows a name again that it had not found, and it is still the same job.
struct reappeared {
    bool operator==(const reappeared&) const = default;
};
// A terminal job that AWS now calls running, under the same identity. The end stands, the claim
// is kept beside it.
struct inconsistent {
    open_primary from{};
    open_primary to{};
    bool operator==(const inconsistent&) const = default;
};
// Something in the answer that this release does not know, once a value and job.
struct unknown_value_seen {
    std::string member{};  // as in domain::unknown_value
    std::string value{};
    bool operator==(const unknown_value_seen&) const = default;
};

using finding = std::variant<
    job_appeared,
    name_reused,
    transition_entered,
    transition_left,
    message_changed,
    history_rewritten,
    status_changed,
    job_ended,
    stale_answer,
    reappeared,
    inconsistent,
    unknown_value_seen>;

}  // namespace trainwatch::domain
