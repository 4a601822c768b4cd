#include "app/backtest_report.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "app/backtest_stakes.hpp"
#include "core/alert_text.hpp"
#include "core/same_reasons.hpp"
#include "core/siblings.hpp"
#include "core/tracker.hpp"

namespace trainwatch::app {
namespace {

constexpr double week_hours = 24 * 7;

const std::string& label(const domain::alert& of, const char* name) {
    static const std::string none{};
    const auto found = of.labels.find(name);
    return found == of.labels.end() ? none : found->second;
}

std::string annotation(const domain::alert& of, const char* name) {
    const auto found = of.annotations.find(name);
    return found == of.annotations.end() ? std::string() : found->second;
}

std::size_t rank_of(std::string_view severity) {
    constexpr std::array known{
        std::string_view("critical"), std::string_view("warning"), std::string_view("info")};
    return static_cast<std::size_t>(
        std::find(known.begin(), known.end(), severity) - known.begin()
    );
}

class reporter {
public:
    reporter(
        const std::vector<past_job>& jobs,
        const domain::watch_plan& plan,
        wall_time since,
        wall_time until
    )
        : plan_(plan)
        , reasons_(plan.failure_classes)
        , lost_(plan.prices)
        , stuck_(plan.prices)
        , spot_(plan.prices) {
        made_.since = since;
        made_.until = until;
        for (const auto& job : jobs)
            jobs_.push_back(&job);
    }

    backtest_report make(const std::vector<past_completion>* completions) {
        std::stable_sort(jobs_.begin(), jobs_.end(), [](const auto* a, const auto* b) {
            return a->whole.created < b->whole.created;
        });
        find_completions();
        for (const auto* const job : jobs_)
            replay(*job);
        if (completions != nullptr) judge_expectations(*completions);
        std::stable_sort(
            made_.alerts.begin(),
            made_.alerts.end(),
            [](const auto& a, const auto& b) { return a.alert.starts_at < b.alert.starts_at; }
        );
        tell_of_others();
        count_notifications();
        std::reverse(made_.alerts.begin(), made_.alerts.end());
        count_rules();
        made_.alerted_jobs = alerted_.size();
        made_.lost = lost_.sum();
        made_.stuck = stuck_.sum();
        made_.spot_loops = spot_.sum();
        return std::move(made_);
    }

private:
    void find_completions() {
        for (const auto* const job : jobs_) {
            const auto status = core::terminal_status(job->whole);
            if (!status || status->value != domain::primary_status::completed) continue;
            completions_.emplace(core::ended_at(job->whole).value_or(job->until), job);
        }
        next_completion_ = completions_.begin();
    }

    void replay(const past_job& job) {
        const auto& whole = job.whole;
        // Its siblings are those that had completed when it was created.
        for (; next_completion_ != completions_.end() && next_completion_->first <= whole.created;
             ++next_completion_) {
            siblings_.ran(next_completion_->second->whole);
        }
        // A list names it, and it was over before: it has had its part in the others' limits alone.
        if (core::terminal_status(whole) && core::ended_at(whole).value_or(job.until) < made_.since)
            return;
        count(job);
        const auto& traits = plan_.traits(job.watch_list);
        auto configured = plan_.alert_labels(job.watch_list);
        for (const auto& [name, key] : traits.labels_from_tags) {
            const auto tag = job.tags.find(key);
            if (tag == job.tags.end()) continue;
            configured.insert_or_assign(name, tag->second);
        }
        const core::list_wishes wishes{traits.alerts, traits.limits, plan_.prices};
        const core::life life{whole, job.until, {lane_id{0}, whole.name, job.watch_list}};
        const auto found =
            core::replay(life, {wishes, configured, reasons_, siblings_.longest(whole)});
        bool is_loop = false;
        for (const auto& each : found) {
            if (each.row.alert.starts_at < made_.since) continue;
            made_.alerts.push_back({each.row.alert, each.row.reason, each.ended, 0});
            alerted_.emplace(whole.account_id, whole.region, whole.name, whole.created);
            const auto& name = label(each.row.alert, "alertname");
            if (name == "TrainingJobStuck") weigh_stuck(job, each);
            is_loop = is_loop || name == "TrainingJobSpotLoop";
        }
        if (is_loop) spot_.add(job, used_by(job));
        weigh_notice(found);
    }

    void weigh_notice(const std::vector<core::replayed_alert>& found) {
        std::optional<wall_time> warned;
        for (const auto& each : found) {
            const auto& alert = each.row.alert;
            const auto& name = label(alert, "alertname");
            if (name == "TrainingJobNearDeadline" && !warned) warned = alert.starts_at;
            if (name != "TrainingJobMaxRuntimeExceeded" || alert.starts_at < made_.since) continue;
            auto& notice = made_.notice;
            ++notice.cut_off;
            if (!warned) continue;
            const auto before = alert.starts_at - *warned;
            notice.least = notice.announced == 0 ? before : std::min(notice.least, before);
            ++notice.announced;
        }
    }

    void judge_expectations(const std::vector<past_completion>& completions) {
        for (const auto& [list, traits] : plan_.lists) {
            if (!traits.completed_within) continue;
            std::vector<wall_time> times;
            for (const auto& each : completions) {
                if (each.watch_list == list) times.push_back(each.at);
            }
            for (const auto& [at, job] : completions_) {
                if (job->watch_list == list) times.push_back(at);
            }
            std::sort(times.begin(), times.end());
            const auto choice = traits.alerts.find(domain::overdue_alert);
            const auto chosen =
                choice == traits.alerts.end() ? domain::alert_choice{} : choice->second;
            const auto configured = plan_.alert_labels(list);
            const auto found = core::replay_expectation(
                {list,
                 *traits.completed_within,
                 chosen,
                 configured,
                 times,
                 begin_of(list, times),
                 made_.until}
            );
            for (const auto& each : found)
                made_.alerts.push_back({each.row.alert, each.row.reason, each.ended, 0});
        }
    }

