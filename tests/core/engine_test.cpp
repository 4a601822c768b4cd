// The engine's polls: what is asked when, what an answer leads to. Alerts: engine_alerts_test.cpp.
#include "core/engine.hpp"

#include <algorithm>
#include <set>

#include "core/failure_reason.hpp"
#include "tests/core/script.hpp"

namespace trainwatch::core::engine_test {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Optional;
using testing::Pair;
using testing::SizeIs;

const note_fields about_resnet{
    {"training_job", "resnet"}, {"aws_region", "eu-west-1"}, {"watch_list", "nightly"}};

note_fields with(note_fields first, const note_fields& more) {
    first.insert(first.end(), more.begin(), more.end());
    return first;
}

std::vector<mono_time> polls_of(
    const std::vector<std::pair<mono_time, action>>& log, const std::string& name
) {
    std::vector<mono_time> times;
    for (const auto& [when, asked] : log) {
        const auto* poll = std::get_if<describe>(&asked);
        if (poll && poll->name == name) times.push_back(when);
    }
    return times;
}

// ---- the story of one job, whole ----------------------------------------------------------------

TEST(engine, tells_the_life_of_a_job) {
    script play(quick_plan({"resnet"}));
    const auto identity = identity_of(running());
    // Its first words say what it is going to do.
    EXPECT_EQ(
        play.opening(),
        (actions{note{
            note_level::info,
            "first_start",
            {{"targets", "1"},
             {"known_jobs", "0"},
             {"known_alerts", "0"},
             {"alerts_since", "2025-11-23T10:26:40.123Z"}}}})
    );

    // The first poll leaves as soon as its lane's turn has come.
    play.pass(milliseconds(1));
    play.gives(
        woke{},
        {describe{poll_id{1}, lane_id{0}, "resnet", play.now().mono + limits::describe_deadline}}
    );

    // The job appears; what was seen is committed at once; the first pass is over.
    const auto starting = job().phase("Pending", hours(1), {}, "Preparing the instances");
    const auto seen_at = play.now().wall;
    domain::ledger_batch first;
    first.jobs.push_back({identity, "main", "nightly", starting, seen_at, seen_at});
    first.transitions.push_back({identity, 0, starting.seen().transitions[0], seen_at, true});
    const domain::label_map nightly{
        {"account_id", "111122223333"}, {"aws_region", "eu-west-1"}, {"watch_list", "nightly"}};
    const auto counter = [&](const char* metric, domain::label_map labels) {
        labels.insert(nightly.begin(), nightly.end());
        return domain::counter_row{metric, std::move(labels), 1, {}};
    };
    const auto* transitions = "sagemaker_training_job_transitions_total";
    first.counters.push_back(counter(transitions, {{"secondary_status", "Pending"}}));
    first.last_complete_sweep = seen_at - milliseconds(1);
    play.gives(
        described{poll_id{1}, starting.seen(), milliseconds(200), milliseconds(0)},
        {
            note{
                note_level::info,
                "job_appeared",
                with(
                    about_resnet,
                    {{"account_id", "111122223333"},
                     {"status", "InProgress"},
                     {"secondary_status", "Pending"},
                     {"created", "2025-11-23T09:26:40.123Z"},
                     {"already_ended", "false"}}
                )},
            note{
                note_level::debug,
                "transition",
                with(
                    about_resnet,
                    {{"index", "0"},
                     {"secondary_status", "Pending"},
                     {"started", "2025-11-23T10:26:40.123Z"},
                     {"message", "Preparing the instances"}}
                )},
            commit{commit_id{1}, first},
            note{
                note_level::info,
                "watching",
                {{"summary", "watching 1 jobs, 1 live, next sweep in 30s, 0 alerts"},
                 {"jobs", "1"},
                 {"live", "1"},
                 {"alerts", "0"},
                 {"next_sweep_in", "30s"}}},
        }
    );
    play.gives(committed{commit_id{1}, {}}, {});

    // Half of the staleness bound later it is looked at again.
    EXPECT_THAT(play.subject().next_wakeup(), Optional(play.now().mono + seconds(30)));
    play.pass(seconds(30));
    play.gives(
        woke{},
        {describe{poll_id{2}, lane_id{0}, "resnet", play.now().mono + limits::describe_deadline}}
    );

    // It has failed. In one batch: what was seen, and the alert; nothing is sent yet.
    const auto failed = job()
                            .phase("Pending", hours(1), hours(2), "Preparing the instances")
                            .fails(hours(2), "CapacityError: none");
    domain::alert alert;
    alert.labels = {
        {"alertname", "TrainingJobFailed"},
        {"severity", "critical"},
        {"training_job", "resnet"},
        {"created", "2025-11-23T09:26:40.123Z"},
        {"account_id", "111122223333"},
        {"aws_region", "eu-west-1"},
        {"watch_list", "nightly"},
        {"failure_class", "capacity"},
    };
    alert.annotations = {
        {"summary", "Training job resnet failed after 2h (capacity): CapacityError: none"},
        {"description",
         "Job resnet in account 111122223333, region eu-west-1, was created at "
         "2025-11-23 09:26:40 UTC, never started training and ended at "
         "2025-11-23 11:26:40 UTC."},
        {"failure_reason", "CapacityError: none"},
        {"failure_fingerprint", failure_fingerprint("CapacityError: none")},
        {"ended_at", "2025-11-23T11:26:40.123Z"},
        {"training_job_arn", "arn:aws:sagemaker:eu-west-1:111122223333:training-job/resnet"},
        {"phases", "Pending 1h"},
        {"explain", "trainwatchd explain resnet"},
        {"secondary_status", "Failed"},
        {"console_url",
         "https://eu-west-1.console.aws.amazon.com/sagemaker/home?region=eu-west-1#/jobs/resnet"},
        {"logs_url",
         "https://eu-west-1.console.aws.amazon.com/cloudwatch/"
         "home?region=eu-west-1#logsV2:log-groups/log-group/"
         "$252Faws$252Fsagemaker$252FTrainingJobs$3FlogStreamNameFilter$3Dresnet$252F"},
    };
    alert.starts_at = play.now().wall;
    const auto ended_seen = play.now().wall;
    domain::ledger_batch second;
    domain::job_row row{identity, "main", "nightly", failed, seen_at, ended_seen};
    row.ending = domain::ending{domain::outcome::failed, domain::failure_class::capacity};
    row.ended = later(hours(2));
    row.counted = true;
    second.jobs.push_back(row);
    second.transitions.push_back({identity, 0, failed.seen().transitions[0], seen_at, true});
    second.transitions.push_back({identity, 1, failed.seen().transitions[1], ended_seen, true});
    second.alerts.push_back(
        {alert,
         "AWS says that the job Failed at 2025-11-23T11:26:40.123Z, with a FailureReason of class "
         "capacity."}
    );
    // What was counted goes with the rows that say so.
    second.counters = {
        {"sagemaker_training_job_duration_seconds",
         {{"outcome", "failed"}},
         7200,
         {0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}},
        {"sagemaker_training_job_phase_duration_seconds",
         {{"secondary_status", "Pending"}},
         3600,
         {0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0}},
        counter(transitions, {{"secondary_status", "Failed"}}),
        counter(
            "sagemaker_training_jobs_finished_total",
            {{"outcome", "failed"}, {"failure_class", "capacity"}}
        )};
    second.last_complete_sweep = seen_at;
    const auto identity_text = domain::identity(alert.labels);
    play.gives(
        described{poll_id{2}, failed.seen(), milliseconds(200), {}},
        {
            note{
                note_level::debug,
                "transition_left",
                with(
                    about_resnet,
                    {{"index", "0"},
                     {"secondary_status", "Pending"},
                     {"started", "2025-11-23T10:26:40.123Z"},
                     {"ended", "2025-11-23T11:26:40.123Z"}}
                )},
            note{
                note_level::info,
                "transition",
                with(
                    about_resnet,
                    {{"index", "1"},
                     {"secondary_status", "Failed"},
                     {"started", "2025-11-23T11:26:40.123Z"},
                     {"message", "…"}}
                )},
            note{
                note_level::info,
                "status_changed",
                with(about_resnet, {{"from", "InProgress"}, {"to", "Failed"}})},
            note{
                note_level::info,
                "job_ended",
                with(
                    about_resnet,
                    {{"outcome", "failed"},
                     {"failure_class", "capacity"},
                     {"ended", "2025-11-23T11:26:40.123Z"},
                     {"failure_reason", "CapacityError: none"}}
                )},
            note{
                note_level::warning,
                "alert_fired",
                {{"alert", identity_text},
                 {"failure_reason", "CapacityError: none"},
                 {"reason", second.alerts[0].reason}}},
            commit{commit_id{2}, second},
        }
    );

    // The batch is safe: the alert leaves.
    domain::alert_message message;
    message.labels = alert.labels;
    message.annotations = alert.annotations;
    message.starts_at = alert.starts_at;
    message.ends_at = play.now().wall + limits::terminal_hold;
    const auto deliver_by = play.now().mono + limits::delivery_deadline;
    play.gives(
        committed{commit_id{2}, {}},
        {deliver{delivery_id{1}, endpoint_id{0}, {message}, deliver_by}}
    );

    // The receiver took it, which is worth a row.
    domain::ledger_batch third;
    third.deliveries.push_back(
        {identity_text, "main", "http://am-1", play.now().wall, play.now().wall, false}
    );
    play.gives(delivered{delivery_id{1}, domain::receipt{}, {}}, {commit{commit_id{3}, third}});
    play.gives(committed{commit_id{3}, {}}, {});

    // A minute later it is told again, with the same end.
    play.pass(limits::resend_interval);
    play.gives(
        woke{},
        {deliver{
            delivery_id{2}, endpoint_id{0}, {message}, play.now().mono + limits::delivery_deadline}}
    );
    play.gives(delivered{delivery_id{2}, domain::receipt{}, {}}, {});
}

// ---- when
// ----------------------------------------------------------------------------------------

TEST(engine, first_pass_looks_at_every_name_at_the_pace_of_the_budget) {
    auto plan = plan_for({"a", "b", "c", "d"}, 2);
    script play(plan);
    const auto log = play.play(seconds(5));
    std::vector<std::string> names;
    std::vector<mono_time> times;
    for (const auto& [when, asked] : log) {
        if (const auto* poll = std::get_if<describe>(&asked)) {
            names.push_back(poll->name);
            times.push_back(when);
        }
    }
    EXPECT_THAT(names, ElementsAre("a", "b", "c", "d"));
    for (std::size_t i = 1; i < times.size(); ++i) {
        EXPECT_EQ(times[i] - times[i - 1], milliseconds(500));
    }
}

std::vector<std::string> many_names() {
    std::vector<std::string> names;
    for (int i = 0; i < 500; ++i)
        names.push_back("job-" + std::to_string(i));
    return names;
}

TEST(engine, first_pass_outlasts_three_early_failures_and_sees_every_job) {
    script play(quick_plan({"a", "b", "c", "d", "e", "f"}));
    std::set<std::string> refused;
    std::set<std::string> seen;
    play.aws = [&](const describe& asked) -> result<domain::observation> {
        EXPECT_EQ(play.view().first_pass_complete, seen.size() == 6) << asked.name;
        if (refused.size() < 3) {
            refused.insert(asked.name);
            return failed(error_class::transient, "503");
        }
        seen.insert(asked.name);
        return running(asked.name).seen();
    };
    const auto log = play.play(seconds(10));
    EXPECT_THAT(refused, SizeIs(3));
    EXPECT_TRUE(play.view().first_pass_complete);
    for (const auto& job : play.view().jobs)
        EXPECT_TRUE(job.last.has_value()) << job.target.name;
    for (const auto& [when, said] : log) {
        const auto* line = std::get_if<note>(&said);
        if (line && line->name == "watching") {
            EXPECT_THAT(line->fields, Contains(Pair("live", "6")));
        }
    }
}

TEST(engine, first_pass_gives_up_a_job_at_its_third_failure_in_a_row) {
    for (const auto kind : {error_class::transient, error_class::malformed}) {
        script play(quick_plan({"a", "b", "c", "resnet"}));
        for (unsigned i = 1; i < limits::first_pass_tries; ++i) {
            play.answer(play.next_poll_of("resnet"), failed(kind));
        }
        const auto last = play.next_poll_of("resnet");
        EXPECT_FALSE(play.view().first_pass_complete);
        play.answer(last, failed(kind));
        EXPECT_TRUE(play.view().first_pass_complete);
    }
}

TEST(engine, first_pass_waits_for_a_failing_lane_as_long_as_its_patience) {
    script play(plan_for(many_names(), 10));
    play.aws = [](const describe&) -> result<domain::observation> {
        return failed(error_class::transient, "503");
    };
    play.play(limits::first_pass_patience - seconds(1));
    EXPECT_FALSE(play.view().lanes[0].up);
    EXPECT_FALSE(play.view().first_pass_complete);
    play.play(seconds(2));
    EXPECT_TRUE(play.view().first_pass_complete);
}

TEST(engine, first_pass_against_an_endpoint_without_answers_ends_within_a_minute) {
    for (const auto& names : {std::vector<std::string>{"a", "b", "c"}, many_names()}) {
        script play(plan_for(names, 10));
        const auto began = play.now().mono;
        while (!play.view().first_pass_complete && play.now().mono < began + minutes(5)) {
            play.wake();
        }
        EXPECT_GE(play.now().mono - began, limits::first_pass_patience);
        EXPECT_LE(play.now().mono - began, minutes(1));
    }
}

TEST(engine, first_pass_does_not_wait_for_a_lane_that_refuses) {
    script play(plan_for(many_names(), 10));
    play.aws = [](const describe&) -> result<domain::observation> {
        return failed(error_class::denied, "AccessDeniedException");
    };
    play.play(seconds(1));
    EXPECT_TRUE(play.view().first_pass_complete);
}

TEST(engine, live_job_is_looked_at_each_half_bound) {
    auto plan = quick_plan({"resnet"});
    plan.global.staleness_bound = seconds(20);
    script play(plan);
    const auto times = polls_of(play.play(minutes(5)), "resnet");
    ASSERT_THAT(times, SizeIs(30));
    for (std::size_t i = 1; i < times.size(); ++i)
        EXPECT_EQ(times[i] - times[i - 1], seconds(10));
}

TEST(engine, ended_job_and_unknown_name_are_looked_at_each_four_bounds) {
    script play(quick_plan({"resnet", "typo"}));
    play.aws = [](const describe& asked) -> result<domain::observation> {
        if (asked.name == "typo") return failed(error_class::not_found);
        return running().ends("Completed", "Completed", hours(1)).seen();
    };
    const auto log = play.play(hours(1));
    for (const char* name : {"resnet", "typo"}) {
        const auto times = polls_of(log, name);
        ASSERT_THAT(times, SizeIs(15)) << name;
        for (std::size_t i = 1; i < times.size(); ++i) {
            EXPECT_EQ(times[i] - times[i - 1], minutes(4));
        }
    }
}

TEST(engine, jump_of_the_wall_clock_moves_no_poll) {
    const auto polls_with = [](milliseconds jump) {
        script play(quick_plan({"a", "b"}));
        auto log = play.play(minutes(3));
        play.jump(jump);
        for (auto& more : play.play(minutes(10)))
            log.push_back(std::move(more));
        auto times = polls_of(log, "a");
        for (const auto& when : polls_of(log, "b"))
            times.push_back(when);
        return times;
    };
    const auto steady = polls_with(milliseconds(0));
    EXPECT_EQ(polls_with(hours(5)), steady);
    EXPECT_EQ(polls_with(-hours(5)), steady);
}

TEST(engine, deadline_brings_an_extra_look_and_then_dense_ones) {
    script play(quick_plan({"resnet"}));
    // Trained since 80 s after its creation, and we start two hours after that: the limit comes
    // 65 s after our start.
    const auto limit = std::chrono::duration_cast<seconds>(start_time) + seconds(65 - 80);
    play.aws = [&](const describe&) { return running().max_runtime(limit).seen(); };
    std::vector<seconds> offsets;
    for (const auto when : polls_of(play.play(seconds(86)), "resnet")) {
        offsets.push_back(std::chrono::round<seconds>(when - at(start_time).mono));
    }
    EXPECT_THAT(
        offsets,
        ElementsAre(
            seconds(0),
            seconds(30),
            seconds(60),
            seconds(70),
            seconds(73),
            seconds(76),
            seconds(79),
            seconds(82),
            seconds(85)
        )
    );
}

TEST(engine, dense_looks_end_after_a_while) {
    script play(quick_plan({"resnet"}));
    play.aws = [](const describe&) { return running().max_runtime(seconds(7000)).seen(); };
    play.play(hours(1));
    EXPECT_THAT(polls_of(play.play(minutes(10)), "resnet"), SizeIs(20));
}

// ---- answers that are none --------------------------------------------------------------------

TEST(engine, late_answer_is_dropped) {
    script play(quick_plan({"resnet"}));
    const auto lost = play.next_poll();
    play.pass(limits::describe_deadline + limits::answer_grace);
    EXPECT_THAT(note_names(play.step(woke{})), ElementsAre("lane_down"));
    // It is asked again; the answer to the first poll comes after that one's.
    const auto again = play.next_poll();
    EXPECT_NE(again.id, lost.id);
    play.answer(again, running().seen());
    const auto before = play.view().jobs;
    play.gives(
        described{lost.id, running().fails(hours(1)).seen(), seconds(15), {}},
        {note{note_level::debug, "late_answer", {{"poll", "1"}}}}
    );
    EXPECT_EQ(play.view().jobs, before);
    EXPECT_EQ(play.view().late_answers, 1U);
}

TEST(engine, answer_to_no_poll_is_dropped) {
    script play(quick_plan({"resnet"}));
    play.gives(
        described{poll_id{77}, running().seen(), seconds(1), {}},
        {note{note_level::debug, "late_answer", {{"poll", "77"}}}}
    );
}

TEST(engine, failed_poll_is_retried_and_told_once_at_warning) {
    script play(quick_plan({"a", "b", "c", "resnet"}));
    auto poll = play.next_poll_of("resnet");
    const auto first = play.answer(poll, failed(error_class::transient, "503"));
    EXPECT_THAT(
        only<note>(first),
        Contains(note{
            note_level::warning,
            "poll_failed",
            with(about_resnet, {{"error", "transient"}, {"detail", "503"}})})
    );
    EXPECT_EQ(play.view().jobs[3].trouble, error_class::transient);
    EXPECT_EQ(play.view().jobs[3].trouble_detail, "503");
    poll = play.next_poll_of("resnet");
    EXPECT_THAT(note_names(play.answer(poll, failed(error_class::transient))), IsEmpty());
    poll = play.next_poll_of("resnet");
    EXPECT_THAT(
        note_names(play.answer(poll, running().seen())),
        ElementsAre("poll_recovered", "job_appeared", "watching")
    );
    EXPECT_EQ(play.view().jobs[3].trouble, std::nullopt);
    EXPECT_EQ(play.view().jobs[3].trouble_detail, "");
    EXPECT_EQ(
        play.view().lanes[0].operation(domain::aws_operation::describe).requests.at("transient"), 2U
    );
    EXPECT_GE(
        play.view().lanes[0].operation(domain::aws_operation::describe).requests.at("ok"), 4U
    );
}

TEST(engine, answer_about_another_job_is_malformed) {
    script play(quick_plan({"resnet"}));
    play.answer(play.next_poll(), running("another").seen());
    EXPECT_EQ(play.view().jobs[0].last, std::nullopt);
    EXPECT_EQ(play.view().jobs[0].trouble, error_class::malformed);
}

TEST(engine, throttled_job_keeps_its_place_and_the_lane_pauses) {
    script play(quick_plan({"a", "b"}));
    auto why = failed(error_class::throttled, "ThrottlingException: Rate exceeded");
    why.retry_after = seconds(7);
    const auto poll = play.next_poll();
    play.answer(poll, why);
    const auto refused_at = play.now().mono;
    const auto again = play.next_poll();
    EXPECT_EQ(again.name, poll.name);
    EXPECT_GE(play.now().mono - refused_at, seconds(7));
}

TEST(engine, refusals_make_the_lane_down_and_one_answer_makes_it_up) {
    script play(quick_plan({"a", "b", "c", "d"}));
    const auto denied = failed(error_class::denied, "AccessDeniedException");
    EXPECT_THAT(note_names(play.answer(play.next_poll(), denied)), IsEmpty());
    play.answer(play.next_poll(), denied);
    EXPECT_FALSE(play.view().first_pass_complete);
    EXPECT_THAT(
        only<note>(play.answer(play.next_poll(), denied)),
        Contains(note{
            note_level::error,
            "lane_down",
            {{"connection", "main"},
             {"aws_region", "eu-west-1"},
             {"error", "denied"},
             {"detail", "AccessDeniedException"}}})
    );
    EXPECT_TRUE(play.view().lanes[0].heard);
    EXPECT_FALSE(play.view().lanes[0].up);
    EXPECT_TRUE(play.view().first_pass_complete) << "what refuses us is not waited for";
    const auto told = play.now().mono;
    const auto probe = play.next_poll();
    EXPECT_GE(play.now().mono - told, limits::denied_pace / 2);
    EXPECT_THAT(
        note_names(play.answer(probe, running(probe.name).seen())),
        ElementsAre("lane_up", "job_appeared")
    );
    EXPECT_TRUE(play.view().lanes[0].up);
}

TEST(engine, name_that_aws_calls_wrong_is_tried_slowly) {
    script play(quick_plan({"bad name"}));
    play.aws = [](const describe&) -> result<domain::observation> {
        return failed(error_class::rejected, "1 validation error detected");
    };
    const auto times = polls_of(play.play(minutes(10)), "bad name");
    EXPECT_GE(times.size(), 9U);
    EXPECT_LE(times.size(), 21U);
    EXPECT_TRUE(play.view().lanes[0].up) << "AWS is well";
    EXPECT_TRUE(play.view().first_pass_complete);
}

// ---- names that are not there
// --------------------------------------------------------------------

TEST(engine, unknown_name_is_missing_with_a_warning) {
    script play(quick_plan({"resnet"}));
    EXPECT_THAT(
        only<note>(play.answer(play.next_poll(), failed(error_class::not_found))),
        Contains(note{
            note_level::warning,
            "job_missing",
            with(
                about_resnet,
                {{"last_status", "never seen"},
                 {"cure",
                  "check the name and the regions of its watch list; it is looked for again"}}
            )})
    );
    EXPECT_TRUE(play.view().jobs[0].missing);
    EXPECT_EQ(play.view().jobs[0].trouble, std::nullopt) << "an answer is no trouble";
    EXPECT_TRUE(play.view().lanes[0].up);
    EXPECT_EQ(play.view().live, 0U);
}

TEST(engine, deleted_job_keeps_its_last_state) {
    script play(quick_plan({"resnet"}));
    play.answer(play.next_poll(), running().ends("Completed", "Completed", hours(1)).seen());
    const auto shown = play.view().jobs[0].last;
    const auto heard = play.answer(play.next_poll(), failed(error_class::not_found));
    EXPECT_THAT(
        only<note>(heard),
        Contains(note{
            note_level::info, "job_missing", with(about_resnet, {{"last_status", "Completed"}})})
    );
    EXPECT_EQ(play.view().jobs[0].last, shown);
    EXPECT_TRUE(play.view().jobs[0].missing);
    // It is told once.
    EXPECT_THAT(
        note_names(play.answer(play.next_poll(), failed(error_class::not_found))), IsEmpty()
    );
}

TEST(engine, job_that_follows_under_the_same_name_alerts_for_itself) {
    script play(quick_plan({"resnet"}));
    play.answer(play.next_poll(), running().fails(hours(2)).seen());
    play.step(committed{commit_id{1}, {}});
    const auto next = job().created_at(later(hours(3))).fails(hours(4));
    const auto heard = play.answer(play.next_poll(), next.seen());
    EXPECT_THAT(
        note_names(heard), ElementsAre("name_reused", "job_appeared", "job_ended", "alert_fired")
    );
    const auto& alerts = play.view().alerts;
    EXPECT_EQ(
        std::count_if(
            alerts.begin(),
            alerts.end(),
            [](const auto& alert) { return alert.labels.at("alertname") == "TrainingJobFailed"; }
        ),
        2
    );
}

// ---- leaving /metrics --------------------------------------------------------------------------

TEST(engine, finished_job_retires_after_its_retention_and_is_still_known) {
    auto plan = quick_plan({"resnet"});
    plan.global.finished_retention = minutes(15);
    script play(std::move(plan));
    play.aws = [](const describe&) {
        return running().ends("Completed", "Completed", hours(1)).seen();
    };
    play.play(minutes(14));
    EXPECT_FALSE(play.view().jobs[0].retired);
    const auto revision = play.view().jobs[0].revision;
    const auto log = play.play(minutes(2));
    EXPECT_TRUE(play.view().jobs[0].retired);
    EXPECT_EQ(play.view().jobs[0].revision, revision + 1);
    EXPECT_TRUE(play.view().jobs[0].last.has_value());
    play.play(hours(5));
    EXPECT_EQ(play.view().jobs[0].revision, revision + 1) << "it retires once";
}

TEST(engine, job_that_aws_has_forgotten_retires_too) {
    script play(quick_plan({"resnet"}));
    play.play(minutes(1));
    play.aws = [](const describe&) { return failed(error_class::not_found); };
    play.play(minutes(10));
    EXPECT_FALSE(play.view().jobs[0].retired);
    play.play(minutes(10));
    EXPECT_TRUE(play.view().jobs[0].retired);
}

TEST(engine, newer_job_under_a_retired_name_is_shown_and_retires_in_its_turn) {
    script play(quick_plan({"resnet"}));
    play.aws = [](const describe&) { return running().fails(hours(1)).seen(); };
    play.play(minutes(20));
    EXPECT_TRUE(play.view().jobs[0].retired);
    // It has ended before we looked: still it gets its time on /metrics.
    play.aws = [](const describe&) {
        return job().created_at(later(hours(2))).fails(hours(2) + minutes(5)).seen();
    };
    play.play(minutes(10));
    EXPECT_FALSE(play.view().jobs[0].retired);
    play.play(minutes(20));
    EXPECT_TRUE(play.view().jobs[0].retired);
}

TEST(engine, job_that_comes_back_is_shown_again) {
    script play(quick_plan({"resnet"}));
    play.play(minutes(1));
    play.aws = [](const describe&) { return failed(error_class::not_found); };
    play.play(minutes(30));
    EXPECT_TRUE(play.view().jobs[0].retired);
    play.aws = [](const describe&) { return running().seen(); };
    play.play(minutes(10));
    EXPECT_FALSE(play.view().jobs[0].retired);
}

TEST(engine, finished_job_of_an_earlier_run_gets_the_rest_of_its_time) {
    kept_ledger kept;
    {
        script play(quick_plan({"resnet"}));
        play.store = [&](const commit& what) {
            kept.add(what);
            return std::optional<failure>{};
        };
        play.aws = [](const describe&) { return running().fails(hours(1)).seen(); };
        play.play(minutes(1));
    }
    script again(quick_plan({"resnet"}), kept.load());
    again.aws = [](const describe&) { return running().fails(hours(1)).seen(); };
    again.play(minutes(14));
    EXPECT_FALSE(again.view().jobs[0].retired);
    again.play(minutes(2));
    EXPECT_TRUE(again.view().jobs[0].retired);
}

TEST(engine, what_follows_from_an_answer_is_in_the_view_and_survives_a_restart) {
    kept_ledger kept;
    auto plan = quick_plan({"resnet"});
    plan.prices = {{"ml.m5.large", 0.5}};
    const auto ended = running().fails(hours(1)).but([](domain::observation& seen) {
        seen.instances = {{"ml.m5.large", 2, ""}};
        seen.billable_time = seconds(3600);
    });
    script play(plan);
    play.store = [&](const commit& what) {
        kept.add(what);
        return std::optional<failure>{};
    };
    play.aws = [&](const describe&) { return ended.seen(); };
    play.play(minutes(1));
    const auto facts = play.view().jobs[0].derived;
    EXPECT_EQ(facts.cost, 1.0);
    EXPECT_EQ(facts.phases.size(), 3U);
    script again(plan, kept.load());
    EXPECT_EQ(again.view().jobs[0].derived, facts);
}

// ---- what the view says
// ----------------------------------------------------------------------------

TEST(engine, failure_has_the_class_that_the_users_own_rule_gives) {
    auto plan = quick_plan({"resnet"});
    plan.failure_classes = {{"no rack", domain::failure_class::capacity}};
    script play(std::move(plan));
    play.aws = [](const describe& asked) {
        return running(asked.name).fails(minutes(100), "ClientError: No rack is free").seen();
    };
    play.play(minutes(5));
    ASSERT_EQ(play.view().alerts.size(), 1U);
    EXPECT_EQ(play.view().alerts[0].labels.at("failure_class"), "capacity");
    EXPECT_EQ(
        play.view().jobs[0].ending,
        (domain::ending{domain::outcome::failed, domain::failure_class::capacity})
    );
}

TEST(engine, watching_is_said_when_the_numbers_change_and_not_too_often) {
    script play(quick_plan({"a", "b"}));
    bool ended = false;
    play.aws = [&](const describe& asked) {
        if (ended && asked.name == "a") {
            return running("a").ends("Completed", "Completed", hours(2)).seen();
        }
        return running(asked.name).seen();
    };
    std::vector<std::pair<seconds, note>> said;
    const auto listen = [&](const auto& log) {
        for (const auto& [when, asked] : log) {
            const auto* line = std::get_if<note>(&asked);
            if (!line || line->name != "watching") continue;
            said.emplace_back(std::chrono::round<seconds>(when - at(start_time).mono), *line);
        }
    };
    listen(play.play(minutes(1)));
    ended = true;
    listen(play.play(hours(1)));
    ASSERT_THAT(said, SizeIs(2));
    EXPECT_EQ(said[0].first, seconds(0));
    EXPECT_EQ(said[1].first, seconds(600)) << "exactly when it may be said again";
    EXPECT_THAT(said[0].second.fields, Contains(Pair("live", "2")));
    EXPECT_THAT(said[1].second.fields, Contains(Pair("live", "1")));
    EXPECT_THAT(said[1].second.fields, Contains(Pair("jobs", "2")));
    EXPECT_THAT(said[1].second.fields, Contains(Pair("alerts", "0")));
}

TEST(engine, revision_moves_with_what_is_shown_and_not_with_each_poll) {
    script play(quick_plan({"resnet"}));
    play.answer(play.next_poll(), running().seen());
    const auto seen = play.view().jobs[0].revision;
    const auto observed = play.view().jobs[0].last_observed;
    play.answer(play.next_poll(), running().seen());
    EXPECT_EQ(play.view().jobs[0].revision, seen);
    EXPECT_GT(play.view().jobs[0].last_observed, observed);
    play.answer(play.next_poll(), running().status("Stopping", "Training").seen());
    EXPECT_GT(play.view().jobs[0].revision, seen);
}

TEST(engine, poll_without_news_costs_no_commit) {
    script play(quick_plan({"resnet", "other"}));
    play.play(minutes(1));
    for (const auto& [when, asked] : play.play(minutes(10))) {
        const auto* batch = std::get_if<commit>(&asked);
        EXPECT_TRUE(!batch || batch->batch.jobs.empty());
    }
}

TEST(engine, oldest_observation_is_the_live_jobs_of_each_list) {
    script play(quick_plan({"a", "b", "done"}));
    play.aws = [](const describe& asked) {
        if (asked.name == "done") {
            return running("done").ends("Completed", "Completed", hours(1)).seen();
        }
        return running(asked.name).seen();
    };
    play.play(minutes(3));
    const auto& oldest = play.view().lanes[0].oldest_observation;
    ASSERT_THAT(oldest, SizeIs(1));
    EXPECT_EQ(
        oldest.at("nightly"),
        std::min(*play.view().jobs[0].last_observed, *play.view().jobs[1].last_observed)
    );
    EXPECT_LE(play.now().wall - oldest.at("nightly"), seconds(30));
}

TEST(engine, no_targets_is_a_complete_pass) {
    script play(domain::watch_plan{});
    EXPECT_TRUE(play.view().first_pass_complete);
    EXPECT_THAT(note_names(play.opening()), ElementsAre("first_start", "watching"));
    EXPECT_EQ(play.subject().next_wakeup(), std::nullopt);
}

TEST(engine, clock_offset_of_a_lane_is_the_last_one_measured) {
    script play(quick_plan({"resnet"}));
    const auto poll = play.next_poll();
    play.step(described{poll.id, running().seen(), seconds(1), milliseconds(1234)});
    EXPECT_EQ(play.view().lanes[0].clock_offset, milliseconds(1234));
}

TEST(engine, clock_that_is_far_off_is_told_once_with_the_cure) {
    script play(quick_plan({"resnet"}));
    const auto hear = [&play](milliseconds offset) {
        const auto poll = play.next_poll();
        auto given = play.step(described{poll.id, running().seen(), milliseconds(200), offset});
        for (const auto& batch : only<commit>(given))
            play.step(committed{batch.id, {}});
        std::vector<note> lines;
        for (auto& line : only<note>(given)) {
            if (line.name.starts_with("clock_")) lines.push_back(std::move(line));
        }
        return lines;
    };
    EXPECT_THAT(
        hear(minutes(30)),
        ElementsAre(note{
            note_level::warning,
            "clock_skew",
            {{"connection", "main"},
             {"aws_region", "eu-west-1"},
             {"detail", "this machine's clock is 30m behind AWS'"},
             {"cure",
              "set this machine's clock (chrony, systemd-timesyncd); requests are signed with "
              "AWS' time meanwhile"}}})
    );
    for (int i = 0; i < 20; ++i)
        EXPECT_THAT(hear(minutes(30)), IsEmpty());
    play.jump(minutes(30));
    EXPECT_THAT(
        hear(milliseconds(0)),
        ElementsAre(note{
            note_level::info,
            "clock_right",
            {{"connection", "main"},
             {"aws_region", "eu-west-1"},
             {"detail", "this machine's clock agrees with AWS' again"}}})
    );
    EXPECT_THAT(hear(milliseconds(0)), IsEmpty());
}

// ---- sameness
// --------------------------------------------------------------------------------------

TEST(engine, same_events_times_and_seed_give_the_same_actions) {
    const auto log_of = [](std::uint64_t seed) {
        script play(plan_for({"a", "b", "c", "d", "e"}, 1), {}, seed);
        int count = 0;
        play.aws = [&count](const describe& poll) -> result<domain::observation> {
            if (++count % 3 == 0) return failed(error_class::transient);
            if (count % 7 == 0) return failed(error_class::throttled);
            return running(poll.name).seen();
        };
        std::string text;
        for (const auto& [when, asked] : play.play(minutes(20))) {
            text += std::to_string(when.time_since_epoch().count()) + to_text(asked) + "\n";
        }
        return text;
    };
    EXPECT_EQ(log_of(1), log_of(1));
    EXPECT_NE(log_of(1), log_of(2));
}

TEST(engine, time_that_runs_backwards_stands_still) {
    script play(quick_plan({"resnet"}));
    play.answer(play.next_poll(), running().seen());
    const auto next = play.subject().next_wakeup();
    play.pass(-seconds(50));
    EXPECT_THAT(play.step(woke{}), IsEmpty());
    EXPECT_EQ(play.subject().next_wakeup(), next);
}

TEST(engine, nothing_is_planned_before_what_has_happened) {
    script play(quick_plan({"resnet"}));
    const auto poll = play.next_poll();
    const auto asked = play.now().mono;
    play.pass(-hours(1));
    const auto heard = play.answer(poll, running().seen());
    ASSERT_THAT(only<commit>(heard), SizeIs(1));
    EXPECT_EQ(*play.subject().next_wakeup(), asked + limits::commit_deadline);
}

}  // namespace
}  // namespace trainwatch::core::engine_test
