// The log lines about discovery: lists, tags, sweeps, and another configuration.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "base/failure.hpp"
#include "core/action.hpp"
#include "domain/view.hpp"
#include "domain/watch_plan.hpp"

namespace trainwatch::core {

// list_failed: a page did not come. lists_recovered: one came again.
note note_of_list_failure(note_level level, const domain::lane& lane, const failure& why);
note note_of_lists_back(const domain::lane& lane);
// lists_stand: no page came for `since`; lists_recovered ends that, too.
note note_of_standing_lists(const domain::lane& lane, milliseconds since);
// list_entries_unreadable: entries of a page without name, ARN or creation time.
note note_of_unreadable_entries(const domain::lane& lane, std::size_t count);
// lists_unfiltered: AWS selects by CreationTime only after it has cut a page.
note note_of_fallback(const domain::lane& lane);
// sweep_complete: everything back to the horizon was told once.
note note_of_sweep(
    const domain::lane& lane, std::size_t known, std::size_t live, std::uint64_t pages
);
// watch_list_large, once a list.
note note_of_large_list(const std::string& watch_list, std::size_t jobs);
// jobs_full: no room for more live jobs, once.
note note_of_full(std::size_t jobs);
// details_refused: filters that need a description match nothing that AWS does not describe.
note note_of_refused_details(
    const domain::lane& lane, const std::string& training_job, const failure& why
);
// tags_refused: filters of tags match nothing in the lane, and labels from tags stay away.
note note_of_refused_tags(const domain::lane& lane, const failure& why);
// tags_untold: this job's alone; filters of tags do not match it, and it has no labels from tags.
note note_of_untold_tags(
    const domain::lane& lane, const std::string& training_job, const failure& why
);

// tags_withheld, once a lane: of some jobs only, which may be somebody else's by a policy.
note note_of_withheld_tags(const domain::lane& lane, const std::string& training_job);

// reconfigured: what another configuration changes.
note note_of_reconfiguration(const domain::watch_plan& former, const domain::watch_plan& next);
// job_unwatched: no list has it any more.
note note_of_unwatched(const domain::job_view& job, const std::string& region);

}  // namespace trainwatch::core
