// What `check-config --plan` prints: what each connection and region has to do, and what its budget
// can promise (core/promise).
//
// Knows files only: how many jobs there are, AWS alone knows. Where jobs are discovered it tells of
// fleets of several sizes instead.
#pragma once

#include <string>

#include "domain/settings.hpp"

namespace trainwatch::app {

// Lines, each with its end.
std::string plan_report(const domain::settings& config);

}  // namespace trainwatch::app
