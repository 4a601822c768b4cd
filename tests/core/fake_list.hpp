// A ListTrainingJobs to play with: every job that was ever created, newest first, in pages.
//
// What AWS leaves open can be chosen: whether bounds are inclusive, how long a page is, whether
// pages are cut before they are selected from.
#pragma once

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <set>
#include <string>
#include <utility>

#include "core/job_key.hpp"
#include "domain/job_summary.hpp"

namespace trainwatch::core {

struct fake_list {
    std::set<job_key> jobs{};
    std::size_t page_size = 100;
    bool bounds_are_inclusive = false;
    bool cuts_first = false;

    void create(wall_time when, std::string name) {
        jobs.insert({.created = when, .name = std::move(name)});
    }

    bool selects(const domain::list_query& query, wall_time when) const {
        const auto edge = milliseconds(bounds_are_inclusive ? 1 : 0);
        if (query.created_after && when <= *query.created_after - edge) return false;
        return !query.created_before || when < *query.created_before + edge;
    }

    // A token is the key of the last job of the page before.
    domain::job_page answer(const domain::list_query& query) const {
        domain::job_page page;
        auto at = jobs.rbegin();
        if (!query.token.empty()) {
            const auto colon = query.token.find(':');
            const job_key last{
                .created = from_unix_milliseconds(std::stoll(query.token.substr(0, colon))),
                .name = query.token.substr(colon + 1)};
            at = std::make_reverse_iterator(jobs.lower_bound(last));
        } else if (query.created_before && !cuts_first) {
            at = std::make_reverse_iterator(
                jobs.lower_bound({.created = *query.created_before + milliseconds(1), .name = {}})
            );
        }
        const job_key* last = nullptr;
        for (std::size_t taken = 0; at != jobs.rend(); ++at) {
            const bool wanted = selects(query, at->created);
            if (!cuts_first && query.created_after && at->created < *query.created_after) break;
            if (!wanted && !cuts_first) continue;
            if (taken == page_size) {
                page.next_token =
                    std::to_string(unix_milliseconds(last->created)) + ":" + last->name;
                break;
            }
            ++taken;
            last = &*at;
            if (!wanted) continue;
            domain::job_summary job;
            job.name = at->name;
            job.created = at->created;
            page.jobs.push_back(job);
        }
        return page;
    }
};

}  // namespace trainwatch::core
