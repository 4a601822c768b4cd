#include "domain/watch_plan.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "base/check.hpp"
#include "base/random.hpp"
#include "base/text.hpp"

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

// A replica may count on its part of the budget alone: the others spend theirs.
budget_settings part_of(budget_settings budget, const process_settings& process) {
    budget.describe_per_second /= process.replicas;
    budget.list_per_second /= process.replicas;
    return budget;
}

class plan_builder {
public:
    explicit plan_builder(const settings& config) : config_(config) {
        CHECK(config.process.replicas > 0);
        CHECK(config.process.shard > 0 && config.process.shard <= config.process.shards);
    }

    watch_plan build() {
        plan_.global = config_.global;
        plan_.prices = config_.prices;
        plan_.failure_classes = config_.failure_classes;
        plan_.api = config_.api;
        plan_.replica = config_.process.replica;
        plan_.replicas = config_.process.replicas;
        for (const auto& list : config_.watch_lists)
            add_list(list);
        // Another list may have such a name by now; it has the alerts then.
        for (const auto& name : config_.left_out_lists) {
            if (!plan_.lists.contains(name)) plan_.left_out.insert(name);
        }
        for (std::size_t i = 0; i < plan_.lanes.size(); ++i)
            decide_listing(i);
        for (const auto& receiver : config_.receivers) {
            for (const auto& url : receiver.urls)
                add_endpoints(receiver, url);
        }
        return std::move(plan_);
    }

private:
    // What decides whether a lane lists.
    struct lane_needs {
        bool may_list = false;
        bool discovers = false;
        double describes_per_second = 0;  // that keep the explicit names fresh
    };

    void add_endpoints(const receiver_settings& receiver, const std::string& url) {
        endpoint made{receiver.name, receiver.kind, url, false, receiver.heartbeat};
        made.can_tell = receiver.kind == receiver_kind::alertmanager;
        const auto found = receiver.found.find(url);
        if (found == receiver.found.end()) {
            add_endpoint(std::move(made));
            return;
        }
        made.found_by = url;
        for (const auto& address : found->second) {
            made.url = address;
            add_endpoint(made);
        }
    }

    // Two names may lead to one address.
    void add_endpoint(endpoint made) {
        const auto is_the_same = [&](const endpoint& other) {
            return other.receiver == made.receiver && other.url == made.url;
        };
        auto& all = plan_.endpoints;
        if (std::none_of(all.begin(), all.end(), is_the_same)) all.push_back(std::move(made));
    }

    void add_list(const watch_list_settings& list) {
        const auto bound = list.staleness_bound.value_or(config_.global.staleness_bound);
        plan_.lists[list.name] = {
            list.labels,
            list.metrics,
            bound,
            list.labels_from_tags,
            list.alerts,
            list.limits,
            list.completed_within,
            list.receivers};
        discovery_rule rule{list.name, {}, {}, list.exclude};
        for (const auto& connection : config_.connections) {
            if (!uses(list, connection)) continue;
            for (const auto& region : regions_of(list, connection)) {
                if (!is_ours(config_.process, connection.name, region)) {
                    plan_.elsewhere.emplace(connection.name, region);
                    plan_.lists[list.name].is_shared_out = true;
                    continue;
                }
                const auto lane = lane_of(connection, region);
                add_jobs(list, lane, bound);
                if (!list.match || connection.discovery == discovery_kind::none) continue;
                needs_[lane.value].discovers = true;
                rule.lanes.push_back(lane);
            }
        }
        if (rule.lanes.empty()) return;
        std::sort(rule.lanes.begin(), rule.lanes.end());
        rule.match = *list.match;
        plan_.discovery.push_back(std::move(rule));
    }

    void add_jobs(const watch_list_settings& list, lane_id lane, milliseconds bound) {
        for (const auto& job : list.jobs) {
            // The first list that names a job has it.
            if (!claimed_.emplace(lane.value, job).second) continue;
            plan_.targets.push_back({lane, job, list.name});
            // It is looked at each half of the bound (core/look).
            needs_[lane.value].describes_per_second +=
                2 / std::chrono::duration<double>(bound).count();
        }
    }

