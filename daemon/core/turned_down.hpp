// A job that no list wants, which only a describe or its tags could tell: whether to ask again.
//
// What a describe tells that a filter may want is fixed when a job is created, so one answer does
// for good, unless the filter looks at the status too. Tags can be added later: one that was turned
// down by its tags is asked about once more when it has come to a bad end, and somebody may wait
// for the alert.
#pragma once

#include "domain/job_summary.hpp"

namespace trainwatch::core {

struct turned_down {
    domain::primary_status status{};  // that it had then
    bool by_status = false;           // in another one it may be somebody's
    bool by_tags = false;             // with other tags it may be

    bool is_to_be_asked_again(domain::primary_status present) const {
        if (present == status) return false;
        const bool ended_badly =
            domain::is_terminal(present) && present != domain::primary_status::completed;
        return by_status || (by_tags && ended_badly);
    }
    bool operator==(const turned_down&) const = default;
};

}  // namespace trainwatch::core
