// What an alert says while it fires. Labels are what it is and never change; what is told of it by
// now is annotations: the next re-send has them, and so has the ledger a little later. They alone
// are no reason to send anything.
#include <utility>

#include "core/engine.hpp"
#include "core/rules.hpp"

namespace trainwatch::core {

void engine::renew(alert_number alert, domain::label_map annotations) {
    if (book_.renew(alert, std::move(annotations))) renewed_.insert(alert);
}

// Told of itself now and then: it may be another text each time.
void engine::renew(const own_alert& known, const std::function<domain::alert_row()>& make) {
    if (!renewing_ || known.identity.empty()) return;
    if (const auto number = book_.find(known.identity)) {
        renew(*number, make().alert.annotations);
    }
}

// AWS may tell more of an end than it did when that was alerted: a reason, what it has cost.
void engine::renew_end(std::size_t slot) {
    const auto& job = view_.jobs[slot];
    if (!job.ending || job.summarised) return;
    const auto& choices = plan_.traits(job.target.watch_list).alerts;
    const domain::job_ended end{*job.ending, job.ended, domain::seen_as::live, false};
    const auto made = alert_of_end(job, end, now_.wall, choices);
    if (!made) return;
    for (const auto number : alerts_of_end(made->alert)) {
        const auto& known = book_.alert(number);
        auto annotations = made->alert.annotations;
        const auto reason = annotations.find("failure_fingerprint");
        const auto former = known.annotations.find("failure_fingerprint");
        const bool is_new = reason != annotations.end() &&
            (former == known.annotations.end() || former->second != reason->second);
        if (is_new) note_reason(annotations, known.starts_at);
        say_who_else_failed(annotations, known.starts_at);
        renew(number, std::move(annotations));
    }
}

// A job failed for a reason, as an alert tells that starts then.
void engine::note_reason(const domain::label_map& annotations, wall_time when) {
    const auto fingerprint = annotations.find("failure_fingerprint");
    if (fingerprint == annotations.end()) return;
    same_reasons_.note(fingerprint->second, when);
    failed_again_.insert(fingerprint->second);
}

// For the same reason, so that nobody looks into forty of them one by one.
void engine::say_who_else_failed(domain::label_map& annotations, wall_time when) const {
    const auto fingerprint = annotations.find("failure_fingerprint");
    if (fingerprint == annotations.end()) return;
    const auto others = same_reasons_.others_than(fingerprint->second, when);
    if (others) tell_of_others(annotations, *others);
}

// The first of forty is told of those that came after it.
void engine::renew_reasons() {
    const auto again = std::exchange(failed_again_, {});
    if (again.empty()) return;
    for (const auto& [key, number] : book_.numbers()) {
        const auto& known = book_.alert(number);
        const auto fingerprint = known.annotations.find("failure_fingerprint");
        const bool is_one = known.state == domain::alert_state::firing &&
            fingerprint != known.annotations.end() && again.contains(fingerprint->second);
        if (!is_one || !is_terminal_alert(known)) continue;
        auto annotations = known.annotations;
        say_who_else_failed(annotations, known.starts_at);
        renew(number, std::move(annotations));
    }
}

// What has come together: texts that change by the second are not the disk's business each time.
void engine::keep_texts() {
    if (!renewing_) return;
    renew_reasons();
    for (const auto alert : std::exchange(renewed_, {})) {
        if (book_.knows(alert)) journal_.put(book_.row(alert));
    }
}

}  // namespace trainwatch::core
