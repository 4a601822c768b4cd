#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "base/text.hpp"
#include "wire/settings_yaml_sections.hpp"
#include "wire/url.hpp"

namespace trainwatch::wire {
namespace {

const profile_defaults* profile_of(
    const connection_draft& connection, const settings_defaults& defaults
) {
    std::string name = connection.rest.profile;
    if (name.empty()) name = defaults.profile;
    const auto at = defaults.profiles.find(name.empty() ? "default" : name);
    return at == defaults.profiles.end() ? nullptr : &at->second;
}

// The region of a connection that names none; empty when nobody does.
std::string lent_region(const connection_draft& connection, const settings_defaults& defaults) {
    if (!defaults.region.empty()) return defaults.region;
    const auto* const profile = profile_of(connection, defaults);
    const bool has_own = profile != nullptr && !profile->region.empty();
    return has_own ? profile->region : defaults.instance_region;
}

std::vector<std::string> texts(const std::vector<placed_text>& placed) {
    std::vector<std::string> plain;
    plain.reserve(placed.size());
    for (const auto& each : placed)
        plain.push_back(each.text);
    return plain;
}

bool has(const std::vector<placed_text>& placed, std::string_view text) {
    return std::any_of(placed.begin(), placed.end(), [&](const auto& each) {
        return each.text == text;
    });
}

// What a list asks of a connection, as domain/watch_plan resolves it too.
std::vector<std::string> regions_of(
    const watch_list_draft& list,
    const connection_draft& connection,
    const settings_defaults& defaults
) {
    if (list.regions_given) return texts(list.regions);
    if (connection.regions_given) return texts(connection.regions);
    const auto region = lent_region(connection, defaults);
    return region.empty() ? std::vector<std::string>{} : std::vector{region};
}

bool uses(const watch_list_draft& list, const connection_draft& connection) {
    return !list.connections_given || has(list.connections, connection.name.text);
}

class section_checks {
public:
    section_checks(
        settings_reader& reader, const settings_draft& draft, const settings_defaults& defaults
    )
        : reader_(reader), draft_(draft), defaults_(defaults) {}

    void run() {
        unique_names(draft_.connections, "connection");
        unique_names(draft_.watch_lists, "watch list");
        unique_names(draft_.receivers, "receiver");
        for (const auto& connection : draft_.connections)
            lent_values(connection);
        for (const auto& list : draft_.watch_lists) {
            references(list);
            for (const auto& connection : draft_.connections) {
                // One without a good name has its error, and may be whatever was meant.
                if (connection.name.text.empty() || !uses(list, connection)) continue;
                regions(list, connection);
            }
            jobs(list);
        }
    }

private:
    template <class Draft>
    void unique_names(const std::vector<Draft>& drafts, std::string_view what) {
        std::map<std::string_view, int> lines;
        for (const auto& draft : drafts) {
            const auto& name = draft.name;
            if (name.text.empty()) continue;
            const auto [first, added] = lines.emplace(name.text, name.where.node->place.line);
            if (added) continue;
            reader_.fail(
                name.where,
                "another " + std::string(what) + " is called " + quoted(name.text) + " (line " +
                    std::to_string(first->second) + ")"
            );
        }
    }

    // Mistakes in the environment are reported where they are taken up.
    void lent_values(const connection_draft& connection) {
        const auto region = lent_region(connection, defaults_);
        const bool wanted = !connection.regions_given &&
            std::any_of(
                draft_.watch_lists.begin(),
                draft_.watch_lists.end(),
                [&](const auto& list) { return uses(list, connection) && !list.regions_given; }
            );
        if (wanted && !region.empty()) {
            if (auto problem = region_problem(region); !problem.empty()) {
                reader_.fail(connection.name.where, "region from the environment: " + problem);
            }
        }
    }

    void references(const watch_list_draft& list) {
        std::vector<std::string_view> known;
        for (const auto& connection : draft_.connections) {
            // A connection whose name is wrong has its error; it may be the one that is meant.
            if (connection.name.text.empty()) return;
            known.push_back(connection.name.text);
        }
        std::set<std::string_view> seen;
        for (const auto& name : list.connections) {
            if (!seen.insert(name.text).second) {
                reader_.fail(name.where, quoted(name.text) + " is in this list already");
            }
            if (std::find(known.begin(), known.end(), name.text) != known.end()) continue;
            const auto near = name.text.size() <= 64 ? nearest(name.text, known) : "";
            reader_.fail(
                name.where,
                "there is no connection " + quoted(name.text) +
                    (near.empty() ? std::string() : "; did you mean " + quoted(near) + "?")
            );
        }
    }

