#include "io/store_copy.hpp"

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <system_error>
#include <tuple>

#include <sys/stat.h>

namespace trainwatch::io {

namespace {

namespace files = std::filesystem;

// More than the largest ledger (limits::ledger_ended_max), and what memory can lend for a moment.
constexpr std::uintmax_t bytes_max = 512U << 20U;
constexpr int tries = 3;

// Whether a file was written to in between; nothing where there is none.
using file_state = std::optional<std::tuple<ino_t, off_t, time_t, long>>;

file_state state_of(const std::string& path) {
    struct stat facts {};
    if (::stat(path.c_str(), &facts) != 0) return std::nullopt;
    return std::tuple(facts.st_ino, facts.st_size, facts.st_mtim.tv_sec, facts.st_mtim.tv_nsec);
}

bool is_small_enough(const std::string& path) {
    std::error_code refused;
    const auto file = files::file_size(path, refused);
    if (refused) return false;
    const auto log = files::file_size(path + "-wal", refused);
    return file + (refused ? 0 : log) <= bytes_max;
}

}  // namespace

store_copy::store_copy(const std::string& path) {
    if (!is_small_enough(path)) return;
    std::error_code unknown;
    const auto usual = files::temp_directory_path(unknown);
    // Memory last: it may be the disk that is full.
    for (const auto& parent : {usual, files::path("/dev/shm")}) {
        auto name = (parent / "trainwatchd-XXXXXX").string();
        if (parent.empty() || !::mkdtemp(name.data())) continue;
        folder_ = name;
        for (int i = 0; i < tries && !is_made_; ++i)
            is_made_ = copy_from(path);
        if (is_made_) return;
        files::remove_all(folder_, unknown);
    }
    folder_.clear();
}

store_copy::~store_copy() {
    std::error_code ignored;
    if (!folder_.empty()) files::remove_all(folder_, ignored);
}

bool store_copy::copy_from(const std::string& from) {
    const auto file = state_of(from);
    const auto log = state_of(from + "-wal");
    constexpr auto over = files::copy_options::overwrite_existing;
    std::error_code refused;
    files::copy_file(from, path(), over, refused);
    if (!refused && log) files::copy_file(from + "-wal", path() + "-wal", over, refused);
    return !refused && file == state_of(from) && log == state_of(from + "-wal");
}

}  // namespace trainwatch::io
