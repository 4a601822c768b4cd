#include "fleet_figures.hpp"

#include <cmath>
#include <cstdio>
#include <functional>
#include <map>

#include "fleet.hpp"

namespace trainwatch::sim {
namespace {

// Several seeds of one kind of run, together.
struct runs {
    measured_lags lag{};
    double floor_s = 0;
    double live_hours = 0;
    double calls = 0;
    double storm_calls = 0;
    double step_us = 0;

    double calls_per_job_hour() const { return calls / live_hours; }
};

enum class kind { plain_100, plain_1000, plain_10000, bound_1000, storm_1000, round_robin_1000 };

struct recipe {
    std::size_t live = 0;
    int seeds = 0;
    std::function<void(fleet_options&)> adjust{};
};

const std::map<kind, recipe> recipes{
    {kind::plain_100, {100, 8, {}}},
    {kind::plain_1000, {1'000, 4, {}}},
    {kind::plain_10000, {10'000, 2, {}}},
    {kind::bound_1000,
     {1'000,
      2,
      [](fleet_options& chosen) {
          chosen.bound = milliseconds(120'000);
          chosen.pace = domain::pace_kind::bound;
      }}},
    {kind::storm_1000,
     {1'000,
      12,
      [](fleet_options& chosen) {
          chosen.storm = true;
          chosen.hours = 2.5;
      }}},
    {kind::round_robin_1000,
     {1'000, 2, [](fleet_options& chosen) { chosen.policy = policy_kind::round_robin; }}},
};

class desk {
public:
    bool sound() const { return sound_; }

    const runs& of(kind which) {
        const auto found = made_.find(which);
        if (found != made_.end()) return found->second;
        const auto& [live, seeds, adjust] = recipes.at(which);
        runs made;
        for (int i = 1; i <= seeds; ++i) {
            fleet_options chosen;
            chosen.live = live;
            chosen.seed = static_cast<std::uint64_t>(i);
            if (adjust) adjust(chosen);
            const auto seen = fleet(chosen).run();
            complain(chosen, seen);
            made.lag.add_all(seen.lag);
            made.floor_s += seen.floor_s / seeds;
            made.live_hours += seen.live_hours;
            made.calls +=
                static_cast<double>(seen.lists.all() + seen.describes.all() + seen.tags.all());
            made.storm_calls += seen.storm_calls / seeds;
            made.step_us += seen.step_us / seeds;
        }
        return made_.emplace(which, std::move(made)).first->second;
    }

private:
    void complain(const fleet_options& chosen, const fleet_outcome& seen) {
        if (seen.violations.empty()) return;
        sound_ = false;
        std::fprintf(
            stderr,
            "%zu live, seed %llu: %zu violations, the first %s\n",
            chosen.live,
            static_cast<unsigned long long>(chosen.seed),
            seen.violations.size(),
            seen.violations.front().c_str()
        );
    }

    std::map<kind, runs> made_{};
    bool sound_ = true;
};

struct figure {
    double value = 0;
    const char* unit = "s";
    const char* reference = "";
    double reference_value = 0;
    double goal = 0;  // of the ratio
};

figure against_floor(const runs& seen, double value, double goal) {
    return {value, "s", "F", seen.floor_s, goal};
}

struct named_figure {
    const char* name;
    figure (*make)(desk& all);
};

// What is held, and against what: F is the fewest pages that cover the live jobs, through the rate
// of lists. An SDK asks for each job it waits for every 30 s, a Kubernetes controller every 300 s.
const std::vector<named_figure> figures{
    {"detect.p99_100",
     [](desk& all) {
         const auto& seen = all.of(kind::plain_100);
         return against_floor(seen, seen.lag.all.percentile(0.99), 1.1);
     }},
    {"detect.p50_1000",
     [](desk& all) {
         const auto& seen = all.of(kind::plain_1000);
         return against_floor(seen, seen.lag.all.percentile(0.5), 0.3);
     }},
    {"detect.p95_1000",
     [](desk& all) {
         const auto& seen = all.of(kind::plain_1000);
         return against_floor(seen, seen.lag.all.percentile(0.95), 0.75);
     }},
    {"detect.p99_1000",
     [](desk& all) {
         const auto& seen = all.of(kind::plain_1000);
         return against_floor(seen, seen.lag.all.percentile(0.99), 1);
     }},
    {"detect.p99_1000_vs_round_robin",
     [](desk& all) {
         const double slow = all.of(kind::round_robin_1000).lag.all.percentile(0.99);
         const double ours = all.of(kind::plain_1000).lag.all.percentile(0.99);
         return figure{ours, "s", "round_robin", slow, 1.0 / 14};
     }},
    {"detect.terminal_p99_1000",
     [](desk& all) {
         const auto& seen = all.of(kind::plain_1000);
         return against_floor(seen, seen.lag.terminal.percentile(0.99), 1);
     }},
    {"detect.terminal_detail_1000",
     [](desk& all) {
         const double after = all.of(kind::plain_1000).lag.terminal_detail_after.percentile(0.99);
         return figure{after, "s", "bound", 2, 1};
     }},
    {"detect.terminal_p99_10000",
     [](desk& all) {
         const auto& seen = all.of(kind::plain_10000);
         return against_floor(seen, seen.lag.terminal.percentile(0.99), 1.1);
     }},
    {"detect.terminal_detail_10000",
     [](desk& all) {
         const double after = all.of(kind::plain_10000).lag.terminal_detail_after.percentile(0.99);
         return figure{after, "s", "bound", 2, 1};
     }},
    {"detect.deadline_p99_100",
     [](desk& all) {
         const double seen = all.of(kind::plain_100).lag.deadline.percentile(0.99);
         return figure{seen, "s", "bound", 3, 1};
     }},
    {"detect.deadline_p99_1000",
     [](desk& all) {
         const auto& seen = all.of(kind::plain_1000);
         return against_floor(seen, seen.lag.deadline.percentile(0.99), 0.2);
     }},
    {"detect.deadline_p99_10000",
     [](desk& all) {
         const auto& seen = all.of(kind::plain_10000);
         return against_floor(seen, seen.lag.deadline.percentile(0.99), 0.2);
     }},
    {"detect.oldest_observation_100",
     [](desk& all) {
         const auto& seen = all.of(kind::plain_100);
         return against_floor(seen, seen.lag.oldest.max(), 3);
     }},
    {"detect.oldest_observation_1000",
     [](desk& all) {
         const auto& seen = all.of(kind::plain_1000);
         return against_floor(seen, seen.lag.oldest.max(), 2);
     }},
    {"detect.oldest_observation_10000",
     [](desk& all) {
         const auto& seen = all.of(kind::plain_10000);
         return against_floor(seen, seen.lag.oldest.max(), 2);
     }},
    {"detect.storm_terminal_p99",
     [](desk& all) {
         const double seen = all.of(kind::storm_1000).lag.special_terminal.percentile(0.99);
         return figure{seen, "s", "storm", 1'800, 0.8};
     }},
    {"calls.per_job_hour_100",
     [](desk& all) {
         return figure{
             all.of(kind::plain_100).calls_per_job_hour(), "calls", "every_30s", 120, 38.0 / 120};
     }},
    {"calls.per_job_hour_1000",
     [](desk& all) {
         return figure{
             all.of(kind::plain_1000).calls_per_job_hour(), "calls", "every_300s", 12, 6.5 / 12};
     }},
    {"calls.per_job_hour_1000_bound_120s",
     [](desk& all) {
         return figure{
             all.of(kind::bound_1000).calls_per_job_hour(), "calls", "every_300s", 12, 3.0 / 12};
     }},
    {"calls.under_throttle",
     [](desk& all) {
         return figure{all.of(kind::storm_1000).storm_calls, "budgets", "budget", 1, 0.5};
     }},
    // Of a step's processor time: 0 is the same with ten times the jobs, 1 ten times as much.
    {"growth.step_1k_10k",
     [](desk& all) {
         const double exponent =
             std::log10(all.of(kind::plain_10000).step_us / all.of(kind::plain_1000).step_us);
         return figure{exponent, "exponent", "linear", 1, 0.3};
     }},
};

void print(const char* name, const figure& seen) {
    const double ratio = seen.value / seen.reference_value;
    std::printf(
        "figure=%s value=%.2f unit=%s reference=%s:%.2f ratio=%.3f goal=<=%.3f ok=%s\n",
        name,
        seen.value,
        seen.unit,
        seen.reference,
        seen.reference_value,
        ratio,
        seen.goal,
        ratio <= seen.goal ? "yes" : "no"
    );
    std::fflush(stdout);
}

}  // namespace

bool print_fleet_figures(const std::vector<std::string>& names) {
    desk all;
    for (const auto& [name, make] : figures) {
        bool wanted = names.empty();
        for (const auto& begin : names)
            wanted = wanted || std::string(name).starts_with(begin);
        if (wanted) print(name, make(all));
    }
    return all.sound();
}

}  // namespace trainwatch::sim
