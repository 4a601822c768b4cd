// Who is described when, and which other calls may leave: within the budgets of each lane, one
// describe in flight a job, most urgent first.
//
// A lane is a (connection, region); each operation has a budget of its own there, its pace is
// core/send_rate's. AWS' quotas are those of an account and region: lanes that turn out to share
// them keep their own paces, and for each operation that of the largest of their budgets together.
//
// Waiting jobs stand in queues by time: a step costs the same however many there are. Those that a
// list page saw end go first, to learn why, by turns with those that have ended and of which only a
// describe tells whose they are; of many ends in a row one send in four goes to whoever else waits.
// Of the sends to those others, one in limits::late_share goes to a job past a limit. Jobs whose
// bound describes keep while pages do not come are few, and next (core/steering). What changed,
// what was never seen, what was just created and may be somebody's, and what is looked at regularly
// take turns; ended and calm ones, and what ran before we came and may be somebody's, get what is
// left and one of those sends in limits::calm_share, so that nobody starves. Within a queue the
// longest due goes first: with a short budget that is the one unobserved for longest.
//
// Knows monotonic time only, so a step of the wall clock moves no poll. Knows nothing of what an
// answer said: the engine places each job anew after its answer (core/look) or its failure (here).
// scheduler.cpp: jobs and describes. scheduler_lanes.cpp: paces, quotas and health of lanes.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/failure.hpp"
#include "base/ids.hpp"
#include "base/random.hpp"
#include "base/time.hpp"
#include "core/due_queue.hpp"
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
    // The plan's lanes; its targets are add()ed one by one.
    scheduler(const domain::watch_plan& plan, std::uint64_t seed);

    // Lanes begin at random moments within their interval.
    void start(mono_time now);
    // Lanes keep their numbers, new ones come last; what is `gone` sends nothing any more. What
    // was learned of a quota is kept in proportion to the budget.
    void reconfigure(const domain::watch_plan& plan, mono_time now);

    // The engine numbers the slots. A removed slot may be added again for another job.
    void add(std::size_t slot, lane_id lane, const look& first);
    // Not while it is in flight.
    void remove(std::size_t slot);
    // A describe of it, or its tags, has not been answered nor given up.
    bool is_in_flight(std::size_t slot) const;
    bool is_being_described(std::size_t slot) const;
    // A slot that waits is moved; for one that is being described this says nothing, its place()
    // follows. After failures its time stays: a backoff is neither cut short nor forgotten.
    void want(std::size_t slot, const look& next);

    // A call that is not a describe: paced, counted as in flight, and answered like a describe.
    // Nothing when its operation may not be called now.
    std::optional<poll> start_call(
        aws_operation operation, lane_id lane, std::size_t slot, mono_time now
    );
    // When start_call() will allow it; in a lane that is gone, never.
    mono_time next_call(aws_operation operation, lane_id lane) const;

    // From when on the lane's own pace allows the next call, whatever others of its quota do: the
    // earlier, the longer it has waited.
    mono_time ready_since(aws_operation operation, lane_id lane) const;

    // The next describe that may leave now; call until there is none.
    std::optional<poll> next_poll(mono_time now);

    // The poll that this answers; nothing when it is unknown or was given up.
    std::optional<poll> take_answered(poll_id id);
    // A poll whose answer will not come any more; call until there is none.
    std::optional<poll> take_overdue(mono_time now);

    // Each describe that was taken is followed by exactly one of these, or its slot is removed:
    void place(const poll& done, const look& next);
    void retry_with_backoff(const poll& failed, mono_time now);
    void retry_in_place(const poll& failed);
    void retry_slowly(const poll& denied, mono_time now);

    // What an answer means for its operation in its lane. A refused list call says nothing about
    // describes.
    lane_change lane_answered(const poll& answered);
    // `is_whole`: what failed is known to be the lane's, and no single job's.
    lane_change lane_failed(
        const poll& failed, mono_time now, error_class why, bool is_whole = false
    );
    void lane_throttled(const poll& refused, mono_time now, std::optional<milliseconds> wait);
    // Whose quota the lane uses; it may change when the connection gets other keys.
    void account_known(lane_id lane, const std::string& account_id);
    // The connection has new keys: what was refused is tried again at the usual pace.
    void keys_renewed(lane_id lane, mono_time now);
    // AWS did not answer, or refused, so often in a row that the lane counts as down.
    bool is_down(lane_id lane, aws_operation operation = aws_operation::describe) const;
    // It is down because AWS refuses us.
    bool is_refused(lane_id lane, aws_operation operation = aws_operation::describe) const;
    // It is down, and the first pass gains nothing by waiting: it refuses us, or is silent for
    // long.
    bool is_given_up(lane_id lane, mono_time now, aws_operation operation = aws_operation::describe)
        const;

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
    // When the next job of the lane is due to be described; nothing while nobody waits.
    std::optional<mono_time> next_due(lane_id lane) const { return first_due(lanes_[lane.value]); }
    // When next_poll() will have something; nothing while nobody waits.
    std::optional<mono_time> next_send() const;
    // When take_overdue() will have something.
    std::optional<mono_time> next_overdue() const;

