// In which order and when the addresses of a host are tried, side by side. Pure: `now` in, the
// next action out.
//
// Source: RFC 8305 (happy eyeballs): the families take turns, beginning with that of the first
// address; the next attempt begins 250 ms after the last one, or as soon as one has failed; those
// under way go on. Where less time is left each address gets an even share of it. Knows no address
// and no socket: the shell connects, reports failures, and stops asking once one has succeeded.
#pragma once

#include <cstddef>
#include <vector>

#include "base/time.hpp"

namespace trainwatch::proto {

enum class address_family { v4, v6 };

class address_race {
public:
    // Of addresses in the resolver's order; those beyond limits::addresses_tried_max are not tried.
    address_race(const std::vector<address_family>& addresses, mono_time until);

    struct action {
        enum class kind { begin, wait, lost } what = kind::lost;
        std::size_t address = 0;  // to begin with; an index into what was given
        mono_time until{};        // to wait for, unless an attempt ends earlier
        bool operator==(const action&) const = default;
    };

    // Ask again after each `begin`, and whenever a wait is over or an attempt has failed. `lost`:
    // nothing is left to try, or the time is up.
    action next(mono_time now);
    // An attempt that has begun came to nothing.
    void failed();

private:
    nanoseconds delay(mono_time now) const;

    std::vector<std::size_t> order_{};
    mono_time until_;
    mono_time next_begin_ = mono_time::min();
    std::size_t begun_ = 0;
    std::size_t failed_ = 0;
};

}  // namespace trainwatch::proto
