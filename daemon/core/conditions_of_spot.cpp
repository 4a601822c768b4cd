// TrainingJobSpotLoop: interrupted so often that hardly anything comes of it.
#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "base/limits.hpp"
#include "core/condition_parts.hpp"

namespace trainwatch::core {
namespace {

using domain::secondary_status;

// From one interruption to the next.
struct run {
    milliseconds lost{};     // until it trained (again)
    milliseconds trained{};  // in Training
};

// The last one goes on.
std::vector<run> runs_of(const job_facts& of) {
    std::vector<run> runs(1);
    const auto& history = of.history;
    for (std::size_t i = 0; i < history.size(); ++i) {
        const auto& entry = history[i];
        if (entry.status.value == secondary_status::interrupted) runs.emplace_back();
        auto ended = of.seen;
        if (i + 1 < history.size()) ended = history[i + 1].started;
        if (entry.ended) ended = *entry.ended;
        const auto took = std::max(ended - entry.started, milliseconds(0));
        auto& spent = entry.status.value == secondary_status::training ? runs.back().trained
                                                                       : runs.back().lost;
        spent += took;
    }
    return runs;
}

// The most interruptions that came within the window, seen from any time since it began: once there
// were too many, the window has to pass without as many, so that the verdict does not come and go.
std::size_t interruptions_within(const job_facts& of, milliseconds window) {
    std::vector<wall_time> times;
    for (const auto& entry : of.history) {
        if (entry.status.value == secondary_status::interrupted) times.push_back(entry.started);
    }
    std::sort(times.begin(), times.end());
    std::size_t most = 0;
    std::size_t first = 0;
    for (std::size_t last = 0; last < times.size(); ++last) {
        while (times[first] <= times[last] - window)
            ++first;
        if (times[last] > of.seen - window) most = std::max(most, last - first + 1);
    }
    return most;
}

// Without checkpoints each run begins from nothing, and only one that is longer than all before it
// gets further than they did. With them, a run that trains for less than it took to get there may
// not even have come to save any.
std::optional<std::string> standstill(const job_facts& of, const std::vector<run>& runs) {
    const auto restarts = runs.size() - 1;
    if (restarts < limits::spot_loop_restarts) return std::nullopt;
    const auto& present = runs.back();
    const auto lately = restarts - limits::spot_loop_restarts;
    if (of.job.last->checkpoint_uri.empty()) {
        milliseconds longest{};
        for (std::size_t i = 0; i < lately; ++i)
            longest = std::max(longest, runs[i].trained);
        if (lately == 0 || present.trained > longest) return std::nullopt;
        for (std::size_t i = lately; i < restarts; ++i) {
            if (runs[i].trained > longest) return std::nullopt;
        }
        return "It has no CheckpointConfig, so that each of its " + std::to_string(restarts) +
            " restarts began from nothing, and none of the last " +
            std::to_string(limits::spot_loop_restarts) + " runs has come further than the " +
            text_of(longest) + " of one before.";
    }
    if (present.trained > present.lost) return std::nullopt;
    for (std::size_t i = lately; i < restarts; ++i) {
        if (runs[i].trained >= runs[i].lost) return std::nullopt;
    }
    return "In each of its last " + std::to_string(limits::spot_loop_restarts) +
        " runs it trained for less time than it took to get there.";
}

}  // namespace

void find_spot_loop(condition_finder& finder) {
    const auto& job = finder.of.job;
    if (!job.last->spot) return;
    const auto& choice = finder.choice("TrainingJobSpotLoop");
    const auto most = choice.interruptions.value_or(limits::spot_loop_interruptions);
    const auto within = choice.within.value_or(limits::spot_loop_window);
    const auto recent = interruptions_within(finder.of, within);
    const auto runs = runs_of(finder.of);
    const auto stands = standstill(finder.of, runs);
    if (recent < most && !stands) return;
    const auto all = runs.size() - 1;
    milliseconds lost{};
    milliseconds trained{};
    for (const auto& each : runs) {
        lost += each.lost;
        trained += each.trained;
    }
    condition_finder::holding loop;
    loop.alertname = "TrainingJobSpotLoop";
    loop.severity = "warning";
    loop.summary = "Spot training job " + job.last->name + " was interrupted " +
        std::to_string(recent < most ? all : recent) + " times" +
        (recent < most ? std::string(" without getting further.")
                       : " within " + text_of(within) + ".");
    loop.consequence = " It has trained for " + text_of(trained) + " and spent " + text_of(lost) +
        " on waiting, starting and downloading." + (stands ? " " + *stands : std::string()) +
        " Checkpoints, another instance type or region, or on-demand instances are what helps.";
    loop.reason = recent < most
        ? *stands
        : "AWS interrupted the job " + std::to_string(recent) + " times within " + text_of(within) +
            ", and the list allows fewer than " + std::to_string(most) + ".";
    loop.annotations.emplace("interruptions", std::to_string(all));
    finder.add(std::move(loop));
}

}  // namespace trainwatch::core
