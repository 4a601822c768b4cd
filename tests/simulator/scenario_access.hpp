// The section `access` of a scenario: keys, roles, and where credentials come from. YAML in,
// access_plan out; what does not fit becomes an error with its place.
#pragma once

#include <string>

#include "tests/simulator/access_plan.hpp"
#include "tests/simulator/scenario_yaml_values.hpp"

namespace trainwatch::simulator {

void read_access(
    yaml_values& values, const YAML::Node& node, const std::string& path, access_plan& into
);

}  // namespace trainwatch::simulator
