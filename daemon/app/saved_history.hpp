// A history from a folder of saved answers: no keys, no network.
//
// A file is one DescribeTrainingJob document, as `trainwatchd describe --output json` prints it, or
// one page of ListTrainingJobs; anything else is named and left out. What was true of a job that
// had not ended is known up to its LastModifiedTime: files do not say when they were saved. Of two
// documents of one job the later one counts.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/lane_history.hpp"
#include "app/watch_list_files.hpp"
#include "core/claims.hpp"
#include "domain/watch_plan.hpp"

namespace trainwatch::app {

struct saved_history {
    std::vector<past_job> jobs{};
    history_counts counts{};
    std::size_t documents = 0;         // descriptions that could be read, older ones included
    std::vector<std::string> notes{};  // what was left out, one line each
    wall_time first{};                 // the earliest creation; with `last` equal where nothing is
    wall_time last{};                  // the latest time of any

    bool operator==(const saved_history&) const = default;
};

// Which list a saved job belongs to. Files do not say by which connection they came: any in the
// job's region may have it.
struct saved_lists {
    const domain::watch_plan& plan;
    const core::claims& claims;
};

// `lists`: of a configuration file; null: every job is of the list `everything_list`. `since`:
// earlier creations are left out. A failure when the folder cannot be read.
result<saved_history> read_saved_history(
    const std::string& folder,
    const file_access& access,
    const saved_lists* lists,
    std::optional<wall_time> since
);

// The name of the list that has every job where there is no configuration file.
inline constexpr const char* everything_list = "everything";

}  // namespace trainwatch::app
