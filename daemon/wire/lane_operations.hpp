// Which calls a lane makes, and with what budget: for the metrics, the API and the page.
#pragma once

#include <vector>

#include "domain/aws_operation.hpp"
#include "domain/view.hpp"
#include "domain/watch_plan.hpp"

namespace trainwatch::wire {

// Describes always, lists where the lane lists, tags where they were ever read.
inline std::vector<domain::aws_operation> operations_of(
    const domain::lane& lane, const domain::lane_view& seen
) {
    std::vector<domain::aws_operation> made{domain::aws_operation::describe};
    if (lane.lists) made.push_back(domain::aws_operation::list);
    if (!seen.operation(domain::aws_operation::tags).requests.empty()) {
        made.push_back(domain::aws_operation::tags);
    }
    return made;
}

// Calls a second. Tags are read with a budget like that for describes.
inline double budget_of(const domain::lane& lane, domain::aws_operation operation) {
    return operation == domain::aws_operation::list ? lane.budget.list_per_second
                                                    : lane.budget.describe_per_second;
}

// Nothing has happened yet where the view has no entry.
inline const domain::lane_view& lane_of(const domain::view& view, std::size_t index) {
    static const domain::lane_view nothing{};
    return index < view.lanes.size() ? view.lanes[index] : nothing;
}

}  // namespace trainwatch::wire
