#include "app/watch_list_files.hpp"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include "base/check.hpp"
#include "base/text.hpp"
#include "wire/terminal_text.hpp"

namespace trainwatch::app {
namespace {

// "lists//./a.yaml" is the same file as "lists/a.yaml", and the same list. What ".." leads to only
// the links on the way tell.
std::string in_one_spelling(const std::filesystem::path& path) {
    std::filesystem::path made;
    for (const auto& part : path) {
        if (part != "." && !part.empty()) made /= part;
    }
    return made.string();
}

}  // namespace

result<std::vector<std::string>> list_folder(const std::string& folder) {
    std::vector<std::string> names;
    std::error_code error;
    std::filesystem::directory_iterator at(folder.empty() ? "." : folder, error);
    for (; !error && at != std::filesystem::directory_iterator(); at.increment(error)) {
        std::error_code unknown;
        names.push_back(at->path().filename().string());
        if (at->is_directory(unknown)) names.back() += '/';
    }
    if (!error) return names;
    failure why;
    why.kind = error == std::errc::no_such_file_or_directory ? error_class::not_found
                                                             : error_class::rejected;
    why.detail = folder + ": " + error.message();
    return why;
}

file_access machine_files() {
    return {read_file, list_folder};
}

std::string waiting_problem(const std::string& path) {
    const auto shown = wire::terminal_safe(path);
    std::error_code unknown;
    switch (std::filesystem::status(path, unknown).type()) {
        case std::filesystem::file_type::fifo:
            return shown + ": a named pipe, where a file is expected";
        case std::filesystem::file_type::character:
        case std::filesystem::file_type::block:
            return shown + ": a device, where a file is expected";
        case std::filesystem::file_type::socket:
            return shown + ": a socket, where a file is expected";
        default:
            return {};
    }
}

std::map<std::string, bool> ok_by_path(const std::vector<watch_list_file>& files) {
    std::map<std::string, bool> ok;
    for (const auto& file : files)
        ok[file.path] = file.is_ok();
    return ok;
}

std::string what_is_in_force(const watch_list_file& file) {
    return wire::terminal_safe(file.path) +
        (file.in_force ? ": its last good version stays in force" : ": left out");
}

std::string beside(const std::string& config, const std::string& path) {
    const std::filesystem::path wanted(path);
    if (wanted.is_absolute()) return path;
    return (std::filesystem::path(config).parent_path() / wanted).string();
}

result<std::vector<std::string>> find_watch_list_files(
    const std::string& config,
    const std::string& pattern,
    const folder_lister& list,
    const std::vector<watch_list_file>& previous
) {
    const auto whole = in_one_spelling(beside(config, pattern));
    const auto slash = whole.rfind('/');
    const auto name = slash == std::string::npos ? 0 : slash + 1;
    const auto file = std::string_view(whole).substr(name);
    if (file.find_first_of("*?") == std::string_view::npos) return std::vector{whole};
    // Without the slash, but for the root's own.
    const auto folder = whole.substr(0, slash == 0 ? 1 : name - (name == 0 ? 0 : 1));
    auto names = list(folder);
    if (names.has_error()) return names.error();
    std::vector<std::string> found;
    for (auto& each : *names) {
        const bool is_folder = each.ends_with('/');
        if (is_folder) each.pop_back();
        if (each.starts_with('.') && !file.starts_with('.')) continue;
        if (!matches_glob(each, file)) continue;
        auto path = whole.substr(0, name) + each;
        const bool was_file = std::any_of(previous.begin(), previous.end(), [&](const auto& one) {
            return one.path == path;
        });
        if (!is_folder || was_file) found.push_back(std::move(path));
    }
    std::sort(found.begin(), found.end());
    return found;
}

std::vector<wire::watch_list_text> read_watch_list_files(
    const std::vector<std::string>& paths,
    const file_reader& read,
    const std::vector<watch_list_file>& previous,
    std::vector<watch_list_file>& files
) {
    std::vector<wire::watch_list_text> texts;
    for (const auto& path : paths) {
        auto& text = texts.emplace_back();
        auto& file = files.emplace_back();
        text.file = path;
        file.path = path;
        const auto before = std::find_if(previous.begin(), previous.end(), [&](const auto& each) {
            return each.path == path;
        });
        if (before != previous.end()) text.former = before->last_good;
        if (auto problem = waiting_problem(path); !problem.empty()) {
            file.mistakes.push_back(std::move(problem));
            continue;
        }
        auto now = read(path);
        if (now.has_value()) {
            text.yaml = std::move(*now);
        } else {
            file.mistakes.push_back(now.error().detail);
        }
    }
    return texts;
}

void take_outcomes(
    const std::vector<wire::watch_list_text>& texts,
    const std::vector<wire::watch_list_outcome>& outcomes,
    std::vector<watch_list_file>& files
) {
    CHECK(texts.size() == files.size() && outcomes.size() == files.size());
    for (std::size_t i = 0; i < files.size(); ++i) {
        for (const auto& error : outcomes[i].errors)
            files[i].mistakes.push_back(wire::format_error(files[i].path, error));
        using enum wire::watch_list_outcome::version;
        if (outcomes[i].in_force == now) files[i].in_force = texts[i].yaml;
        if (outcomes[i].in_force == former) files[i].in_force = texts[i].former;
        // What is in nobody's way any more at the next reading may be in force again then.
        files[i].last_good = outcomes[i].in_force == none ? texts[i].former : files[i].in_force;
    }
}

}  // namespace trainwatch::app
