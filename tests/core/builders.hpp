// Values that the core's tests are made of: a job as AWS tells it, a plan, times.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/time.hpp"
#include "core/event.hpp"
#include "core/failure_reason.hpp"
#include "domain/job.hpp"
#include "domain/observation.hpp"
#include "domain/view.hpp"
#include "domain/watch_plan.hpp"

namespace trainwatch::core {

using std::chrono::hours;
using std::chrono::minutes;

// 2025-11-23T09:26:40.123Z: when the jobs of these tests are created, unless they say otherwise.
inline constexpr wall_time created = from_unix_milliseconds(1'763'890'000'123);
inline constexpr wall_time later(milliseconds by) {
    return created + by;
}
inline constexpr mono_time mono(nanoseconds since_start) {
    return mono_time(since_start);
}

// Both clocks so long after the creation.
inline constexpr instant at(milliseconds since_creation) {
    return {mono(since_creation), later(since_creation)};
}

// What a reason means where nobody has rules of their own. One for all tests: it costs some time
// to make.
inline const failure_classifier& built_in_reasons() {
    static const failure_classifier reasons;
    return reasons;
}

inline domain::transition entry(
    const char* status,
    milliseconds started,
    std::optional<milliseconds> ended = {},
    std::string message = "…"
) {
    domain::transition made;
    made.status = domain::parse_secondary(status);
    made.started = later(started);
    if (ended) made.ended = later(*ended);
    made.message = std::move(message);
    return made;
}

// A job as AWS describes it, told entry by entry:
//   job("a").starting(0s, 80s).training(80s)
class job {
public:
    explicit job(std::string name = "resnet") {
        seen_.name = std::move(name);
        seen_.account_id = "111122223333";
        seen_.region = "eu-west-1";
        seen_.partition = "aws";
        seen_.created = core::created;
        seen_.arn = "arn:aws:sagemaker:eu-west-1:111122223333:training-job/" + seen_.name;
        status("InProgress", "Starting");
    }

    job& status(const char* primary, const char* secondary) {
        seen_.status = domain::parse_primary(primary);
        seen_.secondary = domain::parse_secondary(secondary);
        return *this;
    }
    // The newest entry decides the secondary status, as it usually does.
    job& with(domain::transition added) {
        seen_.secondary = added.status;
        seen_.transitions.push_back(std::move(added));
        return *this;
    }
    job& phase(
        const char* name,
        milliseconds started,
        std::optional<milliseconds> ended = {},
        std::string message = "…"
    ) {
        return with(entry(name, started, ended, std::move(message)));
    }
    // The terminal entry, and the primary status that goes with it.
    job& ends(const char* primary, const char* secondary, milliseconds when) {
        phase(secondary, when, when);
        seen_.status = domain::parse_primary(primary);
        seen_.training_ended = later(when);
        return *this;
    }
    job& fails(milliseconds when, std::string reason = "AlgorithmError: exit code 1") {
        ends("Failed", "Failed", when);
        seen_.failure_reason = std::move(reason);
        return *this;
    }
    job& hits_max_runtime(milliseconds when) { return ends("Stopped", "MaxRuntimeExceeded", when); }
    job& created_at(wall_time when) {
        seen_.created = when;
        return *this;
    }
    job& started(milliseconds when) {
        seen_.training_started = later(when);
        return *this;
    }
    job& max_runtime(seconds limit) {
        seen_.limits.max_runtime = limit;
        return *this;
    }
    job& max_wait(seconds limit) {
        seen_.limits.max_wait = limit;
        return *this;
    }
    job& max_pending(seconds limit) {
        seen_.limits.max_pending = limit;
        return *this;
    }
    job& spot() {
        seen_.spot = true;
        return *this;
    }
    // What the decoder does not know in the answer.
    job& unknown(std::string member, std::string value = {}) {
        seen_.unknown.push_back({std::move(member), std::move(value)});
        return *this;
    }
    template <class Change>
    job& but(Change change) {
        change(seen_);
        return *this;
    }

    const domain::observation& seen() const { return seen_; }
    operator const domain::observation&() const { return seen_; }  // NOLINT: it is one

private:
    domain::observation seen_{};
};

// A job that runs since 120 s after its creation.
inline job running(std::string name = "resnet") {
    return job(std::move(name))
        .phase("Starting", seconds(0), seconds(80))
        .phase("Downloading", seconds(80), seconds(120))
        .phase("Training", seconds(120))
        .started(seconds(80));
}

inline failure failed(error_class kind, std::string detail = "because") {
    failure why;
    why.kind = kind;
    why.detail = std::move(detail);
    return why;
}

// One lane, the jobs named, two a second unless said otherwise.
inline domain::watch_plan plan_for(std::vector<std::string> names, double rate = 2) {
    domain::watch_plan plan;
    domain::lane lane;
    lane.connection = "main";
    lane.region = "eu-west-1";
    lane.budget.describe_per_second = rate;
    plan.lanes.push_back(lane);
    for (auto& name : names)
        plan.targets.push_back({lane_id{0}, std::move(name), "nightly"});
    return plan;
}

}  // namespace trainwatch::core
