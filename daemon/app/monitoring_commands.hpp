// `print-prometheus-config` and `print-alertmanager-config`: what to paste elsewhere for this
// configuration (wire/prometheus_config, wire/alertmanager_config). Nobody is asked, and without a
// configuration file what is printed fits any.
#pragma once

#include <string>
#include <vector>

#include "app/options.hpp"

namespace trainwatch::app {

// YAML on standard output. The exit code: 0, or 1 when the configuration is wrong.
int print_prometheus_config(const options& chosen);
int print_alertmanager_config(const options& chosen);

// Where Prometheus finds what listens at these addresses (parse_listen_address takes each): those
// that others can reach come first. An address for all of a machine is written as localhost.
std::vector<std::string> scrape_targets(const std::vector<std::string>& listen_addresses);

}  // namespace trainwatch::app
