#include <gmock/gmock.h>

#include "io/store.hpp"
#include "tests/io/loop.hpp"

namespace trainwatch::io {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

wall_time at(int seconds_since) {
    return from_unix_milliseconds(1000LL * seconds_since);
}

domain::job_row job(const std::string& name, const std::string& list) {
    domain::job_row row;
    row.identity = {"111122223333", "eu-west-1", name, at(1)};
    row.watch_list = list;
    return row;
}

class MemoryStore : public testing::Test {
protected:
    domain::ledger load() { return on.run(store->load()).value(); }
    void commit(domain::ledger_batch batch) {
        ++last.value;
        ASSERT_TRUE(on.run(store->commit(last, std::move(batch))).has_value());
    }

    loop on;
    std::unique_ptr<io::store> store = create_memory_store();
    commit_id last{};
};

TEST_F(MemoryStore, begins_as_a_first_start) {
    EXPECT_EQ(load(), domain::ledger{});
}

TEST_F(MemoryStore, gives_back_what_was_committed) {
    domain::ledger_batch batch;
    batch.jobs = {job("a", "x")};
    batch.transitions = {{batch.jobs[0].identity, 0, {}, at(2)}};
    batch.alerts = {{{.labels = {{"alertname", "TrainingJobFailed"}}}}};
    batch.deliveries = {{"alert", "main", "http://am"}};
    batch.last_complete_sweep = at(3);
    commit(batch);
    const domain::ledger expected{false, batch};
    EXPECT_EQ(load(), expected);
}

TEST_F(MemoryStore, later_rows_take_the_place_of_earlier_ones) {
    commit({.jobs = {job("a", "old"), job("b", "x")}});
    commit({.jobs = {job("a", "new")}});
    EXPECT_THAT(load().rows.jobs, ElementsAre(job("a", "new"), job("b", "x")));
}

TEST_F(MemoryStore, one_alert_at_two_endpoints_is_two_rows) {
    const domain::delivery_row first{"alert", "main", "http://am-1"};
    const domain::delivery_row second{"alert", "main", "http://am-2"};
    commit({.deliveries = {first, second}});
    EXPECT_THAT(load().rows.deliveries, ElementsAre(first, second));
}

TEST_F(MemoryStore, sweep_time_moves_forward_only) {
    commit({.last_complete_sweep = at(5)});
    commit({.jobs = {job("a", "x")}});
    commit({.last_complete_sweep = at(4)});
    EXPECT_EQ(load().rows.last_complete_sweep, at(5));
}

TEST_F(MemoryStore, empty_batch_is_no_first_start_any_more) {
    commit({});
    EXPECT_FALSE(load().first_start);
    EXPECT_THAT(load().rows.jobs, IsEmpty());
}

}  // namespace
}  // namespace trainwatch::io
