// A disk that refuses: the ledger stays what it was, says what is wrong, and goes on when it can.
#include <filesystem>
#include <thread>

#include <gmock/gmock.h>

#include "base/limits.hpp"
#include "io/store.hpp"
#include "tests/io/loop.hpp"
#include "tests/io/store_fixture.hpp"
#include "tests/support/faulty_disk.hpp"

namespace trainwatch::io::store_fault_test {
namespace {

namespace files = std::filesystem;
using namespace test_support;
using testing::AllOf;
using testing::AnyOf;
using testing::HasSubstr;

domain::ledger_batch second_batch() {
    auto batch = sample_batch();
    batch.jobs[0].watch_list = "changed";
    batch.jobs.push_back(sample_job("another"));
    batch.alerts.push_back(sample_alert("another"));
    batch.forgotten_alerts = {domain::identity(batch.alerts[0].alert.labels)};
    return batch;
}

// What is there once the batch is written.
domain::ledger_batch both_batches() {
    auto rows = second_batch();
    rows.alerts.erase(rows.alerts.begin());
    rows.deliveries.clear();
    rows.forgotten_alerts.clear();
    return rows;
}

class StoreFault : public StoreFixture {
protected:
    StoreFault() {
        commit(sample_batch());
        reopen();
        load();
    }
    ~StoreFault() override { store.reset(); }

    bool stands_nothing_aside() const {
        for (const auto& entry : files::directory_iterator(folder.path())) {
            if (entry.path().string().find(".damaged-") != std::string::npos) return false;
        }
        return true;
    }

