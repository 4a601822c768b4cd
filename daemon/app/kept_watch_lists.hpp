// The last good version of each file of `watch_list_files`, in a folder beside the ledger: a team's
// file that is broken when the daemon starts has its lists from there, as at a reload.
//
// A file each, named after its path; written under another name first and synced, so that it is
// there as a whole or not at all. Reads and writes block: at the start, and on the worker. Nothing
// else depends on them, so that a folder which cannot be written is told and harms nobody.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/watch_list_files.hpp"
#include "base/failure.hpp"

namespace trainwatch::app {

// In the directory of `--storage.path`.
std::string kept_watch_lists_folder(const std::string& storage);

struct kept_watch_lists {
    std::vector<watch_list_file> files{};  // with `last_good` alone, as files of a former reading
    std::vector<std::string> problems{};   // what could not be read; a line for people each
};
// A folder that is not there holds nothing, which is no problem.
kept_watch_lists read_kept_watch_lists(const std::string& folder);

// Afterwards the folder has `last_good` of each of `files`, and of no other path. A file that has
// none loses nothing: its copy may only have been unreadable. Failure: of the first that could not
// be written; the others are.
result<void> keep_watch_lists(const std::string& folder, const std::vector<watch_list_file>& files);

// The pure parts. A copy's name is for people, its first lines say whose it is.
std::string kept_name(const std::string& path);
std::string kept_text(const watch_list_file& file);
// Nothing when it is not what `kept_text` made.
std::optional<watch_list_file> read_kept_text(std::string_view text);

}  // namespace trainwatch::app
