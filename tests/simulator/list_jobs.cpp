#include "tests/simulator/list_jobs.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "tests/simulator/page_token.hpp"
#include "tests/simulator/request_reader.hpp"

namespace trainwatch::simulator {
namespace {

bool created_within(const list_query& query, wall_time created) {
    if (query.created_after && created <= *query.created_after) return false;
    return !query.created_before || created < *query.created_before;
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

// A job's place in the order. What it looks like is worked out for the jobs of a page alone, except
// where the order asks for it: an account has thousands of jobs, and lists come each second.
struct placed_job {
    page_position position{};
    const job_plan* plan = nullptr;
    wall_time created{};
};

page_position position_of(const list_query& query, const job_plan& plan, wall_time created) {
    page_position position{.name = plan.name};
    if (query.sort_by == "CreationTime") position.time = unix_milliseconds(created);
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
    const auto before = [&](const page_position& a, const page_position& b) {
        return query.descending ? b < a : a < b;
    };
    std::vector<placed_job> all;
    for (const auto* plan : jobs.plans_in(region, now)) {
        if (!query.tuning_job.empty() && plan->request.tuning_job != query.tuning_job) continue;
        const auto created = *jobs.clock().wall_at(plan->created);
        if (!creation_time_filters_after_paging && !created_within(query, created)) continue;
        auto position = position_of(query, *plan, created);
        if (query.sort_by == "Status")
            position.status = state_at(*plan, jobs.clock(), now)->primary;
        if (after && !before(*after, position)) continue;
        all.push_back({std::move(position), plan, created});
    }
    const auto size = std::min(all.size(), query.max_results);
    const auto last = all.begin() + static_cast<std::ptrdiff_t>(size);
    std::partial_sort(all.begin(), last, all.end(), [&](const auto& a, const auto& b) {
        return before(a.position, b.position);
    });
    list_page page;
    if (last != all.end()) page.next_token = write_page_token((last - 1)->position, binding);
    for (auto job = all.begin(); job != last; ++job) {
        if (creation_time_filters_after_paging && !created_within(query, job->created)) continue;
        fleet::existing seen{job->plan, *state_at(*job->plan, jobs.clock(), now)};
        if (passes(query, seen, jobs.account())) page.jobs.push_back(std::move(seen));
    }
    return page;
}

}  // namespace trainwatch::simulator
