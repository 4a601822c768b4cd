// `alerts:` of a list: which of the alerts about its jobs fire, from when on, and how severe they
// are.
#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <vector>

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

// What one alert may be given.
struct alert_keys {
    std::string_view alertname{};
    std::vector<std::string_view> keys{};
};

const std::vector<alert_keys>& known_alerts() {
    static const std::vector<alert_keys> all = [] {
        std::vector<alert_keys> made;
        for (const auto name : domain::end_alerts)
            made.push_back({name, {"enabled", "severity", "runbook_url"}});
        // It has two severities, one a threshold.
        made.push_back(
            {"TrainingJobNearDeadline", {"enabled", "runbook_url", "warning_at", "critical_at"}}
        );
        made.push_back({"TrainingJobPastDeadline", {"enabled", "severity", "runbook_url", "after"}}
        );
        made.push_back({"TrainingJobStuck", {"enabled", "severity", "runbook_url"}});
        made.push_back(
            {"TrainingJobSpotLoop",
             {"enabled", "severity", "runbook_url", "interruptions", "within"}}
        );
        made.push_back({"TrainingJobRuleIssue", {"enabled", "severity", "runbook_url"}});
        made.push_back({"TrainingJobOverBudget", {"enabled", "severity", "runbook_url"}});
        made.push_back({"TrainingJobSuspiciousLimit", {"enabled", "severity", "runbook_url"}});
        made.push_back({domain::overdue_alert, {"severity", "runbook_url"}});
        return made;
    }();
    return all;
}

// "0.8" or "80%": more than nothing and less than all.
std::optional<double> read_part(settings_reader& reader, const yaml_value& where) {
    const auto text = reader.text(where);
    if (!text) return std::nullopt;
    const bool is_percent = text->ends_with('%');
    auto digits = *text;
    if (is_percent) digits.pop_back();
    double value = 0;
    const auto* const end = digits.data() + digits.size();
    const auto read = std::from_chars(digits.data(), end, value);
    if (is_percent) value /= 100;
    if (read.ec != std::errc() || read.ptr != end || !(value > 0) || !(value < 1)) {
        reader.fail(where, "a part of the limit above 0 and below 1, such as 0.8 or 80%");
        return std::nullopt;
    }
    return value;
}

std::optional<unsigned> read_count(settings_reader& reader, const yaml_value& where) {
    const auto number = reader.number(where, "3 or 5");
    if (!number) return std::nullopt;
    if (*number < 1 || *number > limits::interruptions_most || *number != std::floor(*number)) {
        reader.fail(
            where, "a whole number from 1 to " + std::to_string(limits::interruptions_most)
        );
        return std::nullopt;
    }
    return static_cast<unsigned>(*number);
}

std::string read_severity(settings_reader& reader, const yaml_value& where) {
    const auto text = reader.text(where);
    if (!text) return {};
    if (is_severity(*text)) return *text;
    reader.fail(where, "letters, digits, _ and - only, such as critical, warning, info or page");
    return {};
}

// As it stands in a page or a chat, where a person clicks on it.
std::string read_link(settings_reader& reader, const yaml_value& where) {
    const auto text = reader.text(where);
    if (!text) return {};
    const bool is_link = text->starts_with("https://") || text->starts_with("http://");
    const bool is_plain = std::all_of(text->begin(), text->end(), [](unsigned char c) {
        return c > ' ' && c != 0x7f;
    });
    if (is_link && is_plain && text->size() <= limits::runbook_url_bytes_max) return *text;
    reader.fail(where, "a link such as https://wiki.example.com/training-job-failed");
    return {};
}

void read_thresholds(
    settings_reader& reader, const yaml_value& where, domain::alert_choice& choice
) {
    static constexpr duration_range any{milliseconds(0), limits::phase_limit_most};
    static constexpr duration_range some{milliseconds(1'000), limits::phase_limit_most};
    if (const auto at = reader.find(where, "warning_at"))
        choice.warning_at = read_part(reader, *at);
    if (const auto at = reader.find(where, "critical_at")) {
        choice.critical_at = read_part(reader, *at);
        const auto least = choice.warning_at.value_or(limits::near_deadline_warning);
        if (choice.critical_at && *choice.critical_at < least) {
            const auto percent = static_cast<int>(least * 100 + 0.5);
            reader.fail(*at, "comes before warning_at, which is " + std::to_string(percent) + "%");
        }
    } else if (choice.warning_at && *choice.warning_at > limits::near_deadline_critical) {
        reader.fail(
            *reader.find(where, "warning_at"),
            "comes after critical_at, which is 0.95 unless you give it, too"
        );
    }
    if (const auto at = reader.find(where, "after")) choice.after = reader.duration(*at, any);
    if (const auto at = reader.find(where, "interruptions")) {
        choice.interruptions = read_count(reader, *at);
    }
    if (const auto at = reader.find(where, "within")) choice.within = reader.duration(*at, some);
}

domain::alert_choice read_choice(
    settings_reader& reader, const yaml_value& where, const alert_keys& alert
) {
    domain::alert_choice choice;
    if (!reader.mapping(where, {alert.keys, {}})) return choice;
    if (const auto enabled = reader.find(where, "enabled")) {
        choice.enabled = read_flag(reader, *enabled, true);
    }
    if (const auto severity = reader.find(where, "severity")) {
        choice.severity = read_severity(reader, *severity);
    }
    if (const auto runbook = reader.find(where, "runbook_url")) {
        choice.runbook_url = read_link(reader, *runbook);
    }
    read_thresholds(reader, where, choice);
    return choice;
}

}  // namespace

domain::alert_choices read_alerts(settings_reader& reader, const yaml_value& where) {
    domain::alert_choices choices;
    std::vector<std::string_view> names;
    for (const auto& each : known_alerts())
        names.push_back(each.alertname);
    if (!reader.mapping(where, {names, {}})) return choices;
    for (const auto& each : known_alerts()) {
        if (const auto choice = reader.find(where, each.alertname)) {
            choices.insert_or_assign(
                std::string(each.alertname), read_choice(reader, *choice, each)
            );
        }
    }
    return choices;
}

}  // namespace trainwatch::wire
