#include "app/plan_decisions.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "app/plan_text.hpp"

namespace trainwatch::app {
namespace {

bool needs_details(const domain::job_filter& filter) {
    return !filter.tuning_job.empty() || !filter.auto_ml_job.empty() ||
        !filter.labeling_job.empty() || !filter.experiment.empty() || !filter.instance_type.empty();
}

// Lists that cannot tell their jobs, or label them, without a call for each.
struct askers {
    std::vector<std::string> details{};
    std::vector<std::string> tags{};    // to tell whose a job is
    std::vector<std::string> labels{};  // of those that they have

    bool operator==(const askers&) const = default;
};

askers find_askers(const domain::watch_plan& plan, lane_id lane) {
    askers found;
    for (const auto& rule : plan.discovery) {
        if (!std::binary_search(rule.lanes.begin(), rule.lanes.end(), lane)) continue;
        const bool by_tags = !rule.match.tags.empty() || !rule.exclude.tags.empty();
        const bool has_labels = !plan.traits(rule.watch_list).labels_from_tags.empty();
        if (needs_details(rule.match) || needs_details(rule.exclude)) {
            found.details.push_back(rule.watch_list);
        }
        if (by_tags) found.tags.push_back(rule.watch_list);
        // Read once, for both.
        if (has_labels && !by_tags) found.labels.push_back(rule.watch_list);
    }
    std::set<std::string> told(found.tags.begin(), found.tags.end());
    told.insert(found.labels.begin(), found.labels.end());
    for (const auto& target : plan.targets) {
        if (target.lane != lane || plan.traits(target.watch_list).labels_from_tags.empty()) {
            continue;
        }
        if (told.insert(target.watch_list).second) found.labels.push_back(target.watch_list);
    }
    return found;
}

std::string a_minute(double rate) {
    return plain(rate * 60) + " new jobs a minute";
}

std::string tags_line(const askers& found, double rate) {
    std::string whose;
    if (!found.tags.empty()) whose = "that fits " + joined(found.tags) + " otherwise";
    if (!found.labels.empty()) {
        whose += (whose.empty() ? "" : ", and ") + ("that " + joined(found.labels)) +
            (found.labels.size() == 1 ? " has" : " have") + ", for labels";
    }
    return "    tags: a ListTags for each new job " + whose + ": up to " + a_minute(rate) + "\n";
}

}  // namespace

std::string plan_decisions(const domain::watch_plan& plan, lane_id lane) {
    const auto found = find_askers(plan, lane);
    // Nobody publishes a quota of ListTags: it is asked for like a describe, beside them.
    const double rate = plan.lanes[lane.value].budget.describe_per_second;
    std::string lines;
    if (!found.details.empty()) {
        lines += "    filters: a describe for each new job that fits " + joined(found.details) +
            " by name and status: up to " + a_minute(rate) +
            ", less what is described of others meanwhile\n";
    }
    if (!found.tags.empty() || !found.labels.empty()) lines += tags_line(found, rate);
    if (!lines.empty()) lines += "    when more are created, they wait for their turn\n";
    return lines;
}

}  // namespace trainwatch::app
