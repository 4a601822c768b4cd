// ListTrainingJobs: selection, order, pages and the tokens between them.
//
// CreationTime bounds select before a page is cut, every other filter after it, as SageMaker does;
// so a page can be short or empty and still have a successor. A token is bound to its query.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/simulator/api_error.hpp"
#include "tests/simulator/fleet.hpp"

namespace trainwatch::simulator {

struct list_query {
    std::optional<wall_time> created_after{};
    std::optional<wall_time> created_before{};
    std::optional<wall_time> modified_after{};
    std::optional<wall_time> modified_before{};
    std::string name_contains{};
    std::string status{};
    std::string warm_pool{};
    std::string training_plan_arn{};
    std::string tuning_job{};  // selects before the page is cut: the other list operation
    std::string sort_by = "CreationTime";
    bool descending = false;  // the reference documents Ascending as the default
    std::size_t max_results = 10;
    std::string next_token{};
};

struct list_page {
    std::vector<fleet::existing> jobs{};
    std::string next_token{};  // empty: the last page
};

api_result<list_page> list_jobs(
    const fleet& jobs,
    std::string_view region,
    const list_query& query,
    bool creation_time_filters_after_paging,
    wall_time now
);

}  // namespace trainwatch::simulator
