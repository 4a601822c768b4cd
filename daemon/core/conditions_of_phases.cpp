// TrainingJobStuck: longer in one phase than that may take.
#include <algorithm>
#include <array>
#include <cctype>
#include <string>
#include <string_view>

#include "base/plain_text.hpp"
#include "core/alert_text.hpp"
#include "core/condition_parts.hpp"

namespace trainwatch::core {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

struct phase_default {
    std::string_view status{};
    milliseconds limit{};
};

// Machines are there within minutes or not for hours; images and data of terabytes take up to an
// hour (uploads of a quarter of one are usual); a job that is told to stop has two minutes.
constexpr std::array phase_defaults{
    phase_default{"Pending", hours(2)},
    phase_default{"Starting", minutes(30)},
    phase_default{"LaunchingMLInstances", minutes(30)},
    phase_default{"PreparingTrainingStack", minutes(30)},
    phase_default{"Restarting", minutes(30)},
    phase_default{"Downloading", hours(1)},
    phase_default{"DownloadingTrainingImage", hours(1)},
    phase_default{"Uploading", hours(1)},
    phase_default{"Stopping", minutes(10)},
};

milliseconds limit_of(std::string_view status, const domain::phase_limits& given) {
    const auto found = given.find(status);
    return found == given.end() ? phase_limit(status) : found->second;
}

// AWS tells of missing machines in the message of a phase only, while it goes on trying.
bool speaks_of_capacity(const std::string& message) {
    static constexpr std::string_view word = "capacity";
    const auto at =
        std::search(message.begin(), message.end(), word.begin(), word.end(), [](char a, char b) {
            return std::tolower(static_cast<unsigned char>(a)) == b;
        });
    return at != message.end();
}

std::string cure_of(std::string_view status, bool for_capacity) {
    if (for_capacity || status == "Pending") {
        return " AWS has no machines of the type to give: another region, another instance type, "
               "fewer instances or a reservation are what helps; waiting may.";
    }
    if (status == "Downloading" || status == "DownloadingTrainingImage") {
        return " Look at the size of the image and of the input, and at the job's way to S3 and "
               "ECR: in a VPC it needs their endpoints.";
    }
    if (status == "Uploading") {
        return " Look at the size of what it made, and at its way to S3. The time is paid for.";
    }
    if (status == "Stopping") {
        return " The algorithm has two minutes after SIGTERM, and what it made is uploaded then.";
    }
    return " The log and the console may tell more; StopTrainingJob gives the machines back.";
}

}  // namespace

bool waits_for_capacity(const domain::observation& job) {
    return !job.transitions.empty() && speaks_of_capacity(job.transitions.back().message);
}

milliseconds phase_limit(std::string_view secondary_status) {
    const auto found =
        std::find_if(phase_defaults.begin(), phase_defaults.end(), [&](const auto& each) {
            return each.status == secondary_status;
        });
    return found == phase_defaults.end() ? milliseconds(0) : found->limit;
}

void find_stuck(condition_finder& finder) {
    const auto& job = *finder.of.job.last;
    if (job.transitions.empty()) return;
    const auto& entry = job.transitions.back();
    // A page may have told of another phase since: when that began, only a describe tells.
    if (entry.ended || entry.status.text != job.secondary.text) return;
    const auto& status = entry.status.text;
    const bool for_capacity = finder.of.waited_for_capacity || speaks_of_capacity(entry.message);
    const auto& given = finder.wishes.limits.phases;
    // Waiting for machines is what Pending is, by whatever name AWS calls it here.
    const auto limit = for_capacity ? std::max(limit_of(status, given), limit_of("Pending", given))
                                    : limit_of(status, given);
    const auto since = finder.of.seen - entry.started;
    // Zero is for ever, in whichever of the two.
    const bool is_limited = limit_of(status, given) > milliseconds(0) &&
        (!for_capacity || limit_of("Pending", given) > milliseconds(0));
    if (!is_limited || since < limit) return;
    condition_finder::holding stuck;
    stuck.alertname = "TrainingJobStuck";
    stuck.severity = "warning";
    stuck.key = status;
    stuck.labels.emplace("secondary_status", status);
    const auto message = headline_of(entry.message);
    stuck.summary = "Training job " + job.name + " has been " + status + " for " + text_of(since) +
        ", longer than the " + text_of(limit) + " that it may take" +
        (message.empty() ? std::string(".") : "; AWS says: " + message);
    stuck.consequence = cure_of(status, for_capacity);
    stuck.reason = "The job was " + status + " since " + iso8601(entry.started) + ", which is " +
        text_of(since) + ", and the limit of that phase is " + text_of(limit) +
        (for_capacity ? ", because AWS speaks of capacity." : ".");
    if (!entry.message.empty()) {
        stuck.annotations.emplace("status_message", plain_text(entry.message));
    }
    stuck.annotations.emplace("phase_started_at", iso8601(entry.started));
    finder.add(std::move(stuck));
}

}  // namespace trainwatch::core
