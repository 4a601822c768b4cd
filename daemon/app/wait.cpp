// `trainwatchd wait JOB…`: watches jobs until all have ended, and exits by how they did.
#include <algorithm>
#include <csignal>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include <unistd.h>

#include "app/job_commands.hpp"
#include "app/wait_verdict.hpp"
#include "app/waiting.hpp"
#include "base/limits.hpp"
#include "io/clock.hpp"

namespace trainwatch::app {
namespace {

// Handed to signal(2): the jobs go on without us, and nothing of ours is to be saved.
extern "C" void leave_on_signal(int number) {
    constexpr int killed = 128;
    _exit(killed + number);
}

// Lets a daemon of its own watch the jobs `who` (all that `inputs` names) until `enough`. Nothing
// when there is nothing more to say than was said.
class rounds {
public:
    rounds(waiting& jobs, io::log& log) : jobs_(jobs), log_(log) {}

    template <class Enough>
    void watch(wiring_inputs inputs, const std::vector<std::size_t>& who, Enough enough) {
        if (jobs_.decision() || failed_) return;
        auto daemon = build_or_complain(std::move(inputs), log_);
        failed_ = daemon == nullptr;
        if (failed_) return;
        const bool drained = daemon->run_until(
            [&](const domain::view& view) {
                if (!jobs_.decision()) jobs_.look(*daemon, who);
                return jobs_.decision() || enough(view);
            },
            limits::wait_tick
        );
        if (drained) return;
        // What was abandoned is not taken apart: it ends with the process.
        all_drained_ = false;
        static_cast<void>(daemon.release());
    }

    verdict result() const { return jobs_.decision().value_or(verdict::error); }
    bool all_drained() const { return all_drained_; }

private:
    waiting& jobs_;
    io::log& log_;
    bool failed_ = false;
    bool all_drained_ = true;
};

// A live job is looked at after half its bound.
wiring_inputs at_interval(wiring_inputs inputs, milliseconds interval) {
    inputs.settings.global.staleness_bound = 2 * interval;
    return inputs;
}

wiring_inputs for_first_looks(wiring_inputs inputs) {
    inputs.settings.connections.front().budget.describe_per_second = limits::first_looks_rate;
    return inputs;
}

// Only the jobs `who`, and those often.
wiring_inputs for_unknown_names(
    wiring_inputs inputs,
    const std::vector<wire::wanted_job>& wanted,
    const std::vector<std::size_t>& who
) {
    inputs.settings.global.staleness_bound = limits::unknown_bound;
    auto& lists = inputs.settings.watch_lists;
    for (auto& list : lists) {
        std::erase_if(list.jobs, [&](const std::string& name) {
            return std::none_of(who.begin(), who.end(), [&](std::size_t number) {
                return wanted[number].name == name && wanted[number].region == list.name;
            });
        });
    }
    std::erase_if(lists, [](const auto& list) { return list.jobs.empty(); });
    return inputs;
}

}  // namespace

int wait(const options& chosen) {
    for (const int number : {SIGINT, SIGTERM, SIGHUP})
        std::signal(number, leave_on_signal);
    const auto inputs = gather_job_inputs(chosen);
    if (!inputs) return exit_code(verdict::error);
    const auto begun = io::create_system_clock()->now().mono;
    waiting jobs(chosen, inputs->wanted, begun);
    rounds rounds(jobs, *inputs->log);
    const auto all = jobs.unseen();

    // Each job once, soon, so that a mistake is told before the long wait begins.
    const auto usual = at_interval(inputs->wiring, chosen.interval);
    rounds.watch(for_first_looks(usual), all, [](const domain::view& view) {
        return view.first_pass_complete;
    });
    if (const auto unknown = jobs.unseen(); !unknown.empty()) {
        rounds.watch(
            for_unknown_names(inputs->wiring, inputs->wanted, unknown),
            unknown,
            [&](const domain::view&) { return jobs.unseen().empty(); }
        );
    }
    rounds.watch(usual, all, [](const domain::view&) { return false; });
    const auto code = flush_output() ? exit_code(rounds.result()) : exit_code(verdict::error);
    return leave(code, rounds.all_drained());
}

}  // namespace trainwatch::app
