// The command lines of `describe`, `wait` and `backtest`: jobs, the way to AWS, and how to show it.
//
// Private to app/options. CLI11 is named here by its class only.
#pragma once

#include <string>
#include <vector>

#include "app/options.hpp"

namespace CLI {
class App;
}

namespace trainwatch::app {

// Texts that are turned into values once the command line was read.
struct job_flags {
    std::string job{};  // of describe, explain and ack
    std::string output = "text";
    std::vector<std::string> prices{};  // of describe and backtest
    std::string since{};                // of backtest
    std::string timeout{};
    std::string interval = "10s";
};

CLI::App* add_describe(CLI::App& app, options& into, job_flags& flags);
// `explain` and `ack` speak to the daemon, and need no way to AWS.
CLI::App* add_explain(CLI::App& app, options& into, job_flags& flags);
CLI::App* add_ack(CLI::App& app, job_flags& flags);
CLI::App* add_backtest(CLI::App& app, options& into, job_flags& flags);
CLI::App* add_wait(CLI::App& app, options& into, job_flags& flags);
// Empty when there is nothing wrong with the values.
std::string check_job_flags(options& parsed, const job_flags& flags);

}  // namespace trainwatch::app
