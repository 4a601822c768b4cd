// Who is polled when: within the budget of each lane, one poll in flight a job, most urgent first.
//
// A lane is a (connection, region), the unit of AWS' quota. Its bucket holds one token: polls are
// paced, never sent in a burst. Idle jobs wait in ordered sets, so a step costs O(log jobs).
// Three queues a lane: unseen and live jobs take turns, ended ones get what is left and at least
// one send in limits::calm_share. Within a queue the longest due goes first: with a short budget
// that is the one unobserved for longest.
//
// Knows monotonic time only, so a step of the wall clock moves no poll. Knows nothing of what an
// answer said: the engine places each job anew after its answer (core/look) or its failure (here).
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "base/failure.hpp"
#include "base/ids.hpp"
#include "base/random.hpp"
#include "base/time.hpp"
#include "core/look.hpp"
#include "domain/watch_plan.hpp"

namespace trainwatch::core {

struct poll {
    poll_id id{};
    lane_id lane{};
    std::size_t slot = 0;
    mono_time sent{};
    mono_time deadline{};
    look wanted{};  // the place in the queue that it left

    bool operator==(const poll&) const = default;
};

enum class lane_change { none, went_down, came_up };

class scheduler {
public:
    scheduler(const domain::watch_plan& plan, std::uint64_t seed);

    // All targets become due; lanes begin at random moments within their interval.
    void start(mono_time now);

    // The next poll that may leave now; call until there is none.
    std::optional<poll> next_poll(mono_time now);

    // The poll that this answers; nothing when it is unknown or was given up.
    std::optional<poll> take_answered(poll_id id);
    // A poll whose answer will not come any more; call until there is none.
    std::optional<poll> take_overdue(mono_time now);

    // Each poll that was taken is followed by exactly one of these:
    void place(const poll& done, const look& next);
    void retry_with_backoff(const poll& failed, mono_time now);
    void retry_in_place(const poll& failed);
    void retry_slowly(const poll& denied, mono_time now);

    // What an answer means for its lane.
    lane_change lane_answered(const poll& answered, mono_time now);
    lane_change lane_failed(const poll& failed, mono_time now, error_class why);
    void lane_throttled(const poll& refused, mono_time now, std::optional<milliseconds> wait);
    // AWS did not answer, or refused, so often in a row that the lane counts as down.
    bool is_down(lane_id lane) const { return lanes_[lane.value].down.has_value(); }
    // It is down, and the first pass gains nothing by waiting: it refuses us, or is silent for
    // long.
    bool is_given_up(lane_id lane, mono_time now) const;

    // How many polls of this job failed in a row.
    unsigned failures(std::size_t slot) const { return jobs_[slot].failures; }
    // The shortest interval for late jobs that leaves them their share of the budget.
    milliseconds late_interval(lane_id lane, milliseconds staleness_bound) const;

    std::size_t in_flight() const { return in_flight_.size(); }
    // When next_poll() will have something; nothing while nobody waits.
    std::optional<mono_time> next_send() const;
    // When take_overdue() will have something.
    std::optional<mono_time> next_overdue() const;

private:
    using due_set = std::set<std::pair<mono_time, std::size_t>>;

    struct job_state {
        unsigned failures = 0;
        bool late = false;
    };
    struct lane_state {
        double rate = 1;
        nanoseconds interval{};
        std::size_t targets = 0;
        due_set unseen{};
        due_set live{};
        due_set calm{};
        std::uint64_t sends = 0;
        mono_time last_sent = mono_time::min();
        mono_time next_send{};
        mono_time paused_until{};
        mono_time throttled_at = mono_time::min();
        unsigned throttles = 0;
        unsigned failures = 0;      // in a row, of any job
        mono_time failing_since{};  // the first of them
        std::optional<error_class> down{};
        std::size_t late = 0;
    };

    due_set& queue(lane_state& lane, look_queue which);
    due_set* choose(lane_state& lane, mono_time now);
    void enqueue(const poll& done, const look& next);
    void slow_down(lane_state& lane, mono_time now);
    static std::optional<mono_time> first_due(const lane_state& lane);

    std::vector<lane_state> lanes_{};
    std::vector<job_state> jobs_{};
    std::vector<lane_id> lane_of_{};
    std::map<poll_id, poll> in_flight_{};  // ids rise with time: the first is the oldest
    std::uint64_t last_id_ = 0;
    random_source random_;
};

}  // namespace trainwatch::core
