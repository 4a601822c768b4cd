#include "core/derived.hpp"

#include <algorithm>
#include <optional>

#include "core/failure_reason.hpp"
#include "core/history.hpp"

namespace trainwatch::core {
namespace {

using domain::derived_facts;
using domain::job_view;
using domain::observation;
using domain::phase_total;
using domain::secondary_status;
using domain::transition;

constexpr double seconds_per_hour = 3600;

// ---- phases ------------------------------------------------------------------------------------

phase_total& phase_of(std::vector<phase_total>& phases, const std::string& status) {
    const auto at = std::find_if(phases.begin(), phases.end(), [&](const auto& phase) {
        return phase.status == status;
    });
    if (at != phases.end()) return *at;
    phase_total added;
    added.status = status;
    return phases.emplace_back(std::move(added));
}

// An entry without an end has ended when the next one began, or with the job.
std::optional<wall_time> end_of(
    const std::vector<transition>& history, std::size_t index, const job_view& job
) {
    if (history[index].ended) return history[index].ended;
    if (index + 1 < history.size()) return history[index + 1].started;
    return job.ending ? job.ended : std::nullopt;
}

std::vector<phase_total> phases_of(const job_view& job, const std::vector<transition>& history) {
    std::vector<phase_total> phases;
    for (std::size_t i = 0; i < history.size(); ++i) {
        const auto& entry = history[i];
        if (is_terminal_entry(entry.status.value)) continue;
        auto& phase = phase_of(phases, entry.status.text);
        ++phase.times;
        if (const auto ended = end_of(history, i, job)) {
            phase.spent += std::max(milliseconds(0), *ended - entry.started);
        } else if (!job.ending) {
            phase.since = entry.started;
        }
    }
    return phases;
}

// ---- interruptions -----------------------------------------------------------------------------

// After these nothing waits for the job to train again.
bool ends_the_loss(secondary_status status) {
    return status == secondary_status::training || status == secondary_status::uploading ||
        status == secondary_status::stopping || is_terminal_entry(status);
}

void add_interruptions(
    const job_view& job, const std::vector<transition>& history, derived_facts& facts
) {
    std::optional<wall_time> since;
    const auto close = [&](wall_time at) {
        facts.lost_to_interruptions += std::max(milliseconds(0), at - *since);
        since.reset();
    };
    for (const auto& entry : history) {
        if (!since && entry.status.value == secondary_status::interrupted) since = entry.started;
        if (since && ends_the_loss(entry.status.value)) close(entry.started);
    }
    if (since && job.ending && job.ended) close(*job.ended);
    if (!job.ending) facts.losing_since = since;
}

// ---- time and money ----------------------------------------------------------------------------

std::optional<double> spot_saving(const observation& job) {
    if (!job.spot || !job.billable_time || !job.training_time) return std::nullopt;
    if (job.training_time->count() <= 0) return std::nullopt;
    const auto billable = static_cast<double>(job.billable_time->count());
    return std::clamp(1 - billable / static_cast<double>(job.training_time->count()), 0.0, 1.0);
}

// A sum that leaves a type out would look cheap: the cost is whole or absent.
void add_cost(const observation& job, const domain::price_map& prices, derived_facts& facts) {
    if (prices.empty()) return;
    double an_hour = 0;
    for (const auto& group : job.instances) {
        const auto price = prices.find(group.instance_type);
        if (price == prices.end()) {
            auto& missing = facts.unpriced;
            const bool told =
                std::find(missing.begin(), missing.end(), group.instance_type) != missing.end();
            if (!told) missing.push_back(group.instance_type);
            continue;
        }
        an_hour += price->second * static_cast<double>(group.count);
    }
    if (!facts.unpriced.empty() || !facts.billable_instance_seconds) return;
    facts.cost = an_hour * static_cast<double>(job.billable_time->count()) / seconds_per_hour;
}

// ---- the end -----------------------------------------------------------------------------------

// The part that is done, by whole epochs and the steps of the present one. AWS counts epochs from
// one; a count from zero makes the guess late by an epoch at most.
std::optional<double> progress_ratio(const domain::training_progress& progress) {
    if (!progress.epochs || *progress.epochs <= 0) return std::nullopt;
    double done = 0;
    if (progress.epoch) done = std::max(0.0, static_cast<double>(*progress.epoch - 1));
    if (progress.step && progress.steps_per_epoch && *progress.steps_per_epoch > 0) {
        const auto steps = static_cast<double>(*progress.steps_per_epoch);
        done += std::min(1.0, static_cast<double>(*progress.step) / steps);
    }
    const double ratio = done / static_cast<double>(*progress.epochs);
    if (ratio <= 0 || ratio > 1) return std::nullopt;
    return ratio;
}

std::optional<wall_time> end_by_progress(const observation& job, wall_time now) {
    if (!job.progress || !job.training_started || now <= *job.training_started) return {};
    const auto ratio = progress_ratio(*job.progress);
    if (!ratio) return {};
    constexpr std::chrono::hours longest(24 * 3650);
    const std::chrono::duration<double, std::milli> so_far = now - *job.training_started;
    const auto whole = so_far / *ratio;
    if (whole > longest) return {};
    return *job.training_started + std::chrono::floor<milliseconds>(whole);
}

// Whichever comes first: the work is done, or AWS stops the job at a limit.
std::optional<domain::predicted_end> predict_end(const job_view& job, wall_time now) {
    if (job.ending) return std::nullopt;
    std::optional<domain::predicted_end> first;
    if (const auto at = end_by_progress(*job.last, now)) {
        first = {*at, domain::predicted_end::basis::progress};
    }
    for (const auto& deadline : job.deadlines) {
        // AWS is late by minutes, and nobody can say by how many.
        if (deadline.at <= now) continue;
        if (first && first->at <= deadline.at) continue;
        first = {deadline.at, domain::predicted_end::basis::limit};
    }
    return first;
}

}  // namespace

derived_facts derive_facts(
    const job_view& job,
    const std::vector<transition>& history,
    const domain::price_map& prices,
    wall_time now
) {
    const auto& last = *job.last;
    derived_facts facts;
    facts.phases = phases_of(job, history);
    add_interruptions(job, history, facts);
    facts.spot_saving_ratio = spot_saving(last);
    facts.predicted_end = predict_end(job, now);
    for (const auto& group : last.instances)
        facts.instance_count += group.count;
    if (last.billable_time && facts.instance_count > 0) {
        facts.billable_instance_seconds = static_cast<double>(last.billable_time->count()) *
            static_cast<double>(facts.instance_count);
    }
    add_cost(last, prices, facts);
    facts.failure_fingerprint = failure_fingerprint(last.failure_reason);
    return facts;
}

}  // namespace trainwatch::core
