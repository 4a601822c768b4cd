#include "tests/simulator/truth.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include <boost/json.hpp>

#include "tests/simulator/answers.hpp"
#include "tests/simulator/json_text.hpp"

namespace trainwatch::simulator {
namespace {

namespace json = boost::json;

json::value optional_time(const std::optional<wall_time>& at) {
    return at ? json_time(*at) : json::value(nullptr);
}

json::object change_text(const job_plan& plan, const timeline& clock, const moment& of) {
    json::object object;
    object["at"] = optional_time(stamp_of(plan, clock, of));
    object["visible_at"] = optional_time(sight_of(plan, clock, of));
    switch (of.what) {
        case change::enters:
            object["change"] = "transition";
            object["secondary_status"] = of.status;
            object["status"] = of.primary;
            object["message"] = of.text;
            break;
        case change::message:
            object["change"] = "message";
            object["message"] = of.text;
            break;
        case change::primary:
            object["change"] = "status";
            object["status"] = of.primary;
            break;
        case change::warm_pool:
            object["change"] = "warm_pool";
            object["warm_pool"] = of.text;
            break;
        case change::rule:
            object["change"] = "rule";
            object["rule"] = of.status;
            object["rule_status"] = of.text;
            break;
    }
    return object;
}

// True once the moment can be seen; nothing is after the deletion.
bool has_happened(const job_plan& plan, const timeline& clock, const moment& of, wall_time now) {
    const auto sight = sight_of(plan, clock, of);
    if (!sight || *sight > now) return false;
    const auto gone = plan.gone_at ? clock.wall_at(*plan.gone_at) : std::nullopt;
    return !gone || *sight < *gone;
}

void add_end(json::object& object, const job_plan& plan, const timeline& clock, wall_time now) {
    const auto* end = terminal_moment(plan);
    const auto outcome = outcome_of(plan);
    object["outcome"] = outcome.empty() ? json::value(nullptr) : json::value(outcome);
    object["ended"] = end != nullptr && has_happened(plan, clock, *end, now);
    object["ended_at"] = end == nullptr ? nullptr : optional_time(stamp_of(plan, clock, *end));
    json::array alerts;
    for (const auto& alert : expected_alerts(plan))
        alerts.push_back(json::value(alert));
    object["expected_alerts"] = std::move(alerts);
    if (!plan.failure_reason.empty()) object["failure_reason"] = plan.failure_reason;
}

// What the job's caller asked for, in the real seconds that DescribeTrainingJob shows.
void add_request(json::object& object, const job_plan& plan, const timeline& clock) {
    const auto& wanted = plan.request;
    object["spot"] = wanted.spot;
    std::map<std::string, int> instances;
    for (const auto& group : wanted.groups)
        instances[group.type] += group.count;
    if (instances.empty()) instances[wanted.instance_type] = wanted.instance_count;
    object["instances"] = json::value_from(instances);
    json::object limits;
    const auto add = [&](const char* name, const std::optional<milliseconds>& limit) {
        if (limit) limits[name] = request_seconds(plan, clock, *limit);
    };
    add("max_runtime", wanted.max_runtime);
    add("max_wait", wanted.max_wait);
    add("max_pending", wanted.max_pending);
    object["limits"] = std::move(limits);
}

// Training as the job shows it now or, once it is deleted, as it showed it last.
void add_training(
    json::object& object, const job_plan& plan, const timeline& clock, wall_time now
) {
    const auto gone = plan.gone_at ? clock.wall_at(*plan.gone_at) : std::nullopt;
    const auto seen = gone ? std::min(now, *gone - milliseconds(1)) : now;
    const auto state = state_at(plan, clock, seen).value_or(job_state{});
    const auto optional_seconds = [](const std::optional<std::int64_t>& length) {
        return length ? json::value(*length) : json::value(nullptr);
    };
    object["training_started_at"] = optional_time(state.training_started);
    object["training_seconds"] = optional_seconds(state.training_seconds);
    object["billable_seconds"] = optional_seconds(state.billable_seconds);
}

json::object job_text(
    const known_job& job, const timeline& clock, std::string_view account, wall_time now
) {
    const auto& plan = job.plan;
    json::object object{
        {"name", plan.name},
        {"region", plan.region},
        {"account", account},
        {"arn", arn_of(plan, account)},
        {"kind", plan.kind},
        {"created", optional_time(clock.wall_at(plan.created))},
        {"exists", exists_at(plan, clock, now)},
        {"gone_at", plan.gone_at ? optional_time(clock.wall_at(*plan.gone_at)) : nullptr}};
    if (!job.intervention.empty()) object["intervention"] = job.intervention;
    const auto state = state_at(plan, clock, now);
    object["status"] = state ? json::value(state->primary) : json::value(nullptr);
    object["secondary_status"] = state ? json::value(state->secondary) : json::value(nullptr);
    add_request(object, plan, clock);
    add_training(object, plan, clock, now);
    add_end(object, plan, clock, now);
    json::array happened;
    json::array planned;
    for (const auto& of : plan.moments) {
        auto text = change_text(plan, clock, of);
        (has_happened(plan, clock, of, now) ? happened : planned).push_back(std::move(text));
    }
    object["changes"] = std::move(happened);
    object["planned"] = std::move(planned);
    return object;
}

}  // namespace

std::string truth_text(const std::vector<fleet*>& accounts, wall_time now) {
    json::array list;
    for (const auto* jobs : accounts) {
        for (const auto& job : jobs->jobs())
            list.push_back(job_text(job, jobs->clock(), jobs->account(), now));
    }
    json::object object;
    object["now"] = json_time(now);
    object["account"] = accounts.front()->account();
    object["speed"] = accounts.front()->clock().speed();
    object["jobs"] = std::move(list);
    return json_text(object);
}

}  // namespace trainwatch::simulator
