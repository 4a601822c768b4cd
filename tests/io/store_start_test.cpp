// What a start makes of a ledger that an earlier run left behind in an odd state, or that cannot be
// opened: a sound one is never taken for destroyed, and none for a first start.
#include <array>
#include <filesystem>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/stat.h>

#include "io/store.hpp"
#include "tests/io/loop.hpp"
#include "tests/io/store_fixture.hpp"
#include "tests/support/faulty_disk.hpp"

namespace trainwatch::io::store_start_test {
namespace {

namespace files = std::filesystem;
using namespace test_support;
using testing::HasSubstr;

class turned_clock final : public clock {
public:
    instant now() const override { return {mono_time(seconds(1) + turned), at(0) + turned}; }
    milliseconds turned{};
};

class StoreStart : public StoreFixture {
protected:
    ~StoreStart() override { store.reset(); }

    void date(const std::string& name, wall_time touched) const {
        std::array<timespec, 2> times{};
        times[0].tv_sec = times[1].tv_sec = unix_milliseconds(touched) / 1'000;
        ASSERT_EQ(::utimensat(AT_FDCWD, name.c_str(), times.data(), 0), 0);
    }

    // As a run that was killed leaves them: a file, and a log with a commit in it.
    void leave_as_killed() {
        commit(sample_batch());
        commit(later_batch());
        for (const char* end : {"", "-wal"})
            files::copy_file(path + end, path + end + ".left");
        store.reset();
        for (const char* end : {"", "-wal", "-shm"})
            files::remove(path + end);
        for (const char* end : {"", "-wal"})
            files::rename(path + end + ".left", path + end);
        ASSERT_GT(files::file_size(path + "-wal"), 0U);
    }

    static domain::ledger_batch later_batch() {
        auto batch = sample_batch();
        batch.jobs[0].watch_list = "later";
        return batch;
    }

    // What the file says without its log.
    domain::ledger in_the_file_alone() const {
        const auto name = folder.path() / "alone.db";
        files::copy_file(path, name, files::copy_options::overwrite_existing);
        store_file alone(*time, name);
        return alone.load().value();
    }

