// What a file says that is not what was written: nothing of it is believed, and nothing is lost
// silently.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>

#include <gmock/gmock.h>

#include "io/store.hpp"
#include "tests/io/store_fixture.hpp"

namespace trainwatch::io::store_damage_test {
namespace {

namespace files = std::filesystem;
using namespace test_support;

std::string read_file(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

void write_file(const std::string& path, const std::string& bytes) {
    std::ofstream(path, std::ios::binary) << bytes;
}

// Jobs with several pages each of every table.
domain::ledger_batch many_rows() {
    domain::ledger_batch batch;
    for (int i = 0; i < 40; ++i) {
        auto job = sample_job("job-" + std::to_string(i));
        const auto rows = sample_transitions(job);
        batch.transitions.insert(batch.transitions.end(), rows.begin(), rows.end());
        batch.alerts.push_back(sample_alert(job.identity.name));
        batch.deliveries.push_back(sample_delivery(batch.alerts.back()));
        batch.jobs.push_back(std::move(job));
        auto counter = sample_counter();
        counter.labels["n"] = std::to_string(i);
        batch.counters.push_back(std::move(counter));
    }
    batch.last_complete_sweep = at(7);
    return batch;
}

template <class Rows>
bool is_part(const Rows& some, const Rows& of) {
    return std::all_of(some.begin(), some.end(), [&](const auto& row) {
        return std::find(of.begin(), of.end(), row) != of.end();
    });
}

void sort_rows(domain::ledger_batch& rows) {
    const auto by_identity = [](const auto& a, const auto& b) { return a.identity < b.identity; };
    std::sort(rows.jobs.begin(), rows.jobs.end(), by_identity);
    std::stable_sort(rows.transitions.begin(), rows.transitions.end(), by_identity);
    std::sort(rows.alerts.begin(), rows.alerts.end(), [](const auto& a, const auto& b) {
        return a.alert.labels < b.alert.labels;
    });
    std::sort(rows.deliveries.begin(), rows.deliveries.end(), [](const auto& a, const auto& b) {
        return a.alert < b.alert;
    });
    std::sort(rows.counters.begin(), rows.counters.end(), [](const auto& a, const auto& b) {
        return a.labels < b.labels;
    });
}

// In memory, where a sync costs nothing: there are some thousand files to try.
class StoreDamage : public testing::Test {
protected:
    StoreDamage() {
        {
            store_file written(*time, path);
            written.load().value();
            written.commit(rows).value();
        }
        sort_rows(rows);
        sound = read_file(path);
    }

    // What is loaded is all of it, or the damage is told and the rest is true.
    void expect_no_lie(const std::string& bytes, const std::string& what) {
        for (const auto& entry : files::directory_iterator(folder.path()))
            files::remove(entry.path());
        write_file(path, bytes);
        store_file damaged(*time, path);
        ASSERT_TRUE(damaged.lock().has_value());
        auto loaded = damaged.load();
        ASSERT_TRUE(loaded.has_value()) << what << ": " << loaded.error().detail;
        auto& known = loaded.value();
        sort_rows(known.rows);
        if (!known.damaged) {
            ASSERT_FALSE(known.first_start) << what;
            ASSERT_EQ(known.rows, rows) << what;
            return;
        }
        ++noticed;
        ASSERT_TRUE(known.first_start) << what;
        ASSERT_FALSE(known.damaged->detail.empty() || known.damaged->cure.empty()) << what;
        ASSERT_TRUE(is_part(known.rows.alerts, rows.alerts)) << what;
        ASSERT_TRUE(is_part(known.rows.deliveries, rows.deliveries)) << what;
        ASSERT_TRUE(known.rows.jobs.empty() && known.rows.last_complete_sweep) << what;
        if (known.rows.alerts.size() == rows.alerts.size()) ++saved;
        // And the new file has what was saved, until it is written to as one of a damaged one.
        auto again = damaged.load();
        ASSERT_TRUE(again.has_value() && again->damaged && again->first_start) << what;
        sort_rows(again->rows);
        ASSERT_EQ(again->rows, known.rows) << what;
    }

    scratch_folder folder{in_memory_folder()};
    const std::string path = folder.path() / "ledger.db";
    std::unique_ptr<clock> time = create_system_clock();
    domain::ledger_batch rows = many_rows();
    std::string sound{};
    int noticed = 0;
    int saved = 0;  // …with every alert
};

TEST_F(StoreDamage, a_sound_file_is_believed) {
    expect_no_lie(sound, "untouched");
    EXPECT_EQ(noticed, 0);
}

TEST_F(StoreDamage, a_file_that_ends_early_is_noticed_wherever_that_is) {
    for (std::size_t size = 0; size < sound.size(); size += 509) {
        ASSERT_NO_FATAL_FAILURE(
            expect_no_lie(sound.substr(0, size), "cut at " + std::to_string(size))
        );
    }
    EXPECT_EQ(noticed, (sound.size() + 508) / 509);
}

TEST_F(StoreDamage, a_flipped_bit_is_harmless_or_noticed_wherever_it_is) {
    constexpr std::size_t page = 4'096;
    int tried = 0;
    for (std::size_t offset = 0; offset < sound.size(); ++offset) {
        // The file's header, each page's, and a stride that is no divisor of anything.
        if (offset >= 100 && offset % page >= 16 && offset % 251 != 0) continue;
        auto bytes = sound;
        bytes[offset] = static_cast<char>(bytes[offset] ^ (1 << (offset % 8)));
        ASSERT_NO_FATAL_FAILURE(expect_no_lie(bytes, "bit at " + std::to_string(offset)));
        ++tried;
    }
    EXPECT_GT(noticed, tried / 3);
    EXPECT_GT(saved, 0);
}

TEST_F(StoreDamage, a_page_of_zeros_or_noise_is_noticed_whichever_it_is) {
    constexpr std::size_t page = 4'096;
    for (std::size_t begin = 0; begin < sound.size(); begin += page) {
        for (const char filler : {'\0', '\xff', '\x0d'}) {
            auto bytes = sound;
            std::fill_n(bytes.begin() + static_cast<std::ptrdiff_t>(begin), page, filler);
            ASSERT_NO_FATAL_FAILURE(expect_no_lie(bytes, "page at " + std::to_string(begin)));
        }
    }
}

TEST_F(StoreDamage, a_page_that_is_another_is_noticed) {
    constexpr std::size_t page = 4'096;
    for (std::size_t begin = 2 * page; begin < sound.size(); begin += page) {
        auto bytes = sound;
        std::copy_n(sound.begin() + page, page, bytes.begin() + static_cast<std::ptrdiff_t>(begin));
        ASSERT_NO_FATAL_FAILURE(expect_no_lie(bytes, "page at " + std::to_string(begin)));
    }
}

TEST_F(StoreDamage, text_that_is_no_database_is_noticed) {
    ASSERT_NO_FATAL_FAILURE(expect_no_lie("this is not a database", "text"));
    ASSERT_NO_FATAL_FAILURE(expect_no_lie(std::string(100'000, 'x'), "much text"));
    EXPECT_EQ(noticed, 2);
}

// With commits in its log, as a daemon that was killed leaves it.
class StoreLogDamage : public StoreDamage {
protected:
    StoreLogDamage() {
        files::remove(path);
        store_file running(*time, path);
        running.load().value();
        for (int i = 0; i < 3; ++i) {
            auto batch = sample_batch();
            batch.jobs[0].watch_list = std::to_string(i);
            running.commit(batch).value();
            states.push_back(batch);
        }
        file = read_file(path);
        log = read_file(path + "-wal");
    }

    // Of what was committed at least the first, and no first start.
    void expect_earlier_state(const std::optional<std::string>& left, const std::string& what) {
        for (const auto& entry : files::directory_iterator(folder.path()))
            files::remove(entry.path());
        write_file(path, file);
        if (left) write_file(path + "-wal", *left);
        store_file damaged(*time, path);
        const auto loaded = damaged.load();
        ASSERT_TRUE(loaded.has_value()) << what;
        if (loaded->damaged) return;
        ASSERT_FALSE(loaded->first_start) << what;
        ASSERT_THAT(states, testing::Contains(loaded->rows)) << what;
    }

    std::vector<domain::ledger_batch> states{};
    std::string file{};
    std::string log{};
};

TEST_F(StoreLogDamage, a_flipped_bit_gives_an_earlier_state_or_is_noticed) {
    ASSERT_GT(log.size(), 20'000U);
    for (std::size_t offset = 0; offset < log.size(); offset += 151) {
        auto bytes = log;
        bytes[offset] = static_cast<char>(bytes[offset] ^ 4);
        ASSERT_NO_FATAL_FAILURE(expect_earlier_state(bytes, std::to_string(offset)));
    }
}

TEST_F(StoreLogDamage, a_log_that_is_lost_or_empty_or_cut_gives_an_earlier_state) {
    ASSERT_NO_FATAL_FAILURE(expect_earlier_state(std::nullopt, "lost"));
    for (std::size_t size = 0; size < log.size(); size += 997)
        ASSERT_NO_FATAL_FAILURE(expect_earlier_state(log.substr(0, size), std::to_string(size)));
}

TEST_F(StoreDamage, what_breaks_while_the_daemon_runs_is_begun_anew_and_written_again) {
    store_file running(*time, path);
    running.load().value();
    // Behind its back: the log is copied into the file first, so that what it reads is this.
    auto bytes = sound;
    std::fill(bytes.begin() + 4'096, bytes.end(), '\x0d');
    {
        std::ofstream over(path, std::ios::binary | std::ios::in);
        over << bytes;
    }
    // What it has in memory counts no more: somebody else has written.
    sqlite3* person = nullptr;
    ASSERT_EQ(sqlite3_open(path.c_str(), &person), SQLITE_OK);
    ASSERT_EQ(
        sqlite3_exec(person, "PRAGMA user_version = 1", nullptr, nullptr, nullptr), SQLITE_OK
    );
    sqlite3_close(person);
    auto late = sample_batch();
    late.jobs.push_back(sample_job("job-1"));
    int refusals = 0;
    while (running.commit(late).has_error() && refusals < 5)
        ++refusals;
    EXPECT_THAT(refusals, testing::AllOf(testing::Gt(0), testing::Lt(3)));
    auto loaded = running.load().value();
    EXPECT_FALSE(loaded.damaged);
    for (const auto& job : late.jobs)
        EXPECT_THAT(loaded.rows.jobs, testing::Contains(job));
}

}  // namespace
}  // namespace trainwatch::io::store_damage_test
