// When to look at a job again, by what is known of it: one pure function.
//
// A live job at half its staleness bound, earlier just after a known deadline, while it is
// being stopped and while its two statuses disagree. An ended one each bound while something of it
// goes on (rules, a warm pool, its deletion), for a grace period; then, like an unknown one,
// rarely: only deletion and re-use of its name can bring news. Whether the budget allows it is
// core/scheduler's.
#pragma once

#include <cstdint>

#include "base/time.hpp"
#include "domain/view.hpp"

namespace trainwatch::core {

enum class look_queue : std::uint8_t {
    unseen,  // never answered in this run
    live,
    calm,  // ended, missing, or not to be had
};

struct look {
    look_queue queue = look_queue::unseen;
    mono_time due{};
    bool late = false;  // past a deadline: looked at densely

    bool operator==(const look&) const = default;
};

struct look_facts {
    mono_time sent{};  // when the poll left that brought the latest answer
    instant now{};     // wall: AWS' time
    milliseconds staleness_bound{};
    milliseconds late_interval{};  // what the lane's budget allows for late jobs
    unsigned misses = 0;           // times in a row that AWS did not find the name
};

look next_look(const domain::job_view& job, const look_facts& facts);

}  // namespace trainwatch::core
