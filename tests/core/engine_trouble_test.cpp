// A ledger that was damaged, a disk that takes nothing, and what a person has seen.
#include "tests/core/ledger_disk.hpp"

namespace trainwatch::core::engine_trouble_test {
namespace {

using domain::alert_state;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;
using testing::SizeIs;
using testing::UnorderedElementsAre;

constexpr auto day = hours(24);

domain::ledger damaged_ledger() {
    domain::ledger known;
    known.damaged = failed(error_class::malformed, "database disk image is malformed");
    return known;
}

// Identities of what was said to be firing, by endpoint 0.
std::set<std::string> told_firing(const play_log& log) {
    std::set<std::string> all;
    for (const auto& message : messages_to(log, endpoint_id{0})) {
        const bool of_job = message.labels.contains("training_job");
        if (of_job && message.state == alert_state::firing) {
            all.insert(domain::identity(message.labels));
        }
    }
    return all;
}

// ---- a damaged ledger --------------------------------------------------------------------------

using damaged_ledger_test = ledger_test;

// What the run before it told is told again in the same words: a receiver merges it.
TEST_F(damaged_ledger_test, what_ended_within_the_hold_is_alerted_under_its_old_identity) {
    fails("a", minutes(100));
    begin();
    const auto before = told_firing(run(hours(20)));
    EXPECT_THAT(before, SizeIs(1));
    disk = {};
    auto now = play().now();
    now.mono += seconds(30);
    now.wall += seconds(30);
    play_.emplace(plan_of(finds_all()), damaged_ledger(), now);
    aws.serve(play());
    const auto log = run(minutes(10));
    EXPECT_EQ(told_firing(log), before);
    // Then it ends by itself, as ever.
    run(25 * hours(1));
    EXPECT_EQ(firing(), 0U);
}

TEST_F(damaged_ledger_test, what_ended_before_the_hold_has_had_its_time) {
    fails("a", minutes(100));
    begin();
    run(day);
    play_.emplace(plan_of(finds_all()), damaged_ledger(), play().now());
    aws.serve(play());
    const auto log = run(minutes(10));
    EXPECT_THAT(told_firing(log), IsEmpty());
    ASSERT_NE(job("a"), nullptr);
    EXPECT_TRUE(job("a")->ending.has_value()) << "it is shown";
}

// The store may know when the damaged file was written last: it was down for long, then.
TEST_F(damaged_ledger_test, outage_before_the_damage_was_found_is_looked_back_over) {
    fails("a", minutes(100));
    auto known = damaged_ledger();
    known.rows.last_complete_sweep = later(minutes(90));
    auto now = at(start_time);
    now.mono += 7 * day;
    now.wall += 7 * day;
    play_.emplace(plan_of(finds_all()), known, now);
    aws.serve(play());
    EXPECT_THAT(told_firing(run(minutes(10))), SizeIs(1));
}

TEST_F(damaged_ledger_test, is_told_once_with_what_it_means) {
    runs("a");
    begin(finds_all(), damaged_ledger());
    const auto notes = only<note>(play().opening());
    ASSERT_FALSE(notes.empty());
    EXPECT_EQ(notes[0].name, "ledger_damaged");
    EXPECT_EQ(notes[0].level, note_level::warning);
    EXPECT_THAT(notes[0].fields, Contains(Pair("detail", HasSubstr("malformed"))));
    EXPECT_THAT(notes[0].fields, Contains(Pair("alerts_since", iso8601(play().now().wall - day))));
    EXPECT_EQ(count_notes(run(hours(1)), "ledger_damaged"), 0);
    restart();
    EXPECT_THAT(note_names(play().opening()), testing::Not(Contains("ledger_damaged")));
}

// What the damage made the first run look back over, a second one looks back over again.
class damaged_ledger_restart : public ledger_test {
protected:
    // A failure of twenty hours ago that the first run could not be told of.
    void expect_alert_after(domain::ledger known) {
        fails("a", minutes(100));
        runs("b");
        auto now = at(start_time);
        now.mono += hours(20);
        now.wall += hours(20);
        if (known.rows.last_complete_sweep) known.rows.last_complete_sweep = now.wall;
        play_.emplace(plan_of(finds_all()), std::move(known), now);
        aws.serve(play());
        aws.undescribable = {"a"};
        run(seconds(3));
        EXPECT_EQ(firing(), 0U);
        aws.undescribable.clear();
        restart();
        EXPECT_THAT(told_firing(run(minutes(10))), SizeIs(1));
    }
};

TEST_F(damaged_ledger_restart, before_the_first_sweep_looks_back_as_far) {
    expect_alert_after(damaged_ledger());
}

// The new file has not what the store knows of the former one's last sweep.
TEST_F(damaged_ledger_restart, looks_back_as_far_when_the_former_file_was_written_just_now) {
    auto known = damaged_ledger();
    known.rows.last_complete_sweep.emplace();
    expect_alert_after(std::move(known));
}

// Nobody could ask AWS anything, and something was written all the same: by then the file is sound.
TEST_F(damaged_ledger_test, restart_before_the_first_answer_looks_back_as_far) {
    fails("a", minutes(100));
    fails("b", minutes(100));
    begin();
    run(minutes(10));
    EXPECT_EQ(firing(), 2U);
    auto known = damaged_ledger();
    known.rows.alerts.push_back(disk.alerts().begin()->second);
    known.rows.last_complete_sweep = at(start_time).wall + minutes(10);
    disk = {};
    domain::ledger_batch saved;
    saved.alerts = known.rows.alerts;
    disk.add(commit{commit_id{1}, saved});
    aws.lists_fail = failed(error_class::denied);
    aws.undescribable = {"a", "b"};
    begin(finds_all(), known);
    run(minutes(10));
    aws.lists_fail.reset();
    aws.undescribable.clear();
    restart(finds_all(), hours(5));
    EXPECT_THAT(told_firing(run(minutes(10))), SizeIs(2));
}

// What a person has seen was saved, the row of the job was not.
TEST_F(damaged_ledger_test, alert_that_was_saved_and_is_over_does_not_come_again) {
    fails("a", minutes(100));
    begin();
    run(minutes(10));
    EXPECT_EQ(firing(), 1U);
    run(milliseconds(1), acknowledged{"a"});
    run(hours(1));
    auto known = damaged_ledger();
    for (const auto& [key, row] : disk.alerts())
        known.rows.alerts.push_back(row);
    ASSERT_THAT(known.rows.alerts, SizeIs(1));
    play_.emplace(plan_of(finds_all()), known, play().now());
    aws.serve(play());
    const auto log = run(hours(1));
    ASSERT_NE(job("a"), nullptr);
    EXPECT_EQ(count_notes(log, "alert_fired"), 0);
    EXPECT_THAT(told_firing(log), IsEmpty());
}

domain::settings with_webhook() {
    auto chosen = finds_all();
    chosen.receivers.push_back({"hook", domain::receiver_kind::webhook, {"http://hook"}, {}, {}});
    return chosen;
}

// An end was saved, who had been told of the alert was not.
TEST_F(damaged_ledger_test, webhook_hears_the_end_of_an_alert_whose_deliveries_were_lost) {
    fails("a", minutes(100));
    begin(with_webhook());
    run(minutes(10));
    play().receiver = [](const deliver&) -> result<domain::receipt> {
        return failed(error_class::transient);
    };
    run(milliseconds(1), acknowledged{"a"});
    run(minutes(1));
    auto known = damaged_ledger();
    for (const auto& [key, row] : disk.alerts())
        known.rows.alerts.push_back(row);
    ASSERT_THAT(known.rows.alerts, SizeIs(1));
    auto now = play().now();
    now.mono += hours(3);
    now.wall += hours(3);
    play_.emplace(plan_of(with_webhook()), known, now);
    aws.serve(play());
    const auto told = messages_to(run(minutes(10)), endpoint_id{1});
    ASSERT_THAT(told, SizeIs(1));
    EXPECT_EQ(told[0].state, alert_state::resolved);
}

// The run before it had told the webhook, and nobody knows. That of "b" has the daemon wait for the
// servers' time, before anything leaves.
TEST_F(damaged_ledger_test, webhook_hears_the_end_of_what_is_found_again_and_over_at_once) {
    fails("b", minutes(100));
    begin(with_webhook());
    run(minutes(10));
    auto known = damaged_ledger();
    for (const auto& [key, row] : disk.alerts())
        known.rows.alerts.push_back(row);
    ASSERT_THAT(known.rows.alerts, SizeIs(1));
    fails("a", minutes(101));
    begin(with_webhook(), known);
    ASSERT_THAT(messages_to(run(seconds(3)), endpoint_id{1}), IsEmpty());
    EXPECT_EQ(firing(), 2U);
    run(milliseconds(1), acknowledged{"a"});
    bool is_told = false;
    for (const auto& message : messages_to(run(minutes(10)), endpoint_id{1})) {
        if (message.labels.at("training_job") != "a") continue;
        EXPECT_EQ(message.state, alert_state::resolved);
        is_told = true;
    }
    EXPECT_TRUE(is_told);
}

// The labels that it has are those of its first firing, whatever the configuration says by now.
TEST_F(damaged_ledger_test, alert_that_was_saved_is_not_told_with_other_labels) {
    fails("a", minutes(100));
    begin();
    const auto before = told_firing(run(minutes(10)));
    EXPECT_THAT(before, SizeIs(1));
    auto known = damaged_ledger();
    for (const auto& [key, row] : disk.alerts())
        known.rows.alerts.push_back(row);
    disk = {};
    auto chosen = finds_all();
    chosen.global.labels["site"] = "north";
    aws.undescribable = {"a"};
    begin(chosen, known);
    // Nothing tells of the job before the next restart either.
    run(seconds(3));
    for (const auto& row : known.rows.alerts) {
        domain::ledger_batch saved;
        saved.alerts.push_back(row);
        disk.add(commit{commit_id{1}, saved});
    }
    aws.undescribable.clear();
    restart(chosen);
    EXPECT_EQ(told_firing(run(hours(1))), before);
}

// ---- a lane that is refused --------------------------------------------------------------------

using refused_lane = ledger_test;

// A restart has to look back over what nobody could see.
TEST_F(refused_lane, keeps_the_sweep_back_until_its_lists_are_read) {
    runs("b");
    begin();
    run(minutes(10));
    aws.lists_fail = failed(error_class::denied);
    run(minutes(10));
    const auto when = minutes(140);
    auto failing = core::job("a").created_at(later(when)).phase("Starting", when, when);
    aws.put(failing.fails(when + minutes(1)), later(when + minutes(1)));
    run(hours(4));
    EXPECT_EQ(firing("TrainingJobFailed"), 0U);
    aws.lists_fail.reset();
    restart();
    EXPECT_THAT(told_firing(run(minutes(30))), SizeIs(1));
}

// A job that ended, of which its tags have not told yet whose it is.
TEST_F(refused_lane, keeps_the_sweep_back_for_an_end_that_waits_for_its_tags) {
    domain::job_filter filter;
    filter.tags = {{"team", "vision"}};
    auto chosen = with_list(one_connection(), list_of("vision", filter));
    chosen.global.lookback = seconds(1);
    runs("b");
    begin(chosen);
    run(minutes(10));
    aws.tags_fail = failed(error_class::transient);
    const auto when = milliseconds(minutes(130)) + seconds(2);
    auto failing = core::job("a").created_at(later(when)).phase("Starting", when, when);
    aws.put(failing.fails(when), later(when));
    aws.tags[core::job("a").seen().arn] = {{"team", "vision"}};
    run(seconds(55));
    EXPECT_EQ(firing(), 0U);
    aws.tags_fail.reset();
    restart(chosen, hours(2));
    EXPECT_THAT(told_firing(run(minutes(10))), SizeIs(1));
}

// ---- a disk that takes nothing -----------------------------------------------------------------

using storage_trouble = ledger_test;

std::vector<alert_state> told_of_storage(const play_log& log) {
    std::vector<alert_state> states;
    for (const auto& message : messages_to(log, endpoint_id{0})) {
        if (message.labels.at("alertname") != "TrainwatchdStorageDegraded") continue;
        if (states.empty() || states.back() != message.state) states.push_back(message.state);
    }
    return states;
}

TEST_F(storage_trouble, fires_an_alert_and_ends_it) {
    runs("a");
    begin();
    run(minutes(2));
    play().store = [](const commit&) {
        return std::optional(failed(error_class::internal, "no space left on device"));
    };
    fails("a", minutes(122));
    auto log = play().play(2 * day);
    EXPECT_THAT(told_of_storage(log), ElementsAre(alert_state::firing))
        << "for as long as it lasts";
    const auto& alerts = play().view().alerts;
    ASSERT_FALSE(alerts.empty());
    EXPECT_EQ(alerts.back().labels.at("severity"), "warning");
    EXPECT_THAT(alerts.back().annotations.at("summary"), HasSubstr("no space left on device"));
    EXPECT_EQ(field_of(log, "storage_degraded", "detail"), "no space left on device");
    play().store = [](const commit&) { return std::optional<failure>(); };
    log = run(minutes(30));
    EXPECT_FALSE(play().view().storage_degraded);
    EXPECT_THAT(told_of_storage(log), ElementsAre(alert_state::firing, alert_state::resolved));
    EXPECT_EQ(firing(), 0U);
}

TEST_F(storage_trouble, that_comes_again_fires_again) {
    runs("a");
    begin();
    run(minutes(2));
    const auto breaks = [&](bool broken) {
        play().store = [broken](const commit&) {
            return broken ? std::optional(failed(error_class::internal)) : std::nullopt;
        };
    };
    for (int i = 0; i < 3; ++i) {
        breaks(true);
        fails(("bad-" + std::to_string(i)).c_str(), minutes(122) + i * hours(2));
        EXPECT_THAT(told_of_storage(play().play(hours(1))), Contains(alert_state::firing));
        breaks(false);
        EXPECT_THAT(told_of_storage(play().play(hours(1))), Contains(alert_state::resolved));
        EXPECT_FALSE(play().view().storage_degraded);
    }
}

// A disk that takes one batch and refuses the next is in trouble all the time.
TEST_F(storage_trouble, that_comes_and_goes_is_told_once) {
    runs("a");
    begin();
    run(minutes(2));
    int batches = 0;
    play().store = [&](const commit&) {
        return ++batches % 2 == 0 ? std::nullopt : std::optional(failed(error_class::internal));
    };
    play_log log;
    for (int i = 0; i < 20; ++i) {
        completes("b-" + std::to_string(i), minutes(122) + i * minutes(1));
        const auto more = play().play(minutes(1));
        log.insert(log.end(), more.begin(), more.end());
    }
    ASSERT_GT(batches, 20);
    EXPECT_THAT(told_of_storage(log), ElementsAre(alert_state::firing));
    play().store = [](const commit&) { return std::optional<failure>(); };
    EXPECT_THAT(told_of_storage(play().play(minutes(30))), Contains(alert_state::resolved));
    EXPECT_EQ(firing(), 0U);
}

TEST_F(storage_trouble, says_so_where_a_store_does_not_answer) {
    runs("a");
    begin();
    play().step(woke{});
    run(seconds(1));
    fails("a", minutes(122));
    // Nobody confirms anything from now on.
    actions given;
    for (int i = 0; i < 500 && !play().view().storage_degraded; ++i) {
        given = play().wake();
        for (const auto& asked : given) {
            if (const auto* page = std::get_if<list_jobs>(&asked)) {
                play().step(listed{page->id, play().lists(*page), milliseconds(200), {}});
            } else if (const auto* poll = std::get_if<describe>(&asked)) {
                play().answer(*poll, play().aws(*poll));
            }
        }
    }
    ASSERT_TRUE(play().view().storage_degraded);
    const auto& alerts = play().view().alerts;
    ASSERT_FALSE(alerts.empty());
    EXPECT_THAT(alerts.back().annotations.at("summary"), HasSubstr("no answer in time"));
}

// Everything that any row kind holds is on the disk afterwards, as if there had been no trouble.
TEST_F(storage_trouble, leaves_no_trace_in_the_ledger) {
    auto chosen = finds_all();
    chosen.watch_lists[0].labels_from_tags = {{"owner", "team"}};
    for (const auto* name : {"a", "b", "c"}) {
        runs(name);
        aws.tags[core::job(name).seen().arn] = {{"team", "vision"}};
    }
    begin(chosen);
    run(minutes(2));
    int refused = 0;
    play().store = [&](const commit& batch) {
        if (++refused <= 6) return std::optional(failed(error_class::internal));
        disk.add(batch);
        return std::optional<failure>();
    };
    fails("a", minutes(122));
    completes("b", minutes(122));
    play().play(hours(1));
    EXPECT_GT(refused, 6);
    EXPECT_FALSE(play().view().storage_degraded);
    const auto fleet = play().view().fleet;
    const auto labels = job("c")->tag_labels;
    restart(chosen);
    EXPECT_EQ(play().view().fleet, fleet);
    EXPECT_EQ(job("c")->tag_labels, labels);
    EXPECT_THAT(labels, SizeIs(1));
    for (const auto& [key, row] : disk.jobs())
        EXPECT_TRUE(row.tags.has_value()) << key.identity.name;
    for (const auto& [key, row] : disk.alerts())
        EXPECT_FALSE(row.reason.empty()) << key;
    EXPECT_EQ(count_notes(run(minutes(10)), "alert_fired"), 0);
}

// ---- what a person has seen --------------------------------------------------------------------

class acknowledging : public ledger_test {
protected:
    acknowledgement acknowledge(const std::string& job) {
        told = run(milliseconds(1), acknowledged{job});
        std::vector<acknowledgement> answers;
        for (const auto& [when, each] : told) {
            if (const auto* answer = std::get_if<acknowledgement>(&each))
                answers.push_back(*answer);
        }
        EXPECT_THAT(answers, SizeIs(1));
        return answers.empty() ? acknowledgement{} : answers.front();
    }

