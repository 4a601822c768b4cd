// ledger.single_commit: a job's next transition made durable, against 4 KB appended to a file and
// fdatasync. ledger.group_100: the same a row in batches of a hundred, against one a commit.
//
// Wall-clock time, since a disk is what is waited for; the file lies beside the program.
#include <chrono>
#include <filesystem>
#include <string>

#include <fcntl.h>
#include <unistd.h>

#include "base/check.hpp"
#include "io/clock.hpp"
#include "io/store_file.hpp"
#include "tests/bench/figure.hpp"
#include "tests/bench/ledger_fleet.hpp"

using namespace trainwatch;

namespace {

constexpr int commits = 50;
constexpr int turns = 5;
constexpr std::size_t fleet = 1'000;

template <class Work>
double microseconds_of(const Work& work) {
    const auto start = io::timer_now();
    work();
    const std::chrono::duration<double, std::micro> took = io::timer_now() - start;
    return took.count();
}

class appended_file {
public:
    explicit appended_file(const std::string& path)
        : file_(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600)) {
        CHECK(file_ >= 0);
    }
    ~appended_file() { ::close(file_); }
    void append() {
        CHECK(::write(file_, block_.data(), block_.size()) == 4'096);
        CHECK(::fdatasync(file_) == 0);
    }

private:
    int file_;
    const std::string block_ = std::string(4'096, 'x');
};

// The next transition of some job, with the job as it is then.
domain::ledger_batch next_change(std::size_t number) {
    auto whole = bench::fleet_batch(number % fleet, 1);
    auto& job = whole.jobs[0];
    job.last_observed += seconds(static_cast<int>(number));
    job.last.transitions.back().ended = job.last_observed;
    auto row = whole.transitions.back();
    row.entry = job.last.transitions.back();
    whole.transitions = {row};
    return whole;
}

}  // namespace

int main(int, char** argv) {
    namespace files = std::filesystem;
    const auto folder = files::absolute(argv[0]).parent_path() / "ledger_commit.files";
    files::remove_all(folder);
    files::create_directories(folder);
    const auto time = io::create_system_clock();
    bench::pair_of_minima single;
    bench::pair_of_minima grouped;
    {
        io::store_file store(*time, folder / "ledger.db");
        CHECK(store.load().has_value());
        CHECK(store.commit(bench::fleet_batch(0, fleet)).has_value());
        appended_file plain(folder / "appended");
        std::size_t number = 0;
        for (int turn = 0; turn < turns; ++turn) {
            const auto ours = microseconds_of([&] {
                for (int i = 0; i < commits; ++i)
                    CHECK(store.commit(next_change(number++ * 37)).has_value());
            });
            const auto theirs = microseconds_of([&] {
                for (int i = 0; i < commits; ++i)
                    plain.append();
            });
            const auto in_groups = microseconds_of([&] {
                domain::ledger_batch batch;
                for (int i = 0; i < 50; ++i) {
                    auto change = next_change(number++ * 37);
                    batch.jobs.push_back(std::move(change.jobs[0]));
                    batch.transitions.push_back(std::move(change.transitions[0]));
                }
                CHECK(store.commit(batch).has_value());
            });
            single.ours = std::min(single.ours, ours / commits);
            single.reference = std::min(single.reference, theirs / commits);
            grouped.ours = std::min(grouped.ours, in_groups / 100);
        }
        // One row each, which a commit of one row costs.
        for (int turn = 0; turn < turns; ++turn) {
            const auto alone = microseconds_of([&] {
                for (int i = 0; i < commits; ++i) {
                    auto change = next_change(number++ * 37);
                    change.transitions.clear();
                    CHECK(store.commit(change).has_value());
                }
            });
            grouped.reference = std::min(grouped.reference, alone / commits);
        }
    }
    bench::print_figure("ledger.single_commit", single, "append_4k_and_fdatasync", 2.0);
    bench::print_figure("ledger.group_100", grouped, "a_commit_for_each_row", 0.1);
    files::remove_all(folder);
    return 0;
}
