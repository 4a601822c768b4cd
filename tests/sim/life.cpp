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
        // Nothing is said about it any more.
        job_.phases.back().messages.resize(1);
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

std::optional<wall_time> life::rule_found() const {
    if (!rule_finds_after || created + *rule_finds_after >= ended() - primary_early) {
        return std::nullopt;
    }
    return created + *rule_finds_after;
}

std::string life::alertname() const {
    if (primary_end == "Failed") return "TrainingJobFailed";
    if (phases.back().status == secondary_status::max_runtime_exceeded) {
        return "TrainingJobMaxRuntimeExceeded";
    }
    if (phases.back().status == secondary_status::max_wait_time_exceeded) {
        return "TrainingJobMaxWaitExceeded";
    }
    return {};
}

life draw_life(random_source& random, const birth& from) {
    life job;
    job.name = from.name;
    job.region = from.region;
    job.account_id = from.account_id;
    job.created = from.created;
    job.tuning_job = from.tuning_job;
    job.spot = random.below(3) == 0;
    job.tags["team"] = random.below(2) == 0 ? "vision" : "speech";
    if (random.below(2) == 0) job.tags["Owner"] = random.below(2) == 0 ? "ada" : "kurt";
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

std::string arn_of(const life& job) {
    return "arn:aws:sagemaker:" + job.region + ":" + job.account_id + ":training-job/" + job.name;
}

namespace {

constexpr milliseconds message_interval = seconds(20);

std::size_t message_of(const phase& of, wall_time when) {
    const auto age = static_cast<std::size_t>((when - of.started) / message_interval);
    return std::min(age, of.messages.size() - 1);
}

// Each change that AWS shows moves LastModifiedTime: a phase, a message, the primary status.
wall_time modified_at(const life& job, std::size_t phases, wall_time when) {
    const auto& last = job.phases[phases - 1];
    const auto messages = static_cast<std::int64_t>(message_of(last, when));
    auto at = last.started + messages * message_interval;
    const auto primary = job.ended() - job.primary_early;
    if (primary <= when) at = std::max(at, primary);
    const auto found = job.rule_found();
    if (found && *found <= when) at = std::max(at, *found);
    return at;
}

std::size_t phases_at(const life& job, wall_time when) {
    const auto after = std::upper_bound(
        job.phases.begin(),
        job.phases.end(),
        when,
        [](wall_time at, const phase& each) { return at < each.started; }
    );
    return static_cast<std::size_t>(after - job.phases.begin());
}

const char* primary_at(const life& job, std::size_t phases, wall_time when) {
    if (when >= job.ended() - job.primary_early) return job.primary_end.c_str();
    const auto end = job.phases.begin() + static_cast<std::ptrdiff_t>(phases);
    const bool stopping = std::any_of(job.phases.begin(), end, [](const auto& each) {
        return each.status == secondary_status::stopping;
    });
    return stopping ? "Stopping" : "InProgress";
}

}  // namespace

std::optional<domain::observation> shown_at(const life& job, wall_time when) {
    if (when < job.created) return std::nullopt;
    domain::observation seen;
    seen.name = job.name;
    seen.account_id = job.account_id;
    seen.region = job.region;
    seen.partition = "aws";
    seen.arn = arn_of(job);
    seen.created = job.created;
    seen.spot = job.spot;
    seen.tuning_job = job.tuning_job;
    seen.limits.max_runtime = simulated_max_runtime;
    seen.instances = {{"ml.g5.xlarge", 2, ""}};
    if (job.rule_finds_after) {
        const auto found = job.rule_found();
        const bool is_found = found && *found <= when;
        seen.rules = {
            {domain::rule_kind::debugger,
             "LossNotDecreasing",
             is_found ? "IssuesFound" : "InProgress",
             {},
             is_found ? *found : job.created}};
    }
    const auto shown = phases_at(job, when);
    seen.transitions.reserve(shown);
    for (std::size_t i = 0; i < shown; ++i) {
        const auto& phase = job.phases[i];
        domain::transition entry;
        entry.status = domain::parse_secondary(text_of(phase.status));
        entry.started = phase.started;
        const bool last = i + 1 == job.phases.size();
        // The terminal entry ends when it starts, as AWS has it.
        if (last) entry.ended = phase.started;
        if (i + 1 < shown) entry.ended = job.phases[i + 1].started;
        // What was said last stays with an entry that is left.
        entry.message = phase.messages[message_of(phase, entry.ended.value_or(when))];
        if (phase.status == secondary_status::training && !seen.training_started) {
            seen.training_started = phase.started;
        }
        seen.secondary = entry.status;
        seen.transitions.push_back(std::move(entry));
    }
    seen.status = domain::parse_primary(primary_at(job, shown, when));
    seen.modified = modified_at(job, shown, when);
    if (when >= job.ended()) {
        seen.training_ended = job.ended();
        seen.failure_reason = job.failure_reason;
        seen.billable_time = seconds(60);
        seen.training_time = seconds(90);
    }
    return seen;
}

std::optional<domain::job_summary> summary_at(const life& job, wall_time when) {
    if (when < job.created) return std::nullopt;
    domain::job_summary told;
    told.name = job.name;
    told.arn = arn_of(job);
    told.account_id = job.account_id;
    told.region = job.region;
    told.partition = "aws";
    told.created = job.created;
    const auto shown = phases_at(job, when);
    told.secondary = domain::parse_secondary(text_of(job.phases[shown - 1].status));
    told.status = domain::parse_primary(primary_at(job, shown, when));
    told.modified = modified_at(job, shown, when);
    if (when >= job.ended()) told.ended = job.ended();
    return told;
}

}  // namespace trainwatch::sim
