#include "wire/settings_yaml_list_checks.hpp"

#include <algorithm>
#include <set>

#include "base/text.hpp"

namespace trainwatch::wire {
namespace {

bool has(const std::vector<placed_text>& placed, std::string_view text) {
    return std::any_of(placed.begin(), placed.end(), [&](const auto& each) {
        return each.text == text;
    });
}

int line_of(const placed_text& text) {
    return text.where.node->place.line;
}

// Where something of `other` stands, for whoever reads a mistake of `list`.
std::string place_in(const watch_list_draft& other, int line, const watch_list_draft& list) {
    const auto plain = "line " + std::to_string(line);
    if (other.file == list.file) return plain;
    return plain + " of " + (other.file.empty() ? "the configuration file" : other.file);
}

// Names of things that stand elsewhere in the configuration, each once.
template <class Draft>
void check_names_of(
    settings_reader& reader,
    const std::vector<placed_text>& given,
    const std::vector<Draft>& there,
    const std::string& what
) {
    std::vector<std::string_view> known;
    for (const auto& each : there) {
        // One whose name is wrong has its error; it may be the one that is meant.
        if (each.name.text.empty()) return;
        known.push_back(each.name.text);
    }
    std::set<std::string_view> seen;
    for (const auto& each : given) {
        if (!seen.insert(each.text).second) {
            reader.fail(each.where, quoted(each.text) + " is in this list already");
        }
        if (std::find(known.begin(), known.end(), each.text) != known.end()) continue;
        const auto near = each.text.size() <= 64 ? nearest(each.text, known) : "";
        reader.fail(
            each.where,
            "there is no " + what + " " + quoted(each.text) +
                (near.empty() ? std::string() : "; did you mean " + quoted(near) + "?")
        );
    }
}

}  // namespace

void list_checks::check(settings_reader& reader, const watch_list_draft& list) const {
    name(reader, list);
    references(reader, list);
    receivers(reader, list);
    for (const auto& connection : connections_) {
        // One without a good name has its error, and may be whatever was meant.
        if (connection.name.text.empty() || !uses(list, connection)) continue;
        regions(reader, list, connection);
        discovery(reader, list, connection);
    }
    jobs(reader, list);
}

void list_checks::take(const watch_list_draft& list) {
    if (!list.name.text.empty()) names_.emplace(list.name.text, &list);
    const auto lanes = lanes_of(list);
    for (const auto& job : list.jobs) {
        for (const auto& [connection, region] : lanes)
            watched_.try_emplace({connection, region, job.text}, &list, &job);
    }
}

void list_checks::name(settings_reader& reader, const watch_list_draft& list) const {
    const auto first = names_.find(list.name.text);
    if (first == names_.end()) return;
    reader.fail(
        list.name.where,
        "another watch list is called " + quoted(list.name.text) + " (" +
            place_in(*first->second, line_of(first->second->name), list) + ")"
    );
}

void list_checks::references(settings_reader& reader, const watch_list_draft& list) const {
    check_names_of(reader, list.connections, connections_, "connection");
}

void list_checks::receivers(settings_reader& reader, const watch_list_draft& list) const {
    check_names_of(reader, list.receivers, draft_.receivers, "receiver");
    if (!list.cost_where || !draft_.prices.empty()) return;
    reader.fail(
        *list.cost_where,
        "there are no \"prices\" to tell what a job costs; give them, or limit \"billable\""
    );
}

void list_checks::regions(
    settings_reader& reader, const watch_list_draft& list, const connection_draft& connection
) const {
    if (connection.regions_given) {
        if (connection.regions.empty()) return;
        for (const auto& region : list.regions) {
            if (has(connection.regions, region.text)) continue;
            reader.fail(
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
    const auto lent = lent_region(connection, defaults_);
    if (lent.empty()) {
        reader.fail(
            list.name.where,
            "no region: add regions: [eu-west-1] to this list or to connection " +
                quoted(connection.name.text) + ", or set AWS_REGION"
        );
        return;
    }
    // Of the configuration's own lists it is told once, at the connection.
    if (list.file.empty()) return;
    if (auto problem = region_problem(lent); !problem.empty()) {
        reader.fail(list.name.where, "region from the environment: " + problem);
    }
}

void list_checks::discovery(
    settings_reader& reader, const watch_list_draft& list, const connection_draft& connection
) const {
    if (!list.match_where || connection.rest.discovery == domain::discovery_kind::list) return;
    reader.fail(
        *list.match_where,
        "list " + quoted(list.name.text) + " finds its jobs by listing, and connection " +
            quoted(connection.name.text) +
            " has \"discovery: none\"; name the jobs there, take other connections for this list, "
            "or allow the connection to list"
    );
}

void list_checks::jobs(settings_reader& reader, const watch_list_draft& list) const {
    // Twice in one list is wrong wherever the list leads, be it to no connection at all.
    std::map<std::string_view, int> lines;
    const auto lanes = lanes_of(list);
    for (const auto& job : list.jobs) {
        const auto [at, is_new] = lines.emplace(job.text, line_of(job));
        if (!is_new) {
            reader.fail(
                job.where,
                quoted(job.text) + " is in this list already (line " + std::to_string(at->second) +
                    ")"
            );
            continue;
        }
        for (const auto& [connection, region] : lanes) {
            const auto first = watched_.find({connection, region, job.text});
            if (first == watched_.end()) continue;
            const auto& [other, place] = first->second;
            reader.fail(
                job.where,
                quoted(job.text) + " is watched by list " + quoted(other->name.text) +
                    " already (" + place_in(*other, line_of(*place), list) + "), in " + region
            );
            break;
        }
    }
}

std::vector<std::pair<std::string, std::string>> list_checks::lanes_of(const watch_list_draft& list
) const {
    std::vector<std::pair<std::string, std::string>> lanes;
    for (const auto& connection : connections_) {
        if (!uses(list, connection)) continue;
        for (const auto& region : regions_of(list, connection, defaults_)) {
            lanes.emplace_back(connection.name.text, region);
        }
    }
    return lanes;
}

bool uses(const watch_list_draft& list, const connection_draft& connection) {
    return !list.connections_given || has(list.connections, connection.name.text);
}

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

const profile_defaults* profile_of(
    const connection_draft& connection, const settings_defaults& defaults
) {
    std::string name = connection.rest.profile;
    if (name.empty()) name = defaults.profile;
    const auto at = defaults.profiles.find(name.empty() ? "default" : name);
    return at == defaults.profiles.end() ? nullptr : &at->second;
}

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

}  // namespace trainwatch::wire
