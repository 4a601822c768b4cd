#include "life.hpp"

#include <algorithm>
#include <array>

namespace trainwatch::sim {
namespace {

using domain::secondary_status;

milliseconds between(random_source& random, milliseconds low, milliseconds high) {
    return low + milliseconds(random.below(static_cast<std::uint64_t>((high - low).count()) + 1));
}

constexpr std::array<std::pair<secondary_status, const char*>, 12> names{{
    {secondary_status::starting, "Starting"},
    {secondary_status::pending, "Pending"},
    {secondary_status::downloading, "Downloading"},
    {secondary_status::training, "Training"},
    {secondary_status::uploading, "Uploading"},
    {secondary_status::interrupted, "Interrupted"},
    {secondary_status::stopping, "Stopping"},
    {secondary_status::stopped, "Stopped"},
    {secondary_status::completed, "Completed"},
    {secondary_status::failed, "Failed"},
    {secondary_status::max_runtime_exceeded, "MaxRuntimeExceeded"},
    {secondary_status::max_wait_time_exceeded, "MaxWaitTimeExceeded"},
}};

std::string text_of(secondary_status status) {
    for (const auto& [value, text] : names) {
        if (value == status) return text;
    }
    return "Unheard";
}

// With the class that a person would give them: the daemon's table is not asked.
struct told_reason {
    const char* text;
    domain::failure_class value;
};
constexpr std::array<told_reason, 6> reasons{{
    {"AlgorithmError: ExecuteUserScriptError:\nExitCode 1", domain::failure_class::algorithm},
    {"ClientError: Data download failed", domain::failure_class::data},
    {"InternalServerError: We encountered an internal error",
     domain::failure_class::internal_server},
    {"CapacityError: Unable to provision requested ML compute capacity",
     domain::failure_class::capacity},
    {"ResourceLimitExceeded: the account-level limit", domain::failure_class::resource_limit},
    {"Something that nobody classified", domain::failure_class::unknown},
}};

// Adds phases one after the other.
class author {
public:
    author(random_source& random, life& job) : random_(random), job_(job), at_(job.created) {}

    void add(secondary_status status, milliseconds low, milliseconds high) {
        phase next{status, at_, {"message 1"}};
        for (std::uint64_t i = random_.below(3); i > 0; --i) {
            next.messages.push_back("message " + std::to_string(next.messages.size() + 1));
        }
        job_.phases.push_back(std::move(next));
        at_ += between(random_, low, high);
    }

    void run() {
        add(secondary_status::starting, seconds(1), seconds(400));
        if (random_.below(4) == 0) add(secondary_status::pending, seconds(1), seconds(600));
        // Some phases are far shorter than any poll interval.
        if (random_.below(4) != 0) add(secondary_status::downloading, seconds(1), seconds(90));
        add(secondary_status::training, seconds(5), seconds(5400));
        while (job_.spot && random_.below(2) == 0) {
            add(secondary_status::interrupted, seconds(1), seconds(300));
            add(secondary_status::starting, seconds(1), seconds(200));
            add(secondary_status::training, seconds(5), seconds(900));
        }
    }

