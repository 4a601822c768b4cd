// `watch_lists`, `watch_list_files`, and the one list of such a file.
#include <algorithm>
#include <array>

#include "base/limits.hpp"
#include "wire/job_arn.hpp"
#include "wire/settings_yaml_sections.hpp"

namespace trainwatch::wire {
namespace {

void read_jobs(settings_reader& reader, const yaml_value& where, watch_list_draft& draft) {
    for (const auto& item : reader.list(where, "job names")) {
        const auto text = reader.text(item);
        if (!text) continue;
        if (auto problem = job_name_problem(*text); !problem.empty()) {
            reader.fail(item, std::move(problem));
            continue;
        }
        draft.jobs.push_back({*text, item});
    }
}

void read_filters(settings_reader& reader, const yaml_value& where, watch_list_draft& draft) {
    draft.match_where = reader.find(where, "match");
    const auto jobs = reader.find(where, "jobs");
    if (!draft.match_where && !jobs) {
        reader.fail(
            where,
            "nothing is watched: give \"jobs\", the names of jobs, or \"match\", such as "
            "{name: \"*\"}"
        );
    }
    if (draft.match_where) draft.match = read_filter(reader, *draft.match_where);
    if (const auto exclude = reader.find(where, "exclude")) {
        draft.exclude = read_filter(reader, *exclude);
        if (!draft.match_where && jobs) {
            reader.fail(*exclude, "leaves out what \"match\" finds, and there is no \"match\"");
        }
    }
    if (jobs) read_jobs(reader, *jobs, draft);
}

// What it wants to hear of, and who is to be told.
void read_wishes(settings_reader& reader, const yaml_value& where, watch_list_draft& draft) {
    if (const auto alerts = reader.find(where, "alerts")) {
        draft.alerts = read_alerts(reader, *alerts);
    }
    if (const auto limits = reader.find(where, "limits")) {
        draft.limits = read_job_limits(reader, *limits);
        if (draft.limits.cost) draft.cost_where = reader.find(*limits, "cost");
    }
    if (const auto expect = reader.find(where, "expect")) {
        draft.completed_within = read_completed_within(reader, *expect);
    } else if (const auto alerts = reader.find(where, "alerts")) {
        // Nothing but a time makes it fire, and there is none by default.
        if (const auto overdue = reader.find(*alerts, domain::overdue_alert)) {
            reader.fail(
                *overdue,
                "never fires without \"expect\": say how often a job of the list completes, as in "
                "expect: {completed_within: 26h}"
            );
        }
    }
    if (const auto receivers = reader.find(where, "receivers")) {
        draft.receivers = reader.texts(*receivers, "receivers");
    }
}

// Everything but the name. False when it is no mapping.
bool read_rest(settings_reader& reader, const yaml_value& where, watch_list_draft& draft) {
    static constexpr std::array<std::string_view, 14> now{
        "name",
        "connections",
        "regions",
        "jobs",
        "match",
        "exclude",
        "labels",
        "labels_from_tags",
        "metrics",
        "staleness_bound",
        "alerts",
        "limits",
        "expect",
        "receivers"};
    if (!reader.mapping(where, {now, {}})) return false;
    if (const auto connections = reader.find(where, "connections")) {
        draft.connections_given = true;
        for (const auto& item : reader.list(*connections, "connections")) {
            if (const auto text = reader.text(item)) draft.connections.push_back({*text, item});
        }
    }
    if (const auto regions = reader.find(where, "regions")) {
        draft.regions_given = true;
        draft.regions = read_regions(reader, *regions);
    }
    if (const auto labels = reader.find(where, "labels")) {
        draft.labels = read_labels(reader, *labels);
    }
    if (const auto tags = reader.find(where, "labels_from_tags")) {
        draft.labels_from_tags = read_labels_from_tags(reader, *tags, draft.labels);
    }
    if (const auto metrics = reader.find(where, "metrics")) {
        draft.metrics = read_metric_groups(reader, *metrics);
    }
    if (const auto bound = reader.find(where, "staleness_bound")) {
        draft.staleness_bound =
            reader.duration(*bound, {limits::staleness_bound_least, limits::staleness_bound_most});
    }
    read_wishes(reader, where, draft);
    read_filters(reader, where, draft);
    return true;
}

watch_list_draft read_watch_list(settings_reader& reader, const yaml_value& where) {
    watch_list_draft draft;
    draft.name.where = where;
    if (read_rest(reader, where, draft)) draft.name = read_name(reader, where);
    return draft;
}

}  // namespace

std::string stem_of(std::string_view file) {
    file.remove_prefix(file.rfind('/') + 1);
    const auto dot = file.rfind('.');
    return std::string(dot == 0 ? file : file.substr(0, dot));
}

std::vector<watch_list_draft> read_watch_lists(settings_reader& reader, const yaml_value& where) {
    std::vector<watch_list_draft> lists;
    for (const auto& item : reader.list(where, "watch lists")) {
        lists.push_back(read_watch_list(reader, item));
    }
    return lists;
}

watch_list_draft read_watch_list_file(
    settings_reader& reader, const yaml_value& root, const std::string& file
) {
    watch_list_draft draft;
    draft.name.where = root;
    draft.file = file;
    if (const auto lists = reader.find(root, "watch_lists")) {
        reader.fail(
            *lists, "such a file is one watch list: put its keys here, without \"watch_lists\""
        );
        return draft;
    }
    if (!read_rest(reader, root, draft)) return draft;
    if (reader.find(root, "name")) {
        draft.name = read_name(reader, root);
        return draft;
    }
    draft.name.text = stem_of(file);
    if (auto problem = name_problem(draft.name.text); !problem.empty()) {
        reader.fail(root, "the file's name is the list's: " + problem + "; or give it a \"name\"");
        draft.name.text.clear();
    }
    return draft;
}

std::vector<placed_text> read_watch_list_files(settings_reader& reader, const yaml_value& where) {
    auto patterns = reader.texts(where, "paths");
    for (const auto& pattern : patterns) {
        const auto slash = pattern.text.rfind('/');
        const auto file = slash == std::string::npos ? 0 : slash + 1;
        if (pattern.text.find_first_of("*?") < file) {
            reader.fail(
                pattern.where, "only the last part of a path may have * and ?, not a folder"
            );
        } else if (file == pattern.text.size()) {
            reader.fail(pattern.where, "a folder; write " + quoted(pattern.text + "*.yaml"));
        }
    }
    return patterns;
}

}  // namespace trainwatch::wire
