// Everything that the engine can ask of the shell. The shell performs and answers with events.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/ids.hpp"
#include "base/time.hpp"
#include "domain/alert.hpp"
#include "domain/job_summary.hpp"
#include "domain/ledger.hpp"

namespace trainwatch::core {

// One attempt to describe one job (plus the free reconnect of a dead keep-alive connection).
// Answer: `described{id}` by `deadline`; the engine decides about retries.
struct describe {
    poll_id id{};
    lane_id lane{};
    std::string name{};
    mono_time deadline{};
    std::size_t slot = 0;  // the target's
    bool operator==(const describe&) const = default;
};

// One page of ListTrainingJobs. Answer: `listed{id}` by `deadline`.
struct list_jobs {
    poll_id id{};
    lane_id lane{};
    domain::list_query query{};
    mono_time deadline{};
    bool operator==(const list_jobs&) const = default;
};

// ListTags of one job. Answer: `tags_read{id}` by `deadline`.
struct read_tags {
    poll_id id{};
    lane_id lane{};
    std::string arn{};
    mono_time deadline{};
    bool operator==(const read_tags&) const = default;
};

// Make the batch durable. Answer: `committed`. Ids rise by one; batches commit in order.
struct commit {
    commit_id id{};
    domain::ledger_batch batch{};
    bool operator==(const commit&) const = default;
};

// Hand the alerts to one receiver endpoint. Answer: `delivered{id}`. One in flight an endpoint.
struct deliver {
    delivery_id id{};
    endpoint_id endpoint{};
    std::vector<domain::alert_message> alerts{};
    mono_time deadline{};
    bool operator==(const deliver&) const = default;
};

// Ask an Alertmanager whether it holds these alerts, by their labels; one without labels it does
// not. Answer: `read_back_told{id}` by `deadline`. One in flight an endpoint.
struct read_back {
    read_back_id id{};
    endpoint_id endpoint{};
    std::vector<domain::label_map> alerts{};
    mono_time deadline{};
    bool operator==(const read_back&) const = default;
};

enum class note_level { debug, info, warning, error };

// A log line. `name` is stable, and marks the line of production code that a test reached.
struct note {
    note_level level = note_level::info;
    std::string name{};
    std::vector<std::pair<std::string, std::string>> fields{};
    bool operator==(const note&) const = default;
};

// The answer to an `acknowledged`: what it came to. Nothing is to be performed but to tell whoever
// asked. It comes once a restart would know of it, or cannot: in the order in which was asked.
struct acknowledgement {
    std::string job{};                 // as it was asked for; empty: it came after the end
    bool known = false;                // of the job anything is known at all
    std::vector<std::string> ended{};  // the alerts that ended, by identity; none fired: empty
    bool kept = false;                 // in the ledger; else these would fire again after a restart
    bool operator==(const acknowledgement&) const = default;
};

// The last action: everything is drained (or the drain deadline passed).
struct stop {
    bool operator==(const stop&) const = default;
};

using action = std::variant<
    describe,
    list_jobs,
    read_tags,
    commit,
    deliver,
    read_back,
    note,
    acknowledgement,
    stop>;
using actions = std::vector<action>;

}  // namespace trainwatch::core