    void end(secondary_status how, const char* primary) {
        add(how, milliseconds(0), milliseconds(0));
        job_.primary_end = primary;
        if (random_.below(3) == 0) job_.primary_early = between(random_, seconds(1), seconds(40));
        // Not before the job's last phase began.
        const auto last = job_.phases[job_.phases.size() - 2].started;
        job_.primary_early = std::min(job_.primary_early, job_.ended() - last);
    }

private:
    random_source& random_;
    life& job_;
    wall_time at_;
};

void fail(life& job, const told_reason& why) {
    job.failure_reason = why.text;
    job.reason_class = why.value;
}

}  // namespace

domain::ending life::true_ending() const {
    return *domain::ending_of(
        domain::parse_primary(primary_end),
        domain::parse_secondary(text_of(phases.back().status)),
        reason_class
    );
}

std::string life::alertname() const {
    if (primary_end == "Failed") return "TrainingJobFailed";
    if (phases.back().status == secondary_status::max_runtime_exceeded) {
        return "TrainingJobMaxRuntimeExceeded";
    }
    return {};
}

life draw_life(random_source& random, std::string name, std::string region, wall_time created) {
    life job;
    job.name = std::move(name);
    job.region = std::move(region);
    job.account_id = "111122223333";
    job.created = created;
    job.spot = random.below(3) == 0;
    if (random.below(5) == 0) job.tuning_job = "hpo-42";
    author write(random, job);
    switch (random.below(7)) {
        case 0:
            write.run();
            write.add(secondary_status::uploading, seconds(1), seconds(300));
            write.end(secondary_status::completed, "Completed");
            break;
        case 1:
        case 2:
            write.run();
            fail(job, reasons[random.below(reasons.size())]);
            write.end(secondary_status::failed, "Failed");
            break;
        case 3:  // never started
            write.add(secondary_status::starting, seconds(1), seconds(600));
            fail(job, reasons[3]);
            write.end(secondary_status::failed, "Failed");
            break;
        case 4:
            write.run();
            write.add(secondary_status::stopping, seconds(1), seconds(120));
            if (random.below(2) == 0) {
                write.add(secondary_status::uploading, seconds(1), seconds(120));
            }
            write.end(secondary_status::max_runtime_exceeded, "Stopped");
            break;
        case 5:
            write.run();
            write.add(secondary_status::stopping, seconds(1), seconds(120));
            write.end(secondary_status::stopped, "Stopped");
            break;
        default:
            write.add(secondary_status::starting, seconds(60), seconds(900));
            write.add(secondary_status::stopping, seconds(1), seconds(60));
            write.end(secondary_status::max_wait_time_exceeded, "Stopped");
            break;
    }
    return job;
}

std::optional<domain::observation> shown_at(const life& job, wall_time when) {
    if (when < job.created) return std::nullopt;
    domain::observation seen;
    seen.name = job.name;
    seen.account_id = job.account_id;
    seen.region = job.region;
    seen.partition = "aws";
    seen.arn =
        "arn:aws:sagemaker:" + job.region + ":" + job.account_id + ":training-job/" + job.name;
    seen.created = job.created;
    seen.spot = job.spot;
    seen.tuning_job = job.tuning_job;
    seen.limits.max_runtime = seconds(3600);
    seen.instances = {{"ml.g5.xlarge", 2, ""}};
    for (std::size_t i = 0; i < job.phases.size() && job.phases[i].started <= when; ++i) {
        const auto& phase = job.phases[i];
        domain::transition entry;
        entry.status = domain::parse_secondary(text_of(phase.status));
        entry.started = phase.started;
        const bool last = i + 1 == job.phases.size();
        // The terminal entry ends when it starts, as AWS has it.
        if (last) entry.ended = phase.started;
        if (!last && job.phases[i + 1].started <= when) entry.ended = job.phases[i + 1].started;
        const auto age = static_cast<std::size_t>((when - phase.started) / seconds(20));
        entry.message = phase.messages[std::min(age, phase.messages.size() - 1)];
        if (phase.status == secondary_status::training && !seen.training_started) {
            seen.training_started = phase.started;
        }
        seen.secondary = entry.status;
        seen.transitions.push_back(std::move(entry));
    }
    const bool stopping =
        std::any_of(seen.transitions.begin(), seen.transitions.end(), [](const auto& entry) {
            return entry.status.value == secondary_status::stopping;
        });
    seen.status = domain::parse_primary(stopping ? "Stopping" : "InProgress");
    if (when >= job.ended() - job.primary_early)
        seen.status = domain::parse_primary(job.primary_end);
    if (when >= job.ended()) {
        seen.training_ended = job.ended();
        seen.failure_reason = job.failure_reason;
        seen.billable_time = seconds(60);
        seen.training_time = seconds(90);
    }
    return seen;
}

}  // namespace trainwatch::sim