    faulty_disk disk{};
};

TEST_F(StoreFault, a_commit_fails_as_a_whole_whichever_operation_fails) {
    store.reset();
    for (const int code : {SQLITE_FULL, SQLITE_IOERR_WRITE, SQLITE_IOERR_FSYNC}) {
        bool came = true;
        for (int number = 0; came; ++number) {
            for (const auto& entry : files::directory_iterator(folder.path()))
                files::remove(entry.path());
            reopen();
            commit(sample_batch());
            disk.fail_from(number, code);
            const auto done = store->commit(second_batch());
            came = disk.has_failed();
            disk.heal();
            const auto what = std::to_string(code) + " at " + std::to_string(number);
            ASSERT_TRUE(done.has_value() || came) << what;
            // Without a word about success it may have become durable or not, but never half.
            const auto after = load().rows;
            if (done.has_value()) {
                ASSERT_EQ(after, both_batches()) << what;
            } else {
                ASSERT_THAT(after, AnyOf(sample_batch(), both_batches())) << what;
                ASSERT_THAT(done.error().detail, HasSubstr(path)) << what;
                ASSERT_NE(done.error().cure, "") << what;
                ASSERT_EQ(done.error().kind, error_class::internal) << what;
            }
            // And the next one works.
            commit(second_batch());
            reopen();
            ASSERT_EQ(load().rows, both_batches()) << what;
            ASSERT_TRUE(stands_nothing_aside()) << what;
            ASSERT_LT(number, 1'000);
        }
    }
}

TEST_F(StoreFault, a_load_that_cannot_read_leaves_the_file_where_it_is) {
    bool came = true;
    for (int number = 0; came; ++number) {
        reopen();
        disk.fail_from(number, SQLITE_IOERR_READ, faulty_disk::reads);
        const auto loaded = store->load();
        came = disk.has_failed();
        disk.heal();
        if (loaded.has_error()) {
            ASSERT_THAT(loaded.error().detail, HasSubstr(path)) << number;
            ASSERT_NE(loaded.error().cure, "") << number;
        } else {
            ASSERT_EQ(loaded->rows, sample_batch())
                << number << (loaded->damaged ? loaded->damaged->detail : "");
            ASSERT_FALSE(loaded->damaged || loaded->first_start) << number;
        }
        ASSERT_TRUE(stands_nothing_aside()) << number;
        ASSERT_EQ(load().rows, sample_batch()) << number;
        ASSERT_LT(number, 1'000);
    }
}

TEST_F(StoreFault, a_first_start_that_fails_midway_is_a_first_start_the_next_time) {
    bool came = true;
    for (int number = 0; came; ++number) {
        store.reset();
        for (const auto& entry : files::directory_iterator(folder.path()))
            files::remove(entry.path());
        reopen();
        disk.fail_from(number, SQLITE_IOERR_WRITE, faulty_disk::writes | faulty_disk::syncs);
        const auto loaded = store->load();
        const auto refused = store->commit(sample_batch());
        came = disk.has_failed();
        disk.heal();
        ASSERT_TRUE(loaded.has_error() || loaded->first_start) << number;
        if (refused.has_error()) commit(sample_batch());
        reopen();
        const auto again = load();
        ASSERT_EQ(again.rows, sample_batch()) << number;
        ASSERT_FALSE(again.damaged) << number;
        ASSERT_LT(number, 1'000);
    }
}

TEST_F(StoreFault, a_full_disk_is_named_with_what_to_do) {
    disk.fail_from(0, SQLITE_FULL, faulty_disk::writes);
    const auto refused = store->commit(second_batch());
    ASSERT_TRUE(refused.has_error());
    EXPECT_THAT(refused.error().detail, AllOf(HasSubstr(path), HasSubstr("full")));
    EXPECT_THAT(refused.error().cure, HasSubstr("free space"));
    disk.heal();
    commit(second_batch());
    EXPECT_EQ(load().rows, both_batches());
}

TEST_F(StoreFault, a_full_disk_at_the_start_hides_nothing_that_is_known) {
    reopen();
    disk.fail_from(0, SQLITE_FULL, faulty_disk::writes);
    const auto known = load();
    EXPECT_EQ(known.rows, sample_batch());
    EXPECT_FALSE(known.first_start);
    EXPECT_TRUE(store->commit(second_batch()).has_error());
    disk.heal();
    commit(second_batch());
    EXPECT_EQ(load().rows, both_batches());
}

TEST_F(StoreFault, a_lock_of_somebody_else_is_waited_for_and_then_told) {
    sqlite3* person = nullptr;
    ASSERT_EQ(sqlite3_open(path.c_str(), &person), SQLITE_OK);
    ASSERT_EQ(sqlite3_exec(person, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr), SQLITE_OK);
    const auto refused = store->commit(second_batch());
    ASSERT_TRUE(refused.has_error());
    EXPECT_EQ(refused.error().kind, error_class::transient);
    EXPECT_THAT(refused.error().detail, AllOf(HasSubstr(path), HasSubstr("locked")));
    EXPECT_THAT(refused.error().cure, HasSubstr("fuser " + path));
    sqlite3_close(person);
    commit(second_batch());
    EXPECT_EQ(load().rows, both_batches());
}

TEST_F(StoreFault, a_commit_that_hangs_holds_nobody_up_and_ends_when_the_disk_answers) {
    store.reset();
    std::atomic<bool> hangs = false;
    disk.on_sync = [&hangs] { hangs.wait(true); };
    loop on;
    auto made = create_store(on.executor(), *time, path);
    auto& under_test = *made.value();
    EXPECT_EQ(on.run(under_test.load()).value().rows, sample_batch());
    hangs = true;
    bool done = false;
    const auto commit_it = [&]() -> task<void> {
        const commit_id id{1};
        const auto batch = second_batch();
        const auto written = co_await under_test.commit(id, batch);
        EXPECT_TRUE(written.has_value());
        done = true;
    };
    on.spawn(commit_it());
    // The loop turns meanwhile.
    for (int i = 0; i < 3; ++i) {
        bool turned = false;
        boost::asio::post(on.context(), [&turned] { turned = true; });
        on.run_until([&turned] { return turned; });
    }
    EXPECT_FALSE(done);
    hangs = false;
    hangs.notify_all();
    on.run_until([&done] { return done; });
    EXPECT_EQ(on.run(under_test.load()).value().rows, both_batches());
}

TEST_F(StoreFault, a_folder_that_cannot_be_written_is_read) {
    if (::geteuid() == 0) GTEST_SKIP() << "root writes everywhere";
    store.reset();
    files::permissions(folder.path(), files::perms::owner_read | files::perms::owner_exec);
    store = std::make_unique<store_file>(*time, path);
    EXPECT_EQ(load().rows, sample_batch());
    const auto refused = store->commit(second_batch());
    ASSERT_TRUE(refused.has_error());
    EXPECT_THAT(refused.error().cure, HasSubstr("let the daemon write in its folder"));
    files::permissions(folder.path(), files::perms::owner_all);
    commit(second_batch());
}

TEST_F(StoreFault, a_folder_that_cannot_be_made_is_a_first_start_and_commits_say_why) {
    store_file nowhere(*time, "/proc/nowhere/ledger.db");
    ASSERT_TRUE(nowhere.lock().has_value());
    EXPECT_EQ(nowhere.load().value(), domain::ledger{});
    const auto refused = nowhere.commit(sample_batch());
    ASSERT_TRUE(refused.has_error());
    EXPECT_THAT(refused.error().detail, HasSubstr("/proc/nowhere/ledger.db"));
    EXPECT_THAT(refused.error().cure, HasSubstr("--storage.path"));
}

}  // namespace
}  // namespace trainwatch::io::store_fault_test
