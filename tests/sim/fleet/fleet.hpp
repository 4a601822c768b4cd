// One fleet watched for some hours of virtual time: workload, AWS' model, a watcher, and the ruler
// between what it shows and what was true. Everything follows from the seed.
//
// Beside the figures it says what must never happen (violations): a job or change that is lost, an
// alert that is missing, told twice or uncalled for, calls above the budget.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "aws_model.hpp"
#include "base/random.hpp"
#include "base/time.hpp"
#include "domain/watch_plan.hpp"
#include "ruler.hpp"
#include "watcher.hpp"
#include "workload.hpp"

namespace trainwatch::sim {

enum class policy_kind { engine, round_robin, oracle };

// Lies told to the checkers, to prove that they look: each must make a run fail.
enum class fleet_lie {
    none,
    hidden_job,   // AWS never lists nor describes one of them
    frozen_job,   // AWS shows one of them as it was at its creation
    lost_alert,   // the alert of one job is never taken down
    extra_calls,  // each call counts twice
};

struct fleet_options {
    std::size_t live = 1000;
    double hours = 4;
    double unmeasured_hours = 1;
    std::uint64_t seed = 1;
    policy_kind policy = policy_kind::engine;
    milliseconds bound{60'000};
    // A list of its own for the names that this matches (RE2, whole), with a bound of its own.
    std::string tight_names{};
    milliseconds tight_bound{30'000};
    domain::pace_kind pace = domain::pace_kind::budget;
    domain::budget_settings budget{};
    double others = 0;          // share of AWS' quotas that others in the account use
    bool storm = false;         // half an hour in which 95 of 100 calls are refused
    bool lists_closed = false;  // every list is throttled in the first half of the measured time
    bool filters_after_paging = false;
    double short_pages = 0;
    milliseconds token_life = std::chrono::hours(1);
    std::size_t ancient = 0;
    fleet_lie lie = fleet_lie::none;
    bool trace = false;  // print every call
};

struct fleet_outcome {
    measured_lags lag{};
    double floor_s = 0;       // F, averaged
    double live = 0;          // averaged
    double finished = 0;      // for each live job, back to the oldest live one; averaged
    double live_hours = 0;    // job-hours of the measured time
    double budget_calls = 0;  // that the budget allowed in the measured time
    call_counts lists{};      // in the measured time
    call_counts describes{};
    call_counts tags{};
    double storm_calls = 0;  // calls through the budget's, while it lasted
    double step_us = 0;      // processor time of a step
    std::uint64_t steps = 0;
    std::size_t jobs = 0;
    std::size_t found = 0;
    std::size_t alerts = 0;
    std::map<std::string, std::size_t> stale{};  // samples in which TrainwatchdStale fires, by list
    double tight_feasible =
        0;  // share of the samples in which the watcher calls its bound feasible
    std::optional<double> ready_s{};  // until the first pass was complete
    call_counts ready_lists{};        // until then
    call_counts ready_describes{};
    std::vector<std::string> violations{};
};

class fleet {
public:
    explicit fleet(const fleet_options& chosen);
    fleet_outcome run();

private:
    struct entry {
        std::function<void()> what{};
        std::optional<core::event> event{};
    };

    void schedule(mono_time at, core::event event);
    void schedule(mono_time at, std::function<void()> what);
    void feed(const core::event& happened);
    void arm();
    void perform(const core::action& action);
    void perform(const core::list_jobs& what);
    void perform(const core::describe& what);
    void perform(const core::read_tags& what);
    void perform(const core::commit& what);
    void tell(
        const std::vector<std::size_t>& told,
        wall_time sampled,
        milliseconds latency,
        core::event event
    );
    void sample();
    void look_at_promises(const domain::view& shown);
    void look_at_readiness();
    void begin_measuring();
    void end_measuring();
    void count_call(aws_operation which);
    void check_alerts(wall_time settled);
    void violated(std::string what);

    wall_time wall(mono_time at) const;
    mono_time mono(wall_time at) const;
    instant now() const { return {now_, wall(now_)}; }
    milliseconds settle_time() const;
    bool in_storm(wall_time at) const;

    static constexpr mono_time began_mono{std::chrono::hours(1)};

    fleet_options chosen_;
    random_source random_;
    wall_time measured_from_;
    wall_time measured_to_;
    workload jobs_;
    domain::watch_plan plan_{};
    std::optional<wall_time> storm_from_{};
    std::optional<wall_time> storm_to_{};
    std::unique_ptr<aws_model> aws_{};
    std::unique_ptr<ruler> ruler_{};
    std::unique_ptr<watcher> watcher_{};
    std::map<std::pair<mono_time, std::uint64_t>, entry> agenda_{};
    std::uint64_t last_entry_ = 0;
    std::uint64_t wakeup_ = 0;
    mono_time now_{};
    bool measuring_ = false;
    std::size_t samples_ = 0;
    std::string lost_{};    // the job of an alert, for a lie about it
    std::size_t liar_ = 0;  // the job that a lie is about
    std::size_t storm_sent_ = 0;
    double cpu_s_ = 0;
    std::uint64_t cpu_steps_ = 0;
    std::map<aws_operation, std::vector<mono_time>> sends_{};
    std::map<std::string, std::set<std::string>> alerts_{};  // by job, identities
    fleet_outcome out_{};
};

// Fewest ranges of at most a hundred jobs by creation that cover every live one, and how many jobs
// there are back to the oldest live one.
struct cover {
    std::size_t ranges = 0;
    std::size_t live = 0;
    std::size_t known = 0;
};
cover cover_of(const workload& jobs, wall_time when);

}  // namespace trainwatch::sim
