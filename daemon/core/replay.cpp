#include "core/replay.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "base/limits.hpp"
#include "core/derived.hpp"
#include "core/rules.hpp"
#include "core/rules_of_watcher.hpp"
#include "core/tracker.hpp"

namespace trainwatch::core {
namespace {

using domain::observation;
using domain::secondary_status;

constexpr milliseconds least(1);

// When AWS says that it ended, if it has.
std::optional<wall_time> end_of(const observation& whole) {
    if (!terminal_status(whole)) return std::nullopt;
    if (const auto ended = ended_at(whole)) return ended;
    if (whole.modified) return whole.modified;
    return whole.transitions.empty() ? whole.created : whole.transitions.back().started;
}

// A rule without a time is only known to be so now.
wall_time known_since(const domain::rule_evaluation& rule, const life& of) {
    return rule.modified.value_or(end_of(of.whole).value_or(of.until));
}

template <class Value>
void forget_if_later(std::optional<Value>& time, wall_time at) {
    if (time && *time > at) time.reset();
}

// Its entries, and the statuses that go with the last of them.
void cut_history(observation& then, wall_time at) {
    auto& entries = then.transitions;
    std::erase_if(entries, [at](const auto& entry) { return entry.started > at; });
    then.status = domain::parse_primary("InProgress");
    then.secondary = entries.empty() ? domain::parse_secondary("Starting") : entries.back().status;
    then.modified = then.created;
    for (auto& entry : entries) {
        forget_if_later(entry.ended, at);
        then.modified = std::max({then.modified, std::optional(entry.started), entry.ended});
        if (entry.status.value == secondary_status::stopping) {
            then.status = domain::parse_primary("Stopping");
        }
    }
}

void forget_what_comes_last(observation& then) {
    then.failure_reason.clear();
    then.training_time.reset();
    then.billable_time.reset();
    then.billable_tokens.reset();
    then.model_artifacts.clear();
    then.output_model_package.clear();
    then.final_metrics.clear();
    then.warm_pool.reset();
    then.progress.reset();
}

// As the engine has it after an answer.
struct moment {
    domain::job_view job{};
    std::vector<domain::transition> history{};
    std::vector<domain::finding> findings{};
};

class player {
public:
    player(const life& of, const replay_rules& by) : of_(of), by_(by), end_(end_of(of.whole)) {}

    std::vector<replayed_alert> play() {
        const auto changes = changes_of();
        for (std::size_t i = 0; i < changes.size(); ++i) {
            const auto from = changes[i];
            take_over(from, holding(from));
            if (end_ && from == *end_) note_end(from);
            const bool is_last = i + 1 == changes.size();
            // After the end only what AWS says changes anything.
            if (is_last && end_) break;
            follow(from, is_last ? of_.until : changes[i + 1] - least);
        }
        let_go();
        std::stable_sort(found_.begin(), found_.end(), [](const auto& a, const auto& b) {
            return a.row.alert.starts_at < b.row.alert.starts_at;
        });
        return std::move(found_);
    }

private:
    using verdicts = std::map<std::string, domain::alert_row>;

    // When AWS has reported anything, oldest first, each time once.
    std::vector<wall_time> changes_of() const {
        const auto& whole = of_.whole;
        std::vector<wall_time> times{whole.created};
        for (const auto& entry : whole.transitions) {
            times.push_back(entry.started);
            if (entry.ended) times.push_back(*entry.ended);
        }
        if (whole.training_started) times.push_back(*whole.training_started);
        for (const auto& rule : whole.rules)
            times.push_back(known_since(rule, of_));
        if (end_) times.push_back(*end_);
        std::erase_if(times, [&](wall_time at) { return at < whole.created || at > of_.until; });
        std::sort(times.begin(), times.end());
        times.erase(std::unique(times.begin(), times.end()), times.end());
        // Of a job with more changes than any has, the first ones and the end.
        if (times.size() > limits::replay_changes_max) {
            times.erase(
                times.begin() + static_cast<std::ptrdiff_t>(limits::replay_changes_max) - 1,
                times.end() - 1
            );
        }
        return times;
    }

    std::optional<moment> look(wall_time at) const {
        const auto then = as_of(of_, at);
        if (!then) return std::nullopt;
        moment seen;
        seen.job.target = of_.target;
        job_memory memory;
        // Once more after the patience of the tracker: an end that AWS does not explain stands.
        for (const auto waited : {milliseconds(0), limits::settle_patience}) {
            if (waited > milliseconds(0) && (seen.job.ending || !terminal_status(*then))) break;
            const sighting how{{mono_time(waited), at}, wall_time::min(), by_.reasons};
            for (auto& found : observe(seen.job, memory, *then, how).findings)
                seen.findings.push_back(std::move(found));
        }
        seen.history = history_of(seen.job, memory);
        seen.job.derived = derive_facts(seen.job, seen.history, by_.wishes.prices, at);
        return seen;
    }

