// Loads one configuration file: YAML, what the environment lends, and the files it points to.
//
// The paths in it are relative to the file itself, as Prometheus does it.
#pragma once

#include <functional>
#include <string>
#include <variant>
#include <vector>

#include "app/environment.hpp"
#include "domain/settings.hpp"
#include "wire/settings_jobs.hpp"

namespace trainwatch::app {

// One line each: "file:line:col: path: message".
using settings_mistakes = std::vector<std::string>;

// The secret addresses of webhooks are read into `urls`; nothing shows them.
std::variant<domain::settings, settings_mistakes> load_settings(
    const std::string& path, const aws_files& files, const file_reader& read
);

// The same without a file: what the command line names and the environment lends.
std::variant<wire::job_settings, settings_mistakes> load_job_settings(
    const wire::named_jobs& asked, const aws_files& files, const file_reader& read
);

// Names the region of this machine when nobody else does; empty when nobody is there to be asked.
using region_source = std::function<result<std::string>(const aws_files& files)>;
// Either of them, and once more with the region that `ask` tells where the first reading fails and
// no variable or file names one; `files` keep it.
std::variant<domain::settings, settings_mistakes> load_settings(
    const std::string& path, aws_files& files, const file_reader& read, const region_source& ask
);
std::variant<wire::job_settings, settings_mistakes> load_job_settings(
    const wire::named_jobs& asked,
    aws_files& files,
    const file_reader& read,
    const region_source& ask
);

}  // namespace trainwatch::app
