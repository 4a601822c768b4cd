#include "io/store_place.hpp"

#include <array>
#include <filesystem>
#include <fstream>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "io/store.hpp"
#include "tests/io/loop.hpp"
#include "tests/io/store_fixture.hpp"

namespace trainwatch::io::store_place_test {
namespace {

namespace files = std::filesystem;
using namespace test_support;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

class StorePlace : public StoreFixture {
protected:
    std::vector<std::string> names() const {
        std::vector<std::string> found;
        for (const auto& entry : files::directory_iterator(folder.path()))
            found.push_back(entry.path().filename().string());
        std::sort(found.begin(), found.end());
        return found;
    }
    void write(const std::string& name, const std::string& text) const {
        std::ofstream(folder.path() / name) << text;
    }
};

mode_t rights_of(const std::string& path) {
    struct stat facts {};
    EXPECT_EQ(::stat(path.c_str(), &facts), 0);
    return facts.st_mode & 0777U;
}

TEST_F(StorePlace, the_owner_alone_reads_the_ledger) {
    const auto before = ::umask(0);
    commit(sample_batch());
    ::umask(before);
    for (const char* end : {"", "-wal", "-shm", ".lock"})
        EXPECT_EQ(rights_of(path + end), 0600U) << end;
}

TEST_F(StorePlace, a_clean_end_leaves_no_log) {
    commit(sample_batch());
    store.reset();
    EXPECT_THAT(names(), ElementsAre("ledger.db", "ledger.db.lock"));
}

TEST_F(StorePlace, a_folder_that_is_missing_is_made) {
    store_file made(*time, folder.path() / "state" / "ledger.db");
    ASSERT_TRUE(made.lock().has_value());
    EXPECT_EQ(rights_of(folder.path() / "state"), 0700U);
    EXPECT_TRUE(made.commit({}).has_value());
}

TEST_F(StorePlace, a_second_store_is_told_who_has_the_ledger) {
    store_file second(*time, path);
    const auto refused = second.lock();
    ASSERT_TRUE(refused.has_error());
    EXPECT_THAT(
        refused.error().detail,
        AllOf(HasSubstr(path), HasSubstr("process " + std::to_string(::getpid())))
    );
    EXPECT_THAT(refused.error().cure, HasSubstr("--storage.path"));
}

TEST_F(StorePlace, the_lock_ends_with_its_process_however_that_ends) {
    store.reset();
    const auto child = ::fork();
    if (child == 0) {
        store_lock lock;
        ::_exit(lock.take(path).has_value() && lock.is_held() ? 7 : 1);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_EQ(WEXITSTATUS(status), 7);
    reopen();
    commit({});
}

TEST_F(StorePlace, what_is_set_aside_keeps_its_logs_and_the_newest_three_stay) {
    store.reset();
    for (int i = 0; i < 5; ++i) {
        write("ledger.db", std::to_string(i));
        write("ledger.db-wal", "log");
        EXPECT_TRUE(set_aside(path, at(i)).has_value());
    }
    EXPECT_THAT(
        names(),
        ElementsAre(
            "ledger.db.damaged-19700101T000002Z",
            "ledger.db.damaged-19700101T000002Z-wal",
            "ledger.db.damaged-19700101T000003Z",
            "ledger.db.damaged-19700101T000003Z-wal",
            "ledger.db.damaged-19700101T000004Z",
            "ledger.db.damaged-19700101T000004Z-wal",
            "ledger.db.lock"
        )
    );
}

TEST_F(StorePlace, two_within_a_second_have_two_names) {
    store.reset();
    for (int i = 0; i < 2; ++i) {
        write("ledger.db", std::to_string(i));
        EXPECT_TRUE(set_aside(path, at(0)).has_value());
    }
    EXPECT_THAT(names(), SizeIs(3));
}

TEST_F(StorePlace, a_log_without_its_file_is_damage) {
    commit(sample_batch());
    files::copy(path + "-wal", path + "-copy");
    store.reset();
    files::remove(path);
    files::rename(path + "-copy", path + "-wal");
    reopen();
    const auto known = load();
    ASSERT_TRUE(known.damaged);
    EXPECT_THAT(known.damaged->detail, HasSubstr("only its log is there"));
    EXPECT_TRUE(known.rows.alerts.empty());
    commit(sample_batch());
}

// The run that found it may end before it has written anything: alerts of the time before would
// pass for told.
TEST_F(StorePlace, a_ledger_begun_after_damage_is_damaged_until_it_is_written) {
    commit(sample_batch());
    store.reset();
    files::resize_file(path, 0);
    const auto touched = test_support::at(1'000'000);
    std::array<timespec, 2> times{};
    times[0].tv_sec = times[1].tv_sec = unix_milliseconds(touched) / 1'000;
    ASSERT_EQ(::utimensat(AT_FDCWD, path.c_str(), times.data(), 0), 0);
    files::remove(path + "-wal");
    for (int start = 0; start < 3; ++start) {
        reopen();
        const auto known = load();
        EXPECT_TRUE(known.damaged && known.first_start) << start;
        // When the former one was written last.
        ASSERT_TRUE(known.rows.last_complete_sweep) << start;
        EXPECT_LT(*known.rows.last_complete_sweep - touched, seconds(1)) << start;
        store.reset();
    }
    reopen();
    load();
    commit(sample_batch());
    store.reset();
    reopen();
    const auto known = load();
    EXPECT_FALSE(known.damaged || known.first_start);
    EXPECT_EQ(known.rows.alerts.size(), 1U);
}

TEST_F(StorePlace, an_empty_file_is_damage_and_no_first_start) {
    commit(sample_batch());
    store.reset();
    files::resize_file(path, 0);
    reopen();
    EXPECT_TRUE(load().damaged);
}

TEST_F(StorePlace, what_an_interrupted_first_start_left_is_no_damage) {
    write("ledger.db.new", "half a file");
    write("ledger.db.new-journal", "and its journal");
    EXPECT_EQ(load(), domain::ledger{});
    commit(sample_batch());
    EXPECT_EQ(load().rows, sample_batch());
}

TEST_F(StorePlace, a_file_that_is_removed_meanwhile_is_begun_anew_after_one_refusal) {
    commit(sample_batch());
    for (const char* end : {"", "-wal", "-shm"})
        files::remove(path + end);
    const auto refused = store->commit({.jobs = {sample_job("late")}});
    ASSERT_TRUE(refused.has_error());
    EXPECT_THAT(refused.error().detail, AllOf(HasSubstr(path), HasSubstr("removed")));
    commit(sample_batch());
    reopen();
    EXPECT_EQ(load().rows, sample_batch());
}

TEST_F(StorePlace, the_file_shrinks_when_much_is_forgotten) {
    domain::ledger_batch batch;
    for (int i = 0; i < 4'000; ++i)
        batch.jobs.push_back(sample_job("job-" + std::to_string(i)));
    commit(batch);
    domain::ledger_batch forgotten;
    for (const auto& job : batch.jobs)
        forgotten.forgotten_jobs.push_back({job.connection, job.identity});
    store.reset();
    const auto full = files::file_size(path);
    reopen();
    commit(forgotten);
    for (int i = 0; i < 100; ++i)
        commit({});
    store.reset();
    EXPECT_LT(files::file_size(path), full / 3);
}

TEST_F(StorePlace, the_log_is_bounded) {
    for (int i = 0; i < 60; ++i) {
        domain::ledger_batch batch;
        for (int job = 0; job < 100; ++job)
            batch.jobs.push_back(sample_job("job-" + std::to_string(i) + "-" + std::to_string(job))
            );
        commit(batch);
    }
    EXPECT_LT(files::file_size(path + "-wal"), 10U << 20U);
}

TEST_F(StorePlace, the_store_answers_on_the_loop_and_works_on_its_own_thread) {
    store.reset();
    loop on;
    auto made = create_store(on.executor(), *time, path);
    ASSERT_TRUE(made.has_value());
    auto& under_test = *made.value();
    EXPECT_TRUE(on.run(under_test.load()).value().first_start);
    EXPECT_TRUE(on.run(under_test.commit(commit_id{1}, sample_batch())).has_value());
    EXPECT_EQ(on.run(under_test.about("resnet")).value().jobs, sample_batch().jobs);
    EXPECT_EQ(on.run(under_test.load()).value().rows, sample_batch());
    EXPECT_TRUE(create_store(on.executor(), *time, path).has_error());
}

}  // namespace
}  // namespace trainwatch::io::store_place_test
