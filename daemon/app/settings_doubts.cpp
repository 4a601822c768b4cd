#include "app/settings_doubts.hpp"

#include <algorithm>

#include "wire/settings_yaml.hpp"

namespace trainwatch::app {
namespace {

using domain::watch_list_settings;

bool names(const std::vector<std::string>& some, const std::string& one) {
    return some.empty() || std::find(some.begin(), some.end(), one) != some.end();
}

bool is_of_any_job(domain::job_filter filter) {
    if (filter.name == std::vector<std::string>{"*"}) filter.name.clear();
    return filter.empty();
}

// Every job that it can see at all is its own.
bool takes_everything(const watch_list_settings& list) {
    return list.match && list.exclude.empty() && is_of_any_job(*list.match);
}

bool excludes_everything(const watch_list_settings& list) {
    return !list.exclude.empty() && is_of_any_job(list.exclude);
}

std::string in_lists(const std::string& path, const std::string& doubt) {
    return wire::format_error(path, {0, 0, "watch_lists", "warning: " + doubt});
}

// Whether `earlier` looks wherever `later` does; the regions of a connection are left alone.
bool covers(const watch_list_settings& earlier, const watch_list_settings& later) {
    const auto within = [](const auto& narrow, const auto& wide) {
        if (wide.empty()) return true;
        return !narrow.empty() && std::all_of(narrow.begin(), narrow.end(), [&](const auto& each) {
            return names(wide, each);
        });
    };
    return within(later.connections, earlier.connections) && within(later.regions, earlier.regions);
}

}  // namespace

std::vector<std::string> doubts_about(
    const std::string& path, std::string_view yaml, const domain::settings& config
) {
    std::vector<std::string> doubts;
    const auto& lists = config.watch_lists;
    // A list that was left out may be the one that uses it.
    const bool is_whole = config.left_out_lists.empty();
    for (std::size_t i = 0; is_whole && i < config.connections.size(); ++i) {
        const auto& name = config.connections[i].name;
        const bool is_used = std::any_of(lists.begin(), lists.end(), [&](const auto& list) {
            return names(list.connections, name);
        });
        if (is_used) continue;
        const auto place = "connections[" + std::to_string(i) + "].name";
        doubts.push_back(wire::format_error(
            path, wire::mistake_at(yaml, place, "warning: no watch list uses this connection")
        ));
    }
    for (auto list = lists.begin(); list != lists.end(); ++list) {
        if (!list->match) continue;
        if (excludes_everything(*list)) {
            doubts.push_back(
                in_lists(path, "\"" + list->name + "\" finds no job: its `exclude` takes them all")
            );
            continue;
        }
        const auto before = std::find_if(lists.begin(), list, [&](const auto& each) {
            return takes_everything(each) && covers(each, *list);
        });
        if (before == list) continue;
        doubts.push_back(in_lists(
            path,
            "\"" + list->name + "\" finds no job: \"" + before->name +
                "\", which comes before it, takes them all; put it first"
        ));
    }
    return doubts;
}

}  // namespace trainwatch::app
