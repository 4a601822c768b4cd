#include "proto/connection_pool.hpp"

#include <algorithm>

#include "base/check.hpp"

namespace trainwatch::proto {

std::vector<connection_id> connection_pool::expire(mono_time now) {
    std::vector<connection_id> gone;
    std::erase_if(entries_, [&](const entry& one) {
        const bool too_old =
            now - one.last_used >= limits_.idle_max || now - one.opened >= limits_.age_max;
        if (one.busy || !too_old) return false;
        gone.push_back(one.connection);
        return true;
    });
    return gone;
}

connection_pool::lease connection_pool::acquire(mono_time now) {
    entry* best = nullptr;
    for (entry& one : entries_) {
        if (!one.busy && (best == nullptr || one.last_used >= best->last_used)) best = &one;
    }
    if (best != nullptr) {
        best->busy = true;
        return {lease::kind::reuse, best->connection};
    }
    if (entries_.size() >= limits_.connections_max) return {lease::kind::wait};
    entries_.push_back({connection_id{next_++}, now, now, true});
    return {lease::kind::open, entries_.back().connection};
}

connection_id connection_pool::replace(connection_id dead, mono_time now) {
    *find_busy(dead) = {connection_id{next_++}, now, now, true};
    return connection_id{next_ - 1};
}

void connection_pool::release(connection_id connection, mono_time now) {
    const auto found = find_busy(connection);
    found->busy = false;
    found->last_used = now;
}

void connection_pool::discard(connection_id connection) {
    entries_.erase(find_busy(connection));
}

std::vector<connection_pool::entry>::iterator connection_pool::find_busy(connection_id connection) {
    const auto found = std::find_if(entries_.begin(), entries_.end(), [&](const entry& one) {
        return one.connection == connection;
    });
    CHECK(found != entries_.end() && found->busy);
    return found;
}

}  // namespace trainwatch::proto
