// When a job that is over leaves /metrics: a fixed time after we learned of its end.
//
// A scraper must have had its chance to see the end, so the time counts from our observation, not
// from AWS' end. What remains of the job is the counters, the ledger and the API. Knows slots and
// monotonic time only.
#pragma once

#include <cstddef>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "base/time.hpp"

namespace trainwatch::core {

class retirement {
public:
    // The job is over; the first call counts.
    void plan(std::size_t slot, mono_time due);
    // It is not over after all, or a newer job has its name.
    void cancel(std::size_t slot);

    // The next job whose time has come; call until there is none.
    std::optional<std::size_t> take_due(mono_time now);
    std::optional<mono_time> next_wakeup() const;

private:
    // `done`: it has left, and is not planned again.
    struct slot_state {
        std::optional<mono_time> due{};
        bool done = false;
    };
    slot_state& at(std::size_t slot);

    std::vector<slot_state> due_{};
    std::set<std::pair<mono_time, std::size_t>> queue_{};
};

}  // namespace trainwatch::core
