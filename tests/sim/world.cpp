#include "world.hpp"

#include <algorithm>

#include "base/limits.hpp"
#include "tests/support/action_text.hpp"

namespace trainwatch::sim {
namespace {

constexpr wall_time epoch_wall = from_unix_milliseconds(1'763'890'000'000);
constexpr nanoseconds faulty_time = std::chrono::hours(4);
constexpr nanoseconds settling_time = std::chrono::minutes(45);
constexpr nanoseconds resolving_time = std::chrono::hours(25);

// FNV-1a.
std::uint64_t mix(std::uint64_t hash, const std::string& text) {
    for (const char c : text) {
        hash ^= static_cast<unsigned char>(c);
        hash *= 0x100000001b3U;
    }
    return hash;
}

failure make_failure(error_class kind, const char* detail) {
    failure why;
    why.kind = kind;
    why.detail = detail;
    return why;
}

}  // namespace

world::world(const options& chosen) : chosen_(chosen), random_(chosen.seed) {}

milliseconds world::upto(milliseconds most) {
    return milliseconds(random_.below(static_cast<std::uint64_t>(most.count()) + 1));
}

wall_time world::true_wall(mono_time at) const {
    return epoch_wall + std::chrono::floor<milliseconds>(at.time_since_epoch());
}

void world::violated(const std::string& what) {
    if (result_.violations.size() >= 20) return;
    const auto at = std::chrono::duration_cast<seconds>(now_.time_since_epoch());
    result_.violations.push_back("at " + std::to_string(at.count()) + " s: " + what);
}

void world::draw_plan() {
    faults_ = draw_faults(random_);
    result_.drawn = faults_.text();
    const std::size_t lanes = 1 + random_.below(3);
    for (std::size_t i = 0; i < lanes; ++i) {
        domain::lane lane;
        lane.connection = "connection-" + std::to_string(i);
        lane.region = i == 1 ? "us-east-1" : "eu-west-1";
        lane.budget.describe_per_second = 1 + static_cast<double>(random_.below(4));
        plan_.lanes.push_back(lane);
    }
    for (std::size_t i = 0; i < chosen_.jobs; ++i) {
        domain::target target;
        target.lane = lane_id{random_.below(lanes)};
        target.name = "job-" + std::to_string(i);
        target.watch_list = random_.below(2) == 0 ? "nightly" : "research";
        plan_.targets.push_back(target);
    }
    plan_.endpoints = {
        {"main", domain::receiver_kind::alertmanager, "http://am-1:9093"},
        {"main", domain::receiver_kind::alertmanager, "http://am-2:9093"},
        {"pipeline", domain::receiver_kind::webhook, "http://hook/"},
    };
    endpoints_.resize(plan_.endpoints.size());
    denied_until_.resize(lanes);
    sends_.resize(lanes);
    slots_.resize(plan_.targets.size());
}

void world::draw_lives() {
    const auto start = true_wall(mono_time{});
    began_ = start;
    for (std::size_t i = 0; i < slots_.size(); ++i) {
        const auto& target = plan_.targets[i];
        const auto& region = plan_.lanes[target.lane.value].region;
        // Some ended long before we came: shown, never alerted, never counted.
        const bool old = random_.below(8) == 0;
        const auto created =
            old ? start - std::chrono::hours(240) : start + upto(std::chrono::hours(1));
        slots_[i].lives.push_back(draw_life(random_, target.name, region, created));
        slots_[i].will_be_reused = faults_.reuse_names && random_.below(2) == 0;
    }
    if (faults_.poison) poisoned_ = plan_.targets[0].name;
}

void world::schedule(mono_time at, std::function<void()> what) {
    agenda_.emplace(std::pair(std::max(at, now_), ++last_entry_), entry{0, std::move(what)});
}

void world::schedule_for_engine(mono_time at, std::function<void()> what) {
    agenda_.emplace(std::pair(std::max(at, now_), ++last_entry_), entry{epoch_, std::move(what)});
}

void world::start_engine() {
    ++epoch_;
    running_ = true;
    stopping_ = false;
    samples_seen_ = false;
    storage_trouble_ = false;
    for (auto& sends : sends_)
        sends.clear();
    account_told_.assign(plan_.lanes.size(), false);
    shared_sends_.clear();
    for (auto& slot : slots_)
        slot.in_flight = false;
    for (auto& endpoint : endpoints_) {
        endpoint.in_flight = false;
        endpoint.confirmed.clear();
    }
    engine_ = std::make_unique<core::engine>(plan_, random_.next());
    feed(core::restored{ledger_.load()});
}

// With a crash, everything in flight is lost to the engine; the world may have done it or not.
void world::stop_engine(bool crash) {
    if (!running_) return;
    if (crash) {
        running_ = false;
        engine_.reset();
        ++epoch_;
        schedule(now_ + seconds(1) + upto(std::chrono::minutes(30)), [this] { start_engine(); });
        return;
    }
    if (!stopping_) {
        stopping_ = true;
        feed(core::stop_requested{});
    }
}

void world::feed(const core::event& happened) {
    ++result_.steps;
    const auto actions = engine_->step(happened, our_now());
    for (const auto& action : actions) {
        const auto text = core::to_text(action);
        result_.log_hash = mix(result_.log_hash, text);
        if (chosen_.trace) {
            std::printf(
                "%12.3f %s\n",
                static_cast<double>(now_.time_since_epoch().count()) / 1e9,
                text.c_str()
            );
        }
        perform(action);
    }
    if (running_) arm();
}

void world::arm() {
    const auto due = engine_->next_wakeup();
    if (!due) return;
    if (*due <= now_) violated("next_wakeup() is not ahead: the driver would spin");
    const auto number = ++wakeups_;
    schedule_for_engine(std::max(*due, now_ + milliseconds(1)), [this, number] {
        if (number == wakeups_) feed(core::woke{});
    });
}

void world::perform(const core::action& action) {
    if (const auto* request = std::get_if<core::describe>(&action)) {
        perform_describe(*request);
    } else if (const auto* batch = std::get_if<core::commit>(&action)) {
        perform_commit(*batch);
    } else if (const auto* parcel = std::get_if<core::deliver>(&action)) {
        perform_deliver(*parcel);
    } else if (std::holds_alternative<core::stop>(action)) {
        running_ = false;
        ++epoch_;
        schedule(now_ + seconds(1) + upto(std::chrono::minutes(10)), [this] { start_engine(); });
    }
}

// ---- AWS --------------------------------------------------------------------------------------

void world::perform_describe(const core::describe& what) {
    ++result_.polls;
    const auto lane = what.lane.value;
    sends_[lane].push_back(now_);
    if (chosen_.lie == sabotage::extra_polls) sends_[lane].push_back(now_);
    check_budget(lane);
    check_shared_budget(plan_.lanes[lane].region);
    std::size_t slot = 0;
    while (plan_.targets[slot].lane != what.lane || plan_.targets[slot].name != what.name)
        ++slot;
    auto& state = slots_[slot];
    if (state.in_flight && now_ < state.given_up) violated("two polls in flight for " + what.name);
    state.in_flight = true;
    state.given_up = what.deadline + limits::answer_grace;
    if (chance(faults_.silent)) return;

    const auto heard = now_ + milliseconds(1) + upto(faults_.latency_max);
    auto answer = ask_aws(slot, now_ + (heard - now_) / 2);
    auto told = heard;
    const bool late = chance(faults_.late);
    if (late) told = state.given_up + upto(std::chrono::minutes(5));
    schedule_for_engine(told, [this, slot, late, id = what.id, sent = now_, answer] {
        if (!late) slots_[slot].in_flight = false;
        core::described event{id, answer, now_ - sent, {}};
        if (!chance(faults_.clockless)) {
            const auto error = milliseconds(random_.below(1000)) - milliseconds(500);
            event.clock_offset = error - skew_;
            samples_seen_ = true;
        }
        if (!late && answer) account_told_[plan_.targets[slot].lane.value] = true;
        feed(event);
    });
}

result<domain::observation> world::ask_aws(std::size_t slot, mono_time when) {
    const auto lane = plan_.targets[slot].lane.value;
    if (faulty() && denied_until_[lane] && now_ < *denied_until_[lane]) {
        return make_failure(error_class::denied, "AccessDeniedException");
    }
    if (chance(faults_.transient)) return make_failure(error_class::transient, "503");
    if (chance(faults_.throttled)) {
        auto why = make_failure(error_class::throttled, "ThrottlingException");
        if (random_.below(3) == 0) why.retry_after = upto(seconds(20));
        return why;
    }
    if (chance(faults_.malformed)) return make_failure(error_class::malformed, "<html>");
    const auto& state = slots_[slot];
    const auto& job = state.lives.back();
    auto at = true_wall(when);
    const bool stalled = chosen_.lie == sabotage::stalled_job && slot == 1;
    if (stalled) at = std::min(at, job.created + seconds(1));
    if (state.deleted && at >= *state.deleted && job.ended() < *state.deleted) {
        return make_failure(error_class::not_found, "Requested resource not found.");
    }
    // Another of AWS' servers answers, which has not heard the latest.
    if (chance(faults_.stale)) at -= upto(std::chrono::minutes(3));
    if (auto shown = shown_at(job, at)) return distort(std::move(*shown), job, at);
    return make_failure(error_class::not_found, "Requested resource not found.");
}

domain::observation world::distort(domain::observation answer, const life&, wall_time) {
    auto& entries = answer.transitions;
    if (entries.size() < 2 || !chance(faults_.scrambled)) return answer;
    const auto at = static_cast<std::ptrdiff_t>(random_.below(entries.size() - 1));
    switch (random_.below(3)) {
        case 0:
            std::swap(
                entries[static_cast<std::size_t>(at)], entries[static_cast<std::size_t>(at) + 1]
            );
            break;
        case 1: {
            const auto again = entries[static_cast<std::size_t>(at)];
            entries.insert(entries.begin() + at, again);
            break;
        }
        default:
            entries.erase(entries.begin() + at);
            break;
    }
    return answer;
}

// What happens by itself in the world, twice a minute while faults last.
void world::step_world() {
    if (!faulty()) return;
    for (std::size_t i = 0; i < slots_.size(); ++i) {
        auto& slot = slots_[i];
        if (!slot.will_be_reused || slot.deleted || !running_) continue;
        const auto& job = slot.lives.back();
        // AWS still tells of a job until what was seen of it is safe: that is the promise's limit.
        const auto* row = ledger_.job({job.account_id, job.region, job.name, job.created});
        if (!row || !row->ending || true_wall(now_) < job.ended() + seconds(60)) continue;
        if (row->last.transitions != shown_at(job, true_wall(now_))->transitions) continue;
        slot.will_be_reused = false;
        slot.deleted = true_wall(now_);
        if (random_.below(3) == 0) continue;  // for good
        const auto created = true_wall(now_) + seconds(1) + upto(std::chrono::minutes(20));
        schedule(now_ + (created - true_wall(now_)), [this, i, created] {
            const auto& target = plan_.targets[i];
            const auto& region = plan_.lanes[target.lane.value].region;
            slots_[i].deleted.reset();
            slots_[i].lives.push_back(draw_life(random_, target.name, region, created));
        });
    }
    for (std::size_t lane = 0; lane < denied_until_.size(); ++lane) {
        if (faults_.denials && random_.below(200) == 0) refuse_keys(lane);
    }
    for (auto& endpoint : endpoints_) {
        if (faults_.receivers_down && random_.below(150) == 0) {
            endpoint.down_until = now_ + upto(std::chrono::hours(1));
        }
    }
    if (faults_.clock_steps && random_.below(100) == 0) {
        skew_ = upto(std::chrono::hours(2)) - std::chrono::hours(1);
    }
    schedule(now_ + seconds(30), [this] { step_world(); });
}

// The connection loses its keys for a while; each try to get others fails, until one does not.
void world::refuse_keys(std::size_t lane) {
    const auto until = now_ + upto(std::chrono::hours(1));
    denied_until_[lane] = until;
    const auto& connection = plan_.lanes[lane].connection;
    for (int i = 0; i < 3; ++i) {
        schedule_for_engine(now_ + std::chrono::minutes(i), [this, connection] {
            auto why = make_failure(error_class::denied, "no keys");
            feed(core::credentials_told{connection, std::move(why)});
        });
    }
    schedule_for_engine(until, [this, connection] {
        feed(core::credentials_told{connection, domain::credential_facts{"role", "", {}}});
    });
}

// ---- the store --------------------------------------------------------------------------------

void world::perform_commit(const core::commit& what) {
    const bool fails = chance(faults_.commit_fails);
    auto done = now_ + upto(faulty() ? faults_.commit_latency_max : milliseconds(5));
    if (chance(faults_.commit_hangs)) done += upto(std::chrono::minutes(10));
    if (fails || done - now_ >= limits::commit_deadline) storage_trouble_ = ever_trouble_ = true;
    auto batch = what.batch;
    if (chosen_.lie == sabotage::early_delivery) batch.alerts.clear();
    // The disk does its work even if the program dies meanwhile; or it has not yet begun.
    const bool survives_crash = random_.below(2) == 0;
    const auto epoch = epoch_;
    schedule(done, [this, fails, survives_crash, epoch, id = what.id, batch = std::move(batch)] {
        const bool alive = epoch == epoch_ && running_;
        if (!fails && (alive || survives_crash)) ledger_.apply(batch);
        if (!alive) return;
        core::committed event{id, {}};
        if (fails) event.error = make_failure(error_class::internal, "disk full");
        feed(event);
    });
}

// ---- receivers --------------------------------------------------------------------------------

void world::perform_deliver(const core::deliver& what) {
    ++deliveries_;
    check_delivery(what);
    const auto index = what.endpoint.value;
    auto& endpoint = endpoints_[index];
    if (endpoint.in_flight && now_ < endpoint.given_up) violated("two deliveries in flight");
    endpoint.in_flight = true;
    endpoint.given_up = what.deadline + limits::answer_grace;
    if (chance(faults_.receipt_hangs)) return;
    const auto answer = receive(index, what);
    const auto told =
        now_ + milliseconds(1) + upto(faulty() ? faults_.receipt_latency_max : milliseconds(50));
    schedule_for_engine(told, [this, index, what, answer] {
        auto& state = endpoints_[index];
        state.in_flight = false;
        if (answer) {
            for (const auto& alert : what.alerts) {
                const bool firing = alert.state == domain::alert_state::firing;
                state.confirmed.insert(domain::identity(alert.labels) + (firing ? "/f" : "/r"));
            }
        }
        core::delivered event{what.id, answer, {}};
        if (!chance(faults_.clockless)) {
            event.clock_offset = -skew_;
            samples_seen_ = true;
        }
        feed(event);
    });
}

result<domain::receipt> world::receive(std::size_t index, const core::deliver& what) {
    auto& endpoint = endpoints_[index];
    if (faulty() && endpoint.down_until && now_ < *endpoint.down_until) {
        return make_failure(error_class::transient, "connection refused");
    }
    if (chance(faults_.receipt_fails)) return make_failure(error_class::transient, "503");
    bool rejected = false;
    for (const auto& alert : what.alerts) {
        // Alertmanager stores the good ones and answers 400 for the batch.
        if (faulty() && index == 0 && is_about(alert.labels, poisoned_)) {
            rejected = true;
            continue;
        }
        const auto identity = domain::identity(alert.labels);
        if (chosen_.lie == sabotage::lost_alert && index == 0) continue;
        auto& told =
            alert.state == domain::alert_state::firing ? endpoint.firing : endpoint.resolved;
        told[identity] = now_;
    }
    if (rejected) return make_failure(error_class::rejected, "400");
    return domain::receipt{};
}

// ---- the run ----------------------------------------------------------------------------------

outcome world::run() {
    draw_plan();
    draw_lives();
    skew_ = faults_.skew;
    calm_from_ = mono_time(faulty_time);
    start_engine();
    schedule(now_, [this] { step_world(); });
    for (int i = 0; i < faults_.crashes; ++i) {
        schedule(mono_time(nanoseconds(upto(std::chrono::hours(4)))), [this] {
            stop_engine(true);
        });
    }
    for (int i = 0; i < faults_.restarts; ++i) {
        schedule(mono_time(nanoseconds(upto(std::chrono::hours(4)))), [this] {
            stop_engine(false);
        });
    }
    schedule(calm_from_, [this] {
        wall_time last{};
        for (const auto& slot : slots_) {
            if (!slot.lives.empty()) last = std::max(last, slot.lives.back().ended());
        }
        const auto rest = std::max(last - true_wall(now_), milliseconds(0)) + std::chrono::hours(1);
        end_ = now_ + rest + settling_time;
        if (faults_.run_to_resolve) end_ += resolving_time;
    });
    while (!agenda_.empty() && (now_ < calm_from_ || now_ < end_)) {
        const auto next = agenda_.begin();
        now_ = std::max(now_, next->first.first);
        const auto planned = std::move(next->second);
        agenda_.erase(next);
        if (planned.epoch == 0 || (planned.epoch == epoch_ && running_)) planned.what();
    }
    check_final();
    for (const auto& slot : slots_)
        result_.lives += slot.lives.size();
    return result_;
}

}  // namespace trainwatch::sim