    faulty_disk disk{};
    const wall_time long_ago = at(1'000'000);
};

TEST_F(StoreStart, the_first_commit_is_in_the_file_itself) {
    load();
    commit(sample_batch());
    EXPECT_EQ(in_the_file_alone(), (domain::ledger{false, sample_batch(), std::nullopt}));
}

TEST_F(StoreStart, what_was_committed_is_in_the_file_itself_within_a_minute) {
    store.reset();
    turned_clock turned;
    loop on;
    auto made = create_store(on.executor(), turned, path);
    auto& under_test = *made.value();
    on.run(under_test.load()).value();
    // What is asked waits for what was to be done before.
    const auto tend = [&] {
        under_test.tend();
        on.run(under_test.load()).value();
    };
    on.run(under_test.commit(commit_id{1}, sample_batch())).value();
    on.run(under_test.commit(commit_id{2}, later_batch())).value();
    EXPECT_EQ(in_the_file_alone().rows, sample_batch());
    tend();
    EXPECT_EQ(in_the_file_alone().rows, later_batch());
    on.run(under_test.commit(commit_id{3}, sample_batch())).value();
    tend();
    EXPECT_EQ(in_the_file_alone().rows, later_batch());
    turned.turned = std::chrono::minutes(1);
    tend();
    EXPECT_EQ(in_the_file_alone().rows, sample_batch());
}

// The run that set it aside was killed before it had begun a new one.
TEST_F(StoreStart, one_that_was_only_set_aside_is_damage_and_no_first_start) {
    commit(sample_batch());
    store.reset();
    const auto aside = path + ".damaged-20261127T000000Z";
    files::rename(path, aside);
    date(aside, long_ago);
    // A run between was killed as soon as it had found the log without its file.
    files::copy_file(aside, path + ".damaged-20261128T000000Z-wal");
    for (int start = 0; start < 2; ++start) {
        reopen();
        const auto known = load();
        ASSERT_TRUE(known.damaged && known.first_start) << start;
        EXPECT_EQ(known.rows.alerts, sample_batch().alerts) << start;
        ASSERT_TRUE(known.rows.last_complete_sweep) << start;
        EXPECT_LT(*known.rows.last_complete_sweep - long_ago, seconds(1)) << start;
        store.reset();
    }
    EXPECT_TRUE(files::exists(aside));
    reopen();
    load();
    commit(sample_batch());
    reopen();
    EXPECT_EQ(load(), (domain::ledger{false, sample_batch(), std::nullopt}));
}

TEST_F(StoreStart, damage_after_a_kill_looks_back_to_what_was_written_last) {
    leave_as_killed();
    files::resize_file(path, files::file_size(path) / 2);
    date(path, long_ago - seconds(500));
    date(path + "-wal", long_ago);
    reopen();
    const auto known = load();
    ASSERT_TRUE(known.damaged);
    ASSERT_TRUE(known.rows.last_complete_sweep);
    EXPECT_LT(*known.rows.last_complete_sweep - long_ago, seconds(1));
    EXPECT_GE(*known.rows.last_complete_sweep, long_ago - seconds(1));
    // And what stands aside goes on to say so.
    const auto aside = newest_set_aside(path);
    ASSERT_TRUE(aside);
    EXPECT_LT(last_written(*aside).value() - long_ago, seconds(1));
}

// Of the log, as on a full disk.
TEST_F(StoreStart, a_sound_one_without_room_for_its_index_is_read) {
    commit(sample_batch());
    store.reset();
    disk.fail_from(0, SQLITE_IOERR_SHMSIZE, faulty_disk::maps);
    for (int start = 0; start < 2; ++start) {
        reopen();
        EXPECT_EQ(load(), (domain::ledger{false, sample_batch(), std::nullopt})) << start;
        // An empty log came of it.
        EXPECT_TRUE(files::exists(path + "-wal")) << start;
    }
    EXPECT_TRUE(store->commit(later_batch()).has_error());
    disk.heal();
    commit(later_batch());
    EXPECT_EQ(load().rows, later_batch());
}

TEST_F(StoreStart, one_that_was_killed_is_read_with_its_log_from_a_copy) {
    leave_as_killed();
    disk.fail_from(0, SQLITE_IOERR_SHMSIZE, faulty_disk::maps);
    reopen();
    EXPECT_EQ(load(), (domain::ledger{false, later_batch(), std::nullopt}));
    EXPECT_TRUE(store->commit(later_batch()).has_error());
    disk.heal();
    commit(later_batch());
}

TEST_F(StoreStart, one_that_is_damaged_and_cannot_be_set_aside_is_damage) {
    commit(sample_batch());
    store.reset();
    ask("UPDATE jobs SET watch_list = 'another'");
    disk.fail_from(0, SQLITE_IOERR_SHMSIZE, faulty_disk::maps);
    date(path, long_ago);
    reopen();
    const auto known = load();
    ASSERT_TRUE(known.damaged && known.first_start);
    EXPECT_EQ(known.rows.alerts, sample_batch().alerts);
    ASSERT_TRUE(known.rows.last_complete_sweep);
    EXPECT_LT(*known.rows.last_complete_sweep - long_ago, seconds(1));
}

TEST_F(StoreStart, one_that_somebody_holds_locked_is_read) {
    commit(sample_batch());
    store.reset();
    sqlite3* person = nullptr;
    ASSERT_EQ(sqlite3_open(path.c_str(), &person), SQLITE_OK);
    const auto* const lock =
        "PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE;"
        "INSERT INTO facts VALUES ('theirs', 1, 1)";
    ASSERT_EQ(sqlite3_exec(person, lock, nullptr, nullptr, nullptr), SQLITE_OK);
    reopen();
    EXPECT_EQ(load(), (domain::ledger{false, sample_batch(), std::nullopt}));
    sqlite3_close(person);
    commit(later_batch());
    EXPECT_EQ(load().rows, later_batch());
}

TEST_F(StoreStart, of_what_cannot_be_read_at_all_the_time_is_known) {
    store.reset();
    files::create_directory(path);
    date(path, long_ago);
    reopen();
    const auto refused = store->load();
    ASSERT_TRUE(refused.has_error());
    EXPECT_THAT(refused.error().detail, HasSubstr(path));
    ASSERT_TRUE(store->written());
    EXPECT_LT(*store->written() - long_ago, seconds(1));
}

TEST_F(StoreStart, the_lock_is_taken_again_when_somebody_removed_everything) {
    load();
    commit(sample_batch());
    for (const char* end : {"", "-wal", "-shm", ".lock"})
        files::remove(path + end);
    EXPECT_TRUE(store->commit(sample_batch()).has_error());
    commit(sample_batch());
    store_file second(*time, path);
    EXPECT_TRUE(second.lock().has_error());
}

}  // namespace
}  // namespace trainwatch::io::store_start_test
