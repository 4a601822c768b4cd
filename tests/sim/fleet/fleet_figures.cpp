#include "fleet_figures.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <functional>
#include <map>
#include <string_view>
#include <utility>

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

    void add(const fleet_outcome& seen, int of) {
        lag.add_all(seen.lag);
        floor_s += seen.floor_s / of;
        live_hours += seen.live_hours;
        calls += static_cast<double>(seen.lists.all() + seen.describes.all() + seen.tags.all());
        storm_calls += seen.storm_calls / of;
        step_us += seen.step_us / of;
    }
};

constexpr const char* growth_name = "growth.step_1k_10k";

enum class kind { plain_100, plain_1000, plain_10000, bound_1000, storm_1000 };

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
};

// Makes each kind of run once, when a figure first asks for it.
class desk {
public:
    bool sound() const { return sound_; }

    const runs& of(kind which, policy_kind policy) {
        const auto found = made_.find({which, policy});
        if (found != made_.end()) return found->second;
        const auto& [live, seeds, adjust] = recipes.at(which);
        // A reference needs no more than to be roughly known.
        const int enough = policy == policy_kind::engine ? seeds : std::min(seeds, 2);
        runs made;
        for (int i = 1; i <= enough; ++i) {
            fleet_options chosen;
            chosen.live = live;
            chosen.seed = static_cast<std::uint64_t>(i);
            chosen.policy = policy;
            if (adjust) adjust(chosen);
            const auto seen = fleet(chosen).run();
            complain(chosen, seen);
            made.add(seen, enough);
        }
        return made_.emplace(std::pair(which, policy), std::move(made)).first->second;
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

    std::map<std::pair<kind, policy_kind>, runs> made_{};
    bool sound_ = true;
};

// What a figure is held against: a constant, or what the same fleet gives.
enum class basis { constant, floor, round_robin };

struct reference_point {
    const char* name = "";
    double value = 0;  // a constant's
    basis from = basis::constant;
};

// F is the fewest pages that cover the live jobs, through the rate of lists.
constexpr reference_point floor_of_run{"F", 0, basis::floor};
constexpr reference_point round_robin{"round_robin", 0, basis::round_robin};
// An SDK asks for each job that it waits for every 30 s, a Kubernetes controller every 300 s.
constexpr reference_point every_30s{"every_30s", 120};
constexpr reference_point every_300s{"every_300s", 12};
constexpr reference_point bound_of_2s{"bound", 2};
constexpr reference_point bound_of_3s{"bound", 3};
constexpr reference_point storm{"storm", 1'800};
constexpr reference_point budget{"budget", 1};

struct figure {
    const char* name = "";
    kind which{};
    double (*measure)(const runs& seen) = nullptr;
    const char* unit = "s";
    reference_point reference{};
    double goal = 0;         // of the ratio
    bool has_oracle = true;  // who knows every change beforehand can be asked the same
};

double all_p99(const runs& seen) {
    return seen.lag.all.percentile(0.99);
}

double terminal_p99(const runs& seen) {
    return seen.lag.terminal.percentile(0.99);
}

double terminal_detail_p99(const runs& seen) {
    return seen.lag.terminal_detail_after.percentile(0.99);
}

double deadline_p99(const runs& seen) {
    return seen.lag.deadline.percentile(0.99);
}

double oldest(const runs& seen) {
    return seen.lag.oldest.max();
}

double calls(const runs& seen) {
    return seen.calls / seen.live_hours;
}

const std::vector<figure> figures{
    {"detect.p99_100", kind::plain_100, all_p99, "s", floor_of_run, 1.1},
    {"detect.p50_1000",
     kind::plain_1000,
     [](const runs& seen) { return seen.lag.all.percentile(0.5); },
     "s",
     floor_of_run,
     0.3},
    {"detect.p95_1000",
     kind::plain_1000,
     [](const runs& seen) { return seen.lag.all.percentile(0.95); },
     "s",
     floor_of_run,
     0.75},
    {"detect.p99_1000", kind::plain_1000, all_p99, "s", floor_of_run, 1},
    {"detect.p99_1000_vs_round_robin", kind::plain_1000, all_p99, "s", round_robin, 1.0 / 14},
    {"detect.terminal_p99_1000", kind::plain_1000, terminal_p99, "s", floor_of_run, 1},
    {"detect.terminal_detail_1000", kind::plain_1000, terminal_detail_p99, "s", bound_of_2s, 1},
    {"detect.terminal_p99_10000", kind::plain_10000, terminal_p99, "s", floor_of_run, 1.1},
    {"detect.terminal_detail_10000", kind::plain_10000, terminal_detail_p99, "s", bound_of_2s, 1},
    {"detect.deadline_p99_100", kind::plain_100, deadline_p99, "s", bound_of_3s, 1},
    {"detect.deadline_p99_1000", kind::plain_1000, deadline_p99, "s", floor_of_run, 0.2},
    {"detect.deadline_p99_10000", kind::plain_10000, deadline_p99, "s", floor_of_run, 0.2},
    {"detect.oldest_observation_100", kind::plain_100, oldest, "s", floor_of_run, 3, false},
    {"detect.oldest_observation_1000", kind::plain_1000, oldest, "s", floor_of_run, 2, false},
    {"detect.oldest_observation_10000", kind::plain_10000, oldest, "s", floor_of_run, 2, false},
    {"detect.storm_terminal_p99",
     kind::storm_1000,
     [](const runs& seen) { return seen.lag.special_terminal.percentile(0.99); },
     "s",
     storm,
     0.8,
     false},
    {"calls.per_job_hour_100", kind::plain_100, calls, "calls", every_30s, 38.0 / 120},
    {"calls.per_job_hour_1000", kind::plain_1000, calls, "calls", every_300s, 6.5 / 12},
    {"calls.per_job_hour_1000_bound_120s", kind::bound_1000, calls, "calls", every_300s, 3.0 / 12},
    {"calls.under_throttle",
     kind::storm_1000,
     [](const runs& seen) { return seen.storm_calls; },
     "budgets",
     budget,
     0.5,
     false},
};

void print(const figure& which, desk& all) {
    const auto& seen = all.of(which.which, policy_kind::engine);
    const double value = which.measure(seen);
    double reference = which.reference.value;
    if (which.reference.from == basis::floor) reference = seen.floor_s;
    if (which.reference.from == basis::round_robin) {
        reference = which.measure(all.of(which.which, policy_kind::round_robin));
    }
    const double ratio = value / reference;
    std::printf(
        "figure=%s value=%.2f unit=%s reference=%s:%.2f ratio=%.3f goal=<=%.3f ok=%s",
        which.name,
        value,
        which.unit,
        which.reference.name,
        reference,
        ratio,
        which.goal,
        ratio <= which.goal ? "yes" : "no"
    );
    if (which.has_oracle) {
        const double ideal = which.measure(all.of(which.which, policy_kind::oracle));
        std::printf(" oracle=%.2f oracle_ratio=%.3f", ideal, ideal / reference);
    }
    std::printf("\n");
    std::fflush(stdout);
}

// Of a step's processor time: 0 is the same with ten times the jobs, 1 ten times as much.
void print_growth(desk& all) {
    const double exponent = std::log10(
        all.of(kind::plain_10000, policy_kind::engine).step_us /
        all.of(kind::plain_1000, policy_kind::engine).step_us
    );
    constexpr double goal = 0.3;
    std::printf(
        "figure=%s value=%.2f unit=exponent reference=linear:1 ratio=%.3f goal=<=%.3f ok=%s\n",
        growth_name,
        exponent,
        exponent,
        goal,
        exponent <= goal ? "yes" : "no"
    );
}

}  // namespace

bool print_fleet_figures(const std::vector<std::string>& names) {
    desk all;
    const auto is_wanted = [&](std::string_view name) {
        return names.empty() ||
            std::ranges::any_of(names, [&](const auto& begin) { return name.starts_with(begin); });
    };
    for (const auto& one : figures) {
        if (is_wanted(one.name)) print(one, all);
    }
    if (is_wanted(growth_name)) print_growth(all);
    return all.sound();
}

}  // namespace trainwatch::sim
