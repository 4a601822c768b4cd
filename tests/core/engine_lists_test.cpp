// Jobs that are found by listing: when they appear, who describes them, what they lead to.
#include "base/random.hpp"
#include "tests/core/fleet.hpp"

namespace trainwatch::core::engine_lists_test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

constexpr auto soon = seconds(20);

class discovery : public fleet_test {
protected:
    // Two hours after the jobs' creation, counted from the first start.
    static wall_time now(const script& play) { return play.now().wall; }

    const domain::job_view& shown(const std::string& name) {
        const auto* job = find_job(play().view(), name);
        EXPECT_NE(job, nullptr) << name << " is not shown";
        static const domain::job_view none{};
        return job ? *job : none;
    }
};

core::job failing(std::string name, milliseconds when = minutes(118)) {
    return running(std::move(name)).fails(when);
}

// As `failing`, from a page's point of view: the job ran until then.
domain::observation ran(std::string name) {
    return running(std::move(name)).seen();
}

TEST_F(discovery, job_appears_with_what_its_page_told_and_then_has_everything) {
    aws.put(ran("a"), later(seconds(120)));
    aws.undescribable = {"a"};
    start().play(seconds(3));
    EXPECT_TRUE(shown("a").summarised);
    EXPECT_EQ(shown("a").last->status.text, "InProgress");
    EXPECT_EQ(shown("a").last->secondary.text, "Training");
    EXPECT_EQ(shown("a").target.watch_list, "all");
    EXPECT_EQ(play().view().undescribed, 1U);
    aws.undescribable.clear();
    play().play(soon);
    EXPECT_FALSE(shown("a").summarised);
    EXPECT_THAT(shown("a").last->transitions, SizeIs(3));
    EXPECT_EQ(play().view().undescribed, 0U);
    EXPECT_EQ(play().view().live, 1U);
    EXPECT_TRUE(play().view().first_pass_complete);
}

// A list of names that lead nowhere is looked at as fast as the budget allows, and so is a short
// one beside it.
TEST_F(discovery, names_of_one_list_do_not_keep_those_of_another_waiting) {
    auto chosen = one_connection();
    chosen.connections.front().discovery = domain::discovery_kind::none;
    domain::watch_list_settings large;
    large.name = "large";
    for (int i = 0; i < 400; ++i)
        large.jobs.push_back("nowhere-" + std::to_string(i));
    domain::watch_list_settings few;
    few.name = "few";
    few.jobs = {"a", "b"};
    for (const auto* name : {"a", "b"})
        aws.put(ran(name), later(seconds(120)));
    start(with_list(with_list(chosen, large), few)).play(seconds(2));
    EXPECT_EQ(shown("a").last->status.text, "InProgress");
    EXPECT_EQ(shown("b").last->status.text, "InProgress");
    play().play(seconds(30));
    EXPECT_TRUE(shown("nowhere-399").missing);
}

TEST_F(discovery, what_ended_before_the_horizon_is_shown_and_nobody_is_asked_about_it) {
    aws.put(failing("old", minutes(30)), later(minutes(30)));
    const auto log = start().play(minutes(30));
    EXPECT_EQ(aws.describes["old"], 0);
    EXPECT_TRUE(shown("old").retired);
    EXPECT_EQ(shown("old").ending->outcome, domain::outcome::failed);
    EXPECT_THAT(play().view().alerts, IsEmpty());
    EXPECT_EQ(count_notes(log, "alert_fired"), 0);
    EXPECT_EQ(count_notes(log, "job_retired"), 0);
}

TEST_F(discovery, what_ended_within_the_lookback_alerts) {
    aws.put(failing("late"), later(minutes(118)));
    start().play(soon);
    ASSERT_THAT(play().view().alerts, SizeIs(1));
    EXPECT_EQ(play().view().alerts[0].labels.at("training_job"), "late");
    EXPECT_EQ(play().view().alerts[0].labels.at("watch_list"), "all");
    EXPECT_FALSE(shown("late").retired);
}

TEST_F(discovery, an_end_is_described_before_everything_else) {
    auto chosen = finds_all();
    chosen.connections[0].budget.describe_per_second = 1;
    for (int i = 0; i < 60; ++i)
        aws.put(ran("job-" + std::to_string(i)), later(seconds(120)));
    start(chosen).play(seconds(5));
    aws.put(failing("job-30", minutes(120)), later(minutes(120) + seconds(5)));
    aws.describes.clear();
    play().play(seconds(30));
    ASSERT_THAT(play().view().alerts, SizeIs(1));
    EXPECT_LT(play().view().alerts[0].starts_at, later(minutes(120) + seconds(5)) + seconds(20));
}

TEST_F(discovery, end_that_nobody_explains_alerts_after_two_minutes_and_only_once) {
    aws.put(ran("a"), later(seconds(120)));
    start().play(soon);
    aws.put(failing("a", minutes(121)), later(minutes(121)));
    aws.undescribable = {"a"};
    play().play(limits::settle_patience);
    EXPECT_THAT(play().view().alerts, IsEmpty());
    play().play(soon);
    ASSERT_THAT(play().view().alerts, SizeIs(1));
    EXPECT_EQ(play().view().alerts[0].labels.at("failure_class"), "unknown");
    const auto before = play().view().alerts[0].labels;
    aws.undescribable.clear();
    const auto log = play().play(minutes(3));
    EXPECT_EQ(count_notes(log, "alert_fired"), 0);
    ASSERT_THAT(play().view().alerts, SizeIs(1));
    EXPECT_EQ(play().view().alerts[0].labels, before);
    EXPECT_FALSE(shown("a").summarised);
}

