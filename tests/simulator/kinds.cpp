#include "tests/simulator/kinds.hpp"

#include <algorithm>
#include <array>
#include <chrono>

#include "base/check.hpp"
#include "tests/simulator/plan_writer.hpp"

namespace trainwatch::simulator {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

// An ugly one on purpose: several lines, terminal colours, CRLF, tabs, quotes, other scripts.
constexpr std::string_view ugly_reason =
    "AlgorithmError: ExecuteUserScriptError:\nExitCode 1\n"
    "ErrorMessage \"RuntimeError: CUDA out of memory. Tried to allocate 2.50 GiB\n"
    " \x1b[31mTraceback (most recent call last):\x1b[0m\n"
    "   File \"/opt/ml/code/train.py\", line 214, in <module>\n     main(args)\r\n"
    " KeyError: 'label\xc3\xa9' \xe2\x80\x94 \xe6\xa8\xa1\xe5\x9e\x8b\xe8\xa8\x93\xe7\xb7\xb4"
    "\xe5\xa4\xb1\xe6\x95\x97 \xf0\x9f\x94\xa5 at C:\\data\\train\ttab\n"
    " {\"json\": \"nested \\\"quoted\\\"\", \"percent\": \"100%\", \"brace\": \"{{ .Labels }}\"}\n"
    "Command \"/opt/conda/bin/python3.11 -m torch.distributed.run --nproc_per_node 8 train.py\"\n";

constexpr std::string_view no_capacity =
    "CapacityError: Unable to provision requested ML compute capacity. "
    "Please retry using a different ML instance type.";
constexpr std::string_view ec2_is_short =
    "Insufficient capacity error from EC2 while launching instances, retrying!";

void starting(plan_writer& plan, milliseconds usual = minutes(2)) {
    plan.phase("Starting", usual, "Starting the training job");
    plan.rewrite(0.3, "Launching requested ML instances");
    plan.rewrite(0.7, "Preparing the instances for training");
}

void downloading(plan_writer& plan) {
    plan.phase("Downloading", minutes(1), "Downloading input data");
}

constexpr std::string_view fetching_image = "Downloading the training image";
constexpr std::string_view has_image = "Training image download completed. Training in progress.";

void training(plan_writer& plan, milliseconds usual = minutes(20)) {
    plan.phase("Training", usual, fetching_image);
    plan.rewrite(0.1, has_image);
}

void uploading(plan_writer& plan, std::string_view primary = "InProgress") {
    plan.phase("Uploading", minutes(1), "Uploading generated training model", primary);
}

void completed_end(plan_writer& plan) {
    plan.end("Completed", "Completed", "Training job completed");
}

void stopping(plan_writer& plan, milliseconds usual) {
    plan.phase("Stopping", usual, "Stopping the training job", "Stopping");
}

void completed(plan_writer& plan, const job_spec& /*spec*/) {
    starting(plan);
    downloading(plan);
    training(plan);
    uploading(plan);
    completed_end(plan);
}

void failed(plan_writer& plan, const job_spec& /*spec*/) {
    starting(plan);
    downloading(plan);
    training(plan, minutes(8));
    uploading(plan);
    plan.fail(ugly_reason);
}

void failed_before_start(plan_writer& plan, const job_spec& /*spec*/) {
    starting(plan, minutes(10));
    plan.rewrite(0.8, ec2_is_short);
    plan.fail(no_capacity);
}

// The limit counts from TrainingStartTime and is enforced late; the upload follows the stop.
void max_runtime_exceeded(plan_writer& plan, const job_spec& spec) {
    const auto limit = spec.request.max_runtime.value_or(hours(24));
    starting(plan);
    downloading(plan);
    const auto left = limit + spec.late - plan.duration("Downloading", minutes(1));
    plan.phase_of_length("Training", std::max<milliseconds>(left, milliseconds(0)), fetching_image);
    plan.rewrite(0.1, has_image);
    stopping(plan, minutes(2));
    uploading(plan, "Stopping");
    plan.end(
        "MaxRuntimeExceeded",
        "Stopped",
        "Training job runtime exceeded MaxRuntimeInSeconds provided"
    );
}

void max_wait_time_exceeded(plan_writer& plan, const job_spec& spec) {
    const auto limit = spec.request.max_wait.value_or(hours(2));
    plan.phase_of_length("Starting", limit, "Starting the training job");
    plan.rewrite(0.3, "Launching requested ML instances");
    plan.rewrite(0.4, ec2_is_short);
    stopping(plan, seconds(2));
    plan.end(
        "MaxWaitTimeExceeded",
        "Stopped",
        "Training job exceeded MaxWaitTimeInSeconds while waiting for spot capacity"
    );
}

void spot(plan_writer& plan, const job_spec& spec) {
    starting(plan);
    for (int cycle = 0; cycle < spec.cycles; ++cycle) {
        downloading(plan);
        training(plan, minutes(10));
        plan.phase(
            "Interrupted", minutes(5), "Training job interrupted: spot capacity was reclaimed"
        );
        // One documented sequence restarts, another goes straight back to the start.
        if (cycle % 2 == 0) {
            plan.phase("Restarting", seconds(3), "Restarting the training job");
        }
        starting(plan);
        plan.rewrite(0.9, ec2_is_short);
    }
    downloading(plan);
    training(plan, minutes(10));
    uploading(plan);
    completed_end(plan);
}

void stopped_by_user(plan_writer& plan, const job_spec& /*spec*/) {
    starting(plan);
    downloading(plan);
    training(plan, minutes(5));
    stopping(plan, seconds(20));
    uploading(plan, "Stopping");
    plan.end("Stopped", "Stopped", "Training job stopped");
}

void stopped_while_starting(plan_writer& plan, const job_spec& /*spec*/) {
    starting(plan);
    // The two statuses are not updated in one step: Stopping, and still Starting.
    plan.later(milliseconds(0), {.what = change::primary, .primary = "Stopping"});
    plan.extend(seconds(30));
    stopping(plan, seconds(20));
    plan.end("Stopped", "Stopped", "Training job stopped");
}

void pending_for_capacity(plan_writer& plan, const job_spec& /*spec*/) {
    starting(plan, seconds(40));
    plan.phase("Pending", minutes(30), "Waiting for training plan capacity");
    starting(plan);
    downloading(plan);
    training(plan);
    uploading(plan);
    completed_end(plan);
}

void quick_phases(plan_writer& plan, const job_spec& /*spec*/) {
    starting(plan, seconds(6));
    plan.phase("Downloading", seconds(1), "Downloading input data");
    plan.phase("Training", seconds(2), has_image);
    plan.phase("Uploading", seconds(1), "Uploading generated training model");
    completed_end(plan);
}

void message_rewrites(plan_writer& plan, const job_spec& /*spec*/) {
    starting(plan, minutes(5));
    plan.rewrite(0.4, ec2_is_short);
    plan.rewrite(0.5, "Launching requested ML instances");
    plan.rewrite(0.6, ec2_is_short);
    plan.rewrite(0.65, "Launching requested ML instances");
    downloading(plan);
    plan.rewrite(0.5, fetching_image);
    training(plan);
    uploading(plan);
    completed_end(plan);
    plan.rewrite_after(minutes(2), "Training job completed: 1 artifact");
}

void future_values(plan_writer& plan, const job_spec& /*spec*/) {
    starting(plan);
    downloading(plan);
    training(plan, minutes(5));
    plan.phase("Preempted", minutes(3), "");
    plan.phase("Hibernating", minutes(3), "Job hibernates", "Suspended");
    training(plan, minutes(5));
    uploading(plan);
    completed_end(plan);
}

void in_progress(plan_writer& plan, const job_spec& /*spec*/) {
    starting(plan);
    downloading(plan);
    training(plan, minutes(20));
}

void warm_pool(plan_writer& plan, const job_spec& spec) {
    const auto keep = spec.request.keep_alive.value_or(minutes(30));
    plan.later(milliseconds(0), {.what = change::warm_pool, .text = "InUse"});
    completed(plan, spec);
    plan.rewrite_after(milliseconds(0), "Resource retained for reuse");
    plan.later(milliseconds(0), {.what = change::warm_pool, .text = "Available"});
    plan.later(keep, {.what = change::warm_pool, .text = "Terminated"});
    plan.later(keep, {.what = change::message, .text = "Training job completed"});
}

// The rules' own jobs go on after the training has ended.
void debugger_rules(plan_writer& plan, const job_spec& spec) {
    const auto say = [&](milliseconds when, std::string_view rule, std::string_view status) {
        plan.later(
            when, {.what = change::rule, .status = std::string(rule), .text = std::string(status)}
        );
    };
    const auto& rules = spec.request.rules;
    for (const auto& rule : rules)
        say(milliseconds(0), rule, "InProgress");
    completed(plan, spec);
    static constexpr std::array<std::string_view, 3> ends{"IssuesFound", "NoIssuesFound", "Error"};
    for (std::size_t at = 0; at < rules.size(); ++at) {
        say(minutes(2) + minutes(static_cast<int>(at)), rules[at], ends[at % ends.size()]);
    }
}

void custom(plan_writer& plan, const job_spec& spec) {
    for (const auto& phase : spec.phases) {
        if (is_terminal_primary(phase.primary)) {
            if (phase.primary == "Failed" && phase.status == "Failed" && phase.message.empty()) {
                plan.fail(ugly_reason);
            } else {
                plan.end(phase.status, phase.primary, phase.message);
            }
        } else {
            plan.phase(
                phase.status, phase.lasts.value_or(minutes(1)), phase.message, phase.primary
            );
        }
        for (const auto& text : phase.messages)
            plan.rewrite_after(text.after, text.text);
        if (!phase.lasts && !is_terminal_primary(phase.primary)) plan.stay();
    }
}

struct kind_entry {
    kind_description description;
    void (*write)(plan_writer&, const job_spec&);
};

constexpr std::array kind_table{
    kind_entry{{"completed", "Completed; no alert"}, completed},
    kind_entry{{"failed", "Failed while training, a long ugly reason; TrainingJobFailed"}, failed},
    kind_entry{
        {"failed_before_start",
         "Failed for want of capacity, no training times; TrainingJobFailed"},
        failed_before_start},
    kind_entry{
        {"max_runtime_exceeded",
         "Stopped/MaxRuntimeExceeded, late, upload after the stop; TrainingJobMaxRuntimeExceeded"},
        max_runtime_exceeded},
    kind_entry{
        {"max_wait_time_exceeded",
         "Stopped/MaxWaitTimeExceeded, never launched; TrainingJobMaxWaitExceeded"},
        max_wait_time_exceeded},
    kind_entry{{"spot", "Completed after `cycles` interruptions; no alert"}, spot},
    kind_entry{{"stopped_by_user", "Stopped while training; no alert"}, stopped_by_user},
    kind_entry{
        {"stopped_while_starting",
         "Stopped before the start, primary Stopping ahead of the secondary; no alert"},
        stopped_while_starting},
    kind_entry{
        {"pending_for_capacity", "Completed after a long Pending; no alert"}, pending_for_capacity},
    kind_entry{{"quick_phases", "Completed, phases of a second or two; no alert"}, quick_phases},
    kind_entry{
        {"message_rewrites", "Completed, messages rewritten in place, the last one too; no alert"},
        message_rewrites},
    kind_entry{
        {"reused_name",
         "Failed and deleted, then a second job of the name completes; TrainingJobFailed for the "
         "first alone"},
        failed},
    kind_entry{
        {"future_values", "Completed, by way of statuses that nobody knows yet; no alert"},
        future_values},
    kind_entry{{"in_progress", "trains for good; no alert"}, in_progress},
    kind_entry{{"tuning_child", "Completed child of a tuning job; no alert"}, completed},
    kind_entry{{"warm_pool", "Completed, its instances kept for a while; no alert"}, warm_pool},
    kind_entry{
        {"debugger_rules", "Completed, rule statuses change after the end; no alert"},
        debugger_rules},
    kind_entry{{"custom", "`phases` as written; the alert of the terminal entry, if any"}, custom},
};

// What a kind needs beside its phases, where the scenario does not say it.
job_spec with_defaults(job_spec spec) {
    auto& request = spec.request;
    const auto is = [&](std::string_view kind) { return spec.kind == kind; };
    if (is("in_progress")) spec.stays_in = spec.stays_in.empty() ? "Training" : spec.stays_in;
    if (is("spot") || is("max_wait_time_exceeded")) {
        request.spot = true;
        if (!request.max_wait) request.max_wait = is("spot") ? hours(48) : hours(2);
        if (is("max_wait_time_exceeded") && !request.max_runtime) request.max_runtime = hours(1);
        if (!spec.billable_share) spec.billable_share = 0.3;
    }
    if (is("pending_for_capacity")) {
        if (request.training_plan.empty()) request.training_plan = "example-plan-0001";
        if (!request.max_pending) request.max_pending = hours(24);
    }
    if (is("warm_pool") && !request.keep_alive) request.keep_alive = minutes(30);
    if (is("debugger_rules") && request.rules.empty()) {
        request.rules = {"LossNotDecreasing", "Overfit", "VanishingGradient"};
    }
    if (is("tuning_child")) {
        if (request.tuning_job.empty()) request.tuning_job = "tune-example";
        request.hyperparameters.try_emplace("_tuning_objective_metric", "validation:loss");
        request.final_metrics.try_emplace("validation:loss", 0.0432);
        request.final_metrics.try_emplace("ObjectiveMetric", 0.0432);
    }
    if (is("future_values") && request.extra_members == "{}") {
        request.extra_members =
            R"({"FutureBlock":{"a":[1,{"b":null}]},"TrainingQuantum":7,"VpcConfig":null})";
    }
    if (is("reused_name")) {
        if (!spec.deleted_after) spec.deleted_after = minutes(2);
        spec.durations.try_emplace("Deleting", seconds(20));
    }
    if (!request.max_runtime) request.max_runtime = hours(24);
    return spec;
}

}  // namespace

