// What a history comes to: each alert that would have fired, and what it would have been good for.
//
// Pure: jobs as they were read in, values for app/backtest_text and app/backtest_json out. Every
// job is replayed (core/replay) by the rules, limits and labels of its watch list. Hours are
// instance-hours; money is in the unit of `prices`, and absent where a price is missing.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "app/lane_history.hpp"
#include "core/replay.hpp"
#include "domain/watch_plan.hpp"

namespace trainwatch::app {

struct backtest_alert {
    domain::alert alert{};  // starts_at is AWS' time
    std::string reason{};   // why it fires, as the ledger would keep it
    std::optional<wall_time> ended{};
    std::size_t others = 0;  // that had failed for the same reason within a day

    bool operator==(const backtest_alert&) const = default;
};

struct backtest_rule {
    std::string alertname{};
    std::string severity{};
    std::size_t alerts = 0;

    bool operator==(const backtest_rule&) const = default;
};

// Several failures with one reason.
struct backtest_cause {
    std::string reason{};  // the latest one's, on one line
    std::size_t jobs = 0;
    wall_time first{};
    wall_time last{};

    bool operator==(const backtest_cause&) const = default;
};

// What somebody would have paid for being told late.
struct backtest_stakes {
    std::size_t jobs = 0;
    double instance_hours = 0;
    milliseconds time{};  // of the jobs' clock, whatever the number of instances
    std::optional<double> money{};
    std::vector<std::string> unpriced{};  // instance types that `prices` lacks, if it has any

    bool operator==(const backtest_stakes&) const = default;
};

// How a warning would have come before AWS ended a job at its MaxRuntimeInSeconds.
struct backtest_notice {
    std::size_t cut_off = 0;
    std::size_t announced = 0;  // of these, with a TrainingJobNearDeadline
    milliseconds least{};       // from its first one to the end, of the one with the least

    bool operator==(const backtest_notice&) const = default;
};

struct backtest_jobs {
    std::size_t replayed = 0;
    std::size_t completed = 0;
    std::size_t failed = 0;
    std::size_t cut_off = 0;  // at one of their limits
    std::size_t stopped = 0;
    std::size_t live = 0;

    bool operator==(const backtest_jobs&) const = default;
};

struct backtest_report {
    wall_time since{};
    wall_time until{};
    std::vector<backtest_alert> alerts{};  // newest first
    std::vector<backtest_rule> rules{};    // the gravest and most frequent first
    std::vector<backtest_cause> causes{};  // the most frequent first
    std::size_t alerted_jobs = 0;
    // By the routes of deploy/alertmanager, where what comes within minutes is told together.
    std::size_t notifications = 0;
    backtest_jobs jobs{};
    backtest_stakes lost{};  // failed or cut off
    backtest_notice notice{};
    backtest_stakes stuck{};       // time from entering the phase to leaving it
    backtest_stakes spot_loops{};  // what the jobs were billed for

    // Alerts a week; nothing where the time is too short to say.
    std::optional<double> a_week(std::size_t alerts) const;

    bool operator==(const backtest_report&) const = default;
};

// `jobs` in any order. What fires before `since` is left out. `completions`, beside those of
// `jobs`, tell whether a list's expect.completed_within was met; null: not all are known, and it is
// not judged.
backtest_report make_backtest_report(
    const std::vector<past_job>& jobs,
    const domain::watch_plan& plan,
    wall_time since,
    wall_time until,
    const std::vector<past_completion>* completions = nullptr
);

}  // namespace trainwatch::app
