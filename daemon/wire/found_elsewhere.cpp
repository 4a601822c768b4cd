#include "wire/found_elsewhere.hpp"

namespace trainwatch::wire {
namespace {

bool never_was_here(const domain::job_view& job) {
    return !job.is_vacant() && job.missing && !job.last;
}

std::pair<std::string_view, std::string_view> key_of(const domain::job_view& job) {
    return {job.target.watch_list, job.target.name};
}

}  // namespace

// Missing names are few, watched jobs may be a hundred thousand.
found_elsewhere::found_elsewhere(const domain::view& view) {
    std::set<std::pair<std::string_view, std::string_view>> missing;
    for (const auto& job : view.jobs) {
        if (never_was_here(job)) missing.insert(key_of(job));
    }
    if (missing.empty()) return;
    for (const auto& job : view.jobs) {
        if (!job.is_vacant() && job.last && missing.contains(key_of(job))) {
            seen_.insert(key_of(job));
        }
    }
}

bool found_elsewhere::has(const domain::job_view& job) const {
    return never_was_here(job) && seen_.contains(key_of(job));
}

}  // namespace trainwatch::wire
