// `trainwatchd wait JOB…`: watches jobs until all have ended, and exits by how they did.
#include <algorithm>
#include <csignal>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include <unistd.h>

#include "app/job_commands.hpp"
#include "app/job_problem.hpp"
#include "app/wait_screen.hpp"
#include "app/wait_verdict.hpp"
#include "base/limits.hpp"
#include "wire/job_progress.hpp"
#include "wire/job_text.hpp"

namespace trainwatch::app {
namespace {

// Handed to signal(2): the jobs go on without us, and nothing of ours is to be saved.
extern "C" void leave_on_signal(int number) {
    constexpr int killed = 128;
    _exit(killed + number);
}

// What `wait` knows of its jobs, over all its looks.
class waiting {
public:
    waiting(const options& chosen, const std::vector<wire::wanted_job>& wanted, mono_time begun)
        : chosen_(chosen), wanted_(wanted), begun_(begun), jobs_(wanted.size()) {
        for (const auto& job : wanted)
            name_columns_ = std::max(name_columns_, job.name.size());
    }

    // The exit code, once there is one.
    std::optional<verdict> decision() const { return decision_; }
    bool all_seen() const {
        return std::all_of(jobs_.begin(), jobs_.end(), [](const auto& job) {
            return job.known.last.has_value();
        });
    }

    void look(const wiring& daemon) {
        screen_.look();
        const auto& view = daemon.engine().view();
        const auto now = daemon.now();
        const auto aws_now = aws_time(daemon);
        for (std::size_t slot = 0; slot < jobs_.size() && !decision_; ++slot)
            look_at(slot, view, now.mono, aws_now);
        tell_outages(daemon, aws_now);
        if (!decision_) decide(now.mono);
        screen_.show(lasting_, decision_ ? std::vector<std::string>{} : block(aws_now));
        lasting_.clear();
        if (!complaint_.empty()) complain(complaint_);
        complaint_.clear();
    }

private:
    struct job_state {
        domain::job_view known{};  // as it was when AWS last told of it
        wire::told_progress told{};
        std::optional<verdict> ended{};
        std::optional<mono_time> missing_since{};
    };

    void look_at(std::size_t slot, const domain::view& view, mono_time now, wall_time aws_now) {
        auto& job = jobs_[slot];
        if (job.ended) return;
        const auto& seen = view.jobs[slot];
        // A fresh look knows nothing at first: what was known before still stands.
        if (seen.last || !job.known.last) job.known = seen;
        if (!seen.missing) job.missing_since.reset();
        if (seen.missing && !job.missing_since) job.missing_since = now;
        auto problem =
            problem_of(wanted_[slot], problem_view(job, seen), search_of(job, view, now));
        if (!problem.empty()) {
            complaint_ = std::move(problem);
            decision_ = verdict::error;
            return;
        }
        tell_progress(job, aws_now);
    }

    // What is the matter now, with what was known before.
    static domain::job_view problem_view(const job_state& job, const domain::job_view& seen) {
        auto view = job.known;
        view.missing = seen.missing;
        view.trouble = seen.trouble;
        view.trouble_detail = seen.trouble_detail;
        return view;
    }

    search search_of(const job_state& job, const domain::view& view, mono_time now) const {
        search tried;
        tried.first_pass_complete = view.first_pass_complete;
        tried.since_start = std::chrono::duration_cast<milliseconds>(now - begun_);
        tried.unknown_patience = limits::unknown_patience;
        // Longer than one look: a single miss of a known job is no deletion.
        const auto believed = std::max(limits::unknown_patience, 2 * chosen_.interval);
        tried.is_gone = job.missing_since && now - *job.missing_since >= believed;
        return tried;
    }

    void tell_progress(job_state& job, wall_time aws_now) {
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
        const auto at = job.known.ended.value_or(aws_now);
        const auto words = wire::final_words(job.known, aws_now);
        lasting_.push_back(wire::stamped_line(at, job.known.last->name, words));
    }

