#include "app/backtest_text.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <string_view>
#include <tuple>
#include <utility>

#include "base/limits.hpp"

namespace trainwatch::app {
namespace {

using wire::ink;
using wire::painted;
using wire::text_style;

// Below this the reason would be a few words beside the names.
constexpr std::size_t one_line_least = 120;
constexpr std::size_t job_columns_max = 48;
constexpr std::string_view gap = "  ";
constexpr std::size_t time_columns = 16;
constexpr std::size_t rate_columns = 12;

std::string value_of(const domain::label_map& of, const char* name) {
    const auto found = of.find(name);
    return found == of.end() ? std::string() : wire::terminal_safe(found->second);
}

// "2026-11-24 09:12"
std::string minute_of(wall_time at) {
    return wire::clock_text(at).substr(0, time_columns);
}

std::string rounded(double value) {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), value < 10 ? "%.1f" : "%.0f", value);
    return text.data();
}

std::string money_of(double value) {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.2f", value);
    return text.data();
}

std::string count_of(std::size_t count, std::string_view one, std::string_view many) {
    return std::to_string(count) + " " + std::string(count == 1 ? one : many);
}

std::string jobs_of(std::size_t count) {
    return count_of(count, "job", "jobs");
}

ink ink_of(std::string_view severity) {
    if (severity == "critical") return ink::bad;
    return severity == "warning" ? ink::warn : ink::soft;
}

// The summary without the name of the job, which stands beside it.
std::string reason_of(const domain::alert& alert) {
    auto text = value_of(alert.annotations, "summary");
    for (const auto* const kind : {"Training job ", "Spot training job "}) {
        const auto front = kind + value_of(alert.labels, "training_job") + " ";
        if (text.starts_with(front)) text.erase(0, front.size());
    }
    const auto others = value_of(alert.annotations, "same_reason");
    if (others.empty()) return text;
    if (text.ends_with('.')) text.pop_back();
    return text + " (" + others + ")";
}

class page {
public:
    page(const backtest_report& report, const backtest_source& source, const text_style& style)
        : report_(report), source_(source), style_(style) {}

    std::string text() {
        measure();
        for (const auto& each : report_.alerts)
            add_alert(each);
        if (!report_.alerts.empty()) text_ += '\n';
        add_headline();
        add_rules();
        add_causes();
        add_stakes();
        add_source();
        return std::move(text_);
    }

private:
    void measure() {
        for (const auto& each : report_.alerts) {
            const auto& labels = each.alert.labels;
            widen(severity_, value_of(labels, "severity"));
            widen(alertname_, value_of(labels, "alertname"));
            widen(job_, value_of(labels, "training_job"));
        }
        is_one_line_ = style_.width >= one_line_least;
        if (style_.width == wire::unwrapped) return;
        // A quarter leaves the reason the larger part of what is left.
        job_ = std::min(job_, is_one_line_ ? style_.width / 4 : job_columns_max);
        const auto before = time_columns + severity_ + 2 * gap.size();
        const auto room = style_.width > before + 8 ? style_.width - before : 8;
        alertname_ = std::min(alertname_, room);
    }

    static void widen(std::size_t& columns, const std::string& text) {
        columns = std::max(columns, wire::display_width(text));
    }

    void add_alert(const backtest_alert& each) {
        const auto& labels = each.alert.labels;
        const auto severity = value_of(labels, "severity");
        const auto job = value_of(labels, "training_job");
        const auto reason = reason_of(each.alert);
        text_ += minute_of(each.alert.starts_at);
        text_ += gap;
        text_ += painted(wire::padded(severity, severity_), ink_of(severity), style_);
        text_ += gap;
        const auto name = wire::elided(value_of(labels, "alertname"), alertname_, style_);
        if (is_one_line_) {
            const auto shown = wire::elided(job, job_, style_);
            text_ += wire::padded(name, alertname_);
            text_ += gap;
            text_ += painted_name(shown);
            text_.append(job_ - wire::display_width(shown), ' ');
            text_ += gap;
            const auto used = time_columns + severity_ + alertname_ + job_ + 4 * gap.size();
            text_ += wire::fitted(reason, style_.width > used ? style_.width - used : 1, style_);
        } else {
            add_below(name, job, reason);
        }
        text_ += '\n';
    }

