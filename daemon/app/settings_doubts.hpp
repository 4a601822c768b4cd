// What a configuration may hold and hardly means: no mistake, but whoever wrote it would want to
// know. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "domain/settings.hpp"

namespace trainwatch::app {

// Each a line, "file:line:col: path: warning: …": a connection that no list uses, and a list that
// finds nothing because an earlier one takes every job. `yaml`: the text of the main file, `path`.
std::vector<std::string> doubts_about(
    const std::string& path, std::string_view yaml, const domain::settings& config
);

}  // namespace trainwatch::app
