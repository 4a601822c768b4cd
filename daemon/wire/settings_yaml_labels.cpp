#include <algorithm>
#include <array>

#include "base/limits.hpp"
#include "base/text.hpp"
#include "wire/settings_yaml_sections.hpp"

namespace trainwatch::wire {
namespace {

// Labels that our alerts are told apart by, those that name a job's series, and what Prometheus
// sets itself: a configured one of this name would change what an alert or a series is about.
constexpr std::array<std::string_view, 21> taken{
    "account_id",       "alertname",  "aws_region", "connection", "created",  "failure_class",
    "instance",         "job",        "le",         "limit",      "outcome",  "quantile",
    "receiver",         "replica",    "rule_kind",  "rule_name",  "severity", "training_job",
    "secondary_status", "tuning_job", "watch_list",
};

constexpr bool may_begin(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

// [a-zA-Z_][a-zA-Z0-9_]*
bool is_label_name(std::string_view text) {
    return !text.empty() && may_begin(text.front()) &&
        std::all_of(text.begin(), text.end(), [](char c) {
            return may_begin(c) || (c >= '0' && c <= '9');
        });
}

std::string label_problem(std::string_view name) {
    if (!is_label_name(name) || name.size() > limits::configured_label_name_chars_max) {
        return quoted(name) + " is no label name: up to " +
            std::to_string(limits::configured_label_name_chars_max) +
            " letters, digits and underscores, no digit first";
    }
    if (name.starts_with("__")) {
        return quoted(name) + ": names with two underscores in front are Prometheus' own; " +
            "leave them out";
    }
    if (std::find(taken.begin(), taken.end(), name) != taken.end()) {
        return quoted(name) + " is a label of the alerts, the series or Prometheus itself; " +
            "choose another name";
    }
    return {};
}

}  // namespace

domain::label_map read_labels(settings_reader& reader, const yaml_value& where) {
    domain::label_map labels;
    const auto entries = reader.entries(where, "labels, such as {team: vision}");
    if (entries.size() > limits::configured_labels_max) {
        reader.fail(
            where,
            std::to_string(entries.size()) + " labels; " +
                std::to_string(limits::configured_labels_max) + " are the most"
        );
        return labels;
    }
    for (const auto& [name, value] : entries) {
        if (auto problem = label_problem(name.text); !problem.empty()) {
            reader.fail(name.where, std::move(problem));
            continue;
        }
        const auto text = reader.text(value);
        if (!text) continue;
        if (text->size() > limits::label_bytes_max) {
            reader.fail(
                value,
                "the value of a label has at most " + std::to_string(limits::label_bytes_max) +
                    " bytes; this one has " + std::to_string(text->size())
            );
            continue;
        }
        labels.emplace(name.text, *text);
    }
    return labels;
}

domain::label_map read_labels_from_tags(
    settings_reader& reader, const yaml_value& where, const domain::label_map& labels
) {
    domain::label_map keys;
    const auto entries = reader.entries(where, "labels and tags, such as {owner: Owner}");
    if (entries.size() + labels.size() > limits::configured_labels_max) {
        reader.fail(
            where,
            std::to_string(entries.size() + labels.size()) + " labels with those of \"labels\"; " +
                std::to_string(limits::configured_labels_max) + " are the most"
        );
        return keys;
    }
    for (const auto& [name, value] : entries) {
        if (auto problem = label_problem(name.text); !problem.empty()) {
            reader.fail(name.where, std::move(problem));
            continue;
        }
        if (labels.contains(name.text)) {
            reader.fail(name.where, quoted(name.text) + " is among the \"labels\" of this list");
            continue;
        }
        const auto key = reader.text(value);
        if (!key) continue;
        if (key->size() > limits::tag_key_chars_max) {
            reader.fail(
                value,
                "the key of a tag has at most " + std::to_string(limits::tag_key_chars_max) +
                    " characters; this one has " + std::to_string(key->size())
            );
            continue;
        }
        keys.emplace(name.text, *key);
    }
    return keys;
}

domain::metric_groups read_metric_groups(settings_reader& reader, const yaml_value& where) {
    struct group {
        std::string_view name;
        bool domain::metric_groups::*on;
    };
    static constexpr std::array<group, 4> groups{
        {{"phases", &domain::metric_groups::phases},
         {"final_metrics", &domain::metric_groups::final_metrics},
         {"details", &domain::metric_groups::details},
         {"state_sets", &domain::metric_groups::state_sets}}};
    std::array<std::string_view, groups.size()> names;
    std::transform(groups.begin(), groups.end(), names.begin(), [](const group& each) {
        return each.name;
    });
    domain::metric_groups metrics;
    for (const auto& item : reader.list(where, "metric groups")) {
        const auto text = reader.text(item);
        if (!text) continue;
        const auto at = std::find(names.begin(), names.end(), *text);
        if (at == names.end()) {
            const auto near = text->size() <= 64 ? nearest(*text, names) : std::string_view();
            reader.fail(
                item,
                quoted(*text) + " is no group of metrics; " +
                    (near.empty() ? "there are phases, final_metrics, details and state_sets"
                                  : "did you mean " + quoted(near) + "?")
            );
            continue;
        }
        bool& on = metrics.*groups[static_cast<std::size_t>(at - names.begin())].on;
        if (on) reader.fail(item, quoted(*text) + " is in this list already");
        on = true;
    }
    return metrics;
}

}  // namespace trainwatch::wire
