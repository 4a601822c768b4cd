// What the engine writes into the ledger, and what comes back of it.
#include "tests/core/ledger_disk.hpp"

namespace trainwatch::core::engine_ledger_test {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;
using testing::SizeIs;

using engine_ledger = ledger_test;

// ---- counters ----------------------------------------------------------------------------------

TEST_F(engine_ledger, counters_go_on_when_their_rows_are_gone) {
    runs("a");
    fails("b", minutes(100));
    begin();
    run(minutes(5));
    const auto fleet = play().view().fleet;
    EXPECT_EQ(finished(), 1U);
    // Somebody has deleted all that was counted.
    kept_ledger counters_only;
    commit batch;
    batch.batch.counters = disk.load().rows.counters;
    counters_only.add(batch);
    script after(plan_of(finds_all()), counters_only.load(), play().now());
    EXPECT_EQ(after.view().fleet, fleet);
}

// Whatever batch was the last one on the disk, rows and counters agree.
TEST_F(engine_ledger, counters_agree_with_the_rows_after_each_batch) {
    for (const auto* name : {"a", "b", "c"})
        runs(name);
    fails("d", minutes(100));
    begin();
    auto log = run(minutes(2));
    fails("a", minutes(122));
    aws.put(running("b").ends("Completed", "Completed", minutes(122)), later(minutes(122)));
    const auto rest = run(minutes(5));
    log.insert(log.end(), rest.begin(), rest.end());
    std::size_t batches = 0;
    kept_ledger written;
    for (const auto& [when, asked] : log) {
        const auto* batch = std::get_if<commit>(&asked);
        if (!batch) continue;
        ++batches;
        written.add(*batch);
        auto without = written;
        without.counters().clear();
        const script counted(plan_of(finds_all()), written.load(), play().now());
        const script recounted(plan_of(finds_all()), without.load(), play().now());
        EXPECT_EQ(counted.view().fleet, recounted.view().fleet) << "after batch " << batches;
    }
    EXPECT_GE(batches, 5U);
    EXPECT_EQ(finished(), 3U);
}

// AWS may leave entries out. By the time that they are told, a restart has moved the horizon.
TEST_F(engine_ledger, restart_counts_what_an_ended_job_was_told_without) {
    const domain::observation whole = running("a").fails(minutes(100));
    ASSERT_THAT(whole.transitions, SizeIs(4));
    auto shortened = whole;
    shortened.transitions = {whole.transitions[2]};
    runs("b");
    aws.put(shortened, later(minutes(100)));
    begin();
    run(minutes(10));
    const auto before = transitions();
    aws.put(whole, later(minutes(100)));
    restart(finds_all(), hours(2));
    run(26 * hours(1));
    EXPECT_EQ(transitions(), before + 1) << "its end, and not what was the past at first sight";
}

// Its end was told without a cause, since nobody could be asked about it.
TEST_F(engine_ledger, restart_asks_about_an_end_that_nobody_explained) {
    fails("a", minutes(121));
    aws.undescribable = {"a"};
    begin();
    run(minutes(10));
    ASSERT_NE(job("a"), nullptr);
    EXPECT_TRUE(job("a")->ending.has_value());
    EXPECT_EQ(transitions(), 0U);
    aws.undescribable.clear();
    restart();
    run(minutes(1));
    ASSERT_NE(job("a"), nullptr);
    EXPECT_FALSE(job("a")->summarised);
    EXPECT_EQ(transitions(), 2U) << "all but what ended longer ago than anybody looks back";
    EXPECT_EQ(finished(), 1U);
    EXPECT_EQ(firing("TrainingJobFailed"), 1U);
}

TEST_F(engine_ledger, restart_asks_about_the_end_of_a_job_that_was_described_before) {
    runs("a");
    begin();
    run(minutes(5));
    aws.undescribable = {"a"};
    fails("a", minutes(126));
    run(minutes(10));
    EXPECT_TRUE(job("a")->ending.has_value());
    EXPECT_EQ(transitions(), 1U) << "Training";
    aws.undescribable.clear();
    restart();
    run(minutes(1));
    EXPECT_EQ(transitions(), 2U);
    EXPECT_EQ(finished(), 1U);
}

// Of two servers of AWS one has not heard of the end.
TEST_F(engine_ledger, end_that_a_describe_takes_back_is_asked_about_again) {
    fails("a", minutes(121));
    aws.undescribable = {"a"};
    begin();
    run(minutes(5));
    EXPECT_TRUE(job("a")->ending.has_value());
    const auto answers = play().aws;
    play().aws = [](const describe&) { return result<domain::observation>(running("a")); };
    run(minutes(2));
    EXPECT_TRUE(job("a")->contradicted_by.has_value());
    play().aws = answers;
    aws.undescribable.clear();
    run(minutes(5));
    EXPECT_FALSE(job("a")->summarised);
}

// A webhook took the end of the first time; of the second time the disk has no word of it.
TEST_F(engine_ledger, restart_tells_the_end_of_what_fired_again) {
    auto chosen = finds_all();
    chosen.receivers = {{"hook", domain::receiver_kind::webhook, {"http://hook/"}, {}, {}}};
    const auto now = later(start_time);
    domain::alert_row over;
    over.alert.labels = {{"alertname", "TrainwatchdStale"}, {"watch_list", "all"}};
    over.alert.starts_at = now - minutes(10);
    over.alert.state = domain::alert_state::resolved;
    over.alert.resolved_at = now - minutes(5);
    domain::delivery_row told{domain::identity(over.alert.labels), "hook", "http://hook/"};
    told.first_confirmed = told.last_confirmed = now - hours(2);
    told.resolved_confirmed = 1;
    domain::ledger known;
    known.first_start = false;
    known.rows.alerts = {over};
    known.rows.deliveries = {told};
    runs("a");
    begin(chosen, known);
    const auto messages = messages_to(run(minutes(2)), endpoint_id{0});
    ASSERT_THAT(messages, SizeIs(1));
    EXPECT_EQ(messages[0].state, domain::alert_state::resolved);
}

TEST_F(engine_ledger, ledger_without_counters_is_counted_once) {
    runs("a");
    fails("b", minutes(100));
    begin();
    run(minutes(5));
    const auto fleet = play().view().fleet;
    disk.counters().clear();
    restart();
    EXPECT_EQ(play().view().fleet, fleet);
    run(minutes(5));
    EXPECT_EQ(play().view().fleet, fleet);
    restart();
    EXPECT_EQ(play().view().fleet, fleet);
}

// What was refused is in the snapshot, counted once.
TEST_F(engine_ledger, counters_survive_trouble_with_the_disk) {
    runs("a");
    begin();
    run(minutes(2));
    int commits = 0;
    kept_ledger sound;  // a new disk: it has nothing but what it took
    play().store = [&](const commit& batch) {
        if (++commits <= 4) return std::optional(failed(error_class::internal));
        sound.add(batch);
        return std::optional<failure>();
    };
    fails("a", minutes(122));
    play().play(minutes(10));
    EXPECT_FALSE(play().view().storage_degraded);
    EXPECT_EQ(finished(), 1U);
    const script after(plan_of(finds_all()), sound.load(), play().now());
    EXPECT_EQ(after.view().fleet, play().view().fleet);
}

// ---- tags --------------------------------------------------------------------------------------

std::string arn_of(const std::string& name) {
    return core::job(name).seen().arn;
}

domain::settings labels_of_team() {
    auto chosen = finds_all();
    chosen.watch_lists[0].labels_from_tags = {{"owner", "team"}};
    return chosen;
}

TEST_F(engine_ledger, tags_are_not_read_again_after_a_restart) {
    runs("a");
    aws.tags[arn_of("a")] = {{"team", "vision"}};
    begin(labels_of_team());
    run(minutes(2));
    EXPECT_EQ(aws.tag_reads[arn_of("a")], 1);
    restart(labels_of_team());
    ASSERT_NE(job("a"), nullptr);
    EXPECT_THAT(job("a")->tag_labels, ElementsAre(Pair("owner", "vision")));
    fails("a", minutes(122));
    run(minutes(5));
    EXPECT_EQ(aws.tag_reads[arn_of("a")], 1);
    ASSERT_THAT(play().view().alerts, SizeIs(1));
    EXPECT_THAT(play().view().alerts[0].labels, Contains(Pair("owner", "vision")));
}

// At once, before AWS has said a word: a filter of tags goes on with what it knew.
TEST_F(engine_ledger, filter_of_tags_has_its_jobs_at_once_after_a_restart) {
    runs("a");
    runs("b");
    aws.tags[arn_of("a")] = {{"team", "vision"}};
    aws.tags[arn_of("b")] = {{"team", "text"}};
    domain::job_filter vision;
    vision.tags = {{"team", "vision"}};
    domain::job_filter text;
    text.tags = {{"team", "text"}};
    begin(with_list(one_connection(), list_of("vision", vision)));
    run(minutes(2));
    ASSERT_NE(job("a"), nullptr);
    EXPECT_EQ(job("b"), nullptr);
    // The other list comes first now: what is known of tags decides whose the job is.
    auto chosen = with_list(one_connection(), list_of("text", text));
    restart(with_list(chosen, list_of("vision", vision)));
    ASSERT_NE(job("a"), nullptr);
    EXPECT_EQ(job("a")->target.watch_list, "vision");
    EXPECT_EQ(aws.tag_reads[arn_of("a")], 1);
}

TEST_F(engine_ledger, tags_that_nobody_told_are_asked_for_again) {
    runs("a");
    aws.tags_fail = failed(error_class::rejected);
    begin(labels_of_team());
    run(minutes(2));
    EXPECT_GE(aws.tag_reads[arn_of("a")], 1);
    aws.tag_reads.clear();
    aws.tags_fail.reset();
    aws.tags[arn_of("a")] = {{"team", "vision"}};
    restart(labels_of_team());
    run(minutes(2));
    EXPECT_EQ(aws.tag_reads[arn_of("a")], 1);
    EXPECT_THAT(job("a")->tag_labels, ElementsAre(Pair("owner", "vision")));
}

// The name was used again, for a job of another team.
TEST_F(engine_ledger, tags_of_the_former_job_are_not_those_of_the_next) {
    runs("a");
    aws.tags[arn_of("a")] = {{"team", "vision"}};
    begin(labels_of_team());
    run(minutes(2));
    aws.tags[arn_of("a")] = {{"team", "text"}};
    const auto again = later(minutes(121));
    aws.put(running("a").created_at(again), again);
    run(minutes(3));
    ASSERT_NE(job("a"), nullptr);
    EXPECT_EQ(job("a")->last->created, again);
    EXPECT_THAT(job("a")->tag_labels, ElementsAre(Pair("owner", "text")));
    EXPECT_EQ(aws.tag_reads[arn_of("a")], 2);
}

// ---- reasons -----------------------------------------------------------------------------------

TEST_F(engine_ledger, alert_keeps_its_reason_to_its_end_and_over_a_restart) {
    fails("a", minutes(100));
    begin();
    run(minutes(5));
    const auto reason_on_disk = [&] { return disk.alerts().begin()->second.reason; };
    ASSERT_THAT(disk.alerts(), SizeIs(1));
    const std::string expected = "AWS says that the job Failed at " + iso8601(later(minutes(100))) +
        ", with a FailureReason of class algorithm.";
    EXPECT_EQ(reason_on_disk(), expected);
    restart();
    run(hours(25));
    EXPECT_THAT(play().view().alerts, IsEmpty());
    EXPECT_EQ(disk.alerts().begin()->second.alert.state, domain::alert_state::resolved);
    EXPECT_EQ(reason_on_disk(), expected);
}

// What never trained has no TrainingEndTime, and is no less to be looked back to.
TEST_F(engine_ledger, horizon_waits_for_an_end_that_nobody_could_explain_or_claim) {
    auto tagged = by_name("*");
    tagged.tags = {{"team", "vision"}};
    const auto chosen = with_list(one_connection(), list_of("vision", tagged));
    runs("a");
    aws.tags[running("a").seen().arn] = {{"team", "vision"}};
    begin(chosen);
    run(minutes(2));
    const auto ended = play().now().wall;
    auto never_trained = running("b").fails(ended - created).seen();
    never_trained.training_ended.reset();
    aws.tags_fail = failed(error_class::transient);
    aws.put(never_trained, ended);
    run(minutes(1));
    aws.tags_fail = failed(error_class::denied);
    run(minutes(20));
    ASSERT_TRUE(disk.load().rows.last_complete_sweep.has_value());
    EXPECT_LE(*disk.load().rows.last_complete_sweep, ended);
    aws.tags_fail.reset();
    aws.tags[running("b").seen().arn] = {{"team", "vision"}};
    restart(chosen);
    run(minutes(2));
    EXPECT_EQ(firing(), 1U);
}

// A crash in between, and what it did before would be the past.
TEST_F(engine_ledger, horizon_waits_a_while_for_a_live_job_that_nobody_could_claim) {
    auto tagged = by_name("*");
    tagged.tags = {{"team", "vision"}};
    const auto chosen = with_list(one_connection(), list_of("vision", tagged));
    const domain::observation live = core::job("b")
                                         .phase("Starting", minutes(70), minutes(72))
                                         .phase("Training", minutes(72))
                                         .created_at(later(minutes(70)));
    aws.put(live, later(minutes(72)));
    aws.tags[live.arn] = {{"team", "vision"}};
    aws.tags_fail = failed(error_class::transient);
    begin(chosen);
    run(seconds(50));
    ASSERT_TRUE(disk.load().rows.last_complete_sweep.has_value());
    EXPECT_LE(*disk.load().rows.last_complete_sweep, later(minutes(70)));
    aws.tags_fail.reset();
    restart(chosen, minutes(20));
    run(minutes(2));
    EXPECT_EQ(transitions(), 2U);
}

}  // namespace
}  // namespace trainwatch::core::engine_ledger_test
