// Who is to be told again when: one queue an endpoint, one delivery in flight each.
//
// A slow or failing endpoint waits by itself and never delays another. A batch that is rejected as
// a whole is halved until the alert that the receiver will not have stands alone; from then on it
// travels alone. Knows alerts by number only; what to say about them is core/dispatch's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "base/ids.hpp"
#include "base/random.hpp"
#include "base/time.hpp"
#include "core/alert_book.hpp"

namespace trainwatch::core {

// What one endpoint is known to know of one alert.
struct told {
    bool attempted = false;
    std::optional<wall_time> first_confirmed{};
    std::optional<wall_time> last_confirmed{};
    std::optional<wall_time> accepted{};  // a 200 that is still to be confirmed
    bool was_dropped = false;             // in spite of a 200, and that was said
    int ends_taken = 0;                   // so often it said 200 to the end
    bool has_row = false;                 // the ledger tells of it

    bool operator==(const told&) const = default;
};

// One delivery: the alerts it carries, and of which it says that they are over.
struct parcel {
    delivery_id id{};
    endpoint_id endpoint{};
    std::vector<alert_number> alerts{};
    std::set<alert_number> over{};
    std::set<alert_number> first_tries{};  // of these the endpoint had not been told before
    mono_time sent{};
    mono_time deadline{};
    wall_time firing_until{};  // the end that its firing alerts were given

    bool operator==(const parcel&) const = default;
};

class outbox {
public:
    outbox(std::size_t endpoints, std::uint64_t seed);

    // One more, with the next number.
    void add_endpoint() { endpoints_.emplace_back(); }
    // Nobody is told there any more. What is in flight may still be answered, and says nothing.
    std::vector<alert_number> drop(endpoint_id endpoint);
    // This alert is to be thought of now, if the endpoint has it and it is not in flight.
    void hasten(endpoint_id endpoint, alert_number alert, mono_time now);

    void add(endpoint_id endpoint, alert_number alert, mono_time due, const told& known = {});
    void remove(endpoint_id endpoint, alert_number alert);
    // When to think of this alert again; it is not in flight.
    void set_due(endpoint_id endpoint, alert_number alert, mono_time due);
    told& known(endpoint_id endpoint, alert_number alert);

    // Takes the alerts that this endpoint should be thought of for now, at most a batch; empty
    // when there are none, it is busy, or it is to be left alone. Each one taken must then be
    // sent, removed, or given a new due time.
    std::vector<alert_number> take_due(endpoint_id endpoint, mono_time now);
    parcel send(
        endpoint_id endpoint,
        std::vector<alert_number> alerts,
        std::set<alert_number> over,
        mono_time now,
        wall_time firing_until = {}
    );

    // The delivery that this answers; nothing when it is unknown or was given up.
    std::optional<parcel> take_answered(delivery_id id);
    // A delivery whose answer will not come any more; call until there is none.
    std::optional<parcel> take_overdue(mono_time now);
    // Nothing of it has left: who has not been told before has not been told now. Before failed().
    void never_left(const parcel& lost);

    // Each parcel that was taken is followed by exactly one of these:
    enum class health { steady, changed };
    health accepted(const parcel& done);  // its alerts need new due times
    health failed(const parcel& lost, mono_time now, std::optional<milliseconds> wait);
    // True when the one alert in it is the reason; else the parcel is divided and tried again.
    bool rejected(const parcel& refused, mono_time now);

    std::size_t in_flight() const { return in_flight_.size(); }
    // Whether this alert always travels alone, because the endpoint refused it.
    bool is_alone(endpoint_id endpoint, alert_number alert) const;
    // Whether this endpoint has it, waiting or under way.
    bool has(endpoint_id endpoint, alert_number alert) const {
        return endpoints_[endpoint.value].items.contains(alert);
    }
    // Whether any endpoint still has this alert.
    bool holds(alert_number alert) const;
    // Whether it waits for this one, and is in no delivery.
    bool waits(endpoint_id endpoint, alert_number alert) const;
    // What the ledger tells of, by endpoint and alert.
    std::vector<std::pair<endpoint_id, alert_number>> with_rows() const;
    // Whether an alert waits for an endpoint that never took it.
    bool has_untaken() const;
    std::optional<mono_time> next_wakeup() const;

private:
    struct item {
        told known{};
        mono_time due{};
        bool queued = false;
        bool alone = false;
    };
    // A part of a rejected batch. If the first half is taken, the culprit is in the second.
    struct group {
        std::vector<alert_number> alerts{};
        bool decides_next = false;
        bool suspect = false;
    };
    struct endpoint_state {
        std::map<alert_number, item> items{};
        std::set<std::pair<mono_time, alert_number>> queue{};
        std::deque<group> groups{};
        std::optional<group> trying{};
        bool busy = false;
        unsigned failures = 0;
        mono_time not_before{};
    };

    static std::vector<alert_number> take_group(endpoint_state& endpoint);
    static std::vector<alert_number> take_batch(endpoint_state& endpoint, mono_time now);
    static void divide(endpoint_state& endpoint, const std::vector<alert_number>& refused);
    static void enqueue(endpoint_state& endpoint, alert_number alert, mono_time due);
    endpoint_state& at(endpoint_id endpoint) { return endpoints_[endpoint.value]; }

    std::vector<endpoint_state> endpoints_;
    std::map<delivery_id, parcel> in_flight_{};
    std::uint64_t last_id_ = 0;
    random_source random_;
};

}  // namespace trainwatch::core
