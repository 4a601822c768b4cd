#include <algorithm>

#include "core/engine.hpp"
#include "core/notes.hpp"
#include "core/rules.hpp"

namespace trainwatch::core {
namespace {

std::string text(const domain::label_map& of, const char* name) {
    const auto found = of.find(name);
    return found == of.end() ? std::string() : found->second;
}

// By name, in whatever account and region, or by ARN.
bool is_about(const domain::alert& alert, const std::string& job) {
    return text(alert.labels, "training_job") == job ||
        text(alert.annotations, "training_job_arn") == job;
}

// The ARN of a job that only its row tells of: its end is as good as the whole.
bool is_called(const domain::job_identity& known, const std::string& job) {
    return known.name == job ||
        (job.starts_with("arn:") &&
         job.ends_with(":" + known.region + ":" + known.account_id + ":training-job/" + known.name)
        );
}

}  // namespace

// A person has seen how the job ended. Its row says how it ended, so nothing makes the alert again:
// not a restart, and not the next sight of the job.
void engine::on(const acknowledged& what) {
    acknowledgement answer;
    answer.job = what.job;
    std::vector<alert_number> over;
    for (const auto& [key, alert] : book_.numbers()) {
        const auto& known = book_.alert(alert);
        if (what.job.empty() || !is_about(known, what.job)) continue;
        answer.known = true;
        if (known.state == domain::alert_state::resolved || !is_terminal_alert(known)) continue;
        over.push_back(alert);
    }
    for (const auto alert : over) {
        answer.ended.push_back(book_.key(alert));
        end_alert(alert, "acknowledged");
    }
    answer.known =
        answer.known || std::any_of(view_.jobs.begin(), view_.jobs.end(), [&](const auto& job) {
            return job.last && (job.last->name == what.job || job.last->arn == what.job);
        });
    answer.known = answer.known ||
        std::any_of(let_go_.all().begin(), let_go_.all().end(), [&](const auto& row) {
                       return is_called(row.first.identity, what.job);
                   });
    say(make_note(
        note_level::info,
        "acknowledged",
        {{"training_job", what.job}, {"alerts", std::to_string(answer.ended.size())}}
    ));
    // Where nothing ended, nothing waits for the disk.
    const auto waits_for = answer.ended.empty() ? std::optional(commit_id{}) : std::nullopt;
    unanswered_.push_back({std::move(answer), waits_for});
}

void engine::acknowledge_with(commit_id batch) {
    for (auto& each : unanswered_) {
        if (!each.batch) each.batch = batch;
    }
}

void engine::answer_acknowledged() {
    const bool disk_is_waited_for = journal_.makes_alerts_wait() && !stopped_;
    while (!unanswered_.empty()) {
        auto& next = unanswered_.front();
        next.answer.kept = next.batch && *next.batch <= committed_;
        if (!next.answer.kept && disk_is_waited_for) return;
        out_.emplace_back(std::move(next.answer));
        unanswered_.pop_front();
    }
}

}  // namespace trainwatch::core
