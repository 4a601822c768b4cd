// What an alert says: the severity of its kind, whom it is about, nothing that hurts a terminal,
// and no doubt about a cause that was known when it fired.
#include <algorithm>
#include <set>

#include "alert_labels.hpp"
#include "base/limits.hpp"
#include "core/history.hpp"
#include "judge.hpp"

namespace trainwatch::sim {
namespace {

// The table of alerts, as it stands where no list chooses otherwise.
const std::set<std::string>& severities_of(const std::string& alertname) {
    static const std::map<std::string, std::set<std::string>> table{
        {"TrainingJobFailed", {"critical"}},
        {"TrainingJobMaxRuntimeExceeded", {"critical"}},
        {"TrainingJobMaxWaitExceeded", {"warning"}},
        {"TrainingJobNearDeadline", {"warning", "critical"}},
        {"TrainingJobPastDeadline", {"critical"}},
        {"TrainingJobStuck", {"warning"}},
        {"TrainingJobSpotLoop", {"warning"}},
        {"TrainingJobRuleIssue", {"warning"}},
        {"TrainingJobOverBudget", {"warning"}},
        {"TrainingJobSuspiciousLimit", {"info"}},
        {"TrainingJobOverdue", {"critical"}},
    };
    static const std::set<std::string> of_others{"critical", "warning", "info", "none"};
    const auto found = table.find(alertname);
    return found == table.end() ? of_others : found->second;
}

bool is_printable(const std::string& text) {
    return std::all_of(text.begin(), text.end(), [](char each) {
        const auto byte = static_cast<unsigned char>(each);
        return (byte >= 0x20 && byte != 0x7f) || each == '\n' || each == '\t';
    });
}

}  // namespace

void judge::check_texts(
    const domain::alert_message& alert, const std::string& identity, mono_time now
) {
    const auto& alertname = label(alert.labels, "alertname");
    if (!severities_of(alertname).contains(label(alert.labels, "severity"))) {
        violated("not of its severity: " + identity, now);
    }
    const auto& summary = label(alert.annotations, "summary");
    const auto& about = label(alert.labels, "training_job");
    if (summary.empty() || summary.find(about) == std::string::npos) {
        violated("does not say whom it is about: " + identity + ": " + summary, now);
    }
    for (const auto& [name, text] : alert.annotations) {
        if (!is_printable(text)) violated("not plain text: " + name + " of " + identity, now);
    }
    if (!comes_and_goes(alert.labels)) check_class(alert, identity, now);
}

void judge::explained(std::size_t job, const domain::observation& told, mono_time now) {
    const bool is_failed = told.status.value == domain::primary_status::failed;
    const bool says_why = domain::is_terminal(told.status.value) &&
        core::is_terminal_entry(told.secondary.value) &&
        (!is_failed || !told.failure_reason.empty());
    if (says_why) explained_.emplace(job, now);
}

// Whoever was told why before it fired says so; later on it keeps the name under which it fired.
void judge::check_class(
    const domain::alert_message& alert, const std::string& identity, mono_time now
) {
    const auto& known = record_of(alert.labels, identity);
    if (!known.job) return;
    const auto& truth = scene_.jobs.jobs()[*known.job].truth;
    const auto& told = label(alert.labels, "failure_class");
    const std::string is(to_string(truth.true_ending().failure_class));
    // It leaves in the moment when it fires, unless the disk or an earlier run held it up; and an
    // answer that contradicts itself, or is taken back, explains nothing to anybody.
    const auto& disk = scene_.drawn.disk;
    const auto& aws = scene_.drawn.aws;
    const bool leaves_at_once = disk.fails == 0 && disk.hangs == 0 && !disk.full &&
        disk.latency_max <= milliseconds(10) && !restored_.contains(identity);
    const bool contradicts_itself = aws.torn > 0 || aws.taken_back > 0 || aws.scrambled > 0;
    const bool is_first = known.starts_at == wall_time{};
    // It may have waited for its receiver: what was told since has come too late for its name.
    const auto explained = explained_.find(*known.job);
    const bool came_in_time =
        explained != explained_.end() && alert.starts_at >= clocks::true_wall(explained->second);
    const bool was_explained = is_first && leaves_at_once && !contradicts_itself && came_in_time;
    // Nor is a cause given up before AWS has had its time to tell it.
    const auto& clock = scene_.drawn.clock;
    const bool is_dated = clock.skew == milliseconds(0) && clock.drift == 0 && clock.steps == 0;
    const bool was_in_haste = is_dated && !contradicts_itself &&
        !scene_.jobs.jobs()[*known.job].deleted &&
        alert.starts_at < truth.ended() + limits::settle_patience / 2;
    if (told != is && (told != "unknown" || was_explained || was_in_haste)) {
        violated("of another class than " + is + ": " + identity, now);
    }
}

}  // namespace trainwatch::sim
