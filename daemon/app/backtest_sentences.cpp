#include "app/backtest_sentences.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <tuple>
#include <utility>

#include "base/limits.hpp"

namespace trainwatch::app {
namespace {

std::string money_of(double value) {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.2f", value);
    return text.data();
}

std::string priced(const backtest_stakes& stakes) {
    if (stakes.money) return " (" + money_of(*stakes.money) + " by the prices given)";
    std::string types;
    for (const auto& type : stakes.unpriced)
        types += (types.empty() ? "" : ", ") + wire::terminal_safe(type);
    return types.empty() ? types : " (no price for " + types + ")";
}

std::string hours_of(const backtest_stakes& stakes) {
    return rounded_text(stakes.instance_hours) + " instance-hours";
}

void add_notice(const backtest_notice& notice, std::vector<std::string>& said) {
    if (notice.announced == 0) return;
    const bool is_one = notice.announced == 1;
    said.push_back(
        (notice.cut_off == 1
             ? std::string("The job")
             : std::to_string(notice.announced) + " of " + counted_jobs(notice.cut_off)) +
        " that AWS ended at MaxRuntimeInSeconds would have been announced, " +
        (is_one ? "" : "at least ") + wire::brief_duration(notice.least) + " before."
    );
}

std::string outcomes(const backtest_jobs& jobs) {
    std::string text;
    const std::array parts{
        std::pair(jobs.completed, "completed"),
        std::pair(jobs.failed, "failed"),
        std::pair(jobs.cut_off, "cut off at a limit"),
        std::pair(jobs.stopped, "stopped"),
        std::pair(jobs.live, "still going on"),
    };
    for (const auto& [count, what] : parts) {
        if (count == 0) continue;
        text += (text.empty() ? "" : ", ") + std::to_string(count) + " " + what;
    }
    return text;
}

void add_rest(const backtest_source& source, std::vector<std::string>& said) {
    const auto& counts = source.counts;
    if (source.is_folder && source.expects) {
        said.emplace_back(
            "TrainingJobOverdue is not judged: saved answers need not be the whole history."
        );
    }
    if (counts.short_lived > 0) {
        said.push_back(
            counted_jobs(counts.short_lived) + " that completed within " +
            format_duration(limits::backtest_short_life) +
            (counts.short_lived == 1 ? " was" : " were") + " not described; --every-job does so."
        );
    }
    if (counts.unwatched > 0) {
        said.push_back(counted_jobs(counts.unwatched) + " of no watch list.");
    }
    if (counts.undecided > 0) {
        said.push_back(
            counted_jobs(counts.undecided) + " may be of a watch list that goes by tags, which " +
            "could not be read."
        );
    }
    if (counts.unknown > 0) {
        said.push_back(
            counted_jobs(counts.unknown) + " named by a watch list and not known to AWS" +
            (counts.unknown == 1 ? ": mistyped, or deleted long ago." : ": mistyped, or deleted.")
        );
    }
    if (counts.gone > 0) said.push_back(counted_jobs(counts.gone) + " deleted meanwhile.");
    if (counts.unread > 0) said.push_back(counted_jobs(counts.unread) + " could not be read.");
    if (counts.waiting > 0 || source.interrupted) {
        said.push_back(
            "It was broken off: " + counted_jobs(counts.waiting) +
            (counts.waiting == 1 ? " is" : " are") + " missing here."
        );
    }
}

}  // namespace

std::vector<std::string> sentences_on_causes(const backtest_report& report) {
    std::vector<std::string> said;
    constexpr std::size_t shown = 10;
    for (std::size_t i = 0; i < std::min(shown, report.causes.size()); ++i) {
        const auto& cause = report.causes[i];
        said.push_back(
            counted_jobs(cause.jobs) + ", " + minute_text(cause.first) + " to " +
            minute_text(cause.last) + ": " + cause.reason
        );
    }
    if (report.causes.size() > shown) {
        said.push_back("and " + std::to_string(report.causes.size() - shown) + " more");
    }
    return said;
}

std::vector<std::string> sentences_on_stakes(const backtest_report& report) {
    std::vector<std::string> said;
    const auto& [lost, stuck, loops] = std::tie(report.lost, report.stuck, report.spot_loops);
    if (lost.jobs > 0) {
        said.push_back(
            counted_jobs(lost.jobs) + " had used " + hours_of(lost) + priced(lost) + " when " +
            (lost.jobs == 1 ? "it" : "they") +
            " failed or met a limit: whoever hears of it late starts again late."
        );
    }
    add_notice(report.notice, said);
    if (stuck.jobs > 0) {
        said.push_back(
            counted(stuck.jobs, "phase", "phases") + " took too long, " +
            wire::brief_duration(stuck.time) + " in all from the first minute to the last."
        );
    }
    if (loops.jobs > 0) {
        said.push_back(
            "Spot interruptions ate into " + counted_jobs(loops.jobs) + " that " +
            (loops.jobs == 1 ? "was" : "were") + " billed for " + hours_of(loops) + priced(loops) +
            "."
        );
    }
    return said;
}

std::vector<std::string> sentences_on_source(
    const backtest_report& report, const backtest_source& source
) {
    std::vector<std::string> said;
    const auto& counts = source.counts;
    const auto& jobs = report.jobs;
    std::string line;
    if (!source.is_folder && counts.listed > 0) {
        line = counted_jobs(counts.listed) + " created since " + minute_text(report.since) +
            " UTC in " + source.where + "; ";
    }
    line += counted_jobs(jobs.replayed) + " replayed from " +
        (jobs.replayed == 1 ? "its description" : "their descriptions");
    if (line.find(';') == std::string::npos) line += " in " + source.where;
    if (jobs.replayed > 0) line += ": " + outcomes(jobs);
    said.push_back(line + ".");
    add_rest(source, said);
    said.push_back(
        source.has_lists
            ? "The rules are those of the configuration file's watch lists."
            : "Every job, by the default rules; --config.file FILE takes your watch lists, "
              "thresholds and limits."
    );
    said.push_back(
        "Times are AWS' own. The daemon hears of a change within its staleness bound (a "
        "minute by default), and Alertmanager groups what comes together."
    );
    return said;
}

// "2026-11-24 09:12"
std::string minute_text(wall_time at) {
    constexpr std::size_t to_minutes = 16;
    return wire::clock_text(at).substr(0, to_minutes);
}

std::string rounded_text(double value) {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), value < 10 ? "%.1f" : "%.0f", value);
    return text.data();
}

std::string counted(std::size_t count, std::string_view one, std::string_view many) {
    return std::to_string(count) + " " + std::string(count == 1 ? one : many);
}

std::string counted_jobs(std::size_t count) {
    return counted(count, "job", "jobs");
}

std::string estimate_text(std::size_t listed, std::size_t to_describe, milliseconds takes) {
    if (to_describe == 0) return counted_jobs(listed) + " listed, none to describe";
    return counted_jobs(listed) + " listed, " + std::to_string(to_describe) +
        " to describe, which takes " + wire::brief_duration(std::max(takes, milliseconds(1'000))) +
        " within the budget";
}

}  // namespace trainwatch::app
