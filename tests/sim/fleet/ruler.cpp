#include "ruler.hpp"

#include <algorithm>
#include <cmath>
#include <regex>

namespace trainwatch::sim {

double lags::percentile(double share) const {
    if (told_.empty()) return 0;
    const auto rank = std::ceil(share * static_cast<double>(told_.size()));
    const auto at = static_cast<std::ptrdiff_t>(std::max(rank, 1.0)) - 1;
    std::nth_element(told_.begin(), told_.begin() + at, told_.end());
    return static_cast<double>(told_[static_cast<std::size_t>(at)]);
}

void measured_lags::add_all(const measured_lags& other) {
    all.add_all(other.all);
    terminal.add_all(other.terminal);
    deadline.add_all(other.deadline);
    detail.add_all(other.detail);
    terminal_detail.add_all(other.terminal_detail);
    terminal_detail_after.add_all(other.terminal_detail_after);
    hidden.add_all(other.hidden);
    oldest.add_all(other.oldest);
    oldest_tight.add_all(other.oldest_tight);
    special_terminal.add_all(other.special_terminal);
}

bool is_alarming(fate end) {
    return end == fate::failed || end == fate::never_started || end == fate::timed_out;
}

ruler::ruler(const workload& fleet, const ruler_settings& chosen)
    : fleet_(fleet)
    , chosen_(chosen)
    , jobs_(fleet.jobs().size())
    , tight_(fleet.jobs().size(), false) {
    if (chosen.tight_names.empty()) return;
    const std::regex names(chosen.tight_names);
    for (std::size_t job = 0; job < tight_.size(); ++job)
        tight_[job] = std::regex_match(workload::name(job), names);
}

void ruler::holds(std::size_t job, const progress& shown, wall_time now) {
    auto& state = jobs_[job];
    if (shown.phase <= state.held.phase && shown.primary <= state.held.primary) return;
    int phase = -1;
    int primary = -1;
    auto before = domain::primary_status::unknown;
    for (const auto& one : fleet_.changes(job)) {
        bool news = false;
        if (one.primary != domain::primary_status::unknown && one.primary != before) {
            before = one.primary;
            ++primary;
            news = primary > state.held.primary && primary <= shown.primary &&
                one.what == change::kind::primary;
        }
        if (one.what == change::kind::phase) {
            ++phase;
            news = phase > state.held.phase && phase <= shown.phase;
            if (news && one.at == fleet_.jobs()[job].ended) end_held(job, one.at, now);
        }
        if (news && counts(one.at)) lag_.all.add(now - one.at);
    }
    state.held.phase = std::max(state.held.phase, shown.phase);
    state.held.primary = std::max(state.held.primary, shown.primary);
}

void ruler::end_held(std::size_t job, wall_time ended, wall_time now) {
    const auto end = fleet_.jobs()[job].end;
    if (!is_alarming(end)) return;
    jobs_[job].end_held = now;
    if (chosen_.special_from && *chosen_.special_from <= ended && ended < chosen_.special_to) {
        lag_.special_terminal.add(now - ended);
    }
    if (!counts(ended)) return;
    lag_.terminal.add(now - ended);
    // AWS enforces a limit half a minute late at the least: known by then, it could be waited for.
    const auto& since = jobs_[job].limit_known;
    const bool could_wait = since && *since + seconds(30) < ended;
    if (end == fate::timed_out && could_wait) lag_.deadline.add(now - ended);
}

void ruler::details(
    std::size_t job, std::size_t transitions, std::size_t verdicts, bool explained, wall_time now
) {
    auto& state = jobs_[job];
    const int held = static_cast<int>(transitions) - 1;
    const int seen = static_cast<int>(verdicts);
    const bool ends = explained && !state.explained;
    if (held <= state.detailed && seen <= state.verdicts && !ends) return;
    int phase = -1;
    int verdict = 0;
    for (const auto& one : fleet_.changes(job)) {
        if (one.what == change::kind::hidden) {
            ++verdict;
            if (verdict > state.verdicts && verdict <= seen && counts(one.at)) {
                lag_.hidden.add(now - one.at);
            }
        }
        if (one.what != change::kind::phase) continue;
        ++phase;
        const bool trains = one.phase == domain::secondary_status::training && phase <= held;
        if (trains && !state.limit_known) state.limit_known = now;
        if (phase > state.detailed && phase <= held && counts(one.at)) {
            lag_.detail.add(now - one.at);
        }
        if (!ends || one.at != fleet_.jobs()[job].ended || phase > held) continue;
        state.explained = true;
        if (!is_alarming(fleet_.jobs()[job].end) || !counts(one.at)) continue;
        lag_.terminal_detail.add(now - one.at);
        if (state.end_held) lag_.terminal_detail_after.add(now - *state.end_held);
    }
    state.detailed = std::max(state.detailed, held);
    state.verdicts = std::max(state.verdicts, seen);
}

void ruler::unseen(std::size_t job, wall_time until) {
    const auto& truth = fleet_.jobs()[job];
    auto& state = jobs_[job];
    const auto since = std::max(state.sampled.value_or(truth.created), chosen_.from);
    const auto end = std::min({until, truth.ended, chosen_.to});
    // What nobody has found yet breaks no promise about how old the picture is.
    if (tight_[job] && !state.sampled) return;
    if (end > since) state.longest = std::max(state.longest, end - since);
}

void ruler::observed(std::size_t job, wall_time sampled) {
    auto& state = jobs_[job];
    if (state.sampled && *state.sampled >= sampled) return;
    unseen(job, sampled);
    state.sampled = sampled;
}

void ruler::finish(wall_time now) {
    for (std::size_t job = 0; job < jobs_.size(); ++job) {
        unseen(job, now);
        if (jobs_[job].longest < milliseconds(0)) continue;
        (tight_[job] ? lag_.oldest_tight : lag_.oldest).add(jobs_[job].longest);
    }
}

std::size_t ruler::found() const {
    return static_cast<std::size_t>(std::count_if(jobs_.begin(), jobs_.end(), [](const known& one) {
        return one.held.phase >= 0;
    }));
}

std::vector<std::string> ruler::losses(wall_time settled) const {
    std::vector<std::string> told;
    for (std::size_t job = 0; job < jobs_.size(); ++job) {
        const auto& truth = fleet_.jobs()[job];
        if (truth.created >= settled || truth.ended < fleet_.began()) continue;
        const auto due = fleet_.truth(job, settled);
        const auto& held = jobs_[job].held;
        if (held.phase < 0) {
            told.push_back(workload::name(job) + " was never found");
        } else if (held.phase < due.phase || held.primary < due.primary) {
            told.push_back(
                workload::name(job) + ": the view holds change " + std::to_string(held.phase) +
                " of " + std::to_string(due.phase)
            );
        }
    }
    return told;
}

}  // namespace trainwatch::sim
