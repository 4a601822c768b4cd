// Who is polled when: within the budget of each lane, one poll in flight a job, most urgent first.
//
// A lane is a (connection, region) and has a budget; its pace is core/send_rate's. AWS' quota is
// that of an account and region: lanes that turn out to share it keep their own paces, and that of
// the largest of their budgets together. Idle jobs wait in ordered sets: a step costs O(log jobs).
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
#include <string>
#include <utility>
#include <vector>

#include "base/failure.hpp"
#include "base/ids.hpp"
#include "base/random.hpp"
#include "base/time.hpp"
#include "core/look.hpp"
#include "core/send_rate.hpp"
#include "domain/watch_plan.hpp"

namespace trainwatch::core {

// One call to AWS in flight.
struct poll {
    poll_id id{};
    aws_operation operation = aws_operation::describe;
    lane_id lane{};
    std::size_t slot = 0;  // of a describe, and of a job whose tags are read
    mono_time sent{};
    mono_time deadline{};
    look wanted{};  // of a describe: the place in the queue that it left

    bool operator==(const poll&) const = default;
};

enum class lane_change { none, went_down, came_up };

class scheduler {
public:
    scheduler(const domain::watch_plan& plan, std::uint64_t seed);

    // Lanes begin at random moments within their interval.
    void start(mono_time now);
    // Lanes keep their numbers, new ones come last; what is `gone` sends nothing any more.
    void reconfigure(const domain::watch_plan& plan, mono_time now);

    // The engine numbers the slots. A removed slot may be added again for another job.
    void add(std::size_t slot, lane_id lane, const look& first);
    // Not while it is in flight.
    void remove(std::size_t slot);
    bool is_in_flight(std::size_t slot) const;
    // A slot that waits is moved; for one in flight this says nothing, its place() follows.
    void want(std::size_t slot, const look& next);

    // A call that is not a describe: paced, counted as in flight, and answered like a describe.
    // Nothing when its operation may not be called now.
    std::optional<poll> start_call(
        aws_operation operation, lane_id lane, std::size_t slot, mono_time now
    );
    // When start_call() will allow it.
    mono_time next_call(aws_operation operation, lane_id lane) const;

    // The next describe that may leave now; call until there is none.
    std::optional<poll> next_poll(mono_time now);

    // The poll that this answers; nothing when it is unknown or was given up.
    std::optional<poll> take_answered(poll_id id);
    // A poll whose answer will not come any more; call until there is none.
    std::optional<poll> take_overdue(mono_time now);

    // Each describe that was taken is followed by exactly one of these:
    void place(const poll& done, const look& next);
    void retry_with_backoff(const poll& failed, mono_time now);
    void retry_in_place(const poll& failed);
    void retry_slowly(const poll& denied, mono_time now);

    // What an answer means for its lane.
    lane_change lane_answered(const poll& answered);
    lane_change lane_failed(const poll& failed, mono_time now, error_class why);
    void lane_throttled(const poll& refused, mono_time now, std::optional<milliseconds> wait);
    // Whose quota the lane uses; it may change when the connection gets other keys.
    void account_known(lane_id lane, const std::string& account_id);
    // The connection has new keys: what was refused is tried again at the usual pace.
    void keys_renewed(lane_id lane, mono_time now);
    // AWS did not answer, or refused, so often in a row that the lane counts as down.
    bool is_down(lane_id lane) const { return lanes_[lane.value].down.has_value(); }
    // It is down, and the first pass gains nothing by waiting: it refuses us, or is silent for
    // long.
    bool is_given_up(lane_id lane, mono_time now) const;

    // How many polls of this job failed in a row.
    unsigned failures(std::size_t slot) const { return jobs_[slot].failures; }
    // The shortest interval for late jobs that leaves them their share of the budget.
    milliseconds late_interval(lane_id lane, milliseconds staleness_bound, mono_time now) const;
    // Calls a second that the lane may send now: its budget, or less after throttling.
    double rate(aws_operation operation, lane_id lane, mono_time now) const;
    // Of these, those that were not sent lately; and what others in the account seem to send.
    double headroom(aws_operation operation, lane_id lane, mono_time now) const;
    double others(aws_operation operation, lane_id lane, mono_time now) const;
    // Jobs that wait in the queue `changed` or `ended`.
    std::size_t backlog(lane_id lane) const;

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
        bool refused = false;  // the last poll was; it waits for keys or permissions
    };
    // Of two lanes or more that share an account and region.
    struct quota_pool {
        send_rate rate;
    };
    struct lane_state {
        send_rate rate;
        std::string region{};
        std::string account_id{};
        std::optional<std::size_t> pool{};
        std::size_t targets = 0;
        due_set unseen{};
        due_set live{};
        due_set calm{};
        std::uint64_t sends = 0;
        unsigned failures = 0;      // in a row, of any job
        mono_time failing_since{};  // the first of them
        std::optional<error_class> down{};
        std::size_t late = 0;
    };

    due_set& queue(lane_state& lane, look_queue which);
    due_set* choose(lane_state& lane, mono_time now);
    // The lane whose turn it is, and its queue.
    std::pair<std::size_t, due_set*> choose_lane(mono_time now);
    mono_time next_send_of(const lane_state& lane) const;
    void make_pools();
    void enqueue(const poll& done, const look& next);
    void slow_down(lane_state& lane, mono_time now);
    static std::optional<mono_time> first_due(const lane_state& lane);

    std::vector<lane_state> lanes_{};
    std::vector<quota_pool> pools_{};
    std::vector<job_state> jobs_{};
    std::vector<lane_id> lane_of_{};
    std::map<poll_id, poll> in_flight_{};  // ids rise with time: the first is the oldest
    std::uint64_t last_id_ = 0;
    random_source random_;
};

}  // namespace trainwatch::core
