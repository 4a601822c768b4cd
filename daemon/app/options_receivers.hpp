// The command line of `test-alert`: where alerts go.
//
// Private to app/options. CLI11 is named here by its class only.
#pragma once

#include "app/options.hpp"

namespace CLI {
class App;
}

namespace trainwatch::app {

CLI::App* add_test_alert(CLI::App& app, options& into);

}  // namespace trainwatch::app
