#include "app/options_receivers.hpp"

#include <CLI/CLI.hpp>

#include "app/options_process.hpp"

namespace trainwatch::app {
namespace {

void add_config_file(CLI::App& app, options& into, const char* meaning) {
    app.add_option("--config.file", into.config_file, meaning)
        ->capture_default_str()
        ->type_name("FILE");
}

}  // namespace

CLI::App* add_test_alert(CLI::App& app, options& into) {
    auto* const test =
        app.add_subcommand("test-alert", "Send a test alert to every receiver, and see it arrive");
    add_config_file(*test, into, "The configuration file");
    test->add_option(
            "--receiver", into.receivers, "Only to this receiver; may be given several times"
    )
        ->allow_extra_args(false)
        ->type_name("NAME");
    add_replica_name(*test, into);
    test->footer(
        "A line for each address. The alert is called TrainwatchdTest, has severity info, says "
        "that\n"
        "nothing is wrong, and ends by itself. Alertmanagers are asked whether they hold it."
    );
    return test;
}

CLI::App* add_print_prometheus_config(CLI::App& app, options& into) {
    auto* const print = app.add_subcommand(
        "print-prometheus-config", "Print what to add to prometheus.yml to scrape the daemon"
    );
    add_config_file(*print, into, "The configuration file, where there is one");
    print
        ->add_option(
            "--web.listen-address",
            into.listen_addresses,
            "As the daemon has it; may be given several times"
        )
        ->capture_default_str()
        ->allow_extra_args(false)
        ->type_name("ADDRESS:PORT");
    return print;
}

CLI::App* add_print_alertmanager_config(CLI::App& app, options& into) {
    auto* const print = app.add_subcommand(
        "print-alertmanager-config",
        "Print an alertmanager.yml with routes and inhibitions for the configuration's alerts"
    );
    add_config_file(*print, into, "The configuration file, where there is one");
    print->footer(
        "Receivers are placeholders: the files that they name hold their addresses and keys."
    );
    return print;
}

}  // namespace trainwatch::app
