// One seeded world on virtual time: the engine, a model of AWS, a store, receivers and two clocks.
//
// Two phases. First anything may fail, and nothing may be *wrong*: no delivery before its commit,
// no poll above the budget, one identity a job, none for a job that calls for none. Then the
// faults stop, and the engine must *finish*: its view equals the truth, and each receiver knows of
// each alert. The checkers compare with the truth (sim/life) and never ask the engine's opinion.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/random.hpp"
#include "core/engine.hpp"
#include "faults.hpp"
#include "ledger_model.hpp"
#include "life.hpp"

namespace trainwatch::sim {

// Whether the alert is about this job; those about the watcher itself name none.
bool is_about(const domain::label_map& labels, const std::string& job);

// Lies told to the checkers, to prove that they look: each must make a run fail.
enum class sabotage { none, lost_alert, forged_alert, early_delivery, stalled_job, extra_polls };

struct options {
    std::uint64_t seed = 1;
    std::size_t jobs = 20;
    sabotage lie = sabotage::none;
    bool trace = false;
};

struct outcome {
    std::vector<std::string> violations{};
    std::uint64_t log_hash = 0;
    std::uint64_t steps = 0;
    std::uint64_t lives = 0;
    std::uint64_t polls = 0;
    std::uint64_t alerts = 0;
    std::string drawn{};
};

class world {
public:
    explicit world(const options& chosen);
    outcome run();

private:
    // A watched name and the jobs that have it, one after the other.
    struct slot_state {
        std::vector<life> lives{};
        std::optional<wall_time> deleted{};  // the last life
        bool will_be_reused = false;
        bool in_flight = false;
        mono_time given_up{};
    };
    struct endpoint_state {
        bool in_flight = false;
        mono_time given_up{};
        std::optional<mono_time> down_until{};
        std::map<std::string, mono_time> firing{};    // last accepted, by identity
        std::map<std::string, mono_time> resolved{};  // likewise
        std::set<std::string> confirmed{};  // the engine of this epoch knows, "identity/state"
    };

    void draw_plan();
    void draw_lives();
    void schedule(mono_time at, std::function<void()> what);
    // Runs `what` only if the engine has not been restarted since.
    void schedule_for_engine(mono_time at, std::function<void()> what);
    void start_engine();
    void stop_engine(bool crash);
    void feed(const core::event& happened);
    void arm();
    void perform(const core::action& action);
    void perform_describe(const core::describe& what);
    void perform_commit(const core::commit& what);
    void perform_deliver(const core::deliver& what);
    result<domain::observation> ask_aws(std::size_t slot, mono_time when);
    domain::observation distort(domain::observation answer, const life& job, wall_time when);
    result<domain::receipt> receive(std::size_t endpoint, const core::deliver& what);
    void step_world();

    void check_budget(std::size_t lane);
    void check_shared_budget(const std::string& region);
    void refuse_keys(std::size_t lane);
    void check_delivery(const core::deliver& what);
    void check_final();
    void check_jobs();
    void check_alerts();
    void check_receivers();
    void check_counters();
    void violated(const std::string& what);

    bool faulty() const { return now_ < calm_from_; }
    bool chance(double of) { return faulty() && random_.unit() < of; }
    milliseconds upto(milliseconds most);
    wall_time true_wall(mono_time at) const;
    instant our_now() const { return {now_, true_wall(now_) + skew_}; }
    const life& job_of(std::size_t slot) const { return slots_[slot].lives.back(); }
    bool is_old(const life& job) const { return job.ended() < began_; }

    options chosen_;
    random_source random_;
    faults faults_{};
    domain::watch_plan plan_{};
    std::vector<slot_state> slots_{};
    std::vector<endpoint_state> endpoints_{};
    ledger_model ledger_{};
    std::unique_ptr<core::engine> engine_{};

    struct entry {
        std::uint64_t epoch = 0;  // 0: the world's own
        std::function<void()> what{};
    };
    std::map<std::pair<mono_time, std::uint64_t>, entry> agenda_{};
    std::uint64_t last_entry_ = 0;
    std::uint64_t epoch_ = 0;
    std::uint64_t wakeups_ = 0;
    mono_time now_{};
    mono_time calm_from_{};
    mono_time end_{};
    wall_time began_{};  // what ended before this is the past to the first start
    milliseconds skew_{};
    bool running_ = false;
    bool stopping_ = false;
    bool samples_seen_ = false;     // this engine has heard a Date header
    bool storage_trouble_ = false;  // a commit of this epoch failed or was slow
    bool ever_trouble_ = false;
    std::vector<std::optional<mono_time>> denied_until_{};
    std::vector<std::deque<mono_time>> sends_{};  // of this epoch, by lane
    std::vector<bool> account_told_{};            // to this epoch's engine, by lane
    // Of lanes that share a quota, since the engine can know it; by region.
    std::map<std::string, std::deque<mono_time>> shared_sends_{};
    std::map<std::string, wall_time> starts_{};  // startsAt of each identity
    std::map<std::pair<std::string, wall_time>, std::set<std::string>> identities_{};
    std::string poisoned_{};
    std::uint64_t deliveries_ = 0;
    outcome result_{};
};

}  // namespace trainwatch::sim
