// The command line: argv -> options, or the text and exit code to leave with at once.
//
// Flags are named as Prometheus' programs name theirs. Nothing here reads a file or the
// environment. CLI11 is included by options.cpp only.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/time.hpp"
#include "domain/settings.hpp"
#include "io/log.hpp"

namespace trainwatch::app {

enum class command {
    run,
    check_config,
    once,
    describe,
    wait,
    print_iam_policy,
    test_alert,
    print_prometheus_config,
    print_alertmanager_config,
    reload,
    explain,
    ack,
    backtest
};
enum class output_format { text, json };

struct options {
    app::command command = app::command::run;
    std::string config_file = "/etc/trainwatchd/trainwatchd.yaml";
    std::vector<std::string> listen_addresses{":9717"};  // parse_listen_address takes each
    std::string storage_path = "/var/lib/trainwatchd";
    io::log_level log_level = io::log_level::info;
    io::log_format log_format = io::log_format::logfmt;
    // Of run, reload, explain and ack; empty: in the runtime directory.
    std::string control_socket{};
    bool from_file = false;            // of explain: --storage.path is given, no daemon is asked
    bool enable_lifecycle = false;     // of run
    std::vector<std::string> files{};  // of check-config, never empty there
    bool online = false;               // of check-config
    bool plan = false;                 // of check-config
    // Of run, once, check-config and test-alert; an empty replica is called like the host.
    domain::process_settings process{};
    std::string connection{};              // of print-iam-policy; empty: all
    std::vector<std::string> receivers{};  // of test-alert, names; empty: all
    // Of the two that print for Prometheus and Alertmanager, and backtest: whether --config.file is
    // given. Where it is not, they do without a file.
    bool config_file_given = false;
    // Of describe, explain and ack (one), and wait; names and ARNs as written.
    std::vector<std::string> jobs{};
    std::string region{};
    std::string profile{};
    std::string endpoint_url{};
    domain::price_map prices{};                  // of describe and backtest
    output_format output = output_format::text;  // likewise
    std::optional<milliseconds> timeout{};       // of wait
    milliseconds interval{10'000};               // of wait
    std::optional<milliseconds> since{};         // of backtest; empty: its default
    std::string from{};                          // of backtest, a folder; empty: AWS is asked
    bool every_job = false;                      // of backtest

    bool operator==(const options&) const = default;
};

// --help, --version: code 0, for standard output. A mistake: code 1, for standard error.
struct early_exit {
    int code = 0;
    std::string text{};

    bool operator==(const early_exit&) const = default;
};

std::variant<options, early_exit> parse_options(int argc, const char* const* argv);

// What --version says, in Prometheus' layout.
std::string version_text();

}  // namespace trainwatch::app
