// What holds of a job that a list has taken up already: the status that it had then was good, and
// the one that it has now does not count any more. Everything else of the filters does.
#pragma once

#include <algorithm>
#include <string>

#include "core/claims.hpp"
#include "domain/watch_plan.hpp"

namespace trainwatch::core {

// Claims of the plan's lists, without a word on status; of one list only where it is named.
inline claims claims_of_taken_up(domain::watch_plan plan, const std::string& only_list = {}) {
    if (!only_list.empty()) {
        std::erase_if(plan.discovery, [&](const auto& rule) {
            return rule.watch_list != only_list;
        });
    }
    for (auto& rule : plan.discovery) {
        rule.match.status.clear();
        rule.exclude.status.clear();
    }
    return claims(plan);
}

inline bool has_status_filter(const domain::watch_plan& plan) {
    return std::any_of(plan.discovery.begin(), plan.discovery.end(), [](const auto& rule) {
        return !rule.match.status.empty() || !rule.exclude.status.empty();
    });
}

}  // namespace trainwatch::core
