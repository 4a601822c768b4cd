// Which jobs a request of the API asks for, in which order: read from its parameters, and applied.
//
// Pages go by the last job of the page before (its sort value and its name), not by a count of
// jobs, so that a page stays right while jobs come, go and change. Pure functions of the view.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "domain/view.hpp"
#include "domain/watch_plan.hpp"
#include "wire/query_parameters.hpp"

namespace trainwatch::wire {

enum class job_state { unseen, live, ended, missing };
std::string_view to_string(job_state value);
// Ended is ended, also when AWS has forgotten the job since; missing never seemed to end.
job_state state_of(const domain::job_view& job);
// The ARN's, as in its metrics and alerts; before the first answer where it is looked for.
const std::string& region_of(const domain::job_view& job, const domain::watch_plan& plan);

// Where a job stands in an order. Jobs without the sort value come last, whatever the direction.
struct job_place {
    std::optional<double> value{};
    std::string name{};
    std::string region{};
    std::string connection{};

    bool operator==(const job_place&) const = default;
};

struct job_query {
    // Each filter (by its index in the table of filters) with the values that pass it.
    std::vector<std::pair<std::size_t, std::vector<std::string>>> filters{};
    std::size_t sort = 0;  // index in the table of orders
    bool descending = false;
    std::size_t limit = 0;
    std::optional<job_place> after{};
};

// Reports what is wrong to `parameters`; the query is of use only when nothing is.
std::vector<std::string_view> job_query_parameters();
job_query read_job_query(
    query_parameters& parameters, const domain::view& view, const domain::watch_plan& plan
);

struct job_page {
    std::vector<std::size_t> slots{};
    std::size_t total = 0;  // that pass the filters, on all pages
    std::string next{};     // the cursor of the next page; empty on the last one
};

// A name that was found in another region of its list is left out where AWS does not know it,
// unless jobs that are missing are asked for.
job_page select_jobs(
    const domain::view& view, const domain::watch_plan& plan, const job_query& query
);

}  // namespace trainwatch::wire
