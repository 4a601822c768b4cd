// One line of the metric catalogue: what a family is called, counts and means.
#pragma once

#include <string_view>

namespace trainwatch::wire {

enum class metric_type { gauge, counter, histogram };

// Which families stand together. The groups of a job other than `standard` are switched on by its
// watch list (domain::metric_groups). `state_sets` has no families of its own: it adds series to
// those of the statuses.
enum class metric_group { standard, phases, final_metrics, details, fleet, daemon };

struct metric_entry {
    std::string_view name{};
    metric_type type = metric_type::gauge;
    metric_group group = metric_group::standard;
    std::string_view unit{};    // in words; "1" where the labels are the message
    std::string_view labels{};  // with blanks between; a job's identity labels are not repeated
    std::string_view help{};
};

}  // namespace trainwatch::wire
