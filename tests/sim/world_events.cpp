// What happens by itself while faults last.
#include <algorithm>

#include "alert_labels.hpp"
#include "base/limits.hpp"
#include "population.hpp"
#include "world.hpp"

namespace trainwatch::sim {
namespace {

constexpr nanoseconds job_tick = seconds(30);
constexpr nanoseconds idle_tick = std::chrono::minutes(10);
constexpr milliseconds kept_for_least = seconds(60);

}  // namespace

mono_time world::some_time() {
    return now_ + upto(faults_.faulty_time - std::chrono::minutes(5));
}

void world::plan_events() {
    for (int i = 0; i < faults_.daemon.crashes; ++i) {
        // Between any two actions, not only between two events.
        schedule(some_time(), [this] {
            if (running_) dies_after_ = random_.below(8);
        });
    }
    for (int i = 0; i < faults_.daemon.restarts; ++i)
        schedule(some_time(), [this] { stop(); });
    for (int i = 0; i < faults_.daemon.reloads; ++i)
        schedule(some_time(), [this] { reload(); });
    for (int i = 0; i < faults_.clock.suspends; ++i)
        schedule(some_time(), [this] { suspend(); });
    for (int i = 0; i < faults_.clock.steps; ++i) {
        schedule(some_time(), [this] {
            log_.add("clock step", now_);
            clocks_.set_skew(upto(2 * faults_.clock.step_most) - faults_.clock.step_most);
        });
    }
    if (faults_.disk.full) {
        schedule(some_time(), [this] { disk_.fill(now_ + upto(std::chrono::hours(3))); });
    }
    for (int i = 0; i < faults_.daemon.acknowledgements; ++i) {
        const auto later =
            person_.below(static_cast<std::uint64_t>(milliseconds(faults_.faulty_time).count()));
        schedule(now_ + milliseconds(later), [this] { acknowledge(); });
    }
    schedule(now_, [this] { step_jobs(); });
    schedule(now_, [this] { step_surroundings(); });
}

// Somebody has seen that a job ended, and says so: by its name or its ARN. Now and then the daemon
// dies with that, or the name is nobody's.
void world::acknowledge() {
    if (!running_ || stopping_ || now_ < suspended_until_) return;
    std::vector<const domain::alert*> firing;
    for (const auto& alert : engine_->view().alerts) {
        if (alert.state == domain::alert_state::firing && !comes_and_goes(alert.labels)) {
            firing.push_back(&alert);
        }
    }
    std::string job = "nobody";
    if (!firing.empty()) {
        const auto& picked = *firing[person_.below(firing.size())];
        const auto arn = label(picked.annotations, "training_job_arn");
        job = label(picked.labels, "training_job");
        if (!arn.empty() && person_.below(2) == 0) job = arn;
    }
    log_.add("acknowledges " + job, now_);
    if (faulty() && faults_.daemon.crashes > 0 && person_.below(4) == 0) {
        dies_after_ = person_.below(8);
    }
    judge_->acknowledging(job, engine_->view(), now_);
    feed(core::acknowledged{job});
}

void world::suspend() {
    if (!faulty() || !running_ || now_ < suspended_until_) return;
    log_.add("suspend", now_);
    suspended_until_ = now_ + upto(std::chrono::hours(8));
    judge_->woke_up(suspended_until_);
    // A commit in flight has no answer for so long: nobody can tell that from a disk that hangs.
    if (disk_.is_busy()) judge_->storage_failed();
    calm_from_ = std::max<mono_time>(calm_from_, suspended_until_ + std::chrono::minutes(30));
}

// What was seen of it is on the disk: all that AWS will ever tell.
bool world::is_safe(const true_job& job) const {
    const auto& truth = job.truth;
    const auto* row =
        disk_.durable().job({truth.account_id, truth.region, truth.name, truth.created});
    if (!row || !row->ending || row->summarised) return false;
    if (row->ending != truth.true_ending()) return false;
    if (true_now() < truth.ended() + kept_for_least) return false;
    return row->last.transitions == shown_at(truth, true_now())->transitions;
}

// Jobs are deleted when nothing of them can be lost any more; or earlier, and that is AWS' limit.
void world::step_jobs() {
    if (!faulty()) return;
    const auto count = aws_.jobs().size();
    for (std::size_t i = 0; i < count; ++i) {
        const auto& job = aws_.jobs()[i];
        if (!job.will_go || job.deleted || job.truth.created > true_now()) continue;
        const bool early = faults_.forgets_early && random_.below(100) == 0;
        if (early || (running_ && is_safe(job))) delete_job(i, early);
    }
    schedule(now_ + (running_ ? job_tick : idle_tick), [this] { step_jobs(); });
}

void world::delete_job(std::size_t index, bool early) {
    auto& job = aws_.job(index);
    job.forgotten_early = early && !is_safe(job);
    log_.add("deleted " + job.truth.name, now_);
    aws_.forget(index, true_now());
    if (random_.below(3) == 0) return;  // for good
    // Often so soon that some server of AWS still tells of the former job.
    const milliseconds most = random_.below(2) == 0 ? seconds(60) : std::chrono::minutes(20);
    const auto created = true_now() + seconds(1) + upto(most);
    aws_.add(successor_of(job, created, random_));
}

void world::step_surroundings() {
    if (!faulty()) return;
    const auto later = [this] { return true_now() + upto(faults_.aws.denial_most); };
    for (std::size_t place = 0; place < aws_.places().size(); ++place) {
        if (faults_.aws.list_denials && random_.below(200) == 0) {
            aws_.deny_lists(place, later());
        }
        if (faults_.aws.list_denials && random_.below(200) == 0) {
            aws_.deny_tags(place, later());
        }
    }
    if (faults_.aws.describe_denials && random_.below(100) == 0) {
        aws_.deny_describes(random_.below(aws_.places().size()), later());
    }
    if (faults_.aws.denials && random_.below(200) == 0) refuse_keys();
    for (auto& [url, endpoint] : endpoints_) {
        if (faults_.receiver.down && random_.below(150) == 0) {
            endpoint.go_down(now_ + upto(std::chrono::hours(3)));
        }
        if (faults_.receiver.forgetful && random_.below(150) == 0) endpoint.restart();
    }
    schedule(now_ + (running_ ? job_tick : idle_tick), [this] { step_surroundings(); });
}

// A connection loses its keys for a while; each try to get others fails, until one does not.
void world::refuse_keys() {
    const auto& connections = watching_->config().connections;
    const auto name = connections[random_.below(connections.size())].name;
    const auto until = now_ + upto(faults_.aws.denial_most);
    for (std::size_t place = 0; place < aws_.places().size(); ++place) {
        if (aws_.places()[place].account_id == watching_->account_of(name)) {
            aws_.deny(place, clocks::true_wall(until));
        }
    }
    if (!running_) return;
    keyless_.insert(name);
    for (int i = 0; i < 3; ++i) {
        schedule_for_engine(now_ + std::chrono::minutes(i), [this, name] {
            failure why;
            why.kind = error_class::denied;
            why.detail = "no keys";
            if (faulty()) feed(core::credentials_told{name, std::move(why)});
        });
    }
    schedule_for_engine(until, [this, name] { give_keys(name); });
}

void world::give_keys(const std::string& connection) {
    schedule_for_engine(now_, [this, connection] {
        feed(core::credentials_told{connection, domain::credential_facts{"role", "", {}, false}});
    });
}

}  // namespace trainwatch::sim