    // Once a job was seen, an outage is waited through, and said once.
    void tell_outages(const wiring& daemon, wall_time aws_now) {
        const auto& view = daemon.engine().view();
        const auto& lanes = daemon.engine().plan().lanes;
        out_.resize(lanes.size());
        for (std::size_t lane = 0; lane < lanes.size(); ++lane) {
            const bool is_out = view.lanes[lane].heard && !view.lanes[lane].up;
            if (is_out == out_[lane] || (is_out && !is_known(view, lane))) continue;
            out_[lane] = is_out;
            lasting_.push_back(wire::stamped_line(
                aws_now,
                lanes[lane].region,
                is_out ? "no answer, waiting until there is one again" + detail_of(view, lane)
                       : "AWS answers again"
            ));
        }
    }

    bool is_known(const domain::view& view, std::size_t lane) const {
        for (std::size_t slot = 0; slot < jobs_.size(); ++slot) {
            if (view.jobs[slot].target.lane.value == lane && jobs_[slot].known.last) return true;
        }
        return false;
    }

    static std::string detail_of(const domain::view& view, std::size_t lane) {
        for (const auto& job : view.jobs) {
            if (job.target.lane.value != lane || job.trouble_detail.empty()) continue;
            return " (" + wire::terminal_safe(job.trouble_detail) + ")";
        }
        return {};
    }

    void decide(mono_time now) {
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

    std::string names_of(const std::vector<std::size_t>& slots) const {
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

    std::vector<std::string> block(wall_time aws_now) const {
        std::vector<std::string> lines;
        std::size_t hidden = 0;
        const auto columns = std::min(name_columns_, screen_.style().width / 3);
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

    const options& chosen_;
    const std::vector<wire::wanted_job>& wanted_;
    const mono_time begun_;
    std::vector<job_state> jobs_;
    std::vector<bool> out_{};  // by lane
    std::size_t name_columns_ = 0;
    wait_screen screen_{};
    std::vector<std::string> lasting_{};  // lines to be shown for good
    std::string complaint_{};
    std::optional<verdict> decision_{};
};

// The first looks come quickly, so that a wrong name is told within seconds: a name that AWS does
// not know is asked for again after four bounds (core/look).
wiring_inputs for_first_looks(wiring_inputs inputs) {
    inputs.settings.global.staleness_bound = limits::first_looks_bound;
    inputs.settings.connections.front().budget.describe_per_second = limits::first_looks_rate;
    return inputs;
}

// A live job is looked at after half its bound.
wiring_inputs for_waiting(wiring_inputs inputs, milliseconds interval) {
    inputs.settings.global.staleness_bound = 2 * interval;
    return inputs;
}

}  // namespace

int wait(const options& chosen) {
    for (const int number : {SIGINT, SIGTERM, SIGHUP})
        std::signal(number, leave_on_signal);
    const auto inputs = gather_job_inputs(chosen);
    if (!inputs) return exit_code(verdict::error);
    auto daemon = build_or_complain(for_first_looks(inputs->wiring), *inputs->log);
    if (!daemon) return exit_code(verdict::error);

    waiting jobs(chosen, inputs->wanted, daemon->now().mono);
    bool drained = daemon->run_until(
        [&](const domain::view&) {
            if (!jobs.decision()) jobs.look(*daemon);
            return jobs.decision() || jobs.all_seen();
        },
        limits::wait_tick
    );
    if (!jobs.decision()) {
        // With looks that were abandoned it has to outlive them: until the process ends.
        if (!drained) static_cast<void>(daemon.release());
        daemon = build_or_complain(for_waiting(inputs->wiring, chosen.interval), *inputs->log);
        if (!daemon) return leave(exit_code(verdict::error), drained);
        const bool done = daemon->run_until(
            [&](const domain::view&) {
                if (!jobs.decision()) jobs.look(*daemon);
                return jobs.decision().has_value();
            },
            limits::wait_tick
        );
        drained = drained && done;
    }
    const auto code = exit_code(jobs.decision().value_or(verdict::error));
    return leave(flush_output() ? code : exit_code(verdict::error), drained);
}

}  // namespace trainwatch::app
