#include "wire/alertmanager_config.hpp"

#include <algorithm>
#include <set>
#include <sstream>
#include <string_view>
#include <utility>
#include <vector>

#include "base/limits.hpp"
#include "base/time.hpp"
#include "wire/alertmanager_matcher.hpp"
#include "wire/yaml_text.hpp"

namespace trainwatch::wire {
namespace {

constexpr const char* heading =
    R"(# An alertmanager.yml for trainwatchd; `amtool check-config FILE` checks it. The files below
# /etc/alertmanager/trainwatchd/ are yours to fill, an address or a key each, readable by
# Alertmanager alone. deploy/alertmanager/ has templates, e-mail, SNS and the reasons.
global:
  slack_api_url_file: /etc/alertmanager/trainwatchd/slack.url

)";

constexpr const char* inhibitions = R"(
inhibit_rules:
  # `equal` holds of labels that both lack: the matchers on training_job keep alerts without a job
  # out of it.
  # A job beyond its deadline is no longer near it.
  - source_matchers: ['alertname="TrainingJobPastDeadline"', 'training_job=~".+"']
    target_matchers: ['alertname="TrainingJobNearDeadline"', 'training_job=~".+"']
    equal: [training_job, created, account_id, aws_region]
  # Of one job the worst is told. An alert does not inhibit itself: it has another severity.
  - source_matchers: ['severity="critical"', 'training_job=~".+"']
    target_matchers: ['severity=~"warning|info"', 'training_job=~".+"']
    equal: [training_job, created, account_id, aws_region]
  # Who gets no answer from AWS knows nothing new either.
  - source_matchers: ['alertname="TrainwatchdConnectionDown"', 'connection=~".+"']
    target_matchers: ['alertname="TrainwatchdStale"', 'connection=~".+"']
    equal: [connection, aws_region, replica]
)";

// What a FailureReason says is anybody's text: Slack would take <!channel> for an order. Without
// templates of a file: one that is not there would cost the notification.
constexpr std::string_view slack_title =
    R"({{ .CommonLabels.alertname }} {{ .CommonLabels.watch_list }} ({{ .Status }}, {{ len .Alerts }}))";
// A group has the failures of a day, by their labels. These templates have no sort: each round
// tells what fired (or ended) last before `$last`, with a dot in `$told` for each.
constexpr std::string_view slack_text =
    R"({{ $told := "" }}{{ $last := (index .Alerts 0).StartsAt.AddDate 1000 0 0 }})"
    R"({{ range .Alerts }}{{ if lt (len $told) 5 }})"
    R"({{ $next := .StartsAt.AddDate -1000 0 0 }})"
    R"({{ range $.Alerts }}{{ $at := .StartsAt }})"
    R"({{ if eq .Status "resolved" }}{{ $at = .EndsAt }}{{ end }})"
    R"({{ if and ($at.Before $last) ($at.After $next) }}{{ $next = $at }}{{ end }}{{ end }})"
    R"({{ range $.Alerts }}{{ $at := .StartsAt }})"
    R"({{ if eq .Status "resolved" }}{{ $at = .EndsAt }}{{ end }})"
    R"({{ if and (lt (len $told) 5) ($at.Equal $next) }}{{ $told = print $told "." }})"
    R"({{ if eq .Status "resolved" }}Over: {{ end }})"
    R"({{ reReplaceAll ">" "&gt;" (reReplaceAll "<" "&lt;" (reReplaceAll "&" "&amp;" )"
    R"((reReplaceAll "[[:cntrl:]]" " " .Annotations.summary))) }}{{ "\n" }}{{ end }}{{ end }})"
    R"({{ $last = $next }}{{ end }}{{ end }})"
    R"({{ if gt (len .Alerts) 5 }}Five of {{ len .Alerts }}, the latest first.{{ end }})";
