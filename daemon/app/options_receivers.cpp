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

}  // namespace trainwatch::app
