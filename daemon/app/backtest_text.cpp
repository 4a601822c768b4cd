#include "app/backtest_text.hpp"

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include "app/backtest_sentences.hpp"

namespace trainwatch::app {
namespace {

using wire::ink;
using wire::painted;
using wire::text_style;

// Below this the reason would be a few words beside the names.
constexpr std::size_t one_line_least = 120;
constexpr std::size_t job_columns_max = 48;
constexpr std::string_view gap = "  ";
constexpr std::size_t time_columns = 16;  // of minute_text
constexpr std::size_t rate_columns = 12;

std::string value_of(const domain::label_map& of, const char* name) {
    const auto found = of.find(name);
    return found == of.end() ? std::string() : wire::terminal_safe(found->second);
}

ink ink_of(std::string_view severity) {
    if (severity == "critical") return ink::bad;
    return severity == "warning" ? ink::warn : ink::soft;
}

// The job's, or the list's where it is about the list as a whole.
std::string name_of(const domain::label_map& labels) {
    auto job = value_of(labels, "training_job");
    return job.empty() ? value_of(labels, "watch_list") : job;
}

// The summary without the name of the job, which stands beside it.
std::string reason_of(const backtest_alert& each) {
    auto text = value_of(each.alert.annotations, "summary");
    for (const auto* const kind : {"Training job ", "Spot training job "}) {
        const auto front = kind + value_of(each.alert.labels, "training_job") + " ";
        if (text.starts_with(front)) text.erase(0, front.size());
    }
    if (each.others == 0) return text;
    // Before AWS' words, which may be cut.
    const auto at = std::min(text.find_first_of(":;"), text.size());
    return text.insert(at, ", as did " + counted(each.others, "other", "others") + " before it");
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
        add_section("One cause, several alerts", sentences_on_causes(report_));
        add_section("What was at stake", sentences_on_stakes(report_));
        add_section("What was looked at", sentences_on_source(report_, source_));
        return std::move(text_);
    }

private:
    void measure() {
        for (const auto& each : report_.alerts) {
            const auto& labels = each.alert.labels;
            widen(severity_, value_of(labels, "severity"));
            widen(alertname_, value_of(labels, "alertname"));
            widen(job_, name_of(labels));
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
        const auto job = name_of(labels);
        const auto reason = reason_of(each);
        text_ += minute_text(each.alert.starts_at);
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
        return "between " + minute_text(report_.since) + " and " + minute_text(report_.until) +
            " UTC";
    }

    std::string rate_of(std::size_t alerts) const {
        const auto rate = report_.a_week(alerts);
        return rate ? rounded_text(*rate) + " a week" : std::string();
    }

    void add_headline() {
        const auto count = report_.alerts.size();
        if (count == 0) {
            text_ += painted("Nothing would have fired", ink::strong, style_);
            text_ += " " + span() + ".\n";
            return;
        }
        auto line = counted(count, "alert", "alerts") + " about " +
            counted_jobs(report_.alerted_jobs) + " would have fired " + span();
        if (const auto rate = rate_of(count); !rate.empty()) line += ", " + rate;
        if (report_.notifications < count) {
            line += ", told by Alertmanager in " +
                counted(report_.notifications, "notification", "notifications");
        }
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

    void add_section(std::string_view title, const std::vector<std::string>& sentences) {
        if (sentences.empty()) return;
        text_ += '\n';
        text_ += painted(title, ink::strong, style_);
        text_ += '\n';
        for (const auto& sentence : sentences)
            add_paragraph(std::string(gap) + sentence, 4);
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

}  // namespace trainwatch::app
