#include "wire/landing_page.hpp"

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "wire/html_text.hpp"

namespace trainwatch::wire::landing_page_test {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr wall_time now = from_unix_milliseconds(1'795'511'520'000);  // 2026-11-24T09:12:00Z

constexpr const char* hostile = "</td><script>alert('x')</script>&amp;\x1b[31m\"\xE2\x80\xAE\xff";

domain::watch_plan example_plan() {
    domain::watch_plan plan;
    plan.lanes = {{"research", "eu-west-1", {}}, {"production", "us-east-1", {}}};
    for (const char* const name :
         {"bert-large-pretrain-2026-11-23",
          "resnet-2026-11-23",
          "whisper-spot-7",
          "tokenizer-sweep-3",
          "nightly-ranker-2026-11-24",
          "eval-harness-12"}) {
        plan.targets.push_back({lane_id{0}, name, "nightly"});
    }
    plan.targets.push_back({lane_id{1}, "ranker-v42", "releases"});
    plan.lists = {{"nightly", {}}, {"releases", {}}};
    return plan;
}

domain::job_view job(
    const domain::watch_plan& plan, std::size_t index, const char* status, const char* secondary
) {
    domain::job_view made;
    made.target = plan.targets[index];
    made.last.emplace();
    made.last->name = made.target.name;
    made.last->account_id = "111122223333";
    made.last->region = plan.lanes[made.target.lane.value].region;
    made.last->status = domain::parse_primary(status);
    made.last->secondary = domain::parse_secondary(secondary);
    made.last->created = now - std::chrono::hours(5);
    return made;
}

domain::view example_view(const domain::watch_plan& plan) {
    using std::chrono::hours;
    using std::chrono::minutes;
    domain::view view;
    view.jobs = {
        job(plan, 0, "InProgress", "Training"),
        job(plan, 1, "Completed", "Completed"),
        job(plan, 2, "InProgress", "Interrupted"),
        job(plan, 3, "Failed", "Failed"),
        job(plan, 4, "Stopped", "MaxRuntimeExceeded"),
        {},
        {}};
    view.jobs[0].deadlines = {
        {domain::deadline_kind::max_wait, now + hours(30)},
        {domain::deadline_kind::max_runtime, now + hours(19) + minutes(40)}};
    view.jobs[0].last_transition = now - hours(4) - minutes(20);
    view.jobs[1].ending = {domain::outcome::completed, domain::failure_class::none};
    view.jobs[1].last_transition = now - minutes(51);
    view.jobs[2].last_transition = now - minutes(2);
    view.jobs[2].trouble = error_class::throttled;
    view.jobs[2].trouble_detail = "ThrottlingException: <Rate exceeded>";
    view.jobs[3].ending = {domain::outcome::failed, domain::failure_class::algorithm};
    view.jobs[3].last_transition = now - minutes(12);
    view.jobs[3].last->failure_reason =
        "AlgorithmError: ExecuteUserScriptError:\nExitCode 1\nErrorMessage \"RuntimeError: CUDA "
        "out of memory. Tried to allocate 2.00 GiB\"";
    view.jobs[4].ending = {domain::outcome::max_runtime_exceeded, domain::failure_class::timeout};
    view.jobs[4].last_transition = now - seconds(40);
    view.jobs[5].target = plan.targets[5];
    view.jobs[5].missing = true;
    view.jobs[6].target = plan.targets[6];
    view.lanes.resize(2);
    view.lanes[0].heard = true;
    view.lanes[0].up = true;
    view.lanes[0].operations[domain::aws_operation::describe].requests = {
        {"ok", 1'204}, {"throttled", 3}};
    domain::alert alert;
    alert.labels = {
        {"alertname", "TrainingJobFailed"},
        {"severity", "critical"},
        {"training_job", "tokenizer-sweep-3"}};
    alert.starts_at = now - minutes(12);
    view.alerts = {alert, alert};
    view.alerts[1].labels["alertname"] = "TrainingJobMaxRuntimeExceeded";
    view.alerts[1].labels["training_job"] = "nightly-ranker-2026-11-24";
    view.alerts[1].starts_at = now - seconds(38);
    view.first_pass_complete = true;
    view.live = 2;
    return view;
}

process_facts example_process() {
    process_facts process;
    process.version = "0.1.0";
    process.revision = "abc1234";
    return process;
}

std::string page_of(const domain::view& view, const domain::watch_plan& plan) {
    return render_landing_page(view, plan, example_process(), now);
}

std::string example_page() {
    const auto plan = example_plan();
    return page_of(example_view(plan), plan);
}

std::size_t count(std::string_view text, std::string_view piece) {
    std::size_t found = 0;
    for (auto at = text.find(piece); at != text.npos; at = text.find(piece, at + 1))
        ++found;
    return found;
}

TEST(LandingPage, shows_version_figures_and_links) {
    const auto page = example_page();
    EXPECT_THAT(page, testing::StartsWith("<!DOCTYPE html>\n<html lang=\"en\">"));
    EXPECT_THAT(page, HasSubstr("trainwatchd <small>0.1.0</small>"));
    EXPECT_THAT(page, HasSubstr("<dt>Jobs watched</dt><dd>7</dd>"));
    EXPECT_THAT(page, HasSubstr("<dt>Live</dt><dd>2</dd>"));
    EXPECT_THAT(page, HasSubstr("<dt>Alerts firing</dt><dd class=\"bad\">2</dd>"));
    EXPECT_THAT(page, HasSubstr("<dt>Watch lists</dt><dd>2</dd>"));
    for (const char* const link :
         {"href=\"metrics\"",
          "href=\"-/healthy\"",
          "href=\"-/ready\"",
          "href=\"api/v1/jobs\"",
          "href=\"api/v1/status\"",
          "href=\"api/v1/openapi.json\""}) {
        EXPECT_THAT(page, HasSubstr(link));
    }
    EXPECT_THAT(page, HasSubstr("As of 2026-11-24T09:12:00.000Z"));
}

// A slot that nobody has is no job, and what ended long ago must not hide what runs.
TEST(LandingPage, leaves_out_vacant_slots_and_puts_the_past_last) {
    const auto plan = example_plan();
    auto view = example_view(plan);
    view.jobs.insert(view.jobs.begin(), domain::job_view{});
    EXPECT_THAT(page_of(view, plan), HasSubstr("<dt>Jobs watched</dt><dd>7</dd>"));
    view.jobs.erase(view.jobs.begin());
    for (auto& job : view.jobs)
        job.retired = job.ending && job.ending->outcome != domain::outcome::completed;
    const auto page = page_of(view, plan);
    const auto jobs = page.substr(page.find("id=\"jobs\""));
    EXPECT_GT(jobs.find("nightly-ranker"), jobs.find("resnet"));
    EXPECT_NE(jobs.find("nightly-ranker"), std::string::npos);

    for (int i = 0; i < 300; ++i)
        view.jobs.push_back(view.jobs[3]);
    EXPECT_TRUE(view.jobs[3].retired);
    EXPECT_THAT(page_of(view, plan), HasSubstr("202 more: see"));

    domain::view vacant;
    vacant.jobs.resize(1);
    vacant.lanes.resize(plan.lanes.size());
    EXPECT_THAT(page_of(vacant, plan), HasSubstr("No job is watched."));
}

TEST(LandingPage, shows_a_name_of_several_regions_where_it_was_found) {
    const auto plan = example_plan();
    auto view = example_view(plan);
    const auto whole = page_of(view, plan);
    domain::job_view other;
    other.target = {lane_id{1}, view.jobs[0].target.name, view.jobs[0].target.watch_list};
    other.missing = true;
    view.jobs.push_back(other);
    EXPECT_EQ(page_of(view, plan), whole);
    // A job that was here and is deleted now is news.
    view.jobs.back().last = view.jobs[0].last;
    EXPECT_THAT(page_of(view, plan), HasSubstr("<dt>Jobs watched</dt><dd>8</dd>"));
    // And so is a name that is nowhere.
    view.jobs.back() = other;
    view.jobs.back().target.name = "never-was";
    EXPECT_THAT(page_of(view, plan), HasSubstr("never-was"));
    EXPECT_THAT(page_of(view, plan), HasSubstr("<dt>Jobs watched</dt><dd>8</dd>"));
}

TEST(LandingPage, tells_how_each_job_stands) {
    const auto page = example_page();
    EXPECT_THAT(page, HasSubstr(">in 19 h 40 min</time><br><span class=\"soft\">max runtime"));
    EXPECT_THAT(page, HasSubstr("failed (algorithm)"));
    EXPECT_THAT(page, HasSubstr("<td>max runtime exceeded</td>"));
    EXPECT_THAT(page, HasSubstr("last poll: throttled"));
    EXPECT_THAT(page, HasSubstr("not found"));
    EXPECT_THAT(page, HasSubstr("not asked yet"));
    EXPECT_THAT(page, HasSubstr(">12 min ago</time>"));
}

TEST(LandingPage, links_each_job_that_aws_told_of_and_says_why_another_is_silent) {
    const auto page = example_page();
    EXPECT_THAT(page, HasSubstr("href=\"api/v1/jobs/111122223333/eu-west-1/"));
    EXPECT_THAT(page, HasSubstr("ThrottlingException: &lt;Rate exceeded&gt;"));
    EXPECT_THAT(page, Not(HasSubstr("<Rate exceeded>")));
}

TEST(LandingPage, begins_with_what_went_wrong) {
    const auto page = example_page();
    const auto jobs = page.substr(page.find("id=\"jobs\""));
    const std::vector<std::size_t> places{
        jobs.find("nightly-ranker"),   // ended badly, 40 s ago
        jobs.find("tokenizer-sweep"),  // ended badly, 12 min ago
        jobs.find("whisper-spot"),     // runs, changed 2 min ago
        jobs.find("bert-large"),       // runs
        jobs.find("eval-harness"),     // nothing heard
        jobs.find("resnet")};          // ended well
    EXPECT_TRUE(std::is_sorted(places.begin(), places.end()));
    EXPECT_NE(places.back(), std::string::npos);
}

// Names, lists and reasons come from files and from AWS, and reasons from training scripts.
TEST(LandingPage, never_lets_text_become_markup) {
    auto plan = example_plan();
    plan.lanes[0].connection = hostile;
    plan.lanes[0].region = hostile;
    plan.targets[3].name = hostile;
    plan.targets[3].watch_list = hostile;
    auto view = example_view(plan);
    view.jobs[3].last->failure_reason = hostile;
    view.jobs[3].last->status.text = hostile;
    view.jobs[3].last->secondary.text = hostile;
    view.alerts[0].labels = {
        {"alertname", hostile}, {"training_job", hostile}, {"severity", hostile}};
    auto process = example_process();
    process.version = hostile;
    process.revision = hostile;
    const auto page = render_landing_page(view, plan, process, now);
    EXPECT_THAT(page, Not(HasSubstr("<script")));
    EXPECT_THAT(page, Not(HasSubstr("\x1b")));
    EXPECT_THAT(page, Not(HasSubstr("\xE2\x80\xAE")));
    EXPECT_THAT(page, HasSubstr("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;amp;"));
    EXPECT_EQ(count(page, "<td>"), count(page, "</td>"));
    EXPECT_EQ(count(page, "<td>"), count(example_page(), "<td>"));
}

TEST(LandingPage, loads_nothing_and_runs_nothing) {
    const auto page = example_page();
    EXPECT_THAT(page, HasSubstr("default-src 'none'"));
    EXPECT_THAT(page, Not(HasSubstr("<script")));
    EXPECT_THAT(page, Not(HasSubstr("http://")));
    EXPECT_THAT(page, Not(HasSubstr("https://")));
    EXPECT_THAT(page, Not(HasSubstr("url(")));
}

TEST(LandingPage, of_very_many_jobs_stays_readable) {
    const auto plan = example_plan();
    domain::view view;
    view.jobs.assign(1'500, job(plan, 0, "InProgress", "Training"));
    view.jobs[1'499] = job(plan, 3, "Failed", "Failed");
    view.jobs[1'499].ending = {domain::outcome::failed, domain::failure_class::client};
    const auto page = page_of(view, plan);
    EXPECT_EQ(count(page, "class=\"name\""), 1'000U);
    EXPECT_THAT(page, HasSubstr("500 more: see <a href=\"api/v1/jobs\">/api/v1/jobs</a>"));
    EXPECT_THAT(page, HasSubstr("tokenizer-sweep-3"));
}

TEST(LandingPage, before_the_first_answer_says_so) {
    const auto page = page_of({}, example_plan());
    EXPECT_THAT(page, HasSubstr("The first pass over all jobs is still under way."));
    EXPECT_THAT(page, HasSubstr("<p>None.</p>"));
}

TEST(LandingPage, with_a_broken_ledger_says_what_that_means) {
    domain::view view;
    view.storage_degraded = true;
    EXPECT_THAT(page_of(view, {}), HasSubstr("would not survive a restart"));
}

TEST(LandingPage, cuts_a_long_reason_between_characters) {
    const auto plan = example_plan();
    auto view = example_view(plan);
    std::string reason;
    for (int i = 0; i < 600; ++i)
        reason += "\xc3\xa9";
    view.jobs[3].last->failure_reason = reason;
    const auto page = page_of(view, plan);
    EXPECT_EQ(count(page, "\xc3\xa9"), 200U);
    EXPECT_THAT(page, HasSubstr("\xc3\xa9…</div>"));
}

TEST(LandingPage, tells_whose_a_connection_is_and_what_its_keys_are) {
    const auto plan = example_plan();
    auto view = example_view(plan);
    view.lanes.resize(2);
    view.lanes[0].heard = true;
    view.lanes[0].up = true;
    view.lanes[0].operations[domain::aws_operation::describe].rate = 2;
    view.lanes[0].account_id = "111122223333";
    auto& connection = view.connections["research"];
    connection.credentials = {"profile research", "111122223333", now};
    auto page = page_of(view, plan);
    EXPECT_THAT(page, HasSubstr("<td>111122223333</td><td>profile research<br>"));
    EXPECT_THAT(page, HasSubstr("until 2026-11-24T09:12:00.000Z"));
    EXPECT_THAT(page, Not(HasSubstr("slowed down")));
    EXPECT_THAT(page, HasSubstr("none yet")) << "of the other connection";
    view.lanes[0].operations[domain::aws_operation::describe].rate = 1.4;
    connection.trouble =
        failure{.kind = error_class::denied, .detail = hostile, .cure = "aws sso login"};
    page = page_of(view, plan);
    EXPECT_THAT(page, HasSubstr("slowed down by throttling"));
    EXPECT_THAT(page, HasSubstr("last fetch: denied"));
    EXPECT_THAT(page, HasSubstr("What to do: aws sso login"));
    EXPECT_THAT(page, Not(HasSubstr("<script>")));
}

TEST(LandingPage, tells_what_each_call_may_cost_and_how_far_lists_have_got) {
    auto plan = example_plan();
    auto view = example_view(plan);
    plan.lanes[0].lists = true;
    plan.lanes.push_back({"former", "eu-west-1", {}});
    plan.lanes.back().gone = true;
    auto page = page_of(view, plan);
    EXPECT_THAT(page, HasSubstr("not listed yet"));
    EXPECT_THAT(page, HasSubstr("jobs are not listed")) << "of the other connection";
    EXPECT_THAT(page, Not(HasSubstr("former")));
    view.lanes[0].operations[domain::aws_operation::describe].rate = 2;
    view.lanes[0].operations[domain::aws_operation::list] = {
        {{"ok", 3'000}, {"throttled", 4}}, {}, 0.7, 0, 1.26};
    view.lanes[0].sweep = {false, 300, 0, 3, {}, {}};
    page = page_of(view, plan);
    EXPECT_THAT(
        page,
        HasSubstr("<td>DescribeTrainingJob 2 of 2/s<br>ListTrainingJobs 0.7 of 1/s "
                  "<span class=\"soft\">others about 1.3/s</span></td>")
    );
    EXPECT_THAT(page, HasSubstr("slowed down by throttling")) << "lists count too";
    EXPECT_THAT(page, HasSubstr("300 jobs known<br><span class=\"warn\">reading the past"));
    EXPECT_THAT(page, HasSubstr("<td>4204</td><td>7</td>")) << "answers and failures of both";
    view.lanes[0].sweep = {true, 1'204, 13, 4'711, milliseconds(13'000), milliseconds(21'000)};
    page = page_of(view, plan);
    EXPECT_THAT(page, HasSubstr("1204 jobs known, live ones on 13 pages"));
    EXPECT_THAT(page, HasSubstr("a staleness bound of 21 s can be kept"));
    view.lanes[0].tags_refused = "allow sagemaker:ListTags to <b>";
    EXPECT_THAT(
        page_of(view, plan),
        HasSubstr("tags are refused</span><div class=\"reason\">allow sagemaker:ListTags to "
                  "&lt;b&gt;</div>1204 jobs known")
    );
    view.lanes[0].tags_refused.clear();
    view.lanes[0].lists_refused = "allow sagemaker:ListTrainingJobs";
    page = page_of(view, plan);
    EXPECT_THAT(page, HasSubstr("allow sagemaker:ListTrainingJobs"));
    EXPECT_THAT(page, Not(HasSubstr("1204 jobs known"))) << "old, and nothing to rely on";
    view.lanes[0].lists_refused.clear();
    view.lanes[0].sweep = {true, 4, 1, 17, milliseconds(600), milliseconds(801)};
    page = page_of(view, plan);
    EXPECT_THAT(page, HasSubstr("live ones on 1 page<br>"));
    EXPECT_THAT(page, HasSubstr("a staleness bound of 1 s can be kept"));
}

TEST(LandingPage, says_what_to_do_about_a_job_without_an_answer) {
    const auto plan = example_plan();
    auto view = example_view(plan);
    view.jobs[2].trouble = error_class::denied;
    view.jobs[2].trouble_detail = "AccessDeniedException: no";
    view.jobs[2].trouble_cure = "allow it: {\"Effect\":\"Allow\"}";
    EXPECT_THAT(
        page_of(view, plan),
        HasSubstr("AccessDeniedException: no<br>What to do: allow it: {&quot;Effect&quot;")
    );
}

TEST(SpokenDuration, has_two_units_at_most) {
    using std::chrono::hours;
    using std::chrono::minutes;
    EXPECT_EQ(spoken_duration(seconds(0)), "0 s");
    EXPECT_EQ(spoken_duration(seconds(59)), "59 s");
    EXPECT_EQ(spoken_duration(seconds(60)), "1 min");
    EXPECT_EQ(spoken_duration(minutes(59)), "59 min");
    EXPECT_EQ(spoken_duration(hours(3)), "3 h");
    EXPECT_EQ(spoken_duration(hours(3) + minutes(20)), "3 h 20 min");
    EXPECT_EQ(spoken_duration(hours(49)), "2 d 1 h");
}

}  // namespace
}  // namespace trainwatch::wire::landing_page_test
