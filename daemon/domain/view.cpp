#include "domain/view.hpp"

#include <algorithm>

#include "base/check.hpp"

namespace trainwatch::domain {

const operation_view& lane_view::operation(aws_operation which) const {
    static const operation_view nothing{};
    const auto at = operations.find(which);
    return at == operations.end() ? nothing : at->second;
}

std::string_view to_string(deadline_kind value) {
    switch (value) {
        case deadline_kind::max_runtime:
            return "max_runtime";
        case deadline_kind::max_wait:
            return "max_wait";
        case deadline_kind::max_pending:
            return "max_pending";
    }
    return "max_runtime";
}

void histogram_view::observe(double value) {
    CHECK(buckets.size() == bounds.size() + 1);
    const auto at = std::lower_bound(bounds.begin(), bounds.end(), value);
    ++buckets[static_cast<std::size_t>(at - bounds.begin())];
    sum += value;
}

std::optional<predicted_end> end_ahead(const job_view& job, wall_time now) {
    const auto& predicted = job.derived.predicted_end;
    return predicted && predicted->at > now ? predicted : std::nullopt;
}

}  // namespace trainwatch::domain