private:
    // The queues of a lane.
    enum class shelf : std::uint8_t {
        ended,
        late,
        undecided_end,
        promised,
        changed,
        unseen,
        undecided,
        live,
        calm,
        undecided_old
    };
    static constexpr std::size_t shelves = 10;
    static constexpr std::size_t operations = domain::aws_operations.size();

    enum class job_place : std::uint8_t { vacant, waiting, described, taken };

    // Sixteen bytes: an event touches one of a hundred thousand.
    struct job_state {
        std::uint32_t lane = 0;
        unsigned failures = 0;
        std::uint16_t tag_calls = 0;  // in flight
        job_place place = job_place::vacant;
        shelf on = shelf::unseen;  // while it waits
        look_queue queue = look_queue::unseen;
        bool late = false;
        bool refused = false;  // the last poll was; it waits for keys or permissions
    };
    // One operation in one lane.
    struct operation_state {
        explicit operation_state(const send_rate& pace) : rate(pace) {}

        send_rate rate;
        unsigned failures = 0;      // in a row, of any job
        mono_time failing_since{};  // the first of them
        std::optional<error_class> down{};
    };
    struct lane_state {
        std::array<operation_state, operations> calls;
        std::string region{};
        bool lists = false;
        bool gone = false;
        std::string account_id{};
        std::optional<std::size_t> pool{};
        std::size_t targets = 0;
        std::array<due_queue, shelves> waiting{};
        std::uint64_t sends_to_others = 0;      // of describes, to those that have not just ended
        shelf last_turn = shelf::live;          // of those that take turns
        shelf last_end = shelf::undecided_end;  // of the two for what has ended
        unsigned ends_in_a_row = 0;             // sends to those two
        std::size_t late = 0;
    };
    // Of two lanes or more that share an account and region.
    struct quota_pool {
        std::array<send_rate, operations> rates;
    };

    static lane_state make_lane(const domain::lane& planned);
    static std::size_t index(aws_operation operation) {
        return static_cast<std::size_t>(operation);
    }
    static shelf shelf_of(const job_state& job);
    operation_state& calls(const poll& made) {
        return lanes_[made.lane.value].calls[index(made.operation)];
    }

    // ---- scheduler.cpp -------------------------------------------------------------------------
    void enqueue(const poll& done, const look& next);
    void set_look(job_state& job, const look& next);
    void put_in_line(std::size_t slot, mono_time due);
    void take_from_line(std::size_t slot);
    due_queue& line_of(const job_state& job);
    static std::optional<shelf> choose(const lane_state& lane, mono_time now);
    static std::optional<shelf> choose_others(const lane_state& lane, mono_time now);
    static shelf longest_due(const lane_state& lane, shelf usual, shelf other);
    // The lane whose turn it is, and what of it.
    std::optional<std::pair<std::size_t, shelf>> choose_lane(mono_time now) const;
    poll start_poll(aws_operation operation, lane_id lane, std::size_t slot, mono_time now);
    static std::optional<mono_time> first_due(const lane_state& lane);

    // ---- scheduler_lanes.cpp -------------------------------------------------------------------
    mono_time next_send_of(const lane_state& lane, aws_operation operation) const;
    void start_lane(lane_state& lane, mono_time now);
    void make_pools();
    void slow_down(operation_state& calls, mono_time now);
    unsigned patience(const poll& failed, error_class why) const;

    std::vector<lane_state> lanes_{};
    std::vector<quota_pool> pools_{};
    std::vector<job_state> jobs_{};
    heap_places places_{};
    std::map<poll_id, poll> in_flight_{};  // ids rise with time: the first is the oldest
    std::uint64_t last_id_ = 0;
    bool started_ = false;
    random_source random_;
};

}  // namespace trainwatch::core
