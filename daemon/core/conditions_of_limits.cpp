// TrainingJobSuspiciousLimit: a limit that looks like an accident.
#include <algorithm>
#include <array>
#include <string>

#include "core/condition_parts.hpp"

namespace trainwatch::core {
namespace {

// What the SDKs set when nobody says otherwise: a day, and for some of them an hour.
constexpr std::array sdk_defaults{seconds(86'400), seconds(3'600)};

bool is_default(seconds limit) {
    return std::find(sdk_defaults.begin(), sdk_defaults.end(), limit) != sdk_defaults.end();
}

}  // namespace

void find_suspicious_limit(condition_finder& finder) {
    const auto& job = *finder.of.job.last;
    const auto& limit = job.limits.max_runtime;
    const auto& longest = finder.of.longest_sibling;
    if (!limit || !longest || *longest <= *limit) return;
    condition_finder::holding suspicious;
    suspicious.alertname = "TrainingJobSuspiciousLimit";
    suspicious.severity = "info";
    suspicious.summary = "Training job " + job.name + " may run for " + text_of(*limit) +
        ", and jobs of its kind have taken up to " + text_of(*longest) + ".";
    suspicious.consequence =
        (is_default(*limit) ? " That limit is a default of the SDKs, so perhaps nobody chose it."
                            : std::string()) +
        " AWS stops the job there, done or not, and does not extend the limit of a job that runs: "
        "better to start it again with a longer one now than to lose it then.";
    suspicious.reason = "MaxRuntimeInSeconds is " + text_of(*limit) +
        ", and of the jobs whose names differ by dates and numbers only one completed after " +
        text_of(*longest) + ".";
    finder.add(std::move(suspicious));
}

}  // namespace trainwatch::core
