#include "core/sweep_windows.hpp"

#include <functional>
#include <limits>

#include "base/limits.hpp"

namespace trainwatch::core {

bool roster::insert(wall_time created, std::string_view name) {
    const entry key{.created = created, .name_hash = std::hash<std::string_view>{}(name)};
    if (!keys_.insert(key).second) return false;
    // The oldest goes: it is the least likely to stand beside a live job.
    if (keys_.size() > limits::list_keys_max) keys_.erase(keys_.begin());
    return true;
}

void roster::drop_before(wall_time oldest) {
    keys_.erase(keys_.begin(), keys_.lower_bound({.created = oldest, .name_hash = 0}));
}

bool roster::holds_any(const creation_range& range) const {
    const auto found = keys_.lower_bound({.created = range.oldest, .name_hash = 0});
    return found != keys_.end() && found->created <= range.newest;
}

std::optional<wall_time> roster::nth_newest(std::size_t n) const {
    if (keys_.empty() || n == 0) return {};
    auto at = keys_.rbegin();
    while (--n > 0 && std::next(at) != keys_.rend())
        ++at;
    return at->created;
}

std::optional<wall_time> roster::first_beyond(wall_time newest, std::size_t size) const {
    const entry last{.created = newest, .name_hash = std::numeric_limits<std::uint64_t>::max()};
    auto at = std::make_reverse_iterator(keys_.upper_bound(last));
    while (at != keys_.rend() && size > 0) {
        ++at;
        --size;
    }
    if (at == keys_.rend()) return {};
    return at->created;
}

std::vector<creation_range> cut_windows(
    const roster& known, std::span<const wall_time> live, std::size_t page_size
) {
    std::vector<creation_range> windows;
    for (std::size_t next = 0; next < live.size();) {
        creation_range window{.oldest = live[next], .newest = live[next]};
        // Bounds are widened by an edge on both sides, and whoever stands on it may be shown.
        const auto beyond = known.first_beyond(window.newest + limits::list_edge, page_size);
        while (next < live.size() &&
               (live[next] == window.newest || !beyond || live[next] - limits::list_edge > *beyond)
        ) {
            window.oldest = live[next];
            ++next;
        }
        windows.push_back(window);
    }
    return windows;
}

}  // namespace trainwatch::core