    // On a line of their own.
    void add_below(const std::string& name, const std::string& job, const std::string& reason) {
        constexpr std::size_t indent = 4;
        const auto room = style_.width > 2 * indent ? style_.width - indent : indent;
        const auto shown = wire::elided(job, std::min(job_, room), style_);
        text_ += name;
        text_ += '\n';
        text_.append(indent, ' ');
        text_ += painted_name(shown);
        const auto used = wire::display_width(shown) + 1;
        if (room > used + indent) text_ += " " + wire::fitted(reason, room - used, style_);
    }

    std::string painted_name(const std::string& name) const {
        return painted(name, ink::strong, style_);
    }
    void add_paragraph(const std::string& text, std::size_t indent = 0) {
        text_ += wire::hung(text, indent, style_.width) + "\n";
    }

    std::string span() const {
        return "between " + minute_of(report_.since) + " and " + minute_of(report_.until) + " UTC";
    }

    std::string rate_of(std::size_t alerts) const {
        const auto rate = report_.a_week(alerts);
        return rate ? rounded(*rate) + " a week" : std::string();
    }

    void add_headline() {
        const auto count = report_.alerts.size();
        if (count == 0) {
            text_ += painted("Nothing would have fired", ink::strong, style_);
            text_ += " " + span() + ".\n";
            return;
        }
        auto line = count_of(count, "alert", "alerts") + " about " + jobs_of(report_.alerted_jobs) +
            " would have fired " + span();
        if (const auto rate = rate_of(count); !rate.empty()) line += ", " + rate;
        add_paragraph(line + ":");
    }

    void add_rules() {
        for (const auto& rule : report_.rules) {
            text_ += gap;
            text_ += wire::right_aligned(std::to_string(rule.alerts), 5);
            text_ += gap;
            text_ += painted(wire::padded(rule.severity, severity_), ink_of(rule.severity), style_);
            text_ += gap;
            const auto room = style_.width - std::min(style_.width, severity_ + 5 + 3 * gap.size());
            const auto rate = rate_of(rule.alerts);
            const bool fits = room >= alertname_ + gap.size() + rate_columns;
            text_ += wire::elided(rule.alertname, std::max<std::size_t>(room, 8), style_);
            if (!rate.empty() && fits) {
                text_.append(alertname_ - wire::display_width(rule.alertname), ' ');
                text_ += std::string(gap) + wire::right_aligned(rate, rate_columns);
            }
            text_ += '\n';
        }
    }

    void add_title(std::string_view title) {
        text_ += '\n';
        text_ += painted(title, ink::strong, style_);
        text_ += '\n';
    }

    void add_item(const std::string& text) { add_paragraph(std::string(gap) + text, 4); }

    void add_causes() {
        if (report_.causes.empty()) return;
        add_title("One cause, several alerts");
        constexpr std::size_t shown = 10;
        for (std::size_t i = 0; i < std::min(shown, report_.causes.size()); ++i) {
            const auto& cause = report_.causes[i];
            add_item(
                jobs_of(cause.jobs) + ", " + minute_of(cause.first) + " to " +
                minute_of(cause.last) + ": " + cause.reason
            );
        }
        if (report_.causes.size() > shown) {
            add_item("and " + std::to_string(report_.causes.size() - shown) + " more");
        }
    }

    static std::string priced(const backtest_stakes& stakes) {
        return stakes.money ? ", " + money_of(*stakes.money) + " by the prices given"
                            : std::string();
    }

    static std::string hours_of(const backtest_stakes& stakes) {
        return rounded(stakes.instance_hours) + " instance-hours";
    }

