// The metric tables of config/README.md, written from the catalogue.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "wire/metric_catalogue.hpp"

namespace trainwatch::wire {

inline constexpr std::string_view table_begins =
    "<!-- metrics: written by `ninja -C build/dev metric_table`; change "
    "daemon/wire/metric_catalogue_*.hpp instead -->";
inline constexpr std::string_view table_ends = "<!-- end of metrics -->";

inline std::string_view word_of(metric_type type) {
    switch (type) {
        case metric_type::gauge:
            return "gauge";
        case metric_type::counter:
            return "counter";
        case metric_type::histogram:
            return "histogram";
    }
    return "";
}

inline std::string_view heading_of(metric_group group) {
    switch (group) {
        case metric_group::standard:
            return "Of each job, always";
        case metric_group::phases:
            return "Of each job, group `phases`";
        case metric_group::final_metrics:
            return "Of each job, group `final_metrics`";
        case metric_group::details:
            return "Of each job, group `details`";
        case metric_group::fleet:
            return "Of the fleet";
        case metric_group::daemon:
            return "Of the daemon itself";
    }
    return "";
}

// "a b" -> "`a` `b`"
inline std::string each_as_code(std::string_view words) {
    std::string text;
    while (!words.empty()) {
        const auto word = words.substr(0, words.find(' '));
        words.remove_prefix(word.size() < words.size() ? word.size() + 1 : word.size());
        text += (text.empty() ? "`" : " `") + std::string(word) + "`";
    }
    return text;
}

inline std::string metric_table() {
    std::string text;
    std::optional<metric_group> group;
    for (const auto& entry : metric_catalogue) {
        if (group != entry.group) {
            group = entry.group;
            text += "\n### " + std::string(heading_of(entry.group)) +
                "\n\n| name | type | unit | labels | meaning |\n| --- | --- | --- | --- | --- |\n";
        }
        text += "| `" + std::string(entry.name) + "` | " + std::string(word_of(entry.type)) +
            " | " + std::string(entry.unit) + " | " + each_as_code(entry.labels) + " | " +
            std::string(entry.help) + " |\n";
    }
    return text + "\n";
}

// The document with the table of now between its markers; nothing when it has no markers.
inline std::optional<std::string> with_metric_table(const std::string& document) {
    const auto begins = document.find(table_begins);
    const auto ends = document.find(table_ends);
    if (begins == std::string::npos || ends == std::string::npos || ends < begins) {
        return std::nullopt;
    }
    const auto from = begins + table_begins.size();
    return document.substr(0, from) + "\n" + metric_table() + document.substr(ends);
}

}  // namespace trainwatch::wire
