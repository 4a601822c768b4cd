#include "core/same_reasons.hpp"

#include <algorithm>

#include "base/limits.hpp"

namespace trainwatch::core {
namespace {

std::string sentence_of(const std::string& same_reason) {
    return " It failed for the " + same_reason + ".";
}

}  // namespace

void same_reasons::note(const std::string& fingerprint, wall_time when) {
    if (fingerprint.empty()) return;
    auto& ends = ends_[fingerprint];
    // One that fires for a day looks back another day.
    while (!ends.empty() && ends.front() <= when - 2 * limits::same_reason_window)
        ends.pop_front();
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
}

std::optional<same_reasons::others> same_reasons::others_than(
    const std::string& fingerprint, wall_time when
) const {
    const auto found = ends_.find(fingerprint);
    if (found == ends_.end()) return std::nullopt;
    const auto& ends = found->second;
    auto first = std::upper_bound(ends.begin(), ends.end(), when - limits::same_reason_window);
    auto count = static_cast<std::size_t>(ends.end() - first);
    if (std::binary_search(first, ends.end(), when)) {
        --count;
        if (*first == when) ++first;
    }
    if (count == 0) return std::nullopt;
    return others{count, *first};
}

void tell_of_others(domain::label_map& annotations, const same_reasons::others& known) {
    auto& told = annotations["same_reason"];
    auto& description = annotations["description"];
    const auto former = sentence_of(told);
    if (!told.empty() && description.ends_with(former)) {
        description.erase(description.size() - former.size());
    }
    told = "same reason as " + std::to_string(known.count) +
        (known.count == 1 ? " other" : " others") + " since " + utc_text(known.since);
    description += sentence_of(told);
}

}  // namespace trainwatch::core
