#include "workload.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <string_view>

#include "fleet_life.hpp"

namespace trainwatch::sim {
namespace {

using domain::primary_status;
using domain::secondary_status;

constexpr wall_time first_moment = from_unix_milliseconds(1'763'890'000'000);
constexpr double sweep_share = 0.3;
// A few sweeps more or less are a tenth of a small fleet: such a draw says nothing about its size.
constexpr double live_tolerance = 0.03;
constexpr std::string_view prefix = "fleet-";

// Two statuses of one name: its text as AWS spells it.
domain::open_secondary text_of(secondary_status status) {
    static const auto table = [] {
        std::array<domain::open_secondary, 32> made{};
        for (const auto name : domain::secondary_status_names()) {
            const auto value = domain::parse_secondary(name);
            made.at(static_cast<std::size_t>(value.value)) = value;
        }
        return made;
    }();
    return table.at(static_cast<std::size_t>(status));
}

domain::open_primary text_of(primary_status status) {
    static const auto table = [] {
        std::array<domain::open_primary, 8> made{};
        for (const auto name : domain::primary_status_names()) {
            const auto value = domain::parse_primary(name);
            made.at(static_cast<std::size_t>(value.value)) = value;
        }
        return made;
    }();
    return table.at(static_cast<std::size_t>(status));
}

milliseconds in_ms(double length_s) {
    return milliseconds(static_cast<std::int64_t>(length_s * 1000));
}

}  // namespace

workload::workload(const workload_settings& chosen) : chosen_(chosen), began_(first_moment) {
    // Seeds next to each other would give sequences that overlap.
    random_source random(random_source(chosen.seed).next());
    do {
        jobs_.clear();
        changes_.clear();
        for (const auto at : draw_arrivals(random)) {
            fleet_job job;
            job.created = at;
            write_life(random, job, changes_);
            jobs_.push_back(job);
        }
    } while (std::abs(average_live() / static_cast<double>(chosen.live) - 1) > live_tolerance);
}

// While it is watched.
double workload::average_live() const {
    const auto end = began_ + chosen_.watched;
    milliseconds lived{};
    for (const auto& job : jobs_) {
        const auto from = std::max(job.created, began_);
        const auto to = std::min(job.ended, end);
        if (from < to) lived += to - from;
    }
    return static_cast<double>(lived.count()) / static_cast<double>(chosen_.watched.count());
}

// Most arrive singly, the rest in sweeps: hundreds within twenty seconds.
std::vector<wall_time> workload::draw_arrivals(random_source& random) const {
    static const double mean_s = mean_life_s();
    const double rate = static_cast<double>(chosen_.live) / mean_s;
    const double span_s = static_cast<double>((chosen_.before + chosen_.watched).count()) / 1000;
    const auto from = began_ - chosen_.before;
    std::vector<wall_time> arrivals;
    for (double at = 0;;) {
        at -= std::log(1 - random.unit()) / (rate * (1 - sweep_share));
        if (at >= span_s) break;
        arrivals.push_back(from + in_ms(at));
    }
    const std::size_t size = chosen_.live < 500 ? 30 : 300;
    const double every_s = static_cast<double>(size) / (rate * sweep_share);
    // Nearly evenly: a seed is to differ from the next in its details, not in how many are live.
    for (double at = every_s * random.unit(); at < span_s; at += every_s) {
        const double begins = at + every_s * 0.5 * (random.unit() - 0.5);
        for (std::size_t i = 0; i < size; ++i) {
            const double moment = begins + 20 * random.unit();
            if (moment >= 0 && moment < span_s) arrivals.push_back(from + in_ms(moment));
        }
    }
    std::sort(arrivals.begin(), arrivals.end());
    return arrivals;
}

std::span<const change> workload::changes(std::size_t job) const {
    return std::span(changes_).subspan(jobs_[job].first_change, jobs_[job].changes);
}

std::string workload::name(std::size_t job) {
    std::array<char, 24> text{};
    const int length = std::snprintf(text.data(), text.size(), "fleet-%07zu", job);
    return {text.data(), static_cast<std::size_t>(length)};
}

std::size_t workload::find(const std::string& name) const {
    if (!name.starts_with(prefix)) return jobs_.size();
    std::size_t job = 0;
    for (const char digit : name.substr(prefix.size()))
        job = job * 10 + static_cast<std::size_t>(digit - '0');
    return std::min(job, jobs_.size());
}

bool workload::is_live(std::size_t job, wall_time when) const {
    return jobs_[job].created <= when && when < jobs_[job].ended;
}

namespace {

constexpr const char* account = "111122223333";
constexpr const char* region = "eu-west-1";

std::string arn_of(const std::string& name) {
    return "arn:aws:sagemaker:eu-west-1:111122223333:training-job/" + name;
}

}  // namespace

domain::job_summary workload::summary(std::size_t job, wall_time when) const {
    domain::job_summary told;
    told.name = name(job);
    told.arn = arn_of(told.name);
    told.account_id = account;
    told.region = region;
    told.partition = "aws";
    told.created = jobs_[job].created;
    if (jobs_[job].ended <= when) told.ended = jobs_[job].ended;
    auto phase = secondary_status::starting;
    auto primary = primary_status::in_progress;
    auto modified = told.created;
    for (const auto& one : changes(job)) {
        if (one.at > when) break;
        if (one.what == change::kind::phase) phase = one.phase;
        if (one.primary != primary_status::unknown) primary = one.primary;
        if (one.what != change::kind::hidden) modified = one.at;
    }
    told.status = text_of(primary);
    told.secondary = text_of(phase);
    told.modified = modified;
    return told;
}

domain::observation workload::shown(std::size_t job, wall_time when) const {
    domain::observation seen;
    seen.name = name(job);
    seen.arn = arn_of(seen.name);
    seen.account_id = account;
    seen.region = region;
    seen.partition = "aws";
    seen.created = jobs_[job].created;
    seen.modified = seen.created;
    seen.spot = jobs_[job].spot;
    seen.limits.max_runtime = jobs_[job].max_runtime;
    seen.instances = {{"ml.g5.xlarge", 2, ""}};
    int messages = 0;
    std::int64_t verdicts = 0;
    auto primary = primary_status::in_progress;
    for (const auto& one : changes(job)) {
        if (one.at > when) break;
        if (one.primary != primary_status::unknown) primary = one.primary;
        if (one.what != change::kind::hidden) seen.modified = one.at;
        switch (one.what) {
            case change::kind::phase:
                if (!seen.transitions.empty()) seen.transitions.back().ended = one.at;
                seen.transitions.push_back({text_of(one.phase), one.at, {}, "message 1"});
                messages = 1;
                if (one.phase == secondary_status::training && !seen.training_started) {
                    seen.training_started = one.at;
                }
                break;
            case change::kind::message:
                if (!seen.transitions.empty()) {
                    seen.transitions.back().message = "message " + std::to_string(++messages);
                }
                break;
            case change::kind::hidden:
                ++verdicts;
                break;
            case change::kind::primary:
                break;
        }
    }
    seen.status = text_of(primary);
    if (!seen.transitions.empty()) seen.secondary = seen.transitions.back().status;
    if (verdicts > 0) {
        seen.rules.push_back(
            {domain::rule_kind::debugger,
             "LossNotDecreasing",
             "NoIssuesFound",
             std::to_string(verdicts),
             {}}
        );
    }
    if (jobs_[job].ended <= when) {
        seen.transitions.back().ended = jobs_[job].ended;
        seen.training_ended = jobs_[job].ended;
        seen.billable_time = seen.training_time = seconds(90);
        if (jobs_[job].end == fate::failed) seen.failure_reason = "AlgorithmError: ExitCode 1";
        if (jobs_[job].end == fate::never_started) {
            seen.failure_reason = "CapacityError: Unable to provision";
        }
    }
    return seen;
}

progress workload::held(
    std::size_t job, primary_status primary, secondary_status phase, wall_time modified
) const {
    progress found;
    int phases = -1;
    int primaries = -1;
    auto before = primary_status::unknown;
    for (const auto& one : changes(job)) {
        if (one.at > modified) break;
        if (one.what == change::kind::phase) {
            ++phases;
            if (one.phase == phase) found.phase = phases;
        }
        if (one.primary != primary_status::unknown && one.primary != before) {
            before = one.primary;
            ++primaries;
            if (one.primary == primary) found.primary = primaries;
        }
    }
    return found;
}

progress workload::truth(std::size_t job, wall_time when) const {
    progress found;
    auto before = primary_status::unknown;
    for (const auto& one : changes(job)) {
        if (one.at > when) break;
        if (one.what == change::kind::phase) ++found.phase;
        if (one.primary != primary_status::unknown && one.primary != before) {
            before = one.primary;
            ++found.primary;
        }
    }
    return found;
}

}  // namespace trainwatch::sim
