// What is to be kept of a job, and its history as it was seen: the tracker's memory as values.
#include <algorithm>

#include "base/check.hpp"
#include "core/tracker.hpp"

namespace trainwatch::core {

std::vector<domain::transition> history_of(const domain::job_view& job, const job_memory& memory) {
    CHECK(job.last.has_value());
    std::vector<domain::transition> all;
    all.reserve(memory.retired.size() + job.last->transitions.size());
    for (const auto& gone : memory.retired)
        all.push_back(gone.entry);
    for (std::size_t i = 0; i < job.last->transitions.size(); ++i) {
        const bool again = i < memory.entries.size() && memory.entries[i].duplicate;
        if (!again) all.push_back(job.last->transitions[i]);
    }
    std::stable_sort(all.begin(), all.end(), [](const auto& a, const auto& b) {
        return a.started < b.started;
    });
    return all;
}

domain::job_row row_of(
    const domain::job_view& job, const job_memory& memory, const std::string& connection
) {
    CHECK(job.last.has_value() && job.last_observed.has_value());
    domain::job_row row;
    row.identity = identity_of(*job.last);
    row.connection = connection;
    row.watch_list = job.target.watch_list;
    row.last = *job.last;
    row.first_observed = memory.first_observed;
    row.last_observed = *job.last_observed;
    row.already_ended = memory.already_ended;
    row.ending = job.ending;
    row.ended = job.ended;
    row.counted = memory.is_end_counted();
    row.missing = job.missing;
    row.summarised = job.summarised;
    return row;
}

std::vector<domain::transition_row> transition_rows_of(
    const domain::job_view& job, const job_memory& memory
) {
    CHECK(job.last.has_value());
    const auto identity = identity_of(*job.last);
    std::vector<domain::transition_row> rows;
    for (const auto& [entry, kept] : memory.retired) {
        rows.push_back({identity, kept.index, entry, kept.observed, kept.counted});
    }
    for (std::size_t i = 0; i < memory.entries.size(); ++i) {
        const auto& kept = memory.entries[i];
        if (kept.duplicate) continue;
        rows.push_back({identity, kept.index, job.last->transitions[i], kept.observed, kept.counted}
        );
    }
    return rows;
}

}  // namespace trainwatch::core
