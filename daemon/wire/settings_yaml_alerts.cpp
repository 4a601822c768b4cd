// `alerts:` of a list: which of the alerts about its jobs fire, and how severe they are.
#include <algorithm>
#include <array>

#include "base/limits.hpp"
#include "wire/settings_yaml_sections.hpp"

namespace trainwatch::wire {
namespace {

// As Alertmanager's routes compare it: no spaces, nothing to quote.
bool is_severity(std::string_view text) {
    return text.size() <= limits::severity_bytes_max &&
        std::all_of(text.begin(), text.end(), [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                   c == '_' || c == '-';
           });
}

domain::alert_choice read_choice(settings_reader& reader, const yaml_value& where) {
    static constexpr std::array<std::string_view, 2> now{"enabled", "severity"};
    domain::alert_choice choice;
    if (!reader.mapping(where, {now, {}})) return choice;
    if (const auto enabled = reader.find(where, "enabled")) {
        choice.enabled = read_flag(reader, *enabled, true);
    }
    if (const auto severity = reader.find(where, "severity")) {
        const auto text = reader.text(*severity);
        if (text && !is_severity(*text)) {
            reader.fail(
                *severity, "letters, digits, _ and - only, such as critical, warning, info or page"
            );
        } else if (text) {
            choice.severity = *text;
        }
    }
    return choice;
}

}  // namespace

domain::alert_choices read_alerts(settings_reader& reader, const yaml_value& where) {
    static constexpr std::array<std::string_view, 7> later{
        "TrainingJobNearDeadline",
        "TrainingJobPastDeadline",
        "TrainingJobStuck",
        "TrainingJobSpotLoop",
        "TrainingJobRuleIssue",
        "TrainingJobOverBudget",
        "TrainingJobSuspiciousLimit"};
    domain::alert_choices choices;
    if (!reader.mapping(where, {domain::job_alerts, later})) return choices;
    for (const auto name : domain::job_alerts) {
        if (const auto choice = reader.find(where, name)) {
            choices.insert_or_assign(std::string(name), read_choice(reader, *choice));
        }
    }
    return choices;
}

}  // namespace trainwatch::wire