std::span<const kind_description> kinds() {
    static const auto descriptions = [] {
        std::array<kind_description, kind_table.size()> list{};
        std::transform(kind_table.begin(), kind_table.end(), list.begin(), [](const auto& entry) {
            return entry.description;
        });
        return list;
    }();
    return descriptions;
}

std::span<const std::string_view> known_phases() {
    static constexpr std::array<std::string_view, 12> names{
        "Starting",
        "Pending",
        "Downloading",
        "Training",
        "Uploading",
        "Stopping",
        "Interrupted",
        "Restarting",
        "Deleting",
        "Preempted",
        "Hibernating",
        "Updating"};
    return names;
}

std::vector<job_plan> plans_of(const job_spec& written) {
    const auto spec = with_defaults(written);
    const auto* entry = std::find_if(kind_table.begin(), kind_table.end(), [&](const auto& known) {
        return known.description.name == spec.kind;
    });
    CHECK(entry != kind_table.end());
    plan_writer writer(spec);
    entry->write(writer, spec);
    std::vector<job_plan> plans{writer.finish()};
    if (spec.kind != "reused_name" || !plans.front().gone_at) return plans;
    auto second = spec;
    second.created = *plans.front().gone_at + spec.gap;
    second.deleted_after.reset();
    plan_writer next(second);
    completed(next, second);
    plans.push_back(next.finish());
    return plans;
}

}  // namespace trainwatch::simulator
