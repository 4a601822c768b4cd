// Every bound of the program in one place, with the reason for its value.
#pragma once

#include <chrono>
#include <cstddef>

#include "base/time.hpp"

namespace trainwatch::limits {

// ---- talking to AWS --------------------------------------------------------------------------
// A describe answers in 0.05 to 0.3 s; ten seconds cover connect, TLS and a slow region.
inline constexpr milliseconds describe_deadline{10'000};
// 100 hyperparameters of 2,500 characters, 100 environment pairs and 20 channels stay below this.
inline constexpr std::size_t answer_bytes_max = 1U << 20U;
// The most that ListTrainingJobs gives at once, and always asked for: the quota counts calls.
inline constexpr unsigned list_page_jobs = 100;
// A resource has at most 50 tags of its users; AWS' own come on top, and fewer may not be asked
// for.
inline constexpr unsigned tags_asked_for = 100;
// Of what we do not know in one answer: enough to see what AWS has added, whatever is sent.
inline constexpr std::size_t unknown_values_max = 32;
inline constexpr std::size_t unknown_value_bytes_max = 128;
// First read buffer: one read for a usual answer (5 to 9 KB) instead of nine small ones.
inline constexpr std::size_t read_buffer_bytes = 16U << 10U;
// Some AWS front ends close idle connections after 20 s, NAT gateways drop them silently later.
inline constexpr milliseconds connection_idle_max{20'000};
// Bounds how long a DNS answer is relied on: AWS moves its addresses within minutes.
inline constexpr milliseconds connection_age_max{300'000};
inline constexpr std::size_t connections_per_origin = 4;
// Keys, a token of up to 4 KB (20,000 characters of a web identity's stay in the request), a role's
// ARN: an answer or a file with credentials has two to six.
inline constexpr std::size_t credential_document_bytes_max = 64U << 10U;
// An answer of STS has 15 tags with as many ends. Whatever the parser does for each of them, it
// cannot nest deeper than there are.
inline constexpr std::size_t xml_tags_max = 256;
// A proxy answers CONNECT once it has reached the other side: what it takes itself, and a slow
// region's connect.
inline constexpr milliseconds proxy_connect_deadline{10'000};
inline constexpr std::size_t proxy_header_bytes_max = 16U << 10U;
// Of what a proxy says when it refuses: a sentence, not its page.
inline constexpr std::size_t proxy_answer_quoted_bytes = 200;
// RFC 8305's connection attempt delay, and the least that it allows where time is short.
inline constexpr milliseconds address_delay{250};
inline constexpr milliseconds address_delay_least{10};
// Out of descriptors: trying again at once to accept would only burn the processor.
inline constexpr milliseconds accept_pause{100};
// A name of AWS has up to eight addresses a family; each that is tried is a socket.
inline constexpr std::size_t addresses_tried_max = 16;
// A NAT gateway forgets an idle connection after 350 s, many firewalls much earlier.
inline constexpr seconds keep_alive_idle{30};

// Renewing keys, as the SDKs do: from 15 minutes before their end beside whoever uses them, from
// ten minutes on before them. Spread by up to five, so that a fleet of daemons does not ask
// together.
inline constexpr milliseconds keys_advisory = std::chrono::minutes(15);
inline constexpr milliseconds keys_advisory_spread = std::chrono::minutes(5);
inline constexpr milliseconds keys_mandatory = std::chrono::minutes(10);
// Between failed fetches: 1, 2, 4 … 60 s. A broken source costs one call a minute.
inline constexpr milliseconds keys_backoff_base{1'000};
inline constexpr milliseconds keys_backoff_max{60'000};
// Expired keys of the instance metadata service go on for so long until it is asked again: what
// the SDKs wait while that service is in trouble.
inline constexpr milliseconds keys_extension_least = std::chrono::minutes(5);
inline constexpr milliseconds keys_extension_spread = std::chrono::minutes(10);
// Keys that AWS refused are fetched anew at most this often, however many polls are refused.
inline constexpr milliseconds keys_forced_interval{30'000};
// A poll waits this long for keys that are being renewed while it has good ones: half a second is
// usual, and the poll's own deadline is ten.
inline constexpr milliseconds keys_wait{3'000};
// One attempt at STS or at the portal of IAM Identity Center: connect, TLS and a slow region.
inline constexpr milliseconds sts_deadline{10'000};
// One attempt at an agent on this machine; the SDKs' own.
inline constexpr milliseconds container_deadline{2'000};
// The instance metadata service answers 5xx while it is busy: it is there, so it is asked again.
inline constexpr int instance_attempts_busy = 4;
inline constexpr milliseconds instance_pause{200};
inline constexpr seconds instance_token_life{21'600};
inline constexpr seconds instance_token_margin{120};
// A program that prints keys may ask a person's hardware or a far network, not a person.
inline constexpr milliseconds credential_process_deadline{60'000};
// A link of a chain waits for the keys of the one before: longer than any of the calls above takes
// with its retries, so that the other's own words are heard.
inline constexpr milliseconds keys_link_wait = std::chrono::minutes(2);
inline constexpr std::size_t credential_process_output_max = 64U << 10U;
// Of a program's complaint: one line in a log.
inline constexpr std::size_t credential_process_complaint_max = 300;
// Token files hold some KB; STS takes tokens of 4 to 20,000 characters.
inline constexpr std::size_t token_file_bytes_max = 64U << 10U;
inline constexpr std::size_t web_token_chars_least = 4;
inline constexpr std::size_t web_token_chars_most = 20'000;
// A measured offset beyond this may be why a signature was refused (the SDKs' rule).
inline constexpr milliseconds clock_skew_suspect = std::chrono::minutes(4);

// ---- scheduling ------------------------------------------------------------------------------
inline constexpr milliseconds backoff_base{500};
inline constexpr milliseconds backoff_max{60'000};
// The shell keeps describe_deadline itself; an answer later than this on top will not come.
inline constexpr milliseconds answer_grace{2'000};
// Finished jobs and unknown names can only change by deletion and re-use: a look each 4 bounds.
inline constexpr int calm_factor = 4;
// Debugger rules finish within minutes of the job (seen), a warm pool lasts up to six hours: dense
// looks for the first hour, rare ones see the rest.
inline constexpr milliseconds grace_after_end = std::chrono::hours(1);
// Of the sends while live jobs wait, one in this many may go to a finished job: never starved.
inline constexpr unsigned calm_share = 8;
// AWS ends a job 30 to 600 s after its limit (seen): look just after it, densely for that long.
inline constexpr milliseconds deadline_slack{5'000};
inline constexpr milliseconds late_window{900'000};
// Dense looks at late jobs may take a quarter of a lane's budget, and one each 3 s for a job: AWS
// takes half a minute at least. Where pages come by, a fifth of a sweep is dense enough; simulated,
// that is when 99 of 100 of these ends are known.
inline constexpr milliseconds late_interval_min{3'000};
inline constexpr milliseconds late_interval_listed_max{45'000};
inline constexpr int late_looks_per_sweep = 5;
inline constexpr unsigned late_share = 4;
// The primary and the secondary status do not change in one step (seen): while only one of them
// is terminal, look each 5 s, and wait up to two minutes for AWS to say why a job ended.
inline constexpr milliseconds settle_interval{5'000};
inline constexpr milliseconds settle_patience{120'000};
// Who has not been asked yet waits for longer while others are answered in between: three hundred
// that fail together take two and a half minutes at two describes a second, and an alert without
// its cause is another one to whoever groups by it, or has it from another replica.
inline constexpr milliseconds explaining_interval{15'000};
inline constexpr milliseconds explaining_patience = std::chrono::minutes(10);
// While more is new than describes can show at once, start-up phases are held back for as long as
// that takes, within these: three to five of them follow each other within minutes, and the
// describe after the last one tells of all. Simulated, that saves one describe in six.
inline constexpr milliseconds start_up_hold_min{60'000};
inline constexpr milliseconds start_up_hold_max{300'000};
// Less than this is no backlog: a handful of jobs is described within the time that it would take
// to put them in order.
inline constexpr milliseconds backlog_least{5'000};
// Of the first describes after a start those of the oldest jobs come first, before those that were
// told of so much earlier.
inline constexpr milliseconds first_look_head_start = std::chrono::minutes(5);
// Rule statuses and progress may change without a sign of it on a page. All live jobs are described
// within two hours, or in what a tenth of the describes take; of an ended one a page would tell if
// its name were used again, and nothing else can come of it.
inline constexpr milliseconds refresh_least = std::chrono::hours(2);
inline constexpr double refresh_share = 0.1;
inline constexpr milliseconds refresh_ended = std::chrono::hours(24);
// A running job that AWS does not find is looked at this often at the usual pace: right after its
// creation a job may be missing for a moment.
inline constexpr unsigned misses_believed = 3;
// So many failures in a row, and nothing else, make a lane "down": one forbidden or broken job
// among many does not.
inline constexpr unsigned lane_down_after = 3;
// The first pass asks a job again until so many polls in a row got no usable answer: two tries more
// outlast a 503 or a lost connection, and cost a second and a half of backoff at most.
inline constexpr unsigned first_pass_tries = 3;
// A job that may be of a list whose filter needs its description is asked for so often, about a
// minute with the backoff between, before filters that do without may have it.
inline constexpr unsigned candidate_tries = 8;
// The first pass waits this long for a lane that is down without refusing us: a restarted proxy or
// a failing front end is back by then, and `once` against a dead endpoint ends within a minute.
// A time, not a count: a long list spends any count of polls within a second or two.
inline constexpr milliseconds first_pass_patience{30'000};
// A lane that refuses us is tried at random intervals between half of this and all of it.
inline constexpr milliseconds denied_pace{30'000};
// Of the last so many Date headers the median corrects our clock; a second is what they resolve.
inline constexpr std::size_t clock_samples = 15;
inline constexpr milliseconds clock_tolerance{1'500};
// Of a receiver that has not answered yet: its clock may be as far ahead of AWS' as ours is, up to
// this. A later message cannot take back an end that lies further ahead.
inline constexpr milliseconds unknown_clock_ahead = std::chrono::hours(1);
inline constexpr milliseconds clock_skew_told{60'000};  // no network is so slow: it is the clock
// How the rate of calls follows AWS' throttling. Simulated with 95 % refused for half an hour and
// with others using half of the quota: these find the quota's edge within seconds and send less
// than half of the budget into a storm. A list call sees a hundred jobs, so it gives way last: what
// AWS lets through has to see every live job before the storm is over.
inline constexpr double rate_decrease = 0.7;
inline constexpr milliseconds rate_cut_interval{1'000};
inline constexpr milliseconds rate_quiet_time{2'000};
inline constexpr double rate_increase = 0.05;  // of the budget, each second
inline constexpr double describe_rate_floor = 0.25;
inline constexpr double list_rate_floor = 0.85;
// ListTrainingJobs allows 2 requests a second an account and region, and more is not granted:
// Service Quotas, as aws-solutions/deepracer-on-aws quotes them in its issue 87 (2026).
inline constexpr double list_quota = 2;

// ---- discovery -------------------------------------------------------------------------------
// A page of a hundred summaries is 30 to 40 KB and takes AWS a little longer than a describe.
inline constexpr milliseconds list_deadline{10'000};
// Lists that fail for so long leave their jobs to describes, until one works again.
inline constexpr milliseconds lists_patience{60'000};
// A throttled list says that others are at it, too, and they may leave: a storm of refusals lets
// one page in twenty through, at a tenth of the rate one in a minute or two.
inline constexpr milliseconds throttled_lists_patience{180'000};
// Before that, as soon as no page came for this part of the lane's tightest bound, a job that none
// tells of in time is described: three quarters of the bound are left for it.
inline constexpr int late_pages_part = 4;
// Jobs in the view: a process of about a gigabyte. Of those that have ended, the longest ended
// leave first; a live one that finds no room is told once.
inline constexpr std::size_t tracked_jobs_max = 100'000;
// What had ended before the horizon when it was first seen is shown by the API and on the page:
// more than a person reads.
inline constexpr std::size_t past_jobs_max = 10'000;
// Jobs that filters turned down only after a describe or ListTags: their keys, 100 bytes each.
inline constexpr std::size_t foreign_jobs_max = 200'000;
// A list that matches more than this was probably meant otherwise, and costs what it does.
inline constexpr std::size_t large_list = 10'000;
// A job that was created within this is about to be somebody's: it is decided before those that
// ran already when they were found.
inline constexpr milliseconds fresh_job = std::chrono::minutes(10);
// Among those that have ended and may be somebody's, a completed one stands so far behind.
inline constexpr milliseconds failed_lead = std::chrono::hours(24);
// An ended job whose tags or description nobody could read in time is not waited for.
inline constexpr milliseconds tags_patience{10'000};
// Tags that AWS does not tell for so long are given up for a while, as if they were refused.
inline constexpr milliseconds tags_lane_patience{60'000};
// A policy may allow ListTags for some jobs only. So many refusals in a row, or the last one that
// waits, are one of the permission as a whole where no tags were read for so long.
inline constexpr unsigned tags_denied_in_a_row = 32;
inline constexpr milliseconds tags_proof = std::chrono::hours(1);
// After so many in a row a job whose tags were told before is asked about, at once: one call tells
// a policy from a permission that is gone. One such job may be another team's by now, three are
// not.
inline constexpr unsigned tags_doubted = 3;
inline constexpr std::size_t tags_witnesses = 3;
// Of those who were refused, so many are asked about after a reload: a minute's worth of a budget
// that is shared with others at most.
inline constexpr std::size_t tags_hastened = 32;
// A lane without permission for ListTags tries again after tags_lane_patience, later ever less
// often, and at last so.
inline constexpr milliseconds tags_retry = std::chrono::minutes(10);
// Of one job whose tags AWS refuses to tell: after a minute when it has come to a bad end, and
// after twice as long each time. A restart looks back to such an end while it was asked about so
// often, which takes an hour.
inline constexpr milliseconds withheld_end_retry{60'000};
inline constexpr milliseconds withheld_retry_most = std::chrono::hours(24);
inline constexpr unsigned withheld_tries = 6;
inline constexpr std::size_t withheld_jobs_max = 10'000;
// A job that lists keep an eye on and that nothing more is to be expected of.
inline constexpr milliseconds no_look = std::chrono::hours(24 * 365);
// The horizon of a restart moves in such steps: each is a commit to the disk.
inline constexpr milliseconds sweep_kept_interval{30'000};
// A promise counts as kept again after so long without a breach.
inline constexpr milliseconds stale_calm = std::chrono::minutes(5);
// Never busier than that, whatever a sweep says of its next request.
inline constexpr milliseconds sweep_idle_least{100};

// ---- lists -----------------------------------------------------------------------------------
// MaxResults of ListTrainingJobs goes up to a hundred.
inline constexpr std::size_t list_page_size = 100;
// The newest so many known jobs are asked for without an upper bound: ten may arrive between two
// looks and the page still shows all of them. More room costs small fleets a twentieth of a round
// (simulated).
inline constexpr std::size_t list_head_size = 90;
// So many arrivals are half of that room: the head is cut anew, so that it keeps its size.
inline constexpr std::size_t list_head_growth = 5;
// MaxRuntimeInSeconds and MaxPendingTimeInSeconds are at most 28 days each, and AWS ends a job two
// days after its longest run at the latest, upload included: what was created before that is not
// alive.
inline constexpr milliseconds list_horizon = std::chrono::hours(24 * (28 + 28 + 2));
// Keys of a lane, 64 bytes each, two and a half times the largest fleet that is meant to be
// watched. Without a key a page may hold more than was planned, and is continued.
inline constexpr std::size_t list_keys_max = 250'000;
// AWS does not say whether its bounds are inclusive, and cuts times to milliseconds.
inline constexpr milliseconds list_edge{1};
// An index may show a job a few seconds later than a younger one.
inline constexpr milliseconds list_gap_overlap{5'000};
// A stretch whose page failed so often in a row takes turns with other pages.
inline constexpr unsigned list_gap_patience = 3;
// Nobody's picture gets better by a page that is asked for again within a second, nor by one on
// which a change is as unlikely as this, until so much time has passed.
inline constexpr milliseconds list_gap_least{1'000};
inline constexpr double list_worth = 0.02;
inline constexpr milliseconds list_quiet{5'000};
// With nothing alive among the newest, a sixth of the bound, between these.
inline constexpr int list_idle_part = 6;
inline constexpr milliseconds list_idle_least{5'000};
inline constexpr milliseconds list_idle_most{60'000};
// Where calls are saved: a page is asked for once this much of the bound has passed. The rest is
// for the answer and for pages that are due together.
inline constexpr double list_frugal_part = 0.8;
// Of h x age^p (core/sweep_lives). Simulated at 100, 1,000 and 10,000 live jobs: 4 knows half of
// the changes a tenth of that time sooner and the last hundredth a tenth of a round later.
inline constexpr int list_age_power = 5;
// The newest page is asked for within the tightest bound of the lists that discover there, but for
// no more than one call in so many: the jobs that are known have a bound too.
inline constexpr double list_calls_per_head = 4;
// Pages that were not seen for so many rounds of all pages go before those that promise more
// changes. Simulated: at 1.25 the 95th percentile of delays is 0.72 of a round and the oldest job
// 1.37; at 1.5 they are 0.68 and 1.6; at 1.7 nothing but the oldest job changes.
inline constexpr double list_rounds_most = 1.5;

// Of the calls of a lane, so much may go to jobs with a bound that a round of all pages would not
// keep (core/steering). With half of its list calls left, the others' round takes twice as long at
// the most; describes are short beyond a few thousand jobs, and late ones may take a quarter.
inline constexpr double steer_list_share = 0.5;
inline constexpr double steer_describe_share = 0.2;
// Where jobs with the bound stand on more of the lane's pages than this, nobody is left to wait.
inline constexpr double steer_pages_most = 0.75;
// They are asked about so much of the bound before it passes, or the time of so many calls: pages
// that are due at the same time take turns with others, and describes of jobs that have just ended
// go first (simulated: up to nine seconds of them).
inline constexpr double steer_page_slack = 0.2;
inline constexpr double steer_describe_slack = 0.3;
inline constexpr double steer_turns = 4;
// Other pages between two steered ones, and while the past is read or gaps are closed as well.
inline constexpr unsigned steer_turns_between = 1;
inline constexpr unsigned steer_turns_between_busy = 2;
// While pages do not come, describes keep the bounds that cost them no more than this, before what
// is new of others; the other bounds are kept as nearly as the rest allows.
inline constexpr double keep_describe_share = 1.0 / 3;
// What is steered is chosen anew when the rate has changed by so much, of itself.
inline constexpr double steer_rate_change = 0.1;

// ---- what is promised --------------------------------------------------------------------------
// A call takes 50 to 300 ms, and answers wait for their turn at a paced sender.
inline constexpr milliseconds promise_trip{500};
// No picture gets so old that a longer promise would say more.
inline constexpr milliseconds promise_most = std::chrono::hours(24 * 366);
// With few live jobs a page more or less is a large part of a round (simulated).
inline constexpr std::size_t promise_small_fleet = 150;
// Where the jobs are not known yet: lives of four hours among a day's finished ones leave so many
// back to the oldest live job (simulated: 3.7 to 5).
inline constexpr double finished_per_live = 4;

// ---- configuration ---------------------------------------------------------------------------
// 50,000 job names of 63 characters with their indentation fit.
inline constexpr std::size_t settings_bytes_max = 4U << 20U;
// The keys nest six deep; a parser that recurses needs an end.
inline constexpr std::size_t settings_depth_max = 32;
// More mistakes than anybody reads: a file of another kind, given by accident.
inline constexpr std::size_t settings_errors_max = 200;
inline constexpr std::size_t settings_name_chars_max = 64;
// Requests a second. No AWS quota is near the upper end; the lower end is six calls in ten minutes.
inline constexpr double budget_least = 0.01;
inline constexpr double budget_most = 1000;
inline constexpr milliseconds staleness_bound_least{100};
inline constexpr milliseconds staleness_bound_most = std::chrono::hours(24);
inline constexpr milliseconds lookback_most = std::chrono::hours(24 * 366);
// Each rule is a pattern that a failed job's reason is held against, once.
inline constexpr std::size_t failure_rules_max = 100;
inline constexpr std::size_t pattern_bytes_max = 500;
// What RE2 may spend on one of them; it refuses a pattern that needs more to be compiled.
inline constexpr int pattern_memory_max = 1 << 20;
// Globs of one criterion, each held against every job that is found.
inline constexpr std::size_t filter_texts_max = 1'000;
// A word such as `critical`, that routes compare.
inline constexpr std::size_t severity_bytes_max = 64;
// AWS allows 50 tags a resource, keys of 128 characters and values of 256.
inline constexpr std::size_t filter_tags_max = 50;
inline constexpr std::size_t tag_key_chars_max = 128;
inline constexpr std::size_t tag_value_chars_max = 256;
// Files of watch lists, a team each; each is a series.
inline constexpr std::size_t watch_list_files_max = 1'000;
// A copy of such a file with lines that say whose it is: a path has 4,096 bytes, three times that
// with each encoded. Its name has the first of the file's, encoded too; a name has 255 at most.
inline constexpr std::size_t kept_watch_list_bytes_max = settings_bytes_max + (16U << 10U);
inline constexpr std::size_t kept_watch_list_stem_max = 60;
// Daemons that share out an account's budget or lanes: beyond, a part of the quota is no call.
inline constexpr unsigned replicas_most = 100;
inline constexpr unsigned shards_most = 1'000;
// Of AWS' files and variables: the SDKs wait one second once; a minute is a slip of the keyboard.
inline constexpr milliseconds metadata_timeout_most{60'000};
inline constexpr int metadata_attempts_most = 20;
// STS takes 15 minutes to 12 hours, and external ids of 2 to 1,224 characters.
inline constexpr int role_seconds_least = 900;
inline constexpr int role_seconds_most = 43'200;
inline constexpr std::size_t external_id_chars_least = 2;
inline constexpr std::size_t external_id_chars_most = 1'224;

// ---- failure reasons -------------------------------------------------------------------------
// AWS' model allows 1,024 characters of up to four bytes; whoever sends more is not AWS.
inline constexpr std::size_t failure_reason_bytes_max = 4U << 10U;
// Of the normal form: past this, a reason is the tail of a traceback that AWS cut somewhere.
inline constexpr std::size_t normalised_reason_bytes_max = 512;
inline constexpr milliseconds finished_retention_most = std::chrono::hours(24 * 366);
// Each stands in every alert and on a series of every job; teams need a handful. A value has the
// bytes of any label (label_bytes_max).
inline constexpr std::size_t configured_labels_max = 32;
inline constexpr std::size_t configured_label_name_chars_max = 64;
// An instance-hour, in any currency; more is a slip of the keyboard.
inline constexpr double price_most = 1e9;

// ---- ledger ----------------------------------------------------------------------------------
// A commit that hangs longer is treated as failed: alerts leave from memory, marked degraded.
inline constexpr milliseconds commit_deadline{2'000};
// A quarter of history for `explain`: no list tells of jobs for as long (list_horizon).
inline constexpr milliseconds ledger_retention = std::chrono::hours(24 * 90);
// Jobs that are over, kept for those that ended last: as many as the view can hold, some hundred
// megabytes on the disk.
inline constexpr std::size_t ledger_ended_max = 100'000;
// Alerts that are over and told, each a kilobyte or two, and its identity in memory: more than
// anybody asks about, and a fifth of the jobs.
inline constexpr std::size_t ledger_alerts_max = 20'000;
// What a batch may forget on top of what it has to write: some ten milliseconds of the disk's time.
inline constexpr std::size_t forgotten_per_step = 500;
// How often it is looked for.
inline constexpr milliseconds forget_interval{60'000};
// Somebody else writes (a person with sqlite3): a commit waits for less than its deadline, the
// start for as long as a person may need.
inline constexpr milliseconds ledger_busy{1'000};
inline constexpr milliseconds ledger_busy_at_start{10'000};
// The write-ahead log is copied into the file at 4 MB, and not left larger than that on the disk.
inline constexpr int ledger_wal_pages = 1'000;
inline constexpr int ledger_wal_bytes_kept = 4 << 20;
// Looking for messages that nobody refers to reads all transitions, a tenth of a second at 800,000
// of them: a small part of what so many writes cost.
inline constexpr std::size_t ledger_collection_writes = 20'000;
// Free pages (4 KB each) that are kept for new rows, and how many more a commit gives back at most:
// moving one costs as much as writing it.
inline constexpr std::int64_t ledger_free_pages_kept = 256;
inline constexpr std::int64_t ledger_vacuum_pages = 64;
// Of damaged ledgers that stand aside: enough to see whether it is always the same.
inline constexpr std::size_t ledger_damaged_kept = 3;

// ---- alerts (Alertmanager's contract as Prometheus keeps it) ----------------------------------
inline constexpr milliseconds resend_interval{60'000};
// A webhook is told nothing until its alert's hold is over: whether it is by now is looked at.
inline constexpr milliseconds held_look_interval{300'000};
// What an earlier run had told is repeated once the servers' time is known, or after this: a clock
// that was set back while we were gone would date ends into the past, and Alertmanager would take
// them at their word. The first answer of AWS brings the time, within a second or two.
inline constexpr milliseconds clock_patience{15'000};
// endsAt of a firing alert is this many re-sends ahead: two lost sends do not resolve it.
inline constexpr int resends_ahead = 4;
// Alertmanager asks for five minutes of resolved re-sends; Prometheus keeps fifteen.
inline constexpr milliseconds resolved_resend_for{900'000};
// The end of what it was told to hold for a day Alertmanager is told as often, by its own answers:
// it may say 200 to what it drops, and be away for the rest of the fifteen minutes.
inline constexpr int held_end_takings = 15;
inline constexpr std::size_t alerts_per_batch = 256;
// Re-sends that are due within this leave together, so that alerts of one minute share a request.
inline constexpr milliseconds resend_slack{5'000};
inline constexpr milliseconds delivery_deadline{10'000};
// An Alertmanager says 200 to what it drops. What it said 200 to is asked for so much later, all
// of it together …
inline constexpr milliseconds read_back_delay{5'000};
// … in questions of so many: their names fit into what a proxy takes as an address (8 KB).
inline constexpr std::size_t read_back_alerts_max = 64;
// So often in vain, and it is taken at its word.
inline constexpr unsigned read_back_tries = 3;
// As Prometheus looks up what it discovers by DNS; sooner, but not more often than that, while one
// of the addresses does not answer.
inline constexpr milliseconds name_refresh{30'000};
inline constexpr milliseconds name_refresh_least{5'000};
// A name service that gives a part of the addresses at a time is no reason to leave the others.
inline constexpr unsigned name_misses_max = 3;
// More Alertmanagers than anybody runs, and each gets everything.
inline constexpr std::size_t name_addresses_max = 64;
// Whatever a receiver or AWS asks for: the next try heals more than a long silence.
inline constexpr milliseconds retry_after_max = std::chrono::minutes(5);
// A terminal alert stays firing at a receiver this long after its first confirmed delivery.
inline constexpr milliseconds terminal_hold = std::chrono::hours(24);
// `test-alert`: long enough to look at it in Alertmanager's page, short enough to leave nobody
// wondering; and beyond the usual group_wait, or its notification would be one of an end.
inline constexpr milliseconds test_alert_lasts = std::chrono::minutes(5);
// Between two notifications of one terminal alert in the routes that are printed: it must not come
// again while it is held, and Alertmanager forgets what it sent after five days.
inline constexpr milliseconds repeat_interval = terminal_hold + std::chrono::hours(6);

// ---- conditions of jobs (core/conditions), where a list does not say ---------------------------
// Parts of MaxRuntimeInSeconds: time enough to look at a job, and time to act at once.
inline constexpr double near_deadline_warning = 0.8;
inline constexpr double near_deadline_critical = 0.95;
// What fires because so much is used goes on while this part of it is.
inline constexpr double used_at_least = 0.95;
// AWS was seen to end jobs four to five minutes late (limits of 60 s and 603 s).
inline constexpr milliseconds past_deadline_patience = std::chrono::minutes(15);
// Machines that stay for half an hour at a time are worth little to a job that takes minutes to
// get going.
inline constexpr unsigned spot_loop_interruptions = 5;
inline constexpr milliseconds spot_loop_window = std::chrono::hours(2);
// So many in a row that came to nothing: once is an accident, twice may be.
inline constexpr std::size_t spot_loop_restarts = 3;
// Kinds of jobs whose longest run is known, and reasons that jobs failed for, each with so many of
// its ends: a team has some dozens of either.
inline constexpr std::size_t families_max = 10'000;
inline constexpr std::size_t same_reasons_max = 1'000;
inline constexpr std::size_t same_reason_most = 1'000;
// What failed longer ago had another cause, though it had the same words.
inline constexpr milliseconds same_reason_window = std::chrono::hours(24);
// A link, as long as browsers take it.
inline constexpr std::size_t runbook_url_bytes_max = 2'000;
// Thresholds that a list may give: a month and a bit, AWS' longest limit, and a thousand.
inline constexpr milliseconds phase_limit_most = std::chrono::hours(24 * 31);
inline constexpr unsigned interruptions_most = 1'000;
// How often it is asked whether anybody has found the job of an alert that lost it.
inline constexpr milliseconds orphans_interval{10'000};
// After a restart what goes on is said again once AWS has told of its job, or after this: a re-send
// later Alertmanager would take it for over.
inline constexpr milliseconds unseen_patience = std::chrono::minutes(2);
// The watcher's own: a connection that comes back by itself within this needs nobody.
inline constexpr milliseconds connection_down_patience = std::chrono::minutes(5);
inline constexpr milliseconds connection_up_patience = std::chrono::minutes(1);
// Values that AWS invents: in practice one at a time; each is an alert.
inline constexpr std::size_t unknown_statuses_max = 32;
// No nightly job is rarer than a monthly one.
inline constexpr milliseconds completed_within_least = std::chrono::minutes(1);
inline constexpr milliseconds completed_within_most = std::chrono::hours(24 * 92);

// ---- our own HTTP server (the limits of kube-state-metrics) -----------------------------------
inline constexpr milliseconds server_header_deadline{5'000};
inline constexpr milliseconds server_read_deadline{60'000};
inline constexpr milliseconds server_write_deadline{60'000};
inline constexpr milliseconds server_idle_deadline{300'000};
// A response to a scraper that stopped reading does not hold up the end of the daemon.
inline constexpr milliseconds server_drain_deadline{5'000};
// Closing with unread input would reset the connection and could take the answer with it.
inline constexpr milliseconds server_linger_deadline{1'000};
inline constexpr std::size_t server_header_bytes_max = 16U << 10U;
inline constexpr std::size_t server_body_bytes_max = 64U << 10U;
inline constexpr std::size_t server_connections_max = 256;

// ---- commands to the running daemon (control socket), reloading --------------------------------
// A command, a job's name or ARN, and a comment.
inline constexpr std::size_t control_request_bytes_max = 16U << 10U;
// Two hundred mistakes, or what the ledger has to tell about one job.
inline constexpr std::size_t control_answer_bytes_max = 4U << 20U;
// A nightly job has had its name a thousand times: so many of them, the newest, are explained.
inline constexpr std::size_t explained_jobs_max = 50;
// `explain` and `ack` wait for the disk at most; usual are milliseconds.
inline constexpr milliseconds control_answer_deadline{30'000};
inline constexpr milliseconds control_answer_patience{3'000};
// On one machine, a line at once: who takes longer is no command of ours.
inline constexpr milliseconds control_read_deadline{5'000};
inline constexpr milliseconds control_write_deadline{5'000};
// Persons and scripts, one at a time each; the kernel's queue holds those beyond.
inline constexpr std::size_t control_connections_max = 8;
// A reload reads files, some of them perhaps on a slow disk: usual are milliseconds.
inline constexpr milliseconds reload_deadline{30'000};
// After so long, who waits for it is told that it goes on.
inline constexpr milliseconds reload_patience{2'000};
// Of a former configuration: every call to AWS or to a receiver has met its own deadline by then,
// twice (describe_deadline, delivery_deadline), and what was closed has wound down as well.
inline constexpr milliseconds retired_grace{30'000};

// ---- metrics ---------------------------------------------------------------------------------
// The longest value that AWS' model allows for what is a label: an ARN.
inline constexpr std::size_t label_bytes_max = 256;
// FinalMetricDataList holds no more; the debugger and the profiler have 20 rules each.
inline constexpr std::size_t final_metrics_max = 40;
inline constexpr std::size_t rules_max = 40;

// Members of answers that this release does not know, each a series; what is beyond is "other".
inline constexpr std::size_t unknown_members_max = 100;

// ---- the page at / -----------------------------------------------------------------------------
// More rows than a person scrolls through; a browser still draws them at once.
inline constexpr std::size_t page_jobs_max = 1'000;
// Of those that ended a while ago: what is of interest is what ended last.
inline constexpr std::size_t page_past_jobs_max = 100;
inline constexpr std::size_t page_reason_bytes_max = 400;

// ---- the API -----------------------------------------------------------------------------------
// A thousand summaries of 1 to 2 KB: an answer stays at a megabyte or two.
inline constexpr std::size_t api_page_default = 100;
inline constexpr std::size_t api_page_max = 1'000;
// A document of 3 to 9 KB deflates to 1 to 2.5 KB: room for those of 10,000 jobs and half again.
inline constexpr std::size_t documents_bytes_max = 32U << 20U;

// ---- describe and wait --------------------------------------------------------------------------
// A person at a terminal asks for one job: no start is spread, each look may follow the last.
inline constexpr double describe_rate = 50;
// Longer without an answer, and a person should know that it is still tried.
inline constexpr milliseconds silence_patience{3'000};
// Throttled for longer than this, a person wants to know rather than to wait.
inline constexpr milliseconds throttled_patience{30'000};
// Right after its creation AWS may not know a job yet: three looks, each two seconds, which are
// calm_factor bounds.
inline constexpr milliseconds unknown_patience{5'000};
inline constexpr milliseconds unknown_bound{500};
// Each job's first look, all together: a hundred jobs within half a minute.
inline constexpr double first_looks_rate = 4;
inline constexpr milliseconds wait_interval_least{1'000};
inline constexpr milliseconds wait_interval_most{3'600'000};
// The live lines tell seconds.
inline constexpr milliseconds wait_tick{1'000};
// What is still under way when a command has its answer is abandoned after this.
inline constexpr milliseconds leave_grace{500};

// ---- check-config --online, print-iam-policy ----------------------------------------------------
// A person waits: every connection and receiver is tried at once, and those that hang by then have
// failed. As long as a describe may take, keys included.
inline constexpr milliseconds online_check_deadline{10'000};
// IAM's bound of a managed policy, white space not counted.
inline constexpr std::size_t iam_policy_chars_max = 6'144;

// ---- backtest -----------------------------------------------------------------------------------
// Four weeks: the longest that AWS lets a job run, and enough for a rate a week.
inline constexpr milliseconds backtest_since = std::chrono::hours(24 * 28);
// Ten years: SageMaker is not much older, and no date underflows.
inline constexpr milliseconds backtest_since_most = std::chrono::hours(24 * 3'653);
// Of one run, and as many files of a folder: at two describes a second that is more than a day.
inline constexpr std::size_t backtest_jobs_max = 200'000;
// Files of a folder that are told of one by one when they are not what is looked for.
inline constexpr std::size_t backtest_strays_told = 20;
// A job that completed sooner was in no phase for as long as a phase may take by default: it is not
// worth a call.
inline constexpr milliseconds backtest_short_life = std::chrono::minutes(15);
// So often in a row a call that gets lost is made before it is given up (three times as often where
// AWS refuses it for its rate): waiting times double from backoff_base, so that this is a minute.
inline constexpr unsigned backtest_attempts = 8;
// The line about how far it has got changes so often, and no oftener.
inline constexpr milliseconds backtest_tick{500};
// Changes of one job that its life is replayed at: a spot job has a few an interruption, and each
// costs as much as the job is long, so that this is a second at most.
inline constexpr std::size_t replay_changes_max = 1'000;

// ---- log -------------------------------------------------------------------------------------
// A FailureReason has up to 1,024 characters of up to four bytes; journald breaks lines at 48 KB.
inline constexpr std::size_t log_value_bytes_max = 4U << 10U;

// ---- life cycle ------------------------------------------------------------------------------
// After SIGTERM: how long deliveries may drain before the daemon leaves.
inline constexpr milliseconds drain_deadline{10'000};
// "watching 214 jobs, …": when the numbers change, but not more often than this.
inline constexpr milliseconds watching_interval{600'000};

}  // namespace trainwatch::limits
