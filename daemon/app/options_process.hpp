// The flags that tell daemons with the same configuration apart: replicas and shards.
//
// Private to app/options. CLI11 is named here by its class only.
#pragma once

#include <string>

#include "app/options.hpp"

namespace CLI {
class App;
}

namespace trainwatch::app {

// Texts that are turned into values once the command line was read.
struct process_flags {
    std::string replicas = "1";
    std::string shard = "1/1";
};

void add_process(CLI::App& app, process_flags& flags);
void add_replica_name(CLI::App& app, options& into);
// Empty when there is nothing wrong with the values.
std::string check_process_flags(options& parsed, const process_flags& flags);

}  // namespace trainwatch::app
