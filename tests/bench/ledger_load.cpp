// ledger.load_100k: everything back from the file at the start, checked, as values, against SQLite
// stepping over all columns of the same tables. ledger.ready_1k: the same for a usual fleet, in
// time. ledger.bytes_per_transition: what one costs on the disk, its message and index included.
#include <chrono>
#include <filesystem>
#include <string>

#include <sqlite3.h>

#include "base/check.hpp"
#include "io/clock.hpp"
#include "io/store_file.hpp"
#include "tests/bench/figure.hpp"
#include "tests/bench/ledger_fleet.hpp"

using namespace trainwatch;

namespace {

constexpr int turns = 3;

void make_ledger(const io::clock& time, const std::string& path, std::size_t jobs) {
    io::store_file store(time, path);
    CHECK(store.load().has_value());
    constexpr std::size_t at_once = 1'000;
    for (std::size_t first = 0; first < jobs; first += at_once)
        CHECK(store.commit(bench::fleet_batch(first, at_once)).has_value());
}

double load_microseconds(const io::clock& time, const std::string& path, std::size_t jobs) {
    io::store_file store(time, path);
    const double start = bench::cpu_now();
    const auto loaded = store.load();
    const double took = (bench::cpu_now() - start) * 1e6;
    CHECK(loaded.has_value() && loaded->rows.jobs.size() == jobs);
    CHECK(loaded->rows.transitions.size() == jobs * bench::transitions_per_job);
    return took;
}

double step_microseconds(const std::string& path) {
    sqlite3* database = nullptr;
    const double start = bench::cpu_now();
    CHECK(sqlite3_open_v2(path.c_str(), &database, SQLITE_OPEN_READWRITE, nullptr) == SQLITE_OK);
    for (const char* table :
         {"identities", "messages", "transitions", "jobs", "alerts", "deliveries", "counters"}) {
        sqlite3_stmt* rows = nullptr;
        const auto sql = std::string("SELECT * FROM ") + table;
        CHECK(sqlite3_prepare_v2(database, sql.c_str(), -1, &rows, nullptr) == SQLITE_OK);
        while (sqlite3_step(rows) == SQLITE_ROW) {
        }
        sqlite3_finalize(rows);
    }
    sqlite3_close(database);
    return (bench::cpu_now() - start) * 1e6;
}

double bytes_per_transition(const std::string& path) {
    sqlite3* database = nullptr;
    sqlite3_stmt* row = nullptr;
    CHECK(sqlite3_open_v2(path.c_str(), &database, SQLITE_OPEN_READWRITE, nullptr) == SQLITE_OK);
    const char* const sql =
        "SELECT sum(pgsize) * 1.0 / (SELECT count(*) FROM transitions) FROM dbstat "
        "WHERE name IN ('transitions', 'messages', 'messages_by_digest')";
    CHECK(sqlite3_prepare_v2(database, sql, -1, &row, nullptr) == SQLITE_OK);
    CHECK(sqlite3_step(row) == SQLITE_ROW);
    const double bytes = sqlite3_column_double(row, 0);
    sqlite3_finalize(row);
    sqlite3_close(database);
    return bytes;
}

void print_absolute(const char* name, double value, const char* unit, double goal) {
    std::printf(
        "figure=%s value=%.2f unit=%s goal=<=%.2f ok=%s\n",
        name,
        value,
        unit,
        goal,
        value <= goal ? "yes" : "no"
    );
}

}  // namespace

int main(int, char** argv) {
    namespace files = std::filesystem;
    const auto folder = files::absolute(argv[0]).parent_path() / "ledger_load.files";
    files::remove_all(folder);
    files::create_directories(folder);
    const auto time = io::create_system_clock();
    const std::string large = folder / "large.db";
    const std::string usual = folder / "usual.db";
    make_ledger(*time, large, 100'000);
    make_ledger(*time, usual, 1'000);
    bench::pair_of_minima load;
    for (int turn = 0; turn < turns; ++turn) {
        load.ours = std::min(load.ours, load_microseconds(*time, large, 100'000));
        load.reference = std::min(load.reference, step_microseconds(large));
    }
    bench::print_figure("ledger.load_100k", load, "sqlite3_step_over_the_same", 2.0);
    double ready = std::numeric_limits<double>::infinity();
    for (int turn = 0; turn < turns; ++turn) {
        const auto start = io::timer_now();
        load_microseconds(*time, usual, 1'000);
        const std::chrono::duration<double, std::milli> took = io::timer_now() - start;
        ready = std::min(ready, took.count());
    }
    print_absolute("ledger.load_1k", ready, "ms", 100);
    print_absolute("ledger.bytes_per_transition", bytes_per_transition(large), "bytes", 128);
    files::remove_all(folder);
    return 0;
}
