// The shipped engine as a watcher: its picture is engine.view(), read where a step changed it.
#include <map>

#include "core/engine.hpp"
#include "watcher.hpp"

namespace trainwatch::sim {
namespace {

class engine_watcher : public watcher {
public:
    engine_watcher(const workload& fleet, const domain::watch_plan& plan, std::uint64_t seed)
        : fleet_(fleet), engine_(plan, seed) {}

    core::actions step(const core::event& happened, instant now) override {
        return engine_.step(happened, now);
    }
    std::optional<mono_time> next_wakeup() const override { return engine_.next_wakeup(); }
    const domain::view* view() const override { return &engine_.view(); }

    void report(ruler& held, wall_time now) override {
        for (const auto slot : engine_.view().dirty)
            report(engine_.view().jobs[slot], held, now);
    }

    std::vector<std::string> complaints(wall_time settled, wall_time now) const override {
        std::vector<std::string> told;
        std::map<std::string, int> shown;
        for (const auto& job : engine_.view().jobs) {
            if (!job.is_vacant() && !job.missing && job.last && !job.ending) {
                ++shown[job.target.name];
            }
        }
        for (std::size_t job = 0; job < fleet_.jobs().size(); ++job) {
            if (!fleet_.is_live(job, settled) || !fleet_.is_live(job, now)) continue;
            const auto name = workload::name(job);
            const auto found = shown.find(name);
            if (found != shown.end() && found->second == 1) continue;
            told.push_back(
                name + " is live and stands in the view " +
                std::to_string(found == shown.end() ? 0 : found->second) + " times"
            );
        }
        return told;
    }

private:
    void report(const domain::job_view& shown, ruler& held, wall_time now) {
        if (shown.is_vacant() || !shown.last) return;
        const auto job = fleet_.find(shown.target.name);
        if (job == fleet_.jobs().size()) return;
        const auto& last = *shown.last;
        // Without a time of modification only what was described is known to be of this or that
        // occurrence of a status.
        auto as_of = last.modified.value_or(last.created);
        if (!last.transitions.empty()) as_of = std::max(as_of, last.transitions.back().started);
        if (last.training_ended) as_of = std::max(as_of, *last.training_ended);
        held.holds(job, fleet_.held(job, last.status.value, last.secondary.value, as_of), now);
        if (shown.summarised && last.transitions.empty()) return;
        const bool explained = !last.transitions.empty() &&
            domain::is_terminal(last.status.value) && last.transitions.back().ended &&
            (last.status.value != domain::primary_status::failed || !last.failure_reason.empty());
        const auto verdicts = last.rules.empty() ? 0 : std::stoul(last.rules.front().details);
        held.details(job, last.transitions.size(), verdicts, explained, now);
    }

    const workload& fleet_;
    core::engine engine_;
};

}  // namespace

std::unique_ptr<watcher> create_engine_watcher(
    const workload& fleet, const domain::watch_plan& plan, std::uint64_t seed
) {
    return std::make_unique<engine_watcher>(fleet, plan, seed);
}

}  // namespace trainwatch::sim
