// Compares each answer about a job with what was known of it, and says what is new, once.
//
// The newest answer lives in the view; here is the memory beside it: which entries were ever
// reported, and from when. An entry of SecondaryStatusTransitions is the same entry if its status
// and start are the same; its index at first sight is its name in the ledger. AWS may show an
// older list for a while (another of its servers answers): what was seen stays seen, and nothing
// is reported twice when the newer list comes back.
//
// Whether a job has ended is decided by the primary status, and why by the secondary, or else by
// the newest entry of the history. AWS does not change all in one step, so an end is established
// only when they agree, when there is nothing to explain (Completed), or once AWS has left the job
// as it is for `limits::settle_patience`: until then a Stopped job may yet have hit its limit.
//
// Pure: no clock, no alerts, no counters. Source: facts of the SageMaker API reference.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/failure_reason.hpp"
#include "domain/finding.hpp"
#include "domain/job_summary.hpp"
#include "domain/ledger.hpp"
#include "domain/view.hpp"

namespace trainwatch::core {

struct entry_memory {
    std::size_t index = 0;  // at first sight
    wall_time observed{};
    bool counted = false;
    bool duplicate = false;  // the same entry stands in AWS' list more than once

    bool operator==(const entry_memory&) const = default;
};

// Seen once, and not in AWS' list now.
struct retired_entry {
    domain::transition entry{};
    entry_memory memory{};

    bool operator==(const retired_entry&) const = default;
};

// What list pages told of a job last.
struct told_status {
    domain::open_primary status{};
    domain::open_secondary secondary{};
    std::optional<wall_time> modified{};
    wall_time heard{};  // when a page told of this secondary status first

    bool operator==(const told_status&) const = default;
};

struct job_memory {
    wall_time first_observed{};
    // What was the past then; a restart knows it no more.
    std::optional<wall_time> first_horizon{};
    std::vector<entry_memory> entries{};  // of view.last->transitions, one for one
    std::vector<retired_entry> retired{};
    std::vector<std::size_t> rewritten{};          // places where a rewrite was reported
    std::vector<domain::unknown_value> unknown{};  // reported
    std::optional<mono_time> unsettled_since{};
    std::optional<told_status> told{};
    bool already_ended = false;
    bool contradicted = false;  // `inconsistent` was reported
    bool counted = false;
    // Its end was told and counted while somebody else watched the job, or before its list went.
    bool counted_before = false;
    bool billed = false;

    bool is_end_counted() const { return counted || counted_before; }
    bool operator==(const job_memory&) const = default;
};

struct sighting {
    instant now{};        // wall: AWS' time
    wall_time horizon{};  // see domain::seen_as
    const failure_classifier& reasons;
    // What had begun by then was told when somebody watched the job before: as old as can be.
    wall_time told_until = wall_time::min();
    bool is_end_told = false;  // by another slot that has the same job: here it is the past
};

struct tracked {
    std::vector<domain::finding> findings{};
    bool changed = false;  // anything that is shown or kept
};

// Takes the answer into the job. `job.target`, `revision` and `trouble` are the caller's.
tracked observe(
    domain::job_view& job,
    job_memory& memory,
    const domain::observation& answer,
    const sighting& seen
);

// Takes in what a list page told. It knows statuses and times only: an end waits for the describe
// that explains it, unless it lies before the horizon. A page that is older than what is known
// already says nothing. Source: TrainingJobSummary; AWS' lists may lag behind its describes.
tracked observe_summary(
    domain::job_view& job, job_memory& memory, const domain::job_summary& told, const sighting& seen
);
// Pages say that the job has ended, and no describe came to explain it in time
// (limits::settle_patience): the end is established without a cause, and keeps it.
tracked end_unexplained(domain::job_view& job, job_memory& memory, const sighting& seen);

// The end was established without a cause, and what describes tell lies before it still: a later
// one may explain it.
bool may_be_explained(const domain::job_view& job);

// AWS does not know the name: the last state stays, marked. True if that is news.
bool mark_missing(domain::job_view& job);

// All entries that were ever seen of the job, each once, oldest first.
std::vector<domain::transition> history_of(const domain::job_view& job, const job_memory& memory);

domain::job_identity identity_of(const domain::observation& job);
domain::job_identity identity_of(const domain::job_summary& job);

// The terminal status of the job: its own, or for one that is being deleted (only ended jobs can
// be) the one that its secondary status tells. Else nothing.
std::optional<domain::open_primary> terminal_status(const domain::observation& job);

// One of the two statuses is terminal and the other one is not (yet).
bool is_settling(const domain::observation& job);

// The terminal entry's time, else TrainingEndTime.
std::optional<wall_time> ended_at(const domain::observation& job);

// Brings back what an earlier run kept. `seen`: the rows of this job, in any order.
void restore(
    domain::job_view& job,
    job_memory& memory,
    const domain::job_row& row,
    const std::vector<domain::transition_row>& seen
);

// Everything that is to be kept of the job; it has been observed.
domain::job_row row_of(
    const domain::job_view& job, const job_memory& memory, const std::string& connection
);
std::vector<domain::transition_row> transition_rows_of(
    const domain::job_view& job, const job_memory& memory
);

}  // namespace trainwatch::core
