// trainwatch_fleet: a fleet for some hours of virtual time, one line a run; or the figures.
//   trainwatch_fleet --live 1000 --seeds 4
//   trainwatch_fleet figures [NAME...]
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>

#include <CLI/CLI.hpp>

#include "fleet.hpp"
#include "fleet_figures.hpp"

namespace {

using namespace trainwatch::sim;

const std::map<std::string, policy_kind> policies{
    {"engine", policy_kind::engine},
    {"round_robin", policy_kind::round_robin},
    {"oracle", policy_kind::oracle},
};
const std::map<std::string, fleet_lie> lies{
    {"none", fleet_lie::none},
    {"hidden_job", fleet_lie::hidden_job},
    {"frozen_job", fleet_lie::frozen_job},
    {"lost_alert", fleet_lie::lost_alert},
    {"extra_calls", fleet_lie::extra_calls},
};
const std::map<std::string, trainwatch::domain::pace_kind> paces{
    {"budget", trainwatch::domain::pace_kind::budget},
    {"bound", trainwatch::domain::pace_kind::bound},
};

void print_head() {
    std::printf(
        "seed live  fin/l F_s    p50/F p95/F p99/F max/F | term99/F dl99/F | detail50 d99 "
        "t_detail99 after99 | hid50 hid99 | oldest/F | calls/jh list desc tags throttled%% | "
        "us/step steps found/jobs alerts ready\n"
    );
}

// What the generator makes of its parameters, a life on average.
void print_workload(const fleet_options& chosen) {
    workload_settings settings;
    settings.live = chosen.live;
    settings.seed = chosen.seed;
    settings.watched = std::chrono::hours(4);
    const workload jobs(settings);
    std::map<change::kind, double> changes;
    std::map<fate, double> ends;
    double hours = 0;
    double spot = 0;
    for (std::size_t job = 0; job < jobs.jobs().size(); ++job) {
        const auto& one = jobs.jobs()[job];
        for (const auto& what : jobs.changes(job))
            ++changes[what.what];
        ++ends[one.end];
        spot += one.spot ? 1 : 0;
        hours += static_cast<double>((one.ended - one.created).count()) / 3'600'000;
    }
    const auto all = static_cast<double>(jobs.jobs().size());
    std::printf(
        "jobs %.0f, life %.2f h, transitions %.2f, messages %.2f, hidden %.2f, early %.2f, "
        "spot %.2f, timed out %.3f, failed %.3f\n",
        all,
        hours / all,
        changes[change::kind::phase] / all,
        changes[change::kind::message] / all,
        changes[change::kind::hidden] / all,
        changes[change::kind::primary] / all,
        spot / all,
        ends[fate::timed_out] / all,
        (ends[fate::failed] + ends[fate::never_started]) / all
    );
    for (int hour = 0; hour <= 4; ++hour) {
        const auto seen = cover_of(jobs, jobs.began() + std::chrono::hours(hour));
        std::printf(
            "after %d h: live %zu, ranges %zu, jobs back to the oldest live one %zu\n",
            hour,
            seen.live,
            seen.ranges,
            seen.known
        );
    }
}

double share(double part, double whole) {
    return whole > 0 ? part / whole : 0;
}

void print_line(const std::string& seed, const fleet_outcome& seen) {
    const auto& lag = seen.lag;
    const double floor = seen.floor_s;
    const auto calls = seen.lists.all() + seen.describes.all() + seen.tags.all();
    const auto throttled = seen.lists.throttled + seen.describes.throttled + seen.tags.throttled;
    std::printf(
        "%4s %5.0f %4.1f %5.1f  %5.2f %5.2f %5.2f %5.2f | %5.2f %5.2f | %5.1f %6.1f %6.1f %6.1f | "
        "%5.0f %6.0f | %5.2f | %5.2f %zu %zu %zu %4.1f%% | %5.1f %llu %zu/%zu %zu %.0f\n",
        seed.c_str(),
        seen.live,
        seen.finished,
        floor,
        share(lag.all.percentile(0.5), floor),
        share(lag.all.percentile(0.95), floor),
        share(lag.all.percentile(0.99), floor),
        share(lag.all.max(), floor),
        share(lag.terminal.percentile(0.99), floor),
        share(lag.deadline.percentile(0.99), floor),
        lag.detail.percentile(0.5),
        lag.detail.percentile(0.99),
        lag.terminal_detail.percentile(0.99),
        lag.terminal_detail_after.percentile(0.99),
        lag.hidden.percentile(0.5),
        lag.hidden.percentile(0.99),
        share(lag.oldest.max(), floor),
        share(static_cast<double>(calls), seen.live_hours),
        seen.lists.all(),
        seen.describes.all(),
        seen.tags.all(),
        100 * share(static_cast<double>(throttled), static_cast<double>(calls)),
        seen.step_us,
        static_cast<unsigned long long>(seen.steps),
        seen.found,
        seen.jobs,
        seen.alerts,
        seen.ready_s.value_or(-1)
    );
    if (lag.oldest_tight.count() > 0) {
        const auto stale = [&seen](const char* list) {
            const auto found = seen.stale.find(list);
            return found == seen.stale.end() ? std::size_t{0} : found->second;
        };
        std::printf(
            "     tight: n %zu, oldest p50 %.1f p99 %.1f max %.1f s, others' p50 %.0f max %.0f s; "
            "feasible %.0f%% of the time; told stale %zu min, others %zu min\n",
            lag.oldest_tight.count(),
            lag.oldest_tight.percentile(0.5),
            lag.oldest_tight.percentile(0.99),
            lag.oldest_tight.max(),
            lag.oldest.percentile(0.5),
            lag.oldest.max(),
            100 * seen.tight_feasible,
            stale("tight"),
            stale("everything")
        );
    }
    if (!lag.special_terminal.count()) return;
    std::printf(
        "     storm: terminal n %zu p50 %.0f p99 %.0f s, calls/budget %.2f\n",
        lag.special_terminal.count(),
        lag.special_terminal.percentile(0.5),
        lag.special_terminal.percentile(0.99),
        seen.storm_calls
    );
}

void add(call_counts& to, const call_counts& what) {
    to.ok += what.ok;
    to.throttled += what.throttled;
    to.refused += what.refused;
}

// Lags together, what is an average by its share.
void add(fleet_outcome& all, const fleet_outcome& one, double seeds) {
    all.lag.add_all(one.lag);
    all.floor_s += one.floor_s / seeds;
    all.live += one.live / seeds;
    all.finished += one.finished / seeds;
    all.storm_calls += one.storm_calls / seeds;
    all.step_us += one.step_us / seeds;
    all.live_hours += one.live_hours;
    add(all.lists, one.lists);
    add(all.describes, one.describes);
    add(all.tags, one.tags);
    all.steps += one.steps;
    all.jobs += one.jobs;
    all.found += one.found;
    all.alerts += one.alerts;
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app{
        "Watches a fleet of training jobs on virtual time and measures how soon it is seen."};
    fleet_options chosen;
    std::uint64_t seeds = 1;
    double bound_s = 60;
    double token_life_s = 3600;
    double throttled_most = 1;
    app.add_option("--live", chosen.live, "jobs that run at a time")->capture_default_str();
    app.add_option("--hours", chosen.hours, "how long it is watched")->capture_default_str();
    app.add_option("--unmeasured", chosen.unmeasured_hours, "hours of that before measuring")
        ->capture_default_str();
    app.add_option("--seed", chosen.seed, "the first seed")->capture_default_str();
    app.add_option("--seeds", seeds, "so many runs, from the first seed on")->capture_default_str();
    app.add_option("--policy", chosen.policy, "engine, round_robin or oracle")
        ->transform(CLI::CheckedTransformer(policies));
    app.add_option("--others", chosen.others, "share of AWS' quotas that others use");
    app.add_flag("--storm", chosen.storm, "half an hour of 95 % refusals");
    app.add_flag(
        "--lists-closed", chosen.lists_closed, "every list is throttled for half the time"
    );
    app.add_option("--bound", bound_s, "staleness_bound in seconds")->capture_default_str();
    app.add_option("--tight-names", chosen.tight_names, "a list of its own for these names (RE2)");
    double tight_bound_s = 30;
    app.add_option("--tight-bound", tight_bound_s, "its staleness_bound in seconds")
        ->capture_default_str();
    app.add_option("--pace", chosen.pace, "budget or bound")
        ->transform(CLI::CheckedTransformer(paces));
    app.add_option("--list-budget", chosen.budget.list_per_second, "calls a second")
        ->capture_default_str();
    app.add_option("--describe-budget", chosen.budget.describe_per_second, "calls a second")
        ->capture_default_str();
    app.add_flag("--filters-after-paging", chosen.filters_after_paging, "AWS selects too late");
    app.add_option("--short-pages", chosen.short_pages, "share of pages that are cut short");
    app.add_option("--token-life", token_life_s, "seconds until a page token expires");
    app.add_option("--ancient", chosen.ancient, "finished jobs of the ten years before");
    app.add_option("--throttled-most", throttled_most, "fail when more of the calls are refused");
    double p99_most = 0;
    bool tight_kept = false;
    double oldest_most = 0;
    std::size_t ready_calls_most = 0;
    app.add_option("--p99-most", p99_most, "fail when 99 % of changes take longer than so many F");
    app.add_flag(
        "--tight-kept", tight_kept, "fail unless the tight bound is called feasible, and is kept"
    );
    app.add_option("--oldest-most", oldest_most, "fail when a job goes unseen for so many F");
    app.add_option("--ready-calls-most", ready_calls_most, "fail when the first pass takes more");
    app.add_option("--lie", chosen.lie, "mislead the checkers, which must notice")
        ->transform(CLI::CheckedTransformer(lies));
    app.add_flag("--trace", chosen.trace, "print every call");
    auto* figures = app.add_subcommand("figures", "print the figures of detection and calls");
    std::vector<std::string> names;
    figures->add_option("name", names, "those alone");
    auto* shape = app.add_subcommand("workload", "print what a fleet is like");
    CLI11_PARSE(app, argc, argv);
    if (shape->parsed()) {
        print_workload(chosen);
        return EXIT_SUCCESS;
    }
    if (figures->parsed()) return print_fleet_figures(names) ? EXIT_SUCCESS : EXIT_FAILURE;

    chosen.bound = trainwatch::milliseconds(static_cast<std::int64_t>(bound_s * 1000));
    chosen.tight_bound = trainwatch::milliseconds(static_cast<std::int64_t>(tight_bound_s * 1000));
    chosen.token_life = trainwatch::milliseconds(static_cast<std::int64_t>(token_life_s * 1000));
    bool good = true;
    const auto demand = [&good](bool holds, const char* what) {
        if (!holds) std::printf("     FAILED: %s\n", what);
        good = good && holds;
    };
    print_head();
    fleet_outcome all;
    for (std::uint64_t i = 0; i < seeds; ++i, ++chosen.seed) {
        const auto seen = fleet(chosen).run();
        print_line(std::to_string(chosen.seed), seen);
        add(all, seen, static_cast<double>(seeds));
        for (std::size_t k = 0; k < seen.violations.size() && k < 20; ++k)
            std::printf("     VIOLATION %s\n", seen.violations[k].c_str());
        demand(
            seen.violations.empty(),
            std::to_string(seen.violations.size()).append(" violations").c_str()
        );
        const auto calls = static_cast<double>(seen.lists.all() + seen.describes.all());
        const auto refused = static_cast<double>(seen.lists.throttled + seen.describes.throttled);
        demand(share(refused, calls) <= throttled_most, "calls throttled");
        demand(
            p99_most <= 0 || seen.lag.all.percentile(0.99) <= p99_most * seen.floor_s,
            "p99 above its bound"
        );
        demand(
            oldest_most <= 0 || seen.lag.oldest.max() <= oldest_most * seen.floor_s,
            "a job went unseen for too long"
        );
        demand(
            !tight_kept ||
                (seen.tight_feasible > 0.95 && seen.lag.oldest_tight.max() <= tight_bound_s &&
                 seen.stale.count("tight") == 0),
            "the tight bound is not kept"
        );
        const auto first = seen.ready_lists.all() + seen.ready_describes.all();
        demand(
            ready_calls_most == 0 || (seen.ready_s && first <= ready_calls_most),
            "the first pass takes too many calls, or did not end"
        );
        std::fflush(stdout);
    }
    if (seeds > 1) print_line("all", all);
    return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
