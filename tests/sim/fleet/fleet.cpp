#include "fleet.hpp"

#include <algorithm>
#include <cstdio>

#include "base/limits.hpp"
#include "tests/bench/figure.hpp"

namespace trainwatch::sim {
namespace {

constexpr milliseconds storm_length = std::chrono::minutes(30);

milliseconds hours(double value) {
    return milliseconds(static_cast<std::int64_t>(value * 3'600'000));
}

domain::watch_plan make_plan(const fleet_options& chosen) {
    domain::watch_plan plan;
    plan.global.staleness_bound = chosen.bound;
    domain::lane lane;
    lane.connection = "main";
    lane.region = "eu-west-1";
    lane.budget = chosen.budget;
    lane.lists = true;
    lane.pace = chosen.pace;
    plan.lanes.push_back(lane);
    domain::discovery_rule rule;
    rule.watch_list = "everything";
    rule.lanes = {lane_id{0}};
    rule.match.name = {"*"};
    plan.discovery.push_back(rule);
    plan.lists["everything"].staleness_bound = chosen.bound;
    if (chosen.tight_names.empty()) return plan;
    rule.watch_list = "tight";
    rule.match = {.name_regex = chosen.tight_names};
    plan.discovery.insert(plan.discovery.begin(), rule);
    plan.lists["tight"].staleness_bound = chosen.tight_bound;
    return plan;
}

workload_settings workload_of(const fleet_options& chosen) {
    workload_settings made;
    made.live = chosen.live;
    made.watched = hours(chosen.hours) + std::chrono::hours(1);
    made.seed = chosen.seed;
    return made;
}

}  // namespace

fleet::fleet(const fleet_options& chosen)
    : chosen_(chosen), random_(chosen.seed), jobs_(workload_of(chosen)), plan_(make_plan(chosen)) {
    measured_from_ = jobs_.began() + hours(chosen.unmeasured_hours);
    measured_to_ = jobs_.began() + hours(chosen.hours);
    if (chosen.storm) {
        storm_from_ = measured_from_ + (measured_to_ - measured_from_ - storm_length) / 2;
        storm_to_ = *storm_from_ + storm_length;
    }
    aws_settings aws;
    aws.seed = chosen.seed;
    aws.describe_quota = chosen.budget.describe_per_second;
    aws.list_quota = chosen.budget.list_per_second;
    aws.others = chosen.others;
    if (chosen.lists_closed) {
        aws.lists_closed_from = measured_from_;
        aws.lists_closed_to = measured_from_ + (measured_to_ - measured_from_) / 2;
    }
    aws.storm_from = storm_from_;
    aws.storm_to = storm_to_;
    aws.filters_after_paging = chosen.filters_after_paging;
    aws.short_pages = chosen.short_pages;
    aws.token_life = chosen.token_life;
    aws.ancient = chosen.ancient;
    aws_ = std::make_unique<aws_model>(jobs_, aws);
    ruler_settings ruled{measured_from_, measured_to_, storm_from_, storm_to_, chosen.tight_names};
    ruler_ = std::make_unique<ruler>(jobs_, ruled);
    now_ = began_mono;
    switch (chosen.policy) {
        case policy_kind::engine:
            watcher_ = create_engine_watcher(jobs_, plan_, random_.next());
            break;
        case policy_kind::round_robin:
            watcher_ = create_round_robin(jobs_, plan_.lanes[0]);
            break;
        case policy_kind::oracle:
            watcher_ = create_oracle(jobs_, plan_.lanes[0]);
            break;
    }
    // A job that is created and ends while it is watched.
    while (liar_ + 1 < jobs_.jobs().size() &&
           (jobs_.jobs()[liar_].created < jobs_.began() || jobs_.jobs()[liar_].ended >= measured_to_
           ))
        ++liar_;
}

wall_time fleet::wall(mono_time at) const {
    return jobs_.began() + std::chrono::floor<milliseconds>(at - began_mono);
}

mono_time fleet::mono(wall_time at) const {
    return began_mono + (at - jobs_.began());
}

bool fleet::in_storm(wall_time at) const {
    return storm_from_ && *storm_from_ <= at && at < *storm_to_;
}

// What happens is to be seen within this, and then some: a run waits for it at its end.
milliseconds fleet::settle_time() const {
    const auto ranges = static_cast<double>(cover_of(jobs_, measured_to_).ranges);
    const double rounds = chosen_.policy == policy_kind::round_robin
        ? static_cast<double>(chosen_.live) / chosen_.budget.describe_per_second
        : ranges / chosen_.budget.list_per_second;
    const double slower = 1 / (1 - std::min(chosen_.others, 0.9));
    const double whole_sweeps = chosen_.filters_after_paging ? 6 : 1;
    const auto least = std::chrono::minutes(5);
    return std::max<milliseconds>(least, hours(3 * rounds * slower * whole_sweeps / 3600)) +
        chosen_.bound;
}

void fleet::violated(std::string what) {
    const auto at = std::chrono::duration_cast<seconds>(now_ - began_mono);
    out_.violations.push_back("at " + std::to_string(at.count()) + " s: " + std::move(what));
}

void fleet::schedule(mono_time at, core::event event) {
    agenda_.emplace(std::pair(std::max(at, now_), ++last_entry_), entry{{}, std::move(event)});
}

void fleet::schedule(mono_time at, std::function<void()> what) {
    agenda_.emplace(std::pair(std::max(at, now_), ++last_entry_), entry{std::move(what), {}});
}

void fleet::feed(const core::event& happened) {
    const double before = measuring_ ? bench::cpu_now() : 0;
    const auto actions = watcher_->step(happened, now());
    if (measuring_) {
        cpu_s_ += bench::cpu_now() - before;
        ++cpu_steps_;
    }
    ++out_.steps;
    watcher_->report(*ruler_, wall(now_));
    for (const auto& action : actions)
        perform(action);
    if (!out_.ready_s) look_at_readiness();
    arm();
}

void fleet::look_at_readiness() {
    if (watcher_->view() == nullptr || !watcher_->view()->first_pass_complete) return;
    out_.ready_s = static_cast<double>((wall(now_) - jobs_.began()).count()) / 1000;
    out_.ready_lists = aws_->counts(aws_operation::list);
    out_.ready_describes = aws_->counts(aws_operation::describe);
}

void fleet::arm() {
    const auto due = watcher_->next_wakeup();
    if (!due) return;
    if (*due <= now_) violated("next_wakeup() is not ahead: a driver would spin");
    const auto number = ++wakeup_;
    schedule(std::max(*due, now_ + milliseconds(1)), [this, number] {
        if (number == wakeup_) feed(core::woke{});
    });
}

void fleet::perform(const core::action& action) {
    if (const auto* page = std::get_if<core::list_jobs>(&action)) {
        perform(*page);
    } else if (const auto* job = std::get_if<core::describe>(&action)) {
        perform(*job);
    } else if (const auto* labels = std::get_if<core::read_tags>(&action)) {
        perform(*labels);
    } else if (const auto* batch = std::get_if<core::commit>(&action)) {
        perform(*batch);
    } else if (const auto* line = std::get_if<core::note>(&action); line && chosen_.trace) {
        std::printf(
            "%10.3f note %s",
            static_cast<double>((now_ - began_mono).count()) / 1e9,
            line->name.c_str()
        );
        for (const auto& [name, value] : line->fields)
            std::printf(" %s=%s", name.c_str(), value.c_str());
        std::printf("\n");
    }
}

void fleet::begin_measuring() {
    measuring_ = true;
    aws_->forget_counts();
}

void fleet::end_measuring() {
    measuring_ = false;
    out_.lists = aws_->counts(aws_operation::list);
    out_.describes = aws_->counts(aws_operation::describe);
    out_.tags = aws_->counts(aws_operation::tags);
}

fleet_outcome fleet::run() {
    const auto settle = settle_time();
    const auto end = mono(measured_to_ + settle);
    schedule(mono(measured_from_), [this] {
        begin_measuring();
        sample();
    });
    schedule(mono(measured_to_), [this] { end_measuring(); });
    feed(core::restored{});
    while (!agenda_.empty() && agenda_.begin()->first.first < end) {
        const auto next = agenda_.begin();
        now_ = next->first.first;
        const auto planned = std::move(next->second);
        agenda_.erase(next);
        if (planned.event) {
            feed(*planned.event);
        } else {
            planned.what();
        }
    }
    now_ = end;
    ruler_->finish(wall(now_));
    for (auto& loss : ruler_->losses(measured_to_))
        violated(std::move(loss));
    for (auto& complaint : watcher_->complaints(measured_to_, wall(now_)))
        violated(std::move(complaint));
    if (watcher_->view() != nullptr) check_alerts(measured_to_);
    out_.lag = ruler_->lag();
    const auto samples = static_cast<double>(std::max<std::size_t>(samples_, 1));
    const double measured_s = static_cast<double>((measured_to_ - measured_from_).count()) / 1000;
    out_.floor_s /= samples;
    out_.live /= samples;
    out_.tight_feasible /= samples;
    out_.finished /= samples;
    out_.live_hours = out_.live * measured_s / 3600;
    const double rate = chosen_.budget.list_per_second + chosen_.budget.describe_per_second;
    out_.budget_calls = rate * measured_s;
    const double storm_s = static_cast<double>(storm_length.count()) / 1000;
    out_.storm_calls = static_cast<double>(storm_sent_) / (rate * storm_s);
    out_.step_us = cpu_steps_ > 0 ? cpu_s_ * 1e6 / static_cast<double>(cpu_steps_) : 0;
    out_.jobs = jobs_.jobs().size();
    out_.found = ruler_->found();
    return out_;
}

}  // namespace trainwatch::sim
