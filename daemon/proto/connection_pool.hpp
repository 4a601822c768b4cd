// Which keep-alive connection to use, which to drop. Pure: `now` in, the next action out.
//
// One pool an origin. The shell (io/http_client) opens and closes what this says. Rules: the most
// recently used idle connection first; none idle for `idle_max`, none of the age `age_max`; a
// reused connection that dies before the first byte of an answer is replaced once, for free.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "base/ids.hpp"
#include "base/time.hpp"

namespace trainwatch::proto {

using connection_id = strong_id<struct connection_tag>;

struct connection_pool_limits {
    milliseconds idle_max{};
    milliseconds age_max{};
    std::size_t connections_max = 1;
};

class connection_pool {
public:
    explicit connection_pool(connection_pool_limits limits) : limits_(limits) {}

    struct lease {
        enum class kind { reuse, open, wait } what = kind::wait;
        connection_id connection{};  // for reuse and open
        bool operator==(const lease&) const = default;
    };

    // Connections to close now: idle or old for too long. Call before acquire.
    std::vector<connection_id> expire(mono_time now);
    // `wait`: all connections are busy; acquire again after the next release.
    lease acquire(mono_time now);
    // A reused connection was dead: it is forgotten, and a new one takes its place, to be opened.
    connection_id replace(connection_id dead, mono_time now);
    // The exchange ended well and the peer keeps the connection open.
    void release(connection_id connection, mono_time now);
    // A leased connection is closed or broken.
    void discard(connection_id connection);

    std::size_t open_connections() const { return entries_.size(); }

private:
    struct entry {
        connection_id connection{};
        mono_time opened{};
        mono_time last_used{};
        bool busy = false;
    };

    std::vector<entry>::iterator find_busy(connection_id connection);

    connection_pool_limits limits_;
    std::uint64_t next_ = 1;
    std::vector<entry> entries_{};
};

}  // namespace trainwatch::proto
