// What jobs can be filtered and sorted by; for job_query.cpp.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "domain/view.hpp"
#include "domain/watch_plan.hpp"

namespace trainwatch::wire {

struct job_filter {
    std::string_view name;
    // Empty where the job has none: passes no filter.
    std::string_view (*value)(const domain::job_view&, const domain::watch_plan&);
    // Nothing where any text may be asked for.
    std::optional<std::vector<std::string>> (*allowed
    )(const domain::view&, const domain::watch_plan&);
    bool is_glob = false;
    // Of so many characters, all of `alphabet`; what that is called.
    std::size_t size = 0;
    std::string_view alphabet{};
    std::string_view form{};
};
std::span<const job_filter> job_filters();

struct job_order {
    std::string_view name;
    // Nothing for all: by name alone.
    std::optional<double> (*value)(const domain::job_view&);
};
std::span<const job_order> job_orders();

}  // namespace trainwatch::wire
