#include "core/sweep_stretch.hpp"

#include <algorithm>

#include "base/limits.hpp"

namespace trainwatch::core {

bool has_more(const domain::job_page& page) {
    return !page.next_token.empty() || page.jobs.size() + page.unreadable >= limits::list_page_size;
}

std::optional<wall_time> oldest_on(const domain::job_page& page) {
    std::optional<wall_time> oldest;
    for (const auto& job : page.jobs)
        oldest = std::min(oldest.value_or(job.created), job.created);
    return oldest;
}

std::optional<wall_time> newest_on(const domain::job_page& page) {
    std::optional<wall_time> newest;
    for (const auto& job : page.jobs)
        newest = std::max(newest.value_or(job.created), job.created);
    return newest;
}

domain::list_query query_of(const creation_range& range, const std::string& token) {
    domain::list_query query{
        .created_after = range.oldest - limits::list_edge, .created_before = {}, .token = token};
    if (range.newest != wall_time::max()) query.created_before = range.newest + limits::list_edge;
    return query;
}

bool stretch::advance(const domain::job_page& page) {
    under_way = false;
    failures = 0;
    if (!has_more(page)) return false;
    const auto oldest = oldest_on(page);
    if (oldest && *oldest < range.oldest) return false;
    if (oldest && *oldest < range.newest) {
        range.newest = *oldest;
        token.clear();
        return true;
    }
    token = page.next_token;
    return !token.empty();
}

void stretch::failed(bool token_refused) {
    under_way = false;
    ++failures;
    if (token_refused) token.clear();
}

}  // namespace trainwatch::core
