#include "tests/simulator/list_jobs.hpp"

#include <algorithm>
#include <tuple>

#include "tests/simulator/page_token.hpp"
#include "tests/simulator/request_reader.hpp"

namespace trainwatch::simulator {
namespace {

bool created_within(const list_query& query, const job_state& state) {
    if (query.created_after && state.created <= *query.created_after) return false;
    return !query.created_before || state.created < *query.created_before;
}

bool passes(const list_query& query, const fleet::existing& job, std::string_view account) {
    const auto& state = job.state;
    const auto& plan = *job.plan;
    if (query.modified_after && state.modified <= *query.modified_after) return false;
    if (query.modified_before && state.modified >= *query.modified_before) return false;
    if (plan.name.find(query.name_contains) == std::string::npos) return false;
    if (!query.status.empty() && state.primary != query.status) return false;
    if (!query.warm_pool.empty() && state.warm_pool != query.warm_pool) return false;
    if (query.training_plan_arn.empty()) return true;
    return query.training_plan_arn ==
        "arn:aws:sagemaker:" + plan.region + ":" + std::string(account) + ":training-plan/" +
        plan.request.training_plan;
}

page_position position_of(const list_query& query, const fleet::existing& job) {
    page_position position{.name = job.plan->name};
    if (query.sort_by == "CreationTime") position.time = unix_milliseconds(job.state.created);
    if (query.sort_by == "Status") position.status = job.state.primary;
    return position;
}

// Everything that must stay the same from page to page. The size of a page may change.
std::string binding_of(const list_query& query, std::string_view region) {
    const auto time = [](const std::optional<wall_time>& value) {
        return value ? std::to_string(unix_milliseconds(*value)) : std::string("-");
    };
    std::string text(region);
    for (const auto& part :
         {time(query.created_after),
          time(query.created_before),
          time(query.modified_after),
          time(query.modified_before),
          query.name_contains,
          query.status,
          query.warm_pool,
          query.training_plan_arn,
          query.tuning_job,
          query.sort_by,
          std::string(query.descending ? "down" : "up")}) {
        text += '\n' + part;
    }
    return text;
}

}  // namespace

api_result<list_page> list_jobs(
    const fleet& jobs,
    std::string_view region,
    const list_query& query,
    bool creation_time_filters_after_paging,
    wall_time now
) {
    const auto binding = binding_of(query, region);
    std::optional<page_position> after;
    if (!query.next_token.empty()) {
        after = read_page_token(query.next_token, binding);
        if (!after)
            return validation_error("The NextToken is invalid or belongs to other filters.");
    }
    auto all = jobs.existing_in(region, now);
    std::erase_if(all, [&](const fleet::existing& job) {
        if (!query.tuning_job.empty() && job.plan->request.tuning_job != query.tuning_job) {
            return true;
        }
        return !creation_time_filters_after_paging && !created_within(query, job.state);
    });
    const auto before = [&](const page_position& a, const page_position& b) {
        return query.descending ? b < a : a < b;
    };
    std::sort(all.begin(), all.end(), [&](const auto& a, const auto& b) {
        return before(position_of(query, a), position_of(query, b));
    });
    const auto first = std::find_if(all.begin(), all.end(), [&](const auto& job) {
        return !after || before(*after, position_of(query, job));
    });
    const auto left = static_cast<std::size_t>(all.end() - first);
    const auto last = first + static_cast<std::ptrdiff_t>(std::min(left, query.max_results));
    list_page page;
    if (last != all.end()) {
        page.next_token = write_page_token(position_of(query, *(last - 1)), binding);
    }
    std::copy_if(first, last, std::back_inserter(page.jobs), [&](const auto& job) {
        if (creation_time_filters_after_paging && !created_within(query, job.state)) return false;
        return passes(query, job, jobs.account());
    });
    return page;
}

}  // namespace trainwatch::simulator
