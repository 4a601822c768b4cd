#include "domain/watch_plan.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "base/check.hpp"

namespace trainwatch::domain {
namespace {

// What a list asks of a connection: its own regions, else all of the connection's.
std::vector<std::string> regions_of(
    const watch_list_settings& list, const connection_settings& connection
) {
    return list.regions.empty() ? connection.regions : list.regions;
}

bool uses(const watch_list_settings& list, const connection_settings& connection) {
    return list.connections.empty() ||
        std::find(list.connections.begin(), list.connections.end(), connection.name) !=
        list.connections.end();
}

class plan_builder {
public:
    explicit plan_builder(const settings& config) : config_(config) {}

    watch_plan build() {
        plan_.global = config_.global;
        plan_.prices = config_.prices;
        plan_.failure_classes = config_.failure_classes;
        plan_.api = config_.api;
        for (const auto& list : config_.watch_lists) {
            plan_.lists[list.name] = {list.labels, list.metrics};
            for (const auto& connection : config_.connections) {
                if (uses(list, connection)) add_list(list, connection);
            }
        }
        for (const auto& receiver : config_.receivers) {
            for (const auto& url : receiver.urls) {
                plan_.endpoints.push_back({receiver.name, receiver.kind, url});
            }
        }
        return std::move(plan_);
    }

private:
    void add_list(const watch_list_settings& list, const connection_settings& connection) {
        for (const auto& region : regions_of(list, connection)) {
            const lane_id lane = lane_of(connection, region);
            for (const auto& job : list.jobs) {
                // The first list that names a job has it.
                if (!claimed_.emplace(lane.value, job).second) continue;
                plan_.targets.push_back({lane, job, list.name});
            }
        }
    }

    lane_id lane_of(const connection_settings& connection, const std::string& region) {
        const auto [at, added] =
            lanes_.try_emplace({connection.name, region}, lane_id{plan_.lanes.size()});
        if (added) plan_.lanes.push_back({connection.name, region, connection.budget});
        return at->second;
    }

    const settings& config_;
    watch_plan plan_{};
    std::map<std::pair<std::string, std::string>, lane_id> lanes_{};
    std::set<std::pair<std::uint64_t, std::string>> claimed_{};
};

}  // namespace

const list_traits& watch_plan::traits(const std::string& watch_list) const {
    static const list_traits none{};
    const auto at = lists.find(watch_list);
    return at == lists.end() ? none : at->second;
}

label_map watch_plan::alert_labels(const std::string& watch_list) const {
    label_map labels = traits(watch_list).labels;
    // What is there stays.
    labels.insert(global.labels.begin(), global.labels.end());
    return labels;
}

watch_plan make_watch_plan(const settings& config) {
    return plan_builder(config).build();
}

}  // namespace trainwatch::domain
