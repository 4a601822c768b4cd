#include "io/store.hpp"

#include <cmath>
#include <filesystem>

#include <gmock/gmock.h>

#include "io/store_file.hpp"
#include "tests/io/store_fixture.hpp"

namespace trainwatch::io::store_test {
namespace {

using namespace test_support;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using testing::UnorderedElementsAre;

using StoreRows = StoreFixture;

TEST_F(StoreRows, the_samples_leave_no_member_as_it_is) {
    const auto batch = sample_batch();
    const auto& last = batch.jobs[0].last;
    EXPECT_EQ(plain_members(batch), 2);  // nothing is forgotten
    EXPECT_EQ(plain_members(batch.jobs[0]), 0);
    EXPECT_EQ(plain_members(last), 0);
    EXPECT_EQ(plain_members(last.transitions[0]), 0);
    EXPECT_EQ(plain_members(last.limits), 0);
    EXPECT_EQ(plain_members(last.instances[0]), 0);
    EXPECT_EQ(plain_members(last.final_metrics[0]), 0);
    EXPECT_EQ(plain_members(last.rules[0]), 0);
    EXPECT_EQ(plain_members(*last.warm_pool), 0);
    EXPECT_EQ(plain_members(*last.progress), 0);
    EXPECT_EQ(plain_members(last.unknown[1]), 0);
    EXPECT_EQ(plain_members(batch.transitions[0]), 0);
    EXPECT_EQ(plain_members(batch.alerts[0]), 0);
    EXPECT_EQ(plain_members(batch.alerts[0].alert), 0);
    EXPECT_EQ(plain_members(batch.deliveries[0]), 0);
    EXPECT_EQ(plain_members(batch.counters[0]), 0);
}

TEST_F(StoreRows, a_store_begins_as_a_first_start) {
    EXPECT_EQ(load(), domain::ledger{});
}

TEST_F(StoreRows, every_member_of_every_row_comes_back) {
    commit(sample_batch());
    const domain::ledger expected{false, sample_batch(), std::nullopt};
    EXPECT_EQ(load(), expected);
}

TEST_F(StoreRows, every_member_comes_back_from_the_file) {
    commit(sample_batch());
    reopen();
    const domain::ledger expected{false, sample_batch(), std::nullopt};
    EXPECT_EQ(load(), expected);
}

TEST_F(StoreRows, rows_with_nothing_in_them_come_back) {
    domain::ledger_batch batch;
    batch.jobs.emplace_back();
    batch.transitions.emplace_back();
    batch.alerts.emplace_back();
    batch.deliveries.emplace_back();
    batch.counters.emplace_back();
    batch.last_complete_sweep = wall_time{};
    commit(batch);
    reopen();
    const domain::ledger expected{false, batch, std::nullopt};
    EXPECT_EQ(load(), expected);
}

TEST_F(StoreRows, an_answer_about_nobody_keeps_its_own_names) {
    domain::ledger_batch batch;
    batch.jobs = {sample_job("resnet")};
    batch.jobs[0].last.name = wild("another");
    batch.jobs[0].last.region.clear();
    batch.jobs[0].last.created = at(99);
    commit(batch);
    reopen();
    EXPECT_THAT(load().rows.jobs, ElementsAre(batch.jobs[0]));
}

TEST_F(StoreRows, one_group_of_instances_stands_in_columns) {
    domain::ledger_batch batch;
    batch.jobs = {sample_job("a"), sample_job("b"), sample_job("c")};
    batch.jobs[0].last.instances = {{"ml.m5.large", 2, ""}};
    batch.jobs[1].last.instances = {{"", 2, ""}};
    batch.jobs[2].last.instances = {};
    commit(batch);
    reopen();
    EXPECT_EQ(load().rows.jobs, batch.jobs);
    EXPECT_EQ(
        ask("SELECT instance_type || ' ' || instance_count FROM jobs_readable "
            "WHERE training_job_name = 'a'"),
        "ml.m5.large 2"
    );
}

TEST_F(StoreRows, numbers_that_json_or_sqlite_cannot_say_come_back) {
    const auto infinity = std::numeric_limits<double>::infinity();
    domain::ledger_batch batch;
    batch.jobs = {sample_job("a")};
    batch.jobs[0].last.final_metrics = {{"up", infinity, {}}, {"down", -infinity, {}}};
    batch.counters = {{"a", {}, infinity, {}}, {"b", {}, 1e-320, {}}};
    commit(batch);
    commit({.counters = {{"c", {}, std::nan(""), {}}}});
    reopen();
    const auto rows = load().rows;
    EXPECT_EQ(rows.jobs, batch.jobs);
    ASSERT_THAT(rows.counters, SizeIs(3));
    EXPECT_EQ(rows.counters[0], batch.counters[0]);
    EXPECT_EQ(rows.counters[1], batch.counters[1]);
    EXPECT_TRUE(std::isnan(rows.counters[2].value));
}

TEST_F(StoreRows, later_rows_take_the_place_of_earlier_ones) {
    auto batch = sample_batch();
    commit(batch);
    batch.jobs[0].watch_list = "another";
    batch.transitions[0].entry.message = "new";
    batch.alerts[0].reason = "new";
    batch.deliveries[0].resolved_confirmed = 15;
    batch.counters[0].value = 2;
    commit(batch);
    const domain::ledger expected{false, batch, std::nullopt};
    EXPECT_EQ(load(), expected);
}

TEST_F(StoreRows, a_job_of_two_connections_is_two_rows) {
    auto first = sample_job("a");
    auto second = sample_job("a");
    second.connection = "production";
    commit({.jobs = {first, second}});
    EXPECT_THAT(load().rows.jobs, UnorderedElementsAre(first, second));
}

TEST_F(StoreRows, a_name_that_was_used_again_is_two_rows) {
    auto first = sample_job("a");
    auto second = sample_job("a");
    second.identity.created = second.last.created = at(2);
    commit({.jobs = {first, second}});
    EXPECT_THAT(load().rows.jobs, UnorderedElementsAre(first, second));
}

TEST_F(StoreRows, one_alert_at_two_endpoints_is_two_rows) {
    const domain::delivery_row first{"alert", "main", "http://am-1"};
    const domain::delivery_row second{"alert", "main", "http://am-2"};
    commit({.deliveries = {first, second}});
    EXPECT_THAT(load().rows.deliveries, ElementsAre(first, second));
}

TEST_F(StoreRows, the_time_of_the_last_sweep_moves_forward_only) {
    commit({.last_complete_sweep = at(5)});
    commit({.jobs = {sample_job("a")}});
    commit({.last_complete_sweep = at(4)});
    EXPECT_EQ(load().rows.last_complete_sweep, at(5));
}

TEST_F(StoreRows, an_empty_batch_is_no_first_start_any_more) {
    commit({});
    EXPECT_FALSE(load().first_start);
    EXPECT_THAT(load().rows.jobs, IsEmpty());
}

TEST_F(StoreRows, history_that_aws_took_back_stays_beside_the_list) {
    auto batch = sample_batch();
    // AWS sends the second entry only, and the first is kept as what was seen.
    batch.jobs[0].last.transitions.erase(batch.jobs[0].last.transitions.begin());
    commit(batch);
    reopen();
    EXPECT_EQ(load().rows, batch);
    EXPECT_NE(ask("SELECT history FROM jobs"), "");
}

TEST_F(StoreRows, a_list_that_is_the_tables_is_not_stored_twice) {
    commit(sample_batch());
    EXPECT_EQ(ask("SELECT coalesce(history, 'none') FROM jobs"), "none");
}

TEST_F(StoreRows, transitions_that_come_without_their_job_leave_its_list_alone) {
    auto batch = sample_batch();
    batch.jobs[0].last.name = "another";
    commit(batch);
    const domain::transition_row late{
        batch.jobs[0].identity, 9, sample_transition(9, "Training"), at(90), false};
    commit({.transitions = {late}});
    reopen();
    const auto rows = load().rows;
    EXPECT_EQ(rows.jobs, batch.jobs);
    EXPECT_THAT(rows.transitions, ElementsAre(batch.transitions[0], batch.transitions[1], late));
}

TEST_F(StoreRows, what_is_forgotten_takes_its_dependents_along) {
    auto batch = sample_batch();
    const auto kept = sample_job("kept");
    batch.jobs.push_back(kept);
    const auto kept_alert = sample_alert("kept");
    batch.alerts.push_back(kept_alert);
    const auto kept_delivery = sample_delivery(kept_alert);
    batch.deliveries.push_back(kept_delivery);
    commit(batch);
    commit(
        {.forgotten_jobs = {{"research", batch.jobs[0].identity}},
         .forgotten_alerts = {domain::identity(batch.alerts[0].alert.labels)}}
    );
    const auto rows = load().rows;
    EXPECT_THAT(rows.jobs, ElementsAre(kept));
    EXPECT_THAT(rows.transitions, IsEmpty());
    EXPECT_THAT(rows.alerts, ElementsAre(kept_alert));
    EXPECT_THAT(rows.deliveries, ElementsAre(kept_delivery));
    EXPECT_EQ(ask("SELECT count(*) FROM identities"), "1");
}

TEST_F(StoreRows, transitions_stay_while_another_connection_has_the_job) {
    auto batch = sample_batch();
    auto second = batch.jobs[0];
    second.connection = "production";
    batch.jobs.push_back(second);
    commit(batch);
    commit({.forgotten_jobs = {{"research", second.identity}}});
    EXPECT_THAT(load().rows.jobs, ElementsAre(second));
    EXPECT_EQ(load().rows.transitions, batch.transitions);
}

TEST_F(StoreRows, a_batch_forgets_after_it_has_written) {
    auto batch = sample_batch();
    batch.forgotten_jobs = {{"research", batch.jobs[0].identity}};
    commit(batch);
    EXPECT_THAT(load().rows.jobs, IsEmpty());
}

TEST_F(StoreRows, forgetting_what_is_not_there_changes_nothing) {
    commit(sample_batch());
    commit(
        {.forgotten_jobs =
             {{"nobody", {}}, {"research", {}}, {"nobody", sample_job("resnet").identity}},
         .forgotten_alerts = {"nothing{}"}}
    );
    EXPECT_EQ(load().rows, sample_batch());
}

TEST_F(StoreRows, a_message_is_stored_once) {
    auto batch = sample_batch();
    commit(batch);
    EXPECT_EQ(ask("SELECT count(*) FROM messages"), "1");
}

TEST_F(StoreRows, messages_of_nobody_are_collected_after_the_next_start) {
    auto batch = sample_batch();
    commit(batch);
    batch.transitions[0].entry.message = "rewritten by AWS";
    batch.transitions[1].entry.message = "rewritten too";
    commit({.transitions = batch.transitions});
    EXPECT_EQ(ask("SELECT count(*) FROM messages"), "3");
    reopen();
    load();
    commit({});
    EXPECT_EQ(
        ask("SELECT group_concat(status_message) FROM messages"), "rewritten by AWS,rewritten too"
    );
}

TEST_F(StoreRows, in_memory_everything_is_the_same_but_for_the_file) {
    store_file kept(*time, in_memory);
    ASSERT_TRUE(kept.lock().has_value());
    EXPECT_EQ(kept.load().value(), domain::ledger{});
    ASSERT_TRUE(kept.commit(sample_batch()).has_value());
    const domain::ledger expected{false, sample_batch(), std::nullopt};
    EXPECT_EQ(kept.load().value(), expected);
    EXPECT_FALSE(std::filesystem::exists(in_memory));
}

}  // namespace
}  // namespace trainwatch::io::store_test