// The describe left before the page, and AWS was not done with telling the end.
TEST_F(discovery, reason_of_a_failure_is_waited_for_though_a_page_told_that_it_failed) {
    aws.put(ran("a"), later(seconds(120)));
    start().play(soon);
    auto early = running("a").status("Failed", "Training").seen();
    early.modified = later(minutes(121)) - milliseconds(500);
    play().aws = [&](const describe&) { return early; };
    aws.put(failing("a", minutes(121)), later(minutes(121)));
    play().play(seconds(30));
    EXPECT_THAT(play().view().alerts, IsEmpty());
    aws.serve(play());
    play().play(soon);
    ASSERT_THAT(play().view().alerts, SizeIs(1));
    EXPECT_NE(play().view().alerts[0].labels.at("failure_class"), "unknown");
}

// AWS answers from a server that knows the job as it was before.
TEST_F(discovery, end_is_explained_in_the_end_though_an_older_answer_came_first) {
    aws.put(ran("a"), later(seconds(120)));
    start().play(soon);
    aws.put(running("a").ends("Stopped", "Uploading", minutes(121)), later(minutes(121)));
    aws.undescribable = {"a"};
    play().play(limits::settle_patience + soon);
    ASSERT_TRUE(shown("a").ending);
    ASSERT_THAT(play().view().alerts, IsEmpty());
    auto before = ran("a");
    before.modified = later(seconds(120));
    play().aws = [&](const describe&) { return before; };
    play().play(minutes(10));
    play().aws = [](const describe&) { return running("a").hits_max_runtime(minutes(121)).seen(); };
    play().play(minutes(10));
    ASSERT_THAT(play().view().alerts, SizeIs(1));
    EXPECT_EQ(play().view().alerts[0].labels.at("alertname"), "TrainingJobMaxRuntimeExceeded");
}

// A sweep of jobs that complete together is minutes of describes; nobody waits for those.
TEST_F(discovery, failure_is_told_before_the_completions_that_pages_told_of_earlier) {
    auto chosen = finds_all();
    chosen.connections[0].budget.describe_per_second = 1;
    for (int i = 0; i < 300; ++i)
        aws.put(ran("job-" + std::to_string(i)), later(seconds(120)));
    start(chosen).play(minutes(10));
    for (int i = 0; i < 200; ++i) {
        const auto name = "job-" + std::to_string(i);
        aws.put(running(name).ends("Completed", "Completed", minutes(130)), later(minutes(130)));
    }
    play().play(seconds(20));
    EXPECT_GT(play().view().lanes[0].unexplained, 150U);
    const auto when = minutes(130) + seconds(20);
    aws.put(failing("job-250", when), later(when));
    play().play(seconds(30));
    ASSERT_THAT(play().view().alerts, SizeIs(1));
    EXPECT_NE(play().view().alerts[0].labels.at("failure_class"), "unknown");
    EXPECT_GT(play().view().lanes[0].unexplained, 100U);
    play().play(minutes(5));
    EXPECT_EQ(play().view().lanes[0].unexplained, 0U);
    EXPECT_EQ(finished(), 201U);
}

// Of AWS' servers the one that is asked may not know a job yet that another has listed.
TEST_F(discovery, end_of_a_young_job_is_explained_though_a_server_does_not_know_the_job) {
    start().play(soon);
    const auto born = minutes(120) + seconds(40);
    aws.put(running("a").created_at(later(born)), later(born));
    play().play(seconds(30));
    ASSERT_NE(job("a"), nullptr);
    const auto ended = born + seconds(30);
    aws.put(running("a").created_at(later(born)).fails(ended), later(ended));
    play().aws = [](const describe&) { return failed(error_class::not_found); };
    play().play(seconds(30));
    EXPECT_THAT(play().view().alerts, IsEmpty());
    aws.serve(play());
    play().play(seconds(30));
    ASSERT_THAT(play().view().alerts, SizeIs(1));
    EXPECT_NE(play().view().alerts[0].labels.at("failure_class"), "unknown");
}

class failing_together : public discovery {
protected:
    void three_hundred_fail() {
        auto chosen = finds_all();
        chosen.connections[0].budget.describe_per_second = 2;
        for (int i = 0; i < 300; ++i)
            aws.put(ran("job-" + std::to_string(i)), later(seconds(120)));
        start(chosen).play(minutes(10));
        for (int i = 0; i < 300; ++i)
            aws.put(failing("job-" + std::to_string(i), minutes(130)), later(minutes(130)));
    }
};

// At two describes a second three hundred ends take two and a half minutes.
TEST_F(failing_together, have_their_cause_though_they_are_described_one_after_the_other) {
    three_hundred_fail();
    play().play(minutes(5));
    ASSERT_THAT(play().view().alerts, SizeIs(300));
    for (const auto& alert : play().view().alerts)
        EXPECT_NE(alert.labels.at("failure_class"), "unknown") << alert.labels.at("training_job");
}

