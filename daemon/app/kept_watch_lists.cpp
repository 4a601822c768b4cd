#include "app/kept_watch_lists.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <optional>
#include <set>
#include <utility>

#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.hpp"
#include "base/text.hpp"
#include "io/control_line.hpp"
#include "io/store_place.hpp"

namespace trainwatch::app {
namespace {

constexpr std::string_view file_title =
    "# The last good version of a file of watch_list_files. trainwatchd uses it at a start when\n"
    "# that file is broken, and removes it when that file is gone.\n";
constexpr std::string_view path_mark = "# path: ";
constexpr std::string_view checksum_mark = "# checksum: ";
constexpr std::string_view file_ending = ".yaml";
// Of a copy that is being written, or was when the daemon was killed.
constexpr std::string_view unfinished = ".new";
constexpr std::size_t digits = 16;
constexpr mode_t private_folder = 0700;

std::string sum_of(std::string_view text) {
    std::array<unsigned char, 8> bytes{};
    auto rest = fnv1a(text);
    for (auto at = bytes.rbegin(); at != bytes.rend(); ++at, rest >>= 8U)
        *at = static_cast<unsigned char>(rest & 0xFFU);
    return hex(bytes);
}

// Whatever else lies in the folder is not ours to remove.
bool is_kept_name(std::string_view name) {
    if (name.ends_with(unfinished)) name.remove_suffix(unfinished.size());
    if (!name.ends_with(file_ending)) return false;
    name.remove_suffix(file_ending.size());
    if (name.size() <= digits || name[name.size() - digits - 1] != '-') return false;
    return name.find_first_not_of("0123456789abcdef", name.size() - digits) == name.npos;
}

failure cannot(const std::string& path, const std::string& what, int why) {
    return {
        .kind = error_class::internal,
        .code = io::system_code(why),
        .detail = path + ": " + what + ": " + io::system_code(why).message()};
}

result<std::string> read_whole(const std::string& path) {
    errno = 0;
    std::ifstream in(path, std::ios::binary);
    if (!in) return cannot(path, "cannot be read", errno == 0 ? EIO : errno);
    std::string text;
    text.resize(limits::kept_watch_list_bytes_max);
    in.read(text.data(), static_cast<std::streamsize>(text.size()));
    if (in.bad()) return cannot(path, "cannot be read", errno == 0 ? EIO : errno);
    text.resize(static_cast<std::size_t>(in.gcount()));
    return text;
}

result<void> write_whole(const std::string& path, const std::string& text) {
    const std::string name = path + std::string(unfinished);
    ::unlink(name.c_str());
    if (const int refused = io::make_private_file(name)) {
        return cannot(path, "cannot be written", refused);
    }
    errno = 0;
    std::ofstream out(name, std::ios::binary);
    out << text;
    out.close();
    const int written = out ? 0 : (errno == 0 ? EIO : errno);
    const int refused = written == 0 ? io::publish_file(name, path) : written;
    if (refused == 0) return {};
    ::unlink(name.c_str());
    return cannot(path, "cannot be written", refused);
}

result<void> make_folder(const std::string& folder) {
    if (::mkdir(folder.c_str(), private_folder) == 0 || errno == EEXIST) return {};
    return cannot(folder, "cannot be made", errno);
}

std::optional<std::string_view> take_line(std::string_view& text, std::string_view mark) {
    const auto end = text.find('\n');
    if (!text.starts_with(mark) || end == text.npos) return std::nullopt;
    const auto value = text.substr(mark.size(), end - mark.size());
    text.remove_prefix(end + 1);
    return value;
}

// Of `percent_encode`.
std::string decoded(std::string_view text) {
    std::string plain;
    while (!text.empty()) {
        unsigned byte = 0;
        const bool is_code = text.front() == '%' && text.size() >= 3 &&
            std::from_chars(text.data() + 1, text.data() + 3, byte, 16).ptr == text.data() + 3;
        plain += is_code ? static_cast<char>(byte) : text.front();
        text.remove_prefix(is_code ? 3 : 1);
    }
    return plain;
}

}  // namespace

std::string kept_watch_lists_folder(const std::string& storage) {
    return (std::filesystem::path(storage) / "watch-lists").string();
}

std::string kept_name(const std::string& path) {
    auto stem = std::filesystem::path(path).stem().string();
    stem.resize(std::min(stem.size(), limits::kept_watch_list_stem_max));
    return percent_encode(stem) + "-" + sum_of(path) + std::string(file_ending);
}

std::string kept_text(const watch_list_file& file) {
    // A line each, whatever stands in a path.
    const auto path = percent_encode(file.path, true);
    return std::string(file_title) + std::string(path_mark) + path + "\n" +
        std::string(checksum_mark) + sum_of(path + "\n" + *file.last_good) + "\n" + *file.last_good;
}

std::optional<watch_list_file> read_kept_text(std::string_view text) {
    if (!text.starts_with(file_title)) return std::nullopt;
    text.remove_prefix(file_title.size());
    const auto path = take_line(text, path_mark);
    const auto checksum = take_line(text, checksum_mark);
    if (!path || !checksum) return std::nullopt;
    if (*checksum != sum_of(std::string(*path) + "\n" + std::string(text))) return std::nullopt;
    watch_list_file file;
    file.path = decoded(*path);
    file.last_good = std::string(text);
    return file;
}

kept_watch_lists read_kept_watch_lists(const std::string& folder) {
    kept_watch_lists kept;
    const auto names = list_folder(folder);
    if (names.has_error()) {
        if (names.error().kind != error_class::not_found) {
            kept.problems.push_back(names.error().detail);
        }
        return kept;
    }
    for (const auto& name : *names) {
        if (!is_kept_name(name) || name.ends_with(unfinished)) continue;
        const auto path = (std::filesystem::path(folder) / name).string();
        const auto text = read_whole(path);
        if (text.has_error()) {
            kept.problems.push_back(text.error().detail);
            continue;
        }
        auto file = read_kept_text(*text);
        if (file) {
            kept.files.push_back(std::move(*file));
        } else {
            kept.problems.push_back(path + ": damaged, and not used");
        }
    }
    return kept;
}

result<void> keep_watch_lists(
    const std::string& folder, const std::vector<watch_list_file>& files
) {
    const std::filesystem::path in(folder);
    result<void> outcome{};
    std::set<std::string> wanted;
    for (const auto& file : files) {
        const auto name = kept_name(file.path);
        wanted.insert(name);
        if (!file.last_good) continue;
        const auto path = (in / name).string();
        const auto text = kept_text(file);
        if (const auto now = read_whole(path); now.has_value() && *now == text) continue;
        auto done = make_folder(folder);
        if (done.has_value()) done = write_whole(path, text);
        if (done.has_error() && outcome.has_value()) outcome = done;
    }
    const auto names = list_folder(folder);
    if (names.has_error()) return outcome;
    for (const auto& name : *names) {
        if (is_kept_name(name) && !wanted.contains(name)) ::unlink((in / name).c_str());
    }
    return outcome;
}

}  // namespace trainwatch::app
