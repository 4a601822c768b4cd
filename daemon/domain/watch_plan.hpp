// The configuration resolved into the things that the engine and the shell number:
// lanes (one a connection and region), targets (one a watched name), endpoints (one a URL).
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/ids.hpp"
#include "domain/settings.hpp"

namespace trainwatch::domain {

struct lane {
    std::string connection{};
    std::string region{};
    budget_settings budget{};

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

    bool operator==(const endpoint&) const = default;
};

// What the jobs of one list have in common.
struct list_traits {
    label_map labels{};  // the list's own; global.labels are not repeated here
    metric_groups metrics{};

    bool operator==(const list_traits&) const = default;
};

struct watch_plan {
    global_settings global{};
    std::vector<lane> lanes{};                   // index: lane_id
    std::vector<target> targets{};               // index: the job's slot in the view
    std::vector<endpoint> endpoints{};           // index: endpoint_id
    std::map<std::string, list_traits> lists{};  // by name of the watch list
    price_map prices{};
    std::vector<failure_rule> failure_classes{};
    api_settings api{};

    // Of a list that is not in the plan (tests, the ledger): nothing special.
    const list_traits& traits(const std::string& watch_list) const;
    // The configured labels of an alert about a job of the list: global.labels, then the list's
    // own, which win.
    label_map alert_labels(const std::string& watch_list) const;

    bool operator==(const watch_plan&) const = default;
};

// `config` is validated: names are unique and every reference resolves.
watch_plan make_watch_plan(const settings& config);

}  // namespace trainwatch::domain
