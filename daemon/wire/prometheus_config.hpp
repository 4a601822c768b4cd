// What to add to prometheus.yml so that Prometheus scrapes the daemon, as YAML to paste.
//
// Pure. `promtool check config` accepts it as it is. Nothing is said of `alerting:`: the daemon
// sends its alerts itself, and Prometheus' own are the reader's.
#pragma once

#include <string>
#include <vector>

#include "domain/alert.hpp"

namespace trainwatch::wire {

struct scrape_facts {
    // HOST:PORT each, as the daemon listens. All of them serve the same: the first is scraped.
    std::vector<std::string> targets{};
    domain::label_map labels{};  // on every series, as on every alert (global.labels)
};

std::string prometheus_config(const scrape_facts& facts);

}  // namespace trainwatch::wire