    play_log told{};  // at the last one
};

TEST_F(acknowledging, ends_the_alerts_of_the_job_and_says_which) {
    fails("a", minutes(100));
    fails("b", minutes(100));
    begin();
    run(minutes(10));
    EXPECT_EQ(firing(), 2U);
    const auto answer = acknowledge("a");
    EXPECT_EQ(answer.job, "a");
    EXPECT_TRUE(answer.known);
    ASSERT_THAT(answer.ended, SizeIs(1));
    EXPECT_THAT(answer.ended[0], HasSubstr("training_job=\"a\""));
    EXPECT_EQ(firing(), 1U);
    // Receivers are told why.
    auto messages = messages_to(told, endpoint_id{0});
    EXPECT_TRUE(answer.kept);
    // The other one may be told of again along with it.
    std::erase_if(messages, [](const auto& each) { return each.state == alert_state::firing; });
    ASSERT_THAT(messages, SizeIs(1));
    EXPECT_EQ(messages[0].state, alert_state::resolved);
    EXPECT_EQ(messages[0].labels.at("training_job"), "a");
    EXPECT_EQ(messages[0].annotations.at("resolved_because"), "acknowledged");
}

TEST_F(acknowledging, lasts_over_restarts_and_further_sights_of_the_job) {
    fails("a", minutes(100));
    begin();
    run(minutes(10));
    acknowledge("a");
    auto log = run(hours(2));
    EXPECT_EQ(count_notes(log, "alert_fired"), 0);
    for (int i = 0; i < 2; ++i) {
        restart();
        EXPECT_EQ(firing(), 0U);
        log = run(hours(2));
        EXPECT_EQ(count_notes(log, "alert_fired"), 0);
        EXPECT_THAT(told_firing(log), IsEmpty());
    }
    ASSERT_THAT(disk.alerts(), SizeIs(1));
    const auto& kept = disk.alerts().begin()->second.alert;
    EXPECT_EQ(kept.annotations.at("resolved_because"), "acknowledged");
}

// The name is used again: that job's end is news.
// It may have stored what it did not confirm.
TEST_F(acknowledging, reaches_a_webhook_that_answers_long_after_a_restart) {
    fails("a", minutes(100));
    begin(with_webhook());
    play().receiver = [](const deliver& parcel) -> result<domain::receipt> {
        if (parcel.endpoint == endpoint_id{1}) return failed(error_class::transient);
        return domain::receipt{};
    };
    run(minutes(10));
    run(minutes(10), acknowledged{"a"});
    restart(with_webhook(), hours(2));
    const auto heard = messages_to(run(minutes(10)), endpoint_id{1});
    ASSERT_THAT(heard, SizeIs(1));
    EXPECT_EQ(heard[0].state, alert_state::resolved);
}

TEST_F(acknowledging, of_a_job_says_nothing_about_the_next_one_of_the_name) {
    fails("a", minutes(100));
    begin();
    run(minutes(10));
    acknowledge("a");
    const auto again = later(minutes(131));
    auto next = core::job("a").created_at(again).phase("Starting", minutes(131), minutes(132));
    aws.put(next.fails(minutes(132)), later(minutes(132)));
    const auto log = run(minutes(10));
    EXPECT_EQ(count_notes(log, "alert_fired"), 1);
    EXPECT_EQ(firing(), 1U);
}

TEST_F(acknowledging, takes_an_arn) {
    fails("a", minutes(100));
    begin();
    run(minutes(10));
    EXPECT_THAT(acknowledge(core::job("a").seen().arn).ended, SizeIs(1));
    EXPECT_EQ(firing(), 0U);
}

TEST_F(acknowledging, tells_nothing_to_end_from_nothing_known) {
    runs("a");
    begin();
    run(minutes(10));
    const auto nothing_to_end = acknowledge("a");
    EXPECT_TRUE(nothing_to_end.known);
    EXPECT_THAT(nothing_to_end.ended, IsEmpty());
    for (const auto* unheard : {"b", "", "arn:aws:sagemaker:eu-west-1:111122223333:training-job/b"})
        EXPECT_FALSE(acknowledge(unheard).known) << unheard;
}

TEST_F(acknowledging, twice_ends_nothing_the_second_time) {
    fails("a", minutes(100));
    begin();
    run(minutes(10));
    EXPECT_THAT(acknowledge("a").ended, SizeIs(1));
    const auto again = acknowledge("a");
    EXPECT_TRUE(again.known);
    EXPECT_THAT(again.ended, IsEmpty());
}

TEST_F(acknowledging, knows_jobs_that_only_their_rows_tell_of) {
    bounds.tracked_jobs = 1;
    runs("a");
    fails("b", minutes(100));
    begin();
    run(25 * hours(1) + minutes(30));
    EXPECT_EQ(job("b"), nullptr);
    EXPECT_EQ(firing(), 0U);
    EXPECT_TRUE(acknowledge("b").known);
    EXPECT_TRUE(acknowledge(core::job("b").seen().arn).known);
}

// Whoever asked goes away with the answer: a crash then must not undo it.
TEST_F(acknowledging, is_answered_once_the_disk_has_it) {
    auto plan = quick_plan({"resnet"});
    script waiting(plan);
    waiting.answer(waiting.next_poll(), running().fails(hours(2)).seen());
    waiting.step(committed{commit_id{1}, {}});
    const auto asked = waiting.step(acknowledged{"resnet"});
    EXPECT_THAT(only<acknowledgement>(asked), IsEmpty());
    const auto batch = only<commit>(asked);
    ASSERT_THAT(batch, SizeIs(1));
    const auto answers = only<acknowledgement>(waiting.step(committed{batch[0].id, {}}));
    ASSERT_THAT(answers, SizeIs(1));
    EXPECT_THAT(answers[0].ended, SizeIs(1));
    EXPECT_TRUE(answers[0].kept);
}

TEST_F(acknowledging, says_so_when_the_disk_does_not_take_it) {
    auto plan = quick_plan({"resnet"});
    script waiting(plan);
    waiting.answer(waiting.next_poll(), running().fails(hours(2)).seen());
    waiting.step(committed{commit_id{1}, {}});
    const auto batch = only<commit>(waiting.step(acknowledged{"resnet"}));
    ASSERT_THAT(batch, SizeIs(1));
    const auto full = failure{.kind = error_class::internal, .detail = "disk full"};
    auto answers = only<acknowledgement>(waiting.step(committed{batch[0].id, full}));
    ASSERT_THAT(answers, SizeIs(1));
    EXPECT_THAT(answers[0].ended, SizeIs(1));
    EXPECT_FALSE(answers[0].kept);
    // From now on nothing waits for it.
    answers = only<acknowledgement>(waiting.step(acknowledged{"unheard"}));
    ASSERT_THAT(answers, SizeIs(1));
    EXPECT_FALSE(answers[0].known);
}

// It waits for the disk: nobody has heard of it, and nobody will.
TEST_F(acknowledging, ends_an_alert_that_has_not_left_yet) {
    auto plan = quick_plan({"resnet"});
    script waiting(plan);
    waiting.answer(waiting.next_poll(), running().fails(hours(2)).seen());
    waiting.step(acknowledged{"resnet"});
    const auto after = waiting.step(committed{commit_id{1}, {}});
    EXPECT_THAT(only<deliver>(after), IsEmpty());
    EXPECT_EQ(waiting.view().receivers.at("main").unconfirmed, 0U);
}

}  // namespace
}  // namespace trainwatch::core::engine_trouble_test
