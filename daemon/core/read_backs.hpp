// Whether an Alertmanager holds what it said 200 to: which alerts it is to be asked for, and when.
//
// One question under way an endpoint, of a few alerts each. One that cannot be asked is taken at
// its word, and asked again after an hour. Knows alerts by number only.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "base/failure.hpp"
#include "base/ids.hpp"
#include "base/time.hpp"
#include "core/alert_book.hpp"

namespace trainwatch::core {

struct question {
    read_back_id id{};
    endpoint_id endpoint{};
    std::vector<alert_number> alerts{};
    mono_time deadline{};

    bool operator==(const question&) const = default;
};

class read_backs {
public:
    // One more, with the next number. `can_tell`: there is something to ask.
    void add_endpoint(bool can_tell);
    void drop(endpoint_id endpoint);

    // Whether its 200 is enough.
    bool is_believed(endpoint_id endpoint, mono_time now) const;
    // It said 200 to this alert.
    void add(endpoint_id endpoint, alert_number alert, mono_time now);

    // Who is to be asked now; call until there is none.
    std::optional<question> next(mono_time now);
    // The question that this answers; nothing when it is unknown or was given up.
    std::optional<question> take_answered(read_back_id id);
    // One whose answer will not come any more; call until there is none.
    std::optional<question> take_overdue(mono_time now);

    // Nobody wants to know any more: it was not asked.
    void forget(const question& unasked) { at(unasked.endpoint).due = {}; }
    // Each other question that was taken is followed by exactly one of these:
    enum class change { none, believed, asked_again };
    change answered(const question& done, mono_time now);
    // `believed`: from now on, and none of its alerts is asked for any more.
    change failed(const question& lost, const failure& why, mono_time now);

    std::optional<mono_time> next_wakeup() const;

private:
    struct endpoint_state {
        bool can_tell = false;
        std::set<alert_number> waiting{};
        mono_time due{};
        std::optional<read_back_id> asked{};
        unsigned failures = 0;  // in a row
        std::optional<mono_time> believed_until{};
    };
    endpoint_state& at(endpoint_id endpoint) { return endpoints_[endpoint.value]; }

    std::vector<endpoint_state> endpoints_{};
    std::map<read_back_id, question> under_way_{};
    std::uint64_t last_id_ = 0;
};

}  // namespace trainwatch::core
