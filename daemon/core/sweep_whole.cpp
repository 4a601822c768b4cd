#include "core/sweep_whole.hpp"

#include <algorithm>

#include "base/limits.hpp"
#include "core/sweep_stretch.hpp"

namespace trainwatch::core {

domain::list_query whole_sweep::ask(mono_time now) {
    under_way_ = true;
    if (token_.empty()) {
        began_at_ = now;
        shown_down_to_.reset();
        pages_ = 0;
    }
    return {.created_after = {}, .created_before = {}, .token = token_};
}

std::optional<creation_range> whole_sweep::shown(const domain::job_page& page) const {
    const bool is_last = page.next_token.empty();
    const auto oldest = oldest_on(page);
    if (!oldest && !is_last) return {};
    creation_range range{.oldest = wall_time::min(), .newest = wall_time::max()};
    // Others of the same millisecond may stand on the page before or after.
    if (!is_last) range.oldest = *oldest + limits::list_edge;
    if (shown_down_to_) range.newest = *shown_down_to_ - limits::list_edge;
    if (range.oldest > range.newest) return {};
    return range;
}

bool whole_sweep::answered(const domain::job_page& page, wall_time stop) {
    under_way_ = false;
    ++pages_;
    const auto oldest = oldest_on(page);
    if (oldest) shown_down_to_ = std::min(shown_down_to_.value_or(*oldest), *oldest);
    token_ = page.next_token;
    if (!token_.empty() && (!oldest || *oldest >= stop)) return false;
    token_.clear();
    last_pages_ = pages_;
    return true;
}

void whole_sweep::failed(bool token_refused) {
    under_way_ = false;
    if (token_refused) token_.clear();
}

}  // namespace trainwatch::core
