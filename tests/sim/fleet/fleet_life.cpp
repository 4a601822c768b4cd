#include "fleet_life.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <optional>
#include <utility>

namespace trainwatch::sim {
namespace {

using domain::primary_status;
using domain::secondary_status;

constexpr double median_life_s = 4 * 3600;
constexpr double life_sigma = 0.8;
constexpr double longest_life_s = 24 * 3600;

double normal(random_source& random) {
    const double radius = std::sqrt(-2 * std::log(1 - random.unit()));
    return radius * std::cos(2 * std::numbers::pi * random.unit());
}

double log_normal(random_source& random, double median, double sigma) {
    return median * std::exp(sigma * normal(random));
}

milliseconds in_ms(double length_s) {
    return milliseconds(static_cast<std::int64_t>(length_s * 1000));
}

double draw_length(random_source& random) {
    double length = longest_life_s;
    while (length >= longest_life_s)
        length = log_normal(random, median_life_s, life_sigma);
    return length;
}

// Writes one life, change by change, in the order of time.
class author {
public:
    author(random_source& random, fleet_job& job, std::vector<change>& changes)
        : random_(random), job_(job), changes_(changes), at_(job.created) {
        job_.first_change = static_cast<std::uint32_t>(changes_.size());
    }

    void write() {
        const double length = draw_length(random_);
        choose_fate();
        auto end = job_.created + in_ms(length);
        // What gets no machine is given up within half an hour.
        if (job_.end == fate::never_started) {
            end = job_.created + in_ms(120 + 1500 * random_.unit());
        }
        if (job_.end == fate::never_started) {
            start_up(end);
        } else {
            run(end);
        }
        finish(end);
        sort();
    }

private:
    bool chance(double of) { return random_.unit() < of; }

    void choose_fate() {
        job_.spot = chance(0.45);
        const double drawn = random_.unit();
        if (drawn < 0.08) {
            job_.end = fate::timed_out;
        } else if (drawn < 0.13) {
            job_.end = fate::failed;
        } else if (drawn < 0.14) {
            job_.end = fate::never_started;
        } else if (drawn < 0.19) {
            job_.end = fate::stopped;
        }
    }

    void add(wall_time at, change::kind what, secondary_status phase, primary_status primary) {
        changes_.push_back({at, what, phase, primary});
    }

    void enter(secondary_status phase, double median_s, double sigma) {
        add(at_, change::kind::phase, phase, primary_status::in_progress);
        entered_ = at_;
        at_ += in_ms(log_normal(random_, median_s, sigma));
    }

    // At a random moment of the phase that was entered last.
    void rewrite_message() {
        const auto length = static_cast<double>((at_ - entered_).count()) / 1000;
        add(entered_ + in_ms(length * random_.unit()),
            change::kind::message,
            {},
            primary_status::unknown);
    }

    void start_up(wall_time end) {
        enter(secondary_status::starting, 80, 0.6);
        if (chance(0.8)) rewrite_message();
        if (chance(0.25)) enter(secondary_status::pending, 300, 1.0);
        if (at_ < end && job_.end != fate::never_started && chance(0.9)) {
            enter(secondary_status::downloading, 35, 0.7);
        }
    }

    void train() {
        enter(secondary_status::training, 150, 0.5);
        if (chance(0.8)) rewrite_message();
        if (!started_) started_ = entered_;
    }

    void interrupt() {
        const auto stands = at_;
        enter(secondary_status::interrupted, 240, 1.0);
        enter(secondary_status::starting, 80, 0.6);
        if (chance(0.5)) rewrite_message();
        stood_ += at_ - stands;
        enter(secondary_status::downloading, 35, 0.7);
        train();
    }

