// Names that AWS does not know where they are looked for, while it has them in another region or
// connection of the same list: looked for in three regions, a job is one row, not a row and two
// that say "not found".
//
// Of one view, as long as it stays as it is.
#pragma once

#include <set>
#include <string_view>
#include <utility>

#include "domain/view.hpp"

namespace trainwatch::wire {

class found_elsewhere {
public:
    explicit found_elsewhere(const domain::view& view);

    // Never of a job that was seen here once.
    bool has(const domain::job_view& job) const;

private:
    // Watch list and name of what was seen, and is also missing somewhere.
    std::set<std::pair<std::string_view, std::string_view>> seen_{};
};

}  // namespace trainwatch::wire