constexpr std::string_view page_description =
    R"({{ $latest := index .Alerts 0 }}{{ $when := $latest.StartsAt.AddDate -1000 0 0 }})"
    R"({{ range .Alerts }}{{ $at := .StartsAt }})"
    R"({{ if eq .Status "resolved" }}{{ $at = .EndsAt }}{{ end }})"
    R"({{ if $at.After $when }}{{ $when = $at }}{{ $latest = . }}{{ end }}{{ end }})"
    R"({{ if eq $latest.Status "resolved" }}Over: {{ end }}{{ $latest.Annotations.summary }})"
    R"({{ if gt (len .Alerts) 1 }} (the latest of {{ len .Alerts }}){{ end }})";

// No severity has a slash: nothing that a list makes up is called like a receiver of ours.
constexpr const char* ended = "/ended";
constexpr const char* heartbeat = "'nobody/heartbeat'";

// What Prometheus' own examples call an alert that somebody is woken for.
bool wakes_somebody(const std::string& severity) {
    return severity == "critical" || severity == "page";
}

bool is_own(const std::string& severity) {
    return severity != "critical" && severity != "warning" && severity != "info";
}

// Critical first, then as people read them; what the lists made up comes after.
std::vector<std::string> severities_of(const domain::settings& config) {
    std::vector<std::string> severities{"critical", "warning", "info"};
    std::set<std::string> more;
    for (const auto& list : config.watch_lists) {
        for (const auto& [alertname, choice] : list.alerts)
            if (!choice.severity.empty()) more.insert(choice.severity);
    }
    for (const auto& severity : more) {
        if (std::find(severities.begin(), severities.end(), severity) == severities.end()) {
            severities.push_back(severity);
        }
    }
    return severities;
}

// A list for many owners: each owner's jobs fail by themselves.
std::string group_by(const domain::settings& config) {
    std::set<std::string> names;
    for (const auto& list : config.watch_lists) {
        for (const auto& label : list.labels_from_tags)
            names.insert(label.first);
    }
    std::string text = "[alertname, watch_list, tuning_job";
    for (const auto& name : names)
        text += ", " + name;
    return text + "]";
}

std::string matchers(const std::string& name, const std::string& value) {
    return "matchers: [" + yaml_text(matcher_text(name, value)) + "]";
}

// "30h", which people read sooner than "1d6h".
std::string in_hours(milliseconds length) {
    return std::to_string(std::chrono::ceil<std::chrono::hours>(length).count()) + "h";
}

std::string test_routes(const std::vector<std::string>& severities) {
    std::string text =
        "    # `trainwatchd test-alert` proves the way to every receiver, at once.\n";
    for (const auto& severity : severities) {
        text += "    - " + matchers("alertname", "TrainwatchdTest") + "\n";
        text += "      receiver: " + yaml_text(severity) + "\n";
        text += "      group_by: ['...']\n      group_wait: 0s\n";
        if (severity != severities.back()) text += "      continue: true\n";
    }
    return text;
}

std::string ended_routes(const std::vector<std::string>& severities) {
    std::string names;
    for (const auto name : domain::end_alerts)
        names += (names.empty() ? "" : "|") + std::string(name);
    std::string text = "    # How a job ended does not pass: such an alert is held for " +
        in_hours(limits::terminal_hold) +
        ", told once in that\n"
        "    # time, and its end is no news.\n";
    text += "    - matchers: [" + yaml_text("alertname=~\"" + names + "\"") + "]\n";
    text += "      receiver: " + yaml_text(std::string("warning") + ended) + "\n";
    text += "      repeat_interval: " + in_hours(limits::repeat_interval) + "\n";
    text += "      routes:\n";
    for (const auto& severity : severities) {
        text += "        - " + matchers("severity", severity) + "\n";
        text += "          receiver: " + yaml_text(severity + ended) + "\n";
    }
    return text;
}

// For whoever wants one list or team elsewhere; what is printed here is right without them.
std::string routes_to_choose(const domain::settings& config) {
    std::set<std::pair<std::string, std::string>> labels;
    for (const auto& list : config.watch_lists) {
        labels.emplace("watch_list", list.name);
        for (const auto& label : list.labels)
            labels.insert(label);
        for (const auto& [name, tag] : list.labels_from_tags)
            labels.emplace(name, "VALUE-OF-" + tag);
    }
    if (labels.empty()) return {};
    std::string text =
        "    # A list or team with a place of its own: uncomment, and add the receiver. With\n"
        "    # `continue: true` the routes below hear of it too.\n";
    for (const auto& [name, value] : labels) {
        text += "    # - " + matchers(name, value) + "\n";
        text += "    #   receiver: " + yaml_text(value) + "\n";
        text += "    #   repeat_interval: " + in_hours(limits::repeat_interval) + "\n";
    }
    return text;
}

