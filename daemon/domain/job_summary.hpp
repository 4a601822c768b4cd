// What one page of ListTrainingJobs said: plain values, as wire/ makes them.
//
// A summary is an observation too, though a partial one: it tells the two statuses and when the
// job was changed last, not its transitions nor why it failed. Source: TrainingJobSummary of the
// SageMaker API reference; SecondaryStatus stands in it since October 2024.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "domain/job.hpp"

namespace trainwatch::domain {

struct job_summary {
    std::string name{};
    std::string arn{};
    std::string account_id{};  // the ARN's
    std::string region{};      // the ARN's
    std::string partition{};   // the ARN's
    wall_time created{};
    std::optional<wall_time> ended{};  // TrainingEndTime
    std::optional<wall_time> modified{};
    open_primary status{};
    open_secondary secondary{};  // empty text: AWS did not tell it
    std::string warm_pool_status{};

    bool operator==(const job_summary&) const = default;
};

// Newest first, up to a hundred a page. AWS does not say whether the bounds are inclusive.
struct list_query {
    std::optional<wall_time> created_after{};
    std::optional<wall_time> created_before{};
    std::string token{};  // of the page before, with the same bounds

    bool operator==(const list_query&) const = default;
};

struct job_page {
    std::vector<job_summary> jobs{};  // as AWS sent them; may be short or empty and not the last
    std::string next_token{};         // empty: this was the last page
    std::size_t unreadable = 0;       // entries without name, ARN or creation time

    bool operator==(const job_page&) const = default;
};

}  // namespace trainwatch::domain
