#include <array>

#include <gmock/gmock.h>

#include "io/store.hpp"
#include "tests/io/store_fixture.hpp"

namespace trainwatch::io::store_version_test {
namespace {

using namespace test_support;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

// What a next release could add: a table, a column with a default, an index.
constexpr std::string_view next_step =
    "CREATE TABLE later (a INTEGER); "
    "ALTER TABLE jobs ADD COLUMN later TEXT DEFAULT 'x'; "
    "CREATE INDEX jobs_by_end ON jobs (ended);";

class StoreVersion : public StoreFixture {
protected:
    StoreVersion() {
        const auto ours = store_migrations();
        for (std::size_t ahead = 0; ahead < releases.size(); ++ahead) {
            releases[ahead].assign(ours.begin(), ours.end());
            for (std::size_t i = 0; i < ahead; ++i)
                releases[ahead].push_back(i == 0 ? next_step : "CREATE TABLE latest (b INTEGER);");
        }
    }
    // As a release would that is so many steps ahead of ours.
    std::unique_ptr<store_file> open_as(std::size_t ahead) {
        store.reset();
        auto opened = std::make_unique<store_file>(*time, path, releases[ahead]);
        EXPECT_TRUE(opened->lock().has_value());
        return opened;
    }

    std::array<std::vector<store_migration>, 3> releases{};
};

TEST_F(StoreVersion, a_file_begins_with_the_present_version) {
    commit({});
    EXPECT_EQ(ask("PRAGMA user_version"), std::to_string(store_migrations().size()));
    EXPECT_EQ(
        ask("SELECT value FROM facts WHERE name = 'schema_version'"),
        std::to_string(store_migrations().size())
    );
    EXPECT_EQ(ask("PRAGMA application_id"), std::to_string(0x74727764));
}

TEST_F(StoreVersion, the_next_release_takes_this_ones_file) {
    commit(sample_batch());
    const auto next = open_as(1);
    const domain::ledger expected{false, sample_batch(), std::nullopt};
    EXPECT_EQ(next->load().value(), expected);
    EXPECT_EQ(ask("SELECT later FROM jobs"), "x");
}

TEST_F(StoreVersion, this_release_takes_the_next_ones_file_and_leaves_what_it_does_not_know) {
    open_as(1)->commit(sample_batch()).value();
    EXPECT_EQ(ask("UPDATE jobs SET later = 'kept'; SELECT later FROM jobs"), "kept");
    reopen();
    const domain::ledger expected{false, sample_batch(), std::nullopt};
    EXPECT_EQ(load(), expected);
    auto batch = sample_batch();
    batch.jobs[0].watch_list = "changed";
    batch.jobs.push_back(sample_job("new"));
    commit(batch);
    EXPECT_EQ(ask("PRAGMA user_version"), std::to_string(store_migrations().size() + 1));
    EXPECT_EQ(ask("SELECT group_concat(later) FROM jobs"), "kept,x");
    const auto next = open_as(1);
    EXPECT_EQ(next->load().value().rows.jobs, batch.jobs);
}

TEST_F(StoreVersion, a_file_two_releases_ahead_is_refused_and_left_alone) {
    open_as(2)->commit(sample_batch()).value();
    reopen();
    const auto refused = store->load();
    ASSERT_TRUE(refused.has_error());
    EXPECT_THAT(
        refused.error().detail,
        AllOf(HasSubstr(path), HasSubstr("newer release"), HasSubstr("version 3"))
    );
    EXPECT_THAT(refused.error().cure, HasSubstr("move the file away"));
    const auto commit = store->commit(sample_batch());
    ASSERT_TRUE(commit.has_error());
    EXPECT_EQ(commit.error().detail, refused.error().detail);
    const auto later = open_as(2);
    EXPECT_EQ(later->load().value().rows, sample_batch());
    const auto asked = read_about(path, "resnet");
    ASSERT_TRUE(asked.has_error());
    EXPECT_THAT(asked.error().detail, HasSubstr("newer release"));
}

TEST_F(StoreVersion, a_step_that_fails_leaves_the_version_before) {
    commit(sample_batch());
    releases[1].back() = "CREATE TABLE half (a INTEGER); CREATE TABLE jobs (a INTEGER);";
    result<void> refused;
    {
        const auto next = open_as(1);
        EXPECT_EQ(next->load().value().rows, sample_batch());
        refused = next->commit({});
    }
    ASSERT_TRUE(refused.has_error());
    EXPECT_THAT(refused.error().detail, HasSubstr("table jobs already exists"));
    EXPECT_EQ(ask("PRAGMA user_version"), std::to_string(store_migrations().size()));
    EXPECT_EQ(ask("SELECT count(*) FROM sqlite_schema WHERE name = 'half'"), "0");
}

TEST_F(StoreVersion, a_damaged_version_is_damage_and_no_newer_release) {
    commit(sample_batch());
    store.reset();
    ask("PRAGMA user_version = 1025");
    reopen();
    const auto known = load();
    ASSERT_TRUE(known.damaged);
    EXPECT_THAT(known.damaged->detail, HasSubstr("version is not certain"));
    EXPECT_THAT(known.rows.alerts, ElementsAre(sample_alert("resnet")));
}

TEST_F(StoreVersion, the_database_of_another_program_stands_aside) {
    store.reset();
    ask("CREATE TABLE theirs (a INTEGER)");
    reopen();
    const auto known = load();
    ASSERT_TRUE(known.damaged);
    EXPECT_THAT(known.damaged->detail, HasSubstr("not a ledger of trainwatchd"));
    EXPECT_THAT(known.damaged->cure, HasSubstr(path + ".damaged-"));
}

}  // namespace
}  // namespace trainwatch::io::store_version_test
