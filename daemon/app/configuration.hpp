// Reads and checks everything that a configuration consists of: the file, what it points to, AWS'
// files and the environment. At the start, at each reload and for the one-shot commands alike.
//
// Builds nothing and asks nobody (but `ask`, for this machine's region where none is named). Runs
// on the worker at a reload: it touches only what it is given.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/environment.hpp"
#include "app/instance_region.hpp"
#include "app/settings_file.hpp"
#include "app/wiring_inputs.hpp"

namespace trainwatch::app {

struct configuration_reading {
    std::optional<wiring_inputs> inputs{};  // nothing when it cannot be run
    // A line for people each, as check-config prints them: why there are no inputs; with inputs
    // the connections that have no keys, which keep the others from nothing.
    std::vector<std::string> errors{};
    // The metadata service was silent: the same files may do at another time.
    bool may_pass = false;
};

// From where a configuration is read, and how: again and again, for one daemon.
struct configuration_place {
    std::string path{};
    domain::process_settings process{};
    environment env{};
    file_access access = machine_files();
    region_source ask = ask_instance_region;
};

// One connection without keys is no reason not to start; all of them without keys is. Of the files
// of `watch_list_files` that are wrong, the last good version is in `former`: of the reading
// before, or kept since the last run.
configuration_reading read_configuration(
    const configuration_place& place, const std::vector<watch_list_file>& former
);

}  // namespace trainwatch::app
