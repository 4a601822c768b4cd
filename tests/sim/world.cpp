#include "world.hpp"

#include <algorithm>

#include "base/limits.hpp"
#include "population.hpp"

namespace trainwatch::sim {
namespace {

constexpr nanoseconds settling_time = std::chrono::minutes(45);
constexpr nanoseconds watched_after = std::chrono::minutes(5);
constexpr nanoseconds resolving_time = std::chrono::hours(25);
constexpr milliseconds look_interval = std::chrono::minutes(2);

// Each model draws from a sequence of its own: one more fault here changes no draw there.
std::uint64_t seed_of(std::uint64_t seed, std::uint64_t which) {
    return random_source(seed ^ (which << 32U)).next();
}

milliseconds minutes_upto(random_source& random, std::uint64_t most) {
    return std::chrono::minutes(random.below(most + 1));
}

faults faults_of(std::uint64_t seed) {
    random_source random(seed_of(seed, 1));
    return draw_faults(random);
}

}  // namespace

world::world(const options& chosen)
    : chosen_(chosen)
    , random_(seed_of(chosen.seed, 2))
    , person_(seed_of(chosen.seed, 20))
    , asking_(seed_of(chosen.seed, 21))
    , faults_(faults_of(chosen.seed))
    , aws_(seed_of(chosen.seed, 3), faults_.aws)
    , disk_(seed_of(chosen.seed, 4), faults_.disk)
    , clocks_(faults_.clock.skew, faults_.clock.drift)
    , log_(chosen.trace) {
    result_.drawn = faults_.text();
    random_source random(seed_of(chosen.seed, 5));
    population_settings wanted;
    wanted.jobs = chosen.jobs;
    wanted.began = true_now();
    wanted.discovers = random.below(3) != 0;
    wanted.shares_an_account = random.below(4) == 0;
    wanted.arrivals = faults_.faulty_time - std::chrono::minutes(30);
    auto names = populate(aws_, wanted, faults_, random);
    watching_.emplace(seed_of(chosen.seed, 6), std::move(names), wanted.discovers);
    draw_rules_and_budgets();
    draw_expectations();
    const auto add = [&](const std::string& url, domain::receiver_kind kind) {
        endpoints_.try_emplace(
            url, seed_of(chosen.seed, 7 + endpoints_.size()), kind, faults_.receiver
        );
    };
    add("http://am-1:9093", domain::receiver_kind::alertmanager);
    add("http://am-2:9093", domain::receiver_kind::alertmanager);
    add("http://am-3:9093", domain::receiver_kind::alertmanager);
    add(watching::hook(), domain::receiver_kind::webhook);
    if (faults_.receiver.poison) poisoned_ = "job-0";
    judge_.emplace(judge::scene{faults_, aws_, disk_, *watching_, endpoints_, clocks_, chosen.lie});
    if (chosen.lie == sabotage::stalled_job) aws_.freeze(0);
    if (chosen.lie == sabotage::lost_alert) endpoints_.at("http://am-1:9093").turn_deaf();
    calm_from_ = now_ + faults_.faulty_time;
}

// From a sequence of its own: the worlds without them stay the same.
void world::draw_rules_and_budgets() {
    random_source apart(seed_of(chosen_.seed, 22));
    if (apart.below(3) != 0) return;
    watching_->limit_billable_time();
    for (std::size_t i = 0; i < aws_.jobs().size(); ++i) {
        const auto finds = minutes_upto(apart, 90);
        if (apart.below(2) == 0) aws_.job(i).truth.rule_finds_after = finds;
    }
}

// Likewise.
void world::draw_expectations() {
    random_source apart(seed_of(chosen_.seed, 23));
    if (apart.below(3) != 0) return;
    constexpr std::chrono::minutes withins[] = {
        std::chrono::minutes(20), std::chrono::minutes(40), std::chrono::minutes(90)};
    watching_->expect_completions(withins[apart.below(3)]);
}

milliseconds world::upto(milliseconds most) {
    return milliseconds(random_.below(static_cast<std::uint64_t>(most.count()) + 1));
}

void world::schedule(mono_time at, std::function<void()> what) {
    agenda_.emplace(std::pair(std::max(at, now_), ++last_entry_), entry{0, std::move(what)});
}

void world::schedule_for_engine(mono_time at, std::function<void()> what) {
    agenda_.emplace(std::pair(std::max(at, now_), ++last_entry_), entry{epoch_, std::move(what)});
}

// While the machine sleeps nothing reaches the daemon; what came meanwhile is there when it wakes.
void world::play_until(mono_time end) {
    while (!agenda_.empty() && agenda_.begin()->first.first < end) {
        const auto next = agenda_.begin();
        now_ = std::max(now_, next->first.first);
        auto planned = std::move(next->second);
        agenda_.erase(next);
        if (planned.epoch == 0) {
            planned.what();
        } else if (planned.epoch == epoch_ && running_) {
            if (now_ < suspended_until_) {
                schedule_for_engine(suspended_until_, std::move(planned.what));
            } else {
                planned.what();
            }
        }
    }
    now_ = std::max(now_, end);
}

void world::start_engine() {
    ++epoch_;
    running_ = true;
    stopping_ = false;
    describes_.clear();
    deliveries_.clear();
    log_.add("start", now_);
    watching_->in_force(now_);
    const auto known = disk_.load(clocks_.ours(now_).wall);
    const auto plan = domain::make_watch_plan(watching_->config());
    judge_->started(plan, known, now_);
    engine_ = std::make_unique<core::engine>(plan, random_.next());
    feed(core::restored{known});
    if (running_) look();
}

// Everything in flight is lost to the daemon; the world may have done it or not.
void world::crash() {
    if (!running_) return;
    log_.add("crash", now_);
    lose_process();
    restart_after(std::chrono::minutes(30));
}

void world::stop() {
    if (!running_ || stopping_ || now_ < suspended_until_) return;
    stopping_ = true;
    feed(core::stop_requested{});
}

void world::lose_process() {
    running_ = false;
    dies_after_.reset();
    engine_.reset();
    ++epoch_;
    disk_.lose_power();
}

// Once in a while somebody takes days to notice; jobs live and die meanwhile.
milliseconds world::downtime(milliseconds most) {
    if (faulty() && std::exchange(faults_.daemon.long_down, false)) {
        return std::chrono::hours(24) + upto(std::chrono::hours(7 * 24));
    }
    return seconds(1) + upto(most);
}

void world::restart_after(milliseconds most) {
    const auto back = now_ + downtime(most);
    calm_from_ = std::max<mono_time>(calm_from_, back + std::chrono::minutes(30));
    if (faulty() && faults_.daemon.reloads > 0 && random_.below(3) == 0) watching_->change();
    if (faulty() && faults_.disk.damaged && random_.below(3) == 0) {
        faults_.disk.damaged = false;
        disk_.damage();
    }
    schedule(back, [this] { start_engine(); });
}

void world::feed(const core::event& happened) {
    ++result_.steps;
    const auto actions = engine_->step(happened, clocks_.ours(now_));
    judge_->stepped(engine_->view(), now_);
    for (const auto& action : actions) {
        log_.add(action, now_);
        std::visit([this](const auto& what) { perform(what); }, action);
        if (dies_after_ && (*dies_after_)-- == 0) {
            crash();
            return;
        }
        if (!running_) return;
    }
    arm();
}

void world::arm() {
    const auto due = engine_->next_wakeup();
    if (!due) return;
    if (*due <= now_) judge_->violated("next_wakeup() is not ahead: the driver would spin", now_);
    const auto number = ++wakeups_;
    schedule_for_engine(std::max(*due, now_ + milliseconds(1)), [this, number] {
        if (number == wakeups_) feed(core::woke{});
    });
}

void world::look() {
    schedule_for_engine(now_ + look_interval, [this] {
        if (!stopping_) judge_->looked_at(engine_->view(), now_);
        look();
    });
}

void world::reload() {
    if (!running_ || stopping_ || now_ < suspended_until_) return;
    watching_->change();
    if (calm_) watching_->settle();
    log_.add("reload", now_);
    watching_->in_force(now_);
    const auto plan =
        domain::succeed(engine_->plan(), domain::make_watch_plan(watching_->config()));
    judge_->reconfigured(plan, now_);
    feed(core::reconfigured{plan});
}

void world::calm_down() {
    if (now_ < calm_from_) {
        schedule(calm_from_, [this] { calm_down(); });
        return;
    }
    log_.add("calm", now_);
    calm_ = true;
    judge_->calmed(now_);
    aws_.calm_down();
    disk_.calm_down();
    for (auto& [url, endpoint] : endpoints_)
        endpoint.calm_down();
    for (const auto& connection : keyless_)
        give_keys(connection);
}

mono_time world::settled_at() const {
    auto last = now_;
    for (const auto& job : aws_.jobs()) {
        if (!job.deleted) last = std::max(last, clocks::mono_of(job.truth.ended()));
    }
    return last + settling_time;
}

outcome world::run() {
    start_engine();
    plan_events();
    schedule(calm_from_, [this] { calm_down(); });
    while (!calm_ && !agenda_.empty())
        play_until(std::max(agenda_.begin()->first.first + milliseconds(1), now_));
    play_until(settled_at());
    if (faults_.run_to_resolve) play_until(now_ + resolving_time);
    // Not at one lucky instant only.
    for (int i = 0; i < 3; ++i) {
        if (!running_) {
            judge_->violated("the daemon is not running at the end", now_);
            break;
        }
        judge_->at_end(engine_->view(), now_);
        if (!judge_->violations().empty()) break;
        play_until(now_ + watched_after);
    }
    result_.violations = judge_->violations();
    result_.log_digest = log_.digest();
    result_.lives = aws_.jobs().size();
    result_.hours =
        std::chrono::duration<double, std::ratio<3600>>(now_.time_since_epoch()).count();
    return result_;
}

}  // namespace trainwatch::sim