// Nobody waits for a turn that does not come.
TEST_F(failing_together, alert_after_two_minutes_when_aws_stops_describing) {
    three_hundred_fail();
    play().play(seconds(30));
    play().aws = [](const describe&) { return failed(error_class::throttled); };
    play().play(limits::settle_patience + seconds(30));
    EXPECT_THAT(play().view().alerts, SizeIs(300));
}

TEST_F(discovery, job_that_ended_and_is_gone_before_it_was_described_alerts) {
    aws.put(ran("a"), later(seconds(120)));
    start().play(soon);
    aws.put(failing("a", minutes(121)), later(minutes(121)));
    aws.undescribable = {"a"};
    play().play(seconds(10));
    aws.drop("a");
    aws.undescribable.clear();
    play().play(seconds(30));
    ASSERT_THAT(play().view().alerts, SizeIs(1));
    EXPECT_EQ(play().view().alerts[0].labels.at("training_job"), "a");
}

TEST_F(discovery, describe_that_is_older_than_a_page_explains_no_end) {
    aws.put(ran("a"), later(seconds(120)));
    start().play(soon);
    auto before = ran("a");
    before.modified = later(seconds(120));
    play().aws = [&](const describe&) { return before; };
    aws.put(failing("a", minutes(121)), later(minutes(121)));
    play().play(seconds(30));
    EXPECT_EQ(shown("a").last->status.text, "Failed");
    EXPECT_FALSE(shown("a").ending);
    EXPECT_THAT(play().view().alerts, IsEmpty());
    aws.serve(play());
    play().play(soon);
    ASSERT_THAT(play().view().alerts, SizeIs(1));
    EXPECT_NE(play().view().alerts[0].labels.at("failure_class"), "unknown");
}

TEST_F(discovery, name_that_a_newer_job_has_is_shown_anew) {
    aws.put(failing("a"), later(minutes(118)));
    start().play(soon);
    aws.drop("a");
    aws.put(running("a").created_at(later(minutes(121))), later(minutes(121)));
    const auto log = play().play(soon);
    EXPECT_EQ(count_notes(log, "name_reused"), 1);
    EXPECT_EQ(shown("a").last->created, later(minutes(121)));
    EXPECT_FALSE(shown("a").ending);
    EXPECT_EQ(play().view().live, 1U);
}

// ---- filters ------------------------------------------------------------------------------------

TEST_F(discovery, names_and_statuses_are_decided_without_a_call) {
    auto filter = by_name("a*");
    filter.status = {"InProgress"};
    aws.put(ran("ab"), later(seconds(120)));
    aws.put(ran("ba"), later(seconds(120)));
    aws.put(failing("ac"), later(minutes(118)));
    start(with_list(one_connection(), list_of("some", filter))).play(minutes(3));
    EXPECT_NE(find_job(play().view(), "ab"), nullptr);
    EXPECT_EQ(play().view().watched, 1U);
    EXPECT_EQ(aws.describes["ba"] + aws.describes["ac"], 0);
}

TEST_F(discovery, job_that_a_describe_turned_down_is_not_described_again) {
    domain::job_filter filter;
    filter.instance_type = {"ml.g5.*"};
    const auto on = [](std::string name, const char* type) {
        return running(std::move(name)).but([&](auto& seen) {
            seen.instances.push_back({});
            seen.instances.back().instance_type = type;
        });
    };
    aws.put(on("big", "ml.g5.xlarge"), later(seconds(120)));
    aws.put(on("small", "ml.m5.large"), later(seconds(120)));
    start(with_list(one_connection(), list_of("gpu", filter))).play(minutes(10));
    EXPECT_EQ(aws.describes["small"], 1);
    EXPECT_EQ(play().view().watched, 1U);
    EXPECT_FALSE(shown("big").summarised);
}

TEST_F(discovery, job_that_may_not_be_described_falls_to_the_list_that_needs_no_description) {
    domain::job_filter filter;
    filter.instance_type = {"ml.g5.*"};
    auto chosen = with_list(one_connection(), list_of("gpu", filter));
    const auto big = running("big").but([](auto& seen) {
        seen.instances.push_back({});
        seen.instances.back().instance_type = "ml.g5.xlarge";
    });
    aws.put(big, later(seconds(120)));
    aws.closed = {lane_id{0}};
    auto log = start(chosen).play(minutes(1));
    EXPECT_EQ(count_notes(log, "details_refused"), 1);
    EXPECT_EQ(field_of(log, "details_refused", "training_job"), "big");
    EXPECT_EQ(count_notes(log, "lane_down"), 1);
    EXPECT_EQ(find_job(play().view(), "big"), nullptr);
    chosen.watch_lists.push_back(list_of("rest", by_name("*")));
    log = change(chosen, minutes(1));
    EXPECT_EQ(shown("big").target.watch_list, "rest");
    aws.closed.clear();
    play().play(minutes(10));
    EXPECT_EQ(shown("big").target.watch_list, "gpu");
}

