// What becomes of alerts of an earlier run whose list or lane is not this one's to judge.
#include "tests/core/ledger_disk.hpp"

namespace trainwatch::core::engine_restore_test {
namespace {

using testing::Contains;
using testing::Each;
using testing::Field;
using testing::IsEmpty;
using testing::SizeIs;

const std::string overdue(domain::overdue_alert);

std::vector<std::string> reasons_of_ends(const std::vector<domain::alert_message>& messages) {
    std::vector<std::string> found;
    for (const auto& message : messages) {
        const auto at = message.annotations.find("resolved_because");
        if (message.state == domain::alert_state::resolved) {
            found.push_back(at == message.annotations.end() ? "" : at->second);
        }
    }
    return found;
}

// ---- lists whose file has mistakes --------------------------------------------------------------

// The list "all" of a team's file.
class left_out_list : public ledger_test {
protected:
    left_out_list() { without_.left_out_lists = {"all"}; }

    domain::settings others_ = with_list(one_connection(), list_of("other", by_name("z*")));
    domain::settings without_ = others_;
};

TEST_F(left_out_list, keeps_what_fires_until_its_hold_is_over) {
    fails("a", minutes(119));
    begin();
    run(minutes(2));
    ASSERT_EQ(firing("TrainingJobFailed"), 1U);
    restart(without_);
    const auto messages = messages_to(run(hours(23)), endpoint_id{0});
    EXPECT_GT(messages.size(), 1'000U) << "sent again each minute";
    EXPECT_THAT(messages, Each(Field(&domain::alert_message::state, domain::alert_state::firing)));
    EXPECT_THAT(
        reasons_of_ends(messages_to(run(hours(2)), endpoint_id{0})), testing::Not(IsEmpty())
    );
    EXPECT_EQ(firing(), 0U);
}

TEST_F(left_out_list, keeps_what_fires_over_reloads_and_is_judged_when_its_file_fits_again) {
    fails("a", minutes(119));
    aws.put(running("b").max_runtime(minutes(121)), later(minutes(119)));
    begin();
    run(minutes(2));
    ASSERT_EQ(firing("TrainingJobFailed"), 1U);
    ASSERT_GT(firing("TrainingJobNearDeadline"), 0U);
    restart(without_);
    auto log = run(minutes(1));
    for (const auto& next : {without_, finds_all()}) {
        const auto more = run(minutes(2), change_to(play(), next));
        log.insert(log.end(), more.begin(), more.end());
    }
    EXPECT_THAT(reasons_of_ends(messages_to(log, endpoint_id{0})), IsEmpty());
    EXPECT_EQ(firing("TrainingJobFailed"), 1U);
    EXPECT_GT(firing("TrainingJobNearDeadline"), 0U);
    // The hold of those that nobody could judge is theirs no more.
    run(hours(26));
    EXPECT_GT(firing("TrainingJobNearDeadline"), 0U);
    aws.put(running("b").ends("Completed", "Completed", hours(28)), later(hours(28)));
    run(minutes(5));
    EXPECT_EQ(firing(), 0U);
}

TEST_F(left_out_list, ends_what_fires_when_its_file_goes) {
    fails("a", minutes(119));
    aws.put(running("b").max_runtime(minutes(121)), later(minutes(119)));
    begin();
    run(minutes(2));
    const auto fired = firing();
    ASSERT_GT(fired, 1U);
    restart(without_);
    run(minutes(1));
    EXPECT_EQ(firing(), fired);
    const auto log = run(seconds(20), change_to(play(), others_));
    EXPECT_EQ(firing(), 0U);
    EXPECT_THAT(reasons_of_ends(messages_to(log, endpoint_id{0})), SizeIs(fired));
    EXPECT_THAT(reasons_of_ends(messages_to(log, endpoint_id{0})), Each("unwatched"));
}

// Whether its file is mended with a reload or before another start: what its jobs came to meanwhile
// is no history, however far a new list looks back.
TEST_F(left_out_list, tells_when_it_is_back_how_its_jobs_ended_meanwhile) {
    runs("a");
    begin();
    run(minutes(2));
    restart(without_);
    run(minutes(1));
    fails("a", minutes(125));
    run(hours(5));
    EXPECT_EQ(firing("TrainingJobFailed"), 0U);
    run(minutes(5), change_to(play(), finds_all()));
    EXPECT_EQ(firing("TrainingJobFailed"), 1U);
}

// Nobody judges it meanwhile, and its job may be gone for good.
TEST_F(left_out_list, holds_what_goes_on_for_a_day) {
    aws.put(running("b").max_runtime(minutes(121)), later(minutes(119)));
    begin();
    run(minutes(2));
    ASSERT_GT(firing(), 0U);
    restart(without_);
    run(limits::terminal_hold - minutes(1));
    EXPECT_GT(firing(), 0U);
    const auto log = run(minutes(2));
    EXPECT_EQ(firing(), 0U);
    EXPECT_THAT(reasons_of_ends(messages_to(log, endpoint_id{0})), Contains("hold"));
}

TEST_F(left_out_list, still_waits_for_its_completion) {
    auto chosen = finds_all();
    chosen.watch_lists[0].completed_within = hours(1);
    runs("a");
    begin(chosen);
    run(hours(2));
    ASSERT_EQ(firing(overdue), 1U);
    restart(without_);
    run(minutes(5));
    EXPECT_EQ(firing(overdue), 1U);
    run(minutes(5), change_to(play(), chosen));
    EXPECT_EQ(firing(overdue), 1U);
    completes("a", hours(4));
    run(minutes(5));
    EXPECT_EQ(firing(overdue), 0U);
}

// Another list has the name by now.
TEST_F(left_out_list, is_no_more_when_another_one_has_its_name) {
    fails("a", minutes(119));
    begin();
    run(minutes(2));
    auto other = with_list(one_connection(), list_of("all", by_name("z*")));
    other.left_out_lists = {"all"};
    restart(other);
    run(minutes(1));
    EXPECT_EQ(firing(), 0U);
}

// ---- lanes of other shards ----------------------------------------------------------------------

constexpr unsigned shards = 4;

domain::settings in_two_regions() {
    auto chosen = finds_all();
    chosen.connections[0].regions = {"eu-west-1", "us-east-1"};
    chosen.watch_lists[0].completed_within = hours(1);
    return chosen;
}

domain::settings of_shard(unsigned number) {
    auto chosen = in_two_regions();
    chosen.process.shard = number;
    chosen.process.shards = shards;
    return chosen;
}

unsigned shard_of(const std::string& region) {
    for (unsigned number = 1; number <= shards; ++number) {
        if (domain::is_ours(of_shard(number).process, "main", region)) return number;
    }
    return 0;
}

class shard_of_a_ledger : public ledger_test {
protected:
    static core::job abroad(const std::string& name) {
        return running(name).but([](domain::observation& seen) {
            seen.region = "us-east-1";
            seen.arn.replace(seen.arn.find("eu-west-1"), 9, "us-east-1");
        });
    }
    // Of either region one job has failed, and one goes on and is near its deadline.
    void begin_whole() {
        for (const auto lane : {lane_id{0}, lane_id{1}}) {
            const auto of = [&](const char* name) {
                return lane.value == 0 ? running(name) : abroad(name);
            };
            aws.put(of("failed").fails(minutes(119)), later(minutes(119)), lane);
            aws.put(of("late").max_runtime(minutes(121)), later(minutes(119)), lane);
        }
        begin(in_two_regions());
        run(hours(2));
        for (const auto* region : {"eu-west-1", "us-east-1"})
            fired_[region] = firing_in(region);
    }
    std::size_t firing_in(const std::string& region) {
        std::size_t count = 0;
        for (const auto& alert : play().view().alerts) {
            const auto at = alert.labels.find("aws_region");
            const bool is_there = at != alert.labels.end() && at->second == region;
            count += is_there && alert.state == domain::alert_state::firing ? 1 : 0;
        }
        return count;
    }

    std::map<std::string, std::size_t> fired_{};
};

TEST_F(shard_of_a_ledger, goes_on_with_its_own_alerts_and_lets_go_of_the_others) {
    ASSERT_NE(shard_of("eu-west-1"), shard_of("us-east-1")) << "choose another number of shards";
    begin_whole();
    ASSERT_GT(fired_["eu-west-1"], 1U);
    ASSERT_EQ(fired_["us-east-1"], fired_["eu-west-1"]);
    ASSERT_EQ(firing(overdue), 1U);
    const auto whole = disk;
    for (unsigned number = 1; number <= shards; ++number) {
        SCOPED_TRACE(number);
        disk = whole;
        aws = {};
        const auto ours = number == shard_of("eu-west-1") ? "eu-west-1" : "us-east-1";
        const bool is_idle = number != shard_of("eu-west-1") && number != shard_of("us-east-1");
        const bool is_abroad = ours == std::string("us-east-1");
        aws.put(
            (is_abroad ? abroad("failed") : running("failed")).fails(minutes(119)),
            later(minutes(119))
        );
        aws.put(
            (is_abroad ? abroad("late") : running("late")).max_runtime(minutes(121)),
            later(minutes(119))
        );
        restart(of_shard(number));
        const auto messages = messages_to(run(minutes(10)), endpoint_id{0});
        EXPECT_THAT(reasons_of_ends(messages), IsEmpty());
        EXPECT_EQ(firing(), is_idle ? 0U : fired_[ours] + 1) << "and the list is overdue in each";
        EXPECT_EQ(firing_in(ours), is_idle ? 0U : fired_[ours]);
        for (const auto& [key, row] : whole.alerts()) {
            const auto at = row.alert.labels.find("aws_region");
            if (at == row.alert.labels.end() || (!is_idle && at->second == ours)) continue;
            const auto now = disk.alerts().find(key);
            ASSERT_NE(now, disk.alerts().end());
            EXPECT_EQ(now->second, row) << "as it was";
        }
        EXPECT_EQ(disk.jobs().size(), whole.jobs().size());
    }
}

}  // namespace
}  // namespace trainwatch::core::engine_restore_test
