// schedule.event: take the job that is due next and place it anew, in the scheduler with one timer
// for all, against one Asio timer a job, at a thousand to a hundred thousand jobs.
//
// Both sides play the same times: every job again after half to one and a half intervals, so that
// an event comes each forty microseconds. Ours runs on virtual time and has all that the engine
// asks for an event; Asio's waits, and only its processor time counts.
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "base/random.hpp"
#include "core/scheduler.hpp"
#include "tests/bench/figure.hpp"

using namespace trainwatch;

namespace {

constexpr nanoseconds spacing = std::chrono::microseconds(40);
constexpr int our_events = 200'000;
constexpr int asio_events = 25'000;
constexpr int turns = 3;

// Until a job is due again.
nanoseconds next_interval(random_source& random, std::size_t jobs) {
    const auto mean = spacing * static_cast<std::int64_t>(jobs);
    return mean / 2 + random.jitter(mean);
}

class our_schedule {
public:
    explicit our_schedule(std::size_t jobs) : jobs_(jobs), under_test_(plan(), 1) {
        for (std::size_t slot = 0; slot < jobs; ++slot) {
            const auto due = now_ + random_.jitter(spacing * static_cast<std::int64_t>(jobs));
            under_test_.add(slot, lane_id{0}, {core::look_queue::live, due});
        }
        under_test_.start(now_);
        for (std::size_t event = 0; event < 2 * jobs; ++event)
            step();
    }

    void step() {
        now_ = std::max(now_, *under_test_.next_send());
        const auto sent = under_test_.next_poll(now_);
        bench::keep(under_test_.next_overdue());
        const auto answered = under_test_.take_answered(sent->id);
        const core::look next{core::look_queue::live, now_ + next_interval(random_, jobs_)};
        under_test_.place(*answered, next);
    }

private:
    static domain::watch_plan plan() {
        domain::watch_plan made;
        domain::lane lane;
        lane.budget.describe_per_second = 1e9;
        made.lanes.push_back(lane);
        return made;
    }

    std::size_t jobs_;
    random_source random_{1};
    mono_time now_ = mono_time(seconds(100));
    core::scheduler under_test_;
};

class asio_timers {
public:
    explicit asio_timers(std::size_t jobs) : jobs_(jobs) {
        const auto now = std::chrono::steady_clock::now();
        for (std::size_t job = 0; job < jobs; ++job) {
            timers_.push_back(std::make_unique<boost::asio::steady_timer>(io_));
            wait(job, now + random_.jitter(spacing * static_cast<std::int64_t>(jobs)));
        }
    }

    void step() { io_.run_one(); }

private:
    void wait(std::size_t job, std::chrono::steady_clock::time_point due) {
        timers_[job]->expires_at(due);
        timers_[job]->async_wait([this, job](const boost::system::error_code&) {
            wait(job, timers_[job]->expiry() + next_interval(random_, jobs_));
        });
    }

    std::size_t jobs_;
    random_source random_{1};
    boost::asio::io_context io_{1};
    std::vector<std::unique_ptr<boost::asio::steady_timer>> timers_{};
};

bench::pair_of_minima measure(std::size_t jobs) {
    our_schedule ours(jobs);
    asio_timers theirs(jobs);
    bench::pair_of_minima least;
    for (int turn = 0; turn < turns; ++turn) {
        const auto our_time = bench::microseconds_per_call(our_events, [&] { ours.step(); });
        const auto their_time = bench::microseconds_per_call(asio_events, [&] { theirs.step(); });
        least.ours = std::min(least.ours, our_time);
        least.reference = std::min(least.reference, their_time);
    }
    return least;
}

}  // namespace

int main() {
    bench::pair_of_minima growth;
    for (const std::size_t jobs : {1'000U, 10'000U, 100'000U}) {
        const auto seen = measure(jobs);
        bench::print_figure(
            "schedule.event_" + std::to_string(jobs), seen, "one_asio_timer_a_job", 0.1
        );
        if (jobs == 1'000) growth.reference = seen.ours;
        if (jobs == 100'000) growth.ours = seen.ours;
    }
    bench::print_figure("schedule.growth_1k_100k", growth, "a_thousand_jobs", 2.0);
    return 0;
}
