// The files of `watch_list_files`: finding and reading them, and what became of each.
//
// A pattern is relative to the configuration file. As in a shell, * does not match a dot in front:
// an editor's hidden copies are no watch lists.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "app/environment.hpp"
#include "wire/settings_yaml.hpp"

namespace trainwatch::app {

// Names of what is in a folder, without it and in any order; those of folders end in a slash.
using folder_lister = std::function<result<std::vector<std::string>>(const std::string& folder)>;
result<std::vector<std::string>> list_folder(const std::string& folder);

// How the configuration reaches its files; tests need none.
struct file_access {
    file_reader read{};
    folder_lister list{};
};
// The machine's own.
file_access machine_files();

// One line each: "file:line:col: path: message".
using settings_mistakes = std::vector<std::string>;

struct watch_list_file {
    std::string path{};
    // Of the file as it is now; empty: it is in force.
    settings_mistakes mistakes{};
    // What the settings have of it. With mistakes: its last good version, or nothing.
    std::optional<std::string> in_force{};
    // For the next reading. It may be good and yet not in force: another list has its name.
    std::optional<std::string> last_good{};

    bool is_ok() const { return mistakes.empty(); }
    bool operator==(const watch_list_file&) const = default;
};

// For /metrics: whether each is in force as it is.
std::map<std::string, bool> ok_by_path(const std::vector<watch_list_file>& files);

// For people, of one with mistakes: what the settings have of it.
std::string what_is_in_force(const watch_list_file& file);

// `path` as it is written in `config`: relative to that file.
// Whoever reads a pipe or a terminal waits for its other end, for ever if nobody is there. Empty
// when it is a file, or nothing that can be told.
std::string waiting_problem(const std::string& path);
std::string beside(const std::string& config, const std::string& path);

// Each once, sorted by path. A path without * and ? need not exist. A folder is none, but where a
// file of `previous` was: its lists are kept then, and the mistake is told.
result<std::vector<std::string>> find_watch_list_files(
    const std::string& config,
    const std::string& pattern,
    const folder_lister& list,
    const std::vector<watch_list_file>& previous
);

// Reads each; what cannot be read has its mistake in `files`. `previous`: of the reading before.
std::vector<wire::watch_list_text> read_watch_list_files(
    const std::vector<std::string>& paths,
    const file_reader& read,
    const std::vector<watch_list_file>& previous,
    std::vector<watch_list_file>& files
);

// What became of the texts that were read, in the same order.
void take_outcomes(
    const std::vector<wire::watch_list_text>& texts,
    const std::vector<wire::watch_list_outcome>& outcomes,
    std::vector<watch_list_file>& files
);

}  // namespace trainwatch::app