    // Training with its interruptions spread over the whole of it.
    void run(wall_time end) {
        start_up(end);
        train();
        const int cycles = job_.spot ? 1 + static_cast<int>(random_.below(2)) : 0;
        for (int i = 0; i < cycles; ++i) {
            const auto rest = end - at_;
            if (rest < std::chrono::minutes(20)) break;
            at_ += in_ms(static_cast<double>(rest.count()) / 1000 * random_.unit() * 0.6);
            interrupt();
        }
        const int hidden = 1 + static_cast<int>(random_.below(2));
        for (int i = 0; i < hidden; ++i) {
            const auto span = std::max(end - at_, milliseconds(60'000));
            add(at_ + in_ms(static_cast<double>(span.count()) / 1000 * random_.unit() * 0.8),
                change::kind::hidden,
                {},
                primary_status::unknown);
        }
    }

    // The last phases. A short draw is stretched so that they follow what went before.
    void finish(wall_time end) {
        const auto stopping = in_ms(std::min(log_normal(random_, 45, 0.6), 150.0));
        const auto uploading = in_ms(std::min(log_normal(random_, 45, 1.0), 900.0));
        const bool stops = job_.end == fate::stopped || job_.end == fate::timed_out;
        const bool uploads =
            job_.end == fate::completed || (job_.end == fate::timed_out && chance(0.5));
        const auto tail =
            (stops ? stopping : milliseconds(0)) + (uploads ? uploading : milliseconds(0));
        at_ = std::max(at_ + milliseconds(1000), end - tail);
        auto primary = primary_status::in_progress;
        if (stops) {
            primary = primary_status::stopping;
            add(at_, change::kind::phase, secondary_status::stopping, primary);
            entered_ = at_;
            at_ += stopping;
        }
        if (uploads) {
            add(at_, change::kind::phase, secondary_status::uploading, primary);
            entered_ = at_;
            at_ += uploading;
            if (chance(0.6)) rewrite_message();
        }
        const auto [last, status] = terminal();
        // AWS' two statuses do not turn in one step.
        if (chance(0.1)) {
            const auto early = std::min(in_ms(1 + 7 * random_.unit()), at_ - entered_);
            add(at_ - early, change::kind::primary, {}, status);
        }
        add(at_, change::kind::phase, last, status);
        job_.ended = at_;
        if (job_.end == fate::timed_out) set_limit();
    }

    std::pair<secondary_status, primary_status> terminal() const {
        switch (job_.end) {
            case fate::completed:
                return {secondary_status::completed, primary_status::completed};
            case fate::failed:
            case fate::never_started:
                return {secondary_status::failed, primary_status::failed};
            case fate::stopped:
                return {secondary_status::stopped, primary_status::stopped};
            case fate::timed_out:
                break;
        }
        return {secondary_status::max_runtime_exceeded, primary_status::stopped};
    }

    // AWS ends a job 30 to 600 s after its limit, and does not count interruptions.
    void set_limit() {
        const auto late = in_ms(30 + 570 * random_.unit());
        const auto ran = at_ - late - *started_ - stood_;
        job_.max_runtime = std::max(std::chrono::floor<seconds>(ran), seconds(60));
    }

    void sort() {
        const auto begin = changes_.begin() + job_.first_change;
        // A message or a verdict drawn past the end, or before its time, belongs to no moment.
        changes_.erase(
            std::remove_if(
                begin,
                changes_.end(),
                [this](const change& one) {
                    const bool small =
                        one.what == change::kind::message || one.what == change::kind::hidden;
                    return small && one.at >= job_.ended;
                }
            ),
            changes_.end()
        );
        std::stable_sort(begin, changes_.end(), [](const change& a, const change& b) {
            return a.at < b.at;
        });
        job_.changes = static_cast<std::uint16_t>(changes_.end() - begin);
    }

    random_source& random_;
    fleet_job& job_;
    std::vector<change>& changes_;
    wall_time at_;
    wall_time entered_{};
    std::optional<wall_time> started_{};
    milliseconds stood_{};
};

}  // namespace

void write_life(random_source& random, fleet_job& job, std::vector<change>& changes) {
    author(random, job, changes).write();
}

double mean_life_s() {
    random_source random(0x5eed);
    constexpr int samples = 200'000;
    double sum = 0;
    for (int i = 0; i < samples; ++i)
        sum += draw_length(random);
    return sum / samples;
}

}  // namespace trainwatch::sim
