#include "core/tracker.hpp"

#include <algorithm>
#include <set>

#include "base/limits.hpp"
#include "core/deadlines.hpp"
#include "core/history.hpp"

namespace trainwatch::core {
namespace {

using domain::finding;
using domain::job_view;
using domain::observation;
using domain::primary_status;
using domain::secondary_status;
using domain::seen_as;

template <class Answer>
bool same_place(const observation& a, const Answer& b) {
    return a.account_id == b.account_id && a.region == b.region;
}

bool is_running(const domain::open_primary& status) {
    return status.value == primary_status::in_progress || status.value == primary_status::stopping;
}

void forget(job_view& job, job_memory& memory) {
    memory = {};
    job.last.reset();
    job.summarised = false;
    job.ending.reset();
    job.ended.reset();
    job.contradicted_by.reset();
    job.interruptions = 0;
    job.derived = {};
}

// What the answer holds that this release does not know, once a value and job. `findings` may be
// null: what an earlier run knew has been told.
void report_unknown(const observation& answer, job_memory& memory, std::vector<finding>* findings) {
    auto& told = memory.unknown;
    for (const auto& found : answer.unknown) {
        if (std::find(told.begin(), told.end(), found) != told.end()) continue;
        // A job that shows something else each time must not grow for ever.
        if (told.size() >= limits::unknown_values_max) return;
        told.push_back(found);
        if (findings) findings->push_back(domain::unknown_value_seen{found.member, found.value});
    }
}

// AWS has said all: the secondary status names an end, or a failure has its reason.
bool is_settled(const observation& job) {
    return is_terminal_entry(job.secondary.value) ||
        (job.status.value == primary_status::failed && !job.failure_reason.empty());
}

// Why it ended: its secondary status, or the newest entry of its history where only that one has
// followed.
domain::open_secondary cause_of(const observation& job) {
    if (is_terminal_entry(job.secondary.value)) return job.secondary;
    const auto& entries = job.transitions;
    const auto newest =
        std::max_element(entries.rbegin(), entries.rend(), [](const auto& a, const auto& b) {
            return a.started < b.started;
        });
    const bool tells = newest != entries.rend() && is_terminal_entry(newest->status.value);
    return tells ? newest->status : job.secondary;
}

bool is_explained(const observation& job) {
    return is_settled(job) || is_terminal_entry(cause_of(job).value);
}

// Whether the end is established now; starts the patience when it is not.
bool end_is_established(const observation& job, job_memory& memory, instant now) {
    if (!terminal_status(job)) {
        memory.unsettled_since.reset();
        return false;
    }
    // A completion needs no explanation.
    if (is_explained(job) || job.status.value == primary_status::completed) return true;
    // What AWS has left as it is for so long will not be explained any more.
    const auto touched = std::max(job.modified, job.training_ended);
    if (touched && now.wall - *touched >= limits::settle_patience) return true;
    if (!memory.unsettled_since) memory.unsettled_since = now.mono;
    return now.mono - *memory.unsettled_since >= limits::settle_patience;
}

seen_as classify_end(
    const observation& job,
    const job_memory& memory,
    const std::optional<wall_time>& ended,
    const sighting& seen
) {
    if (seen.is_end_told) return seen_as::old;
    if (!memory.already_ended) return seen_as::live;
    // AWS gave no time of the end: the last change, else now. Better one alert too many.
    const wall_time at = ended.value_or(job.modified.value_or(seen.now.wall));
    return at < seen.horizon ? seen_as::old : seen_as::history;
}

bool has_no_cause(const job_view& job) {
    return job.ending == domain::ending{domain::outcome::stopped, domain::failure_class::unknown};
}

// Whether an end that was established without a cause has one now. AWS' answer to "why" stands.
bool end_is_corrected(const job_view& job) {
    return has_no_cause(job) && terminal_status(*job.last) && is_explained(*job.last);
}

void establish_end(
    job_view& job, job_memory& memory, const sighting& seen, std::vector<finding>& findings
) {
    const auto& last = *job.last;
    const bool corrected = job.ending.has_value();
    const auto of_reason = seen.reasons.classify(last.failure_reason);
    job.ending = domain::ending_of(*terminal_status(last), cause_of(last), of_reason);
    job.ended = ended_at(last);
    const auto how = classify_end(last, memory, job.ended, seen);
    memory.counted = how != seen_as::old;
    memory.counted_before = seen.is_end_told;
    memory.unsettled_since.reset();
    findings.push_back(domain::job_ended{*job.ending, job.ended, how, corrected});
}

// All that follows from `last` and the memory.
void derive(job_view& job, const job_memory& memory) {
    const auto& last = *job.last;
    // Entries that AWS has dropped still happened, and those told twice happened once.
    std::set<wall_time> interruptions;
    const auto note_interruption = [&](const domain::transition& entry) {
        if (entry.status.value == secondary_status::interrupted)
            interruptions.insert(entry.started);
    };
    for (const auto& entry : last.transitions)
        note_interruption(entry);
    for (const auto& gone : memory.retired)
        note_interruption(gone.entry);
    job.interruptions = interruptions.size();
    job.last_transition.reset();
    for (const auto& entry : last.transitions) {
        job.last_transition = std::max(job.last_transition, std::optional(entry.started));
    }
    const bool over = job.ending || terminal_status(last);
    job.deadlines = over ? std::vector<domain::deadline>{} : deadlines_of(last);
}

// What an answer means for the name: an echo of an older job, a newer job, or the job we know.
enum class relation { first, same, newer, older };

template <class Answer>
relation relate(const job_view& job, const Answer& answer) {
    if (!job.last) return relation::first;
    if (!same_place(*job.last, answer)) return relation::newer;
    if (answer.created == job.last->created) return relation::same;
    return answer.created < job.last->created ? relation::older : relation::newer;
}

// An ended job called running: the end stands.
tracked contradict(job_view& job, job_memory& memory, const observation& answer) {
    tracked result;
    result.changed = job.contradicted_by != answer.status;
    job.contradicted_by = answer.status;
    if (!memory.contradicted) {
        result.findings.push_back(domain::inconsistent{job.last->status, answer.status});
        memory.contradicted = true;
    }
    return result;
}

// A list page may have told of a later change than the describe that comes after it: of two servers
// the one that knows more is right about the statuses. No page calls a job back that has ended.
void prefer_newer_pages(observation& answer, const job_view& job, const job_memory& memory) {
    const auto& told = memory.told;
    if (!told || (job.ending && is_running(told->status))) return;
    // Both say that it has ended, and only the page says why.
    const bool ended = terminal_status(answer) && domain::is_terminal(told->status.value);
    if (ended && !is_terminal_entry(answer.secondary.value) &&
        is_terminal_entry(told->secondary.value)) {
        answer.secondary = told->secondary;
    }
    if (!told->modified || !answer.modified || *told->modified <= *answer.modified) return;
    answer.status = told->status;
    if (!told->secondary.text.empty()) answer.secondary = told->secondary;
    answer.modified = told->modified;
}

// Makes the answer the last one; what it omits of the known history stays. True if that changes
// what was known.
bool take_in(
    job_view& job,
    job_memory& memory,
    observation answer,
    const sighting& seen,
    std::vector<finding>& findings
) {
    const bool first_detail = !job.last || job.summarised;
    const std::vector<domain::transition> nothing;
    follow_history(
        first_detail ? nothing : job.last->transitions,
        answer.transitions,
        memory,
        seen,
        first_detail,
        findings
    );
    prefer_newer_pages(answer, job, memory);
    if (job.last && job.last->status != answer.status) {
        findings.push_back(domain::status_changed{job.last->status, answer.status});
    }
    report_unknown(answer, memory, &findings);
    const bool changed = first_detail || *job.last != answer;
    job.last = std::move(answer);
    job.summarised = false;
    return changed;
}

// What a page tells of a job, as an observation that lacks the rest.
observation from_summary(const domain::job_summary& told) {
    observation made;
    made.name = told.name;
    made.arn = told.arn;
    made.account_id = told.account_id;
    made.region = told.region;
    made.partition = told.partition;
    made.created = told.created;
    made.status = told.status;
    made.secondary = told.secondary;
    made.modified = told.modified;
    made.training_ended = told.ended;
    return made;
}

// True if that changes what was known.
bool take_in_statuses(
    observation& last, const domain::job_summary& told, std::vector<finding>& findings
) {
    bool changed = false;
    const auto take = [&](auto& known, const auto& said) {
        if (known == said) return;
        known = said;
        changed = true;
    };
    if (last.status != told.status) {
        findings.push_back(domain::status_changed{last.status, told.status});
        take(last.status, told.status);
    }
    if (!told.secondary.text.empty()) take(last.secondary, told.secondary);
    if (told.modified) take(last.modified, told.modified);
    if (told.ended) take(last.training_ended, told.ended);
    return changed;
}

// AWS takes back that it had ended when we came: the end that it tells one day is news, whatever
// horizon a restart has by then.
void heed_taken_back_end(const job_view& job, job_memory& memory) {
    if (!job.ending && !terminal_status(*job.last)) memory.already_ended = false;
}

void remember(const domain::job_summary& told, job_memory& memory, wall_time heard) {
    const bool same = memory.told && memory.told->secondary == told.secondary;
    memory.told =
        told_status{told.status, told.secondary, told.modified, same ? memory.told->heard : heard};
}

}  // namespace

domain::job_identity identity_of(const observation& job) {
    return {job.account_id, job.region, job.name, job.created};
}

domain::job_identity identity_of(const domain::job_summary& job) {
    return {job.account_id, job.region, job.name, job.created};
}

std::optional<domain::open_primary> terminal_status(const observation& job) {
    if (domain::is_terminal(job.status.value)) return job.status;
    if (job.status.value != primary_status::deleting) return std::nullopt;
    switch (job.secondary.value) {
        case secondary_status::completed:
            return domain::parse_primary("Completed");
        case secondary_status::failed:
            return domain::parse_primary("Failed");
        case secondary_status::stopped:
        case secondary_status::max_runtime_exceeded:
        case secondary_status::max_wait_time_exceeded:
            return domain::parse_primary("Stopped");
        default:
            return std::nullopt;
    }
}

bool is_settling(const observation& job) {
    const bool ended = terminal_status(job).has_value();
    return ended ? !is_settled(job) : is_terminal_entry(job.secondary.value);
}

std::optional<wall_time> ended_at(const observation& job) {
    const auto& entries = job.transitions;
    const auto last = std::find_if(entries.rbegin(), entries.rend(), [](const auto& entry) {
        return is_terminal_entry(entry.status.value);
    });
    if (last == entries.rend()) return job.training_ended;
    return last->ended.value_or(last->started);
}

tracked observe(
    job_view& job, job_memory& memory, const observation& answer, const sighting& seen
) {
    tracked result;
    const auto related = relate(job, answer);
    if (related == relation::older) {
        result.findings.push_back(domain::stale_answer{identity_of(answer)});
        return result;
    }
    job.last_observed = seen.now.wall;
    if (related == relation::newer) {
        result.findings.push_back(domain::name_reused{identity_of(*job.last)});
        forget(job, memory);
    }
    const bool first_sight = related != relation::same;
    if (job.missing && !first_sight) result.findings.push_back(domain::reappeared{});
    result.changed = std::exchange(job.missing, false);
    if (!first_sight && job.ending && is_running(answer.status)) {
        auto contradicted = contradict(job, memory, answer);
        result.changed |= contradicted.changed;
        for (auto& found : contradicted.findings)
            result.findings.push_back(std::move(found));
        return result;
    }
    result.changed |= std::exchange(job.contradicted_by, std::nullopt).has_value();

    if (first_sight) {
        memory.first_observed = seen.now.wall;
        memory.first_horizon = seen.horizon;
        memory.already_ended = terminal_status(answer).has_value();
        result.findings.push_back(domain::job_appeared{memory.already_ended});
    }
    // Most answers say what the last one said: those are not copied.
    const bool told_more = first_sight || job.summarised || *job.last != answer;
    if (told_more) {
        result.changed |= take_in(job, memory, answer, seen, result.findings);
        heed_taken_back_end(job, memory);
    }
    // An end that only pages told is not explained by a describe that shows the job before it.
    const bool explains = terminal_status(answer).has_value();
    // Why it failed only a describe can tell, whatever a page has told of the status by then.
    const bool lacks_reason =
        answer.status.value == primary_status::failed && !is_explained(answer);
    const auto& telling = lacks_reason ? answer : *job.last;
    const bool ends = job.ending ? end_is_corrected(job)
                                 : end_is_established(telling, memory, seen.now) && explains;
    if (ends) {
        establish_end(job, memory, seen, result.findings);
        result.changed = true;
    }
    if (job.ending && !job.ended) job.ended = ended_at(*job.last);
    if (told_more || ends) derive(job, memory);
    return result;
}

tracked observe_summary(
    job_view& job, job_memory& memory, const domain::job_summary& told, const sighting& seen
) {
    tracked result;
    const auto related = relate(job, told);
    if (related == relation::older) return result;
    if (related == relation::newer) {
        result.findings.push_back(domain::name_reused{identity_of(*job.last)});
        forget(job, memory);
    }
    const bool first_sight = related != relation::same;
    if (!first_sight && job.last->modified && told.modified &&
        *told.modified < *job.last->modified) {
        return result;
    }
    job.last_observed = seen.now.wall;
    if (job.missing && !first_sight) result.findings.push_back(domain::reappeared{});
    result.changed = std::exchange(job.missing, false);
    if (first_sight) {
        job.last = from_summary(told);
        job.summarised = true;
        memory.first_observed = seen.now.wall;
        memory.first_horizon = seen.horizon;
        memory.already_ended = terminal_status(*job.last).has_value();
        result.findings.push_back(domain::job_appeared{memory.already_ended});
        result.changed = true;
    } else if (!job.ending) {
        result.changed |= take_in_statuses(*job.last, told, result.findings);
        heed_taken_back_end(job, memory);
    }
    remember(told, memory, seen.now.wall);
    const bool is_past = first_sight && memory.already_ended &&
        classify_end(*job.last, memory, ended_at(*job.last), seen) == seen_as::old;
    if (is_past) establish_end(job, memory, seen, result.findings);
    if (result.changed) derive(job, memory);
    return result;
}

tracked end_unexplained(job_view& job, job_memory& memory, const sighting& seen) {
    tracked result;
    if (!job.last || job.ending || !terminal_status(*job.last)) return result;
    establish_end(job, memory, seen, result.findings);
    derive(job, memory);
    result.changed = true;
    return result;
}

bool may_be_explained(const job_view& job) {
    return has_no_cause(job) && job.contradicted_by;
}

bool mark_missing(job_view& job) {
    if (job.missing) return false;
    job.missing = true;
    return true;
}

void restore(
    job_view& job,
    job_memory& memory,
    const domain::job_row& row,
    const std::vector<domain::transition_row>& seen
) {
    memory = {};
    memory.first_observed = row.first_observed;
    memory.already_ended = row.already_ended;
    // What a page told of a job that had ended before somebody looked again, and no describe since.
    memory.counted_before = row.counted && row.summarised && row.already_ended;
    memory.counted = row.counted && !memory.counted_before;
    memory.billed = row.counted && row.last.billable_time.has_value();
    for (const auto& kept : seen) {
        memory.retired.push_back({kept.entry, {kept.index, kept.observed, kept.counted}});
    }
    const auto& list = row.last.transitions;
    for (std::size_t i = 0; i < list.size(); ++i) {
        auto& retired = memory.retired;
        const auto at = std::find_if(retired.begin(), retired.end(), [&](const auto& candidate) {
            return candidate.entry.started == list[i].started &&
                candidate.entry.status.text == list[i].status.text;
        });
        if (at == retired.end()) {
            memory.entries.push_back({i, row.last_observed, false});
            continue;
        }
        memory.entries.push_back(at->memory);
        retired.erase(at);
    }
    job.last = row.last;
    job.summarised = row.summarised;
    job.missing = row.missing;
    job.last_observed = row.last_observed;
    job.contradicted_by.reset();
    job.ending = row.ending;
    job.ended = row.ended;
    report_unknown(row.last, memory, nullptr);
    derive(job, memory);
}

}  // namespace trainwatch::core
