#include "tests/simulator/scenario.hpp"

#include <filesystem>
#include <fstream>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace trainwatch::simulator::scenario_test {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing::StartsWith;

scenario read(std::string_view text) {
    return read_scenario(text, "file.yaml", "eu-west-1");
}

std::string text_of(const std::filesystem::path& file) {
    std::ostringstream text;
    text << std::ifstream(file).rdbuf();
    return text.str();
}

TEST(Scenario, every_shipped_file_is_in_order) {
    const std::filesystem::path folder = TRAINWATCH_TESTS_DIR "/simulator/scenarios";
    int count = 0;
    for (const auto& file : std::filesystem::directory_iterator(folder)) {
        const auto jobs = read_scenario(text_of(file), file.path().string(), "eu-west-1");
        EXPECT_THAT(jobs.errors, IsEmpty());
        EXPECT_FALSE(jobs.plans.empty());
        ++count;
    }
    EXPECT_EQ(count, 5);
}

// What deploy/demo.sh promises its watcher.
TEST(Scenario, the_demo_is_over_in_time) {
    const auto jobs = read(text_of(TRAINWATCH_TESTS_DIR "/simulator/scenarios/demo.yaml"));
    std::size_t terminal = 0;
    std::size_t early = 0;
    std::size_t endless = 0;
    for (const auto& plan : jobs.plans) {
        const auto* end = terminal_moment(plan);
        if (end == nullptr) {
            ++endless;
            continue;
        }
        const auto at = (plan.created + end->at) / 60;
        EXPECT_LT(at, seconds(100)) << plan.name;
        ++terminal;
        if (at < seconds(40)) ++early;
    }
    EXPECT_GE(jobs.plans.size(), 12U);
    EXPECT_EQ(endless, 2U);
    EXPECT_GE(early * 2, terminal);
}

TEST(Scenario, a_job_takes_the_defaults_and_overrides_them) {
    const auto jobs = read(R"(
region: us-east-1
defaults: {instance_type: ml.m5.large, tags: {a: "1", b: "1"}}
jobs:
  - {name: one, kind: completed, created: -3h, tags: {b: "2"}}
  - {name: two, kind: completed, region: eu-west-1, instance_type: ml.c5.large}
)");
    ASSERT_THAT(jobs.errors, IsEmpty());
    ASSERT_THAT(jobs.plans, SizeIs(2));
    EXPECT_EQ(jobs.plans[0].region, "us-east-1");
    EXPECT_EQ(jobs.plans[0].created, -hours(3));
    EXPECT_EQ(jobs.plans[0].request.tags.at("a"), "1");
    EXPECT_EQ(jobs.plans[0].request.tags.at("b"), "2");
    EXPECT_EQ(jobs.plans[1].region, "eu-west-1");
    EXPECT_EQ(jobs.plans[1].request.instance_type, "ml.c5.large");
}

TEST(Scenario, a_repeated_job_is_numbered_and_staggered) {
    const auto jobs =
        read("jobs: [{name: 'j-{n}', kind: in_progress, repeat: 10, created: -1h, every: 1m}]");
    ASSERT_THAT(jobs.errors, IsEmpty());
    ASSERT_THAT(jobs.plans, SizeIs(10));
    EXPECT_EQ(jobs.plans[0].name, "j-01");
    EXPECT_EQ(jobs.plans[9].name, "j-10");
    EXPECT_EQ(jobs.plans[9].created, -hours(1) + minutes(9));
}

TEST(Scenario, every_error_is_told_with_its_place) {
    const auto jobs = read(R"(jobs:
  - {name: a, kind: complated}
  - {name: -bad-, kind: failed}
  - {name: b, kind: failed, duratoins: {Training: 1m}}
  - {name: c, kind: failed, durations: {Trainin: 1m}}
  - {name: d, kind: failed, created: soon}
  - {name: e, kind: failed, name: f}
  - {kind: failed}
other: 1
)");
    EXPECT_THAT(jobs.plans, IsEmpty());
    EXPECT_THAT(
        jobs.errors,
        testing::UnorderedElementsAre(
            HasSubstr("\"other\" is not known"),
            "file.yaml:2:21: jobs[0].kind: \"complated\" is not a kind of job (did you mean "
            "\"completed\"?)",
            HasSubstr("file.yaml:3:5: jobs[1]: \"-bad-\" is not a name"),
            HasSubstr("(did you mean \"durations\"?)"),
            HasSubstr("(did you mean \"Training\"?)"),
            HasSubstr("file.yaml:6:38: jobs[4].created: \"soon\" is not a duration"),
            HasSubstr("file.yaml:7:29: jobs[5]: \"name\" stands here twice"),
            HasSubstr("file.yaml:8:5: jobs[6]: a job has a name")
        )
    );
}

TEST(Scenario, broken_yaml_is_an_error_with_its_line) {
    const auto jobs = read("jobs:\n  - {name: a\n");
    ASSERT_THAT(jobs.errors, SizeIs(1));
    EXPECT_THAT(jobs.errors[0], StartsWith("file.yaml:"));
}

TEST(Scenario, a_name_is_taken_while_its_job_exists) {
    EXPECT_THAT(
        read("jobs: [{name: a, kind: failed}, {name: a, kind: completed, created: 9h}]").errors,
        ElementsAre(HasSubstr("two jobs are named a"))
    );
    EXPECT_THAT(
        read("jobs: [{name: a, kind: failed, deleted_after: 1m}, "
             "{name: a, kind: completed, created: 9h}]")
            .errors,
        IsEmpty()
    );
    EXPECT_THAT(
        read("jobs: [{name: a, kind: failed}, {name: a, kind: failed, region: us-east-1}]").errors,
        IsEmpty()
    );
}

TEST(Scenario, extra_members_keep_their_types) {
    const auto jobs = read(
        "jobs: [{name: a, kind: completed, extra_members: {A: 1, B: '1', C: [true, null, 0.5]}}]"
    );
    ASSERT_THAT(jobs.errors, IsEmpty());
    EXPECT_EQ(jobs.plans[0].request.extra_members, R"({"A":1,"B":"1","C":[true,null,5E-1]})");
}

TEST(Scenario, a_custom_job_goes_as_written) {
    const auto jobs = read(R"(
jobs:
  - name: a
    kind: custom
    phases:
      - {status: Starting, for: 1m, message: one, messages: [{after: 30s, text: two}]}
      - {status: Training}
      - {status: Never, for: 1m}
)");
    ASSERT_THAT(jobs.errors, IsEmpty());
    EXPECT_THAT(jobs.plans[0].moments, SizeIs(3));
    EXPECT_EQ(terminal_moment(jobs.plans[0]), nullptr);
}

TEST(Scenario, one_job_as_json_counts_from_now) {
    const auto made = read_job(
        R"({"name": "late", "kind": "failed", "created": "-1m", "deleted_after": "1m"})",
        "eu-west-1",
        hours(2)
    );
    ASSERT_THAT(made.errors, IsEmpty());
    EXPECT_EQ(made.plans[0].created, hours(2) - minutes(1));
    EXPECT_GT(*made.plans[0].gone_at, hours(2));
    EXPECT_THAT(read_job("[]", "eu-west-1", {}).errors, SizeIs(testing::Ge(1)));
}

}  // namespace
}  // namespace trainwatch::simulator::scenario_test