    void add_stakes() {
        const auto& [lost, stuck, loops] =
            std::tie(report_.lost, report_.stuck, report_.spot_loops);
        if (lost.jobs + stuck.jobs + loops.jobs == 0) return;
        add_title("What was at stake");
        if (lost.jobs > 0) {
            add_item(
                jobs_of(lost.jobs) + " failed or " + (lost.jobs == 1 ? "was" : "were") +
                " cut off at a limit, after " + hours_of(lost) + priced(lost) +
                ": whoever hears of it late starts again late."
            );
        }
        if (stuck.jobs > 0) {
            add_item(
                count_of(stuck.jobs, "phase", "phases") + " took too long, " +
                wire::brief_duration(stuck.time) + " in all from the first minute to the last."
            );
        }
        if (loops.jobs > 0) {
            add_item(
                "Spot interruptions ate into " + jobs_of(loops.jobs) + " that " +
                (loops.jobs == 1 ? "was" : "were") + " billed for " + hours_of(loops) +
                priced(loops) + "."
            );
        }
    }

    std::string outcomes() const {
        const auto& jobs = report_.jobs;
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

    void add_source() {
        add_title("What was looked at");
        const auto& counts = source_.counts;
        const auto& jobs = report_.jobs;
        std::string line;
        if (!source_.is_folder && counts.listed > 0) {
            line = jobs_of(counts.listed) + " created since " + minute_of(report_.since) +
                " UTC in " + source_.where + "; ";
        }
        line += jobs_of(jobs.replayed) + " replayed from " +
            (jobs.replayed == 1 ? "its description" : "their descriptions");
        if (line.find(';') == std::string::npos) line += " in " + source_.where;
        if (jobs.replayed > 0) line += ": " + outcomes();
        add_item(line + ".");
        add_rest();
        add_item(
            source_.has_lists
                ? "The rules are those of the configuration file's watch lists."
                : "Every job, by the default rules; --config.file FILE takes your watch lists, "
                  "thresholds and limits."
        );
        add_item(
            "Times are AWS' own. The daemon hears of a change within its staleness bound (a "
            "minute by default), and Alertmanager groups what comes together."
        );
    }

    void add_rest() {
        const auto& counts = source_.counts;
        if (counts.short_lived > 0) {
            add_item(
                jobs_of(counts.short_lived) + " that completed within " +
                format_duration(limits::backtest_short_life) +
                (counts.short_lived == 1 ? " was" : " were") +
                " not described; --every-job does so."
            );
        }
        if (counts.unwatched > 0) {
            add_item(jobs_of(counts.unwatched) + " of no watch list.");
        }
        if (counts.undecided > 0) {
            add_item(
                jobs_of(counts.undecided) + " may be of a watch list that goes by tags, which " +
                "could not be read."
            );
        }
        if (counts.gone > 0) add_item(jobs_of(counts.gone) + " deleted meanwhile.");
        if (counts.unread > 0) add_item(jobs_of(counts.unread) + " could not be read.");
        if (counts.waiting > 0 || source_.interrupted) {
            add_item(
                "It was broken off: " + jobs_of(counts.waiting) +
                (counts.waiting == 1 ? " is" : " are") + " missing here."
            );
        }
    }

    const backtest_report& report_;
    const backtest_source& source_;
    const text_style& style_;
    std::size_t severity_ = 0;
    std::size_t alertname_ = 0;
    std::size_t job_ = 0;
    bool is_one_line_ = true;
    std::string text_{};
};

}  // namespace

std::string render_backtest_text(
    const backtest_report& report, const backtest_source& source, const wire::text_style& style
) {
    return page(report, source, style).text();
}

std::string estimate_text(std::size_t listed, std::size_t to_describe, milliseconds takes) {
    if (to_describe == 0) return jobs_of(listed) + " listed, none to describe";
    return jobs_of(listed) + " listed, " + std::to_string(to_describe) +
        " to describe, which takes " + wire::brief_duration(std::max(takes, milliseconds(1'000))) +
        " within the budget";
}

}  // namespace trainwatch::app
