// A stretch of creation time that has to be listed as a whole, a page after another: a gap below
// the head, what a page left over, or the past.
//
// It goes on by range, from the oldest job that was shown, because tokens expire and their pages
// shift; by token only where a page showed nothing, or nothing but one millisecond. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/time.hpp"
#include "core/sweep_windows.hpp"
#include "domain/job_summary.hpp"

namespace trainwatch::core {

// Whether AWS has more than the page shows. A full page without a token counts: nothing may be
// concluded from the length of a page but this.
bool has_more(const domain::job_page& page);
std::optional<wall_time> oldest_on(const domain::job_page& page);
std::optional<wall_time> newest_on(const domain::job_page& page);

// Without an upper bound when `newest` is the end of time.
domain::list_query query_of(const creation_range& range, const std::string& token);

struct stretch {
    creation_range range{};
    std::string token{};
    // What was created in it may be unknown since then; nothing: only known jobs are in it.
    std::optional<mono_time> since{};
    bool under_way = false;
    unsigned failures = 0;  // in a row

    // False: nothing is left.
    bool advance(const domain::job_page& page);
    void failed(bool token_refused);
};

}  // namespace trainwatch::core
