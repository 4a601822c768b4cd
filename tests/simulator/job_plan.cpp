#include "tests/simulator/job_plan.hpp"

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <string_view>

namespace trainwatch::simulator {
namespace {

bool is_one_of(std::string_view value, std::initializer_list<std::string_view> set) {
    return std::find(set.begin(), set.end(), value) != set.end();
}

// The instances are the job's: from the first of these on it has a TrainingStartTime.
bool starts_training(std::string_view status) {
    return is_one_of(status, {"Downloading", "DownloadingTrainingImage", "Training"});
}

// No instance works for the job meanwhile, so the time is neither trained nor billed.
bool waits_for_instances(std::string_view status) {
    return is_one_of(
        status,
        {"Starting",
         "Pending",
         "Interrupted",
         "Restarting",
         "LaunchingMLInstances",
         "PreparingTrainingStack"}
    );
}

std::int64_t whole_seconds(milliseconds length) {
    return std::max<std::int64_t>(1, (length.count() + 999) / 1000);
}

void enter(job_state& state, const moment& of, wall_time stamp) {
    if (!state.transitions.empty()) state.transitions.back().end = stamp;
    auto& entry = state.transitions.emplace_back();
    entry.status = of.status;
    entry.start = stamp;
    entry.message = of.text;
    state.primary = of.primary;
    state.secondary = of.status;
    if (!state.training_started && starts_training(of.status)) state.training_started = stamp;
    if (!is_terminal_primary(of.primary)) return;
    // The terminal entry ends where it starts, as SageMaker shows it.
    entry.end = stamp;
    if (state.training_started) state.training_ended = stamp;
}

void apply(job_state& state, const moment& of, wall_time stamp, wall_time sight) {
    switch (of.what) {
        case change::enters:
            enter(state, of, stamp);
            break;
        case change::message:
            if (!state.transitions.empty()) state.transitions.back().message = of.text;
            break;
        case change::primary:
            state.primary = of.primary;
            break;
        case change::warm_pool:
            state.warm_pool = of.text;
            break;
        case change::rule:
            state.rules[of.status] = {.status = of.text, .modified = sight};
            break;
    }
    state.modified = std::max(state.modified, sight);
}

void count_seconds(job_state& state, const job_plan& plan, wall_time now) {
    if (!state.training_started) return;
    milliseconds trained{};
    for (const auto& entry : state.transitions) {
        if (entry.start < *state.training_started || waits_for_instances(entry.status)) continue;
        trained += std::max(entry.end.value_or(now), entry.start) - entry.start;
    }
    state.training_seconds = whole_seconds(trained);
    if (!state.training_ended) return;
    const auto billed = static_cast<double>(trained.count()) * plan.billable_share;
    state.billable_seconds = whole_seconds(milliseconds(std::llround(billed)));
}

}  // namespace

bool is_terminal_primary(const std::string& primary) {
    return is_one_of(primary, {"Completed", "Failed", "Stopped"});
}

bool exists_at(const job_plan& plan, const timeline& clock, wall_time now) {
    if (!clock.reached(plan.created, now)) return false;
    return !plan.gone_at || !clock.reached(*plan.gone_at, now);
}

std::optional<wall_time> stamp_of(const job_plan& plan, const timeline& clock, const moment& of) {
    return clock.wall_at(plan.created + of.at);
}

std::optional<wall_time> sight_of(const job_plan& plan, const timeline& clock, const moment& of) {
    // The first entry is made by the call that creates the job.
    const auto lag = of.at == milliseconds(0) ? milliseconds(0) : plan.visibility_lag;
    return clock.wall_at(plan.created + of.at + lag);
}

std::optional<job_state> state_at(const job_plan& plan, const timeline& clock, wall_time now) {
    if (!exists_at(plan, clock, now)) return std::nullopt;
    job_state state;
    state.created = *clock.wall_at(plan.created);
    state.modified = state.created;
    std::optional<wall_time> available;
    for (const auto& of : plan.moments) {
        const auto stamp = stamp_of(plan, clock, of);
        const auto sight = sight_of(plan, clock, of);
        if (!stamp || !sight || *sight > now) break;
        apply(state, of, *stamp, *sight);
        if (of.what != change::warm_pool) continue;
        if (of.text == "Available") available = *stamp;
        if (available) {
            state.warm_pool_seconds =
                of.text == "Available" ? 0 : (*stamp - *available) / seconds(1);
        }
    }
    count_seconds(state, plan, now);
    return state;
}

std::int64_t request_seconds(const job_plan& plan, const timeline& clock, milliseconds length) {
    const auto real = static_cast<double>(length.count()) / clock.speed_at(plan.created);
    return whole_seconds(milliseconds(static_cast<std::int64_t>(std::ceil(real))));
}

const moment* terminal_moment(const job_plan& plan) {
    for (const auto& of : plan.moments) {
        if (of.what != change::enters || !is_terminal_primary(of.primary)) continue;
        // An end that nobody could see is none.
        const auto sight = plan.created + of.at + plan.visibility_lag;
        return plan.gone_at && *plan.gone_at <= sight ? nullptr : &of;
    }
    return nullptr;
}

std::string outcome_of(const job_plan& plan) {
    const auto* end = terminal_moment(plan);
    if (end == nullptr) return "";
    if (end->primary == "Completed") return "completed";
    if (end->primary == "Failed") return "failed";
    if (end->status == "MaxRuntimeExceeded") return "max_runtime_exceeded";
    if (end->status == "MaxWaitTimeExceeded") return "max_wait_exceeded";
    return "stopped";
}

std::vector<std::string> expected_alerts(const job_plan& plan) {
    const auto outcome = outcome_of(plan);
    if (outcome == "failed") return {"TrainingJobFailed"};
    if (outcome == "max_runtime_exceeded") return {"TrainingJobMaxRuntimeExceeded"};
    if (outcome == "max_wait_exceeded") return {"TrainingJobMaxWaitExceeded"};
    return {};
}

bool stop(job_plan& plan, milliseconds at) {
    const auto since = at - plan.created;
    const auto* end = terminal_moment(plan);
    if (since < milliseconds(0) || (end != nullptr && end->at <= since)) return false;
    std::erase_if(plan.moments, [&](const moment& of) { return of.at > since; });
    const bool trained = std::any_of(plan.moments.begin(), plan.moments.end(), [](const auto& of) {
        return of.what == change::enters && starts_training(of.status);
    });
    auto next = since;
    const auto add = [&](std::string status, std::string primary, std::string text) {
        plan.moments.push_back(
            {.at = next,
             .what = change::enters,
             .status = std::move(status),
             .primary = std::move(primary),
             .text = std::move(text)}
        );
    };
    add("Stopping", "Stopping", "Stopping the training job");
    next += seconds(20);
    if (trained) {
        add("Uploading", "Stopping", "Uploading generated training model");
        next += seconds(15);
    }
    add("Stopped", "Stopped", "Training job stopped");
    plan.failure_reason.clear();
    return true;
}

}  // namespace trainwatch::simulator
