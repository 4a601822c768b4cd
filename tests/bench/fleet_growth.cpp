// growth.*: what a fleet of a hundred thousand tracked jobs costs against one of a thousand, a
// tenth of them live, in one engine: to come back from the ledger's rows, to render /metrics, and
// in memory. The exponent is 1 where a hundred times the jobs take a hundred times as much.
#include <cmath>
#include <cstdio>
#include <string>

#include <malloc.h>

#include "core/engine.hpp"
#include "domain/settings.hpp"
#include "tests/bench/figure.hpp"
#include "tests/core/builders.hpp"
#include "wire/exposition.hpp"

using namespace trainwatch;

namespace {

constexpr std::size_t few = 1'000;
constexpr std::size_t many = 100'000;
constexpr double goal = 1.05;
constexpr int turns = 3;
constexpr instant now = core::at(core::hours(2));

domain::watch_plan plan() {
    domain::settings chosen;
    domain::connection_settings connection;
    connection.name = "main";
    connection.regions = {"eu-west-1"};
    chosen.connections.push_back(connection);
    domain::watch_list_settings list;
    list.name = "all";
    list.match = domain::job_filter{};
    list.match->name = {"*"};
    chosen.watch_lists.push_back(list);
    return domain::make_watch_plan(chosen);
}

// Eight entries each, as a spot job has after an interruption.
domain::observation job(std::size_t number) {
    const auto name = "growth-resnet-50-imagenet-2026-11-24-" + std::to_string(100'000 + number);
    core::job made(name);
    made.created_at(core::created + milliseconds(number)).spot();
    made.started(seconds(80)).max_runtime(seconds(86'400)).max_wait(seconds(172'800));
    const char* const phases[] = {
        "Starting", "Downloading", "Training", "Interrupted", "Starting", "Downloading"};
    seconds at(0);
    for (const auto* phase : phases) {
        made.phase(phase, at, at + seconds(80), "a message as AWS writes them");
        at += seconds(80);
    }
    if (number % 10 == 0) return made.phase("Training", at).status("InProgress", "Training");
    made.phase("Training", at, at + seconds(900));
    return made.ends("Completed", "Completed", at + seconds(900));
}

domain::ledger ledger_of(std::size_t jobs) {
    domain::ledger kept;
    kept.first_start = false;
    for (std::size_t i = 0; i < jobs; ++i) {
        domain::job_row row;
        row.last = job(i);
        row.identity = {row.last.account_id, row.last.region, row.last.name, row.last.created};
        row.connection = "main";
        row.watch_list = "all";
        row.first_observed = row.last.created;
        row.last_observed = now.wall;
        if (row.last.training_ended) {
            row.ending = domain::ending{domain::outcome::completed, domain::failure_class::none};
            row.ended = row.last.training_ended;
            row.counted = true;
        }
        std::size_t index = 0;
        for (const auto& entry : row.last.transitions) {
            kept.rows.transitions.push_back({row.identity, index++, entry, entry.started, true});
        }
        kept.rows.jobs.push_back(std::move(row));
    }
    kept.rows.last_complete_sweep = now.wall - core::minutes(1);
    return kept;
}

struct cost {
    double start_up = 1e300;  // microseconds
    double scrape = 1e300;
    double memory = 0;  // bytes in use
    std::size_t live = 0;
};

cost cost_of(std::size_t jobs) {
    cost least;
    const auto watched = plan();
    const auto kept = core::restored{ledger_of(jobs)};
    for (int turn = 0; turn < turns; ++turn) {
        core::engine under_test(watched, 1);
        const auto before = mallinfo2();
        least.start_up = std::min(least.start_up, bench::microseconds_per_call(1, [&] {
                                      bench::keep(under_test.step(kept, now));
                                  }));
        const auto after = mallinfo2();
        least.memory =
            static_cast<double>(after.uordblks + after.hblkhd - before.uordblks - before.hblkhd);
        least.scrape =
            std::min(least.scrape, bench::microseconds_per_call(1, [&] {
                         bench::keep(wire::render_metrics(under_test.view(), watched, {}));
                     }));
        least.live = under_test.view().live;
    }
    return least;
}

void print(const char* name, const char* unit, double at_few, double at_many) {
    const double exponent = std::log(at_many / at_few) / std::log(static_cast<double>(many) / few);
    std::printf(
        "figure=growth.%s value=%.2f unit=exponent reference=linear:1 ratio=%.3f goal=<=%.2f ok=%s"
        " at_1k=%.0f%s at_100k=%.0f%s\n",
        name,
        exponent,
        exponent,
        goal,
        exponent <= goal ? "yes" : "no",
        at_few,
        unit,
        at_many,
        unit
    );
}

}  // namespace

int main() {
    const auto small = cost_of(few);
    const auto large = cost_of(many);
    if (small.live != few / 10 || large.live != many / 10) {
        std::fprintf(stderr, "%zu and %zu live jobs came back\n", small.live, large.live);
        return 1;
    }
    print("start_up", "us", small.start_up, large.start_up);
    print("scrape", "us", small.scrape, large.scrape);
    print("memory", "B", small.memory, large.memory);
}
