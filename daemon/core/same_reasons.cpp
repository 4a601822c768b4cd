#include "core/same_reasons.hpp"

#include <algorithm>

#include "base/limits.hpp"

namespace trainwatch::core {

std::optional<same_reasons::others> same_reasons::note(
    const std::string& fingerprint, wall_time when
) {
    if (fingerprint.empty()) return std::nullopt;
    auto& ends = ends_[fingerprint];
    while (!ends.empty() && ends.front() <= when - limits::same_reason_window)
        ends.pop_front();
    std::optional<others> known;
    if (!ends.empty()) known = others{ends.size(), ends.front()};
    ends.insert(std::upper_bound(ends.begin(), ends.end(), when), when);
    if (ends.size() > limits::same_reason_most) ends.pop_front();
    if (ends_.size() > limits::same_reasons_max) {
        // The one that was heard of last the longest ago.
        const auto oldest =
            std::min_element(ends_.begin(), ends_.end(), [](const auto& a, const auto& b) {
                return a.second.back() < b.second.back();
            });
        ends_.erase(oldest);
    }
    return known;
}

}  // namespace trainwatch::core
