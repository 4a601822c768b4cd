#include "io/store_place.hpp"

#include <array>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <set>
#include <string_view>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.hpp"
#include "base/text.hpp"
#include "io/control_line.hpp"

namespace trainwatch::io {

namespace {

namespace files = std::filesystem;

constexpr mode_t private_file = 0600;
constexpr mode_t private_folder = 0700;
constexpr std::string_view mark = ".damaged-";
constexpr std::array<std::string_view, 3> logs{"-wal", "-shm", "-journal"};

files::path folder_of(const std::string& path) {
    const auto folder = files::path(path).parent_path();
    return folder.empty() ? files::path(".") : folder;
}

std::string owner_of(int descriptor) {
    std::array<char, 32> text{};
    const auto size = ::pread(descriptor, text.data(), text.size() - 1, 0);
    return size > 0 ? std::string(trim(text.data())) : std::string("unknown");
}

bool leads_to(const std::string& path, int descriptor) {
    struct stat named {};
    struct stat opened {};
    return ::stat(path.c_str(), &named) == 0 && ::fstat(descriptor, &opened) == 0 &&
        named.st_dev == opened.st_dev && named.st_ino == opened.st_ino;
}

int rename_file(const std::string& from, const std::string& to) {
    return std::rename(from.c_str(), to.c_str()) == 0 ? 0 : errno;
}

// Failure: errno.
int sync(const std::string& path, int how) {
    const int opened = ::open(path.c_str(), how | O_CLOEXEC);
    if (opened < 0) return errno;
    const int refused = ::fsync(opened) == 0 ? 0 : errno;
    ::close(opened);
    return refused;
}

// In the order of their times, without their logs.
std::set<std::string> names_set_aside(const std::string& path) {
    const auto prefix = files::path(path).filename().string() + std::string(mark);
    std::set<std::string> damaged;
    std::error_code ignored;
    for (const auto& entry : files::directory_iterator(folder_of(path), ignored)) {
        auto name = entry.path().filename().string();
        if (!name.starts_with(prefix)) continue;
        for (const auto log : logs) {
            if (name.ends_with(log)) name.resize(name.size() - log.size());
        }
        damaged.insert((folder_of(path) / name).string());
    }
    return damaged;
}

void keep_the_newest(const std::string& path) {
    auto damaged = names_set_aside(path);
    while (damaged.size() > limits::ledger_damaged_kept) {
        remove_with_logs(*damaged.begin());
        damaged.erase(damaged.begin());
    }
}

}  // namespace

store_lock::~store_lock() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

result<void> store_lock::take(const std::string& path) {
    const std::string name = path + ".lock";
    if (descriptor_ >= 0 && leads_to(name, descriptor_)) return {};
    if (descriptor_ >= 0) ::close(std::exchange(descriptor_, -1));
    const int opened = ::open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, private_file);
    if (opened < 0) return {};
    if (::flock(opened, LOCK_EX | LOCK_NB) != 0) {
        const int why = errno;
        const auto owner = owner_of(opened);
        ::close(opened);
        if (why != EWOULDBLOCK) return {};
        return failure{
            .kind = error_class::internal,
            .code = system_code(why),
            .detail = "ledger " + path + ": another trainwatchd has it (process " + owner + ")",
            .cure = "stop that one, or give this one a --storage.path of its own"};
    }
    descriptor_ = opened;
    const auto number = std::to_string(::getpid()) + "\n";
    // For people and for the text above; nothing depends on it.
    if (::ftruncate(opened, 0) == 0) {
        [[maybe_unused]] const auto written = ::pwrite(opened, number.data(), number.size(), 0);
    }
    return {};
}

bool file_exists(const std::string& path) {
    struct stat facts {};
    return ::stat(path.c_str(), &facts) == 0 || errno != ENOENT;
}

bool has_log(const std::string& path) {
    struct stat facts {};
    return ::stat((path + "-wal").c_str(), &facts) == 0 ? facts.st_size > 0 : errno != ENOENT;
}

void make_folder_of(const std::string& path) {
    ::mkdir(folder_of(path).c_str(), private_folder);
}

int make_private_file(const std::string& path) {
    const int opened =
        ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, private_file);
    if (opened < 0) return errno;
    ::close(opened);
    return 0;
}

int publish_file(const std::string& from, const std::string& to) {
    if (const int refused = sync(from, O_RDWR)) return refused;
    if (const int refused = rename_file(from, to)) return refused;
    return sync(folder_of(to).string(), O_RDONLY | O_DIRECTORY);
}

void remove_with_logs(const std::string& path) {
    ::unlink(path.c_str());
    for (const auto log : logs)
        ::unlink((path + std::string(log)).c_str());
}

std::optional<file_identity> identify_file(const std::string& path) {
    struct stat facts {};
    if (::stat(path.c_str(), &facts) != 0) return std::nullopt;
    return file_identity{facts.st_dev, facts.st_ino};
}

std::optional<wall_time> last_written(const std::string& path) {
    std::optional<wall_time> newest;
    for (const char* const part : {"", "-wal"}) {
        struct stat facts {};
        if (::stat((path + part).c_str(), &facts) != 0) continue;
        if (*part && facts.st_size == 0) continue;
        const auto at = from_unix_milliseconds(
            facts.st_mtim.tv_sec * std::int64_t{1'000} + facts.st_mtim.tv_nsec / 1'000'000
        );
        newest = std::max(newest.value_or(at), at);
    }
    return newest;
}

result<std::string> set_aside(const std::string& path, wall_time now) {
    const auto first = path + std::string(mark) + iso8601_basic(now);
    auto name = first;
    for (int i = 2; file_exists(name) || file_exists(name + "-wal"); ++i)
        name = first + "." + std::to_string(i);
    if (const int why = rename_file(path, name); why != 0 && why != ENOENT) {
        return failure{
            .kind = error_class::internal,
            .code = system_code(why),
            .detail = "ledger " + path +
                ": damaged, and cannot be renamed: " + system_code(why).message(),
            .cure = "move it away, or let the daemon write in its folder"};
    }
    // The logs last: one that was left behind by a crash here lacks its file, which is noticed.
    for (const auto log : logs)
        rename_file(path + std::string(log), name + std::string(log));
    keep_the_newest(path);
    // Without it a crash may bring the damaged file back, to be found damaged again.
    sync(folder_of(path).string(), O_RDONLY | O_DIRECTORY);
    return name;
}

std::optional<std::string> newest_set_aside(const std::string& path) {
    const auto names = names_set_aside(path);
    for (auto name = names.rbegin(); name != names.rend(); ++name) {
        // Not a log that stands there alone.
        if (file_exists(*name)) return *name;
    }
    return std::nullopt;
}

}  // namespace trainwatch::io
