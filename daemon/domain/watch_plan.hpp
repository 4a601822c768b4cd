// The configuration resolved into the things that the engine and the shell number:
// lanes (one a connection and region), targets (one a watched name), endpoints (one a URL).
#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/ids.hpp"
#include "domain/settings.hpp"

namespace trainwatch::domain {

struct lane {
    std::string connection{};
    std::string region{};
    budget_settings budget{};  // this process' part of it
    // Whether ListTrainingJobs is called here: some list discovers, or names more jobs than
    // describes alone can keep fresh.
    bool lists = false;
    pace_kind pace = pace_kind::budget;
    bool gone = false;  // of a former configuration: not used any more, its number is not reused

    bool operator==(const lane&) const = default;
};

// A name to watch. A job belongs to the first list that names it.
struct target {
    lane_id lane{};
    std::string name{};
    std::string watch_list{};

    bool operator==(const target&) const = default;
};

struct endpoint {
    std::string receiver{};
    receiver_kind kind = receiver_kind::alertmanager;
    std::string url{};
    bool gone = false;       // as a lane's
    bool heartbeat = false;  // its receiver wants TrainwatchdHeartbeat
    std::string found_by{};  // the "dns+…" that led to it; empty: it is configured itself
    bool can_tell = false;   // it can be asked what it holds

    bool operator==(const endpoint&) const = default;
};

// What the jobs of one list have in common.
struct list_traits {
    label_map labels{};  // the list's own; global.labels are not repeated here
    metric_groups metrics{};
    milliseconds staleness_bound{60'000};
    label_map labels_from_tags{};  // name of the label to key of the tag
    alert_choices alerts{};
    job_limits limits{};
    std::optional<milliseconds> completed_within{};
    std::vector<std::string> receivers{};  // names; empty: all
    // Other shards watch some of its places: a name that is nowhere here may be theirs.
    bool is_shared_out = false;

    bool operator==(const list_traits&) const = default;
};

// A list that discovers. Of several that match a job the first one has it; a name that some list
// gives explicitly is that list's whatever the filters say.
struct discovery_rule {
    std::string watch_list{};
    std::vector<lane_id> lanes{};  // ordered
    job_filter match{};
    job_filter exclude{};

    bool operator==(const discovery_rule&) const = default;
};

struct watch_plan {
    global_settings global{};
    std::vector<lane> lanes{};                   // index: lane_id
    std::vector<target> targets{};               // the explicit names
    std::vector<discovery_rule> discovery{};     // in the order of precedence
    std::vector<endpoint> endpoints{};           // index: endpoint_id
    std::map<std::string, list_traits> lists{};  // by name of the watch list
    // Names of lists that nobody can read: what fires of theirs is neither watched nor over.
    std::set<std::string> left_out{};
    // (connection, region) of other shards: what the ledger has of them is theirs.
    std::set<std::pair<std::string, std::string>> elsewhere{};
    price_map prices{};
    std::vector<failure_rule> failure_classes{};
    api_settings api{};
    std::string replica{};  // process_settings::replica
    unsigned replicas = 1;  // process_settings::replicas

    // Of a list that is not in the plan (tests, the ledger): nothing special.
    const list_traits& traits(const std::string& watch_list) const;
    // global.staleness_bound unless the list has its own.
    milliseconds staleness_bound(const std::string& watch_list) const;
    // The configured labels of an alert about a job of the list: global.labels, then the list's
    // own, which win.
    label_map alert_labels(const std::string& watch_list) const;

    bool operator==(const watch_plan&) const = default;
};

// `next` as it follows on `former` in a running engine: lanes and endpoints that both have keep
// their numbers, those that only the former has are `gone`, new ones come last.
watch_plan succeed(const watch_plan& former, watch_plan next);

// Whether this shard watches there. Every (connection, region) is exactly one shard's, for the same
// number of shards whatever else the configuration says.
bool is_ours(
    const process_settings& process, const std::string& connection, const std::string& region
);

// `config` is validated: names are unique and every reference resolves. Lanes of other shards are
// left out, and with them what would be watched there.
watch_plan make_watch_plan(const settings& config);

}  // namespace trainwatch::domain