    void regions(const watch_list_draft& list, const connection_draft& connection) {
        if (connection.regions_given) {
            if (connection.regions.empty()) return;
            for (const auto& region : list.regions) {
                if (has(connection.regions, region.text)) continue;
                reader_.fail(
                    region.where,
                    quoted(region.text) + " is not among the regions of connection " +
                        quoted(connection.name.text)
                );
            }
            return;
        }
        const bool readable = list.name.where.node->kind != yaml_kind::null &&
            list.name.where.node->kind != yaml_kind::sequence;
        if (!readable || list.regions_given) return;
        if (!lent_region(connection, defaults_).empty()) return;
        reader_.fail(
            list.name.where,
            "no region: add regions: [eu-west-1] to this list or to connection " +
                quoted(connection.name.text) + ", or set AWS_REGION"
        );
    }

    void jobs(const watch_list_draft& list) {
        // Twice in one list is wrong wherever the list leads, be it to no connection at all.
        std::map<std::string_view, int> lines;
        for (const auto& job : list.jobs) {
            const auto [at, is_new] = lines.emplace(job.text, job.where.node->place.line);
            if (!is_new) {
                reader_.fail(
                    job.where,
                    quoted(job.text) + " is in this list already (line " +
                        std::to_string(at->second) + ")"
                );
                continue;
            }
            for (const auto& [connection, region] : lanes_of(list)) {
                const auto [first, added] =
                    watched_.try_emplace({connection, region, job.text}, &list, &job);
                const auto& [other, place] = first->second;
                // Two connections of one name are reported as such.
                if (added || other == &list) continue;
                reader_.fail(
                    job.where,
                    quoted(job.text) + " is watched by list " + quoted(other->name.text) +
                        " already (line " + std::to_string(place->where.node->place.line) +
                        "), in " + region
                );
                break;
            }
        }
    }

    std::vector<std::pair<std::string, std::string>> lanes_of(const watch_list_draft& list) const {
        std::vector<std::pair<std::string, std::string>> lanes;
        for (const auto& connection : draft_.connections) {
            if (!uses(list, connection)) continue;
            for (const auto& region : regions_of(list, connection, defaults_)) {
                lanes.emplace_back(connection.name.text, region);
            }
        }
        return lanes;
    }

    using lane_and_job = std::tuple<std::string, std::string, std::string>;

    settings_reader& reader_;
    const settings_draft& draft_;
    const settings_defaults& defaults_;
    std::map<lane_and_job, std::pair<const watch_list_draft*, const placed_text*>> watched_{};
};

// Where lists name the regions, a connection without any has those of its lists.
std::vector<std::string> regions_of_connection(
    const connection_draft& connection,
    const settings_draft& draft,
    const settings_defaults& defaults
) {
    std::vector<std::string> all;
    for (const auto& list : draft.watch_lists) {
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
    settings_reader& reader, const settings_draft& draft, const settings_defaults& defaults
) {
    section_checks(reader, draft, defaults).run();
}

domain::settings finish(const settings_draft& draft, const settings_defaults& defaults) {
    domain::settings config;
    config.global = draft.global;
    for (const auto& connection : draft.connections) {
        auto& made = config.connections.emplace_back(connection.rest);
        made.name = connection.name.text;
        made.regions = connection.regions_given
            ? texts(connection.regions)
            : regions_of_connection(connection, draft, defaults);
    }
    for (const auto& list : draft.watch_lists) {
        auto& made = config.watch_lists.emplace_back();
        made.name = list.name.text;
        made.connections = texts(list.connections);
        made.regions = texts(list.regions);
        made.jobs = texts(list.jobs);
        made.labels = list.labels;
        made.metrics = list.metrics;
    }
    for (const auto& receiver : draft.receivers) {
        auto& made = config.receivers.emplace_back(receiver.rest);
        made.name = receiver.name.text;
    }
    config.failure_classes = draft.failure_classes;
    config.prices = draft.prices;
    config.api = draft.api;
    return config;
}

}  // namespace trainwatch::wire
