// What is asked of AWS for a history, in which order and how fast, and what becomes of the answers.
#include "app/lane_history.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/limits.hpp"

namespace trainwatch::app::lane_history_test {
namespace {

using std::chrono::hours;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr wall_time noon = from_unix_milliseconds(1'763'899'200'000);

failure failed(error_class kind, const std::string& code = {}) {
    failure why;
    why.kind = kind;
    why.remote_code = code;
    why.detail = code;
    return why;
}

domain::job_summary summary(
    const std::string& name, const char* status, hours before, hours took = hours(1)
) {
    domain::job_summary job;
    job.name = name;
    job.arn = "arn:" + name;
    job.status = domain::parse_primary(status);
    job.created = noon - before;
    job.ended = job.created + took;
    return job;
}

class LaneHistory : public testing::Test {
protected:
    LaneHistory() {
        plan.lanes = {{"research", "eu-west-1", {2, 1}}};
        plan.lanes[0].lists = true;
        discover("everything", {.name = {"*"}});
    }

    void discover(const std::string& list, domain::job_filter match) {
        plan.discovery.push_back({list, {lane_id{0}}, std::move(match), {}});
    }
    void only(const std::string& list, domain::job_filter match) {
        plan.discovery.clear();
        discover(list, std::move(match));
    }

    // AWS, as it answers here.
    io::list_answer page_for(const domain::list_query& query) {
        queries.push_back(query);
        if (!list_failures.empty()) {
            auto why = list_failures.front();
            list_failures.erase(list_failures.begin());
            return {std::move(why), milliseconds(50), {}};
        }
        auto next = pages.empty() ? domain::job_page{} : pages.front();
        if (!pages.empty()) pages.erase(pages.begin());
        return {std::move(next), milliseconds(50), offset};
    }
    io::describe_answer description_of(const std::string& name) {
        if (!describe_failures.empty()) {
            auto why = describe_failures.front();
            describe_failures.erase(describe_failures.begin());
            return {std::move(why), milliseconds(50), {}, {}};
        }
        domain::observation job;
        job.name = name;
        job.arn = "arn:" + name;
        job.status = domain::parse_primary("Failed");
        job.secondary = domain::parse_secondary("Failed");
        job.instances = {{name.starts_with("gpu") ? "ml.p4d.24xlarge" : "ml.m5.large", 1, {}}};
        return {std::move(job), milliseconds(50), offset, {}};
    }

    // Asks all that it wants asked; what that was is in `asked`, and when in `times`.
    std::unique_ptr<lane_history> read(bool every_job = false) {
        claims = std::make_unique<core::claims>(plan);
        auto made = std::make_unique<lane_history>(
            plan, *claims, lane_id{0}, history_wishes{noon - hours(100), every_job}, 7
        );
        auto now = instant{mono_time(hours(1)), noon};
        const auto begun = now.mono;
        for (int i = 0; i < 10'000; ++i) {
            const auto step = made->next(now.mono);
            if (const auto* wait = std::get_if<lane_history::wait>(&step)) {
                EXPECT_GT(wait->until, now.mono);
                now.mono = wait->until;
                continue;
            }
            if (!std::holds_alternative<lane_history::listed>(step)) {
                times.push_back(std::chrono::round<milliseconds>(now.mono - begun));
            }
            if (const auto* list = std::get_if<lane_history::list>(&step)) {
                asked.emplace_back("list");
                made->take(page_for(list->query), now);
            } else if (const auto* describe = std::get_if<lane_history::describe>(&step)) {
                asked.push_back(describe->job);
                made->take(description_of(describe->job), now);
            } else if (const auto* tags = std::get_if<lane_history::read_tags>(&step)) {
                asked.push_back("tags of " + tags->arn);
                made->take(io::tags_answer{tags_told, milliseconds(50), {}}, now);
            } else if (std::holds_alternative<lane_history::listed>(step)) {
                time_told = made->time_left();
                made->describe_now();
            } else {
                return made;
            }
        }
        ADD_FAILURE() << "it never ends";
        return made;
    }

