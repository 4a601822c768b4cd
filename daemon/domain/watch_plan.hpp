// The configuration resolved into the things that the engine and the shell number:
// lanes (one a connection and region), targets (one a watched name), endpoints (one a URL).
#pragma once

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

struct watch_plan {
    global_settings global{};
    std::vector<lane> lanes{};          // index: lane_id
    std::vector<target> targets{};      // index: the job's slot in the view
    std::vector<endpoint> endpoints{};  // index: endpoint_id

    bool operator==(const watch_plan&) const = default;
};

// `config` is validated: names are unique and every reference resolves.
watch_plan make_watch_plan(const settings& config);

}  // namespace trainwatch::domain