// Deep in the list, where no page is asked for on account of anybody else.
TEST_F(discovery, job_is_found_when_it_comes_into_the_status_that_a_list_wants) {
    auto filter = by_name("old*");
    filter.status = {"Stopping", "Failed"};
    const auto put = [&](const std::string& name, int age, const char* status) {
        const auto when = later(-seconds(age));
        aws.put(running(name).created_at(when).status(status, status), later(seconds(age % 7)));
    };
    put("old-1", 1'000, "InProgress");
    for (int i = 0; i < 250; ++i)
        put("newer-" + std::to_string(i), i, "InProgress");
    start(with_list(one_connection(), list_of("some", filter))).play(minutes(2));
    EXPECT_EQ(play().view().watched, 0U);
    aws.put(
        running("old-1").created_at(later(-seconds(1'000))).status("Stopping", "Stopping"),
        later(minutes(122))
    );
    play().play(minutes(1));
    ASSERT_NE(find_job(play().view(), "old-1"), nullptr);
    EXPECT_EQ(shown("old-1").target.watch_list, "some");
}

// ---- lists that fail
// ------------------------------------------------------------------------------

TEST_F(discovery, refused_lists_are_told_once_and_explicit_names_go_on) {
    auto chosen = finds_all();
    chosen.watch_lists[0].jobs = {"named"};
    aws.put(ran("named"), later(seconds(120)));
    aws.lists_fail = failed(error_class::denied);
    aws.lists_fail->cure = "allow sagemaker:ListTrainingJobs";
    const auto log = start(chosen).play(minutes(10));
    EXPECT_EQ(count_notes(log, "list_failed"), 1);
    EXPECT_EQ(field_of(log, "list_failed", "cure"), "allow sagemaker:ListTrainingJobs");
    EXPECT_EQ(play().view().lanes[0].lists_refused, "allow sagemaker:ListTrainingJobs");
    EXPECT_GE(aws.describes["named"], 15);
    EXPECT_TRUE(play().view().first_pass_complete);
    EXPECT_EQ(firing(), 1U);
    EXPECT_EQ(firing("TrainwatchdConnectionDown"), 1U) << "nobody finds others";
}

// A key that is wrong, a region that is switched off: whatever is asked there, the words are the
// same.
// Nothing but refusals is heard of AWS, though nobody is to be described.
TEST_F(discovery, lane_whose_lists_are_refused_is_told_and_down_where_it_describes_nobody) {
    for (const bool has_a_job : {false, true}) {
        aws = {};
        if (has_a_job) aws.put(ran("a"), later(seconds(120)));
        start().play(soon);
        aws.lists_fail = failed(error_class::denied, "not authorized");
        play().play(minutes(10));
        EXPECT_EQ(firing("TrainwatchdConnectionDown"), 1U);
        EXPECT_EQ(play().view().lanes[0].up, has_a_job);
        EXPECT_FALSE(play().view().lanes[0].works());
        aws.lists_fail.reset();
        play().play(minutes(10));
        EXPECT_EQ(firing("TrainwatchdConnectionDown"), 0U);
        EXPECT_TRUE(play().view().lanes[0].up);
    }
}

class lists_alone : public discovery {
protected:
    // Describes go on, of a job that was found.
    void fail_after_a_good_start(error_class why) {
        runs("a");
        start().play(minutes(5));
        aws.lists_fail = failed(why, "not authorized");
    }
    std::string summary() {
        const auto& alerts = play().view().alerts;
        return alerts.empty() ? std::string() : alerts[0].annotations.at("summary");
    }
};

TEST_F(lists_alone, that_are_refused_or_unanswered_are_told_though_describes_work) {
    for (const auto why : {error_class::denied, error_class::transient}) {
        aws = {};
        fail_after_a_good_start(why);
        play().play(minutes(4));
        EXPECT_EQ(firing(), 0U);
        EXPECT_TRUE(play().view().lanes[0].up);
        EXPECT_TRUE(play().view().lanes[0].finds_none);
        EXPECT_FALSE(play().view().lanes[0].sweep->complete) << "what is new is no news";
        play().play(minutes(2));
        ASSERT_EQ(firing(), 1U);
        EXPECT_EQ(firing("TrainwatchdConnectionDown"), 1U);
        EXPECT_THAT(summary(), testing::HasSubstr("finds no new training jobs"));
        EXPECT_THAT(summary(), testing::HasSubstr("not authorized"));
        aws.lists_fail.reset();
        play().play(minutes(3));
        EXPECT_EQ(firing(), 0U);
        EXPECT_TRUE(play().view().lanes[0].works());
        EXPECT_TRUE(play().view().lanes[0].sweep->complete);
    }
}

TEST_F(lists_alone, that_come_back_in_time_are_not_told) {
    fail_after_a_good_start(error_class::denied);
    for (int i = 0; i < 5; ++i) {
        play().play(minutes(2));
        aws.lists_fail.reset();
        play().play(minutes(1));
        aws.lists_fail = failed(error_class::denied);
    }
    EXPECT_EQ(firing(), 0U);
}

TEST_F(lists_alone, that_are_throttled_break_the_promise_of_the_list_that_finds_by_them) {
    auto chosen = finds_all();
    domain::watch_list_settings named;
    named.name = "named";
    named.jobs = {"b"};
    chosen.watch_lists.insert(chosen.watch_lists.begin(), named);
    for (const auto* name : {"a", "b"})
        runs(name);
    start(chosen).play(minutes(5));
    aws.lists_fail = failed(error_class::throttled);
    play().play(minutes(1));
    EXPECT_EQ(firing(), 0U);
    play().play(minutes(9));
    ASSERT_EQ(firing(), 1U);
    EXPECT_EQ(firing("TrainwatchdStale"), 1U);
    EXPECT_EQ(play().view().alerts[0].labels.at("watch_list"), "all");
    EXPECT_THAT(summary(), testing::HasSubstr("may be unknown"));
    EXPECT_LE(play().now().wall - *shown("a").last_observed, minutes(1)) << "it is described";
    EXPECT_FALSE(play().view().lanes[0].sweep->complete);
    aws.lists_fail.reset();
    play().play(minutes(7));
    EXPECT_EQ(firing(), 0U);
    EXPECT_TRUE(play().view().lanes[0].sweep->complete);
}

TEST_F(discovery, lane_that_refuses_lists_and_describes_alike_says_so_once) {
    auto chosen = finds_all();
    chosen.watch_lists[0].jobs = {"a", "b", "c", "d"};
    aws.lists_fail = failed(error_class::denied);
    aws.closed = {lane_id{0}};
    const auto log = start(chosen).play(minutes(10));
    EXPECT_EQ(count_notes(log, "lane_down"), 1);
    EXPECT_EQ(count_notes(log, "list_failed"), 0);
    EXPECT_EQ(count_notes(log, "poll_failed"), 0);
    EXPECT_FALSE(play().view().lanes[0].up);
    EXPECT_FALSE(play().view().lanes[0].lists_refused.empty());
    EXPECT_TRUE(play().view().first_pass_complete);
}

TEST_F(discovery, lane_that_refuses_lists_in_other_words_says_both) {
    auto chosen = finds_all();
    chosen.watch_lists[0].jobs = {"a", "b", "c", "d"};
    aws.lists_fail = failed(error_class::denied, "not sagemaker:ListTrainingJobs");
    aws.closed = {lane_id{0}};
    const auto log = start(chosen).play(minutes(10));
    EXPECT_EQ(count_notes(log, "lane_down"), 1);
    EXPECT_EQ(count_notes(log, "list_failed"), 1);
}

// Nobody is described who could tell more.
TEST_F(discovery, lane_that_only_lists_says_at_once_that_it_may_not) {
    aws.lists_fail = failed(error_class::denied);
    const auto log = start(finds_all()).play(seconds(5));
    EXPECT_EQ(count_notes(log, "list_failed"), 1);
}

// Nobody else is there to be described.
TEST_F(discovery, lane_is_up_when_a_job_that_may_be_somebodys_is_gone) {
    domain::job_filter filter;
    filter.instance_type = {"ml.g5.*"};
    for (const auto* name : {"a", "b", "c"})
        aws.put(ran(name), later(seconds(120)));
    aws.closed = {lane_id{0}};
    start(with_list(one_connection(), list_of("gpu", filter))).play(minutes(2));
    ASSERT_FALSE(play().view().lanes[0].up);
    for (const auto* name : {"a", "b", "c"})
        aws.drop(name);
    aws.closed.clear();
    play().play(minutes(2));
    EXPECT_TRUE(play().view().lanes[0].up);
}

class failing_lists : public discovery, public testing::WithParamInterface<error_class> {};

TEST_P(failing_lists, leave_their_jobs_to_describes_and_take_them_back) {
    aws.put(ran("a"), later(seconds(120)));
    start().play(minutes(2));
    aws.lists_fail = failed(GetParam());
    const auto failing = play().play(minutes(5));
    EXPECT_EQ(count_notes(failing, "lists_stand"), 1);
    EXPECT_THAT(field_of(failing, "lists_stand", "detail"), testing::HasSubstr("one by one"));
    aws.describes.clear();
    play().play(minutes(10));
    EXPECT_GE(aws.describes["a"], 15) << "each half of the bound";
    EXPECT_LE(play().now().wall - *shown("a").last_observed, minutes(1));
    aws.lists_fail.reset();
    const auto log = play().play(minutes(2));
    EXPECT_EQ(count_notes(log, "lists_recovered"), 1);
    aws.describes.clear();
    play().play(minutes(10));
    EXPECT_LE(aws.describes["a"], 11);
}

// Few describes, and pages that come rarely or never. Nobody is described while they come in time.
class late_pages_test : public discovery {
protected:
    void start_with(int others) {
        auto chosen = finds_all();
        chosen.connections[0].budget = {2, 1};
        chosen.watch_lists[0].staleness_bound = seconds(60);
        domain::watch_list_settings named;
        named.name = "named";
        named.staleness_bound = seconds(20);
        for (int i = 0; i < 5; ++i) {
            named.jobs.push_back("named-" + std::to_string(i));
            aws.put(ran(named.jobs.back()), later(seconds(120)));
        }
        chosen.watch_lists.insert(chosen.watch_lists.begin(), named);
        for (int i = 0; i < others; ++i)
            aws.put(
                running("job-" + std::to_string(i)).created_at(later(-minutes(1 + i))),
                later(seconds(120))
            );
        start(chosen).play(minutes(10));
        aws.describes.clear();
    }
    // Each second of the time; `pages`: one of so many list calls is answered.
    milliseconds oldest_while_lists_fail(error_class why, nanoseconds time, int pages = 0) {
        aws.serve(play());
        const auto listed = play().lists;
        int calls = 0;
        play().lists = [=](const list_jobs& asked) mutable -> result<domain::job_page> {
            if (pages > 0 && ++calls % pages == 0) return listed(asked);
            return failed(why);
        };
        milliseconds oldest{};
        for (auto left = time; left > seconds(0); left -= seconds(1)) {
            play().play(seconds(1));
            const auto& known = play().view().lanes[0].oldest_observation.at("named");
            oldest = std::max(oldest, play().now().wall - known);
        }
        return oldest;
    }
    int described(const std::string& prefix) const {
        int sum = 0;
        for (const auto& [name, count] : aws.describes)
            sum += name.starts_with(prefix) ? count : 0;
        return sum;
    }
};

TEST_F(late_pages_test, cost_nothing_while_they_come_in_time) {
    start_with(20);
    play().play(minutes(20));
    EXPECT_EQ(described("named") + described("job"), 0);
}

TEST_F(late_pages_test, leave_bounds_to_describes_before_they_have_passed) {
    for (const auto why : {error_class::throttled, error_class::transient}) {
        aws = {};
        counts = {};
        start_with(20);
        EXPECT_LE(oldest_while_lists_fail(why, minutes(2)), seconds(22));
        EXPECT_EQ(play().view().lanes[0].feasible(seconds(20)), seconds(20));
    }
}

TEST_F(late_pages_test, leave_the_tightest_bound_to_describes_that_others_would_use_up) {
    start_with(450);
    EXPECT_LE(oldest_while_lists_fail(error_class::throttled, minutes(10)), seconds(22));
    EXPECT_GT(described("job"), 100) << "with what is left";
    EXPECT_EQ(play().view().lanes[0].feasible(seconds(20)), seconds(20));
    EXPECT_GT(play().view().lanes[0].feasible(seconds(60)), minutes(5));
}

TEST_F(late_pages_test, that_come_now_and_then_change_nothing_of_it) {
    start_with(450);
    EXPECT_LE(oldest_while_lists_fail(error_class::throttled, minutes(10), 14), seconds(22));
}

TEST_F(late_pages_test, job_that_failed_meanwhile_alerts_in_time) {
    start_with(20);
    oldest_while_lists_fail(error_class::throttled, seconds(20));
    const auto when = play().now().wall - created;
    aws.put(failing("named-1", when), play().now().wall);
    play().play(seconds(20));
    EXPECT_EQ(firing("TrainingJobFailed"), 1U);
}

// Between two throttled ones each: a sweep would take for ever.
TEST_F(discovery, trickle_of_pages_does_not_keep_jobs_from_being_described) {
    aws.put(ran("a"), later(seconds(120)));
    start().play(minutes(2));
    for (int minute = 0; minute < 5; ++minute) {
        aws.lists_fail = failed(error_class::throttled);
        play().play(seconds(50));
        aws.lists_fail.reset();
        const int pages = aws.pages;
        for (int s = 0; s < 60 && aws.pages == pages; ++s)
            play().play(seconds(1));
        EXPECT_GT(aws.pages, pages);
    }
    aws.lists_fail = failed(error_class::throttled);
    aws.describes.clear();
    play().play(minutes(2));
    EXPECT_GE(aws.describes["a"], 3) << "each half of the bound";
}

TEST_P(failing_lists, hold_up_no_first_pass_for_ever) {
    auto chosen = finds_all();
    chosen.watch_lists[0].jobs = {"named"};
    aws.put(ran("named"), later(seconds(120)));
    aws.lists_fail = failed(GetParam());
    start(chosen).play(minutes(5));
    EXPECT_TRUE(play().view().first_pass_complete);
}

INSTANTIATE_TEST_SUITE_P(
    kinds, failing_lists, testing::Values(error_class::transient, error_class::throttled)
);

// With few describes a page tells of them first.
TEST_F(discovery, names_whose_jobs_ended_long_ago_do_not_hold_the_first_pass_up) {
    auto chosen = finds_all();
    chosen.connections[0].budget = {0.1, 4};
    chosen.watch_lists[0].jobs = {"a", "b", "c"};
    for (const auto& name : chosen.watch_lists[0].jobs)
        aws.put(failing(name, minutes(30)), later(minutes(30)));
    start(chosen).play(minutes(1));
    EXPECT_TRUE(play().view().first_pass_complete);
}

TEST_F(discovery, page_that_is_lost_is_asked_for_again) {
    aws.put(ran("a"), later(seconds(120)));
    aws.lists_fail = failed(error_class::transient);
    start().play(seconds(10));
    aws.lists_fail.reset();
    play().play(soon);
    EXPECT_NE(find_job(play().view(), "a"), nullptr);
}

// ---- what a rule found
// ------------------------------------------------------------------------------

// A page tells of the end before the describe that says what became of the rule.
TEST_F(discovery, alert_of_a_rule_goes_on_when_a_page_tells_of_the_end) {
    auto made = running("a");
    made.but([](auto& seen) {
        seen.rules.push_back({domain::rule_kind::debugger, "Overfit", "IssuesFound", "", {}});
    });
    aws.put(made, later(seconds(120)));
    start().play(minutes(1));
    ASSERT_EQ(firing("TrainingJobRuleIssue"), 1U);
    aws.undescribable = {"a"};
    aws.put(made.fails(hours(2)), later(hours(2)));
    auto log = play().play(seconds(30));
    ASSERT_EQ(job("a")->last->status.text, "Failed");
    EXPECT_EQ(firing("TrainingJobRuleIssue"), 1U);
    aws.undescribable.clear();
    auto rest = play().play(minutes(10));
    log.insert(log.end(), rest.begin(), rest.end());
    EXPECT_EQ(firing("TrainingJobRuleIssue"), 1U);
    EXPECT_EQ(firing("TrainingJobFailed"), 1U);
    for (const auto& message : messages_to(log, endpoint_id{0}))
        EXPECT_EQ(message.state, domain::alert_state::firing) << message.labels.at("alertname");
}

// ---- explicit names
// ---------------------------------------------------------------------------------

TEST_F(discovery, name_that_one_region_of_three_knows_is_no_mistake) {
    auto chosen = one_connection();
    chosen.connections[0].regions = {"eu-west-1", "us-east-1", "us-west-2"};
    domain::watch_list_settings list;
    list.name = "named";
    list.jobs = {"here", "nowhere"};
    aws.put(
        running("here").but([](auto& seen) { seen.region = "us-east-1"; }),
        later(seconds(120)),
        lane_id{1}
    );
    const auto log = start(with_list(chosen, list)).play(minutes(10));
    EXPECT_EQ(count_notes(log, "job_missing"), 1);
    EXPECT_EQ(field_of(log, "job_missing", "training_job"), "nowhere");
    EXPECT_EQ(field_of(log, "job_missing", "aws_region"), "eu-west-1, us-east-1, us-west-2");
    EXPECT_THAT(field_of(log, "job_missing", "cure"), testing::HasSubstr("check the name"));
}

TEST_F(discovery, name_that_another_shard_may_find_is_no_mistake) {
    auto chosen = one_connection();
    chosen.connections[0].regions = {"eu-west-1", "us-east-1", "us-west-2"};
    chosen.process.shards = 2;
    domain::watch_list_settings list;
    list.name = "named";
    list.jobs = {"nowhere"};
    const auto log = start(with_list(chosen, list)).play(minutes(10));
    ASSERT_FALSE(play().subject().plan().lanes.empty());
    ASSERT_FALSE(play().subject().plan().elsewhere.empty());
    EXPECT_EQ(count_notes(log, "job_missing"), 1);
    EXPECT_EQ(count_notes(log, "job_missing", note_level::warning), 0);
    EXPECT_THAT(field_of(log, "job_missing", "cure"), testing::HasSubstr("another shard"));
}

TEST_F(discovery, region_that_refuses_us_is_not_named_among_those_without_a_job) {
    auto chosen = one_connection();
    chosen.connections[0].regions = {"eu-west-1", "us-east-1", "us-west-2"};
    domain::watch_list_settings list;
    list.name = "named";
    list.jobs = {"nowhere"};
    aws.closed = {lane_id{1}};
    const auto log = start(with_list(chosen, list)).play(minutes(10));
    EXPECT_EQ(count_notes(log, "job_missing"), 1);
    EXPECT_EQ(field_of(log, "job_missing", "aws_region"), "eu-west-1, us-west-2");
}

// ---- slots
// ------------------------------------------------------------------------------------------

// A server of AWS still lists it after others have said three times that it is not there.
TEST_F(discovery, job_that_an_old_page_brings_back_is_soon_missing_again) {
    aws.put(ran("a"), later(seconds(120)));
    start().play(minutes(2));
    aws.drop("a");
    play().play(minutes(6));
    ASSERT_TRUE(shown("a").missing);
    aws.put(ran("a"), later(seconds(120)));
    for (int i = 0; i < 60 && shown("a").missing; ++i)
        play().play(seconds(5));
    ASSERT_FALSE(shown("a").missing) << "a page tells of it";
    aws.drop("a");
    play().play(minutes(3));
    EXPECT_TRUE(shown("a").missing);
    EXPECT_EQ(play().view().live, 0U);
}

TEST_F(discovery, slot_of_a_job_that_is_gone_serves_another_and_its_revision_goes_on) {
    aws.put(ran("a"), later(seconds(120)));
    start().play(soon);
    const auto revision = play().view().jobs[0].revision;
    aws.drop("a");
    play().play(hours(1));
    ASSERT_TRUE(play().view().jobs[0].is_vacant());
    EXPECT_GT(play().view().jobs[0].revision, revision);
    EXPECT_EQ(play().view().watched, 0U);
    aws.put(running("b").created_at(later(hours(3))), later(hours(3)));
    play().play(soon);
    ASSERT_THAT(play().view().jobs, SizeIs(1));
    EXPECT_EQ(play().view().jobs[0].target.name, "b");
    EXPECT_GT(play().view().jobs[0].revision, revision + 1);
}

// ---- restart
// ------------------------------------------------------------------------------------------

void keep(kept_ledger& disk, const std::vector<std::pair<mono_time, action>>& log) {
    for (const auto& [when, each] : log) {
        if (const auto* batch = std::get_if<commit>(&each)) disk.add(*batch);
    }
}

class restarted_discovery : public discovery {
protected:
    void restart(milliseconds down, const domain::settings& chosen = finds_all()) {
        auto start = play().now();
        start.mono += down;
        start.wall += down;
        play_.emplace(plan_of(chosen), disk.load(), start);
        aws.serve(*play_);
        counts = {};
        play_->after_step = std::ref(counts);
    }
    kept_ledger disk{};
};

TEST_F(restarted_discovery, jobs_are_there_before_the_first_answer) {
    aws.put(ran("a"), later(seconds(120)));
    aws.put(ran("b"), later(seconds(120)));
    aws.put(failing("old", minutes(30)), later(minutes(30)));
    aws.undescribable = {"b"};
    keep(disk, start().play(minutes(2)));
    restart(minutes(1));
    EXPECT_EQ(play().view().watched, 3U);
    EXPECT_EQ(play().view().live, 2U);
    EXPECT_EQ(play().view().undescribed, 1U);
    EXPECT_TRUE(shown("b").summarised);
    EXPECT_TRUE(shown("old").retired);
    play().play(minutes(2));
    EXPECT_EQ(aws.describes["old"], 0);
}

TEST_F(restarted_discovery, what_ended_meanwhile_alerts_and_what_fired_goes_on) {
    aws.put(ran("a"), later(seconds(120)));
    aws.put(failing("b"), later(minutes(118)));
    keep(disk, start().play(minutes(2)));
    ASSERT_THAT(play().view().alerts, SizeIs(1));
    aws.put(failing("a", minutes(150)), later(minutes(150)));
    restart(hours(1));
    ASSERT_THAT(play().view().alerts, SizeIs(1));
    EXPECT_EQ(play().view().alerts[0].state, domain::alert_state::firing);
    play().play(soon);
    EXPECT_THAT(play().view().alerts, SizeIs(2));
}

TEST_F(restarted_discovery, job_that_came_and_failed_while_nobody_looked_alerts) {
    aws.put(ran("a"), later(seconds(120)));
    keep(disk, start().play(minutes(2)));
    aws.put(running("b").created_at(later(minutes(125))).fails(minutes(130)), later(minutes(130)));
    restart(hours(3));
    play().play(soon);
    ASSERT_THAT(play().view().alerts, SizeIs(1));
    EXPECT_EQ(play().view().alerts[0].labels.at("training_job"), "b");
}

TEST_F(restarted_discovery, horizon_does_not_move_past_an_end_that_nobody_explained) {
    aws.put(ran("a"), later(seconds(120)));
    keep(disk, start().play(minutes(2)));
    const auto first = disk.load().rows.last_complete_sweep;
    keep(disk, play().play(minutes(2)));
    const auto second = disk.load().rows.last_complete_sweep;
    ASSERT_TRUE(first && second);
    EXPECT_GT(*second, *first + minutes(1)) << "pages move it";
    aws.put(failing("a", minutes(124)), later(minutes(124)));
    aws.undescribable = {"a"};
    const auto told = play().now().wall;
    keep(disk, play().play(seconds(110)));
    EXPECT_LE(*disk.load().rows.last_complete_sweep, told + seconds(30));
    restart(hours(2));
    aws.undescribable.clear();
    play().play(soon);
    EXPECT_THAT(play().view().alerts, SizeIs(1));
}

// ---- any play
// ---------------------------------------------------------------------------------------

class random_discovery : public discovery, public testing::WithParamInterface<unsigned> {};

TEST_P(random_discovery, counts_hold_whatever_happens) {
    random_source dice(GetParam());
    const auto below = [&](unsigned bound) { return static_cast<unsigned>(dice.next() % bound); };
    domain::job_filter details;
    details.name = {"d*"};
    details.experiment = {"yes"};
    domain::job_filter tagged;
    tagged.name = {"t*"};
    tagged.tags = {{"team", "vision"}};
    auto all = with_list(one_connection(), list_of("details", details));
    all = with_list(all, list_of("tagged", tagged));
    auto rest = list_of("rest", by_name("[a-z]*"));
    rest.match = by_name("*");
    rest.exclude = by_name("x*");
    rest.labels_from_tags = {{"team", "team"}};
    auto some = with_list(all, rest);
    auto named = some;
    named.watch_lists[2].jobs = {"d1", "t1", "a1", "none"};
    auto fewer = all;
    fewer.receivers.clear();
    const std::vector<domain::settings> choices{some, named, fewer, all};
    start(some);
    const std::string kinds = "adtx";
    for (int round = 0; round < 150; ++round) {
        const auto name = kinds[below(4)] + std::to_string(below(4));
        const auto at = play().now().wall;
        const auto since = at - created;
        auto made =
            running(name).but([&](auto& seen) { seen.experiment = below(2) ? "yes" : "no"; });
        const auto arn = made.seen().arn;
        aws.tags[arn] = {{"team", below(2) ? "vision" : "text"}};
        switch (below(10)) {
            case 0:
            case 1:
                aws.put(made.created_at(at), at);
                break;
            case 2:
                aws.put(made, at);
                break;
            case 3:
                aws.put(made.fails(since), at);
                break;
            case 4:
                aws.drop(name);
                break;
            case 5:
                aws.undescribable.insert(name);
                break;
            case 6:
                aws.undescribable.clear();
                break;
            case 7:
                aws.lists_fail.reset();
                if (below(3) == 0) {
                    aws.lists_fail =
                        failed(below(2) ? error_class::transient : error_class::denied);
                }
                break;
            case 8:
                aws.tags_fail.reset();
                if (below(2)) {
                    aws.tags_fail = failed(below(2) ? error_class::transient : error_class::denied);
                }
                break;
            case 9:
                play().play(seconds(1), change_to(play(), choices[below(4)]));
                break;
        }
        play().play(seconds(1 << below(9)));
        if (HasFailure()) FAIL() << "in round " << round;
    }
}

INSTANTIATE_TEST_SUITE_P(seeds, random_discovery, testing::Range(1U, 9U));

}  // namespace
}  // namespace trainwatch::core::engine_lists_test
