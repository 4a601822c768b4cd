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

// One connection without keys is no reason not to start; all of them without keys is.
configuration_reading read_configuration(
    const std::string& path,
    const environment& env,
    const file_reader& read,
    const region_source& ask
);

}  // namespace trainwatch::app
