#include <algorithm>
#include <map>
#include <utility>

#include "wire/settings_yaml_list_checks.hpp"
#include "wire/settings_yaml_sections.hpp"

namespace trainwatch::wire {
namespace {

template <class Draft>
void check_names(settings_reader& reader, const std::vector<Draft>& drafts, std::string_view what) {
    std::map<std::string_view, int> lines;
    for (const auto& draft : drafts) {
        const auto& name = draft.name;
        if (name.text.empty()) continue;
        const auto [first, added] = lines.emplace(name.text, name.where.node->place.line);
        if (added) continue;
        reader.fail(
            name.where,
            "another " + std::string(what) + " is called " + quoted(name.text) + " (line " +
                std::to_string(first->second) + ")"
        );
    }
}

// Mistakes in the environment are reported where they are taken up.
void check_lent_region(
    settings_reader& reader,
    const settings_draft& draft,
    const connection_draft& connection,
    const settings_defaults& defaults
) {
    const auto region = lent_region(connection, defaults);
    const bool wanted = !connection.regions_given &&
        std::any_of(draft.watch_lists.begin(), draft.watch_lists.end(), [&](const auto& list) {
            return uses(list, connection) && !list.regions_given;
        });
    if (!wanted || region.empty()) return;
    if (auto problem = region_problem(region); !problem.empty()) {
        reader.fail(connection.name.where, "region from the environment: " + problem);
    }
}

// Where lists name the regions, a connection without any has those of its lists.
std::vector<std::string> regions_of_connection(
    const connection_draft& connection,
    const std::vector<watch_list_draft>& lists,
    const settings_defaults& defaults
) {
    std::vector<std::string> all;
    for (const auto& list : lists) {
        if (!uses(list, connection)) continue;
        // A list that names none gets exactly what the environment lends, whatever others name.
        if (!list.regions_given) return regions_of(list, connection, defaults);
        for (const auto& region : list.regions) {
            if (std::find(all.begin(), all.end(), region.text) == all.end()) {
                all.push_back(region.text);
            }
        }
    }
    return all.empty() ? regions_of({}, connection, defaults) : all;
}

domain::watch_list_settings finish_list(const watch_list_draft& list) {
    domain::watch_list_settings made;
    made.name = list.name.text;
    made.connections = texts(list.connections);
    made.regions = texts(list.regions);
    made.jobs = texts(list.jobs);
    made.labels = list.labels;
    made.metrics = list.metrics;
    made.match = list.match;
    made.exclude = list.exclude;
    made.staleness_bound = list.staleness_bound;
    made.labels_from_tags = list.labels_from_tags;
    made.alerts = list.alerts;
    made.limits = list.limits;
    made.completed_within = list.completed_within;
    made.receivers = texts(list.receivers);
    return made;
}

}  // namespace

void lend_defaults(settings_draft& draft, const settings_defaults& defaults) {
    for (auto& connection : draft.connections) {
        const auto* const profile = profile_of(connection, defaults);
        auto& endpoint = connection.rest.endpoint_url;
        const bool is_ignored = profile != nullptr && profile->ignores_endpoint_urls;
        if (endpoint.empty() && !is_ignored) endpoint = defaults.endpoint_url;
        if (endpoint.empty() && profile != nullptr) endpoint = profile->endpoint_url;
        auto& bundle = connection.rest.ca_bundle;
        if (bundle.empty()) bundle = defaults.ca_bundle;
        if (bundle.empty() && profile != nullptr) bundle = profile->ca_bundle;
    }
}

void check_sections(
    settings_reader& reader,
    const settings_draft& draft,
    list_checks& lists,
    const settings_defaults& defaults
) {
    check_names(reader, draft.connections, "connection");
    check_names(reader, draft.receivers, "receiver");
    for (const auto& connection : draft.connections)
        check_lent_region(reader, draft, connection, defaults);
    for (const auto& list : draft.watch_lists) {
        lists.check(reader, list);
        lists.take(list);
    }
}

domain::settings finish(
    const settings_draft& draft,
    const std::vector<watch_list_draft>& included,
    const settings_defaults& defaults
) {
    domain::settings config;
    auto lists = included;
    lists.insert(lists.end(), draft.watch_lists.begin(), draft.watch_lists.end());
    config.global = draft.global;
    for (const auto& connection : draft.connections) {
        auto& made = config.connections.emplace_back(connection.rest);
        made.name = connection.name.text;
        made.regions = connection.regions_given
            ? texts(connection.regions)
            : regions_of_connection(connection, lists, defaults);
    }
    for (const auto& list : lists)
        config.watch_lists.push_back(finish_list(list));
    for (const auto& receiver : draft.receivers) {
        auto& made = config.receivers.emplace_back(receiver.rest);
        made.name = receiver.name.text;
    }
    config.failure_classes = draft.failure_classes;
    config.prices = draft.prices;
    config.api = draft.api;
    config.watch_list_files = texts(draft.watch_list_files);
    return config;
}

}  // namespace trainwatch::wire
