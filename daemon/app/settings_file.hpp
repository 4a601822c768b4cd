// Loads one configuration file: YAML, what the environment lends, and the files it points to.
//
// The paths in it are relative to the file itself, as Prometheus does it. A mistake in it, or in a
// file that it names, is a mistake of the whole; but a file of `watch_list_files` is a team's own,
// and when it is wrong the others go on. Loading again is the same call with what was loaded
// before: a file that has become wrong keeps its last good version.
#pragma once

#include <functional>
#include <string>
#include <variant>
#include <vector>

#include "app/environment.hpp"
#include "app/watch_list_files.hpp"
#include "domain/settings.hpp"
#include "wire/settings_jobs.hpp"

namespace trainwatch::app {

struct loaded_configuration {
    // The secret addresses of webhooks are in its `urls`; nothing shows them.
    domain::settings settings{};
    std::vector<watch_list_file> files{};  // sorted by path
    // What is accepted and should not stay, "file:line:col: path: warning: …".
    std::vector<std::string> warnings{};

    bool operator==(const loaded_configuration&) const = default;
};

using settings_outcome = std::variant<loaded_configuration, settings_mistakes>;

// `previous`: what is in force, when this is not the first time.
settings_outcome load_settings(
    const std::string& path,
    const aws_files& files,
    const file_access& access,
    const loaded_configuration* previous = nullptr
);

// For whoever does not call AWS: a region that nobody names is no mistake, and nobody is asked.
settings_outcome load_settings_without_aws(
    const std::string& path, const aws_files& files, const file_access& access
);

// The same without a file: what the command line names and the environment lends.
std::variant<wire::job_settings, settings_mistakes> load_job_settings(
    const wire::named_jobs& asked, const aws_files& files, const file_reader& read
);

// Whether the configuration is good but for a region, which nobody has named.
bool lacks_only_a_region(
    const std::string& path, const aws_files& files, const file_access& access
);

// Names the region of this machine when nobody else does; empty when nobody is there to be asked.
using region_source = std::function<result<std::string>(const aws_files& files)>;
// Either of them, and once more with the region that `ask` tells where the first reading fails for
// want of one and no variable or file names it; `files` keep it.
settings_outcome load_settings(
    const std::string& path,
    aws_files& files,
    const file_access& access,
    const region_source& ask,
    const loaded_configuration* previous = nullptr
);
std::variant<wire::job_settings, settings_mistakes> load_job_settings(
    const wire::named_jobs& asked,
    aws_files& files,
    const file_reader& read,
    const region_source& ask
);

}  // namespace trainwatch::app
