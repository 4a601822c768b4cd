// Everything that can happen to the engine. With core/action.hpp this is its whole contract.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/failure.hpp"
#include "base/ids.hpp"
#include "base/time.hpp"
#include "domain/alert.hpp"
#include "domain/credentials.hpp"
#include "domain/job_summary.hpp"
#include "domain/ledger.hpp"
#include "domain/observation.hpp"
#include "domain/watch_plan.hpp"

namespace trainwatch::core {

// What an earlier run knew. Before it comes nothing but news about credentials; restart takes the
// same path as life.
struct restored {
    domain::ledger ledger{};
    bool operator==(const restored&) const = default;
};

// The time that next_wakeup() named has come (or any other time: being woken early is harmless).
struct woke {
    bool operator==(const woke&) const = default;
};

// The answer to a `describe`, or why there is none. An answer to an unknown or abandoned poll is
// counted and dropped.
struct described {
    poll_id id{};
    result<domain::observation> answer;
    nanoseconds took{};
    // The server's clock minus ours, measured from the answer's Date header.
    std::optional<milliseconds> clock_offset{};
    bool operator==(const described&) const = default;
};

// The answer to a `list_jobs`, or why there is none.
struct listed {
    poll_id id{};
    result<domain::job_page> answer;
    nanoseconds took{};
    std::optional<milliseconds> clock_offset{};
    bool operator==(const listed&) const = default;
};

// The answer to a `read_tags`: the tags of one job, by key.
struct tags_read {
    poll_id id{};
    result<domain::label_map> answer;
    nanoseconds took{};
    std::optional<milliseconds> clock_offset{};
    bool operator==(const tags_read&) const = default;
};

// The store holds every batch up to this id; or it could not take the batch `up_to`.
struct committed {
    commit_id up_to{};
    std::optional<failure> error{};
    bool operator==(const committed&) const = default;
};

struct delivered {
    delivery_id id{};
    result<domain::receipt> answer;
    std::optional<milliseconds> clock_offset{};
    bool operator==(const delivered&) const = default;
};

// The answer to a `read_back`, one for one: whether each alert is there.
struct read_back_told {
    read_back_id id{};
    result<std::vector<bool>> held;
    std::optional<milliseconds> clock_offset{};
    bool operator==(const read_back_told&) const = default;
};

// A connection fetched its keys, or could not; or goes on with expired ones (is_extended).
struct credentials_told {
    std::string connection{};  // its name
    result<domain::credential_facts> news;
    bool operator==(const credentials_told&) const = default;
};

// A person has seen it: the alerts about this job's end are over. A name, which may be that of
// several jobs in several regions, or an ARN. Answered by `acknowledgement`.
struct acknowledged {
    std::string job{};
    bool operator==(const acknowledged&) const = default;
};

// SIGTERM: stop polling, drain deliveries and commits, then say `stop`. An answer that still comes
// is taken; a failure is no news any more.
struct stop_requested {
    bool operator==(const stop_requested&) const = default;
};

// Another configuration is in force from now on. Lanes and endpoints keep their numbers: those of
// the former plan come first and in its order, gone ones marked (watch_plan::succeed).
struct reconfigured {
    domain::watch_plan plan{};
    bool operator==(const reconfigured&) const = default;
};

using event = std::variant<
    restored,
    woke,
    described,
    listed,
    tags_read,
    committed,
    delivered,
    read_back_told,
    credentials_told,
    reconfigured,
    acknowledged,
    stop_requested>;

}  // namespace trainwatch::core
