// The command lines about where alerts go: `test-alert`, and what is printed for Prometheus and
// Alertmanager.
//
// Private to app/options. CLI11 is named here by its class only.
#pragma once

#include "app/options.hpp"

namespace CLI {
class App;
}

namespace trainwatch::app {

CLI::App* add_test_alert(CLI::App& app, options& into);
CLI::App* add_print_prometheus_config(CLI::App& app, options& into);
CLI::App* add_print_alertmanager_config(CLI::App& app, options& into);

}  // namespace trainwatch::app