    // By key.
    verdicts holding(wall_time at) const {
        verdicts found;
        const auto seen = look(at);
        if (!seen) return found;
        if (end_ && at >= *end_ && (!seen->job.ending || at >= hold_over())) return found;
        const job_facts facts{seen->job, seen->history, at, by_.longest_sibling};
        for (auto& each : conditions_of(facts, by_.wishes)) {
            each.alert.alert.labels.insert(by_.configured.begin(), by_.configured.end());
            each.alert.alert.starts_at = at;
            found.emplace(std::move(each.key), std::move(each.alert));
        }
        return found;
    }

    wall_time hold_over() const { return *end_ + limits::terminal_hold; }

    // What holds fires, what holds no more ends.
    void take_over(wall_time at, verdicts now) {
        for (auto each = firing_.begin(); each != firing_.end();) {
            if (now.count(each->first) > 0) {
                ++each;
                continue;
            }
            found_[each->second].ended = at;
            each = firing_.erase(each);
        }
        for (auto& [key, row] : now) {
            if (!firing_.emplace(key, found_.size()).second) continue;
            found_.push_back({std::move(row), {}});
        }
    }

    // Nothing is reported between the two: what differs has changed once.
    void follow(wall_time from, wall_time until) {
        while (from < until) {
            if (has_the_same(holding(until))) return;
            // The first moment at which not all is as it is at `from`.
            auto same = from;
            auto other = until;
            while (other - same > least) {
                const auto middle = same + (other - same) / 2;
                (has_the_same(holding(middle)) ? same : other) = middle;
            }
            take_over(other, holding(other));
            from = other;
        }
    }

    bool has_the_same(const verdicts& now) const {
        return std::equal(
            now.begin(),
            now.end(),
            firing_.begin(),
            firing_.end(),
            [](const auto& a, const auto& b) { return a.first == b.first; }
        );
    }

    void note_end(wall_time at) {
        const auto seen = look(at);
        if (!seen) return;
        for (auto& row :
             alerts_for(seen->job, seen->findings, at, by_.configured, by_.wishes.alerts)) {
            std::optional<wall_time> over;
            if (hold_over() <= of_.until) over = hold_over();
            found_.push_back({std::move(row), over});
        }
    }

    // What a rule found stays for a while after the end, as the end itself does.
    void let_go() {
        if (!end_ || hold_over() > of_.until) return;
        for (const auto& [key, number] : firing_)
            found_[number].ended = hold_over();
    }

    const life& of_;
    const replay_rules& by_;
    const std::optional<wall_time> end_;
    std::vector<replayed_alert> found_{};
    std::map<std::string, std::size_t> firing_{};  // by key, in `found_`
};

}  // namespace

std::optional<observation> as_of(const life& of, wall_time at) {
    if (at < of.whole.created) return std::nullopt;
    observation then = of.whole;
    std::erase_if(then.rules, [&](const auto& rule) { return known_since(rule, of) > at; });
    const auto end = end_of(of.whole);
    if (at >= end.value_or(of.until)) return then;
    cut_history(then, at);
    forget_what_comes_last(then);
    forget_if_later(then.training_started, at);
    forget_if_later(then.training_ended, at);
    return then;
}

std::vector<replayed_alert> replay(const life& of, const replay_rules& by) {
    return player(of, by).play();
}

std::vector<replayed_alert> replay_expectation(const expectation& of) {
    std::vector<replayed_alert> found;
    std::optional<wall_time> last;
    const auto judge = [&](std::optional<wall_time> next) {
        const auto due = std::max(of.since, last.value_or(of.since)) + of.within;
        if (due > next.value_or(of.until)) return;
        auto row = training_job_overdue(
            {of.watch_list, of.within, last, of.since, of.choice.severity}, due, of.configured
        );
        if (!of.choice.runbook_url.empty()) {
            row.alert.annotations["runbook_url"] = of.choice.runbook_url;
        }
        found.push_back({std::move(row), next});
    };
    for (const auto at : of.completions) {
        if (at > of.until) break;
        judge(at);
        last = at;
    }
    judge(std::nullopt);
    return found;
}

bool may_have_alerted(const domain::job_summary& job, const domain::job_limits& limits) {
    if (job.status.value != domain::primary_status::completed || !job.ended) return true;
    auto enough = limits::backtest_short_life;
    for (const auto& [status, limit] : limits.phases) {
        if (limit > milliseconds(0)) enough = std::min(enough, limit);
    }
    return *job.ended - job.created >= enough;
}

}  // namespace trainwatch::core