// Written out where it stands first; the others refer to it.
std::string once(const char* name, std::string_view text, bool is_first) {
    return is_first ? std::string("&") + name + " " + yaml_text(text) : std::string("*") + name;
}

std::string slack_of(bool is_end, bool is_first) {
    return std::string("    slack_configs:\n      - channel: '#training-jobs'\n") +
        "        send_resolved: " + (is_end ? "false" : "true") +
        "\n        title: " + once("title", slack_title, is_first) +
        "\n        text: " + once("text", slack_text, is_first) + "\n";
}

std::string pagerduty_of(bool is_end, bool is_first) {
    return std::string("    pagerduty_configs:\n") +
        "      - routing_key_file: /etc/alertmanager/trainwatchd/pagerduty.key\n" +
        "        send_resolved: " + (is_end ? "false" : "true") +
        "\n        description: " + once("description", page_description, is_first) + "\n";
}

// Of one that the lists made up nobody knows how urgent it is.
std::string pagerduty_to_choose(bool is_end) {
    std::istringstream lines(pagerduty_of(is_end, false));
    std::string text = "    # If somebody is to be woken for it, uncomment:\n";
    for (std::string line; std::getline(lines, line);)
        text += "    # " + line.substr(4) + "\n";
    return text;
}

// What becomes of the severities that the lists made up: a line each.
std::string own_severities(const std::vector<std::string>& severities) {
    std::string text;
    for (const auto& severity : severities) {
        if (!is_own(severity)) continue;
        text += "#   " + severity +
            (wakes_somebody(severity) ? ": PagerDuty and Slack, as critical\n"
                                      : ": Slack alone, unless you uncomment PagerDuty there\n");
    }
    if (text.empty()) return {};
    return "# Severities of your own lists, a route and receivers each; no inhibition is about "
           "them:\n" +
        text + "\n";
}

std::string receivers_of(const std::vector<std::string>& severities) {
    std::string text = "\nreceivers:\n";
    for (const auto& severity : severities) {
        for (const bool is_end : {false, true}) {
            text += "  - name: " + yaml_text(severity + (is_end ? ended : "")) + "\n";
            // Who is woken, and for what, is said by severity.
            const bool is_first = severity == severities.front() && !is_end;
            if (wakes_somebody(severity)) {
                text += pagerduty_of(is_end, is_first);
            } else if (is_own(severity)) {
                text += pagerduty_to_choose(is_end);
            }
            text += slack_of(is_end, is_first);
        }
    }
    return text +
        "  # Nobody reads a heartbeat: give it a dead man's switch (webhook_configs), or leave "
        "it.\n"
        "  - name: " +
        heartbeat + "\n";
}

}  // namespace

std::string alertmanager_config(const domain::settings& config) {
    const auto severities = severities_of(config);
    std::string text = heading + own_severities(severities);
    text +=
        "route:\n"
        "  # Whatever no route below knows.\n"
        "  receiver: 'warning'\n"
        "  # What fails together is one notification, not one a job.\n"
        "  group_by: " +
        group_by(config) +
        "\n  group_wait: 30s\n  group_interval: 5m\n  repeat_interval: 4h\n  routes:\n";
    text += test_routes(severities);
    text += "    - " + matchers("alertname", "TrainwatchdHeartbeat") + "\n";
    text += std::string("      receiver: ") + heartbeat;
    text += "\n      group_wait: 0s\n      repeat_interval: 5m\n";
    text += routes_to_choose(config);
    text += ended_routes(severities);
    for (const auto& severity : severities) {
        text += "    - " + matchers("severity", severity) + "\n";
        text += "      receiver: " + yaml_text(severity) + "\n";
    }
    return text + inhibitions + receivers_of(severities);
}

}  // namespace trainwatch::wire
