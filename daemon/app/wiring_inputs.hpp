// What the daemon is built of, and at a reload changed to: the configuration with everything that
// could be decided about it without asking anybody.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "app/connection_access.hpp"
#include "app/found_names.hpp"
#include "app/watch_list_files.hpp"
#include "domain/settings.hpp"
#include "io/store.hpp"
#include "wire/proxy.hpp"

namespace trainwatch::app {

struct wiring_inputs {
    domain::settings settings{};
    std::vector<watch_list_file> watch_list_files{};
    std::vector<std::string> warnings{};  // what is accepted and should not stay
    // By connection name, all of them: decided before anything is built.
    std::map<std::string, connection_access> access{};
    std::map<std::string, wire::proxy_rules> receiver_proxies{};  // by receiver
    found_names names{};     // what stands in the settings' `found`, and how it was found
    std::uint64_t seed = 0;  // of the jitter
    std::string ledger = io::in_memory;  // the file's path
    // Where the last good versions of `watch_list_files` are kept; empty: nowhere.
    std::string kept_lists_folder{};
};

}  // namespace trainwatch::app
