// Reads and checks everything that a configuration consists of: the file, what it points to, AWS'
// files and the environment. At the start, at each reload and for the one-shot commands alike.
//
// Builds nothing and asks nobody (but `ask`, for this machine's region where none is named, and
// `look_up`, for the addresses of Alertmanagers that are found by name). Runs
// on the worker at a reload: it touches only what it is given.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/environment.hpp"
#include "app/found_names.hpp"
#include "app/instance_region.hpp"
#include "app/settings_file.hpp"
#include "app/wiring_inputs.hpp"
#include "io/name_lookup.hpp"

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
    name_source look_up = io::look_up_addresses;
};

// What is in force when it is read again.
struct configuration_before {
    // Of the reading before, or kept since the last run: a file of `watch_list_files` that is wrong
    // has its last good version from here.
    std::vector<watch_list_file> files{};
    found_names names{};  // likewise what cannot be looked up
};

// One connection without keys is no reason not to start; all of them without keys is. Nor is a name
// that is not found: it is looked up again (name_watch).
configuration_reading read_configuration(
    const configuration_place& place, const configuration_before& former
);

}  // namespace trainwatch::app
