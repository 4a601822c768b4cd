#include "wire/job_query.hpp"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/wire/api_view.hpp"

namespace trainwatch::wire::job_query_test {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class JobQuery : public testing::Test {
protected:
    struct asked {
        std::vector<std::string> names{};
        std::size_t total = 0;
        std::string next{};
    };

    job_query query(const parameter_list& given) {
        const auto known = job_query_parameters();
        query_parameters parameters(given, known);
        auto read = read_job_query(parameters, view, plan);
        errors = parameters.take();
        return read;
    }

    asked ask(const parameter_list& given) {
        const auto read = query(given);
        EXPECT_THAT(errors, IsEmpty()) << (errors.empty() ? "" : errors.front().detail);
        const auto page = select_jobs(view, plan, read);
        asked got{{}, page.total, page.next};
        for (const auto slot : page.slots)
            got.names.push_back(view.jobs[slot].target.name);
        return got;
    }

    std::string refusal(const parameter_list& given) {
        query(given);
        if (errors.size() != 1) return std::to_string(errors.size()) + " errors";
        return errors.front().parameter + ": " + errors.front().detail;
    }

    domain::watch_plan plan = api_plan();
    domain::view view = api_view(plan);
    std::vector<parameter_error> errors{};
};

TEST_F(JobQuery, without_parameters_lists_all_by_name) {
    const auto got = ask({});
    EXPECT_THAT(got.names, ElementsAre("absent", "bert", "new", "ranker", "resnet", "whisper"));
    EXPECT_EQ(got.total, 6U);
    EXPECT_EQ(got.next, "");
}

TEST_F(JobQuery, knows_no_job_in_a_vacant_slot) {
    view.jobs.emplace_back();
    EXPECT_EQ(ask({}).total, 6U);
}

TEST_F(JobQuery, shows_a_name_of_several_regions_where_it_was_found) {
    auto absent = view.jobs[3];
    ASSERT_TRUE(absent.missing);
    absent.target.name = "bert";
    absent.target.lane = lane_id{1};
    view.jobs.push_back(absent);
    EXPECT_EQ(ask({}).total, 6U);
    EXPECT_EQ(ask({{"name", "bert"}}).total, 1U);
    // Who asks for what is missing gets all of it.
    EXPECT_THAT(ask({{"state", "missing"}}).names, ElementsAre("absent", "bert"));
    EXPECT_EQ(ask({{"state", "live"}, {"state", "missing"}, {"name", "bert"}}).total, 2U);
    // Another list's job of that name is another job.
    view.jobs.back().target.watch_list = "releases";
    EXPECT_EQ(ask({{"name", "bert"}}).total, 2U);
    // Nowhere yet, it is missing everywhere.
    view.jobs.back().target = {lane_id{1}, "absent", "nightly"};
    EXPECT_EQ(ask({{"name", "absent"}}).total, 2U);
}

TEST_F(JobQuery, each_filter_narrows) {
    EXPECT_THAT(ask({{"state", "live"}}).names, ElementsAre("bert", "ranker"));
    EXPECT_THAT(ask({{"state", "ended"}}).names, ElementsAre("resnet", "whisper"));
    EXPECT_THAT(ask({{"state", "missing"}}).names, ElementsAre("absent"));
    EXPECT_THAT(ask({{"state", "unseen"}}).names, ElementsAre("new"));
    EXPECT_THAT(ask({{"status", "Failed"}}).names, ElementsAre("resnet"));
    EXPECT_THAT(ask({{"secondary_status", "Training"}}).names, ElementsAre("bert"));
    EXPECT_THAT(ask({{"outcome", "completed"}}).names, ElementsAre("whisper"));
    EXPECT_THAT(ask({{"failure_class", "algorithm"}}).names, ElementsAre("resnet"));
    EXPECT_THAT(ask({{"fingerprint", "0123456789abcdef"}}).names, ElementsAre("resnet"));
    EXPECT_THAT(ask({{"fingerprint", "0000000000000000"}}).names, IsEmpty());
    EXPECT_THAT(ask({{"watch_list", "releases"}}).names, ElementsAre("ranker"));
    EXPECT_THAT(ask({{"connection", "production"}}).names, ElementsAre("ranker"));
    EXPECT_THAT(ask({{"aws_region", "us-east-1"}}).names, ElementsAre("ranker"));
    EXPECT_THAT(ask({{"account_id", "111122223333"}}).names, SizeIs(4));
    EXPECT_THAT(ask({{"name", "r*"}}).names, ElementsAre("ranker", "resnet"));
    EXPECT_THAT(ask({{"name", "res"}}).names, IsEmpty());
}

TEST_F(JobQuery, repeated_filters_widen_and_different_ones_narrow) {
    EXPECT_THAT(
        ask({{"state", "live"}, {"state", "unseen"}}).names, ElementsAre("bert", "new", "ranker")
    );
    EXPECT_THAT(ask({{"state", "live"}, {"watch_list", "nightly"}}).names, ElementsAre("bert"));
}

TEST_F(JobQuery, a_status_of_tomorrow_can_be_asked_for_once_it_was_seen) {
    EXPECT_THAT(ask({{"status", "Pausing"}}).names, ElementsAre("ranker"));
    EXPECT_THAT(
        refusal({{"status", "Resuming"}}),
        AllOf(HasSubstr("status: \"Resuming\" is not"), HasSubstr("InProgress, Pausing, Stopped"))
    );
}

TEST_F(JobQuery, sorts_both_ways_with_the_jobs_that_lack_the_value_last) {
    EXPECT_THAT(
        ask({{"sort", "ended"}}).names,
        ElementsAre("whisper", "resnet", "absent", "bert", "new", "ranker")
    );
    EXPECT_THAT(
        ask({{"sort", "-ended"}}).names,
        ElementsAre("resnet", "whisper", "ranker", "new", "bert", "absent")
    );
    EXPECT_THAT(ask({{"sort", "-name"}, {"limit", "2"}}).names, ElementsAre("whisper", "resnet"));
    EXPECT_THAT(ask({{"sort", "deadline"}, {"limit", "1"}}).names, ElementsAre("bert"));
    EXPECT_THAT(ask({{"sort", "-cost"}, {"limit", "1"}}).names, ElementsAre("resnet"));
    EXPECT_THAT(ask({{"sort", "created"}, {"limit", "1"}}).names, ElementsAre("ranker"));
}

TEST_F(JobQuery, pages_show_each_job_once_in_every_order) {
    for (const char* name :
         {"name",
          "created",
          "started",
          "ended",
          "last_transition",
          "deadline",
          "observed",
          "training_seconds",
          "billable_seconds",
          "interruptions",
          "cost"}) {
        for (const std::string& sort : {std::string(name), "-" + std::string(name)}) {
            const auto whole = ask({{"sort", sort}}).names;
            std::vector<std::string> paged;
            parameter_list given{{"sort", sort}, {"limit", "1"}};
            for (int n = 0; n < 10; ++n) {
                const auto page = ask(given);
                EXPECT_EQ(page.total, 6U);
                paged.insert(paged.end(), page.names.begin(), page.names.end());
                if (page.next.empty()) break;
                given = {{"sort", sort}, {"limit", "1"}, {"cursor", page.next}};
            }
            EXPECT_EQ(paged, whole) << sort;
        }
    }
}

TEST_F(JobQuery, a_page_goes_on_where_the_last_one_ended_though_jobs_left) {
    const auto first = ask({{"limit", "2"}, {"watch_list", "nightly"}});
    EXPECT_THAT(first.names, ElementsAre("absent", "bert"));
    // The job that the page ended with has gone, and so has one before it.
    plan.targets.erase(plan.targets.begin());
    view.jobs.erase(view.jobs.begin());
    const auto second = ask({{"limit", "2"}, {"watch_list", "nightly"}, {"cursor", first.next}});
    EXPECT_THAT(second.names, ElementsAre("new", "resnet"));
}

TEST_F(JobQuery, says_what_is_wrong_and_what_is_allowed) {
    EXPECT_THAT(
        refusal({{"statuss", "x"}}),
        AllOf(
            HasSubstr("statuss: there is no such parameter"), HasSubstr("did you mean \"status\"?")
        )
    );
    EXPECT_EQ(
        refusal({{"state", "alive"}}),
        "state: \"alive\" is not allowed; it is unseen, live, ended or missing"
    );
    EXPECT_THAT(refusal({{"outcome", "ok"}}), HasSubstr("completed, failed, max_runtime_exceeded"));
    EXPECT_THAT(refusal({{"failure_class", "x"}}), HasSubstr("timeout or unknown"));
    EXPECT_THAT(refusal({{"watch_list", "x"}}), HasSubstr("it is nightly or releases"));
    EXPECT_THAT(refusal({{"connection", "x"}}), HasSubstr("it is production or research"));
    EXPECT_THAT(refusal({{"aws_region", "x"}}), HasSubstr("it is eu-west-1 or us-east-1"));
    EXPECT_THAT(refusal({{"account_id", "1"}}), HasSubstr("twelve digits"));
    EXPECT_THAT(refusal({{"fingerprint", "X"}}), HasSubstr("sixteen"));
    EXPECT_THAT(refusal({{"name", ""}}), HasSubstr("has no value"));
    EXPECT_THAT(refusal({{"sort", "age"}}), HasSubstr("interruptions or cost, with a hyphen"));
    EXPECT_EQ(refusal({{"limit", "0"}}), "limit: \"0\" is not a whole number from 1 to 1000");
    EXPECT_THAT(refusal({{"limit", "1001"}}), HasSubstr("from 1 to 1000"));
    EXPECT_THAT(refusal({{"limit", "1"}, {"limit", "2"}}), HasSubstr("more than once"));
}

TEST_F(JobQuery, refuses_a_cursor_that_is_not_its_own) {
    for (const char* cursor :
         {"x", "name~~a~b", "name~~a~b~c~d", "created~~a~b~c", "name~x~a~b~c", "~~~~"}) {
        EXPECT_THAT(refusal({{"cursor", cursor}}), HasSubstr("cursor: is not one that")) << cursor;
    }
    for (const char* number : {"nan", "inf", "-inf"}) {
        const auto cursor = "created~" + std::string(number) + "~a~b~c";
        EXPECT_THAT(refusal({{"sort", "created"}, {"cursor", cursor}}), HasSubstr("cursor"));
    }
    EXPECT_THAT(ask({{"cursor", "name~~bert~eu-west-1~research"}}).names, SizeIs(4));
}

TEST_F(JobQuery, reports_all_errors_at_once_but_not_thousands) {
    query({{"state", "x"}, {"limit", "y"}, {"z", ""}});
    EXPECT_THAT(errors, SizeIs(3));
    query(parameter_list(5'000, {"a", "b"}));
    EXPECT_THAT(errors, SizeIs(20));
}

}  // namespace
}  // namespace trainwatch::wire::job_query_test
