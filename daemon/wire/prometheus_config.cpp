#include "wire/prometheus_config.hpp"

#include <cstddef>

#include "wire/yaml_text.hpp"

namespace trainwatch::wire {
namespace {

constexpr const char* heading =
    R"(# For prometheus.yml: the scrape of trainwatchd, and rules about trainwatchd itself. Alerts about
# training jobs come from the daemon, straight to Alertmanager; `alerting:` stays as you have it.
rule_files:
  # deploy/prometheus/trainwatchd.rules.yml goes here: who watches the watcher.
  - /etc/prometheus/rules/trainwatchd*.yml
scrape_configs:
  - job_name: trainwatchd
    # A scrape costs no call to AWS: the daemon polls in the background.
    scrape_interval: 15s
    # Where a proxy in front of it speaks TLS and asks for a login:
    # scheme: https
    # basic_auth: {username: prometheus, password_file: /etc/prometheus/trainwatchd.password}
    static_configs:
)";

std::string other_targets(const std::vector<std::string>& targets) {
    std::string text;
    for (std::size_t i = 1; i < targets.size(); ++i)
        text += (text.empty() ? "" : ", ") + targets[i];
    return text;
}

}  // namespace

std::string prometheus_config(const scrape_facts& facts) {
    std::string text = heading;
    if (facts.targets.size() > 1) {
        text += "      # It serves the same at " + other_targets(facts.targets) +
            ": scraped twice, it would count twice.\n";
    }
    const auto target = facts.targets.empty() ? std::string("localhost:9717") : facts.targets[0];
    text += "      - targets: [" + yaml_text(target) + "]\n";
    if (facts.labels.empty()) return text;
    text += "        # As on the alerts (global.labels).\n        labels:\n";
    for (const auto& [name, value] : facts.labels)
        text += "          " + name + ": " + yaml_text(value) + "\n";
    return text;
}

}  // namespace trainwatch::wire
