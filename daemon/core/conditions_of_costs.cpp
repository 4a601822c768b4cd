// TrainingJobOverBudget: more billable time, or money, than the list has for one job.
#include <algorithm>
#include <optional>
#include <string>

#include "base/limits.hpp"
#include "core/alert_text.hpp"
#include "core/condition_parts.hpp"
#include "core/deadlines.hpp"

namespace trainwatch::core {
namespace {

// AWS tells it when the job has ended; until then the time that it has trained for is the best
// guess, and the least.
std::optional<milliseconds> billable_so_far(const job_facts& of) {
    const auto& last = *of.job.last;
    std::optional<milliseconds> most;
    const auto consider = [&](const std::optional<milliseconds>& known) {
        if (known && (!most || *known > *most)) most = known;
    };
    consider(last.billable_time);
    consider(last.training_time);
    consider(runtime_used(last, of.seen));
    return most;
}

// Of all its instances, an hour; nothing when a price is missing.
std::optional<double> price_of_hour(
    const domain::observation& job, const domain::price_map& prices
) {
    if (job.instances.empty()) return std::nullopt;
    double sum = 0;
    for (const auto& group : job.instances) {
        const auto price = prices.find(group.instance_type);
        if (price == prices.end()) return std::nullopt;
        sum += price->second * static_cast<double>(group.count);
    }
    return sum;
}

}  // namespace

void find_over_budget(condition_finder& finder) {
    const auto& job = finder.of.job;
    const auto& limits = finder.wishes.limits;
    if (!limits.billable && !limits.cost) return;
    const auto billable = billable_so_far(finder.of);
    if (!billable) return;
    const auto an_hour = price_of_hour(*job.last, finder.wishes.prices);
    const auto hours = std::chrono::duration<double, std::ratio<3600>>(*billable).count();
    std::string over;
    const double least =
        finder.fires("TrainingJobOverBudget") ? trainwatch::limits::used_at_least : 1;
    bool is_marginal = true;
    const auto exceeds = [&](double used, double limit) {
        is_marginal = is_marginal && used < limit;
        return used >= limit * least;
    };
    const auto ms = [](milliseconds time) { return static_cast<double>(time.count()); };
    if (limits.billable && exceeds(ms(*billable), ms(*limits.billable))) {
        over = text_of(*billable) + " of billable time, and its list allows " +
            text_of(*limits.billable);
    }
    if (limits.cost && an_hour && exceeds(*an_hour * hours, *limits.cost)) {
        if (!over.empty()) over += "; ";
        over += money(*an_hour * hours) + ", and its list allows " + money(*limits.cost);
    }
    if (over.empty()) return;
    condition_finder::holding budget;
    budget.alertname = "TrainingJobOverBudget";
    budget.is_marginal = is_marginal;
    budget.severity = "warning";
    budget.summary = "Training job " + job.last->name + " goes on and has cost " + over + ".";
    budget.consequence =
        " Until the job ends AWS tells no BillableTimeInSeconds: this counts the time since "
        "training began, without interruptions, by the prices of the configuration.";
    budget.reason = "So far the job has cost " + over + ".";
    if (an_hour) budget.annotations.emplace("cost", money(*an_hour * hours));
    budget.annotations.emplace("billable_time", text_of(*billable));
    finder.add(std::move(budget));
}

}  // namespace trainwatch::core
