// One seeded world on virtual time: the shipped engine, and models of AWS, disk, receivers, clocks
// and of whoever edits the configuration.
//
// Two phases. First anything may fail, and nothing may be *wrong*. Then faults stop, and all must
// *converge* within `settling_time` of the last end of a job. sim/judge holds the engine to both.
// This class moves time and carries what the engine asks for to the models and back.
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

#include "aws.hpp"
#include "base/random.hpp"
#include "clocks.hpp"
#include "core/engine.hpp"
#include "disk.hpp"
#include "faults.hpp"
#include "judge.hpp"
#include "receivers.hpp"
#include "run_log.hpp"
#include "watching.hpp"

namespace trainwatch::sim {

struct options {
    std::uint64_t seed = 1;
    std::size_t jobs = 24;
    sabotage lie = sabotage::none;
    bool trace = false;
};

struct outcome {
    std::vector<std::string> violations{};
    std::uint64_t log_digest = 0;
    std::uint64_t steps = 0;
    std::uint64_t lives = 0;
    std::uint64_t calls = 0;
    std::uint64_t alerts = 0;
    double hours = 0;  // of virtual time
    std::string drawn{};
};

class world {
public:
    explicit world(const options& chosen);
    outcome run();

private:
    // A call to AWS that the engine has not heard of yet.
    struct call {
        lane_id lane{};
        domain::aws_operation operation{};
        std::string what{};  // the job's name, or nothing
        mono_time sent{};
        mono_time given_up{};
    };
    struct entry {
        std::uint64_t epoch = 0;  // 0: the world's own
        std::function<void()> what{};
    };

    // ---- world.cpp: time, and the daemon's life ------------------------------------------------
    void draw_rules_and_budgets();
    void draw_expectations();
    void schedule(mono_time at, std::function<void()> what);
    // Runs `what` only if the daemon has not been restarted since.
    void schedule_for_engine(mono_time at, std::function<void()> what);
    void play_until(mono_time end);
    void start_engine();
    void crash();
    void stop();
    void restart_after(milliseconds most);
    milliseconds downtime(milliseconds most);
    void feed(const core::event& happened);
    void arm();
    void look();
    void reload();
    void lose_process();
    void calm_down();
    mono_time settled_at() const;

    // ---- world_calls.cpp: what the engine asks for ---------------------------------------------
    void perform(const core::action& action);
    void perform(const core::describe& what);
    void perform(const core::list_jobs& what);
    void perform(const core::read_tags& what);
    void perform(const core::commit& what);
    void perform(const core::deliver& what);
    void perform(const core::read_back& what);
    void perform(const core::note& what) { judge_->noted(what, now_); }
    void perform(const core::acknowledgement& what) { judge_->acknowledged(what, now_); }
    void perform(const core::stop&);
    template <class Event, class Answer>
    void answer(const call& made, poll_id id, Answer told);
    void hear(const core::described& event, const call& made);
    void hear(const core::listed& event, const call& made);
    void hear(const core::tags_read& event, const call& made);
    void begin_call(const call& made);
    std::optional<milliseconds> date_header();
    std::size_t place_of(lane_id lane) const;
    receiver_endpoint& endpoint(const core::deliver& what);

    // ---- world_events.cpp: what happens by itself ----------------------------------------------
    void plan_events();
    void step_jobs();
    void step_surroundings();
    void delete_job(std::size_t job, bool early);
    bool is_safe(const true_job& job) const;
    void refuse_keys();
    void give_keys(const std::string& connection);
    void acknowledge();
    void suspend();
    mono_time some_time();

    bool faulty() const { return !calm_; }
    bool chance(double of) { return faulty() && of > 0 && random_.unit() < of; }
    milliseconds upto(milliseconds most);
    wall_time true_now() const { return clocks::true_wall(now_); }

    options chosen_;
    random_source random_;
    random_source person_;  // who acknowledges
    random_source asking_;  // of what receivers hold
    faults faults_;
    aws aws_;
    disk disk_;
    clocks clocks_;
    std::optional<watching> watching_{};
    endpoint_map endpoints_{};
    std::optional<judge> judge_{};
    run_log log_;
    std::unique_ptr<core::engine> engine_{};

    std::map<std::pair<mono_time, std::uint64_t>, entry> agenda_{};
    std::uint64_t last_entry_ = 0;
    std::uint64_t epoch_ = 0;
    std::uint64_t wakeups_ = 0;
    mono_time now_{};
    mono_time calm_from_{};
    mono_time suspended_until_{};
    bool calm_ = false;
    bool running_ = false;
    bool stopping_ = false;
    // Dies after so many more actions.
    std::optional<std::uint64_t> dies_after_{};
    std::map<std::pair<std::uint64_t, std::string>, mono_time> describes_{};  // given up then
    std::map<std::string, mono_time> deliveries_{};                           // likewise, by URL
    std::string poisoned_{};
    std::set<std::string> keyless_{};  // connections
    outcome result_{};
};

}  // namespace trainwatch::sim
