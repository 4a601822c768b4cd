#include "app/first_pass.hpp"

#include <algorithm>

namespace trainwatch::app {
namespace {

// Nothing is to be had by asking again, here or for the lane as a whole.
bool is_refused(const domain::view& view, const domain::job_view& job) {
    if (job.trouble == error_class::denied || job.trouble == error_class::rejected) return true;
    const auto& lane = view.lanes[job.target.lane.value];
    return lane.heard && !lane.up;
}

bool is_outstanding(const domain::view& view, const domain::job_view& job) {
    const bool is_unread = job.last && job.summarised && !job.ending && !job.missing;
    return !job.is_vacant() && is_unread && !is_refused(view, job);
}

bool was_seen(const domain::job_view& job) {
    if (job.is_vacant()) return true;
    if (job.trouble) return *job.trouble == error_class::not_found;
    return job.last || job.missing;
}

bool has_answered(const domain::lane_view& lane) {
    if (!lane.lists_refused.empty() || !lane.tags_refused.empty()) return false;
    // A list wants labels that nobody has read.
    if (lane.untold_tags > 0) return false;
    return !(lane.heard && !lane.up) && (!lane.sweep || lane.sweep->complete);
}

}  // namespace

bool is_first_pass_over(const domain::view& view) {
    if (!view.first_pass_complete) return false;
    // What its tags or its description will give to a list is not seen yet.
    const bool is_decided =
        std::none_of(view.lanes.begin(), view.lanes.end(), [](const auto& lane) {
            return lane.undecided > 0 && !(lane.heard && !lane.up);
        });
    if (!is_decided) return false;
    if (view.undescribed == 0) return true;
    return std::none_of(view.jobs.begin(), view.jobs.end(), [&](const auto& job) {
        return is_outstanding(view, job);
    });
}

std::vector<std::string> unread_tags(const domain::view& view, const domain::watch_plan& plan) {
    std::vector<std::string> lines;
    for (std::size_t i = 0; i < view.lanes.size(); ++i) {
        const auto& seen = view.lanes[i];
        const auto where = plan.lanes[i].connection + ", " + plan.lanes[i].region + ": ";
        if (seen.untold_tags > 0) {
            lines.push_back(
                where + "the tags of " + std::to_string(seen.untold_tags) +
                " jobs were not read: filters and labels by tags go without them"
            );
        }
        if (seen.withheld_tags > 0) {
            lines.push_back(
                where + "AWS refuses the tags of " + std::to_string(seen.withheld_tags) +
                " jobs, and no filter of tags matches them: allow sagemaker:ListTags on them, "
                "unless they are somebody else's"
            );
        }
    }
    return lines;
}

bool was_everything_seen(const domain::view& view) {
    return std::all_of(view.jobs.begin(), view.jobs.end(), was_seen) &&
        std::all_of(view.lanes.begin(), view.lanes.end(), has_answered);
}

}  // namespace trainwatch::app
