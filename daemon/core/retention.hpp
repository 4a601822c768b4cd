// Rows of the ledger that nothing in the engine stands for any more, by the time when what they are
// about was over: the oldest are the first to be forgotten. Knows keys and times, no row.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "base/time.hpp"

namespace trainwatch::core {

template <class Key>
class retention {
public:
    retention() = default;
    // The order refers to the keys.
    retention(const retention&) = delete;
    retention& operator=(const retention&) = delete;

    // The latest time counts.
    void put(const Key& key, wall_time over) {
        remove(key);
        const auto at = over_.emplace(key, over).first;
        order_.insert(place{over, &at->first});
    }
    // Something stands for it again, or the row is gone.
    void remove(const Key& key) {
        const auto at = over_.find(key);
        if (at == over_.end()) return;
        order_.erase(place{at->second, &at->first});
        over_.erase(at);
    }

    std::size_t size() const { return over_.size(); }
    bool contains(const Key& key) const { return over_.contains(key); }
    const std::map<Key, wall_time>& all() const { return over_; }

    // The oldest for which `may_go` holds; with its time.
    template <class MayGo>
    std::optional<std::pair<Key, wall_time>> oldest(wall_time before, const MayGo& may_go) const {
        for (const auto& each : order_) {
            if (each.over >= before) break;
            if (may_go(*each.key)) return std::pair(*each.key, each.over);
        }
        return std::nullopt;
    }

private:
    struct place {
        wall_time over{};
        const Key* key = nullptr;
        // By what the key says, not by where it lies: the same run, the same order.
        bool operator<(const place& other) const {
            return over != other.over ? over < other.over : *key < *other.key;
        }
    };

    std::map<Key, wall_time> over_{};
    std::set<place> order_{};
};

}  // namespace trainwatch::core
