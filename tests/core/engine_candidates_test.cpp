// An account full of other people's jobs: who is asked about first, and how often.
#include "tests/core/fleet.hpp"

namespace trainwatch::core::engine_candidates_test {
namespace {

using testing::SizeIs;

constexpr int many = 300;

domain::settings of_gpus(double describes = 1) {
    domain::job_filter filter;
    filter.instance_type = {"ml.g5.*"};
    auto chosen = with_list(one_connection(), list_of("gpu", filter));
    chosen.connections[0].budget = {describes, 1};
    return chosen;
}
domain::settings of_vision() {
    domain::job_filter filter;
    filter.tags = {{"team", "vision"}};
    auto chosen = with_list(one_connection(), list_of("vision", filter));
    chosen.connections[0].budget = {1, 1};
    return chosen;
}

class candidates : public fleet_test {
protected:
    core::job gpu(const std::string& name, const char* type = "ml.g5.xlarge") {
        return running(name).but([&](auto& seen) {
            seen.instances.push_back({});
            seen.instances.back().instance_type = type;
        });
    }
    void others_run(int count = many) {
        for (int i = 0; i < count; ++i) {
            const auto name = "other-" + std::to_string(i);
            aws.put(gpu(name, "ml.m5.large").created_at(later(seconds(i))), later(seconds(400)));
        }
    }
    // Among them, and older than all: it is found last.
    void ours_runs() { aws.put(gpu("ours"), later(seconds(400))); }
    void ours_fails() {
        const auto now = play().now().wall;
        const auto since = now - created;
        auto job = gpu("ours").fails(since);
        aws.put(job, now);
        aws.tags[job.seen().arn] = {{"team", "vision"}};
    }
    // Until the alert, a page included: nothing where it takes longer.
    std::optional<nanoseconds> time_to_alert(nanoseconds most) {
        const auto begin = play().now().mono;
        while (firing() == 0 && play().now().mono - begin < most)
            play().play(seconds(1));
        if (firing() == 0) return std::nullopt;
        return play().now().mono - begin;
    }
    void expect_failure_to_pass_the_others(const domain::settings& chosen) {
        others_run();
        ours_runs();
        start(chosen).play(seconds(30));
        ASSERT_GT(play().view().lanes[0].undecided, 200U);
        ours_fails();
        const auto took = time_to_alert(minutes(10));
        ASSERT_TRUE(took);
        EXPECT_LT(*took, seconds(30));
        EXPECT_GT(play().view().lanes[0].undecided, 150U) << "the others still wait";
    }
};

TEST_F(candidates, that_have_failed_are_described_before_those_that_run) {
    expect_failure_to_pass_the_others(of_gpus());
}

TEST_F(candidates, that_have_failed_are_asked_for_their_tags_before_those_that_run) {
    expect_failure_to_pass_the_others(of_vision());
}

TEST_F(candidates, that_are_ours_are_described_once_to_begin_with) {
    ours_runs();
    start(of_gpus(10)).play(minutes(2));
    ASSERT_NE(job("ours"), nullptr);
    EXPECT_FALSE(job("ours")->summarised);
    EXPECT_EQ(aws.describes["ours"], 1);
}

TEST_F(candidates, that_were_just_created_are_decided_before_those_that_ran_before_we_came) {
    others_run();
    start(of_gpus()).play(seconds(30));
    const auto now = play().now().wall;
    aws.put(gpu("ours").created_at(now), now);
    play().play(seconds(30));
    EXPECT_NE(job("ours"), nullptr);
    EXPECT_GT(play().view().lanes[0].undecided, 150U);
}

TEST_F(candidates, that_run_for_long_are_decided_at_last) {
    others_run(100);
    aws.put(gpu("ours"), later(seconds(130)));
    start(of_gpus()).play(minutes(10));
    EXPECT_NE(job("ours"), nullptr);
    EXPECT_EQ(play().view().lanes[0].undecided, 0U);
}

// What a describe tells of a job for a filter is fixed when it is created.
TEST_F(candidates, that_are_nobodys_are_described_once) {
    others_run(20);
    start(of_gpus(10)).play(minutes(2));
    for (int i = 0; i < 20; ++i) {
        auto ended = gpu("other-" + std::to_string(i), "ml.m5.large")
                         .created_at(later(seconds(i)))
                         .fails(minutes(122));
        aws.put(ended, later(minutes(122)));
    }
    play().play(minutes(10));
    for (const auto& [name, count] : aws.describes)
        EXPECT_EQ(count, 1) << name;
    EXPECT_THAT(aws.describes, SizeIs(20));
}

// One refusal after the other would take a day; the lane is down, and that is known.
TEST_F(candidates, that_nobody_may_describe_go_to_lists_that_need_no_description) {
    others_run(100);
    aws.closed = {lane_id{0}};
    start(with_list(of_gpus(), list_of("rest", by_name("*")))).play(minutes(2));
    EXPECT_EQ(play().view().watched, 100U);
    aws.put(gpu("ours"), later(seconds(130)));
    aws.put(gpu("new").created_at(play().now().wall), play().now().wall);
    play().play(seconds(30));
    ASSERT_NE(job("new"), nullptr);
    EXPECT_EQ(job("new")->target.watch_list, "rest");
    aws.closed.clear();
    play().play(minutes(20));
    EXPECT_EQ(job("new")->target.watch_list, "gpu");
}

// A tag may be added to a running job, so that somebody is told of its end.
TEST_F(candidates, that_are_nobodys_by_their_tags_are_asked_again_when_they_have_failed) {
    runs("late");
    runs("done");
    start(of_vision()).play(minutes(2));
    const auto arn = [](const char* name) { return running(name).seen().arn; };
    ASSERT_EQ(aws.tag_reads[arn("late")], 1);
    ASSERT_EQ(aws.tag_reads[arn("done")], 1);
    aws.tags[arn("late")] = {{"team", "vision"}};
    fails("late", minutes(123));
    aws.put(running("done").ends("Completed", "Completed", minutes(123)), later(minutes(123)));
    play().play(minutes(5));
    EXPECT_EQ(firing(), 1U);
    EXPECT_EQ(aws.tag_reads[arn("done")], 1);
}

// Labels are read when a job is found; what fails meanwhile has its own first.
TEST_F(candidates, labels_of_what_fails_are_read_before_those_of_what_runs) {
    auto chosen = finds_all();
    chosen.connections[0].budget = {5, 1};
    chosen.watch_lists[0].labels_from_tags = {{"owner", "team"}};
    others_run(200);
    ours_runs();
    start(chosen).play(seconds(40));
    ours_fails();
    ASSERT_TRUE(time_to_alert(minutes(2)));
    EXPECT_EQ(play().view().alerts[0].labels.at("owner"), "vision");
}

}  // namespace
}  // namespace trainwatch::core::engine_candidates_test