    lane_id lane_of(const connection_settings& connection, const std::string& region) {
        const auto [at, added] =
            lanes_.try_emplace({connection.name, region}, lane_id{plan_.lanes.size()});
        if (added) {
            auto& made = plan_.lanes.emplace_back();
            made.connection = connection.name;
            made.region = region;
            made.budget = part_of(connection.budget, config_.process);
            made.pace = connection.pace;
            needs_.push_back({connection.discovery == discovery_kind::list});
        }
        return at->second;
    }

    void decide_listing(std::size_t index) {
        const auto& needs = needs_[index];
        auto& made = plan_.lanes[index];
        // A sum of fractions may be a trifle above the budget that it is equal to.
        const double enough = made.budget.describe_per_second * (1 + 1e-9);
        made.lists = needs.may_list && (needs.discovers || needs.describes_per_second > enough);
    }

    const settings& config_;
    watch_plan plan_{};
    std::vector<lane_needs> needs_{};  // by lane
    std::map<std::pair<std::string, std::string>, lane_id> lanes_{};
    std::set<std::pair<std::uint64_t, std::string>> claimed_{};
};

// Where each of `next` has its number now, and `next` itself in the order of those numbers: what
// `former` has keeps its own, what is only there is marked, what is new comes last.
template <class Item, class Same>
std::vector<std::size_t> renumber(
    const std::vector<Item>& former, std::vector<Item>& next, Same is_same
) {
    std::vector<std::size_t> numbers(next.size());
    std::vector<Item> all = former;
    for (auto& each : all)
        each.gone = true;
    std::vector<bool> is_taken(former.size(), false);
    for (std::size_t i = 0; i < next.size(); ++i) {
        std::size_t number = 0;
        while (number < former.size() &&
               (is_taken[number] || former[number].gone || !is_same(former[number], next[i]))) {
            ++number;
        }
        if (number < former.size()) {
            is_taken[number] = true;
        } else {
            number = all.size();
            all.emplace_back();
        }
        all[number] = std::move(next[i]);
        numbers[i] = number;
    }
    next = std::move(all);
    return numbers;
}

}  // namespace

const list_traits& watch_plan::traits(const std::string& watch_list) const {
    static const list_traits none{};
    const auto at = lists.find(watch_list);
    return at == lists.end() ? none : at->second;
}

milliseconds watch_plan::staleness_bound(const std::string& watch_list) const {
    const auto at = lists.find(watch_list);
    return at == lists.end() ? global.staleness_bound : at->second.staleness_bound;
}

label_map watch_plan::alert_labels(const std::string& watch_list) const {
    label_map labels = traits(watch_list).labels;
    // What is there stays.
    labels.insert(global.labels.begin(), global.labels.end());
    return labels;
}

bool is_ours(
    const process_settings& process, const std::string& connection, const std::string& region
) {
    // The low bits of FNV-1a alone are weak, and a power of two of shards would look at no others.
    return mixed(fnv1a(connection + "/" + region)) % process.shards == process.shard - 1;
}

watch_plan succeed(const watch_plan& former, watch_plan next) {
    const auto lanes = renumber(former.lanes, next.lanes, [](const lane& a, const lane& b) {
        return std::tie(a.connection, a.region) == std::tie(b.connection, b.region);
    });
    for (auto& each : next.targets)
        each.lane = lane_id{lanes[each.lane.value]};
    for (auto& rule : next.discovery) {
        for (auto& each : rule.lanes)
            each = lane_id{lanes[each.value]};
        std::sort(rule.lanes.begin(), rule.lanes.end());
    }
    renumber(former.endpoints, next.endpoints, [](const endpoint& a, const endpoint& b) {
        return std::tie(a.receiver, a.kind, a.url) == std::tie(b.receiver, b.kind, b.url);
    });
    return next;
}

watch_plan make_watch_plan(const settings& config) {
    return plan_builder(config).build();
}

}  // namespace trainwatch::domain
