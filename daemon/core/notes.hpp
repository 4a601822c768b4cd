// The log lines of the engine: stable names, ordered fields, one place for their wording.
//
// A note is an action like any other: the driver writes it, tests assert it.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/failure.hpp"
#include "core/action.hpp"
#include "core/clock_watch.hpp"
#include "core/scheduler.hpp"
#include "domain/credentials.hpp"
#include "domain/finding.hpp"
#include "domain/view.hpp"
#include "domain/watch_plan.hpp"

namespace trainwatch::core {

using note_fields = std::vector<std::pair<std::string, std::string>>;

note make_note(note_level level, std::string name, note_fields fields);

// error, detail, request_id and cure, as far as they are there.
void add_failure(note_fields& fields, const failure& why);

// One line a finding, about the job as it is after them. Phases of the past that a first sight
// brings along are debug lines: what is told at `info` has just happened.
std::vector<note> notes_of(
    const domain::job_view& job,
    const std::string& region,
    const std::vector<domain::finding>& findings
);

// job_missing: a name that AWS never knew is probably misspelt, or not yet created; or another
// shard's, which watches the rest of its list.
note note_of_missing(const domain::job_view& job, const std::string& region, bool is_shared_out);

// job_retired: it is over, and no longer on /metrics.
note note_of_retired(const domain::job_view& job, const std::string& region);

note note_of_failed_poll(
    note_level level, const domain::job_view& job, const std::string& region, const failure& why
);
note note_of_recovered_poll(const domain::job_view& job, const std::string& region);

// watching: what the daemon does, as a sentence and as numbers. `next_sweep`: until the next poll,
// as a duration; empty when none is planned.
note note_of_headline(
    std::size_t jobs, std::uint64_t live, std::size_t alerts, const std::string& next_sweep
);

note note_of_lane(lane_change change, const domain::lane& lane, const failure* why);

// credentials: where a connection's keys come from, and whose they are.
note note_of_credentials(
    note_level level, const std::string& connection, const domain::credential_facts& keys
);
// credentials_extended: past their end, and used all the same.
note note_of_extended_credentials(
    bool is_news, const std::string& connection, const domain::credential_facts& keys
);
// no_credentials: why there are none. What was told before is a debug line.
note note_of_no_credentials(bool is_news, const std::string& connection, const failure& why);
// credentials_not_renewed: the old ones are still good, but for how long?
note note_of_old_credentials(
    bool is_news,
    const std::string& connection,
    const domain::credential_facts& keys,
    const failure& why
);

// clock_skew, clock_right: this machine's clock, as AWS in this lane finds it. `offset`: AWS' minus
// ours.
note note_of_clock(clock_change change, const domain::lane& lane, milliseconds offset);

// account_changed: what is watched there now is another account's.
note note_of_account_change(
    const domain::lane& lane, const std::string& before, const std::string& now
);
// quota_shared: the lane and that of another connection have one account, and so one quota.
note note_of_shared_quota(
    const domain::lane& lane, const std::string& other, const std::string& account_id
);

note note_of_damaged_ledger(const failure& why, wall_time alerts_since);
note note_of_alert(note_level level, std::string name, const domain::alert& alert);

note note_of_delivery(
    note_level level,
    std::string name,
    const domain::endpoint& endpoint,
    std::size_t alerts,
    const failure* why
);
// read_back_refused, read_back_recovered: whether an Alertmanager tells what it holds.
note note_of_read_back(
    note_level level, std::string name, const domain::endpoint& endpoint, const failure* why
);
// receiver_clock_ahead: by so much, and what was sent had ended there when it came; it is sent
// again.
note note_of_receiver_clock(const domain::endpoint& endpoint, milliseconds ahead);

}  // namespace trainwatch::core
