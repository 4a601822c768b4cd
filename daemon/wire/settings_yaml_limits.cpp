// `limits:` and `expect:` of a list: how long its jobs may be in a phase, what one may cost, and
// how often one is to complete.
#include <array>

#include "base/limits.hpp"
#include "domain/job.hpp"
#include "wire/settings_yaml_sections.hpp"

namespace trainwatch::wire {
namespace {

// The phases that a job can be in, as AWS spells them; the last ones are of older jobs.
constexpr std::array<std::string_view, 12> phases{
    "Pending",
    "Starting",
    "Downloading",
    "Training",
    "Uploading",
    "Stopping",
    "Interrupted",
    "Restarting",
    "Updating",
    "LaunchingMLInstances",
    "PreparingTrainingStack",
    "DownloadingTrainingImage"};

}  // namespace

domain::job_limits read_job_limits(settings_reader& reader, const yaml_value& where) {
    domain::job_limits made;
    std::vector<std::string_view> keys(phases.begin(), phases.end());
    keys.insert(keys.end(), {"billable", "cost"});
    if (!reader.mapping(where, {keys, {}})) return made;
    for (const auto phase : phases) {
        const auto limit = reader.find(where, phase);
        if (!limit) continue;
        const auto value = reader.duration(*limit, {milliseconds(0), limits::phase_limit_most});
        if (value) made.phases.insert_or_assign(std::string(phase), *value);
    }
    if (const auto billable = reader.find(where, "billable")) {
        made.billable =
            reader.duration(*billable, {milliseconds(1'000), limits::completed_within_most});
    }
    if (const auto cost = reader.find(where, "cost")) {
        made.cost = reader.number(*cost, "500 or 37.5");
        if (made.cost && !(*made.cost > 0)) {
            reader.fail(*cost, "an amount above zero, in the unit of \"prices\"");
            made.cost.reset();
        }
    }
    return made;
}

std::optional<milliseconds> read_completed_within(
    settings_reader& reader, const yaml_value& where
) {
    static constexpr std::array<std::string_view, 1> keys{"completed_within"};
    if (!reader.mapping(where, {keys, {}})) return std::nullopt;
    const auto within = reader.find(where, "completed_within");
    if (!within) {
        reader.fail(where, "\"completed_within\" is missing, such as completed_within: 26h");
        return std::nullopt;
    }
    return reader.duration(
        *within, {limits::completed_within_least, limits::completed_within_most}
    );
}

}  // namespace trainwatch::wire
