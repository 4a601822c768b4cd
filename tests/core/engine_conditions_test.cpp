// Alerts that fire for as long as something holds: when they come, when they go, what a restart and
// a reload leave of them, and who hears of them.
#include "core/engine.hpp"
#include "tests/core/script.hpp"

namespace trainwatch::core::engine_conditions_test {
namespace {

using domain::alert_state;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::IsSupersetOf;
using testing::Not;
using testing::Pair;
using testing::SizeIs;
using testing::UnorderedElementsAre;

const auto hook = webhook("pipeline", "http://hook");

std::string label(const domain::label_map& of, const char* name) {
    const auto found = of.find(name);
    return found == of.end() ? std::string() : found->second;
}

std::vector<std::string> firing(const script& play) {
    std::vector<std::string> names;
    for (const auto& alert : play.view().alerts) {
        if (alert.state == alert_state::firing) names.push_back(label(alert.labels, "alertname"));
    }
    return names;
}

std::string because(const script& play, const char* alertname) {
    for (const auto& alert : play.view().alerts) {
        if (label(alert.labels, "alertname") == alertname && alert.state == alert_state::resolved) {
            return label(alert.annotations, "resolved_because");
        }
    }
    return {};
}

// Plays it from its beginning, and keeps all that it wrote.
kept_ledger run_and_keep(script& play, nanoseconds time) {
    kept_ledger ledger;
    for (const auto& batch : only<commit>(play.opening()))
        ledger.add(batch);
    for (const auto& [when, asked] : play.play(time)) {
        if (const auto* batch = std::get_if<commit>(&asked)) ledger.add(*batch);
    }
    return ledger;
}

// What left for an endpoint: alertname and whether it was over, each time.
std::vector<std::string> told(
    const std::vector<std::pair<mono_time, action>>& log, std::uint64_t endpoint = 0
) {
    std::vector<std::string> lines;
    for (const auto& [when, asked] : log) {
        const auto* parcel = std::get_if<deliver>(&asked);
        if (!parcel || parcel->endpoint.value != endpoint) continue;
        for (const auto& alert : parcel->alerts) {
            lines.push_back(
                label(alert.labels, "alertname") +
                (alert.state == alert_state::resolved ? " over" : "")
            );
        }
    }
    return lines;
}

// A job that has used 85 % of its limit of two hours and 21 minutes when the script begins.
job near_its_deadline() {
    return running().max_runtime(seconds(8'400));
}

script near_deadline(domain::watch_plan plan = quick_plan({"resnet"}), domain::ledger known = {}) {
    script play(std::move(plan), std::move(known));
    play.aws = [](const describe&) { return near_its_deadline().seen(); };
    return play;
}

domain::observation with_an_issue(bool has_ended) {
    auto made = running().but([](auto& seen) {
        seen.rules.push_back({domain::rule_kind::debugger, "Overfit", "IssuesFound", "", {}});
    });
    if (has_ended) made.ends("Completed", "Completed", hours(2));
    return made.seen();
}

// ---- coming and going --------------------------------------------------------------------------

TEST(standing, alert_fires_once_and_ends_with_the_job) {
    auto play = near_deadline();
    auto log = play.play(minutes(1));
    EXPECT_THAT(firing(play), ElementsAre("TrainingJobNearDeadline"));
    play.aws = [](const describe&) {
        return near_its_deadline().ends("Completed", "Completed", hours(2)).seen();
    };
    log = play.play(minutes(5));
    EXPECT_THAT(firing(play), IsEmpty());
    EXPECT_EQ(because(play, "TrainingJobNearDeadline"), "job_ended");
    EXPECT_THAT(told(log), Contains("TrainingJobNearDeadline over"));
}

// Another of AWS' servers shows an older list for a while.
TEST(standing, alert_does_not_come_back_with_an_answer_from_before_the_job_stopped) {
    auto play = near_deadline();
    play.play(minutes(1));
    ASSERT_THAT(firing(play), ElementsAre("TrainingJobNearDeadline"));
    const auto stopping = near_its_deadline().phase("Stopping", hours(2) + minutes(1));
    play.aws = [&](const describe&) { return stopping.seen(); };
    play.play(minutes(2));
    ASSERT_THAT(firing(play), IsEmpty());
    play.aws = [](const describe&) { return near_its_deadline().seen(); };
    EXPECT_THAT(told(play.play(minutes(2))), Not(Contains("TrainingJobNearDeadline")));
    EXPECT_THAT(firing(play), IsEmpty());
}

// What a rule found is not in an answer of a server that lags behind.
TEST(standing, alert_of_a_rule_does_not_come_and_go_with_an_older_answer) {
    const auto found = with_an_issue(false);
    auto newer = found;
    newer.modified = later(hours(1) + minutes(50));
    auto older = running().seen();
    older.modified = later(hours(1));
    script play(quick_plan({"resnet"}));
    bool lags = false;
    play.aws = [&](const describe&) { return lags ? older : newer; };
    play.play(minutes(1));
    ASSERT_THAT(firing(play), ElementsAre("TrainingJobRuleIssue"));
    lags = true;
    const auto log = play.play(limits::settle_patience - seconds(45));
    EXPECT_THAT(told(log), Not(Contains("TrainingJobRuleIssue over")));
    play.play(minutes(2));
    EXPECT_THAT(firing(play), IsEmpty()) << "it says so for good";
}

TEST(standing, nothing_comes_again_of_a_job_that_was_called_ended) {
    auto play = near_deadline();
    play.play(minutes(1));
    ASSERT_THAT(firing(play), ElementsAre("TrainingJobNearDeadline"));
    auto torn = near_its_deadline().seen();
    torn.status = domain::parse_primary("Failed");
    bool is_torn = true;
    play.aws = [&](const describe&) { return is_torn ? torn : near_its_deadline().seen(); };
    play.play(minutes(1) + seconds(10));
    ASSERT_THAT(firing(play), IsEmpty());
    is_torn = false;
    play.play(limits::settle_patience - seconds(20));
    EXPECT_THAT(firing(play), IsEmpty());
    play.play(minutes(2));
    EXPECT_THAT(firing(play), Contains("TrainingJobNearDeadline")) << "it goes on after all";
}

// A page of two minds: its time is the newest, its status is not.
TEST(standing, nothing_comes_again_of_a_job_that_was_uploading) {
    auto play = near_deadline();
    play.play(minutes(1));
    ASSERT_THAT(firing(play), ElementsAre("TrainingJobNearDeadline"));
    const auto uploading = near_its_deadline().status("InProgress", "Uploading").seen();
    auto torn = near_its_deadline().seen();
    torn.modified = later(hours(3));
    bool is_torn = false;
    play.aws = [&](const describe&) { return is_torn ? torn : uploading; };
    play.play(minutes(1) + seconds(10));
    ASSERT_THAT(firing(play), IsEmpty());
    is_torn = true;
    play.play(limits::settle_patience - seconds(20));
    EXPECT_THAT(firing(play), IsEmpty());
    play.play(minutes(2));
    EXPECT_THAT(firing(play), Contains("TrainingJobNearDeadline")) << "AWS says so for good";
}

// To it the alert has fired all the time: that the second time is over before anybody could tell of
// it is news.
TEST(standing, webhook_that_was_away_while_it_came_again_hears_the_end) {
    auto plan = quick_plan({"resnet"});
    plan.endpoints = {hook};
    plan.global.staleness_bound = seconds(5);
    auto play = near_deadline(plan);
    EXPECT_THAT(told(play.play(minutes(1))), ElementsAre("TrainingJobNearDeadline"));
    play.receiver = [](const deliver&) -> result<domain::receipt> {
        auto why = failed(error_class::throttled);
        why.retry_after = minutes(1);
        return why;
    };
    const auto no_limit = [](const describe&) { return running().seen(); };
    play.aws = no_limit;
    EXPECT_THAT(told(play.play(seconds(15))), ElementsAre("TrainingJobNearDeadline over"));
    play.aws = [](const describe&) { return near_its_deadline().seen(); };
    EXPECT_THAT(told(play.play(seconds(15))), IsEmpty());
    EXPECT_THAT(firing(play), ElementsAre("TrainingJobNearDeadline"));
    play.aws = no_limit;
    EXPECT_THAT(told(play.play(seconds(15))), IsEmpty());
    EXPECT_THAT(firing(play), IsEmpty());
    play.receiver = [](const deliver&) { return domain::receipt{}; };
    EXPECT_THAT(told(play.play(minutes(5))), ElementsAre("TrainingJobNearDeadline over"));
}

TEST(standing, alert_says_in_the_log_why_it_fired) {
    auto play = near_deadline();
    const auto log = play.play(minutes(1));
    std::vector<std::string> reasons;
    for (const auto& [when, asked] : log) {
        const auto* line = std::get_if<note>(&asked);
        if (!line || line->name != "alert_fired") continue;
        for (const auto& [name, value] : line->fields) {
            if (name == "reason") reasons.push_back(value);
        }
    }
    EXPECT_THAT(reasons, ElementsAre(HasSubstr("of its MaxRuntimeInSeconds of 2h20m")));
}

TEST(standing, alerts_of_two_thresholds_fire_one_after_the_other) {
    auto play = near_deadline();
    play.play(minutes(20));
    EXPECT_THAT(firing(play), SizeIs(2));
    EXPECT_THAT(
        play.view().alerts,
        UnorderedElementsAre(
            testing::Field(&domain::alert::labels, Contains(Pair("severity", "warning"))),
            testing::Field(&domain::alert::labels, Contains(Pair("severity", "critical")))
        )
    );
}

// AWS is silent: whether the job still runs nobody knows, and nothing is made up.
TEST(standing, alert_is_not_made_of_a_silence) {
    script play(quick_plan({"resnet"}));
    play.aws = [](const describe&) { return running().max_runtime(seconds(12'000)).seen(); };
    play.play(minutes(1));
    EXPECT_THAT(firing(play), IsEmpty());
    play.aws = [](const describe&) -> result<domain::observation> {
        return failed(error_class::transient);
    };
    play.play(hours(2));
    EXPECT_THAT(firing(play), Not(Contains("TrainingJobNearDeadline")));
    EXPECT_THAT(firing(play), Not(Contains("TrainingJobPastDeadline")));
}

// AWS tells of an end in several steps.
TEST(standing, alert_is_not_made_of_a_job_whose_end_is_half_told) {
    for (const bool has_entry : {false, true}) {
        script play(quick_plan({"resnet"}));
        play.aws = [&](const describe&) {
            auto half = near_its_deadline();
            if (has_entry) half.phase("Completed", hours(2), hours(2));
            return half.status("InProgress", has_entry ? "Training" : "Completed").seen();
        };
        play.play(minutes(1));
        EXPECT_THAT(firing(play), IsEmpty()) << has_entry;
    }
}

TEST(standing, alert_of_a_phase_ends_when_the_phase_is_left) {
    script play(quick_plan({"resnet"}));
    play.aws = [](const describe&) { return job().phase("Starting", seconds(0)).seen(); };
    play.play(minutes(1));
    EXPECT_THAT(firing(play), ElementsAre("TrainingJobStuck"));
    play.aws = [](const describe&) {
        return job()
            .phase("Starting", seconds(0), hours(2) + minutes(1))
            .phase("Downloading", hours(2) + minutes(1))
            .seen();
    };
    play.play(minutes(2));
    EXPECT_THAT(firing(play), IsEmpty());
    EXPECT_EQ(because(play, "TrainingJobStuck"), "over");
}

// The same phase again is the same identity: it fires once its former end was told.
TEST(standing, alert_fires_again_when_what_it_is_about_comes_again) {
    script play(quick_plan({"resnet"}));
    play.aws = [](const describe&) { return job().phase("Starting", seconds(0)).seen(); };
    play.play(minutes(1));
    const auto back = hours(2) + minutes(5);
    play.aws = [&](const describe&) {
        return job()
            .spot()
            .phase("Starting", seconds(0), back)
            .phase("Training", back, back + minutes(1))
            .phase("Interrupted", back + minutes(1), back + minutes(2))
            .phase("Starting", back + minutes(2))
            .seen();
    };
    play.play(minutes(25));
    EXPECT_THAT(firing(play), IsEmpty());
    play.play(minutes(15));
    EXPECT_THAT(firing(play), ElementsAre("TrainingJobStuck"));
}

// A receiver that is dead is owed the end of the last time for as long as it is.
TEST(standing, alert_that_comes_again_is_not_held_up_by_who_does_not_hear) {
    auto plan = quick_plan({"resnet"});
    plan.endpoints.push_back(hook);
    script play(plan);
    play.receiver = [](const deliver& asked) -> result<domain::receipt> {
        if (asked.endpoint.value == 1) return failed(error_class::transient);
        return domain::receipt{};
    };
    const auto starting = [](milliseconds since) {
        return job().phase("Downloading", seconds(0), since).phase("Starting", since).seen();
    };
    play.aws = [&](const describe&) { return starting(minutes(60)); };
    play.play(minutes(1));
    EXPECT_THAT(firing(play), ElementsAre("TrainingJobStuck"));
    play.aws = [&](const describe&) { return starting(minutes(121)); };
    play.play(minutes(2));
    EXPECT_THAT(firing(play), IsEmpty());
    play.aws = [&](const describe&) { return starting(minutes(61)); };
    const auto log = play.play(minutes(1));
    EXPECT_THAT(firing(play), ElementsAre("TrainingJobStuck"));
    EXPECT_THAT(told(log, 0), Contains("TrainingJobStuck"));
    EXPECT_EQ(play.view().receivers.at("main").unconfirmed, 0U);
    EXPECT_EQ(play.view().receivers.at("pipeline").unconfirmed, 1U);
}

// AWS rewrites the message in place: machines are there now, and the wait for them was no fault.
TEST(standing, alert_is_not_made_of_a_wait_for_capacity_that_is_over) {
    script play(quick_plan({"resnet"}));
    std::string message = "Insufficient capacity error from EC2, retrying!";
    play.aws = [&](const describe&) {
        return job().phase("Starting", minutes(60), {}, message).seen();
    };
    play.play(minutes(1));
    message = "Preparing the instances for training";
    play.play(minutes(10));
    EXPECT_THAT(firing(play), IsEmpty());
    play.play(minutes(55));
    EXPECT_THAT(firing(play), ElementsAre("TrainingJobStuck"));
}

TEST(standing, alert_of_a_deleted_name_ends) {
    auto play = near_deadline();
    play.play(minutes(1));
    play.aws = [](const describe&) -> result<domain::observation> {
        return failed(error_class::not_found);
    };
    play.play(minutes(2));
    EXPECT_THAT(firing(play), IsEmpty());
    EXPECT_EQ(because(play, "TrainingJobNearDeadline"), "deleted");
}

TEST(standing, alert_of_a_job_whose_name_another_one_has_by_now_ends) {
    auto play = near_deadline();
    play.play(minutes(1));
    play.aws = [](const describe&) {
        return job().created_at(later(hours(2))).phase("Starting", hours(2)).seen();
    };
    play.play(minutes(2));
    EXPECT_THAT(firing(play), IsEmpty());
    EXPECT_EQ(because(play, "TrainingJobNearDeadline"), "name_reused");
}

TEST(standing, alert_ends_when_its_list_goes) {
    auto play = near_deadline();
    play.play(minutes(1));
    auto next = play.subject().plan();
    next.targets.clear();
    play.play(minutes(1), reconfigured{next});
    EXPECT_THAT(firing(play), IsEmpty());
    EXPECT_EQ(because(play, "TrainingJobNearDeadline"), "unwatched");
}

TEST(standing, alert_that_a_reload_switches_off_ends) {
    auto play = near_deadline();
    play.play(minutes(1));
    auto next = play.subject().plan();
    next.lists["nightly"].alerts["TrainingJobNearDeadline"].enabled = false;
    play.play(minutes(2), reconfigured{next});
    EXPECT_THAT(firing(play), IsEmpty());
    EXPECT_EQ(because(play, "TrainingJobNearDeadline"), "switched_off");
}

TEST(standing, alert_whose_limit_a_reload_takes_back_is_switched_off) {
    auto plan = quick_plan({"resnet"});
    plan.lists["nightly"].limits.billable = minutes(10);
    script play(std::move(plan));
    play.aws = [](const describe&) { return running().seen(); };
    play.play(minutes(1));
    ASSERT_THAT(firing(play), ElementsAre("TrainingJobOverBudget"));
    auto next = play.subject().plan();
    next.lists["nightly"].limits = {};
    play.play(minutes(2), reconfigured{next});
    EXPECT_THAT(firing(play), IsEmpty());
    EXPECT_EQ(because(play, "TrainingJobOverBudget"), "switched_off");
}

// ---- what it says by now -----------------------------------------------------------------------

// Of the first alert in each parcel for the endpoint that has one of that name, the annotation.
std::vector<std::string> said(
    const std::vector<std::pair<mono_time, action>>& log,
    const char* annotation,
    std::uint64_t endpoint = 0
) {
    std::vector<std::string> texts;
    for (const auto& [when, asked] : log) {
        const auto* parcel = std::get_if<deliver>(&asked);
        if (!parcel || parcel->endpoint.value != endpoint) continue;
        texts.push_back(label(parcel->alerts.front().annotations, annotation));
    }
    return texts;
}

TEST(standing, alert_tells_the_present_text_with_each_re_send) {
    script play(quick_plan({"resnet"}));
    const auto spot = [] { return running().spot().max_runtime(seconds(8'400)); };
    play.aws = [&](const describe&) { return spot().seen(); };
    auto log = play.play(minutes(1));
    const auto fired = play.view().alerts.at(0);
    EXPECT_THAT(said(log, "summary").front(), HasSubstr("has used 84 %"));
    EXPECT_EQ(said(log, "deadline").front(), "2025-11-23T11:48:00.123Z");
    const auto interrupted = hours(2) + minutes(1);
    play.aws = [&](const describe&) { return spot().phase("Interrupted", interrupted).seen(); };
    log = play.play(minutes(2));
    EXPECT_THAT(said(log, "summary").back(), HasSubstr("once it has trained for so long"));
    // It goes on, and has as long as it stood still.
    play.aws = [&](const describe&) {
        return spot()
            .phase("Interrupted", interrupted, interrupted + minutes(2))
            .phase("Training", interrupted + minutes(2))
            .seen();
    };
    log = play.play(minutes(3));
    EXPECT_THAT(
        said(log, "summary").back(),
        testing::AnyOf(HasSubstr("has used 86 %"), HasSubstr("has used 87 %"))
    );
    EXPECT_EQ(said(log, "deadline").back(), "2025-11-23T11:50:00.123Z");
    EXPECT_EQ(play.view().alerts.at(0).labels, fired.labels);
    EXPECT_EQ(play.view().alerts.at(0).starts_at, fired.starts_at);
    // Why it fired is what it was.
    const auto ledger = keep(log);
    ASSERT_THAT(ledger.alerts(), SizeIs(1));
    const auto& row = ledger.alerts().begin()->second;
    EXPECT_THAT(row.reason, HasSubstr(", 84 % of its"));
    EXPECT_EQ(label(row.alert.annotations, "deadline"), "2025-11-23T11:50:00.123Z");
}

// It is told what is new with the end.
TEST(standing, alert_that_says_something_else_is_not_sent_to_a_webhook_for_that) {
    auto plan = quick_plan({"resnet"});
    plan.endpoints.push_back(hook);
    script play(plan);
    play.aws = [](const describe&) { return job().phase("Starting", seconds(0)).seen(); };
    auto log = play.play(minutes(10));
    EXPECT_THAT(told(log, 1), ElementsAre("TrainingJobStuck"));
    EXPECT_THAT(said(log, "summary", 1).front(), HasSubstr("has been Starting for 2h,"));
    play.aws = [](const describe&) {
        return job()
            .phase("Starting", seconds(0), hours(2) + minutes(10))
            .phase("Downloading", hours(2) + minutes(10))
            .seen();
    };
    log = play.play(minutes(2));
    EXPECT_THAT(told(log, 1), ElementsAre("TrainingJobStuck over"));
    EXPECT_THAT(said(log, "summary", 1).front(), HasSubstr("has been Starting for 2h9m"));
}

// Starting for two hours, and asked about each second.
script stuck_and_looked_at() {
    auto plan = quick_plan({"resnet"});
    plan.global.staleness_bound = seconds(2);
    script play(std::move(plan));
    play.aws = [](const describe&) { return job().phase("Starting", seconds(0)).seen(); };
    return play;
}

// What changes by the second costs the disk two writes a minute.
TEST(standing, alert_that_says_something_else_each_second_is_written_now_and_then) {
    auto play = stuck_and_looked_at();
    play.play(minutes(1));
    std::size_t polls = 0;
    std::size_t rows = 0;
    for (const auto& [when, asked] : play.play(minutes(20))) {
        if (const auto* batch = std::get_if<commit>(&asked)) rows += batch->batch.alerts.size();
        if (std::holds_alternative<describe>(asked)) ++polls;
    }
    EXPECT_GT(polls, 500U);
    EXPECT_GE(rows, 20U);
    EXPECT_LE(rows, 41U);
}

TEST(standing, alert_that_says_nothing_new_is_not_written_again) {
    script play(quick_plan({"resnet"}));
    play.aws = [](const describe&) { return with_an_issue(false); };
    play.play(minutes(1));
    const auto log = play.play(minutes(20));
    EXPECT_THAT(keep(log).alerts(), IsEmpty());
    // When it was seen to hold last is told all the same.
    EXPECT_GE(said(log, "seen_at").back(), iso8601(play.now().wall - minutes(2)));
}

TEST(standing, alert_keeps_its_last_text_when_the_daemon_stops) {
    auto play = stuck_and_looked_at();
    auto ledger = run_and_keep(play, minutes(1) + seconds(17));
    const auto text = play.view().alerts.at(0).annotations;
    for (const auto& [when, asked] : play.play(seconds(1), stop_requested{})) {
        if (const auto* batch = std::get_if<commit>(&asked)) ledger.add(*batch);
    }
    ASSERT_THAT(ledger.alerts(), SizeIs(1));
    EXPECT_EQ(
        label(ledger.alerts().begin()->second.alert.annotations, "summary"), label(text, "summary")
    );
}

// The reason comes with the description; the alert fired without, and keeps its labels.
TEST(standing, alert_of_an_end_tells_the_reason_that_came_later) {
    script play(quick_plan({"resnet"}));
    play.aws = [](const describe&) { return running().fails(hours(2), "").seen(); };
    play.play(minutes(2));
    ASSERT_THAT(firing(play), ElementsAre("TrainingJobFailed"));
    const auto labels = play.view().alerts.at(0).labels;
    EXPECT_THAT(label(play.view().alerts.at(0).annotations, "summary"), HasSubstr("no reason"));
    play.aws = [](const describe&) {
        return running().fails(hours(2), "AlgorithmError: CUDA out of memory").seen();
    };
    const auto log = play.play(hours(2));
    EXPECT_EQ(play.view().alerts.at(0).labels, labels);
    EXPECT_THAT(said(log, "summary").back(), HasSubstr("CUDA out of memory"));
    EXPECT_THAT(
        keep(log).alerts().at(domain::identity(labels)).alert.annotations.at("summary"),
        HasSubstr("CUDA out of memory")
    );
}

TEST(watcher, tells_how_old_the_picture_is_by_now) {
    script play(quick_plan({"resnet"}));
    play.play(minutes(1));
    play.aws = [](const describe&) -> result<domain::observation> {
        return failed(error_class::transient);
    };
    play.play(minutes(4));
    ASSERT_THAT(firing(play), Contains("TrainwatchdStale"));
    const auto log = play.play(minutes(30));
    std::set<std::string> texts;
    for (const auto& [when, asked] : log) {
        const auto* parcel = std::get_if<deliver>(&asked);
        if (!parcel) continue;
        for (const auto& alert : parcel->alerts) {
            if (label(alert.labels, "alertname") != "TrainwatchdStale") continue;
            texts.insert(label(alert.annotations, "description"));
        }
    }
    EXPECT_THAT(texts, SizeIs(testing::Ge(20U)));
}

// ---- a restart ---------------------------------------------------------------------------------

TEST(standing, alert_goes_on_over_a_restart_under_the_same_identity) {
    auto first = near_deadline();
    const auto ledger = run_and_keep(first, minutes(1));
    auto second = near_deadline(quick_plan({"resnet"}), ledger.load());
    const auto log = second.play(minutes(5));
    EXPECT_EQ(second.view().alerts.size(), 1U);
    EXPECT_EQ(second.view().alerts[0].labels, first.view().alerts[0].labels);
    EXPECT_EQ(second.view().alerts[0].starts_at, first.view().alerts[0].starts_at);
    EXPECT_THAT(told(log), Not(Contains("TrainingJobNearDeadline over")));
}

// It may be over: whoever said so meanwhile is not contradicted.
TEST(standing, alert_waits_after_a_restart_for_word_of_its_job) {
    auto first = near_deadline();
    const auto ledger = run_and_keep(first, minutes(1));
    auto plan = quick_plan({"other", "resnet"});
    script second(plan, ledger.load());
    second.aws = [&](const describe& asked) -> result<domain::observation> {
        if (asked.name == "other") return running("other").seen();
        return failed(error_class::transient);
    };
    EXPECT_THAT(
        told(second.play(minutes(1) + seconds(50))), Not(Contains("TrainingJobNearDeadline"))
    );
    EXPECT_THAT(told(second.play(seconds(20))), Contains("TrainingJobNearDeadline"))
        << "it must not lapse";
    auto third = near_deadline(plan, ledger.load());
    EXPECT_THAT(told(third.play(seconds(20))), ElementsAre("TrainingJobNearDeadline"));
    script fourth(plan, ledger.load());
    fourth.aws = [](const describe& asked) -> result<domain::observation> {
        if (asked.name == "other") return running("other").seen();
        return near_its_deadline().ends("Completed", "Completed", hours(2)).seen();
    };
    EXPECT_THAT(told(fourth.play(seconds(20))), ElementsAre("TrainingJobNearDeadline over"));
}

// AWS cannot be reached, and our clock is two days behind: an end by that is a resolve.
TEST(standing, alert_ends_by_alertmanagers_own_clock_while_nobody_tells_the_time) {
    auto first = near_deadline();
    const auto ledger = run_and_keep(first, minutes(1));
    auto second = near_deadline(quick_plan({"resnet"}), ledger.load());
    second.aws = [](const describe&) { return failed(error_class::transient); };
    second.jump(-hours(48));
    second.receivers_are_ahead = hours(48);
    std::vector<domain::alert_message> messages;
    for (const auto& [when, each] : second.play(minutes(3))) {
        const auto* sent = std::get_if<deliver>(&each);
        if (!sent) continue;
        for (const auto& alert : sent->alerts) {
            if (label(alert.labels, "alertname") == "TrainingJobNearDeadline") {
                messages.push_back(alert);
            }
        }
    }
    ASSERT_GE(messages.size(), 2U);
    EXPECT_EQ(messages[0].state, alert_state::firing);
    EXPECT_EQ(messages[0].ends_at, std::nullopt);
    EXPECT_GE(messages[1].ends_at, second.now().wall + hours(48));
}

TEST(standing, alert_of_a_job_that_ended_while_nobody_watched_ends_after_the_restart) {
    auto first = near_deadline();
    const auto ledger = run_and_keep(first, minutes(1));
    script second(quick_plan({"resnet"}), ledger.load());
    second.aws = [](const describe&) {
        return near_its_deadline().ends("Completed", "Completed", hours(2)).seen();
    };
    const auto log = second.play(minutes(5));
    EXPECT_THAT(firing(second), IsEmpty());
    EXPECT_EQ(because(second, "TrainingJobNearDeadline"), "job_ended");
    EXPECT_THAT(told(log), Contains("TrainingJobNearDeadline over"));
}

// ---- rules after the end -----------------------------------------------------------------------

TEST(standing, alert_of_a_rule_stays_for_a_day_after_the_end_of_its_job) {
    script play(quick_plan({"resnet"}));
    play.aws = [](const describe&) { return with_an_issue(false); };
    play.play(minutes(1));
    EXPECT_THAT(firing(play), ElementsAre("TrainingJobRuleIssue"));
    play.aws = [](const describe&) { return with_an_issue(true); };
    play.play(hours(24) - minutes(2));
    EXPECT_THAT(firing(play), ElementsAre("TrainingJobRuleIssue"));
    play.play(minutes(5));
    EXPECT_THAT(firing(play), IsEmpty());
    EXPECT_EQ(because(play, "TrainingJobRuleIssue"), "hold");
}

// As its end itself.
TEST(standing, rule_of_a_job_that_had_ended_long_before_the_first_start_is_no_news) {
    script play(quick_plan({"resnet"}), {}, at(hours(14)));
    play.aws = [](const describe&) { return with_an_issue(true); };
    play.play(minutes(10));
    ASSERT_TRUE(play.view().jobs.at(0).ending);
    EXPECT_THAT(firing(play), IsEmpty());
}

TEST(standing, alert_of_a_rule_ends_a_day_after_the_end_in_spite_of_a_restart) {
    script first(quick_plan({"resnet"}));
    first.aws = [](const describe&) { return with_an_issue(true); };
    const auto ledger = run_and_keep(first, hours(2));
    EXPECT_THAT(firing(first), ElementsAre("TrainingJobRuleIssue"));
    script second(quick_plan({"resnet"}), ledger.load(), first.now());
    second.aws = first.aws;
    second.play(hours(21) + minutes(58));
    EXPECT_THAT(firing(second), ElementsAre("TrainingJobRuleIssue"));
    second.play(minutes(5));
    EXPECT_THAT(firing(second), IsEmpty());
}

// ---- a connection that is down -----------------------------------------------------------------

TEST(watcher, says_when_a_connection_is_down_for_five_minutes) {
    script play(quick_plan({"resnet"}));
    play.play(minutes(1));
    play.aws = [](const describe&) -> result<domain::observation> {
        return failed(error_class::denied, "not authorized");
    };
    play.play(minutes(4));
    EXPECT_THAT(firing(play), Not(Contains("TrainwatchdConnectionDown")));
    play.play(minutes(3));
    EXPECT_THAT(firing(play), Contains("TrainwatchdConnectionDown"));
    for (const auto& alert : play.view().alerts) {
        if (label(alert.labels, "alertname") != "TrainwatchdConnectionDown") continue;
        EXPECT_THAT(
            alert.labels,
            IsSupersetOf({Pair("connection", "main"), Pair("aws_region", "eu-west-1")})
        );
        EXPECT_THAT(alert.annotations.at("summary"), HasSubstr("not authorized"));
    }
    play.aws = [](const describe&) { return running().seen(); };
    play.play(minutes(15));
    EXPECT_THAT(firing(play), Not(Contains("TrainwatchdConnectionDown")));
    EXPECT_EQ(because(play, "TrainwatchdConnectionDown"), "recovered");
}

TEST(watcher, goes_on_over_a_restart_with_what_it_says_of_itself) {
    script first(quick_plan({"resnet"}));
    first.aws = [](const describe&) { return running().status("Hibernating", "Training").seen(); };
    run_and_keep(first, minutes(1));
    script second(quick_plan({"resnet"}));
    second.aws = first.aws;
    auto ledger = run_and_keep(second, minutes(1));
    second.aws = [](const describe&) -> result<domain::observation> {
        return failed(error_class::denied, "not authorized");
    };
    for (const auto& [when, asked] : second.play(minutes(20))) {
        if (const auto* batch = std::get_if<commit>(&asked)) ledger.add(*batch);
    }
    const auto before = firing(second);
    ASSERT_THAT(
        before,
        ElementsAre("TrainwatchdConnectionDown", "TrainwatchdStale", "TrainwatchdUnknownStatus")
    );
    script third(quick_plan({"resnet"}), ledger.load(), second.now());
    third.aws = second.aws;
    const auto log = third.play(minutes(10));
    EXPECT_EQ(firing(third), before);
    for (const auto& line : told(log))
        EXPECT_THAT(line, Not(HasSubstr("over")));
    // And it is over when it is.
    third.aws = [](const describe&) { return running().seen(); };
    third.play(minutes(30));
    EXPECT_THAT(firing(third), IsEmpty());
}

// ---- a status that nobody knows ----------------------------------------------------------------

TEST(watcher, says_once_that_it_does_not_know_a_status) {
    script play(quick_plan({"a", "b"}));
    play.aws = [](const describe& asked) {
        return running(asked.name).status("Hibernating", "Training").seen();
    };
    play.play(minutes(1));
    EXPECT_THAT(firing(play), ElementsAre("TrainwatchdUnknownStatus"));
    EXPECT_THAT(
        play.view().alerts[0].labels,
        IsSupersetOf({Pair("member", "TrainingJobStatus"), Pair("value", "Hibernating")})
    );
    // The name of a job is not enough to find it.
    EXPECT_THAT(
        label(play.view().alerts[0].annotations, "description"),
        HasSubstr("seen first at job a in account 111122223333, region eu-west-1, which")
    );
    // The last job that had it goes on to one that is known.
    play.aws = [](const describe& asked) { return running(asked.name).seen(); };
    play.play(minutes(4));
    EXPECT_THAT(firing(play), ElementsAre("TrainwatchdUnknownStatus"));
    play.play(minutes(4));
    EXPECT_THAT(firing(play), IsEmpty());
}

// ---- a list without a completion ---------------------------------------------------------------

domain::watch_plan nightly_plan() {
    auto plan = quick_plan({"resnet"});
    plan.lists["nightly"].completed_within = hours(26);
    plan.lists["nightly"].labels = {{"team", "vision"}};
    return plan;
}

TEST(overdue, list_without_a_completion_in_its_time_alerts) {
    script play(nightly_plan());
    play.play(hours(26) - minutes(1));
    EXPECT_THAT(firing(play), IsEmpty());
    play.play(minutes(5));
    ASSERT_THAT(firing(play), ElementsAre("TrainingJobOverdue"));
    EXPECT_EQ(
        play.view().alerts[0].labels,
        (domain::label_map{
            {"alertname", "TrainingJobOverdue"},
            {"severity", "critical"},
            {"watch_list", "nightly"},
            {"team", "vision"},
        })
    );
    const auto done = play.now().mono - mono_time{};
    play.aws = [&](const describe&) {
        return running()
            .ends("Completed", "Completed", std::chrono::floor<milliseconds>(done))
            .seen();
    };
    play.play(minutes(5));
    EXPECT_THAT(firing(play), IsEmpty());
    EXPECT_EQ(because(play, "TrainingJobOverdue"), "completed");
}

TEST(overdue, list_counts_from_its_last_completion_also_after_restarts) {
    script first(nightly_plan());
    first.aws = [](const describe&) {
        return running().ends("Completed", "Completed", hours(1)).seen();
    };
    const auto ledger = run_and_keep(first, hours(10));
    script second(nightly_plan(), ledger.load(), first.now());
    second.aws = first.aws;
    // Two hours after the creation the list was first watched, one after the completion.
    second.play(hours(26) - hours(10) - minutes(1));
    EXPECT_THAT(firing(second), IsEmpty());
    second.play(minutes(5));
    EXPECT_THAT(firing(second), ElementsAre("TrainingJobOverdue"));
}

TEST(overdue, alert_goes_on_over_a_restart) {
    script first(nightly_plan());
    const auto ledger = run_and_keep(first, hours(27));
    ASSERT_THAT(firing(first), ElementsAre("TrainingJobOverdue"));
    script second(nightly_plan(), ledger.load(), first.now());
    const auto log = second.play(minutes(20));
    EXPECT_THAT(firing(second), ElementsAre("TrainingJobOverdue"));
    EXPECT_THAT(told(log), Not(Contains("TrainingJobOverdue over")));
}

// It may have completed while nobody looked.
TEST(overdue, list_is_not_judged_by_who_does_not_see_it) {
    script first(nightly_plan());
    const auto ledger = run_and_keep(first, hours(1));
    auto later_on = first.now();
    later_on.mono += hours(40);
    later_on.wall += hours(40);
    script second(nightly_plan(), ledger.load(), later_on);
    second.aws = [](const describe&) -> result<domain::observation> {
        return failed(error_class::transient);
    };
    second.play(minutes(30));
    EXPECT_THAT(firing(second), Not(Contains("TrainingJobOverdue")));
    second.aws = [](const describe&) {
        return running().ends("Completed", "Completed", hours(40)).seen();
    };
    second.play(minutes(30));
    EXPECT_THAT(firing(second), Not(Contains("TrainingJobOverdue")));
}

TEST(overdue, alert_ends_when_a_reload_expects_nothing_any_more) {
    script play(nightly_plan());
    play.play(hours(27));
    auto next = play.subject().plan();
    next.lists["nightly"].completed_within.reset();
    play.play(minutes(1), reconfigured{next});
    EXPECT_THAT(firing(play), IsEmpty());
    EXPECT_EQ(because(play, "TrainingJobOverdue"), "switched_off");
}

TEST(overdue, alert_ends_as_raised_when_a_reload_gives_more_time) {
    for (const bool had_one : {false, true}) {
        script play(nightly_plan());
        if (had_one) {
            play.aws = [](const describe&) {
                return running().ends("Completed", "Completed", hours(1)).seen();
            };
        }
        play.play(hours(27));
        ASSERT_THAT(firing(play), ElementsAre("TrainingJobOverdue"));
        auto next = play.subject().plan();
        next.lists["nightly"].completed_within = hours(40);
        play.play(minutes(1), reconfigured{next});
        EXPECT_THAT(firing(play), IsEmpty());
        EXPECT_EQ(because(play, "TrainingJobOverdue"), "limit_raised") << had_one;
    }
}

TEST(overdue, alert_tells_the_limit_that_holds_by_now) {
    script play(nightly_plan());
    play.play(hours(30));
    auto next = play.subject().plan();
    next.lists["nightly"].completed_within = hours(28);
    const auto log = play.play(minutes(3), reconfigured{next});
    EXPECT_THAT(firing(play), ElementsAre("TrainingJobOverdue"));
    EXPECT_THAT(said(log, "description").back(), HasSubstr("of the list is 1d4h"));
}

TEST(overdue, alert_says_after_a_restart_why_it_is_over) {
    script first(nightly_plan());
    const auto ledger = run_and_keep(first, hours(27));
    for (const bool raised : {false, true}) {
        auto plan = nightly_plan();
        if (raised) {
            plan.lists["nightly"].completed_within = hours(40);
        } else {
            plan.lists["nightly"].completed_within.reset();
        }
        script second(plan, ledger.load(), first.now());
        second.play(minutes(2));
        EXPECT_THAT(firing(second), IsEmpty());
        EXPECT_EQ(because(second, "TrainingJobOverdue"), raised ? "limit_raised" : "switched_off");
    }
}

// What the ledger knows of it is of the time before.
TEST(overdue, list_that_comes_back_over_restarts_is_given_its_time_anew) {
    auto without = nightly_plan();
    without.lists["nightly"].completed_within.reset();
    for (const bool by_reload : {false, true}) {
        script first(nightly_plan());
        auto ledger = run_and_keep(first, hours(1));
        std::optional<script> second;
        if (!by_reload) second.emplace(without, ledger.load(), first.now());
        auto& away = by_reload ? first : *second;
        for (const auto& batch : only<commit>(away.opening()))
            ledger.add(batch);
        for (const auto& [when, asked] : away.play(hours(40), reconfigured{without})) {
            if (const auto* batch = std::get_if<commit>(&asked)) ledger.add(*batch);
        }
        script third(nightly_plan(), ledger.load(), away.now());
        third.play(hours(25));
        EXPECT_THAT(firing(third), IsEmpty()) << by_reload;
        third.play(hours(2));
        EXPECT_THAT(firing(third), ElementsAre("TrainingJobOverdue")) << by_reload;
    }
}

// It stood in the first batch, which was lost.
TEST(overdue, list_counts_from_its_first_day_also_when_the_disk_was_full_then) {
    script first(nightly_plan());
    bool is_full = true;
    first.store = [&](const commit&) {
        return is_full ? std::optional(failed(error_class::internal)) : std::nullopt;
    };
    kept_ledger ledger;
    first.play(minutes(5));
    is_full = false;
    for (const auto& [when, asked] : first.play(hours(20))) {
        if (const auto* batch = std::get_if<commit>(&asked)) ledger.add(*batch);
    }
    ASSERT_FALSE(first.view().storage_degraded);
    script second(nightly_plan(), ledger.load(), first.now());
    second.play(hours(7));
    EXPECT_THAT(firing(second), ElementsAre("TrainingJobOverdue"));
}

// The clock was corrected by a few milliseconds between the alert and the webhook's answer.
TEST(standing, webhook_that_took_it_a_moment_before_it_began_hears_that_it_is_over) {
    auto plan = quick_plan({"resnet"});
    plan.endpoints = {hook};
    auto first = near_deadline(plan);
    auto log = first.play(minutes(1));
    first.aws = [](const describe&) {
        return near_its_deadline().ends("Completed", "Completed", hours(2)).seen();
    };
    first.receiver = [](const deliver&) { return failed(error_class::transient); };
    const auto rest = first.play(minutes(5));
    log.insert(log.end(), rest.begin(), rest.end());
    auto known = keep(log).load();
    ASSERT_THAT(known.rows.deliveries, SizeIs(1));
    const auto began = known.rows.alerts.at(0).alert.starts_at;
    known.rows.deliveries[0].first_confirmed = began - milliseconds(20);
    known.rows.deliveries[0].last_confirmed = began - milliseconds(20);
    auto after = first.now();
    after.mono += hours(48);
    after.wall += hours(48);
    script second(plan, known, after);
    second.aws = first.aws;
    EXPECT_THAT(told(second.play(minutes(5))), Contains("TrainingJobNearDeadline over"));
}

// It had ended a second before, and the daemon was killed before the webhook took it anew.
TEST(standing, webhook_that_had_taken_the_end_hears_of_what_fires_anew_after_a_restart) {
    auto plan = quick_plan({"resnet"});
    plan.endpoints = {hook};
    auto first = near_deadline(plan);
    auto log = first.play(minutes(1));
    auto known = keep(log).load();
    ASSERT_THAT(known.rows.deliveries, SizeIs(1));
    auto& told_before = known.rows.deliveries[0];
    told_before.resolved_confirmed = 1;
    told_before.last_confirmed = known.rows.alerts.at(0).alert.starts_at - milliseconds(500);
    script second(plan, known, first.now());
    second.aws = first.aws;
    EXPECT_THAT(told(second.play(minutes(5))), Contains("TrainingJobNearDeadline"));
}

// An earlier list may have all its jobs, and it waits for one of its own all the same.
TEST(overdue, new_receiver_hears_of_a_list_without_jobs) {
    script play(nightly_plan());
    play.play(hours(27));
    auto next = play.subject().plan();
    next.targets[0].watch_list = "before";
    next.lists["before"];
    next.endpoints.push_back(hook);
    const auto log = play.play(minutes(1), reconfigured{next});
    EXPECT_THAT(firing(play), Contains("TrainingJobOverdue"));
    EXPECT_THAT(told(log, 1), Contains("TrainingJobOverdue"));
}

// ---- the heartbeat -----------------------------------------------------------------------------

domain::watch_plan heartbeat_plan() {
    auto plan = quick_plan({"resnet"});
    plan.replica = "a";
    plan.endpoints.push_back(hook);
    plan.endpoints[1].heartbeat = true;
    return plan;
}

TEST(heartbeat, beats_each_minute_for_those_who_ask_for_it) {
    script play(heartbeat_plan());
    const auto log = play.play(minutes(10));
    EXPECT_THAT(told(log, 0), IsEmpty());
    EXPECT_THAT(told(log, 1), AllOf(SizeIs(testing::Ge(9U)), SizeIs(testing::Le(11U))));
    EXPECT_EQ(
        play.view().alerts.at(0).labels,
        (domain::label_map{
            {"alertname", "TrainwatchdHeartbeat"}, {"severity", "none"}, {"replica", "a"}})
    );
    EXPECT_EQ(play.view().receivers.at("main").unconfirmed, 0U);
    EXPECT_EQ(play.view().receivers.at("pipeline").unconfirmed, 0U);
}

TEST(heartbeat, goes_on_over_a_restart) {
    script first(heartbeat_plan());
    const auto ledger = run_and_keep(first, minutes(2));
    script second(heartbeat_plan(), ledger.load(), first.now());
    const auto log = second.play(minutes(10));
    EXPECT_THAT(told(log, 1), Contains("TrainwatchdHeartbeat").Times(testing::Ge(8)));
    EXPECT_THAT(told(log, 1), Not(Contains("TrainwatchdHeartbeat over")));
}

// Whoever waits for it has to know whose it is: two that share one cover each other's end.
TEST(heartbeat, has_the_name_and_the_labels_of_today) {
    script first(heartbeat_plan());
    const auto ledger = run_and_keep(first, minutes(5));
    auto plan = heartbeat_plan();
    plan.replica = "b";
    script second(plan, ledger.load(), first.now());
    const auto log = second.play(minutes(10));
    EXPECT_THAT(told(log, 1), Contains("TrainwatchdHeartbeat over"));
    ASSERT_THAT(second.view().alerts, SizeIs(1));
    EXPECT_EQ(second.view().alerts[0].labels.at("replica"), "b");
    auto next = second.subject().plan();
    next.global.labels = {{"site", "north"}};
    second.play(minutes(20), reconfigured{next});
    ASSERT_THAT(firing(second), ElementsAre("TrainwatchdHeartbeat"));
    EXPECT_EQ(second.view().alerts[0].labels.at("site"), "north");
}

TEST(heartbeat, ends_when_nobody_asks_for_it_any_more) {
    script play(heartbeat_plan());
    play.play(minutes(2));
    auto next = play.subject().plan();
    next.endpoints[1].heartbeat = false;
    const auto log = play.play(minutes(2), reconfigured{next});
    EXPECT_THAT(firing(play), IsEmpty());
    EXPECT_THAT(told(log, 1), Contains("TrainwatchdHeartbeat over"));
}

// ---- what others tell --------------------------------------------------------------------------

TEST(same_reason, is_told_with_how_many_others_and_since_when) {
    script play(quick_plan({"a", "b", "c"}));
    play.aws = [](const describe& asked) {
        return running(asked.name).fails(hours(2), "AlgorithmError: CUDA out of memory").seen();
    };
    const auto log = play.play(minutes(1));
    std::vector<std::string> told_so;
    for (const auto& [when, asked] : log) {
        const auto* line = std::get_if<commit>(&asked);
        if (!line) continue;
        for (const auto& row : line->batch.alerts)
            told_so.push_back(label(row.alert.annotations, "same_reason"));
    }
    EXPECT_THAT(
        told_so,
        IsSupersetOf<testing::Matcher<std::string>>(
            {"",
             testing::StartsWith("same reason as 1 other since 2025-11-23 11:26:40"),
             testing::StartsWith("same reason as 2 others since")}
        )
    );
}

// The first of forty is told of those that came after it.
TEST(same_reason, is_told_by_each_re_send_as_it_is_by_then) {
    auto plan = quick_plan({"a", "b", "c"});
    plan.endpoints.push_back(hook);
    script play(plan);
    play.aws = [](const describe& asked) {
        return running(asked.name).fails(hours(2), "AlgorithmError: CUDA out of memory").seen();
    };
    play.play(minutes(1));
    const auto log = play.play(minutes(2));
    for (const auto& alert : play.view().alerts) {
        EXPECT_THAT(
            label(alert.annotations, "same_reason"), testing::StartsWith("same reason as 2 others")
        );
        EXPECT_THAT(
            label(alert.annotations, "description"),
            AllOf(
                HasSubstr("It failed for the same reason as 2 others"),
                Not(HasSubstr("same reason as 1 other"))
            )
        );
    }
    EXPECT_THAT(said(log, "same_reason"), testing::Each(HasSubstr("2 others")));
    EXPECT_THAT(told(log, 1), IsEmpty());
}

TEST(same_reason, is_known_after_a_restart) {
    script first(quick_plan({"a"}));
    first.aws = [](const describe& asked) {
        return running(asked.name).fails(hours(2), "AlgorithmError: CUDA out of memory").seen();
    };
    const auto ledger = run_and_keep(first, minutes(1));
    script second(quick_plan({"a", "b"}), ledger.load(), first.now());
    second.aws = first.aws;
    second.play(minutes(1));
    ASSERT_THAT(second.view().alerts, SizeIs(2));
    EXPECT_THAT(
        label(second.view().alerts.back().annotations, "same_reason"),
        testing::StartsWith("same reason as 1 other")
    );
}

TEST(suspicious_limit, is_told_after_a_restart_by_what_the_ledger_knows) {
    script first(quick_plan({"bert-1"}));
    first.aws = [](const describe& asked) {
        return running(asked.name)
            .ends("Completed", "Completed", hours(2))
            .but([](auto& seen) { seen.training_time = seconds(7'000); })
            .seen();
    };
    const auto ledger = run_and_keep(first, minutes(1));
    script second(quick_plan({"bert-1", "bert-2"}), ledger.load(), first.now());
    second.aws = [&](const describe& asked) -> result<domain::observation> {
        if (asked.name == "bert-1") return first.aws(asked);
        return job(asked.name).phase("Starting", hours(2)).max_runtime(seconds(3'600)).seen();
    };
    second.play(minutes(1));
    EXPECT_THAT(firing(second), ElementsAre("TrainingJobSuspiciousLimit"));
}

// ---- who is told -------------------------------------------------------------------------------

domain::watch_plan two_teams() {
    auto plan = quick_plan({"ours", "theirs"});
    plan.targets[1].watch_list = "other";
    plan.endpoints.push_back(hook);
    plan.lists["nightly"].receivers = {"main"};
    plan.lists["other"].receivers = {"pipeline"};
    return plan;
}

TEST(receivers, of_a_list_hear_of_its_alerts_and_of_no_others) {
    script play(two_teams());
    play.aws = [](const describe& asked) { return running(asked.name).fails(hours(2)).seen(); };
    std::map<std::uint64_t, std::set<std::string>> jobs;
    for (const auto& [when, asked] : play.play(minutes(5))) {
        const auto* parcel = std::get_if<deliver>(&asked);
        if (!parcel) continue;
        for (const auto& alert : parcel->alerts)
            jobs[parcel->endpoint.value].insert(label(alert.labels, "training_job"));
    }
    EXPECT_THAT(jobs[0], ElementsAre("ours"));
    EXPECT_THAT(jobs[1], ElementsAre("theirs"));
    for (const auto* receiver : {"main", "pipeline"})
        EXPECT_EQ(play.view().receivers.at(receiver).unconfirmed, 0U) << receiver;
    // Each is over a day after its own receiver took it, and leaves.
    play.play(hours(25));
    EXPECT_THAT(firing(play), IsEmpty());
    EXPECT_THAT(play.view().alerts, IsEmpty());
}

TEST(receivers, of_a_list_are_the_same_after_a_restart) {
    script first(two_teams());
    first.aws = [](const describe& asked) { return running(asked.name).fails(hours(2)).seen(); };
    const auto ledger = run_and_keep(first, minutes(5));
    script second(two_teams(), ledger.load(), first.now());
    second.aws = first.aws;
    const auto log = second.play(minutes(5));
    EXPECT_THAT(told(log, 0), Contains("TrainingJobFailed"));
    // A webhook that was told is told no more.
    EXPECT_THAT(told(log, 1), IsEmpty());
    EXPECT_EQ(second.view().receivers.at("pipeline").unconfirmed, 0U);
}

// Its alerts stay with those who know of them.
TEST(receivers, of_a_list_that_is_renamed_are_the_only_ones_who_hear) {
    script play(two_teams());
    play.aws = [](const describe& asked) { return running(asked.name).fails(hours(2)).seen(); };
    play.play(minutes(5));
    auto next = play.subject().plan();
    next.lists["renamed"] = next.lists["other"];
    next.lists.erase("other");
    next.targets[1].watch_list = "renamed";
    const auto log = play.play(minutes(5), reconfigured{next});
    EXPECT_THAT(told(log, 0), testing::Each("TrainingJobFailed"));
    std::set<std::string> jobs;
    for (const auto& [when, asked] : log) {
        const auto* parcel = std::get_if<deliver>(&asked);
        if (!parcel || parcel->endpoint.value != 0) continue;
        for (const auto& alert : parcel->alerts)
            jobs.insert(label(alert.labels, "training_job"));
    }
    EXPECT_THAT(jobs, ElementsAre("ours"));
}

std::map<std::uint64_t, std::set<std::string>> jobs_told(
    const std::vector<std::pair<mono_time, action>>& log
) {
    std::map<std::uint64_t, std::set<std::string>> jobs;
    for (const auto& [when, asked] : log) {
        const auto* parcel = std::get_if<deliver>(&asked);
        if (!parcel) continue;
        for (const auto& alert : parcel->alerts)
            jobs[parcel->endpoint.value].insert(label(alert.labels, "training_job"));
    }
    return jobs;
}

domain::watch_plan renamed(domain::watch_plan plan) {
    plan.lists["renamed"] = plan.lists["other"];
    plan.lists.erase("other");
    plan.targets[1].watch_list = "renamed";
    return plan;
}

TEST(receivers, of_a_list_that_was_renamed_before_a_restart_are_the_only_ones_who_hear) {
    script first(two_teams());
    first.aws = [](const describe& asked) { return running(asked.name).fails(hours(2)).seen(); };
    const auto ledger = run_and_keep(first, minutes(5));
    script second(renamed(two_teams()), ledger.load(), first.now());
    second.aws = first.aws;
    const auto jobs = jobs_told(second.play(minutes(5)));
    EXPECT_THAT(jobs, ElementsAre(Pair(0, ElementsAre("ours"))));
    EXPECT_EQ(second.view().receivers.at("main").unconfirmed, 0U);
    EXPECT_EQ(second.view().receivers.at("pipeline").unconfirmed, 0U);
}

// Nobody has heard of it yet, and somebody must.
TEST(receivers, that_were_not_reached_before_a_restart_hear_of_a_list_that_was_renamed) {
    script first(two_teams());
    first.aws = [](const describe& asked) { return running(asked.name).fails(hours(2)).seen(); };
    first.receiver = [](const deliver&) -> result<domain::receipt> {
        return failed(error_class::transient);
    };
    const auto ledger = run_and_keep(first, minutes(5));
    script second(renamed(two_teams()), ledger.load(), first.now());
    second.aws = first.aws;
    const auto jobs = jobs_told(second.play(minutes(5)));
    EXPECT_THAT(jobs, ElementsAre(Pair(0, ElementsAre("ours")), Pair(1, ElementsAre("theirs"))));
}

TEST(receivers, who_heard_of_a_job_that_nobody_watches_after_a_restart_hear_of_the_end) {
    script first(two_teams());
    first.aws = [](const describe& asked) { return running(asked.name).fails(hours(2)).seen(); };
    const auto ledger = run_and_keep(first, minutes(5));
    auto plan = two_teams();
    plan.lists.erase("other");
    plan.targets.pop_back();
    script second(plan, ledger.load(), first.now());
    second.aws = first.aws;
    const auto log = second.play(minutes(5));
    EXPECT_THAT(told(log, 1), ElementsAre("TrainingJobFailed over"));
    EXPECT_THAT(jobs_told(log).at(0), ElementsAre("ours"));
}

TEST(receivers, hear_all_of_what_the_daemon_says_of_itself) {
    auto plan = two_teams();
    script play(plan);
    play.play(minutes(1));
    play.aws = [](const describe&) -> result<domain::observation> {
        return failed(error_class::transient);
    };
    const auto log = play.play(minutes(10));
    for (const std::uint64_t endpoint : {0U, 1U})
        EXPECT_THAT(told(log, endpoint), Contains("TrainwatchdStale")) << endpoint;
}

TEST(receivers, that_a_reload_names_hear_of_what_fires_already) {
    script play(two_teams());
    play.aws = [](const describe& asked) { return running(asked.name).fails(hours(2)).seen(); };
    play.play(minutes(5));
    auto next = play.subject().plan();
    next.lists["nightly"].receivers = {};
    const auto log = play.play(minutes(2), reconfigured{next});
    EXPECT_THAT(told(log, 1), ElementsAre("TrainingJobFailed"));
    EXPECT_EQ(play.view().receivers.at("pipeline").unconfirmed, 0U);
}

}  // namespace
}  // namespace trainwatch::core::engine_conditions_test