    static std::vector<std::string> names(const lane_history& of) {
        std::vector<std::string> found;
        for (const auto& job : of.jobs())
            found.push_back(job.whole.name + " of " + job.watch_list);
        return found;
    }

    domain::watch_plan plan{};
    std::unique_ptr<core::claims> claims{};
    std::vector<domain::job_page> pages{};
    std::vector<failure> list_failures{};
    std::vector<failure> describe_failures{};
    result<domain::label_map> tags_told{domain::label_map{}};
    std::optional<milliseconds> offset{};
    std::vector<std::string> asked{};
    std::vector<milliseconds> times{};
    std::vector<domain::list_query> queries{};
    milliseconds time_told{};
};

TEST_F(LaneHistory, is_listed_page_by_page_and_then_described_newest_first) {
    pages = {
        {{summary("c", "Failed", hours(1)), summary("b", "Stopped", hours(2))}, "token", 0},
        {{summary("a", "InProgress", hours(3))}, "", 0}};
    const auto done = read();
    EXPECT_THAT(asked, ElementsAre("list", "list", "c", "b", "a"));
    EXPECT_THAT(names(*done), ElementsAre("c of everything", "b of everything", "a of everything"));
    EXPECT_EQ(queries[0].created_after, noon - hours(100));
    EXPECT_EQ(queries[1].token, "token");
    EXPECT_EQ(done->counts().listed, 3);
    EXPECT_FALSE(done->trouble());
}

TEST_F(LaneHistory, knows_completions_that_a_list_expects_from_before_it_begins) {
    plan.lists["everything"].completed_within = hours(26);
    pages = {
        {{summary("brief", "Completed", hours(3), hours(0)),
          summary("failed", "Failed", hours(4)),
          summary("before", "Completed", hours(120)),
          summary("ancient", "Completed", hours(127))},
         "",
         0}};
    const auto done = read();
    EXPECT_EQ(queries[0].created_after, noon - hours(126));
    EXPECT_THAT(
        done->completions(),
        ElementsAre(
            past_completion{"everything", noon - hours(3)},
            past_completion{"everything", noon - hours(119)}
        )
    );
    EXPECT_EQ(done->counts().listed, 2);
    EXPECT_THAT(names(*done), ElementsAre("failed of everything"));
}

TEST_F(LaneHistory, keeps_to_the_budget_and_never_bursts) {
    pages = {{{}, "one", 0}, {{}, "two", 0}, {{}, "", 0}};
    for (int i = 0; i < 4; ++i)
        pages.back().jobs.push_back(summary("job-" + std::to_string(i), "Failed", hours(i)));
    read();
    // A list a second, two descriptions a second.
    ASSERT_EQ(times.size(), 8);
    for (int i = 1; i < 3; ++i)
        EXPECT_GE(times[i] - times[i - 1], milliseconds(1'000)) << i;
    for (int i = 4; i < 7; ++i)
        EXPECT_GE(times[i] - times[i - 1], milliseconds(500)) << i;
    EXPECT_LE(times.back(), milliseconds(4'000));
    EXPECT_EQ(time_told, milliseconds(2'000));
}

TEST_F(LaneHistory, leaves_out_what_completed_quickly_unless_every_job_is_wanted) {
    const auto brief = summary("brief", "Completed", hours(3), hours(0));
    pages = {{{brief, summary("long", "Completed", hours(2))}, "", 0}};
    const auto done = read();
    EXPECT_THAT(names(*done), ElementsAre("long of everything"));
    EXPECT_EQ(done->counts().short_lived, 1);
    pages = {{{brief}, "", 0}};
    EXPECT_THAT(names(*read(true)), ElementsAre("brief of everything"));
}

TEST_F(LaneHistory, tells_each_job_once_and_none_from_before) {
    pages = {
        {{summary("a", "Failed", hours(1))}, "token", 0},
        {{summary("a", "Failed", hours(1)), summary("old", "Failed", hours(101))}, "", 0}};
    EXPECT_THAT(names(*read()), ElementsAre("a of everything"));
}

TEST_F(LaneHistory, goes_on_below_the_oldest_known_job_when_a_token_is_refused) {
    pages = {{{summary("a", "Failed", hours(1))}, "token", 0}};
    claims = std::make_unique<core::claims>(plan);
    lane_history history(plan, *claims, lane_id{0}, {noon - hours(100), false}, 7);
    const instant now{mono_time(hours(1)), noon};
    ASSERT_TRUE(std::holds_alternative<lane_history::list>(history.next(now.mono)));
    history.take(page_for({}), now);
    history.take(io::list_answer{failed(error_class::rejected), milliseconds(50), {}}, now);
    EXPECT_FALSE(history.trouble());
    const auto step = history.next(now.mono + std::chrono::seconds(5));
    ASSERT_TRUE(std::holds_alternative<lane_history::list>(step));
    const auto& query = std::get<lane_history::list>(step).query;
    EXPECT_EQ(query.token, "");
    EXPECT_EQ(query.created_before, noon - hours(1) + milliseconds(1));
}

TEST_F(LaneHistory, describes_only_jobs_of_a_list_and_asks_for_what_decides) {
    only("vision", {.name = {"v-*"}, .instance_type = {"ml.p4d.24xlarge"}});
    discover("gpus", {.instance_type = {"ml.p4d.24xlarge"}});
    plan.targets = {{lane_id{0}, "named", "by-name"}};
    pages = {
        {{summary("gpu-1", "Failed", hours(1)),
          summary("v-cpu", "Failed", hours(2)),
          summary("named", "Failed", hours(3))},
         "",
         0}};
    const auto done = read();
    EXPECT_THAT(names(*done), ElementsAre("named of by-name", "gpu-1 of gpus"));
    EXPECT_EQ(done->counts().unwatched, 1);
}

TEST_F(LaneHistory, takes_what_is_over_as_what_was_in_progress_once) {
    only("live", {.status = {"InProgress"}});
    pages = {{{summary("a", "Failed", hours(1))}, "", 0}};
    EXPECT_THAT(names(*read()), ElementsAre("a of live"));
    only("ended", {.status = {"Failed"}});
    pages = {{{summary("a", "Failed", hours(1)), summary("b", "Stopped", hours(2))}, "", 0}};
    EXPECT_THAT(names(*read()), ElementsAre("a of ended"));
}

TEST_F(LaneHistory, reads_tags_only_where_a_list_looks_at_them) {
    pages = {{{summary("a", "Failed", hours(1))}, "", 0}};
    read();
    EXPECT_THAT(asked, testing::Not(testing::Contains("tags of arn:a")));
    only("vision", {.tags = {{"team", "vision"}}});
    pages = {{{summary("a", "Failed", hours(1))}, "", 0}};
    tags_told = domain::label_map{{"team", "vision"}, {"Owner", "ada"}};
    const auto done = read();
    EXPECT_THAT(asked, testing::Contains("tags of arn:a"));
    ASSERT_THAT(names(*done), ElementsAre("a of vision"));
    EXPECT_EQ(done->jobs().front().tags.at("Owner"), "ada");
}

TEST_F(LaneHistory, without_tags_says_which_jobs_are_undecided) {
    only("vision", {.tags = {{"team", "vision"}}});
    pages = {{{summary("a", "Failed", hours(1)), summary("b", "Failed", hours(2))}, "", 0}};
    tags_told = failed(error_class::denied, "AccessDeniedException");
    const auto done = read();
    EXPECT_THAT(names(*done), IsEmpty());
    EXPECT_EQ(done->counts().undecided, 2);
    EXPECT_TRUE(done->tags_trouble());
    EXPECT_FALSE(done->trouble());
    EXPECT_EQ(std::count(asked.begin(), asked.end(), "tags of arn:a"), 1);
    EXPECT_EQ(std::count(asked.begin(), asked.end(), "tags of arn:b"), 0);
}

TEST_F(LaneHistory, asks_again_what_was_throttled_or_lost_and_slower) {
    pages = {{{summary("a", "Failed", hours(1)), summary("b", "Failed", hours(2))}, "", 0}};
    list_failures = {failed(error_class::throttled), failed(error_class::transient)};
    describe_failures = {failed(error_class::throttled), failed(error_class::throttled)};
    const auto done = read();
    EXPECT_THAT(asked, ElementsAre("list", "list", "list", "a", "a", "a", "b"));
    EXPECT_THAT(names(*done), ElementsAre("a of everything", "b of everything"));
}

TEST_F(LaneHistory, honours_what_aws_asked_to_wait) {
    auto why = failed(error_class::throttled);
    why.retry_after = milliseconds(9'000);
    list_failures = {why};
    read();
    EXPECT_GE(times[1] - times[0], milliseconds(9'000));
}

TEST_F(LaneHistory, gives_up_after_a_while_and_keeps_what_it_has) {
    pages = {{{summary("a", "Failed", hours(1)), summary("b", "Failed", hours(2))}, "", 0}};
    const auto lost = failed(error_class::transient);
    describe_failures = std::vector<failure>(limits::backtest_attempts, lost);
    const auto done = read();
    EXPECT_EQ(done->trouble(), lost);
    EXPECT_EQ(done->counts().waiting, 2);
}

TEST_F(LaneHistory, ends_at_once_when_it_is_refused) {
    list_failures = {failed(error_class::denied, "AccessDeniedException")};
    EXPECT_TRUE(read()->trouble());
    EXPECT_EQ(std::count(asked.begin(), asked.end(), "list"), 1);
    asked.clear();
    pages = {{{summary("a", "Failed", hours(1)), summary("b", "Failed", hours(2))}, "", 0}};
    describe_failures = {failed(error_class::denied, "AccessDeniedException")};
    EXPECT_TRUE(read()->trouble());
    EXPECT_THAT(asked, ElementsAre("list", "a"));
}

TEST_F(LaneHistory, passes_over_a_job_that_is_gone_or_forbidden_or_unreadable) {
    pages = {
        {{summary("a", "Failed", hours(1)),
          summary("b", "Failed", hours(2)),
          summary("c", "Failed", hours(3))},
         "",
         0}};
    describe_failures = {
        failed(error_class::not_found), failed(error_class::denied, "AccessDeniedException")};
    auto done = read();
    EXPECT_THAT(names(*done), ElementsAre("c of everything"));
    EXPECT_EQ(done->counts().gone, 1);
    EXPECT_EQ(done->counts().unread, 1);
    EXPECT_FALSE(done->trouble());
    pages = {{{summary("a", "Failed", hours(1)), summary("b", "Failed", hours(2))}, "", 0}};
    describe_failures =
        std::vector<failure>(limits::backtest_attempts, failed(error_class::malformed));
    done = read();
    EXPECT_THAT(names(*done), ElementsAre("b of everything"));
    EXPECT_EQ(done->counts().unread, 1);
}

TEST_F(LaneHistory, knows_until_when_on_the_clock_of_aws) {
    pages = {{{summary("a", "Failed", hours(1))}, "", 0}};
    offset = milliseconds(90'000);
    EXPECT_EQ(read()->jobs().front().until, noon + milliseconds(90'000));
    pages = {{{summary("a", "Failed", hours(1))}, "", 0}};
    offset = milliseconds(900);
    EXPECT_EQ(read()->jobs().front().until, noon);
}

TEST_F(LaneHistory, of_a_lane_that_does_not_list_is_that_of_its_names) {
    plan.lanes[0].lists = false;
    plan.discovery.clear();
    plan.targets = {{lane_id{0}, "named", "by-name"}};
    EXPECT_THAT(names(*read()), ElementsAre("named of by-name"));
    EXPECT_EQ(asked.front(), "named");
}

}  // namespace
}  // namespace trainwatch::app::lane_history_test
