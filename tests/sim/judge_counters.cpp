// What is owed to each job in the end, and whether the counters add up to it.
#include <algorithm>

#include "base/limits.hpp"
#include "judge.hpp"

namespace trainwatch::sim {
namespace {

constexpr milliseconds clocks_slack = std::chrono::minutes(1);

std::string key_of(const domain::ending& end) {
    return std::string(to_string(end.outcome)) + "/" + std::string(to_string(end.failure_class));
}

}  // namespace

// Whether some list gave its name in each configuration.
bool judge::was_always_named(const true_job& job) const {
    const auto names = [&](const domain::watch_list_settings& list) {
        return std::find(list.jobs.begin(), list.jobs.end(), job.truth.name) != list.jobs.end();
    };
    const auto& all = scene_.lists.history();
    return std::all_of(all.begin(), all.end(), [&](const watch_period& period) {
        const auto& lists = period.config.watch_lists;
        return std::any_of(lists.begin(), lists.end(), names);
    });
}

// What is owed to the job. Its past before the first start is shown and not alerted, beyond
// `lookback`; how far that reaches depends on a clock that nobody may have corrected yet.
judge::job_truth judge::truth_of(std::size_t index) const {
    const auto& job = scene_.jobs.jobs()[index];
    const auto& truth = job.truth;
    job_truth owed;
    owed.job = index;
    const auto& clock = scene_.drawn.clock;
    const bool clock_is_good = clock.skew.count() == 0 && clock.steps == 0 && clock.drift == 0;
    const auto lookback = plan_.global.lookback;
    const auto sure_from = clock_is_good ? *began_ - lookback + clocks_slack : *began_;
    // One whose end AWS took back when we first looked has ended before our eyes.
    const bool may_look_alive = scene_.drawn.aws.taken_back > 0 || scene_.drawn.aws.unheard_of > 0;
    const auto never_before = may_look_alive ? wall_time{} : *began_ - std::chrono::hours(48);
    const auto times = scene_.lists.times_owned(job);
    owed.counts_exactly = scene_.lists.was_always_owned(job) && times == 1 && !job.forgotten_early;
    // Of a job that lists can find by its tags alone nobody knows while those may not be read.
    if (may_lack_tags(job.place) && !was_always_named(job)) owed.counts_exactly = false;
    // What an earlier run could not keep is found again, but for transitions that ended before the
    // last complete sweep.
    const auto& disk = scene_.drawn.disk;
    const bool may_forget = (disk.fails > 0 || disk.hangs > 0 || disk.full ||
                             disk.latency_max >= limits::commit_deadline) &&
        scene_.lists.history().size() > 1;
    // Of a job that nobody could describe before a restart, a describe tells afterwards of phases
    // that were over when that run began.
    const bool was_restarted = clocks::true_wall(run_began_) > *began_;
    const bool may_be_told_late = scene_.drawn.aws.describe_denials > 0 && was_restarted;
    // What a lost ledger knew is found again where AWS still knows it, as far back as anybody can
    // have been paged, and counted anew.
    const auto found_from = found_from_ + clocks_slack;
    const bool was_lost = scene_.ledger.was_damaged();
    const bool is_found_again = !was_lost || (!job.deleted && truth.ended() >= found_from);
    // A sweep that was dated by a clock that is ahead, and that nobody has put right.
    const bool may_be_past =
        !clock_is_good && std::any_of(undated_.begin(), undated_.end(), [&](const auto& run) {
            return run.first <= truth.ended() && truth.ended() <= run.second;
        });
    owed.counts_exactly &= !may_be_past;
    const bool alert_is_sure = owed.counts_exactly && truth.ended() >= sure_from && is_found_again;
    owed.counts_exactly &= !was_lost;
    owed.end_is_sure = owed.counts_exactly && truth.ended() >= sure_from;
    for (std::size_t i = 0; i < truth.phases.size(); ++i) {
        const bool last = i + 1 == truth.phases.size();
        const auto until = last ? truth.phases[i].started : truth.phases[i + 1].started;
        if (until < never_before) continue;
        owed.steps_most += times;
        if (until >= sure_from && owed.counts_exactly && !may_forget && !may_be_told_late)
            ++owed.steps_least;
    }
    if (truth.alertname().empty() || times == 0 || truth.ended() < never_before) return owed;
    // Why a job was stopped is told by its second status; where nobody knows that one, pages that
    // tell of no change bring no other look within a day.
    const bool may_be_unexplained =
        scene_.drawn.aws.unheard_of > 0 && truth.alertname() != "TrainingJobFailed";
    const bool must = alert_is_sure && !may_be_unexplained;
    owed.alert = must ? duty::must : duty::may;
    return owed;
}

// Which of the true transitions no row counts, for whoever looks into it.
std::string judge::uncounted(mono_time now) const {
    std::string text;
    for (std::size_t i = 0; i < scene_.jobs.jobs().size(); ++i) {
        const auto& truth = scene_.jobs.jobs()[i].truth;
        if (truth_of(i).steps_least == 0) continue;
        const domain::job_identity id{truth.account_id, truth.region, truth.name, truth.created};
        const auto shown = shown_at(truth, std::max(clocks::true_wall(now), truth.created));
        for (const auto& entry : shown->transitions) {
            const auto& status = entry.status.text;
            if (scene_.ledger.durable().has_counted(id, status, entry.started)) continue;
            text += "; not counted: " + truth.name + " " + truth.region + " " + status + " " +
                iso8601(entry.started);
        }
    }
    return text;
}

// transitions_total equals the truth, where nothing was lost by design.
void judge::check_transitions(const domain::view& shown, mono_time now) {
    std::uint64_t least = 0;
    std::uint64_t most = 0;
    for (std::size_t i = 0; i < scene_.jobs.jobs().size(); ++i) {
        const auto owed = truth_of(i);
        const auto gone = missing_steps_.find(i);
        const auto missing = gone == missing_steps_.end() ? 0 : gone->second;
        least += owed.steps_least - std::min(missing, owed.steps_least);
        most += owed.steps_most;
    }
    std::uint64_t counted = 0;
    std::map<std::string, std::uint64_t> by_status;
    for (const auto& [key, count] : shown.fleet.transitions) {
        counted += count;
        if (count > 0) by_status[std::get<1>(key)] += count;
    }
    std::string details;
    for (const auto& [status, count] : by_status)
        details += " " + status + " " + std::to_string(count);
    details += uncounted(now);
    // What AWS once called a transition stays one.
    const bool is_invented = scene_.drawn.aws.rewritten > 0;
    if (counted >= least && (counted <= most || is_invented)) return;
    violated(
        "transitions: " + std::to_string(counted) + " of " + std::to_string(least) + " to " +
            std::to_string(most) + ":" + details,
        now
    );
}

// finished_total equals the truth, likewise; an end that nobody explained in time has no class.
void judge::check_finished(const domain::view& shown, mono_time now) {
    fleet_count least;
    fleet_count most;
    std::int64_t all_least = 0;
    std::int64_t all_most = 0;
    for (std::size_t i = 0; i < scene_.jobs.jobs().size(); ++i) {
        const auto owed = truth_of(i);
        if (owed.steps_most == 0) continue;
        const auto key = key_of(scene_.jobs.jobs()[i].truth.true_ending());
        const auto times =
            static_cast<std::int64_t>(scene_.lists.times_owned(scene_.jobs.jobs()[i]));
        most[key] += times;
        all_most += times;
        least[key] += owed.end_is_sure ? 1 : 0;
        all_least += owed.end_is_sure ? 1 : 0;
    }
    std::int64_t all = 0;
    fleet_count counted;
    for (const auto& [key, count] : shown.fleet.finished) {
        counted[key_of({std::get<1>(key), std::get<2>(key)})] += static_cast<std::int64_t>(count);
        all += static_cast<std::int64_t>(count);
    }
    if (all < all_least || all > all_most) {
        violated(
            "finished: " + std::to_string(all) + " of " + std::to_string(all_least) + " to " +
                std::to_string(all_most),
            now
        );
    }
    for (const auto& [key, count] : counted) {
        if (count > most[key] && !key.ends_with("/unknown")) {
            violated("finished " + key + ": " + std::to_string(count), now);
        }
    }
}

}  // namespace trainwatch::sim
