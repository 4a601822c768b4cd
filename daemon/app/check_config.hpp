// `trainwatchd check-config FILE…`: every mistake of every file, or what each one would watch.
//
// Looks at files only: no connection is tried and no key is needed (--online: online_check). But
// where they name no region, `ask` is asked for the one that `run` would take.
#pragma once

#include <string>

#include "app/environment.hpp"
#include "app/options.hpp"
#include "app/settings_file.hpp"

namespace trainwatch::app {

struct check_report {
    int exit_code = 0;   // 1 when any file is wrong, one of watch_list_files included
    std::string text{};  // for standard output

    bool operator==(const check_report&) const = default;
};

check_report check_config(
    const options& chosen,
    const environment& env,
    const file_access& access,
    const region_source& ask = {}
);

}  // namespace trainwatch::app
