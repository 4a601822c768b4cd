// What came of a reload: of all of it, or of nothing.
#pragma once

#include <string>
#include <vector>

namespace trainwatch::app {

struct reload_outcome {
    bool ok = false;
    std::vector<std::string> errors{};    // a line each, as check-config prints them
    std::vector<std::string> warnings{};  // of what went well all the same

    bool operator==(const reload_outcome&) const = default;
};

}  // namespace trainwatch::app
