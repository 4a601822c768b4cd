#include "app/waiting.hpp"

#include <algorithm>
#include <utility>

#include "app/job_commands.hpp"
#include "base/limits.hpp"
#include "wire/job_text.hpp"
#include "wire/live_line.hpp"

namespace trainwatch::app {
namespace {

// What is the matter now, with what was known before.
domain::job_view problem_view(const domain::job_view& known, const domain::job_view& seen) {
    auto view = known;
    view.missing = seen.missing;
    view.trouble = seen.trouble;
    view.trouble_detail = seen.trouble_detail;
    view.trouble_cure = seen.trouble_cure;
    return view;
}

// What the trouble of a lane is, as far as a job of it was told.
std::string detail_of(const domain::view& view, std::size_t lane) {
    for (const auto& job : view.jobs) {
        if (job.target.lane.value != lane || job.trouble_detail.empty()) continue;
        return " (" + wire::terminal_safe(job.trouble_detail) + ")";
    }
    return {};
}

}  // namespace

waiting::waiting(
    const options& chosen, const std::vector<wire::wanted_job>& wanted, mono_time begun
)
    : chosen_(chosen), wanted_(wanted), begun_(begun), jobs_(wanted.size()) {
    for (const auto& job : wanted)
        longest_name_ = std::max(longest_name_, job.name.size());
}

std::vector<std::size_t> waiting::unseen() const {
    std::vector<std::size_t> numbers;
    for (std::size_t i = 0; i < jobs_.size(); ++i) {
        if (!jobs_[i].known.last) numbers.push_back(i);
    }
    return numbers;
}

void waiting::look(const wiring& daemon, const std::vector<std::size_t>& who) {
    screen_.look();
    const auto& view = daemon.engine().view();
    const moment now{daemon.now().mono, aws_time(daemon), view.first_pass_complete};
    for (std::size_t slot = 0; slot < who.size() && !decision_; ++slot)
        look_at(who[slot], view.jobs[slot], now);
    if (!decision_) give_up_on_unknown();
    if (!decision_) tell_outages(daemon, who, now.aws);
    if (!decision_) decide(now.mono);
    screen_.show(lasting_, decision_ ? std::vector<std::string>{} : block(now.aws));
    lasting_.clear();
    if (!complaint_.empty()) complain(complaint_);
    complaint_.clear();
}

void waiting::look_at(std::size_t number, const domain::job_view& seen, const moment& now) {
    auto& job = jobs_[number];
    if (job.ended) return;
    // A fresh look knows nothing at first: what was known before still stands.
    if (seen.last || !job.known.last) job.known = seen;
    if (!seen.missing) job.missing_since.reset();
    if (seen.missing && !job.missing_since) job.missing_since = now.mono;
    const auto tried = search_of(job, now);
    auto problem = problem_of(wanted_[number], problem_view(job.known, seen), tried);
    // Told together with the others that are unknown.
    if (!problem.empty() && seen.missing && !job.known.last) {
        unknown_.push_back(wanted_[number]);
        return;
    }
    if (!problem.empty()) {
        complaint_ = std::move(problem);
        decision_ = verdict::error;
        return;
    }
    if (!job.known.last && !seen.missing) tell_silence(seen, tried);
    tell_progress(job, now.aws);
}

// On a screen that is redrawn, the job's own line says so.
void waiting::tell_silence(const domain::job_view& seen, const search& tried) {
    if (told_silence_ || screen_.redraws() || !has_onlooker()) return;
    if (tried.since_start < limits::silence_patience) return;
    // Of many jobs the last ones may not have been asked for yet.
    if (!seen.trouble && unseen().size() < jobs_.size()) return;
    told_silence_ = true;
    complain(wire::unanswered(seen));
}

void waiting::give_up_on_unknown() {
    if (unknown_.empty()) return;
    complaint_ = explain_unknown(unknown_);
    decision_ = verdict::error;
}

search waiting::search_of(const job_state& job, const moment& now) const {
    search tried;
    tried.first_pass_complete = now.first_pass_complete;
    tried.since_start = std::chrono::duration_cast<milliseconds>(now.mono - begun_);
    // Each is asked for before any is given up, so that all mistakes are told at once.
    tried.unknown_patience =
        now.first_pass_complete ? limits::unknown_patience : milliseconds::max();
    // Longer than one look: a single miss of a known job is no deletion.
    const auto believed = std::max(limits::unknown_patience, 2 * chosen_.interval);
    tried.is_gone = job.missing_since && now.mono - *job.missing_since >= believed;
    return tried;
}

void waiting::tell_progress(job_state& job, wall_time aws_now) {
    if (!job.known.last) return;
    auto lines = wire::progress_lines(job.known, job.told, aws_now);
    // The block shows the present phase; what stays above it are the ends.
    if (!screen_.redraws()) lasting_.insert(lasting_.end(), lines.begin(), lines.end());
    if (!job.known.ending) return;
    job.ended = verdict_of(*job.known.ending);
    if (screen_.redraws()) {
        lines = wire::final_lines(job.known, aws_now, screen_.style());
        lasting_.insert(lasting_.end(), lines.begin(), lines.end());
        return;
    }
    const auto words = wire::final_words(job.known, aws_now);
    lasting_.push_back(wire::stamped_line(aws_now, job.known.last->name, words));
}

// Once a job was seen, an outage is waited through, and said once.
void waiting::tell_outages(
    const wiring& daemon, const std::vector<std::size_t>& who, wall_time aws_now
) {
    const auto& view = daemon.engine().view();
    const auto& lanes = daemon.engine().plan().lanes;
    for (std::size_t lane = 0; lane < lanes.size(); ++lane) {
        if (!view.lanes[lane].heard) continue;
        const bool is_out = !view.lanes[lane].up;
        auto& told = out_[lanes[lane].region];
        if (is_out == told || (is_out && !is_known(view, lane, who))) continue;
        told = is_out;
        lasting_.push_back(wire::stamped_line(
            aws_now,
            lanes[lane].region,
            is_out ? "no answer, waiting until there is one again" + detail_of(view, lane)
                   : "AWS answers again"
        ));
    }
}

bool waiting::is_known(
    const domain::view& view, std::size_t lane, const std::vector<std::size_t>& who
) const {
    for (std::size_t slot = 0; slot < who.size(); ++slot) {
        if (view.jobs[slot].target.lane.value == lane && jobs_[who[slot]].known.last) return true;
    }
    return false;
}

void waiting::decide(mono_time now) {
    verdict worst = verdict::completed;
    std::vector<std::size_t> open;
    for (std::size_t slot = 0; slot < jobs_.size(); ++slot) {
        if (jobs_[slot].ended) {
            worst = worse(worst, *jobs_[slot].ended);
        } else {
            open.push_back(slot);
        }
    }
    if (open.empty()) {
        decision_ = worst;
    } else if (chosen_.timeout && now - begun_ >= *chosen_.timeout) {
        decision_ = worse(worst, verdict::gave_up);
        complaint_ = "gave up after " + format_duration(*chosen_.timeout) +
            " (--timeout); still going on: " + names_of(open);
    }
}

std::string waiting::names_of(const std::vector<std::size_t>& slots) const {
    constexpr std::size_t shown_max = 10;
    std::string text;
    for (std::size_t i = 0; i < std::min(slots.size(), shown_max); ++i) {
        const auto& job = jobs_[slots[i]].known;
        text += (i == 0 ? "" : ", ") + wanted_[slots[i]].name;
        if (job.last) text += " (" + wire::status_word(job) + ")";
    }
    if (slots.size() <= shown_max) return text;
    return text + " and " + std::to_string(slots.size() - shown_max) + " more";
}

std::vector<std::string> waiting::block(wall_time aws_now) const {
    std::vector<std::string> lines;
    std::size_t hidden = 0;
    const auto columns = wire::name_columns(longest_name_, screen_.style());
    for (const auto& job : jobs_) {
        if (job.ended) continue;
        if (lines.size() < screen_.room()) {
            lines.push_back(wire::live_line(job.known, columns, aws_now, screen_.style()));
        } else {
            ++hidden;
        }
    }
    if (hidden > 0) lines.push_back("and " + std::to_string(hidden) + " more");
    return lines;
}

}  // namespace trainwatch::app
