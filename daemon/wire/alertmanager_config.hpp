// An alertmanager.yml for the alerts of one configuration, as YAML to start from.
//
// Pure. It knows which alerts there are (domain/alert_choice), which severities and labels the
// lists give them, and how long they are held (base/limits); whom to tell is the reader's, so that
// receivers are placeholders whose addresses and keys are read from files. `amtool check-config`
// accepts it as it is, from Alertmanager 0.25 on.
#pragma once

#include <string>

#include "domain/settings.hpp"

namespace trainwatch::wire {

std::string alertmanager_config(const domain::settings& config);

}  // namespace trainwatch::wire