    // When somebody who began with its first job would have begun to watch the list.
    wall_time begin_of(const std::string& list, const std::vector<wall_time>& completions) const {
        std::optional<wall_time> first;
        if (!completions.empty()) first = completions.front();
        for (const auto* const job : jobs_) {
            if (job->watch_list != list) continue;
            first = std::min(first.value_or(job->whole.created), job->whole.created);
        }
        return std::max(made_.since, first.value_or(made_.since));
    }

    void weigh_stuck(const past_job& job, const core::replayed_alert& each) {
        const auto entered = parse_iso8601(annotation(each.row.alert, "phase_started_at"));
        const auto left = each.ended.value_or(job.until);
        stuck_.add(job, left - entered.value_or(each.row.alert.starts_at));
    }

    void count(const past_job& job) {
        const auto& whole = job.whole;
        auto& jobs = made_.jobs;
        ++jobs.replayed;
        const auto status = core::terminal_status(whole);
        const auto ending = status
            ? domain::ending_of(*status, whole.secondary, reasons_.classify(whole.failure_reason))
            : std::nullopt;
        if (!ending) {
            ++jobs.live;
            return;
        }
        switch (ending->outcome) {
            case domain::outcome::completed:
                ++jobs.completed;
                return;
            case domain::outcome::stopped:
                ++jobs.stopped;
                return;
            case domain::outcome::failed:
                ++jobs.failed;
                break;
            case domain::outcome::max_runtime_exceeded:
            case domain::outcome::max_wait_exceeded:
                ++jobs.cut_off;
                break;
        }
        lost_.add(job, used_by(job));
    }

    // As the daemon tells of those that failed for the same reason; oldest first.
    void tell_of_others() {
        core::same_reasons known;
        std::map<std::string, backtest_cause> causes;
        for (auto& each : made_.alerts) {
            auto& alert = each.alert;
            const auto fingerprint = annotation(alert, "failure_fingerprint");
            if (fingerprint.empty()) continue;
            auto& cause = causes[fingerprint];
            cause.reason = core::headline_of(annotation(alert, "failure_reason"));
            if (cause.jobs++ == 0) cause.first = alert.starts_at;
            cause.last = alert.starts_at;
            known.note(fingerprint, alert.starts_at);
            const auto others = known.others_than(fingerprint, alert.starts_at);
            if (!others) continue;
            each.others = others->count;
            core::tell_of_others(alert.annotations, *others);
        }
        for (auto& [fingerprint, cause] : causes) {
            if (cause.jobs > 1) made_.causes.push_back(std::move(cause));
        }
        std::stable_sort(
            made_.causes.begin(),
            made_.causes.end(),
            [](const auto& a, const auto& b) { return a.jobs > b.jobs; }
        );
    }

    // group_by of the routes (wire/alertmanager_config), each severity a route of its own.
    std::vector<std::string> group_of(const domain::alert& alert) const {
        std::vector<std::string> group;
        for (const auto* const name : {"severity", "alertname", "watch_list", "tuning_job"})
            group.push_back(label(alert, name));
        for (const auto& [list, traits] : plan_.lists) {
            for (const auto& [name, key] : traits.labels_from_tags)
                group.push_back(label(alert, name.c_str()));
        }
        return group;
    }

    // Oldest first. What comes within group_interval of a group's first is told with it.
    void count_notifications() {
        constexpr auto group_interval = std::chrono::minutes(5);
        std::map<std::vector<std::string>, wall_time> told_until;
        for (const auto& each : made_.alerts) {
            const auto at = each.alert.starts_at;
            const auto [group, is_new] = told_until.try_emplace(group_of(each.alert));
            if (!is_new && at <= group->second) continue;
            group->second = at + group_interval;
            ++made_.notifications;
        }
    }

    void count_rules() {
        std::map<std::pair<std::string, std::string>, std::size_t> counts;
        for (const auto& each : made_.alerts)
            ++counts[{label(each.alert, "alertname"), label(each.alert, "severity")}];
        for (const auto& [rule, alerts] : counts)
            made_.rules.push_back({rule.first, rule.second, alerts});
        std::stable_sort(made_.rules.begin(), made_.rules.end(), [](const auto& a, const auto& b) {
            const auto grave = rank_of(a.severity);
            const auto other = rank_of(b.severity);
            return grave != other ? grave < other : a.alerts > b.alerts;
        });
    }

    const domain::watch_plan& plan_;
    const core::failure_classifier reasons_;
    std::vector<const past_job*> jobs_{};
    std::multimap<wall_time, const past_job*> completions_{};
    std::multimap<wall_time, const past_job*>::const_iterator next_completion_{};
    core::siblings siblings_{};
    std::set<std::tuple<std::string, std::string, std::string, wall_time>> alerted_{};
    stakes_sum lost_;
    stakes_sum stuck_;
    stakes_sum spot_;
    backtest_report made_{};
};

}  // namespace

std::optional<double> backtest_report::a_week(std::size_t count) const {
    const auto weeks =
        std::chrono::duration<double, std::ratio<3600>>(until - since).count() / week_hours;
    if (weeks < 1) return std::nullopt;
    return static_cast<double>(count) / weeks;
}

backtest_report make_backtest_report(
    const std::vector<past_job>& jobs,
    const domain::watch_plan& plan,
    wall_time since,
    wall_time until,
    const std::vector<past_completion>* completions
) {
    return reporter(jobs, plan, since, until).make(completions);
}

}  // namespace trainwatch::app
